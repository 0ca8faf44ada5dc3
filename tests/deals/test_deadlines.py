"""What counts as done: a paper on its day, a recorded duty, money that came; papers dated later do not exist yet."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from docgen.deals.deadlines import deadlines
from docgen.deals.deal import Deal
from docgen.deals.describe import describe
from docgen.deals.paperwork import Direction, PaperSeen
from docgen.deals.situation import situation
from docgen.deals.workdays import Calendar

SIGNED_COPY = PaperSeen("合同", Direction.INCOMING, date(2024, 3, 13))


def done(deal: Deal, rule: str, as_of: str, *papers: PaperSeen) -> list[date | None]:
    now = situation(deal, as_of=date.fromisoformat(as_of), calendar=Calendar(), papers=papers)
    return [each.done for each in deadlines(now) if each.rule == rule]


def test_a_filed_paper_is_done_on_its_day(deal: Deal) -> None:
    assert done(deal, "R-2.3-10", "2024-03-12", SIGNED_COPY) == [None]
    assert done(deal, "R-2.3-10", "2024-03-13", SIGNED_COPY) == [date(2024, 3, 13)]
    own = PaperSeen("合同", Direction.OWN, date(2024, 3, 10))
    assert done(deal, "R-2.3-10", "2024-03-13", own) == [None], "our own print is not the signed copy"


def test_a_recorded_duty_is_done(deal_with: Callable[..., Deal]) -> None:
    def called(**more: object) -> Callable[[dict[str, Any]], None]:
        def change(data: dict[str, Any]) -> None:
            data["facts"]["tasks_done"] = [{"seq": 1, "rule": "R-2.4-13", "on": "2024-03-28", **more}]

        return change

    assert done(deal_with(called()), "R-2.4-13", "2024-03-28") == [date(2024, 3, 28)]
    assert done(deal_with(called()), "R-2.4-13", "2024-03-27") == [None]
    assert done(deal_with(called(number=1)), "R-2.4-13", "2024-03-28") == [date(2024, 3, 28)]
    assert done(deal_with(called(number=2)), "R-2.4-13", "2024-03-28") == [None]


def test_money_that_came_ends_the_duty_to_ask(deal: Deal) -> None:
    assert done(deal, "R-2.5-04", "2024-03-14") == [None]
    assert done(deal, "R-2.5-04", "2024-03-15") == [date(2024, 3, 15)]
    sent = PaperSeen("预付款通知单", Direction.OWN, date(2024, 3, 12), "instalment 1")
    assert done(deal, "R-2.5-04", "2024-03-15", sent) == [date(2024, 3, 12)]


def test_nothing_before_the_signature_but_the_delivery_day(deal: Deal) -> None:
    now = situation(deal, as_of=date(2024, 3, 10), calendar=Calendar())
    assert {each.rule for each in deadlines(now)} == {"R-2.3-04", "R-2.4-04", "R-2.4-06"}


@pytest.mark.parametrize(
    ("sent", "told", "expected"),
    [
        ({}, {}, ("2024-03-22", None, None, None)),  # the day alone: its end and 24 hours
        ({"dispatched_time": "14:30"}, {}, ("2024-03-22", "14:30", None, None)),
        (
            {"dispatched_time": "14:30"},
            {"tracking_told_on": "2024-03-22", "tracking_told_time": "14:31"},
            ("2024-03-22", "14:30", "2024-03-22", "14:31"),
        ),
        ({"dispatched_time": "14:30"}, {"tracking_told_on": "2024-03-21"}, ("2024-03-22", "14:30", "2024-03-21", None)),
    ],
)
def test_24_hours_from_the_time_of_dispatch(
    deal_with: Callable[..., Deal], sent: dict[str, str], told: dict[str, str], expected: tuple[str | None, ...]
) -> None:
    def dispatched(data: dict[str, Any]) -> None:
        data["facts"]["deliveries"][0].update(dispatched_on="2024-03-21", **sent, **told)

    shown = describe(deal_with(dispatched), as_of=date(2024, 4, 1), calendar=Calendar())
    (row,) = [each for each in shown["deadlines"] if each["rule"] == "R-2.4-07"]
    assert tuple(row[key] for key in ("due", "due_time", "done", "done_time")) == expected
