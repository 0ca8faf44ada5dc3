"""Replace an issued paper by a new one about the same thing; the old one stays, marked as superseded."""

from __future__ import annotations

from datetime import date

from docgen.errors import Refused
from docgen.kinds.kind import SubjectType
from docgen.services.issue_document import Issued, issue_document
from docgen.services.office import Office
from docgen.services.prepare_issue import Request
from docgen.store import ledger


def replace_paper(
    office: Office, number: str, *, as_of: date | None = None, dated: date | None = None, reason: str | None = None
) -> Issued:
    """Issue a new paper in place of a current one, about the same part of the same deal.

    Raises:
        NotFound: no paper bears the number.
        Refused: it is void or replaced already, or the deal is not ready.
    """
    row = ledger.paper(number)
    if row.status != "current":
        raise Refused.of("services.not-current", number, status=row.status, by=row.superseded_by or "—")
    request = Request(
        deal=row.contract_no,
        kind=row.kind,
        seq=_seq(row.subject),
        about=_about(row.subject),
        as_of=as_of,
        dated=dated,
        reason=reason,
        replaces=number,
    )
    return issue_document(office, request)


def _about(subject: str) -> str | None:
    """Return the number in a subject such as `paper HT2024031001-YF1-01`."""
    kind, _, number = subject.partition(" ")
    return number if kind == SubjectType.PAPER.value else None


def _seq(subject: str) -> int:
    """Return the number at the end of a subject such as `instalment 2`; the contract as a whole is 0."""
    last = subject.rpartition(" ")[2]
    return int(last) if last.isdigit() else 0
