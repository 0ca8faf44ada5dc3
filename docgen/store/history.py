"""What was written down about a deal, by whom and when: the events that move its revision.

A deal's revision is the number of these events: the record entered or edited, a fact recorded or withdrawn, a change
evaluated, a letter's fate, an answer of the review. Whoever read the deal at revision 7 and writes while it stands at 9
did not see two of them.
Papers issued or filed do not move it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from docgen.approvals.trail import APPROVAL_EVENTS
from docgen.deals.events import FACT_RECORDED, FACT_WITHDRAWN, RECORDED
from docgen.store import database  # noqa: F401  # sets Django up before the models
from docgen.store.letters import LETTER_EVENTS
from docgen.store.models import Evaluation, Event
from docgen.store.reviews import REVIEW_EVENTS

EVALUATED = "change.evaluated"
CLOCK_SET_BACK = "clock.set-back"
RECORD_EVENTS = (RECORDED, FACT_RECORDED, FACT_WITHDRAWN)
"""The events the record is replayed from."""
REVISING = (*RECORD_EVENTS, EVALUATED, *LETTER_EVENTS, *REVIEW_EVENTS)
"""The events that move a deal's revision."""


@dataclass(frozen=True, slots=True)
class PastEvent:
    """One event: its place in the log, the revision it made (None where it made none), who, when, what."""

    seq: int
    revision: int | None
    at: str
    actor: str
    type: str
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class StoredEvaluation:
    """What a department last said of a change."""

    change: int
    department: str
    result: str
    remark: str | None
    at: str
    actor: str


def history(contract_no: str) -> tuple[PastEvent, ...]:
    """Return what was written down about a deal, in the log's order.

    Approvals and a clock found set back stand among it; they do not move the revision.
    """
    rows = Event.objects.filter(key=contract_no, type__in=(*REVISING, *APPROVAL_EVENTS, CLOCK_SET_BACK)).order_by("seq")
    events, revision = [], 0
    for row in rows:
        revises = row.type in REVISING
        revision += revises
        made = revision if revises else None
        events.append(PastEvent(row.seq, made, row.at, row.actor, row.type, row.payload))
    return tuple(events)


def past_events(
    *, types: Sequence[str], payload_id: str | None = None, key: str | None = None
) -> tuple[PastEvent, ...]:
    """Return events of some types in order of log and seq: of one log, or those that speak of one id."""
    rows = Event.objects.filter(type__in=types).order_by("key", "seq")
    if key is not None:
        rows = rows.filter(key=key)
    if payload_id is not None:
        rows = rows.filter(payload__id=payload_id)
    return tuple(PastEvent(row.seq, n, row.at, row.actor, row.type, row.payload) for n, row in enumerate(rows, 1))


def used_keys(contract_no: str, fact: str) -> tuple[str, ...]:
    """Return every key a kind of fact was ever recorded under, withdrawn ones too."""
    rows = Event.objects.filter(key=contract_no, type=FACT_RECORDED, payload__fact=fact).order_by("seq")
    return tuple(str(row.payload["key"]) for row in rows)


def evaluations(contract_no: str) -> tuple[StoredEvaluation, ...]:
    """Return what each department last said of each change."""
    rows = Evaluation.objects.filter(contract_no=contract_no).order_by("change", "department")
    return tuple(
        StoredEvaluation(row.change, row.department, row.result, row.remark or None, row.at, row.actor) for row in rows
    )
