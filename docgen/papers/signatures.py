"""Digital signatures of a PDF (契约锁, e签宝 and others): who signed, when by their own clock, is it as it was signed.

Only what the file itself shows: whether the signed bytes are unchanged and the signature fits the certificate that came
with it. Whether that certificate deserves trust is not asked: no network, no list of authorities. Needs the extra
`esign`; without it a signature is seen but not checked. The file is only read. Runs inside the contained child.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from datetime import datetime
from importlib.util import find_spec
from typing import Any, Literal

from docgen.contained.run import run
from docgen.errors import LimitExceeded, UnreadableFile
from docgen.papers.limits import READING

State = Literal["intact", "extended", "broken", "unchecked"]
_FUNCTION = "docgen.papers.signatures:look"
_MOST = 50
_LONGEST = 120
_SIGNED = re.compile(rb"/ByteRange\s*\[")
_STATES: dict[str, State] = {"intact": "intact", "extended": "extended", "broken": "broken"}


@dataclass(frozen=True, slots=True)
class SignatureSeen:
    """One signature: the field, the signer's name and time as the file states them, and how it stands.

    `intact`: the whole file is as it was signed; `extended`: the signed part is, more was appended later (a further
    signature, say); `broken`: it was changed; `unchecked`: it could not be checked here.
    """

    field: str
    signer: str
    at: str
    state: State


def signatures(data: bytes) -> tuple[SignatureSeen, ...]:
    """Return the digital signatures of a PDF, first field first; none for most files, which are not even opened."""
    if not _SIGNED.search(data):
        return ()
    if find_spec("pyhanko") is None:
        return (SignatureSeen("", "", "", "unchecked"),)
    try:
        found = run(_FUNCTION, data, limits=READING)
        return tuple(_checked(one) for one in found)
    except (UnreadableFile, LimitExceeded, TypeError, KeyError):
        return (SignatureSeen("", "", "", "unchecked"),)


def look(data: bytes) -> list[dict[str, str]]:
    """Do what `signatures` asks, inside the child."""
    from pyhanko.pdf_utils.reader import PdfFileReader  # noqa: PLC0415  # an extra, and slow to load

    return [_seen(one) for one in PdfFileReader(io.BytesIO(data), strict=False).embedded_regular_signatures[:_MOST]]


def _seen(signature: Any) -> dict[str, str]:  # noqa: ANN401  # pyHanko's own type, an extra
    told = {"field": str(signature.field_name), "signer": "", "at": "", "state": "unchecked"}
    try:
        told["signer"] = _name(signature.signer_cert.subject.native)
        at = signature.self_reported_timestamp
        told["at"] = at.isoformat() if isinstance(at, datetime) else ""
        told["state"] = _state(signature)
    except Exception:  # noqa: BLE001  # foreign certificates and algorithms (SM2) fail in many ways: seen, not checked
        return told
    return told


def _state(signature: Any) -> State:  # noqa: ANN401  # as above
    from pyhanko.sign.validation.generic_cms import validate_sig_integrity  # noqa: PLC0415  # as above
    from pyhanko.sign.validation.status import SignatureCoverageLevel  # noqa: PLC0415  # as above

    digest = signature.compute_digest()
    is_intact, is_valid = validate_sig_integrity(signature.signer_info, signature.signer_cert, "data", digest)
    coverage = signature.evaluate_signature_coverage()
    if not is_intact or not is_valid or coverage < SignatureCoverageLevel.CONTIGUOUS_BLOCK_FROM_START:
        return "broken"
    return "intact" if coverage == SignatureCoverageLevel.ENTIRE_FILE else "extended"


def _name(subject: dict[str, Any]) -> str:
    known = subject.get("common_name") or subject.get("organization_name") or ""
    return str(known[0] if isinstance(known, list) else known)


def _checked(one: dict[str, Any]) -> SignatureSeen:
    field, signer, at = (str(one[key])[:_LONGEST] for key in ("field", "signer", "at"))
    return SignatureSeen(field, signer, at, _STATES.get(str(one["state"]), "unchecked"))
