"""A paper signed by computer comes back: filed bit for bit, signer and integrity told, a changed one kept as it is."""

from __future__ import annotations

import hashlib
import io
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

from docgen.cli.main import main
from docgen.services import inbox
from docgen.services.archive_care import rebuild_database, verify_archive
from docgen.services.file_scan import file_scan
from docgen.services.import_deal import import_deal
from docgen.services.issue_document import Issued, issue_document
from docgen.services.office import Office, open_office
from docgen.services.placing import Fate
from docgen.services.prepare_issue import Request
from docgen.store import database, ledger
from docgen.workspace import data_root

pytest.importorskip("pyhanko")
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, signers

SAMPLE = data_root() / "samples" / "deals" / "xx-tech.yaml"
SIGNER = "虚构科技有限公司"


@pytest.fixture(scope="session")
def signed_once(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Issued, bytes]:
    root = tmp_path_factory.mktemp("signed") / "office"
    shutil.copytree(prepared, root)
    office = open_office(root, clock=lambda: datetime(2024, 3, 26, 9, 0, tzinfo=UTC), actor="张三")
    issued = issue_document(office, Request(import_deal(office, SAMPLE).contract_no, "acceptance-report"))
    database.disconnect()
    pdf = next(path for path in issued.files if path.suffix == ".pdf").read_bytes()
    return root, issued, signed(pdf)


@pytest.fixture
def root(signed_once: tuple[Path, Issued, bytes], tmp_path: Path) -> Path:
    shutil.copytree(signed_once[0], tmp_path / "office")
    return tmp_path / "office"


def signed(data: bytes) -> bytes:
    """Sign a PDF as the customer's platform would, with a certificate of its own."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, SIGNER)])
    now = datetime.now(UTC)
    cert = (
        x509.CertificateBuilder(name, name, key.public_key(), 7)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    packed = pkcs12.serialize_key_and_certificates(b"k", key, cert, None, serialization.NoEncryption())
    signer = signers.SimpleSigner.load_pkcs12_data(packed, other_certs=[])
    assert signer is not None
    out = io.BytesIO()
    signers.sign_pdf(
        IncrementalPdfFileWriter(io.BytesIO(data)), PdfSignatureMetadata(field_name="Customer"), signer, output=out
    )
    return out.getvalue()


def shown(capsys: pytest.CaptureFixture[str], office: Office, *words: str) -> str:
    database.disconnect()
    assert main(["-w", str(office.workspace.root), *words]) == 0
    said = capsys.readouterr()
    return "".join((said.out + said.err).replace("│", "").split())


def kept_findings(row: ledger.PaperLine) -> list[tuple[str, str]]:
    return [
        (one["code"], one["params"]["signer"])  # type: ignore[index]
        for one in row.sidecar["findings"]  # type: ignore[union-attr]
        if one["code"].startswith("intake.signature-")  # type: ignore[index,union-attr]
    ]


def test_a_signed_return_is_filed_bit_for_bit_with_signer_and_integrity(
    office: Office, signed_once: tuple[Path, Issued, bytes], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, issued, data = signed_once
    source = tmp_path / "signed.pdf"
    source.write_bytes(data)
    done = file_scan(office, source)
    assert (done.fate, done.number) == (Fate.FILED, issued.number)
    assert done.path is not None
    assert hashlib.sha256(done.path.read_bytes()).digest() == hashlib.sha256(data).digest()
    (row,) = ledger.answers_to(str(issued.document_id))
    assert row.hashes == (hashlib.sha256(data).hexdigest(),)
    assert kept_findings(row) == [("intake.signature-intact", SIGNER)]
    assert verify_archive(office).findings == ()
    rebuild_database(office.workspace)
    (again,) = ledger.answers_to(str(issued.document_id))
    assert kept_findings(again) == [("intake.signature-intact", SIGNER)]
    told = shown(capsys, office, "archive", "show", issued.contract_no, "--json")
    assert "intake.signature-intact" in told
    assert SIGNER in told


def test_archive_show_says_who_signed(
    office: Office,
    signed_once: tuple[Path, Issued, bytes],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    (tmp_path / "signed.pdf").write_bytes(signed_once[2])
    file_scan(office, tmp_path / "signed.pdf")
    assert SIGNER in shown(capsys, office, "archive", "show", signed_once[1].contract_no)


def test_a_file_changed_after_signing_waits_is_told_and_kept_as_it_came(
    office: Office, signed_once: tuple[Path, Issued, bytes], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, issued, data = signed_once
    at = data.index(b"/ModDate") if b"/ModDate" in data else data.index(b"/Producer")
    tampered = bytearray(data)
    tampered[at + 1 : at + 2] = b"N"
    source = tmp_path / "changed.pdf"
    source.write_bytes(tampered)
    waits = file_scan(office, source)
    assert waits.fate is Fate.WAITING
    assert "intake.signature-broken" in {one.code for one in waits.findings}
    item = inbox.show_waiting(office, str(waits.review_id))
    assert item.file.read_bytes() == bytes(tampered)
    assert SIGNER in shown(capsys, office, "inbox", "show", item.id)
    done = inbox.assign(office, item.id, document=issued.number, reason="客户坚持此版")
    assert done.path.read_bytes() == bytes(tampered)
    (row,) = ledger.answers_to(str(issued.document_id))
    assert kept_findings(row) == [("intake.signature-broken", SIGNER)]
    assert verify_archive(office).findings == ()
