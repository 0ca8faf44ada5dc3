"""YY制造: part paid, overdue, and a cap that bites; every figure worked out by hand.

150,000.00 due on 2024-04-30, 0.1 % a day on the overdue balance, at most 5 % of the balance of the first overdue day:
7,500.00. Paid 50,000.00 on 05-20 and 33,333.33 on 06-19; each pay day still counts on the balance before it.

05-01 … 05-20  20 days × 150,000.00 × 0.001 = 3,000.0000
05-21 … 06-19  30 days × 100,000.00 × 0.001 = 3,000.0000   (11 in May, 19 in June)
from 06-20             66,666.67 × 0.001    = 66.66667 a day
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Told = Callable[..., dict[str, Any]]
NAME = "yy-manufacturing"
FIRST = {"from": "2024-05-01", "to": "2024-05-20", "days": 20, "balance": "150000.00", "amount": "3000.0000"}
SECOND = {"from": "2024-05-21", "to": "2024-06-19", "days": 30, "balance": "100000.00", "amount": "3000.0000"}


@pytest.mark.parametrize(
    ("as_of", "uncapped", "amount", "claim"),
    [
        ("2024-05-05", "750.00", "750.00", "150750.00"),  # 5 × 150
        ("2024-05-20", "3000.00", "3000.00", "103000.00"),  # the day of the payment: old balance, less principal
        ("2024-05-21", "3100.00", "3100.00", "103100.00"),
        ("2024-06-04", "4500.00", "4500.00", "104500.00"),  # 20 × 150 + 15 × 100
        ("2024-06-19", "6000.00", "6000.00", "72666.67"),
        ("2024-07-09", "7333.33", "7333.33", "74000.00"),  # + 20 × 66.66667 = 1,333.3334
        ("2024-07-11", "7466.67", "7466.67", "74133.34"),  # + 22 × 66.66667 = 1,466.66674
        ("2024-07-12", "7533.33", "7500.00", "74166.67"),  # + 23 × 66.66667 = 1,533.33341: the cap
        ("2024-12-30", "18933.33", "7500.00", "74166.67"),  # + 194 × 66.66667 = 12,933.33398
    ],
)
def test_the_penalty_grows_until_the_cap(told: Told, as_of: str, uncapped: str, amount: str, claim: str) -> None:
    shown = told(NAME, as_of)
    (penalty,) = shown["penalties"]
    assert (penalty["uncapped"], penalty["cap"], penalty["amount"]) == (uncapped, "7500.00", amount)
    assert shown["claim_total"] == claim


def test_segments_end_with_the_pay_day(told: Told) -> None:
    assert told(NAME, "2024-05-20")["penalties"][0]["segments"] == [FIRST]
    assert told(NAME, "2024-06-04")["penalties"][0]["segments"] == [
        FIRST,
        {"from": "2024-05-21", "to": "2024-06-04", "days": 15, "balance": "100000.00", "amount": "1500.0000"},
    ]
    assert told(NAME, "2024-07-12")["penalties"][0]["segments"] == [
        FIRST,
        SECOND,
        {"from": "2024-06-20", "to": "2024-07-12", "days": 23, "balance": "66666.67", "amount": "1533.3334"},
    ]
    assert told(NAME, "2024-04-30")["penalties"] == []


@pytest.mark.parametrize(
    ("as_of", "balance", "stage", "text"),
    [
        ("2024-04-30", "150000.00", "reminder", "到期提醒"),
        ("2024-05-05", "150000.00", "overdue", "逾期5天"),  # the manual's own row
        ("2024-05-30", "100000.00", "overdue", "部分回款，逾期30天"),
        ("2024-05-31", "100000.00", "major", "部分回款，逾期31天"),
        ("2024-06-04", "100000.00", "major", "部分回款，逾期35天"),
        ("2024-12-30", "66666.67", "major", "部分回款，逾期244天"),  # 31+30+31+31+30+31+30+30
        ("2024-12-31", "0.00", None, "部分回款，已核销"),
    ],
)
def test_standing(told: Told, as_of: str, balance: str, stage: str | None, text: str) -> None:
    row = told(NAME, as_of)["instalments"][0]
    assert (row["balance"], row["stage"], row["status_text"]) == (balance, stage, text)


def test_written_off(told: Told) -> None:
    shown = told(NAME, "2024-12-31")
    row = shown["instalments"][0]
    assert (row["state"], row["paid"], row["written_off"]) == ("written_off", "83333.33", "66666.67")
    assert (shown["paid"], shown["written_off"], shown["balance"]) == ("83333.33", "66666.67", "0.00")
    assert (shown["penalties"], shown["claim_total"]) == ([], "0.00")


@pytest.mark.parametrize(
    ("as_of", "kind", "until"),
    [
        ("2024-05-05", None, None),
        ("2024-05-06", "promised", "2024-05-31"),
        ("2024-05-31", "promised", "2024-05-31"),
        ("2024-06-01", None, None),
        ("2024-07-01", "disputed", "2024-07-31"),
        ("2024-07-09", "disputed", "2024-07-31"),
        ("2024-07-10", None, None),
    ],
)
def test_flags(told: Told, as_of: str, kind: str | None, until: str | None) -> None:
    flag = told(NAME, as_of)["instalments"][0]["flag"]
    assert (flag and flag["kind"], flag and flag["until"]) == (kind, until)


def letters(shown: dict[str, Any], part: str) -> set[str]:
    return {each["title"] for each in shown["documents"][part] if each["subject"] == "instalment 1"}


@pytest.mark.parametrize(
    ("as_of", "required", "forbidden"),
    [
        ("2024-04-30", set(), {"逾期催收函", "催告函", "律师函草稿包"}),
        ("2024-05-05", {"逾期催收函"}, {"催告函", "律师函草稿包"}),
        ("2024-05-10", set(), {"催告函", "律师函草稿包"}),  # promised
        ("2024-05-30", set(), {"催告函", "律师函草稿包"}),  # day 30
        ("2024-05-31", set(), set()),  # day 31, but promised until today
        ("2024-06-01", {"催告函", "律师函草稿包"}, set()),
        ("2024-07-05", set(), set()),  # disputed
        ("2024-12-31", set(), {"逾期催收函", "催告函", "律师函草稿包"}),
    ],
)
def test_letters_by_stage_and_flag(told: Told, as_of: str, required: set[str], forbidden: set[str]) -> None:
    shown = told(NAME, as_of)
    known = {"逾期催收函", "催告函", "律师函草稿包"}
    assert letters(shown, "required") & known == required
    assert letters(shown, "forbidden") & known == forbidden


def test_the_escalation_has_its_day(told: Told) -> None:
    def escalation(as_of: str) -> list[str]:
        return [each["due"] for each in told(NAME, as_of)["deadlines"] if each["rule"] == "R-2.5-08"]

    assert escalation("2024-05-05") == ["2024-05-31"]  # 04-30 + 31
    assert escalation("2024-05-10") == []


def test_a_contract_without_a_clause_on_our_delay(told: Told) -> None:
    late = told(NAME, "2024-06-01")["late_delivery"]
    assert (late["days"], late["amount"], late["cap"]) == (0, None, None)
