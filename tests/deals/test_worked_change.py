"""清远样本物流: price and delivery changed by a signed agreement; every figure worked out by hand.

Version 1: 100 × 1,499.99 = 149,999.00; 30 % = 44,999.70, 40 % = 59,999.60, rest 44,999.70.
Version 2, from the later signature 2024-07-25: 120 × 1,499.99 = 179,998.80;
           25 % = 44,999.70, 45 % = 80,999.46, rest 53,999.64; net 179,998.80 / 1.13 = 159,290.9735 → 159,290.97.
No clause for late payment: principal only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Told = Callable[..., dict[str, Any]]
NAME = "qingyuan-logistics"


@pytest.mark.parametrize(
    ("as_of", "version", "incl", "amounts", "balance", "delivery"),
    [
        # signed 07-02; 08-10 is a Saturday → Monday 08-12
        ("2024-07-04", 1, "149999.00", ["44999.70", "59999.60", "44999.70"], "149999.00", "2024-08-12"),
        ("2024-07-24", 1, "149999.00", ["44999.70", "59999.60", "44999.70"], "104999.30", "2024-08-12"),
        # 08-31 is a Saturday → Monday 09-02; 179,998.80 − 44,999.70 = 134,999.10
        ("2024-07-25", 2, "179998.80", ["44999.70", "80999.46", "53999.64"], "134999.10", "2024-09-02"),
        # 134,999.10 − 80,000.00 = 54,999.10
        ("2024-10-08", 2, "179998.80", ["44999.70", "80999.46", "53999.64"], "54999.10", "2024-09-02"),
    ],
)
def test_the_change_counts_from_the_later_signature(  # what the day changes
    told: Told, as_of: str, version: int, incl: str, amounts: list[str], balance: str, delivery: str
) -> None:
    shown = told(NAME, as_of)
    assert (shown["version"], shown["totals"]["incl"], shown["balance"]) == (version, incl, balance)
    assert [row["amount"] for row in shown["instalments"]] == amounts
    assert shown["delivery_due"]["due"] == delivery


def test_tax_and_words_of_the_new_price(told: Told) -> None:
    totals = told(NAME, "2024-07-25")["totals"]
    assert (totals["net"], totals["tax"]) == ("159290.97", "20707.83")
    assert totals["upper"] == "壹拾柒万玖仟玖佰玖拾捌元捌角整"


@pytest.mark.parametrize(
    ("as_of", "days", "stopped", "amount"),
    [
        ("2024-09-02", 0, 0, "0.00"),
        ("2024-09-03", 0, 1, "0.00"),  # 09-03 and 09-04 are the customer's: the warehouse had no power
        ("2024-09-05", 1, 2, "180.00"),  # 179,998.80 × 0.001 = 179.9988
        ("2024-09-06", 2, 2, "360.00"),  # 359.9976; the last 50 arrive
        ("2024-11-01", 2, 2, "360.00"),
    ],
)
def test_days_the_customer_caused_do_not_count(told: Told, as_of: str, days: int, stopped: int, amount: str) -> None:
    late = told(NAME, as_of)["late_delivery"]
    assert (late["days"], late["stopped_days"], late["amount"], late["cap"]) == (days, stopped, amount, "8999.94")


def test_delivered_in_two_parts(told: Told) -> None:
    assert told(NAME, "2024-09-05")["delivered_on"] is None
    assert told(NAME, "2024-09-06")["delivered_on"] == "2024-09-06"


@pytest.mark.parametrize(
    ("as_of", "balance", "state", "text", "claim"),
    [
        ("2024-09-10", "80999.46", "not_due", "未到期", "0.00"),  # accepted: due 09-10 + 30 = Thursday 10-10
        ("2024-10-03", "80999.46", "due_soon", "到期提醒", "0.00"),
        ("2024-10-09", "999.46", "due_soon", "部分回款，到期提醒", "0.00"),  # 80,000.00 came, naming no part
        ("2024-10-10", "999.46", "due_soon", "部分回款，到期提醒", "0.00"),
        ("2024-10-20", "999.46", "overdue", "部分回款，逾期10天", "999.46"),
    ],
)
def test_principal_only(told: Told, as_of: str, balance: str, state: str, text: str, claim: str) -> None:
    shown = told(NAME, as_of)
    row = shown["instalments"][1]
    assert row["due"] == "2024-10-10"
    assert (row["balance"], row["state"], row["status_text"]) == (balance, state, text)
    assert (shown["penalties"], shown["claim_total"]) == ([], claim)


def test_words_of_the_open_rest(told: Told) -> None:
    row = told(NAME, "2024-10-09")["instalments"][1]
    assert (row["upper"], row["balance_upper"]) == ("捌万零玖佰玖拾玖元肆角陆分", "玖佰玖拾玖元肆角陆分")


def titles(shown: dict[str, Any], part: str) -> set[tuple[str, str, str]]:
    return {(each["title"], each["direction"], each["subject"]) for each in shown["documents"][part]}


def test_papers_of_the_change(told: Told) -> None:
    before, asked, signed = (told(NAME, day) for day in ("2024-07-14", "2024-07-15", "2024-07-25"))
    assert ("补充协议", "own", "change 1") in titles(before, "forbidden")
    assert {("需求变更申请表", "own", "change 1"), ("补充协议", "own", "change 1")} <= titles(asked, "missing")
    assert ("补充协议", "in", "change 1") not in titles(asked, "required")
    assert {("补充协议", "in", "change 1"), ("订单审批表", "own", "change 1")} <= titles(signed, "missing")


def test_papers_around_the_end_of_the_warranty(told: Told) -> None:
    # Accepted 2024-09-10, six months: 2025-03-10. Seven days before: 03-03. From the day after: 03-11.
    letter, form = ("尾款催收函", "own", "instalment 3"), ("质保期届满确认单", "own", "contract")
    certificate = ("质保期满证明", "own", "contract")
    assert {letter, form, certificate} <= titles(told(NAME, "2025-03-02"), "forbidden")
    week = told(NAME, "2025-03-03")
    assert {letter, form} <= titles(week, "missing")
    assert certificate in titles(week, "forbidden")
    assert certificate in titles(told(NAME, "2025-03-10"), "forbidden")
    after = told(NAME, "2025-03-11")
    assert certificate in titles(after, "missing")
    assert after["instalments"][2]["status_text"] == "逾期1天"
