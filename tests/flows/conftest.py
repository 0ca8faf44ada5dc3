"""A workspace with the manual's deal imported, as a sales assistant has it on the second day."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from docgen.services import passwords
from docgen.services.import_deal import import_deal
from docgen.services.initialise import initialise
from docgen.services.office import Office, open_office, read_companies
from docgen.store import database
from docgen.workspace import data_root

SAMPLE = data_root() / "samples" / "deals" / "xx-tech.yaml"


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def move(self, **by: int) -> None:
        self.at += timedelta(**by)


@pytest.fixture(autouse=True, scope="session")
def _quick_passwords() -> Iterator[None]:
    """Hash passwords at little cost: many tests have many people act."""
    made = passwords.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "hasher", lambda: made)
        yield


@pytest.fixture(scope="session")
def commands(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Give what runs commands in forked processes (forking.Commands)."""
    spec = importlib.util.spec_from_file_location("forking", Path(__file__).with_name("forking.py"))
    assert spec is not None
    assert spec.loader is not None
    forking = importlib.util.module_from_spec(spec)
    sys.modules["forking"] = forking
    spec.loader.exec_module(forking)
    with forking.Commands(tmp_path_factory.mktemp("commands")) as running:
        yield running


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime(2024, 3, 27, 2, 0, tzinfo=UTC))


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make one workspace a session; each test works on a copy."""
    root = tmp_path_factory.mktemp("prepared") / "office"
    companies = read_companies(data_root() / "samples" / "companies")
    initialise(root, companies["shanhai"])
    database.disconnect()
    return root


@pytest.fixture
def root(prepared: Path, tmp_path: Path) -> Path:
    shutil.copytree(prepared, tmp_path / "office")
    return tmp_path / "office"


@pytest.fixture
def office(root: Path, clock: Clock) -> Iterator[Office]:
    yield open_office(root, clock=clock, actor="张三")
    database.disconnect()


@pytest.fixture
def contract_no(office: Office) -> str:
    return import_deal(office, SAMPLE).contract_no
