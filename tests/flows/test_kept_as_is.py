"""An electronic invoice waits with its reason and is filed under its contract as it came."""

from __future__ import annotations

from pathlib import Path

from docgen.services import inbox
from docgen.services.archive_care import verify_archive
from docgen.services.file_scan import file_scan
from docgen.services.office import Office
from docgen.services.placing import Fate
from docgen.store import ledger


def test_an_xml_invoice_waits_and_is_filed_as_an_invoice(office: Office, contract_no: str, tmp_path: Path) -> None:
    source = tmp_path / "发票.xml"
    source.write_bytes(b"<?xml version='1.0' encoding='utf-8'?><EInvoice><No>1</No></EInvoice>")
    waits = file_scan(office, source)
    assert (waits.fate, [one.code for one in waits.findings]) == (Fate.WAITING, ["intake.xml-file"])
    done = inbox.assign(office, str(waits.review_id), deal=contract_no, document_type="invoice")
    assert (done.title, done.path.read_bytes()) == ("发票", source.read_bytes())
    (row,) = ledger.papers(contract_no)
    assert (row.kind, row.sidecar["files"][0]["media_type"]) == ("invoice", "application/xml")  # type: ignore[index]
    assert verify_archive(office).findings == ()
