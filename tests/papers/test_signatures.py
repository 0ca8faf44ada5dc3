from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

from docgen.intake.decision import Decision, Outcome
from docgen.intake.signed import with_signatures
from docgen.papers.signatures import SignatureSeen, signatures

pytest.importorskip("pyhanko")
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, signers

SIGNER = "虚构供应链有限公司"


@pytest.fixture(scope="module")
def signer() -> signers.SimpleSigner:
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
    made = signers.SimpleSigner.load_pkcs12_data(packed, other_certs=[])
    assert made is not None
    return made


def signed(data: bytes, signer: signers.SimpleSigner, field: str) -> bytes:
    out = io.BytesIO()
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    signers.sign_pdf(writer, PdfSignatureMetadata(field_name=field), signer, output=out)
    return out.getvalue()


def test_signer_time_and_wholeness_are_told(letter: bytes, signer: signers.SimpleSigner) -> None:
    data = signed(letter, signer, "Sig1")
    (seen,) = signatures(data)
    assert (seen.field, seen.signer, seen.state) == ("Sig1", SIGNER, "intact")
    assert datetime.fromisoformat(seen.at).tzinfo is not None


def test_a_second_signature_extends_the_first(letter: bytes, signer: signers.SimpleSigner) -> None:
    data = signed(signed(letter, signer, "Sig1"), signer, "Sig2")
    assert [(one.field, one.state) for one in signatures(data)] == [("Sig1", "extended"), ("Sig2", "intact")]


def test_one_changed_byte_breaks_it(letter: bytes, signer: signers.SimpleSigner) -> None:
    data = bytearray(signed(letter, signer, "Sig1"))
    at = data.index(b"stream") + 20
    data[at] ^= 1
    assert [one.state for one in signatures(bytes(data))] == ["broken"]


def test_an_unsigned_file_has_none(letter: bytes) -> None:
    assert signatures(letter) == ()


def test_a_broken_signature_makes_a_file_wait_and_a_whole_one_does_not() -> None:
    filed = Decision(Outcome.FILE)
    assert with_signatures(filed, [SignatureSeen("a", "b", "c", "broken")]).outcome is Outcome.WAIT
    whole = with_signatures(filed, [SignatureSeen("a", "b", "c", "intact")])
    assert (whole.outcome, [one.code for one in whole.findings]) == (Outcome.FILE, ["intake.signature-intact"])
