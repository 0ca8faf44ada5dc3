"""A pile scanned into one file: each paper is filed by itself, the file is kept whole, nothing is lost or doubled."""

from __future__ import annotations

import hashlib
import io
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image, ImageSequence
from pypdf import PdfReader, PdfWriter

from docgen.archive.eventlog import read
from docgen.archive.export import export_bag
from docgen.demo.people import agreed
from docgen.demo.simulate import ScanSpec, foreign_letter, print_and_scan
from docgen.errors import Refused
from docgen.services import inbox, split_scan
from docgen.services.archive_care import rebuild_database, verify_archive
from docgen.services.file_scan import file_scan
from docgen.services.import_deal import import_deal
from docgen.services.issue_document import Issued, issue_document
from docgen.services.office import Office, open_office
from docgen.services.places import folder_of
from docgen.services.placing import Fate, Filed
from docgen.services.prepare_issue import Request
from docgen.services.refile import refile
from docgen.store import database, ledger
from docgen.workspace import data_root

SAMPLE = data_root() / "samples" / "deals" / "xx-tech.yaml"
FONTS = data_root() / "templates" / "_shared" / "fonts"
Papers = tuple[Issued, Issued]


@pytest.fixture(scope="session")
def issued_once(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Papers]:
    root = tmp_path_factory.mktemp("piles") / "office"
    shutil.copytree(prepared, root)
    office = open_office(root, clock=lambda: datetime(2024, 3, 26, 9, 0, tzinfo=UTC), actor="张三")
    number = import_deal(office, SAMPLE).contract_no
    agreed(office, number, "supplementary-agreement")
    papers = tuple(
        issue_document(office, Request(number, kind)) for kind in ("acceptance-report", "supplementary-agreement")
    )
    database.disconnect()
    return root, papers  # type: ignore[return-value]


@pytest.fixture
def root(issued_once: tuple[Path, Papers], tmp_path: Path) -> Path:
    shutil.copytree(issued_once[0], tmp_path / "office")
    return tmp_path / "office"


@pytest.fixture
def papers(issued_once: tuple[Path, Papers]) -> Papers:
    return issued_once[1]


def sheets(issued: Issued, seed: int = 1, **how: object) -> bytes:
    pdf = next(path for path in issued.files if path.suffix == ".pdf").read_bytes()
    return print_and_scan(pdf, ScanSpec(FONTS, **how), seed=seed)  # type: ignore[arg-type]


def pile(path: Path, scans: Sequence[bytes], order: Sequence[tuple[int, int]] | None = None) -> Path:
    """Put the sheets of several scans into one PDF; `order` names (scan from 0, page from 1)."""
    books, writer = [PdfReader(io.BytesIO(one)) for one in scans], PdfWriter()
    for book, page in order or [(n, k) for n, one in enumerate(books) for k in range(1, len(one.pages) + 1)]:
        writer.add_page(books[book].pages[page - 1])
    writer.write(path)
    return path


def split_of(row: ledger.PaperLine) -> dict[str, object]:
    return row.sidecar["extra"]["split"]  # type: ignore[index,no-any-return]


def original(source: Path) -> ledger.PaperLine:
    row = ledger.filed_from(hashlib.sha256(source.read_bytes()).hexdigest())
    assert row is not None
    return row


def require_proven(office: Office) -> None:
    assert verify_archive(office).findings == ()
    before = ledger.papers()
    rebuild_database(office.workspace)
    assert ledger.papers() == before
    assert list((office.archive.root / "_incoming").glob("[!.]*")) == []


def test_each_paper_of_a_pile_is_filed_and_the_pile_is_kept_whole(
    office: Office, papers: Papers, tmp_path: Path
) -> None:
    report, agreement = papers
    backs = sheets(report, has_blank_backs=True)
    mixed = [(1, 2), (0, 3), (0, 4), (1, 1), (0, 1), (0, 2), *((1, n) for n in range(3, agreement.pages + 1))]
    source = pile(tmp_path / "SCAN0009.pdf", [backs, sheets(agreement, 2)], mixed)
    done = file_scan(office, source)
    assert (done.fate, done.waits) == (Fate.TAKEN_APART, False)
    assert sorted(part.number or "" for part in done.parts) == sorted([report.number, agreement.number])
    folder = folder_of(office, report.contract_no)
    sha256 = hashlib.sha256(source.read_bytes()).hexdigest()
    for paper, pages in ((report, [5, 2]), (agreement, [4, 1, *range(7, 5 + agreement.pages)])):
        (row,) = ledger.answers_to(str(paper.document_id))
        assert split_of(row) == {"original": sha256, "item": original(source).id, "pages": pages}
        assert len(PdfReader(folder.path / row.files[0]).pages) == paper.pages, "blank backs are not in the copy"
        logged = [entry.payload for entry in read(folder)[0] if entry.type == "scan.part-cut"]
        assert [one["original"]["sha256"] for one in logged if one["id"] == row.id] == [sha256]
    whole = original(source)
    assert (whole.item_type, (folder.path / whole.files[0]).read_bytes()) == ("scan-original", source.read_bytes())
    extra = whole.sidecar["extra"]
    assert extra["blank_pages"] == [3, 6]  # type: ignore[index]
    require_proven(office)


def test_the_same_pile_again_is_a_note(office: Office, papers: Papers, tmp_path: Path) -> None:
    source = pile(tmp_path / "pile.pdf", [sheets(one) for one in papers])
    file_scan(office, source)
    again = file_scan(office, source)
    assert again.fate is Fate.SEEN_AGAIN
    assert again.path is not None
    assert again.path.read_bytes() == source.read_bytes()
    assert len([row for row in ledger.papers() if row.item_type == "filed"]) == 2
    require_proven(office)


def test_the_original_of_a_pile_does_not_leave_the_house(office: Office, papers: Papers, tmp_path: Path) -> None:
    source = pile(tmp_path / "pile.pdf", [sheets(one) for one in papers])
    file_scan(office, source)
    bag = export_bag(folder_of(office, papers[0].contract_no), tmp_path / "bag")
    assert not [path for path in bag.rglob("*") if path.is_file() and path.read_bytes() == source.read_bytes()]
    assert list(bag.rglob("*签回件*"))
    extract = (bag / "data" / "_docgen" / "events-extract.jsonl").read_text(encoding="utf-8")
    assert '"type":"scan.part-cut","withheld":true' in extract


def test_a_half_and_a_foreign_letter_in_a_pile_wait_each_by_itself(
    office: Office, papers: Papers, tmp_path: Path
) -> None:
    report, agreement = papers
    scans = [sheets(agreement), foreign_letter(5, fonts=FONTS), sheets(report, dropped=frozenset({2}))]
    source = pile(tmp_path / "pile.pdf", scans)
    done = file_scan(office, source)
    assert [part.fate for part in done.parts] == [Fate.FILED, Fate.WAITING, Fate.WAITING]
    foreign, half = done.parts[1:]
    assert (foreign.number, half.number, list(half.missing_pages)) == (None, report.number, [2])
    assert "intake.unclaimed-in-bundle" in {one.code for one in foreign.findings}
    waiting = inbox.show_waiting(office, str(half.review_id))
    assert waiting.part_of is not None
    assert waiting.part_of.pages == (agreement.pages + 2,)
    assert original(source).id == waiting.part_of.original_id
    with pytest.raises(Refused) as refused:
        inbox.assign(office, str(half.review_id), document=report.number)
    assert refused.value.findings[0].code == "services.half-needs-reason"
    inbox.assign(office, str(half.review_id), document=report.number, reason="客户确认第二页无内容")
    (row,) = ledger.answers_to(str(report.document_id))
    assert row.sidecar["extra"]["assigned_reason"] == "客户确认第二页无内容"  # type: ignore[index]
    assert split_of(row)["original"] == original(source).hashes[0]
    inbox.reject(office, str(foreign.review_id), reason="别家的信")
    assert inbox.list_waiting(office) == ()
    require_proven(office)


def test_a_later_scan_completes_the_half_of_a_pile(office: Office, papers: Papers, tmp_path: Path) -> None:
    report, agreement = papers
    file_scan(office, pile(tmp_path / "pile.pdf", [sheets(report, dropped=frozenset({2})), sheets(agreement)]))
    late = tmp_path / "late.pdf"
    late.write_bytes(sheets(report, dropped=frozenset({1})))
    done = file_scan(office, late)
    assert (done.fate, done.number) == (Fate.FILED, report.number)
    (row,) = ledger.answers_to(str(report.document_id))
    first, _ = row.sidecar["extra"]["sources"]  # type: ignore[index]
    assert first["split"]["pages"] == [1]
    assert inbox.list_waiting(office) == ()
    require_proven(office)


def test_a_pile_completes_a_half_that_waited(office: Office, papers: Papers, tmp_path: Path) -> None:
    report, agreement = papers
    early = tmp_path / "early.pdf"
    early.write_bytes(sheets(report, dropped=frozenset({2})))
    file_scan(office, early)
    source = pile(tmp_path / "pile.pdf", [sheets(agreement), sheets(report, dropped=frozenset({1}))])
    assert [part.fate for part in file_scan(office, source).parts] == [Fate.FILED, Fate.FILED]
    (row,) = ledger.answers_to(str(report.document_id))
    folder = folder_of(office, report.contract_no)
    assert (folder.path / row.files[1]).read_bytes() == early.read_bytes()
    assert inbox.list_waiting(office) == ()
    require_proven(office)


def test_a_sheet_that_came_twice_makes_its_paper_wait_only(office: Office, papers: Papers, tmp_path: Path) -> None:
    report, agreement = papers
    order = [(0, 1), (0, 2), (0, 1), *((1, n) for n in range(1, agreement.pages + 1))]
    done = file_scan(office, pile(tmp_path / "pile.pdf", [sheets(report), sheets(agreement)], order))
    assert {part.number: part.fate for part in done.parts} == {
        report.number: Fate.WAITING,
        agreement.number: Fate.FILED,
    }
    require_proven(office)


STOPS = [
    ("archive_scan", 1, True),
    ("archive_scan", 2, False),
    ("let_wait", 1, True),
    ("_keep_original", 1, False),
    ("_keep_original", 1, True),
]


@pytest.mark.parametrize(("stop", "nth", "after"), STOPS)
def test_a_pile_stopped_anywhere_is_finished_once(
    office: Office, papers: Papers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stop: str, nth: int, after: object
) -> None:
    report, agreement = papers
    scans = [sheets(agreement), foreign_letter(5, fonts=FONTS), sheets(report)]
    source = pile(tmp_path / "pile.pdf", scans)
    real, calls = getattr(split_scan, stop), [0]

    def stopping(*given: object) -> object:
        calls[0] += 1
        result = real(*given) if after or calls[0] < nth else None
        if calls[0] == nth:
            raise KeyboardInterrupt
        return result

    with monkeypatch.context() as patched:
        patched.setattr(split_scan, stop, stopping)
        with pytest.raises(KeyboardInterrupt):
            file_scan(office, source)
    done: Filed = file_scan(office, source)
    assert done.fate in {Fate.TAKEN_APART, Fate.SEEN_AGAIN}
    for paper in papers:
        assert len(ledger.answers_to(str(paper.document_id))) == 1
    assert len(inbox.list_waiting(office)) == 1
    assert inbox.list_waiting(office)[0].times_seen == 1
    assert original(source).hashes == (hashlib.sha256(source.read_bytes()).hexdigest(),)
    require_proven(office)


def other_deal(office: Office) -> str:
    return import_deal(office, SAMPLE.with_name("hengtai-line.yaml")).contract_no


def test_a_part_that_is_moved_still_tells_which_pile_it_was_cut_from(
    office: Office, papers: Papers, tmp_path: Path
) -> None:
    source = pile(tmp_path / "pile.pdf", [sheets(one) for one in papers])
    file_scan(office, source)
    (row,) = ledger.answers_to(str(papers[0].document_id))
    there = other_deal(office)
    for deal in (there, papers[0].contract_no, there):  # to, back, and to again: each time an item of its own
        moved = refile(office, row.id, deal=deal, document_type="来函", reason="试")
        before, row = row, archived(moved.item)
        assert row.id != before.id
        assert split_of(row) == split_of(before)
        logged = [one.payload for one in read(folder_of(office, deal))[0] if one.type == "scan.part-cut"]
        (told,) = [one for one in logged if one["id"] == row.id]
        assert told["original"]["item"] == original(source).id
        assert told["original"]["contract_no"] == papers[0].contract_no
    assert papers[0].contract_no not in str(row.sidecar), "another customer's number does not travel with it"
    assert file_scan(office, source).fate is Fate.SEEN_AGAIN
    require_proven(office)


def test_a_pile_taken_up_again_knows_where_a_part_was_moved_to(
    office: Office, papers: Papers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = pile(tmp_path / "pile.pdf", [sheets(one) for one in papers])
    with monkeypatch.context() as patched:
        patched.setattr(split_scan, "_keep_original", stopped)
        with pytest.raises(KeyboardInterrupt):
            file_scan(office, source)
    (row,) = ledger.answers_to(str(papers[1].document_id))
    there = other_deal(office)
    moved = refile(office, row.id, deal=there, document_type="来函", reason="看错了客户")
    done = file_scan(office, source)
    assert done.fate is Fate.TAKEN_APART
    assert {part.path for part in done.parts if part.contract_no == there} == {moved.path}
    (told,) = [one for one in original(source).sidecar["extra"]["parts"] if one["item"] == row.id]  # type: ignore[index]
    assert (told["contract_no"], told["number"]) == (there, None)
    assert ledger.answers_to(str(papers[1].document_id)) == ()
    require_proven(office)


def stopped(*_: object) -> None:
    raise KeyboardInterrupt


def archived(item_id: str) -> ledger.PaperLine:
    row = ledger.archived_item(item_id)
    assert row is not None
    return row


def test_a_tiff_of_several_papers_is_taken_apart_like_a_pdf(office: Office, papers: Papers, tmp_path: Path) -> None:
    frames = [frame for paper in papers for frame in tiff_pages(sheets(paper, format="tiff"))]
    source = tmp_path / "SCAN0001.tif"
    frames[0].save(source, save_all=True, append_images=frames[1:], compression="jpeg", dpi=(200, 200))
    done = file_scan(office, source)
    assert (done.fate, done.waits) == (Fate.TAKEN_APART, False)
    folder = folder_of(office, papers[0].contract_no)
    for paper in papers:
        (row,) = ledger.answers_to(str(paper.document_id))
        assert len(PdfReader(folder.path / row.files[0]).pages) == paper.pages
    whole = original(source)
    assert (folder.path / whole.files[0]).read_bytes() == source.read_bytes()
    assert whole.sidecar["files"][0]["media_type"] == "image/tiff"  # type: ignore[index]
    require_proven(office)


def tiff_pages(data: bytes) -> list[Image.Image]:
    with Image.open(io.BytesIO(data)) as image:
        return [frame.convert("L") for frame in ImageSequence.Iterator(image)]
