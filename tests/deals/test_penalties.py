"""Penalties beside the worked deals: one cap for the whole contract, caps of their own, the principal alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from docgen.deals.deal import Deal
from docgen.deals.penalties import claim_total, late_payment
from docgen.deals.workdays import Calendar

DAY = date(2024, 11, 18)


def unpaid(data: dict[str, Any]) -> None:
    data["facts"]["payments"] = []


def amounts(deal: Deal, calendar: Calendar) -> list[tuple[int, Decimal, Decimal]]:
    found = late_payment(deal, as_of=DAY, calendar=calendar)
    return [(each.seq, each.uncapped, each.amount) for each in found]


def test_a_cap_on_the_contract_is_one_cap(deal_with: Callable[..., Deal], calendar: Calendar) -> None:
    # 85,500.00 × 0.0005 = 42.75 a day. Part 1 since 03-18: 245 days, 10,473.75. Part 2 since 05-27: 175 days, 7,481.25.
    # The cap is 5 % of 285,000.00 = 14,250.00: 3,776.25 are left for part 2.
    deal = deal_with(unpaid)
    assert amounts(deal, calendar) == [
        (1, Decimal("10473.75"), Decimal("10473.75")),
        (2, Decimal("7481.25"), Decimal("3776.25")),
    ]
    assert claim_total(deal, as_of=DAY, calendar=calendar) == Decimal("185250.00")  # 171,000.00 + 14,250.00


def test_a_cap_on_the_overdue_balance_is_each_part_s_own(deal_with: Callable[..., Deal], calendar: Calendar) -> None:
    def own_cap(data: dict[str, Any]) -> None:
        data["terms"]["late_payment"].update(cap="0.10", cap_base="overdue_balance")

    # 10 % of 85,500.00 = 8,550.00
    assert amounts(deal_with(unpaid, own_cap), calendar) == [
        (1, Decimal("10473.75"), Decimal("8550.00")),
        (2, Decimal("7481.25"), Decimal("7481.25")),
    ]


def test_paid_late_is_still_late(deal_with: Callable[..., Deal], calendar: Calendar) -> None:
    def late(data: dict[str, Any]) -> None:
        data["facts"]["payments"][0]["on"] = "2024-03-28"

    # Due 03-18, paid whole on 03-28: ten days × 42.75
    assert amounts(deal_with(late), calendar) == [(1, Decimal("427.50"), Decimal("427.50"))]


def test_without_a_clause_nothing_but_the_principal(deal_with: Callable[..., Deal], calendar: Calendar) -> None:
    def no_clause(data: dict[str, Any]) -> None:
        data["terms"]["late_payment"] = None

    deal = deal_with(unpaid, no_clause)
    assert amounts(deal, calendar) == []
    assert claim_total(deal, as_of=DAY, calendar=calendar) == Decimal("171000.00")
