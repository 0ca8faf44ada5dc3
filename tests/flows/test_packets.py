"""Packets: a letter with the papers its list names, found in the archive, bound in one file; never in silence less."""

from __future__ import annotations

import io
from datetime import date, timedelta
from pathlib import Path

import pypdf
import pytest
from PIL import Image, ImageDraw

from docgen.demo.simulate import ScanSpec, print_and_scan
from docgen.errors import Damage, Refused
from docgen.papers import pdf
from docgen.services import inbox
from docgen.services.archive_care import rebuild_database, verify_archive
from docgen.services.file_scan import file_scan
from docgen.services.import_payments import confirm_payments
from docgen.services.issue_document import Issued, issue_document
from docgen.services.office import Office
from docgen.services.packet_extras import Choice, enclosed, extras
from docgen.services.packets import bind_packet, look_up, require_attachments
from docgen.services.places import folder_of
from docgen.services.prepare_issue import Request
from docgen.services.record_fact import NewFact, add_fact
from docgen.store import ledger
from docgen.workspace import data_root

FONTS = data_root() / "templates" / "_shared" / "fonts"
LETTER = "进度款付款通知函"
INVOICE = "24312000000012345678"
RED = (200, 30, 30)


def codes(problem: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {each.code for each in problem.value.findings}


def file_invoice(office: Office, contract_no: str, path: Path, *, name: str = f"发票 {INVOICE}") -> None:
    waits = file_scan(office, path)
    inbox.assign(office, str(waits.review_id), deal=contract_no, document_type=name)


def invoice_picture(path: Path, *, mark: str = "") -> Path:
    """Draw an invoice of two pages with a red seal, as a copier's TIFF."""
    pages = []
    for number in (1, 2):
        page = Image.new("RGB", (1240, 1754), "white")
        draw = ImageDraw.Draw(page)
        draw.rectangle((100, 100, 1140, 700), outline="black", width=4)
        draw.ellipse((800, 900, 1100, 1200), outline=RED, width=12)
        draw.text((150, 150), f"page {number} {mark}", fill="black")
        pages.append(page)
    pages[0].save(path, save_all=True, append_images=pages[1:], dpi=(150, 150))
    return path


@pytest.fixture
def report(office: Office, contract_no: str) -> Issued:
    confirm_payments(office, office.today())
    values = {"number": INVOICE, "on": "2024-03-26", "amount": "171000.00", "instalment": 2}
    add_fact(office, contract_no, NewFact("invoice", values))
    return issue_document(office, Request(contract_no, "验收报告"))


@pytest.fixture
def letter(office: Office, contract_no: str, report: Issued) -> Issued:  # the report must stand first
    return issue_document(office, Request(contract_no, LETTER, seq=2))


def file_signed(office: Office, report: Issued, path: Path) -> None:
    data = next(file for file in report.files if file.suffix == ".pdf").read_bytes()
    path.write_bytes(print_and_scan(data, ScanSpec(fonts=FONTS), seed=3))
    file_scan(office, path)


def test_a_letter_and_all_its_list_names_become_one_file(
    office: Office, contract_no: str, report: Issued, letter: Issued, tmp_path: Path
) -> None:
    file_signed(office, report, tmp_path / "signed.pdf")
    file_invoice(office, contract_no, invoice_picture(tmp_path / "fp.tif"))
    before = {file: file.read_bytes() for file in folder_of(office, contract_no).path.iterdir() if file.is_file()}
    done = bind_packet(office, letter.number)
    assert [(each.label, each.what, each.pages) for each in done.attachments] == [
        ("附1", "验收报告", report.pages), ("附2", "发票", 2)]  # fmt: skip
    book = pypdf.PdfReader(done.path)
    assert len(book.pages) == done.pages == 1 + letter.pages + report.pages + 2
    labels = book.page_labels
    assert labels[0] == "i"
    assert labels[1] == "1"
    assert labels[1 + letter.pages] == "附1-1"
    assert labels[-2:] == ["附2-1", "附2-2"]
    assert [each.title for each in book.outline] == [
        "封面", f"{LETTER} {letter.number}", f"附1 验收报告 {report.number}", f"附2 发票 {INVOICE}"]  # fmt: skip
    assert [book.get_destination_page_number(each) for each in book.outline] == [
        0, 1, 1 + letter.pages, 1 + letter.pages + report.pages]  # fmt: skip
    assert book.metadata is not None
    assert book.metadata.title == f"{LETTER} {letter.number}（含附件）"
    cover = "".join(pdf.page_texts(done.path.read_bytes())[0].split())
    for said in (letter.number, "致XX科技有限公司", report.number, INVOICE, "附2-1–附2-2"):
        assert said in cover
    last = next(iter(book.pages[-1].images)).image.convert("RGB")
    assert any(r > 150 and g < 90 for _, (r, g, _b) in last.getcolors(maxcolors=1 << 24))
    assert {file: file.read_bytes() for file in before} == before
    assert not done.findings


def test_the_same_packet_is_the_same_bytes_kept_once_and_a_rebuild_knows_it(
    office: Office, contract_no: str, report: Issued, letter: Issued, tmp_path: Path
) -> None:
    file_invoice(office, contract_no, invoice_picture(tmp_path / "fp.tif"))
    first = bind_packet(office, letter.number)
    assert {each.code for each in first.findings} == {"issuing.packet-unsigned"}
    again = bind_packet(office, letter.number)
    assert (again.path, again.sha256, again.is_new) == (first.path, first.sha256, False)
    file_signed(office, report, tmp_path / "signed.pdf")
    later = bind_packet(office, letter.number)
    assert later.is_new
    assert later.path.name == f"{letter.number} {LETTER} 含附件 第2次合订.pdf"
    kept = sorted((row for row in ledger.papers(contract_no) if row.item_type == "packet"), key=lambda row: row.version)
    assert [row.version for row in kept] == [1, 2]
    assert ledger.paper(letter.number).title == LETTER
    assert [one for one in verify_archive(office).findings if one.severity.value == "error"] == []
    rebuild_database(office.workspace)
    assert [ledger.archived_item(row.id) for row in kept] == kept


def test_what_is_missing_stops_the_packet_unless_it_is_left_out_by_name(
    office: Office, contract_no: str, letter: Issued
) -> None:
    with pytest.raises(Refused) as refused:
        bind_packet(office, letter.number)
    assert codes(refused) == {"issuing.packet-unsigned", "issuing.packet-missing"}
    done = bind_packet(office, letter.number, choice=Choice(without=("发票",)))
    assert done.without == (f"发票 {INVOICE}",)
    assert "未附：发票" in "".join(pdf.page_texts(done.path.read_bytes())[0].split())
    assert contract_no == done.contract_no


def test_a_missing_attachment_is_told_before_a_number_is_used(office: Office, contract_no: str, report: Issued) -> None:
    assert report.number
    with pytest.raises(Refused) as refused:
        require_attachments(office, Request(contract_no, LETTER, seq=2))
    assert "issuing.packet-missing" in codes(refused)
    assert not ledger.number_is_taken(f"{contract_no}-JD2-01")
    require_attachments(office, Request(contract_no, LETTER, seq=2), choice=Choice(without=("发票",)))


def test_an_attachment_nobody_can_open_is_named(
    office: Office, contract_no: str, letter: Issued, tmp_path: Path
) -> None:
    locked = pypdf.PdfWriter()
    locked.add_blank_page(595, 842)
    locked.encrypt("secret")
    out = io.BytesIO()
    locked.write(out)
    (tmp_path / "fp.pdf").write_bytes(out.getvalue())
    file_invoice(office, contract_no, tmp_path / "fp.pdf")
    with pytest.raises(Refused) as refused:
        bind_packet(office, letter.number)
    told = next(each for each in refused.value.findings if each.code == "issuing.packet-unreadable")
    assert told.params["what"] == "发票"
    assert "密码" in str(told.params["why"]) or "加密" in str(told.params["why"])


def test_another_invoices_scan_is_not_taken_for_this_one(
    office: Office, contract_no: str, letter: Issued, tmp_path: Path
) -> None:
    file_invoice(office, contract_no, invoice_picture(tmp_path / "fp.tif"), name="发票 24312000000099999999")
    with pytest.raises(Refused) as refused:
        bind_packet(office, letter.number)
    assert "issuing.packet-missing" in codes(refused)


def test_a_letter_without_a_list_needs_no_packet(office: Office, contract_no: str) -> None:
    notice = issue_document(office, Request(contract_no, "预付款通知单", as_of=date(2024, 3, 12)))
    with pytest.raises(Refused) as refused:
        bind_packet(office, notice.number)
    assert codes(refused) == {"issuing.packet-nothing-listed"}


def test_a_changed_file_is_not_bound(office: Office, letter: Issued) -> None:
    path = next(file for file in letter.files if file.suffix == ".pdf")
    path.chmod(0o644)
    path.write_bytes(path.read_bytes() + b"%")
    with pytest.raises(Damage):
        bind_packet(office, letter.number, choice=Choice(without=("发票",)))


def test_receipts_known_only_as_evidence_are_named_by_a_demand_and_found_one_by_one(
    office: Office, contract_no: str, tmp_path: Path
) -> None:
    items = []
    for seq in (2, 3):
        file_invoice(office, contract_no, invoice_picture(tmp_path / f"{seq}.tiff", mark=f"R{seq}"), name=f"回单{seq}")
        items.append(next(row.id for row in ledger.papers(contract_no) if row.title == f"回单{seq}"))
        values = {"seq": str(seq), "on": "2024-03-25", "evidence": items[-1]}
        add_fact(office, contract_no, NewFact("delivery", values))
    known = enclosed(office, contract_no, "催告函", as_of=office.today())
    assert [(each.title, each.number, each.answers) for each in known] == [("签收单", "", None)] * 2
    assert enclosed(office, contract_no, "催告函", as_of=office.today() - timedelta(days=1)) == ()
    assert enclosed(office, contract_no, LETTER, as_of=office.today()) == ()
    listed = [{"what": each.title, "number": each.number or None, "on": None} for each in known]
    found, findings = look_up(office, contract_no, listed, title="催告函")
    assert [each.item.id for each in found] == items
    assert [(each.code, each.where) for each in findings] == [("issuing.packet-not-archived", "合同")]
    left, findings = look_up(office, contract_no, listed, title="催告函", choice=Choice(without=("签收单",)))
    assert left == []
    assert [each.code for each in findings if each.where != "合同"] == ["issuing.packet-left-out"] * 2


def test_several_papers_from_outside_of_one_name_all_go_along(office: Office, contract_no: str, tmp_path: Path) -> None:
    items = []
    for mark in ("batch 1", "batch 2", "batch 3"):
        file_invoice(office, contract_no, invoice_picture(tmp_path / f"{mark}.tiff", mark=mark), name="签收单")
        items += [row.id for row in ledger.papers(contract_no) if row.title == "签收单" and row.id not in items]
    assert len(items) == 3
    known = enclosed(office, contract_no, "催告函", as_of=office.today())
    assert [each.title for each in known] == ["签收单"] * 3
    listed = [{"what": each.title, "number": None, "on": None} for each in known]
    found, _ = look_up(office, contract_no, listed, title="催告函")
    assert sorted(each.item.id for each in found) == sorted(items)
    more, _ = extras(contract_no, "催告函", Choice(without=(items[1],)))
    assert {each.item.id for each in more} == {items[0], items[2]}
    alone, findings = extras(contract_no, LETTER, Choice(also=(items[1],)))
    assert ([each.item.id for each in alone], findings) == ([items[1]], [])
