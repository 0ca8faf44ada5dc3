"""The second walk with OCR: scans whose codes are drowned in ink file themselves by print, or wait with points."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

import pytest

from docgen.demo.drops import zones_of
from docgen.demo.people import agreed
from docgen.demo.simulate import ScanSpec, foreign_letter, print_and_scan
from docgen.services import inbox
from docgen.services.archive_care import verify_archive
from docgen.services.file_scan import Fate, file_scan
from docgen.services.import_deal import import_deal
from docgen.services.issue_document import Issued, issue_document
from docgen.services.office import Office, open_office
from docgen.services.places import folder_of
from docgen.services.prepare_issue import Request
from docgen.store import database, ledger
from docgen.workspace import data_root

pytestmark = pytest.mark.skipif(find_spec("rapidocr") is None, reason="the OCR extra is not installed")

SAMPLE = data_root() / "samples" / "deals" / "xx-tech.yaml"
FONTS = data_root() / "templates" / "_shared" / "fonts"
PARTIES = {"customer": "XX科技有限公司", "seller": "山海云图科技（示例）有限公司"}


@pytest.fixture(scope="session")
def issued_once(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Issued]:
    root = tmp_path_factory.mktemp("read") / "office"
    shutil.copytree(prepared, root)
    office = open_office(root, clock=lambda: datetime(2024, 3, 26, 9, 0, tzinfo=UTC), actor="张三")
    contract_no = import_deal(office, SAMPLE).contract_no
    report = issue_document(office, Request(contract_no, "acceptance-report"))
    agreed(office, contract_no, "supplementary-agreement")
    issue_document(office, Request(contract_no, "supplementary-agreement"))
    database.disconnect()
    return root, report


@pytest.fixture
def root(issued_once: tuple[Path, Issued], tmp_path: Path) -> Path:
    shutil.copytree(issued_once[0], tmp_path / "office")
    return tmp_path / "office"


@pytest.fixture
def report(issued_once: tuple[Path, Issued]) -> Issued:
    return issued_once[1]


def blotted(
    office: Office, paper: Issued, folder: Path, *, pages: frozenset[int] = frozenset({1, 2}), **changes: object
) -> Path:
    signed = dict.fromkeys(PARTIES, paper.dated)
    values = {"zones": zones_of(office, paper), "seals": PARTIES, "signed": signed, "blotted": pages, **changes}
    pdf = next(path for path in paper.files if path.suffix == ".pdf").read_bytes()
    path = folder / "SCAN0001.pdf"
    path.write_bytes(print_and_scan(pdf, ScanSpec(fonts=FONTS, **values), seed=1))  # type: ignore[arg-type]
    return path


def test_a_scan_without_a_readable_code_files_itself_and_its_print_lies_beside_it(
    office: Office, report: Issued, tmp_path: Path
) -> None:
    source = blotted(office, report, tmp_path, turned=frozenset({2}))
    filed = file_scan(office, source)
    assert (filed.fate, filed.number) == (Fate.FILED, report.number)
    assert filed.path is not None
    assert filed.path.read_bytes() == source.read_bytes()
    (row,) = ledger.answers_to(str(report.document_id))
    (derived,) = row.sidecar["derived"]  # type: ignore[misc]
    text = (folder_of(office, report.contract_no).derived / derived["name"]).read_text(encoding="utf-8")
    assert text.startswith("机器识别的文字，可能有误")
    assert report.number in text
    assert all(isinstance(one["score"], int) for one in row.sidecar["evidence"])  # type: ignore[index]
    assert verify_archive(office).findings == ()


def test_one_drowned_page_is_placed_by_its_print(office: Office, report: Issued, tmp_path: Path) -> None:
    filed = file_scan(office, blotted(office, report, tmp_path, pages=frozenset({2})))
    assert filed.fate is Fate.FILED
    assert "intake.page-by-ocr" in {one.code for one in filed.findings}


def test_half_a_paper_waits_with_its_points_and_is_filed_by_hand_without_reading_again(
    office: Office, report: Issued, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = file_scan(office, blotted(office, report, tmp_path, dropped=frozenset({2})))
    assert (waiting.fate, list(waiting.missing_pages)) == (Fate.WAITING, [2])
    (row,) = inbox.list_waiting(office)
    assert row.candidates[0].paper.number == report.number
    assert row.candidates[0].score >= 80
    monkeypatch.setattr("docgen.papers.ocr.Recogniser.read", lambda *_, **__: pytest.fail("read again"))
    inbox.assign(office, str(waiting.review_id), document=report.number, reason="客户只寄回签章页")
    (kept,) = ledger.answers_to(str(report.document_id))
    assert kept.sidecar["extra"]["missing_pages"] == [2]  # type: ignore[index]
    assert len(kept.sidecar["derived"]) == 1  # type: ignore[arg-type]
    assert verify_archive(office).findings == ()


def test_a_foreign_letter_is_read_and_still_waits(office: Office, report: Issued, tmp_path: Path) -> None:
    path = tmp_path / "letter.pdf"
    path.write_bytes(foreign_letter(5, fonts=FONTS))
    waiting = file_scan(office, path)
    assert waiting.fate is Fate.WAITING
    (row,) = inbox.list_waiting(office)
    assert (row.file.parent / "derived" / "识别文字.txt").is_file()
