"""`docgen deal show`: the same deal on different days."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from docgen.deals.deal import Deal
from docgen.deals.describe import describe
from docgen.deals.workdays import Calendar


def test_the_worked_deal_after_the_second_payment(deal: Deal, calendar: Calendar) -> None:
    told = describe(deal, as_of=date(2024, 6, 1), calendar=calendar, revision=3)
    assert json.loads(json.dumps(told)) == told
    assert (told["revision"], told["version"], told["effective_on"]) == (3, 2, "2024-03-18")
    assert told["totals"]["incl"] == "285000.00"
    assert told["totals"]["upper"] == "贰拾捌万伍仟元整"
    assert (told["paid"], told["balance"]) == ("171000.00", "114000.00")
    assert [row["state"] for row in told["instalments"]] == ["paid", "paid", "not_due"]
    assert told["instalments"][1]["due_nominal"] == "2024-05-25"
    assert told["instalments"][1]["due"] == "2024-05-27"
    assert told["warranty"] == {"starts_on": "2024-03-26", "ends_on": "2025-03-26"}
    assert told["retention"]["until"] is None
    assert told["calendar"] == calendar.version


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        ("2024-03-10", (1, None, None, "285000.00", "2024-03-25")),
        ("2024-03-16", (1, "2024-03-11", None, "199500.00", "2024-03-25")),
        ("2024-03-18", (2, "2024-03-11", None, "199500.00", "2024-04-01")),
        ("2024-03-26", (2, "2024-03-11", "2024-03-26", "199500.00", "2024-04-01")),
    ],
)
def test_the_day_asked_about_changes_the_answer(
    deal: Deal, calendar: Calendar, as_of: str, expected: tuple[object, ...]
) -> None:
    told = describe(deal, as_of=date.fromisoformat(as_of), calendar=calendar)
    assert told["as_of"] == as_of
    found = (told["version"], told["signed_on"], told["accepted_on"], told["balance"], told["delivery_due"]["due"])
    assert found == expected


def test_the_settings_of_a_contract_are_told(deal_with: Callable[..., Deal], calendar: Calendar) -> None:
    def own(data: dict[str, Any]) -> None:
        data["terms"].update(rolls_fixed_dates="false", remind_days="10", payment_order="penalty_first")
        data["internal"].update(grade_year="trailing")

    plain, changed = (
        describe(each, as_of=date(2024, 6, 1), calendar=calendar) for each in (deal_with(), deal_with(own))
    )
    assert plain["settings"] == {
        "rolls_due_dates": True, "rolls_fixed_dates": True, "remind_days": 7, "payment_order": "principal_first",
        "grade_year": "calendar",
    }  # fmt: skip
    assert changed["settings"] == {
        "rolls_due_dates": True, "rolls_fixed_dates": False, "remind_days": 10, "payment_order": "penalty_first",
        "grade_year": "trailing",
    }  # fmt: skip
