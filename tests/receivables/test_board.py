"""The board's figures, worked out by hand: part payments, the cap, holidays, 30 and 31 days, a leap day, a change."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from docgen.deals.deal import Deal
from docgen.deals.schedule import PaymentState
from docgen.deals.standing import Stage
from docgen.deals.workdays import Calendar
from docgen.receivables.aging import ageing, bucket_of
from docgen.receivables.board import BoardRow, board_rows
from docgen.receivables.outline import outline

Make = Callable[..., Deal]
CALENDAR = Calendar()


def rows(deal: Deal, day: str) -> tuple[BoardRow, ...]:
    as_of = date.fromisoformat(day)
    return board_rows(outline(deal, as_of=as_of, calendar=CALENDAR), as_of=as_of)


@pytest.mark.parametrize(
    ("as_of", "paid", "balance", "penalty"),
    [
        ("2024-05-05", "0.00", "150000.00", "750.00"),  # 5 days × 150
        ("2024-05-20", "50000.00", "100000.00", "3000.00"),  # the pay day counts on the balance before it: 20 × 150
        ("2024-06-19", "83333.33", "66666.67", "6000.00"),  # + 30 × 100
        ("2024-07-11", "83333.33", "66666.67", "7466.67"),  # + 22 × 66.66667, rounded once
        ("2024-07-12", "83333.33", "66666.67", "7500.00"),  # 7,533.33, but no more than 5 % of 150,000.00
    ],
)
def test_part_payments_and_the_cap(sample: Make, as_of: str, paid: str, balance: str, penalty: str) -> None:
    (row,) = rows(sample("yy-manufacturing"), as_of)
    assert (row.paid, row.balance, row.penalty) == (Decimal(paid), Decimal(balance), Decimal(penalty))


def test_the_manuals_second_customer(sample: Make) -> None:
    (row,) = rows(sample("yy-manufacturing"), "2024-05-05")
    assert (row.customer, row.order_no, row.owner) == ("YY制造有限公司", "SO2024031002", "李四")
    assert (row.status_text, row.due, row.contract_total) == ("逾期5天", date(2024, 4, 30), Decimal("150000.00"))


def _due(day: str) -> Callable[[dict[str, Any]], None]:
    def change(plain: dict[str, Any]) -> None:
        plain["facts"]["payments"], plain["facts"]["flags"], plain["facts"]["write_offs"] = [], [], []
        plain["terms"]["plan"][0]["trigger"] = {"all_of": [{"event": "fixed_date", "on": day}]}

    return change


@pytest.mark.parametrize(
    ("fixed", "due"),
    [
        ("2024-10-01", "2024-10-08"),  # National Day week, 10-01 to 10-07
        ("2024-05-11", "2024-05-11"),  # a Saturday that is worked (调休)
        ("2025-01-28", "2025-02-05"),  # Spring Festival, 01-28 to 02-04
    ],
)
def test_a_due_day_rolls_past_holidays_and_counts_from_there(sample: Make, fixed: str, due: str) -> None:
    deal = sample("yy-manufacturing", _due(fixed))
    (row,) = rows(deal, "2025-03-07")
    assert (row.due_nominal, row.due) == (date.fromisoformat(fixed), date.fromisoformat(due))
    assert row.overdue_days == (date(2025, 3, 7) - date.fromisoformat(due)).days


@pytest.mark.parametrize(
    ("as_of", "late", "state", "stage"),
    [
        ("2024-04-22", 0, PaymentState.NOT_DUE, None),
        ("2024-04-23", 0, PaymentState.DUE_SOON, Stage.REMINDER),
        ("2024-04-30", 0, PaymentState.DUE_SOON, Stage.REMINDER),
        ("2024-05-01", 1, PaymentState.OVERDUE, Stage.OVERDUE),
        ("2024-05-30", 30, PaymentState.OVERDUE, Stage.OVERDUE),
        ("2024-05-31", 31, PaymentState.OVERDUE, Stage.MAJOR),
    ],
)
def test_stages_turn_on_the_31st_day(
    sample: Make, as_of: str, late: int, state: PaymentState, stage: Stage | None
) -> None:
    (row,) = rows(sample("yy-manufacturing", _due("2024-04-30")), as_of)
    assert (row.overdue_days, row.state, row.stage) == (late, state, stage)


def test_a_leap_day_is_a_day(sample: Make) -> None:
    def signed_early(plain: dict[str, Any]) -> None:
        plain["facts"]["signature"] = {"ours": "2024-01-08", "theirs": "2024-01-08", "form": "paper_original"}

    deal = sample("yy-manufacturing", signed_early, _due("2024-02-28"))
    (row,) = rows(deal, "2024-03-01")
    assert (row.overdue_days, row.penalty) == (2, Decimal("300.00"))  # 02-29 and 03-01
    month = sample("yy-manufacturing", signed_early, _due("2024-02-29"))
    (row,) = rows(month, "2027-03-01")
    assert row.limitation is not None
    assert (row.limitation.until, row.limitation.alert) == (date(2027, 2, 28), 0)


def _cheaper(signed: str) -> Callable[[dict[str, Any]], None]:
    """A change of the price from 150,000.00 to 120,000.00, in force from a day."""

    def change(plain: dict[str, Any]) -> None:
        lines = [{**plain["terms"]["lines"][0], "unit_price": "4000"}]
        plan = [{**plain["terms"]["plan"][0], "amount": "120000.00"}]
        plain["changes"] = [
            {"seq": 1, "requested_on": "2024-03-20", "reason": "数量不变，单价下调",
             "new": {"lines": lines, "total": "120000.00", "plan": plan}}
        ]  # fmt: skip
        plain["facts"]["change_signatures"] = [{"change": 1, "ours": signed, "theirs": signed}]

    return change


def test_a_price_changed_before_the_due_day(sample: Make) -> None:
    deal = sample("yy-manufacturing", _due("2024-04-30"), _cheaper("2024-04-10"))
    assert rows(deal, "2024-04-09")[0].balance == Decimal("150000.00")
    (row,) = rows(deal, "2024-05-10")
    assert (row.amount, row.balance, row.penalty) == (Decimal("120000.00"), Decimal("120000.00"), Decimal("1200.00"))


def test_a_price_changed_after_the_due_day(sample: Make) -> None:
    """Until the change signs, 150 a day; from then on the debt is what both signed, for all days."""
    deal = sample("yy-manufacturing", _due("2024-04-30"), _cheaper("2024-05-11"))
    (row,) = rows(deal, "2024-05-10")
    assert (row.balance, row.penalty) == (Decimal("150000.00"), Decimal("1500.00"))
    (row,) = rows(deal, "2024-05-12")
    assert (row.balance, row.penalty) == (Decimal("120000.00"), Decimal("1440.00"))  # 12 × 120


def test_money_beyond_the_contract_is_shown_and_no_balance_is_negative(sample: Make) -> None:
    def too_much(plain: dict[str, Any]) -> None:
        plain["facts"]["payments"] = [{"seq": 1, "on": "2024-04-29", "amount": "151000.00"}]

    (row,) = rows(sample("yy-manufacturing", _due("2024-04-30"), too_much), "2024-05-05")
    assert (row.balance, row.paid, row.advance) == (Decimal("0.00"), Decimal("150000.00"), Decimal("1000.00"))
    assert (row.state, row.paid_on, row.next_step.action) == (PaymentState.PAID, date(2024, 4, 29), "nothing")


@pytest.mark.parametrize(
    ("days", "bucket"),
    [(0, "not_due"), (1, "to_30"), (30, "to_30"), (31, "to_60"), (60, "to_60"), (61, "to_90"), (90, "to_90"),
     (91, "over_90")],
)  # fmt: skip
def test_the_edges_of_the_buckets(days: int, bucket: str) -> None:
    assert bucket_of(days) == bucket


def test_ageing_adds_up(sample: Make) -> None:
    held = [*rows(sample("yy-manufacturing"), "2024-06-05"), *rows(sample("xx-tech"), "2024-06-05")]
    found = ageing(held)
    assert found.total.total == sum(row.balance for row in held)
    assert found.total.to_60 == Decimal("100000.00")  # 36 days late, 50,000.00 paid
    assert {line.name for line in found.by_owner} == {"张三", "李四"} & {row.owner for row in held if row.balance}
    assert sum(line.total for line in found.by_customer) == found.total.total


def test_the_day_asked_about_changes_the_answer(sample: Make) -> None:
    deal = sample("xx-tech")
    assert [row.status_text for row in rows(deal, "2024-03-10")] != [
        row.status_text for row in rows(deal, "2024-05-28")
    ]
    assert rows(deal, "2024-03-10")[0].triggered_on is None
