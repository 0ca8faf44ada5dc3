"""恒泰示例制造, 3-6-1, two tax rates, a failed acceptance: every figure worked out by hand.

Price: 12 × 9,876.54 = 118,518.48 at 13 %; 1 × 38,888.88 at 6 %; together 157,407.36.
Net:   118,518.48 / 1.13 = 104,883.6106 → 104,883.61, tax 13,634.87
        38,888.88 / 1.06 =  36,687.6226 →  36,687.62, tax  2,201.26
                                           141,571.23,     15,836.13
Plan:  30 % = 47,222.208 → 47,222.21; 60 % = 94,444.416 → 94,444.42; the rest 15,740.73 (10 % alone would be …74).
Signed by the later side on Friday 2024-04-12. Five working days: 15, 16, 17, 18, 19 April.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from docgen.deals.paperwork import Direction, PaperSeen

Told = Callable[..., dict[str, Any]]
NAME = "hengtai-line"


def dues(shown: dict[str, Any], rule: str) -> list[tuple[str, str | None]]:
    return [(each["due"], each["done"]) for each in shown["deadlines"] if each["rule"] == rule]


def names(rows: list[dict[str, str]]) -> set[tuple[str, str, str]]:
    return {(each["title"], each["direction"], each["subject"]) for each in rows}


def forbidden(shown: dict[str, Any]) -> set[tuple[str, str]]:
    return {(each["title"], each["subject"]) for each in shown["documents"]["forbidden"]}


def test_totals_and_parts(told: Told) -> None:
    shown = told(NAME, "2024-04-12")
    assert shown["totals"] == {
        "incl": "157407.36",
        "net": "141571.23",
        "tax": "15836.13",
        "by_rate": [
            {"rate": "0.13", "incl": "118518.48", "net": "104883.61", "tax": "13634.87"},
            {"rate": "0.06", "incl": "38888.88", "net": "36687.62", "tax": "2201.26"},
        ],
        "upper": "壹拾伍万柒仟肆佰零柒元叁角陆分",
    }
    assert [row["amount"] for row in shown["instalments"]] == ["47222.21", "94444.42", "15740.73"]
    assert [row["share"] for row in shown["instalments"]] == ["0.3", "0.6", "0.1"]


@pytest.mark.parametrize(
    ("as_of", "due_nominal", "due", "state", "stage"),
    [
        ("2024-06-10", None, None, "not_due", None),  # failed on 06-05: no clock
        ("2024-06-14", None, None, "not_due", None),  # passed, but the invoice is not there
        ("2024-06-20", "2024-07-20", "2024-07-22", "not_due", None),  # 06-20 + 30 = Saturday 07-20 → Monday
        ("2024-07-14", "2024-07-20", "2024-07-22", "not_due", None),  # eight days before
        ("2024-07-15", "2024-07-20", "2024-07-22", "due_soon", "reminder"),  # seven days before
        ("2024-07-22", "2024-07-20", "2024-07-22", "due_soon", "reminder"),  # on the day
        ("2024-07-23", "2024-07-20", "2024-07-22", "overdue", "overdue"),
        ("2024-08-21", "2024-07-20", "2024-07-22", "overdue", "overdue"),  # 9 + 21 = 30 days
        ("2024-08-22", "2024-07-20", "2024-07-22", "overdue", "major"),  # 31
    ],
)
def test_the_second_part_waits_for_acceptance_and_invoice(
    told: Told, as_of: str, due_nominal: str | None, due: str | None, state: str, stage: str | None
) -> None:
    row = told(NAME, as_of)["instalments"][1]
    assert (row["due_nominal"], row["due"], row["state"], row["stage"]) == (due_nominal, due, state, stage)


def test_the_first_part_is_paid_on_its_fifth_working_day(told: Told) -> None:
    row = told(NAME, "2024-04-19")["instalments"][0]
    assert (row["due"], row["paid"], row["balance"], row["status_text"]) == (
        "2024-04-19",
        "47222.21",
        "0.00",
        "已回款",
    )
    assert told(NAME, "2024-04-18")["instalments"][0]["status_text"] == "到期提醒"


def test_the_last_part_and_the_warranty(told: Told) -> None:
    # Passed 2024-06-14, 12 months: 2025-06-14; plus 15 days: Sunday 2025-06-29 → Monday 06-30.
    shown = told(NAME, "2024-06-14")
    assert shown["warranty"] == {"starts_on": "2024-06-14", "ends_on": "2025-06-14"}
    assert (shown["instalments"][2]["due_nominal"], shown["instalments"][2]["due"]) == ("2025-06-29", "2025-06-30")
    assert told(NAME, "2024-06-13")["warranty"] is None


@pytest.mark.parametrize(
    ("as_of", "days", "amount"),
    [
        ("2024-05-27", 0, "0.00"),  # due 04-12 + 45 = 18 (April) + 27 (May) = 05-27, a Monday
        ("2024-05-28", 1, "157.41"),  # 157,407.36 × 0.001 = 157.40736
        ("2024-05-29", 2, "314.81"),  # 314.81472
        ("2024-12-31", 2, "314.81"),  # delivered on 05-29: the clock stands
    ],
)
def test_our_delay(told: Told, as_of: str, days: int, amount: str) -> None:
    late = told(NAME, as_of)["late_delivery"]
    assert (late["due"], late["days"], late["amount"]) == ("2024-05-27", days, amount)
    assert late["cap"] == "7870.37"  # 5 % of 157,407.36 = 7,870.368


def test_their_delay_of_31_days(told: Told) -> None:
    # 94,444.42 × 0.0005 × 31 = 94,444.42 × 0.0155 = 1,463.88851; cap 5 % of the total = 7,870.37
    shown = told(NAME, "2024-08-22")
    (penalty,) = shown["penalties"]
    assert penalty["seq"] == 2
    assert penalty["segments"] == [
        {"from": "2024-07-23", "to": "2024-08-22", "days": 31, "balance": "94444.42", "amount": "1463.8885"}
    ]
    assert (penalty["uncapped"], penalty["cap"], penalty["amount"]) == ("1463.89", "7870.37", "1463.89")
    assert penalty["upper"] == "壹仟肆佰陆拾叁元捌角玖分"
    assert shown["claim_total"] == "95908.31"  # 94,444.42 + 1,463.89
    assert shown["instalments"][1]["status_text"] == "逾期31天"


def test_deadlines(told: Told) -> None:
    shown = told(NAME, "2024-08-22")
    assert dues(shown, "R-2.3-04") == [("2024-05-27", "2024-05-29")]
    assert dues(shown, "R-2.3-10") == [("2024-04-15", None)]  # Friday + 1 working day
    assert dues(shown, "R-2.5-04") == [("2024-04-15", "2024-04-19")]  # 04-12 + 3; settled by the payment
    assert dues(shown, "R-2.4-04") == [("2024-05-22", None)]  # Monday 05-27 back: 24, 23, 22
    assert dues(shown, "R-2.4-05") == [("2024-05-27", None)]  # the day of dispatch
    assert dues(shown, "R-2.4-06") == [("2024-05-26", None)]
    assert dues(shown, "R-2.4-07") == [("2024-05-28", "2024-05-28")]
    assert dues(shown, "R-2.4-11") == [("2024-06-15", "2024-06-14")]
    assert dues(shown, "R-2.4-12") == [("2024-06-17", None)]  # only the passed one; Friday + 1 working day
    assert dues(shown, "R-2.4-13") == [("2024-06-17", "2024-06-17")]  # 06-14 + 3
    assert dues(shown, "R-2.4-15") == [("2024-06-05", None)]  # 05-29 + 7
    assert dues(shown, "R-2.5-05") == [("2024-06-17", None)]
    assert dues(shown, "R-2.5-06") == [("2025-06-07", None)]  # 2025-06-14 − 7
    assert dues(shown, "R-2.5-08") == [("2024-08-22", None)]  # 07-22 + 31
    assert dues(shown, "R-2.6-04") == [("2024-05-23", "2024-05-23")]
    assert dues(told(NAME, "2024-06-10"), "R-2.4-11") == [("2024-06-15", None)]
    assert dues(told(NAME, "2024-06-10"), "R-2.4-12") == []


def test_papers_around_the_failed_acceptance(told: Told) -> None:
    shown = told(NAME, "2024-06-10")
    required = names(shown["documents"]["required"])
    assert {("验收报告", "own", "acceptance 1"), ("验收报告", "in", "acceptance 1")} <= required
    assert ("进度款付款通知函", "instalment 2") in forbidden(shown)
    assert ("尾款催收函", "instalment 3") in forbidden(shown)
    later = told(NAME, "2024-06-14")
    assert ("进度款付款通知函", "own", "instalment 2") in names(later["documents"]["missing"])
    sent = PaperSeen("进度款催收函", Direction.OWN, date(2024, 6, 17), "instalment 2")
    after = told(NAME, "2024-06-17", sent)
    assert ("进度款付款通知函", "own", "instalment 2") not in names(after["documents"]["missing"])
    assert dues(after, "R-2.5-05") == [("2024-06-17", "2024-06-17")]
    assert after["documents"]["issued"] == [
        {"title": "进度款催收函", "direction": "own", "subject": "instalment 2", "on": "2024-06-17"}
    ]
    assert told(NAME, "2024-06-16", sent)["documents"]["issued"] == []


def test_a_foreseen_delay_asks_for_its_notice(told: Told) -> None:
    assert ("延期告知函", "contract") in forbidden(told(NAME, "2024-05-21"))
    assert ("延期告知函", "own", "contract") in names(told(NAME, "2024-05-22")["documents"]["missing"])
