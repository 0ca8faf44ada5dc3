"""Why money is late, told once or again, of one instalment or of all; nothing is guessed from other facts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from docgen.deals.checks import check
from docgen.deals.deal import Deal
from docgen.deals.handling import OverdueCause
from docgen.deals.standing import overdue_reason_of
from docgen.deals.workdays import Calendar


def reasons(*rows: dict[str, Any]) -> Callable[[dict[str, Any]], None]:
    def change(data: dict[str, Any]) -> None:
        data["facts"]["payments"] = []
        data["facts"]["overdue_reasons"] = [{"seq": str(n), **row} for n, row in enumerate(rows, 1)]

    return change


FIRST = {"on": "2024-03-20", "cause": "funds", "instalment": "1", "reason": "客户资金审批延迟"}
ALL = {"on": "2024-06-01", "cause": "internal"}


def test_the_five_causes_are_the_manuals() -> None:
    assert [each.words for each in OverdueCause] == ["内部流程延迟", "资金紧张", "质量争议", "票据问题", "其他"]


def test_the_latest_told_counts(deal_with: Callable[..., Deal]) -> None:
    deal = deal_with(reasons(ALL, FIRST))  # part 1 is due 03-18, part 2 05-27

    def why(seq: int, *day: int) -> str | None:
        found = overdue_reason_of(deal, seq, as_of=date(2024, *day))
        return found.words if found else None

    assert [why(1, 3, 19), why(1, 3, 20), why(1, 6, 1)] == [None, "资金紧张：客户资金审批延迟", "内部流程延迟"]
    assert [why(2, 3, 20), why(2, 6, 1)] == [None, "内部流程延迟"]


def test_it_stands_in_the_json(told: Callable[..., dict[str, Any]]) -> None:
    assert told("yy-manufacturing", "2024-05-04")["instalments"][0]["overdue_reason"] is None
    assert told("yy-manufacturing", "2024-05-05")["instalments"][0]["overdue_reason"] == {
        "cause": "funds", "reason": "客户资金审批延迟", "on": "2024-05-05", "text": "资金紧张：客户资金审批延迟",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("update", "codes"),
    [
        ({}, set()),
        ({"instalment": None}, set()),
        ({"cause": OverdueCause.OTHER, "reason": None}, {"deals.overdue-reason-needs-words"}),
        ({"cause": OverdueCause.OTHER}, set()),
        ({"instalment": 2}, {"deals.overdue-reason-not-overdue"}),
        ({"instalment": 9}, {"deals.no-such-instalment"}),
    ],
)
def test_what_cannot_be_or_looks_odd(
    deal_with: Callable[..., Deal], calendar: Calendar, update: dict[str, Any], codes: set[str]
) -> None:
    deal = deal_with(reasons(FIRST))
    (one,) = deal.facts.overdue_reasons
    facts = deal.facts.model_copy(update={"overdue_reasons": (one.model_copy(update=update),)})
    found = {each.code for each in check(deal.model_copy(update={"facts": facts}), calendar=calendar)}
    assert {each for each in found if "reason" in each or "no-such-instalment" in each} == codes


def test_too_early_is_odd(sample_deals: dict[str, Deal], calendar: Calendar) -> None:
    deal = sample_deals["yy-manufacturing"]  # due 04-30
    (one,) = deal.facts.overdue_reasons
    early = one.model_copy(update={"on": one.on.replace(month=4, day=30)})
    facts = deal.facts.model_copy(update={"overdue_reasons": (early,)})
    found = [each.code for each in check(deal.model_copy(update={"facts": facts}), calendar=calendar)]
    assert "deals.overdue-reason-not-overdue" in found
