"""明和虚构诊所: ended early by our notice, which arrived on 2024-11-12; every figure worked out by hand.

60,000.00 at 6 % (net 56,603.77) and 40,000.00 at 13 % (net 35,398.23). Signed by the later side on 2024-09-05.
First part 30,000.00: 09-05 + 10 = Sunday 09-15, 中秋 until 09-17 → Wednesday 09-18. Paid 12,345.67 on 10-08.
Penalty 0.06 % a day on the contract total = 60.00 a day, at most 20 % of the first overdue day's balance = 6,000.00.
Delivery: 09-05 + 60 = 25 (September) + 31 (October) + 4 = Monday 11-04.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Told = Callable[..., dict[str, Any]]
NAME = "minghe-clinic"


def test_totals(told: Told) -> None:
    totals = told(NAME, "2024-09-05")["totals"]
    assert (totals["incl"], totals["net"], totals["tax"]) == ("100000.00", "92002.00", "7998.00")
    assert [(each["rate"], each["net"], each["tax"]) for each in totals["by_rate"]] == [
        ("0.13", "35398.23", "4601.77"),
        ("0.06", "56603.77", "3396.23"),
    ]


@pytest.mark.parametrize(
    ("as_of", "uncapped", "amount", "claim"),
    [
        ("2024-09-19", "60.00", "60.00", "30060.00"),
        ("2024-10-08", "1200.00", "1200.00", "18854.33"),  # 20 days; 30,000.00 − 12,345.67 = 17,654.33
        ("2024-10-18", "1800.00", "1800.00", "19454.33"),  # 30 days
        ("2024-11-12", "3300.00", "3300.00", "20954.33"),  # 12 + 31 + 12 = 55 days; the end stops no claim
        ("2024-12-27", "6000.00", "6000.00", "23654.33"),  # 12 + 31 + 30 + 27 = 100 days
        ("2024-12-28", "6060.00", "6000.00", "23654.33"),  # the cap
    ],
)
def test_a_penalty_on_the_contract_total(told: Told, as_of: str, uncapped: str, amount: str, claim: str) -> None:
    shown = told(NAME, as_of)
    (penalty,) = shown["penalties"]
    assert (penalty["seq"], penalty["cap"]) == (1, "6000.00")
    assert (penalty["uncapped"], penalty["amount"], shown["claim_total"]) == (uncapped, amount, claim)


def test_its_segments(told: Told) -> None:
    assert told(NAME, "2024-11-12")["penalties"][0]["segments"] == [
        {"from": "2024-09-19", "to": "2024-10-08", "days": 20, "balance": "30000.00", "amount": "1200.0000"},
        {"from": "2024-10-09", "to": "2024-11-12", "days": 35, "balance": "17654.33", "amount": "2100.0000"},
    ]


@pytest.mark.parametrize(
    ("as_of", "due", "texts"),
    [
        ("2024-11-11", "2024-12-02", ["部分回款，逾期54天", "未到期", "未到期"]),
        ("2024-11-12", None, ["部分回款，逾期55天", "合同已终止，待结算", "合同已终止，待结算"]),
        ("2024-12-10", None, ["部分回款，逾期83天", "合同已终止，待结算", "合同已终止，待结算"]),
    ],
)
def test_what_was_not_yet_due_falls_due_no_more(told: Told, as_of: str, due: str | None, texts: list[str]) -> None:
    shown = told(NAME, as_of)
    assert shown["instalments"][1]["due"] == due
    assert [row["status_text"] for row in shown["instalments"]] == texts
    assert (shown["paid"], shown["balance"]) == ("12345.67", "87654.33")


@pytest.mark.parametrize(
    ("as_of", "days", "amount"),
    [
        ("2024-11-04", 0, "0.00"),
        ("2024-11-08", 4, "400.00"),  # two of four machines came: not delivered
        ("2024-11-12", 8, "800.00"),
        ("2024-12-10", 8, "800.00"),  # the end of the contract stops the clock
    ],
)
def test_our_delay_ends_with_the_contract(told: Told, as_of: str, days: int, amount: str) -> None:
    late = told(NAME, as_of)["late_delivery"]
    assert (late["due"], late["days"], late["amount"], late["cap"]) == ("2024-11-04", days, amount, "5000.00")


def test_retention_counts_from_the_arrival(told: Told) -> None:
    before, after = (
        told(NAME, "2024-11-11")["retention"],
        told(NAME, "2024-11-12", holds=["案件B", "案件A"])["retention"],
    )
    assert (before["terminated_on"], before["until"], before["disposable_from"]) == (None, None, None)
    assert (after["terminated_on"], after["until"], after["disposable_from"]) == (
        "2024-11-12",
        "2029-11-12",
        "2029-11-13",
    )
    assert (before["holds"], after["holds"]) == ([], ["案件A", "案件B"])


def test_a_pause_of_all_parts(told: Told) -> None:
    assert [row["flag"] for row in told(NAME, "2024-10-19")["instalments"]] == [None, None, None]
    paused = told(NAME, "2024-11-15")["instalments"]
    assert [row["flag"]["kind"] for row in paused] == ["paused", "paused", "paused"]
    assert [row["flag"] for row in told(NAME, "2024-11-16")["instalments"]] == [None, None, None]


def test_papers_of_the_end(told: Told) -> None:
    def papers(as_of: str, part: str) -> set[tuple[str, str]]:
        return {(each["title"], each["direction"]) for each in told(NAME, as_of)["documents"][part]}

    assert ("结算协议", "own") in papers("2024-11-11", "forbidden")
    assert {
        ("合同解除通知书", "own"),
        ("合同解除通知书送达凭证", "in"),
        ("结算协议", "own"),
        ("结算协议", "in"),
    } <= papers("2024-11-12", "missing")
    assert ("终止协议", "own") not in papers("2024-11-12", "required")


def test_duties_of_performance_end_too(told: Told) -> None:
    def rules(as_of: str) -> list[tuple[str, str]]:
        return [(each["rule"], each["due"]) for each in told(NAME, as_of)["deadlines"]]

    assert ("R-2.3-04", "2024-11-04") in rules("2024-11-12")  # already late when the contract ended
    assert ("R-2.4-04", "2024-10-30") in rules("2024-11-12")  # Monday 11-04 back: 01, 31, 30
    assert ("R-2.5-08", "2024-10-19") in rules("2024-11-16")  # 09-18 + 31: money owed is still asked for
    assert ("R-2.5-08", "2024-10-19") not in rules("2024-11-15")  # paused
