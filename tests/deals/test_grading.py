"""A, B, C: each bound belongs to the higher grade; only what was signed in the year until the day counts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from docgen.deals.deal import Deal
from docgen.deals.grading import maintenance_grade


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
