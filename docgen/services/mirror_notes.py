"""What the store has already, as far as this machine remembers: one row a version, written when it was proven.

The notes are a convenience, never the truth. A run that was killed loses at most the rows of files under way, and finds
their objects again by asking the store.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from docgen.remote.objects import Lock, Mode, Stored

_SCHEMA = 1
_TABLES = """
CREATE TABLE IF NOT EXISTS versions (
  folder TEXT NOT NULL, path TEXT NOT NULL, version TEXT NOT NULL, sha256 TEXT NOT NULL, size INTEGER NOT NULL,
  mtime_ns INTEGER NOT NULL, until INTEGER, mode TEXT NOT NULL, is_held INTEGER NOT NULL, is_current INTEGER NOT NULL,
  PRIMARY KEY (path, version)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS versions_folder ON versions (folder);
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Sent:
    """One version that the store has: of which file, which bytes, locked how; `is_current`: none newer was sent."""

    folder: str
    path: str
    version: str
    sha256: str
    size: int
    mtime_ns: int
    lock: Lock
    is_current: bool = True

    def is_like(self, size: int, mtime_ns: int) -> bool:
        """Tell whether a file of that size and time is taken to be the one that was sent."""
        return (self.size, self.mtime_ns) == (size, mtime_ns)


class Notes:
    """The table of what was sent, in a file of its own."""

    def __init__(self, path: Path, *, bucket: str) -> None:
        """Open the notes; those of another bucket, or of a form not known, are begun anew."""
        self._base = sqlite3.connect(path, isolation_level=None)
        self._base.execute("PRAGMA journal_mode = WAL")
        self._base.executescript(_TABLES)
        if self.fact("about") not in {None, self._about(bucket)}:
            self._base.executescript("DELETE FROM versions; DELETE FROM facts;")
        self.note_facts(about=self._about(bucket))

    @staticmethod
    def _about(bucket: str) -> str:
        return f"{_SCHEMA} {bucket}"

    def close(self) -> None:
        """Close the file."""
        self._base.close()

    def fact(self, name: str) -> str | None:
        """Return a fact about the last run."""
        row = self._base.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else None

    def note_facts(self, **facts: object) -> None:
        """Write facts down."""
        rows = [(name, str(value)) for name, value in facts.items()]
        self._base.executemany("INSERT OR REPLACE INTO facts VALUES (?, ?)", rows)

    def folder(self, folder: str) -> list[Sent]:
        """Return all versions sent of a folder's files."""
        rows = self._base.execute("SELECT * FROM versions WHERE folder = ? ORDER BY path, is_current", (folder,))
        return [_sent(row) for row in rows]

    def folders(self) -> list[str]:
        """Return the folders of which something was sent."""
        return [row[0] for row in self._base.execute("SELECT DISTINCT folder FROM versions ORDER BY folder")]

    def note(self, sent: Sent) -> None:
        """Write down that a version is the newest of its file; those before it become old ones."""
        with self._together():
            self._base.execute("UPDATE versions SET is_current = 0 WHERE path = ?", (sent.path,))
            self._put(sent)

    def forget(self, paths: Iterable[str]) -> None:
        """Forget what was sent of these files: the next run asks the store about them."""
        with self._together():
            self._base.executemany("DELETE FROM versions WHERE path = ?", [(path,) for path in paths])

    def relocked(self, sent: Iterable[Sent]) -> None:
        """Write down how versions are locked now."""
        with self._together():
            for each in sent:
                self._put(each)

    def counts(self) -> tuple[int, int]:
        """Return how many files the store has, and their bytes."""
        row = self._base.execute("SELECT count(*), coalesce(sum(size), 0) FROM versions WHERE is_current").fetchone()
        return int(row[0]), int(row[1])

    def _put(self, sent: Sent) -> None:
        until = int(sent.lock.until.timestamp()) if sent.lock.until else None
        row = (sent.folder, sent.path, sent.version, sent.sha256, sent.size, sent.mtime_ns, until)
        more = (sent.lock.mode.value, int(sent.lock.is_held), int(sent.is_current))
        self._base.execute("INSERT OR REPLACE INTO versions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (*row, *more))

    @contextmanager
    def _together(self) -> Iterator[None]:
        self._base.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._base.execute("ROLLBACK")
            raise
        self._base.execute("COMMIT")


def sent_as(found: Stored, *, folder: str, path: str, mtime_ns: int) -> Sent:
    """Return the note of a version that the store told of."""
    return Sent(folder, path, found.version, found.sha256, found.size, mtime_ns, found.lock)


def _sent(row: tuple[str, str, str, str, int, int, int | None, str, int, int]) -> Sent:
    folder, path, version, sha256, size, mtime_ns, until, mode, is_held, is_current = row
    lock = Lock(datetime.fromtimestamp(until, UTC) if until is not None else None, bool(is_held), Mode(mode))
    return Sent(folder, path, version, sha256, size, mtime_ns, lock, bool(is_current))
