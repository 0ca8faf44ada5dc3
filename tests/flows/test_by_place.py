"""A sheet whose code is lost, between sheets whose codes are read: it is the one page that is missing, or it waits."""

from __future__ import annotations

import hashlib
import io
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pypdf import PdfReader

from docgen.demo.people import agreed
from docgen.demo.simulate import ScanSpec, print_and_scan
from docgen.services.archive_care import verify_archive
from docgen.services.file_scan import Fate, Filed, Readers, file_scan
from docgen.services.import_deal import import_deal
from docgen.services.issue_document import issue_document
from docgen.services.office import Office, open_office
from docgen.services.prepare_issue import Request
from docgen.store import database, ledger
from docgen.workspace import data_root

SAMPLE = data_root() / "samples" / "deals" / "xx-tech.yaml"
FONTS = data_root() / "templates" / "_shared" / "fonts"
AT = datetime(2024, 3, 5, 9, 0, tzinfo=UTC)
BY_PLACE = "intake.page-by-place"


@pytest.fixture(scope="module")
def proposal(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes, str]:
    """Issue a proposal of three pages or more; the workspace, its PDF and its document id."""
    root = tmp_path_factory.mktemp("by-place") / "office"
    shutil.copytree(prepared, root)
    office = open_office(root, clock=lambda: AT, actor="张三")
    number = import_deal(office, SAMPLE).contract_no
    agreed(office, number, "proposal", seq=0)
    issued = issue_document(office, Request(number, "proposal", seq=0))
    database.disconnect()
    return root, next(path for path in issued.files if path.suffix == ".pdf").read_bytes(), str(issued.document_id)


@pytest.fixture
def office(proposal: tuple[Path, bytes, str], tmp_path: Path) -> Office:
    shutil.copytree(proposal[0], tmp_path / "office")
    return open_office(tmp_path / "office", clock=lambda: AT, actor="张三")


def pages(pdf: bytes) -> int:
    return len(PdfReader(io.BytesIO(pdf)).pages)


def scanned(office: Office, pdf: bytes, blotted: Sequence[int], *, order: Sequence[int] = (), backs: str = "") -> Path:
    spec = ScanSpec(FONTS, blotted=frozenset(blotted), order=order, has_blank_backs=bool(backs))
    path = office.workspace.root / "SCAN0042.pdf"
    path.write_bytes(print_and_scan(pdf, spec, seed=3))
    return path


def filed(office: Office, path: Path) -> Filed:
    """File a scan without print being read: only the codes and the places can tell."""
    return file_scan(office, path, readers=Readers(reads_print=False))


@pytest.mark.parametrize("backs", ["", "blank backs"])
def test_the_one_page_without_a_code_is_placed_between_its_neighbours(
    office: Office, proposal: tuple[Path, bytes, str], backs: str
) -> None:
    _, pdf, document_id = proposal
    count = pages(pdf)
    assert count >= 3
    source = scanned(office, pdf, [2], backs=backs)
    done = filed(office, source)
    assert done.fate is Fate.FILED
    assert BY_PLACE in {one.code for one in done.findings}, "a person is told which page was only placed"
    (row,) = ledger.answers_to(document_id)
    assert row.hashes == (hashlib.sha256(source.read_bytes()).hexdigest(),)
    extra = row.sidecar["extra"]
    assert extra["missing_pages"] == []  # type: ignore[index]
    assert any(BY_PLACE in str(told) for told in row.sidecar["findings"]), "and so is who opens the folder in ten years"  # type: ignore[attr-defined]
    assert verify_archive(office).findings == ()


def test_a_sheet_without_a_code_that_does_not_lie_in_its_place_waits(
    office: Office, proposal: tuple[Path, bytes, str]
) -> None:
    _, pdf, document_id = proposal
    rest = list(range(3, pages(pdf) + 1))
    for order in ([2, 1, *rest], [1, *rest, 2]):
        done = filed(office, scanned(office, pdf, [2], order=order))
        assert done.fate is Fate.WAITING, order
        assert done.missing_pages == (2,)
    assert ledger.answers_to(document_id) == ()


def test_two_sheets_without_codes_wait(office: Office, proposal: tuple[Path, bytes, str]) -> None:
    _, pdf, document_id = proposal
    done = filed(office, scanned(office, pdf, [1, 2]))
    assert done.fate is Fate.WAITING
    assert ledger.answers_to(document_id) == ()
