"""Files without pages for us wait with their reason and are filed as they came, with type and owner."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import docx
import pytest
from openpyxl import Workbook

from docgen.errors import NotFound, Refused
from docgen.papers.other_kinds import EXCEL, OFD, OLE, SLIDES, WORD, XML
from docgen.services import inbox
from docgen.services.archive_care import rebuild_database, verify_archive
from docgen.services.file_scan import file_scan
from docgen.services.issue_document import issue_document
from docgen.services.office import Office
from docgen.services.placing import Fate
from docgen.services.prepare_issue import Request
from docgen.services.watch_inboxes import InboxWatch
from docgen.store import ledger
from docgen.workspace import Inbox


def packed(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for name in names:
            package.writestr(name, "<a/>")
    return out.getvalue()


def word_file() -> bytes:
    made, out = docx.Document(), io.BytesIO()
    made.add_paragraph("来函")
    made.save(out)
    return out.getvalue()


def excel_file() -> bytes:
    made, out = Workbook(), io.BytesIO()
    made.worksheets[0]["A1"] = "对账"
    made.save(out)
    return out.getvalue()


def invoice() -> bytes:
    return b"<?xml version='1.0' encoding='utf-8'?><EInvoice><No>1</No></EInvoice>"


def old_office() -> bytes:
    """Return the head by which Word 97, WPS 文字 (.wps) and WPS 表格 (.et) files are known alike."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1024)


KINDS: dict[str, tuple[Callable[[], bytes], str, str]] = {
    "发票.xml": (invoice, XML, "intake.xml-file"),
    "发票.ofd": (lambda: packed("OFD.xml", "Doc_0/Document.xml"), OFD, "intake.ofd-file"),
    "来函.docx": (word_file, WORD, "intake.office-file"),
    "对账单.xlsx": (excel_file, EXCEL, "intake.office-file"),
    "介绍.pptx": (lambda: packed("[Content_Types].xml", "ppt/presentation.xml"), SLIDES, "intake.office-file"),
    "来函.wps": (old_office, OLE, "intake.office-file"),
    "对账单.et": (old_office, OLE, "intake.office-file"),
    "来函.doc": (old_office, OLE, "intake.office-file"),
}


@pytest.mark.parametrize("name", KINDS)
def test_a_file_that_is_no_scan_is_kept_as_it_is_with_type_and_owner(
    office: Office, contract_no: str, name: str
) -> None:
    make, media_type, code = KINDS[name]
    (first, *_) = office.workspace.inboxes
    desk = Inbox(first.path, "前台", department="财务部", owner="王五")
    office = replace(office, workspace=replace(office.workspace, inboxes=(desk,), settle_seconds=0.02))
    data = make()
    (first.path / name).write_bytes(data)
    assert InboxWatch(office, lambda _: None, give_up_seconds=0.1).run_once()
    (waits,) = inbox.list_waiting(office, owner="财务部")
    assert ([one.code for one in waits.findings], waits.original_name) == ([code], name)
    done = inbox.assign(office, waits.id, deal=contract_no, document_type="invoice")
    assert (done.title, done.path.suffix, done.path.read_bytes()) == ("发票", Path(name).suffix, data)
    (row,) = ledger.papers(contract_no)
    (file,) = row.sidecar["files"]  # type: ignore[misc]
    assert (row.kind, file["media_type"], file["pages"]) == ("invoice", media_type, None)  # type: ignore[index]
    assert row.sidecar["extra"]["inbox"]["owner"] == "王五"  # type: ignore[index]
    assert verify_archive(office).findings == ()
    before = ledger.papers()
    rebuild_database(office.workspace)
    assert ledger.papers() == before


def waiting_invoice(office: Office, folder: Path) -> str:
    source = folder / "发票.xml"
    source.write_bytes(invoice())
    done = file_scan(office, source)
    assert done.fate is Fate.WAITING
    return str(done.review_id)


def test_a_paper_of_theirs_goes_with_a_paper_of_ours_without_answering_it(
    office: Office, contract_no: str, tmp_path: Path
) -> None:
    issued = issue_document(office, Request(contract_no, "acceptance-report", faces=("docx",)))
    done = inbox.assign(office, waiting_invoice(office, tmp_path), document=issued.number, document_type="invoice")
    assert (done.title, done.number, done.contract_no) == ("发票", None, contract_no)
    assert ledger.answers_to(str(issued.document_id)) == ()
    (row,) = [one for one in ledger.papers(contract_no) if one.item_type == "filed"]
    assert (row.kind, row.sidecar["extra"]["about"]) == ("invoice", issued.number)  # type: ignore[index]


def test_words_of_ones_own_name_a_type_and_any_number_of_the_deal_its_contract(
    office: Office, contract_no: str, tmp_path: Path
) -> None:
    order = ledger.deal(contract_no).record.terms.contract.order_number
    done = inbox.assign(office, waiting_invoice(office, tmp_path), deal=order or contract_no, document_type="开票资料")
    assert (done.title, done.contract_no) == ("开票资料", contract_no)


def test_no_type_no_place_or_two_places_are_refused_and_it_keeps_waiting(
    office: Office, contract_no: str, tmp_path: Path
) -> None:
    item = waiting_invoice(office, tmp_path)
    for words in ({"deal": contract_no}, {"deal": contract_no, "document_type": " "}, {"document_type": "invoice"}):
        with pytest.raises(NotFound):
            inbox.assign(office, item, **words)
    with pytest.raises((NotFound, Refused)):
        inbox.assign(office, item, document="HT2024031001-YS99", document_type="invoice")
    assert [row.id for row in inbox.list_waiting(office)] == [item]
