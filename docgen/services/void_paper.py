"""Void an issued paper: it stays in the archive and in every list, marked void, and its number is never used again."""

from __future__ import annotations

from dataclasses import dataclass

from docgen.errors import Refused
from docgen.services import logging as log
from docgen.services.office import Office
from docgen.services.places import folder_of
from docgen.store import ledger
from docgen.store.journal import writing


@dataclass(frozen=True, slots=True)
class Voided:
    """The paper that was voided, and why."""

    number: str
    title: str
    contract_no: str
    reason: str


def void_paper(office: Office, number: str, *, reason: str) -> Voided:
    """Void an issued paper for a reason.

    Raises:
        NotFound: no paper bears the number.
        Refused: it is void or replaced already, or the reason is empty.
    """
    row = ledger.paper(number)
    if row.status != "current":
        raise Refused.of("services.not-current", number, status=row.status, by=row.superseded_by or "—")
    if not reason.strip():
        raise Refused.of("services.reason-missing", number)
    with writing(folder_of(office, row.key), at=office.now(), actor=office.actor) as journal:
        journal.append("paper.voided", {"id": row.id, "number": number, "reason": reason.strip()})
    log.record("voided", number=number)
    return Voided(number, row.title, row.contract_no, reason.strip())
