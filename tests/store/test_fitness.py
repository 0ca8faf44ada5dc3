"""A database that a crash left half-written is taken back when it is looked at, not refused for ever."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from docgen.store import database
from docgen.store.faults import TablesRefused


def crashed(path: Path, at: Path) -> Path:
    """Make a database and copy it in the middle of a transaction, journal and all, as a power cut would leave it."""
    database.create(path)
    database.disconnect()
    at.mkdir()
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("PRAGMA journal_mode=DELETE")
        writer.execute("CREATE TABLE many (text TEXT)")
        writer.execute("PRAGMA cache_size=1")
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("DELETE FROM django_migrations")
        writer.executemany("INSERT INTO many VALUES (?)", [("x" * 3000,)] * 200)
        for file in path.parent.glob("docgen.db*"):
            shutil.copy(file, at / file.name)
        writer.execute("ROLLBACK")
    assert (at / "docgen.db-journal").stat().st_size > 0
    return at / path.name


def test_a_hot_journal_is_rolled_back(tmp_path: Path) -> None:
    (tmp_path / "whole").mkdir()
    half = crashed(tmp_path / "whole" / "docgen.db", tmp_path / "half")
    reader = sqlite3.connect(f"{half.as_uri()}?mode=ro", uri=True)
    with closing(reader), pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader.execute("PRAGMA user_version").fetchone()
    assert database.fitness(half) == database.fitness(tmp_path / "whole" / "docgen.db")
    assert database.fitness(half).is_fit
    assert not half.with_name("docgen.db-journal").exists()


def test_what_is_no_database_is_still_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "docgen.db").write_bytes(b"no database at all, but long enough to be looked at as one " * 200)
    with pytest.raises(TablesRefused):
        database.fitness(tmp_path / "docgen.db")
