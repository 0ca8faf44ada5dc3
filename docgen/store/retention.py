"""What retention asks of the tables: holds and extensions replayed from the logs, and of many deals what happened.

Everything here comes from the logs' events, so that a rebuild finds it again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Max

from docgen.retention.trail import TRAIL_EVENTS, Trail, replay
from docgen.store import database  # noqa: F401  # sets Django up before the models
from docgen.store.ledger import by_hundreds
from docgen.store.models import Deal, Event, Paper

_FEW = 400


@dataclass(frozen=True, slots=True)
class Happened:
    """Of a deal what retention asks: whose it is, when it ended as recorded, whether any fact is recorded at all."""

    contract_no: str
    customer_id: str
    customer_name: str
    ended_on: date | None
    has_facts: bool


def happenings(contract_nos: Collection[str]) -> dict[str, Happened]:
    """Return of many deals, by contract number, what retention asks of them; records are not read whole."""
    asked = "contract_no", "customer_id", "customer__name", "record__facts"
    rows = (
        row
        for chosen in by_hundreds(contract_nos)
        for row in Deal.objects.filter(contract_no__in=chosen).values_list(*asked)
    )
    return {
        number: Happened(number, customer, name, _ended_on(facts), any(facts.values()))
        for number, customer, name, facts in rows
    }


def _ended_on(facts: Mapping[str, Any]) -> date | None:
    termination = facts.get("termination")
    return date.fromisoformat(termination["on"]) if termination else None


def promised_terms() -> list[tuple[object, int]]:
    """Return each set of terms that papers were promised at filing, and how many papers it was promised."""
    rows = Paper.objects.values_list("sidecar__extra__retention_terms").annotate(papers=Count("id")).order_by()
    return [(told, papers) for told, papers in rows if told]


def trail() -> Trail:
    """Return every hold and extension ever recorded, by log and place in it."""
    rows = Event.objects.filter(type__in=TRAIL_EVENTS).order_by("key", "seq")
    return replay((row.type, row.payload) for row in rows)


def newest_instants(keys: Collection[str]) -> dict[str, str]:
    """Return by log the latest instant (ISO, UTC) its entries bear, of many logs at once."""
    rows = Event.objects.order_by().values_list("key").annotate(latest=Max("at"))
    if len(keys) <= _FEW:
        rows = rows.filter(key__in=list(keys))
    return {key: latest for key, latest in rows.iterator() if key in keys}


def newest_instant(key: str | None = None) -> str | None:
    """Return the latest instant (ISO, UTC) a log's entries bear, of one log or of all; None where nothing stands."""
    rows = Event.objects.filter(key=key) if key else Event.objects.all()
    found: str | None = rows.aggregate(latest=Max("at"))["latest"]
    return found
