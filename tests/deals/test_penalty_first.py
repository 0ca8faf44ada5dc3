"""Payments that go to the penalty first, worked out by hand on YY制造 and the manual's deal.

YY: 150,000.00 due on 2024-04-30, 0.1 % a day on the overdue balance, at most 5 % of the balance of the first overdue
day: 7,500.00. Paid 50,000.00 on 05-20 and 33,333.33 on 06-19.

05-01 … 05-20  20 days × 150,000.00 × 0.001 = 3,000.00: paid first, 47,000.00 are left, balance 103,000.00
05-21 … 06-19  30 days × 103,000.00 × 0.001 = 3,090.00: paid first, 30,243.33 are left, balance  72,756.67
from 06-20              72,756.67 × 0.001   = 72.75667 a day
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from docgen.deals.accrual import Debt
from docgen.deals.allocation import paid_by_day
from docgen.deals.checks import check
from docgen.deals.deal import Deal
from docgen.deals.describe import describe
from docgen.deals.fulfilment import Payment
from docgen.deals.penalties import late_payment
from docgen.deals.penalty import PenaltyBase, PenaltyClause
from docgen.deals.terms import PaymentOrder
from docgen.deals.workdays import Calendar

FIRST = PaymentOrder.PENALTY_FIRST


def penalty_first(deal: Deal) -> Deal:
    return deal.model_copy(update={"terms": deal.terms.model_copy(update={"payment_order": FIRST})})


@pytest.mark.parametrize(
    ("as_of", "paid", "balance", "amount", "settled", "claim"),
    [
        ("2024-05-19", "0.00", "150000.00", "2850.00", "0.00", "152850.00"),  # 19 × 150
        ("2024-05-20", "47000.00", "103000.00", "3000.00", "3000.00", "103000.00"),
        ("2024-05-21", "47000.00", "103000.00", "3103.00", "3000.00", "103103.00"),  # + 103
        ("2024-06-18", "47000.00", "103000.00", "5987.00", "3000.00", "105987.00"),  # + 29 × 103 = 2,987
        ("2024-06-19", "77243.33", "72756.67", "6090.00", "6090.00", "72756.67"),
        ("2024-06-20", "77243.33", "72756.67", "6162.76", "6090.00", "72829.43"),  # + 72.75667
        ("2024-07-08", "77243.33", "72756.67", "7472.38", "6090.00", "74139.05"),  # + 19 × 72.75667 = 1,382.37673
        ("2024-07-09", "77243.33", "72756.67", "7500.00", "6090.00", "74166.67"),  # + 20 × = 1,455.1334: the cap
        ("2024-12-30", "77243.33", "72756.67", "7500.00", "6090.00", "74166.67"),
    ],
)
def test_the_penalty_is_paid_before_the_principal(
    sample_deals: dict[str, Deal], calendar: Calendar, as_of: str, paid: str, balance: str, amount: str, settled: str,
    claim: str,
) -> None:  # fmt: skip
    deal = penalty_first(sample_deals["yy-manufacturing"])
    shown = describe(deal, as_of=date.fromisoformat(as_of), calendar=calendar)
    (row,), (penalty,) = shown["instalments"], shown["penalties"]
    assert (row["paid"], row["balance"]) == (paid, balance)
    assert (penalty["amount"], penalty["paid"], penalty["cap"]) == (amount, settled, "7500.00")
    assert Decimal(penalty["open"]) == Decimal(amount) - Decimal(settled)
    assert (shown["penalties_paid"], shown["advance"], shown["claim_total"]) == (settled, "0.00", claim)


def test_what_was_paid_of_a_penalty_outlives_the_write_off(sample_deals: dict[str, Deal], calendar: Calendar) -> None:
    deal = penalty_first(sample_deals["yy-manufacturing"])  # written off on 2024-12-31
    shown = describe(deal, as_of=date(2024, 12, 31), calendar=calendar)
    (row,), (penalty,) = shown["instalments"], shown["penalties"]
    assert (row["paid"], row["written_off"], row["balance"]) == ("77243.33", "72756.67", "0.00")
    assert (penalty["amount"], penalty["paid"], penalty["open"]) == ("6090.00", "6090.00", "0.00")
    assert shown["claim_total"] == "0.00"


def paid(*rows: tuple[int, int, str, int | None]) -> list[Payment]:
    return [Payment(seq=n, on=date(2024, 6, d), amount=Decimal(a), instalment=i) for n, d, a, i in rows]


CLAUSE = PenaltyClause(daily_rate=Decimal("0.001"), base=PenaltyBase.OVERDUE_BALANCE, clause="第九条")
DEBTS = (Debt(1, Decimal("1000.00"), date(2024, 5, 31)), Debt(2, Decimal("2000.00"), date(2024, 6, 5)))


def put_down(*rows: tuple[int, int, str, int | None], clause: PenaltyClause = CLAUSE) -> list[tuple[str, ...]]:
    """Return after each pay day: principal of 1 and 2, penalty of 1 and 2. A day costs 1.00 on 1 and 2.00 on 2."""
    found = paid_by_day(DEBTS, paid(*rows), order=FIRST, clause=clause)
    return [tuple(str(part[seq]) for part in (each.principal, each.penalty) for seq in (1, 2)) for each in found]


@pytest.mark.parametrize(
    ("rows", "left"),
    [
        # day 10: 10.00 on part 1 and 5 × 2.00 on part 2
        ([(1, 10, "15.00", None)], ("0.00", "0.00", "10.00", "5.00")),
        ([(1, 10, "520.00", None)], ("500.00", "0.00", "10.00", "10.00")),
        ([(1, 10, "3020.00", None)], ("1000.00", "2000.00", "10.00", "10.00")),
        ([(1, 10, "3020.01", None)], ("1000.00", "2000.00", "10.00", "10.00")),
        # named: its own penalty, its own principal, then the others
        ([(1, 10, "110.00", 2)], ("0.00", "100.00", "0.00", "10.00")),
        ([(1, 10, "2015.00", 2)], ("0.00", "2000.00", "5.00", "10.00")),
        ([(1, 10, "2120.00", 2)], ("100.00", "2000.00", "10.00", "10.00")),
        # two on one day: the penalty of the day is paid once
        ([(1, 10, "10.00", 1), (2, 10, "5.00", 1)], ("5.00", "0.00", "10.00", "0.00")),
        # before anything is due there is no penalty
        ([(1, 1, "100.00", 2)], ("0.00", "100.00", "0.00", "0.00")),
    ],
)
def test_which_part_gets_what(rows: list[tuple[int, int, str, int | None]], left: tuple[str, ...]) -> None:
    assert put_down(*rows)[-1] == left


def test_in_order_of_days_whatever_the_order_of_numbers() -> None:
    # day 10: 10.00, then 510.00 − 10.00 = 500.00 on part 1; day 20: 10 × 0.50 more, 5.00 paid, 95.00 down
    early, late = put_down((2, 10, "510.00", 1), (1, 20, "100.00", 1))
    assert (early[0], early[2]) == ("500.00", "10.00")
    assert (late[0], late[2]) == ("595.00", "15.00")
    assert put_down((1, 10, "510.00", 1), (2, 20, "100.00", 1)) == [early, late]


def test_a_shared_cap_never_takes_back_what_was_paid() -> None:
    # the cap: 0.5 % of 3,000.00 = 15.00. Day 10: part 2 pays its 5.00 (15 − 10 of part 1 are left to it); day 30:
    # part 1 would come to 30.00, and has what is left: 10.00
    capped = CLAUSE.model_copy(update={"cap": Decimal("0.005"), "cap_base": PenaltyBase.CONTRACT_TOTAL})
    assert put_down((1, 10, "5.00", 2), (2, 30, "50.00", 1), clause=capped) == [
        ("0.00", "0.00", "0.00", "5.00"),
        ("40.00", "0.00", "10.00", "5.00"),
    ]


def test_without_a_clause_both_orders_are_one(deal_with: Callable[..., Deal], calendar: Calendar) -> None:
    def late(data: dict[str, Any]) -> None:
        data["facts"]["payments"][0]["on"] = "2024-03-28"
        data["terms"]["late_payment"] = None

    deal = deal_with(late)
    one, other = (describe(each, as_of=date(2024, 6, 1), calendar=calendar) for each in (deal, penalty_first(deal)))
    assert {**one, "settings": None} == {**other, "settings": None}


def test_the_manuals_deal_paid_late(deal_with: Callable[..., Deal], calendar: Calendar) -> None:
    def late(data: dict[str, Any]) -> None:
        data["facts"]["payments"][0]["on"] = "2024-03-28"

    # Part 1: 85,500.00 due 03-18, paid 03-28: ten days × 42.75 = 427.50 are taken for the penalty and lack on part 1
    # until 06-01: 65 days × 427.50 × 0.0005 = 13.89375
    deal = penalty_first(deal_with(late))
    (penalty,) = late_payment(deal, as_of=date(2024, 3, 28), calendar=calendar)
    assert (penalty.amount, penalty.paid, penalty.open) == (Decimal("427.50"), Decimal("427.50"), Decimal("0.00"))


@pytest.mark.parametrize(
    ("amount", "codes"), [("156090.00", set()), ("156090.01", {"deals.paid-too-much"})]
)  # 150,000.00 + 3,000.00 + 3,090.00
def test_money_for_penalties_is_not_too_much(
    sample_deals: dict[str, Deal], calendar: Calendar, amount: str, codes: set[str]
) -> None:
    deal = penalty_first(sample_deals["yy-manufacturing"])
    rest = Decimal(amount) - Decimal("50000.00")
    payments = [deal.facts.payments[0], deal.facts.payments[1].model_copy(update={"amount": rest})]
    facts = deal.facts.model_copy(update={"payments": tuple(payments), "write_offs": ()})
    found = check(deal.model_copy(update={"facts": facts}), calendar=calendar)
    assert {each.code for each in found if "paid" in each.code} == codes
