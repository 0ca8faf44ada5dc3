"""Penalties worked out by hand, a case a line: each with its arithmetic, on one part of 100,000.00 due on a fixed day.

The rate is 0.1 % a day on what is open: 100,000.00 × 0.001 = 100.00 a day, unless the case says otherwise.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from docgen.deals.deal import Deal
from docgen.deals.penalties import late_payment
from docgen.deals.schedule import schedule
from docgen.deals.standing import stage_of
from docgen.deals.statute import statutory_interest
from docgen.deals.workdays import Calendar

Change = Callable[[dict[str, Any]], None]
SIGNED = "2024-02-01"


def part(due: str, *payments: tuple[str, str], total: str = "100000.00", **terms: Any) -> Change:  # noqa: ANN401  # any value of the terms
    """Return the change that makes the sample a deal of one part due on a fixed day, with some money that came."""

    def change(data: dict[str, Any]) -> None:
        trigger = {"all_of": [{"event": "fixed_date", "on": due}], "term": "0", "unit": "day"}
        row = {"seq": "1", "kind": "progress", "share": "1", "trigger": trigger, "clause": "第四条"}
        late = {"daily_rate": "0.001", "base": "overdue_balance", "cap_base": "overdue_balance", "clause": "第九条"}
        data["terms"] |= {"total": total, "plan": [row], "late_payment": late, **terms}
        data["changes"] = []
        data.pop("proposal", None)
        paid = [{"seq": str(n), "on": on, "amount": amount} for n, (on, amount) in enumerate(payments, 1)]
        data["facts"] = {"signature": {"ours": SIGNED, "theirs": SIGNED}, "payments": paid}

    return change


def price(total: str, signed: str) -> Change:
    """Return a change of price, in force from a day."""

    def change(data: dict[str, Any]) -> None:
        data["changes"] = [{"seq": "1", "requested_on": SIGNED, "reason": "增购", "new": {"total": total}}]
        data["facts"]["change_signatures"] = [{"change": "1", "ours": signed, "theirs": signed}]

    return change


def late(base: str = "overdue_balance", cap: str | None = None, cap_base: str = "overdue_balance") -> dict[str, Any]:
    rule = {"daily_rate": "0.001", "base": base, "cap_base": cap_base, "clause": "第九条"}
    return {"late_payment": rule | ({"cap": cap} if cap else {})}


def back(*refunds: tuple[str, str]) -> Change:
    """Return the change that pays money back."""

    def change(data: dict[str, Any]) -> None:
        told = enumerate(refunds, 1)
        rows = [{"seq": str(n), "on": on, "amount": amount, "reason": "多付退还"} for n, (on, amount) in told]
        data["facts"]["refunds"] = rows

    return change


MONDAY = "2024-03-18"
HALF = ("2024-03-28", "50000.00")
FIRST, SECOND = ("2024-03-20", "60000.00"), ("2024-03-28", "60000.00")
BACK = ("2024-04-02", "20000.00")
PLAIN, CHEAPER, DEARER = "100000.00", "80000.00", "120000.00"
CASES = {
    # partial payment: 10 × 100,000.00 (03-19 … 03-28, the pay day on the larger balance) + 5 × 50,000.00, × 0.001
    "part paid, pay day": ([part(MONDAY, HALF)], "2024-03-28", "1000.00"),
    "part paid, after": ([part(MONDAY, HALF)], "2024-04-02", "1250.00"),
    # the cap of 1 % of the first overdue balance is 1,000.00; a later payment does not lower it
    "cap, a day before it bites": ([part(MONDAY, **late(cap="0.01"))], "2024-03-27", "900.00"),
    "cap, reached to the day": ([part(MONDAY, **late(cap="0.01"))], "2024-03-28", "1000.00"),
    "cap, biting": ([part(MONDAY, **late(cap="0.01"))], "2024-03-29", "1000.00"),
    "cap, after part payment": ([part(MONDAY, HALF, **late(cap="0.01"))], "2024-06-30", "1000.00"),
    # 2024-10-01 lies in the holidays until 10-07, so the part is due on Tuesday 10-08
    "holiday, the rolled day": ([part("2024-10-01")], "2024-10-08", "0"),
    "holiday, the day after": ([part("2024-10-01")], "2024-10-09", "100.00"),
    "holiday, ten days": ([part("2024-10-01")], "2024-10-18", "1000.00"),
    # Saturday 2024-09-28 rolls to Sunday 09-29, a working day by 调休
    "a working Sunday": ([part("2024-09-28")], "2024-09-30", "100.00"),
    "no rolling agreed": ([part("2024-10-01", rolls_due_dates="false")], "2024-10-02", "100.00"),
    "thirty days": ([part(MONDAY)], "2024-04-17", "3000.00"),
    "thirty-one days": ([part(MONDAY)], "2024-04-18", "3100.00"),
    # due Wednesday 2024-02-28: 02-29 and 03-01 are two days; a year later, from Friday 02-28, one
    "leap day": ([part("2024-02-28")], "2024-03-01", "200.00"),
    "no leap day": ([part("2025-02-28")], "2025-03-01", "100.00"),
    # dearer before the due day: 10 × 120.00
    "dearer before due": ([part(MONDAY), price(DEARER, "2024-03-10")], "2024-03-28", "1200.00"),
    # dearer on 03-25: 03-19 … 03-25 are 7 × 100.00, 03-26 … 03-28 are 3 × 120.00
    "dearer after due, its day": ([part(MONDAY), price(DEARER, "2024-03-25")], "2024-03-25", "700.00"),
    "dearer after due": ([part(MONDAY), price(DEARER, "2024-03-25")], "2024-03-28", "1060.00"),
    # paid whole on 03-20 (2 × 100.00), dearer on 03-25: the new 20,000.00 late from 03-26: 3 × 20.00
    "dearer after payment": (
        [part(MONDAY, ("2024-03-20", PLAIN)), price(DEARER, "2024-03-25")],
        "2024-03-28",
        "260.00",
    ),
    # cheaper, before or after the due day: what is no longer owed is not late: 10 × 80.00
    "cheaper before due": ([part(MONDAY), price(CHEAPER, "2024-03-10")], "2024-03-28", "800.00"),
    "cheaper after due": ([part(MONDAY), price(CHEAPER, "2024-03-25")], "2024-03-28", "800.00"),
    "cheaper, not yet in force": ([part(MONDAY), price(CHEAPER, "2024-03-25")], "2024-03-24", "600.00"),
    # on the contract total: 10 × 100.00 whatever was paid; dearer on 03-25: 7 × 100.00 + 3 × 120.00
    "on the total": ([part(MONDAY, HALF, **late("contract_total"))], "2024-03-30", "1200.00"),
    "on the total, dearer": (
        [part(MONDAY, **late("contract_total")), price(DEARER, "2024-03-25")],
        "2024-03-28",
        "1060.00",
    ),
    # paid 120,000.00 in two: 2 × 100.00 (03-19, 03-20) + 8 × 40.00 (03-21 … 03-28); 20,000.00 too much
    "over-paid": ([part(MONDAY, FIRST, SECOND)], "2024-04-01", "520.00"),
    # what was too much goes back on 04-02: nothing was open, nothing opens, no day before it changes
    "over-paid, paid back, its day": ([part(MONDAY, FIRST, SECOND), back(BACK)], "2024-04-02", "520.00"),
    "over-paid, paid back": ([part(MONDAY, FIRST, SECOND), back(BACK)], "2024-04-10", "520.00"),
    # the bank then reverses the second payment, which never was: 2 × 100.00, 13 × 40.00 (03-21 … 04-02, the day of the
    # refund on the smaller balance, as a pay day on the larger), and 60,000.00 from 04-03 on: 8 × 60.00 until 04-10
    "paid back, then reversed, before the refund": ([part(MONDAY, FIRST), back(BACK)], "2024-04-01", "680.00"),
    "paid back, then reversed, its day": ([part(MONDAY, FIRST), back(BACK)], "2024-04-02", "720.00"),
    "paid back, then reversed, the day after": ([part(MONDAY, FIRST), back(BACK)], "2024-04-03", "780.00"),
    "paid back, then reversed": ([part(MONDAY, FIRST), back(BACK)], "2024-04-10", "1200.00"),
    # the first payment reversed instead: 10 × 100.00 until 03-28, 5 × 40.00 until 04-02, 8 × 60.00 until 04-10
    "paid back, the first reversed": ([part(MONDAY, SECOND), back(BACK)], "2024-04-10", "1680.00"),
    # rounding once: 33,333.33 × 0.001 = 33.33333 a day; 4 days 133.33332 → 133.33, not 4 × 33.33 = 133.32
    "rounded once": ([part(MONDAY, total="33333.33")], "2024-03-22", "133.33"),
    # an amount that ends on half a fen: 12,345.00 × 0.001 × 1 = 12.345 → 12.35
    "half up": ([part(MONDAY, total="12345.00")], "2024-03-19", "12.35"),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "as_of", "amount"), CASES.values(), ids=CASES)
def test_by_hand(
    deal_with: Callable[..., Deal], calendar: Calendar, changes: list[Change], as_of: str, amount: str
) -> None:
    found = late_payment(deal_with(*changes), as_of=date.fromisoformat(as_of), calendar=calendar)
    assert sum(each.amount for each in found) == Decimal(amount)


def test_the_31st_day_is_major(deal_with: Callable[..., Deal], calendar: Calendar) -> None:
    deal = deal_with(part(MONDAY))
    stages = [stage_of(schedule(deal, as_of=date(2024, 4, day), calendar=calendar)[0]) for day in (17, 18)]
    assert stages == ["overdue", "major"]


def test_principal_or_penalty_first(deal_with: Callable[..., Deal], calendar: Calendar) -> None:
    """50,000.00 come on the tenth day, when 1,000.00 of penalty stand; asked ten days later.

    Principal first: 1,000.00 + 10 × 50,000.00 × 0.001 = 1,500.00 open, 50,000.00 of principal.
    Penalty first: 1,000.00 are paid, 49,000.00 go to the principal; 51,000.00 × 0.001 × 10 = 510.00 open.
    """
    told = {}
    for order in ("principal_first", "penalty_first"):
        deal = deal_with(part(MONDAY, HALF, payment_order=order))
        (penalty,) = late_payment(deal, as_of=date(2024, 4, 7), calendar=calendar)
        (row,) = schedule(deal, as_of=date(2024, 4, 7), calendar=calendar)
        told[order] = (row.balance, penalty.paid, penalty.open)
    assert told == {
        "principal_first": (Decimal("50000.00"), Decimal("0.00"), Decimal("1500.00")),
        "penalty_first": (Decimal("51000.00"), Decimal("1000.00"), Decimal("510.00")),
    }


def test_the_statute_where_the_contract_is_silent(deal_with: Callable[..., Deal], calendar: Calendar) -> None:
    """Signed 2025-06-02, due Monday 2025-06-30, ten days: 100,000.00 × 0.0005 × 10 = 500.00."""

    def protected(data: dict[str, Any]) -> None:
        data["terms"] |= {"late_payment": None, "seller_class": "small", "seller_declared": "true"}
        data["terms"]["buyer_class"] = "large"
        data["facts"]["signature"] = {"ours": "2025-06-02", "theirs": "2025-06-02"}

    day = date(2025, 7, 10)
    deal = deal_with(part("2025-06-30"), protected)
    (found,) = late_payment(deal, as_of=day, calendar=calendar, clause=statutory_interest(deal, as_of=day))
    assert found.amount == Decimal("500.00")
    assert late_payment(deal, as_of=day, calendar=calendar) == ()
