"""Opening the database: an index over the archive that may be deleted and rebuilt, but is never made anew in silence.

Importing this module sets Django up; every module of the store imports it before the models.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import django
from django.apps import apps
from django.core.management import call_command
from django.db import connections
from django.db.migrations.loader import MigrationLoader

from docgen.errors import NotFound, Refused, StorageProblem
from docgen.mounts import mount_table, share_type
from docgen.store.faults import worded

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "docgen.store.settings")
if not apps.ready:
    django.setup()


PROJECTION = 1
"""Counts up when the tables' content, read from the same logs, changes without a migration; SQLite's user_version."""
_PRIMARY = 0xFF
"""The part of an SQLite result code that all its kinds share (SQLite, Result and Error Codes)."""


@dataclass(frozen=True, slots=True)
class Fitness:
    """How a database's tables stand to this program: the migrations it lacks, those it has too many, its projection."""

    applied: str
    missing: tuple[str, ...]
    unknown: tuple[str, ...]
    projection: int

    @property
    def is_newer(self) -> bool:
        """Tell whether a newer program wrote it."""
        return bool(self.unknown) or self.projection > PROJECTION

    @property
    def is_fit(self) -> bool:
        """Tell whether this program can use it as it is."""
        return not self.missing and not self.unknown and self.projection == PROJECTION

    @property
    def words(self) -> str:
        """Return the last migration and the projection's number."""
        return f"{self.applied} / {self.projection}"


def fitness(path: Path) -> Fitness:
    """Read how a database stands to this program; nothing in it is changed, whatever program made it.

    Only what a crash left half-written is taken back, which SQLite does where it may write.

    Raises:
        NotFound: the file is not there.
        StorageProblem: it cannot be opened or is damaged.
    """
    if not path.is_file():
        raise NotFound.of("store.no-database", str(path))
    with worded(path):
        try:
            number, have = _state(path, "ro")
        except sqlite3.OperationalError as refused:
            if refused.sqlite_errorcode & _PRIMARY != sqlite3.SQLITE_READONLY:
                raise
            number, have = _state(path, "rw")
    want = _known_migrations()
    missing = tuple(name for name in want if name not in have)
    return Fitness(have[-1] if have else "—", missing, tuple(name for name in have if name not in want), number)


def _state(path: Path, mode: str) -> tuple[int, list[str]]:
    """Return the projection's number and the migrations of a database, opened to be read ("ro") or written ("rw")."""
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode={mode}", uri=True)) as connection:
        number = int(connection.execute("PRAGMA user_version").fetchone()[0])
        rows = connection.execute("SELECT name FROM django_migrations WHERE app = 'store' ORDER BY id").fetchall()
    return number, [str(row[0]) for row in rows]


def wanted() -> str:
    """Return the last migration and the projection's number of this program."""
    return f"{_known_migrations()[-1]} / {PROJECTION}"


def _known_migrations() -> list[str]:
    return sorted(name for app, name in MigrationLoader(None).disk_migrations if app == "store")


def connect(path: Path) -> None:
    """Use the database file of a workspace from now on, in this process.

    Raises:
        NotFound: the file is not there (deleted, or never made): it is not recreated behind the user's back.
        Refused: its tables are older or newer than this program, or it lies on a network file system.
        StorageProblem: it cannot be opened or is damaged.
    """
    _require_local_disk(path)
    if not path.is_file():
        raise NotFound.of("store.no-database", str(path))
    found = fitness(path)
    if found.is_newer:
        raise Refused.of("store.newer", str(path), found=found.words, known=wanted())
    if not found.is_fit:
        raise Refused.of("store.needs-upgrade", str(path), found=found.words, known=wanted())
    _point_at(path)


def create(path: Path) -> None:
    """Make a new, empty database with all tables.

    Raises:
        Refused: a file of that name exists, or the place lies on a network file system.
        StorageProblem: the disk refuses.
    """
    _require_local_disk(path)
    if path.exists():
        raise Refused.of("store.exists", str(path))
    _point_at(path)
    call_command("migrate", verbosity=0, interactive=False)
    with connections["default"].cursor() as cursor:
        cursor.execute(f"PRAGMA user_version = {PROJECTION:d}")


def disconnect() -> None:
    """Close this thread's connection, so that the file can be moved or removed."""
    connections["default"].close()


def checkpointed(path: Path) -> None:
    """Fold a closed database's write-ahead log into its one file, so that the file can be moved alone.

    Raises:
        StorageProblem: somebody else keeps it open.
    """
    with worded(path), closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("PRAGMA journal_mode=DELETE")
    if path.with_name(path.name + "-wal").exists():
        raise StorageProblem.of("store.in-use", str(path))


def copied(path: Path, target: Path) -> None:
    """Copy a database as of one moment into a new file while others go on using it (SQLite's backup interface).

    Raises:
        StorageProblem: it cannot be read, or the target cannot be written.
    """
    readable = f"{path.resolve().as_uri()}?mode=ro"
    with (
        worded(path),
        closing(sqlite3.connect(readable, uri=True)) as source,
        closing(sqlite3.connect(target)) as copy,
    ):
        source.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")


def is_whole(path: Path) -> bool:
    """Tell whether a database file that nobody uses passes SQLite's own check."""
    with worded(path), closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        return [row[0] for row in connection.execute("PRAGMA integrity_check")] == ["ok"]


def remove(path: Path) -> None:
    """Delete a database file and what SQLite keeps beside it."""
    disconnect()
    for name in (path.name, path.name + "-wal", path.name + "-shm"):
        path.with_name(name).unlink(missing_ok=True)


def _require_local_disk(path: Path) -> None:
    kind = share_type(path, mounts=mount_table())
    if kind is not None:
        raise Refused.of("store.on-share", str(path), kind=kind)


def _point_at(path: Path) -> None:
    connections["default"].close()
    connections.settings["default"]["NAME"] = str(path)
