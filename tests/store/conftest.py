from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from docgen.archive.layout import Archive
from docgen.store import database


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    database.create(tmp_path / "docgen.db")
    yield Archive.create(tmp_path / "archive")
    database.disconnect()
