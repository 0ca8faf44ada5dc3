"""What SQLite says when the disk refuses, in docgen's words."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db.utils import OperationalError

from docgen.errors import StorageProblem

_PRIMARY = 0xFF
"""The low byte of an extended result code is the plain one (sqlite.org/rescode.html)."""
_CODES = {
    sqlite3.SQLITE_FULL: "store.disk-full",
    sqlite3.SQLITE_BUSY: "store.busy",
    sqlite3.SQLITE_LOCKED: "store.busy",
    sqlite3.SQLITE_IOERR: "store.disk-error",
    sqlite3.SQLITE_READONLY: "store.disk-error",
    sqlite3.SQLITE_CANTOPEN: "store.disk-error",
    sqlite3.SQLITE_PERM: "store.disk-error",
    sqlite3.SQLITE_CORRUPT: "store.unreadable",
    sqlite3.SQLITE_NOTADB: "store.unreadable",
}


class TablesRefused(StorageProblem, OperationalError):
    """The database's disk refuses; Django's own clean-up after a failed transaction knows it, too."""


def storage_problem(problem: sqlite3.Error, where: str) -> TablesRefused | None:
    """Return the disk's refusal in words, or None where the error is about something else."""
    number = getattr(problem, "sqlite_errorcode", None)
    code = _CODES.get(number & _PRIMARY) if isinstance(number, int) else None
    return TablesRefused.of(code, where, what=str(problem)) if code else None


@contextmanager
def worded(path: Path) -> Iterator[None]:
    """Tell what SQLite itself, used without Django, refuses inside the block.

    Raises:
        StorageProblem: the disk refuses.
    """
    try:
        yield
    except sqlite3.Error as error:
        problem = storage_problem(error, str(path))
        if problem is None:
            raise
        raise problem from error
