"""Two people at once, and failures nobody foresaw."""

from __future__ import annotations

import subprocess
import sys

import pytest

from docgen.archive.keep import Kept
from docgen.services import file_burst, inbox
from docgen.services.archive_care import verify_archive
from docgen.services.file_scan import Fate, Filed
from docgen.services.office import Office
from docgen.services.watch_inboxes import InboxWatch, Trouble
from docgen.store import database, ledger

ISSUE = """
import sys
from docgen.cli.main import main
sys.exit(main(["issue", "HT2024031001", "acceptance-report", "--face", "docx", "-w", sys.argv[1]]))
"""


def test_two_people_issuing_the_same_paper_get_one_paper(office: Office, contract_no: str) -> None:
    root = office.workspace.root
    database.disconnect()
    people = [subprocess.Popen([sys.executable, "-c", ISSUE, str(root)], stderr=subprocess.PIPE) for _ in range(3)]
    said = [person.communicate(timeout=120)[1].decode() for person in people]
    assert sorted(person.returncode for person in people) == [0, 1, 1]
    assert sum("issuing.already-issued" in words for words in said) == 2
    assert [row.number for row in ledger.papers(contract_no)] == ["HT2024031001-YS01"]
    assert verify_archive(office).findings == ()


def test_one_scan_that_breaks_the_program_waits_and_the_rest_go_on(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_on_bad(office: Office, kept: Kept, name: str, **options: object) -> Filed:
        if name == "bad.pdf":
            raise ZeroDivisionError
        return real(office, kept, name, **options)  # type: ignore[arg-type]

    real = file_burst.place_kept
    monkeypatch.setattr(file_burst, "place_kept", break_on_bad)
    folder = office.workspace.inboxes[0].path
    (folder / "bad.pdf").write_bytes(b"%PDF-1.4 odd")
    (folder / "good.txt").write_bytes(b"plain text")
    reports: list[Filed | Trouble] = []
    InboxWatch(office, reports.append, give_up_seconds=0.1).run_once()
    assert {one.original_name: one.fate for one in reports if isinstance(one, Filed)} == {
        "bad.pdf": Fate.WAITING,
        "good.txt": Fate.WAITING,
    }
    codes = {row.original_name: [finding.code for finding in row.findings] for row in inbox.list_waiting(office)}
    assert codes["bad.pdf"] == ["services.filing-failed"]
    assert [path for path in folder.rglob("*") if path.is_file()] == []
