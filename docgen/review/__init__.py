"""Legal review: what a contract must say, checked against its record; see `checklist`."""
