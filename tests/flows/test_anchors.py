"""Logs against a sheet that lies elsewhere, and a verification that goes on where it broke off."""

from __future__ import annotations

from pathlib import Path

import pytest

from docgen.cli.main import main
from docgen.errors import Refused
from docgen.services.archive_care import anchor_sheet, rebuild_database, verify_archive
from docgen.services.import_deal import import_deal
from docgen.services.office import Office, open_office
from docgen.services.record_fact import NewFact, add_fact
from docgen.services.verify_run import VerifyRun
from docgen.store import database
from docgen.workspace import data_root

SAMPLES = data_root() / "samples" / "deals"


@pytest.fixture
def two(office: Office) -> Office:
    for name in ("xx-tech", "hengtai-line"):
        import_deal(office, SAMPLES / f"{name}.yaml")
    return office


def _codes(office: Office, **how: object) -> list[str]:
    return [f.code for f in verify_archive(office, **how).findings]  # type: ignore[arg-type]


def test_a_log_cut_together_with_its_database_is_found_by_the_sheet_alone(two: Office, tmp_path: Path) -> None:
    paper = tmp_path / "sheet.txt"
    add_fact(two, "SO2024031001", NewFact("payment", {"on": "2024-06-01", "amount": "1.00"}))
    assert anchor_sheet(two, paper) == len(list(two.archive.folders()))
    assert _codes(two, sheets=[paper]) == []
    add_fact(two, "SO2024031001", NewFact("payment", {"on": "2024-06-02", "amount": "2.00"}))
    assert _codes(two, sheets=[paper]) == []
    log = next(folder.events for folder in two.archive.folders() if folder.key.startswith("HT20240310"))
    log.write_bytes(b"".join(log.read_bytes().splitlines(keepends=True)[:-2]))
    database.disconnect()
    rebuild_database(two.workspace)
    anew = open_office(two.workspace.root, clock=two.clock)
    assert _codes(anew) == []
    assert _codes(anew, sheets=[paper]) == ["archive.log-cut"]


def test_a_folder_the_sheet_names_must_be_there(two: Office, tmp_path: Path) -> None:
    paper = tmp_path / "sheet.txt"
    anchor_sheet(two, paper)
    gone = next(folder for folder in two.archive.folders() if folder.key.startswith("HT20240310"))
    gone.path.rename(tmp_path / "taken away")
    assert _codes(two, sheets=[paper]).count("archive.folder-missing") == 2


@pytest.mark.parametrize("change", ["line", "number", "word"])
def test_a_sheet_that_was_cut_or_changed_is_refused(two: Office, tmp_path: Path, change: str) -> None:
    paper = tmp_path / "sheet.txt"
    anchor_sheet(two, paper)
    lines = paper.read_text(encoding="utf-8").splitlines()
    first = next(number for number, line in enumerate(lines) if not line.startswith("#"))
    if change == "line":
        del lines[first]
    elif change == "number":
        lines[first] = "9" + lines[first]
    else:
        lines[first] = "what is this"
    paper.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(Refused) as refusal:
        verify_archive(two, sheets=[paper])
    wanted = "archive.anchor-line-unreadable" if change == "word" else "archive.anchor-seal-broken"
    assert [f.code for f in refusal.value.findings] == [wanted]


def test_a_verification_that_broke_off_goes_on_and_forgets_nothing(two: Office) -> None:
    victim = next(folder for folder in two.archive.folders() if folder.key.startswith("HT")).path / "stranger.txt"
    victim.write_text("not ours", encoding="utf-8")
    read: list[str] = []

    def stop_at_the_last(key: str, number: int, total: int) -> None:
        if number == total:
            raise KeyboardInterrupt
        read.append(key)

    with pytest.raises(KeyboardInterrupt):
        verify_archive(two, progress=stop_at_the_last)
    notes = VerifyRun(two.workspace.log, None)
    assert set(notes.begun_before()) == set(read)
    with notes.path.open("a", encoding="utf-8") as file:
        file.write('{"key": "HT')
    whole = verify_archive(two)
    again: list[str] = []
    with pytest.raises(KeyboardInterrupt):
        verify_archive(two, progress=stop_at_the_last)
    report = verify_archive(two, resume=True, progress=lambda key, *_: again.append(key))
    assert report == whole
    assert [f.code for f in report.findings] == ["archive.extra-file"]
    assert not notes.path.exists()


def test_what_was_read_already_is_not_read_again(two: Office) -> None:
    keys = [folder.key for folder in two.archive.folders()]
    run = VerifyRun(two.workspace.log, None)
    verify_archive(two)
    with pytest.raises(KeyboardInterrupt):
        verify_archive(two, progress=lambda _key, number, total: _stop(number == total))
    assert list(run.begun_before()) == keys[:-1]
    late = next(folder for folder in two.archive.folders() if folder.key == keys[0]).path / "slipped in.txt"
    late.write_text("later", encoding="utf-8")
    assert _codes(two, resume=True) == []
    assert _codes(two) == ["archive.extra-file"]


def _stop(now: bool) -> None:  # noqa: FBT001  # told by the run
    if now:
        raise KeyboardInterrupt


def test_from_the_command_line(two: Office, tmp_path: Path) -> None:
    root, paper = str(two.workspace.root), str(tmp_path / "sheet.txt")
    database.disconnect()
    assert main(["archive", "anchors", paper, "-w", root]) == 0
    assert main(["archive", "verify", "--anchors", paper, "-w", root]) == 0
    assert main(["archive", "verify", "--resume", "-w", root]) == 0
    Path(paper).write_text("nothing", encoding="utf-8")
    assert main(["archive", "verify", "--anchors", paper, "-w", root]) == 1
