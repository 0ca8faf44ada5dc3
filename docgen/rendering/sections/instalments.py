"""Instalments as plain values: the plan as it stands on a day."""

from __future__ import annotations

from docgen.deals.plan import TriggerEvent
from docgen.deals.schedule import InstalmentStatus, schedule
from docgen.rendering.sections.background import Background, Values


def rows(about: Background) -> list[Values]:
    """Return every instalment as it stands on the day."""
    return [status(row) for row in schedule(about.deal, as_of=about.as_of, calendar=about.calendar)]


def status(row: InstalmentStatus) -> Values:
    """Return an instalment as it stands on the day: amounts in 元, what it waits for, when it is due."""
    return {
        "seq": row.seq,
        "kind": row.kind.value,
        "title": row.title,
        "share": row.share,
        "amount": row.amount,
        "paid": row.paid,
        "balance": row.balance,
        "trigger_text": row.trigger_text,
        "clause": row.clause,
        "triggered_on": row.triggered_on,
        "due": row.due,
        "due_nominal": row.due_nominal,
        "is_rolled": row.due != row.due_nominal,
        "is_provisional": row.is_provisional,
        "is_part_paid": row.part_paid,
        "state": row.state.value,
        "overdue_days": row.overdue_days,
    }


def asked(about: Background, seq: int) -> Values | None:
    """Return an instalment with what its letter must know besides: does our own notice or invoice start the clock?"""
    row = next((each for each in rows(about) if each["seq"] == seq), None)
    if row is None:
        return None
    events = {wait.event for part in about.terms.plan if part.seq == row["seq"] for wait in part.trigger.all_of}
    return row | {
        "waits_for_notice": row["due"] is None and TriggerEvent.NOTICE_RECEIVED in events,
        "waits_for_invoice": row["due"] is None and TriggerEvent.INVOICE_RECEIVED in events,
    }
