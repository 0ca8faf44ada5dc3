"""The SQLite engine as docgen uses it (Django loads a class of this name from here, see docgen/store/settings.py).

A full disk, a broken one or a lock held too long is no accident of the program: it is a StorageProblem like any other
of the archive's, with a sentence and a remedy. The log is written before the tables, so whoever repeats the command
once there is room again loses nothing.
"""

from __future__ import annotations

import sqlite3
from types import TracebackType

from django.db.backends.sqlite3 import base as sqlite
from django.db.utils import DatabaseErrorWrapper
from django.utils.functional import cached_property

from docgen.store.faults import storage_problem


class DatabaseWrapper(sqlite.DatabaseWrapper):
    """Django's SQLite connection with our words for what the disk refuses."""

    @cached_property
    def wrap_database_errors(self) -> DatabaseErrorWrapper:
        """Return what every call to SQLite is wrapped in."""
        return _Wording(self)


class _Wording(DatabaseErrorWrapper):
    """Django's translation of errors, the disk's refusals first."""

    def __init__(self, wrapper: DatabaseWrapper) -> None:
        super().__init__(wrapper)
        self._connection = wrapper

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, sqlite3.Error):
            problem = storage_problem(error, str(self._connection.settings_dict["NAME"]))
            if problem is not None:
                self._connection.errors_occurred = True
                raise problem.with_traceback(trace) from error
        super().__exit__(kind, error, trace)
