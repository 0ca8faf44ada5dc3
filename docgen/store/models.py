"""The tables: a projection of the archive's event logs."""

from __future__ import annotations
