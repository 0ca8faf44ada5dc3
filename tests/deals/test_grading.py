"""A, B, C: each bound belongs to the higher grade; only what was signed in the year until the day counts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from docgen.deals.deal import Deal, GradeYear
from docgen.deals.grading import grade_basis, maintenance_grade


def worth(deal: Deal, amount: str) -> Deal:
    return deal.model_copy(update={"terms": deal.terms.model_copy(update={"total": Decimal(amount)}), "changes": ()})


@pytest.mark.parametrize(
    ("amounts", "grade"),
    [
        (["500000.00"], "A"),
        (["499999.99"], "B"),
        (["200000.00"], "B"),
        (["199999.99"], "C"),
        (["300000.00", "200000.00"], "A"),
        ([], "C"),
    ],
)
def test_the_bounds(deal: Deal, amounts: list[str], grade: str) -> None:
    assert maintenance_grade([worth(deal, each) for each in amounts], year=2024, as_of=date(2024, 12, 31)) == grade


def test_the_year_and_the_day_count(deal: Deal) -> None:
    big = [worth(deal, "500000.00")]  # signed 2024-03-11
    assert maintenance_grade(big, year=2024, as_of=date(2024, 3, 10)) == "C"
    assert maintenance_grade(big, year=2024, as_of=date(2024, 3, 11)) == "A"
    assert maintenance_grade(big, year=2025, as_of=date(2025, 12, 31)) == "C"


def test_a_strategic_customer_is_a(deal_with: Callable[..., Deal]) -> None:
    strategic = deal_with(lambda data: data["internal"].update(is_strategic="true"))
    assert maintenance_grade([strategic], year=2030, as_of=date(2030, 1, 1)) == "A"


def trailing(deal: Deal) -> Deal:
    return deal.model_copy(update={"internal": deal.internal.model_copy(update={"grade_year": GradeYear.TRAILING})})


@pytest.mark.parametrize(
    ("as_of", "grade"),
    [
        ("2024-03-10", "C"),  # not signed yet
        ("2024-12-31", "A"),
        ("2025-03-10", "A"),  # signed 2024-03-11: the last day of its twelve months
        ("2025-03-11", "C"),
    ],
)
def test_twelve_months_instead_of_the_calendar_year(deal: Deal, as_of: str, grade: str) -> None:
    day = date.fromisoformat(as_of)
    big = worth(deal, "500000.00")
    assert maintenance_grade([trailing(big)], year=day.year, as_of=day) == grade
    assert grade_basis([big], as_of=day) is GradeYear.CALENDAR


def test_the_deal_signed_last_says_which_year(deal: Deal, deal_with: Callable[..., Deal]) -> None:
    def earlier(data: dict[str, Any]) -> None:
        data["facts"]["signature"].update(ours="2023-12-01", theirs="2023-12-01")

    old, new = worth(deal_with(earlier), "300000.00"), worth(deal, "300000.00")
    day = date(2024, 6, 1)
    assert maintenance_grade([old, trailing(new)], year=2024, as_of=day) == "A"
    assert maintenance_grade([trailing(old), new], year=2024, as_of=day) == "B"
