"""Paper becomes facts: inbox, scan, identification."""
