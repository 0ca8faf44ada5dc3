"""Workspaces as older programs left them, opened by this one; `data/` holds one per version, named by its commit."""

from __future__ import annotations

import json
import sqlite3
import tarfile
from contextlib import closing
from pathlib import Path

import pytest

from docgen.cli.main import main
from docgen.errors import Damage, Refused
from docgen.findings import has_errors
from docgen.services.archive_care import verify_archive
from docgen.services.backups import backups
from docgen.services.deals import show_deal
from docgen.services.issue_document import issue_document
from docgen.services.office import open_office
from docgen.services.prepare_issue import Request
from docgen.services.record_fact import NewFact, add_fact
from docgen.services.upgrade_workspace import upgrade
from docgen.store import database, ledger

DATA = Path(__file__).parent / "data"
VERSIONS = sorted(DATA.glob("workspace-of-*.tar.xz"))


@pytest.fixture(params=VERSIONS, ids=lambda path: path.name.removeprefix("workspace-of-").partition(".")[0])
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    root = tmp_path / "office"
    with tarfile.open(request.param) as archive:
        archive.extractall(root, filter="data")
    yield root
    database.disconnect()


def _archive(root: Path) -> dict[str, bytes]:
    files = (path for path in (root / "archive").rglob("*") if path.is_file() and not path.name.startswith(".lock"))
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in files}


def _files(root: Path) -> dict[Path, bytes]:
    """Return all files but those SQLite lays beside a database that is only read."""
    files = (path for path in root.rglob("*") if path.is_file() and not path.name.endswith(("-shm", "-wal")))
    return {path: path.read_bytes() for path in files}


def _migrations(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [row[0] for row in connection.execute("SELECT name FROM django_migrations WHERE app = 'store'")]


def test_an_old_workspace_is_not_opened_before_it_is_upgraded(old: Path) -> None:
    with pytest.raises(Refused) as refusal:
        open_office(old)
    assert [f.code for f in refusal.value.findings] == ["store.needs-upgrade"]


def test_it_upgrades_with_every_paper_number_and_fact_and_works_on(old: Path) -> None:
    before = _archive(old)
    done = upgrade(old)
    assert done.is_needed
    assert done.rebuilt
    assert (done.rebuilt.deals, done.rebuilt.papers) == (1, 3)
    assert _archive(old) == before
    office = open_office(old)
    told = show_deal(office, "SO2024031001", as_of=office.today())
    assert told["totals"]["incl"] == "285000.00"  # type: ignore[index]
    papers = {row.number: row.status for row in ledger.papers("HT2024031001")}
    assert papers == {
        "HT2024031001-BC01": "current",
        "HT2024031001-YS01": "current",
        "HT2024031001-YS02": "void",
    }
    assert not has_errors(verify_archive(office).findings)
    add_fact(office, "SO2024031001", NewFact("payment", {"on": "2024-06-01", "amount": "1.00"}))
    again = Request("SO2024031001", "acceptance-report", faces=("docx",), again=True)
    assert issue_document(office, again).number == "HT2024031001-YS03"
    assert not upgrade(old).is_needed


def test_the_old_tables_are_in_the_backup_and_beside_the_new_ones(old: Path) -> None:
    had = _migrations(old / "docgen.db")
    done = upgrade(old)
    kept = [path for path in old.iterdir() if path.name.startswith("docgen.db.before-")]
    assert [_migrations(path) for path in kept] == [had]
    assert done.backup
    assert [each.name for each in backups(old / "backup")] == [done.backup.backup.name]
    assert set(_migrations(old / "docgen.db")) > set(had)


def test_a_dry_run_changes_nothing(old: Path) -> None:
    before = _files(old)
    done = upgrade(old, is_dry=True)
    assert (done.is_needed, done.backup, done.rebuilt) == (True, None, None)
    assert _files(old) == before


def test_a_damaged_log_leaves_the_old_tables_in_their_place(old: Path) -> None:
    log = next((old / "archive").rglob("HT2024031001/_docgen/events.jsonl"))
    lines = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(b"".join([*lines[:3], lines[3].replace(b"2024", b"2025"), *lines[4:]]))
    had = (old / "docgen.db").read_bytes()
    with pytest.raises(Damage):
        upgrade(old)
    assert (old / "docgen.db").read_bytes() == had
    log.write_bytes(b"".join(lines))
    assert upgrade(old).is_needed


@pytest.mark.parametrize("how", ["migration", "projection", "label"])
def test_a_newer_workspace_is_refused_and_left_alone(old: Path, how: str) -> None:
    upgrade(old)
    database.disconnect()
    wanted = "archive.schema-too-new" if how == "label" else "store.newer"
    with closing(sqlite3.connect(old / "docgen.db")) as connection:
        if how == "migration":
            row = ("store", "0999_from_the_future", "2030-01-01")
            connection.execute("INSERT INTO django_migrations (app, name, applied) VALUES (?, ?, ?)", row)
        elif how == "projection":
            connection.execute(f"PRAGMA user_version = {database.PROJECTION + 1}")
        connection.commit()
    if how == "label":
        label = next((old / "archive").rglob("HT2024031001/_docgen/folder.json"))
        label.chmod(0o644)
        label.write_text(json.dumps(json.loads(label.read_bytes()) | {"schema": 2}), encoding="utf-8")
    else:
        with pytest.raises(Refused):
            open_office(old)
    with pytest.raises(Refused) as refusal:
        upgrade(old)
    assert [f.code for f in refusal.value.findings] == [wanted]


def test_tables_made_by_an_older_projection_are_made_anew(old: Path) -> None:
    upgrade(old)
    database.disconnect()
    with closing(sqlite3.connect(old / "docgen.db")) as connection:
        connection.execute(f"PRAGMA user_version = {database.PROJECTION - 1}")
    done = upgrade(old)
    assert done.is_needed
    assert done.tables_before.endswith(f"/ {database.PROJECTION - 1}")


def test_from_the_command_line(old: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = str(old)
    assert main(["deal", "list", "-w", root]) == 1
    assert "docgen upgrade" in capsys.readouterr().err
    assert main(["upgrade", "--dry-run", "-w", root]) == 0
    assert main(["upgrade", "-w", root, "--json"]) == 0
    capsys.readouterr()
    assert main(["deal", "list", "-w", root]) == 0
    assert "HT2024031001" in capsys.readouterr().out
