"""One answer is kept, for the very same record, day and calendar; any other question is asked anew."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from docgen.deals.deal import Deal
from docgen.deals.remembered import remembered
from docgen.deals.schedule import plan_parts
from docgen.deals.workdays import Calendar

DAY = date(2024, 7, 5)


def test_only_the_very_same_question_is_answered_from_memory(deal: Deal) -> None:
    asked: list[tuple[date, dict[str, Any]]] = []

    @remembered
    def told(deal: Deal, *, as_of: date, **further: object) -> tuple[str | None, int]:
        asked.append((as_of, further))
        return deal.terms.contract.number, len(asked)

    other = deal.model_copy()
    assert told(deal, as_of=DAY, calendar=1) == told(deal, as_of=DAY, calendar=1)
    assert len(asked) == 1
    assert told(other, as_of=DAY, calendar=1)[1] == 2  # alike, but another record: it is not gone through to find out
    assert told(other, as_of=DAY + timedelta(days=1), calendar=1)[1] == 3
    assert told(other, as_of=DAY + timedelta(days=1), calendar=2)[1] == 4
    assert told(other, as_of=DAY + timedelta(days=1))[1] == 5
    assert told(deal, as_of=DAY, calendar=1)[1] == 6


def test_a_plan_follows_its_record_and_its_calendar(deal: Deal) -> None:
    calendar = Calendar()
    parts = plan_parts(deal, as_of=DAY, calendar=calendar)
    dearer = deal.model_copy(update={"terms": deal.terms.model_copy(update={"total": deal.terms.total * 2})})
    assert sum((each.amount for each in plan_parts(dearer, as_of=DAY, calendar=calendar)), Decimal(0)) == 2 * sum(
        (each.amount for each in parts), Decimal(0)
    )
    due = next(each.due.due for each in parts if each.due)
    idle = Calendar(overrides={due: False})
    moved = plan_parts(deal, as_of=DAY, calendar=idle)
    assert next(each.due.due for each in moved if each.due) > due
    assert plan_parts(deal, as_of=DAY, calendar=calendar) == parts
