"""Half a paper waits, its other half completes it, and both scans are kept as they came."""

from __future__ import annotations

import io
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pypdf import PdfReader

from docgen.cli.main import main
from docgen.demo.simulate import ScanSpec, print_and_scan
from docgen.intake import waiting
from docgen.services import inbox, placing
from docgen.services.archive_care import rebuild_database, verify_archive
from docgen.services.file_scan import Fate, file_scan
from docgen.services.import_deal import import_deal
from docgen.services.issue_document import Issued, issue_document
from docgen.services.office import Office, open_office
from docgen.services.places import folder_of
from docgen.services.prepare_issue import Request
from docgen.store import database, ledger
from docgen.workspace import data_root

SAMPLE = data_root() / "samples" / "deals" / "xx-tech.yaml"
FONTS = data_root() / "templates" / "_shared" / "fonts"


@pytest.fixture(scope="session")
def issued_once(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Issued]:
    root = tmp_path_factory.mktemp("halves") / "office"
    shutil.copytree(prepared, root)
    office = open_office(root, clock=lambda: datetime(2024, 3, 26, 9, 0, tzinfo=UTC), actor="张三")
    report = issue_document(office, Request(import_deal(office, SAMPLE).contract_no, "acceptance-report"))
    database.disconnect()
    return root, report


@pytest.fixture
def root(issued_once: tuple[Path, Issued], tmp_path: Path) -> Path:
    shutil.copytree(issued_once[0], tmp_path / "office")
    return tmp_path / "office"


@pytest.fixture
def report(issued_once: tuple[Path, Issued]) -> Issued:
    return issued_once[1]


def half(report: Issued, folder: Path, page: int, *, format: str = "pdf", seed: int = 1) -> Path:  # noqa: A002  # as in ScanSpec
    pdf = next(path for path in report.files if path.suffix == ".pdf").read_bytes()
    spec = ScanSpec(FONTS, dropped=frozenset({3 - page}), format=format)  # type: ignore[arg-type]
    path = folder / f"page{page}-{seed}.{format}"
    path.write_bytes(print_and_scan(pdf, spec, seed=seed))
    return path


@pytest.mark.parametrize(("first", "second", "kind"), [(1, 2, "pdf"), (2, 1, "jpeg")])
def test_the_later_half_completes_the_earlier(
    office: Office,
    report: Issued,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    first: int,
    second: int,
    kind: str,
) -> None:
    early, late = half(report, tmp_path, first, format=kind), half(report, tmp_path, second)
    waits = file_scan(office, early)
    assert (waits.fate, list(waits.missing_pages)) == (Fate.WAITING, [second])
    done = file_scan(office, late)
    assert (done.fate, done.number) == (Fate.FILED, report.number)
    assert inbox.list_waiting(office) == ()
    (row,) = ledger.answers_to(str(report.document_id))
    folder = folder_of(office, report.contract_no)
    assert [(folder.path / name).read_bytes() for name in row.files] == [late.read_bytes(), early.read_bytes()]
    assert [one["media_type"] for one in row.sidecar["files"]] == [  # type: ignore[index,union-attr]
        "application/pdf",
        {"pdf": "application/pdf", "jpeg": "image/jpeg"}[kind],
    ]
    assert [one["name"] for one in row.sidecar["extra"]["sources"]] == [early.name, late.name]  # type: ignore[index]
    assert row.sidecar["extra"]["missing_pages"] == []  # type: ignore[index]
    (derived,) = row.sidecar["derived"]  # type: ignore[misc]
    assert len(PdfReader(io.BytesIO((folder.derived / derived["name"]).read_bytes())).pages) == 2
    assert list((office.archive.root / "_incoming").glob("[!.]*")) == []
    assert verify_archive(office).findings == ()
    before = ledger.papers()
    rebuild_database(office.workspace)
    assert ledger.papers() == before
    database.disconnect()
    assert main(["-w", str(office.workspace.root), "archive", "show", report.contract_no]) == 0
    shown = "".join(capsys.readouterr().out.split())
    assert all(mark in shown for mark in ("签回件.pdf", "先到部分"))


def test_two_scans_of_the_same_half_both_wait(office: Office, report: Issued, tmp_path: Path) -> None:
    file_scan(office, half(report, tmp_path, 1, seed=1))
    assert file_scan(office, half(report, tmp_path, 1, seed=2)).fate is Fate.WAITING
    third = file_scan(office, half(report, tmp_path, 2, seed=3))
    assert third.fate is Fate.WAITING, "which of the two first pages belongs to it, a person must say"
    assert len(inbox.list_waiting(office)) == 3


def test_a_half_that_comes_again_after_it_was_completed_is_a_note(
    office: Office, report: Issued, tmp_path: Path
) -> None:
    early, late = half(report, tmp_path, 1), half(report, tmp_path, 2)
    file_scan(office, early)
    file_scan(office, late)
    for source in (early, late):
        again = file_scan(office, source)
        assert again.fate is Fate.SEEN_AGAIN
        assert again.path is not None
        assert again.path.read_bytes() == source.read_bytes()
    assert len(ledger.answers_to(str(report.document_id))) == 1
    assert list((office.archive.root / "_incoming").glob("[!.]*")) == []


def test_a_stop_between_the_filing_and_the_list_is_made_good(
    office: Office, report: Issued, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    early, late = half(report, tmp_path, 1), half(report, tmp_path, 2)
    file_scan(office, early)
    with monkeypatch.context() as stopped:
        stopped.setattr(placing, "settle_half", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            file_scan(office, late)
    assert len(waiting.waiting_items(office.workspace.review)) == 1
    assert file_scan(office, late).fate is Fate.SEEN_AGAIN
    assert waiting.waiting_items(office.workspace.review) == []
    assert len(ledger.answers_to(str(report.document_id))) == 1
    assert verify_archive(office).findings == ()
