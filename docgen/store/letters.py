"""Letters on their way: each dispatch of an issued paper with its channel, and whether it arrived or came back.

A letter that came back is not a sent letter: what a term hangs on is `delivered_on`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from docgen.store import database, direct  # noqa: F401  # database sets Django up before the models
from docgen.store.models import Event, Letter

SENT = "letter.sent"
DELIVERED = "letter.delivered"
FAILED = "letter.failed"
WITHDRAWN = "letter.withdrawn"
REOPENED = "letter.reopened"
"""The arrival or the return was entered by mistake; the letter is on its way again."""
LETTER_EVENTS = (SENT, DELIVERED, FAILED, WITHDRAWN, REOPENED)


@dataclass(frozen=True, slots=True)
class StoredLetter:
    """One dispatch; days are ISO text. `status` is sent, delivered, failed or withdrawn (entered by mistake)."""

    contract_no: str
    number: str
    attempt: int
    channel: str
    tracking: str | None
    status: str
    sent_on: str
    delivered_on: str | None
    failed_on: str | None
    reason: str | None
    evidence: str | None


def letters(*, contract_no: str | None = None, number: str | None = None) -> tuple[StoredLetter, ...]:
    """Return the dispatches of a contract's papers, or of one paper, in order."""
    rows = Letter.objects.order_by("number", "attempt")
    if contract_no is not None:
        if not direct.one("SELECT 1 FROM store_letter WHERE contract_no = %s LIMIT 1", contract_no):
            return ()
        rows = rows.filter(contract_no=contract_no)
    if number is not None:
        rows = rows.filter(number=number)
    return tuple(_stored(row) for row in rows)


def project(contract_no: str, event_type: str, payload: Mapping[str, Any]) -> None:
    """Bring the table up to one event of a contract's log."""
    address = {"number": payload["number"], "attempt": payload["attempt"]}
    if event_type == SENT:
        Letter.objects.update_or_create(
            **address,
            defaults={
                "contract_no": contract_no,
                "channel": payload["channel"],
                "tracking": payload.get("tracking") or "",
                "status": "sent",
                "sent_on": payload["on"],
                "evidence": payload.get("evidence") or "",
            },
        )
        return
    row = Letter.objects.filter(**address).first()
    if row is not None:
        _progress(row, event_type, payload)


def _progress(row: Letter, event_type: str, payload: Mapping[str, Any]) -> None:
    if event_type == DELIVERED:
        row.status, row.delivered_on, row.failed_on = "delivered", payload["on"], ""
    elif event_type == FAILED:
        row.status, row.failed_on, row.delivered_on = "failed", payload["on"], ""
    elif event_type == REOPENED:
        row.status, row.delivered_on, row.failed_on = "sent", "", ""
        row.evidence = _evidence_of_sending(row)
    else:
        row.status = "withdrawn"
    row.reason = payload.get("reason") or ""
    row.evidence = payload.get("evidence") or row.evidence
    row.save()


def _evidence_of_sending(row: Letter) -> str:
    address = {"payload__number": row.number, "payload__attempt": row.attempt}
    sent = Event.objects.filter(key=row.contract_no, type=SENT, **address).order_by("seq").last()
    return str((sent.payload.get("evidence") if sent else None) or "")


def _stored(row: Letter) -> StoredLetter:
    return StoredLetter(
        contract_no=row.contract_no,
        number=row.number,
        attempt=row.attempt,
        channel=row.channel,
        tracking=row.tracking or None,
        status=row.status,
        sent_on=row.sent_on,
        delivered_on=row.delivered_on or None,
        failed_on=row.failed_on or None,
        reason=row.reason or None,
        evidence=row.evidence or None,
    )
