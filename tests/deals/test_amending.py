"""Changes: in force from the later signature, worded old against new with the clause."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from docgen.deals.amending import DROPPED, NOT_AGREED, ChangedItem, around, differences, terms_as_of, terms_with
from docgen.deals.deal import Deal

LONG_AFTER = date(2030, 1, 1)


@pytest.mark.parametrize(
    ("as_of", "number", "due", "effective_on"),
    [
        ("2024-03-09", 1, "2024-03-25", None),  # nobody has signed
        ("2024-03-10", 1, "2024-03-25", None),  # only we have
        ("2024-03-11", 1, "2024-03-25", "2024-03-11"),
        ("2024-03-17", 1, "2024-03-25", "2024-03-11"),  # we signed the change on 15, they on 18
        ("2024-03-18", 2, "2024-04-01", "2024-03-18"),
        ("2030-01-01", 2, "2024-04-01", "2024-03-18"),
    ],
)
def test_version_as_of_a_day(deal: Deal, as_of: str, number: int, due: str, effective_on: str | None) -> None:
    version = terms_as_of(deal, as_of=date.fromisoformat(as_of))
    assert version.number == number
    assert version.terms.delivery.due == date.fromisoformat(due)
    assert version.effective_on == (date.fromisoformat(effective_on) if effective_on else None)
    assert version.changes_in_force == ((1,) if number == 2 else ())


def test_an_unsigned_change_changes_nothing(deal_with: Callable[..., Deal]) -> None:
    deal = deal_with(lambda data: data["facts"].update(change_signatures=[]))
    assert terms_as_of(deal, as_of=LONG_AFTER).terms == deal.terms


def second_change(data: dict[str, Any]) -> None:
    new = {"warranty": {"months": "18", "clause": "第七条"}, "total": "290000.00"}
    new["lines"] = [dict(data["terms"]["lines"][0]), dict(data["terms"]["lines"][1], unit_price="50000")]  # type: ignore[assignment]
    data["changes"].append({"seq": "2", "requested_on": "2024-03-14", "reason": "延长质保", "new": new})


def signed_before_the_first(data: dict[str, Any]) -> None:
    data["facts"]["change_signatures"].append({"change": "2", "ours": "2024-03-16", "theirs": "2024-03-16"})


def test_changes_take_effect_in_order_of_signature_not_of_number(deal_with: Callable[..., Deal]) -> None:
    deal = deal_with(second_change, signed_before_the_first)
    between = terms_as_of(deal, as_of=date(2024, 3, 17))
    assert (between.number, between.changes_in_force, between.effective_on) == (2, (2,), date(2024, 3, 16))
    assert between.terms.total == Decimal(290000)
    assert between.terms.delivery.due == date(2024, 3, 25)
    both = terms_as_of(deal, as_of=date(2024, 3, 18))
    assert (both.number, both.changes_in_force) == (3, (2, 1))
    before, after = around(deal, deal.changes[0], as_of=LONG_AFTER)
    assert before.total == after.total == Decimal(290000), "the first change stands on the second, which came earlier"


def test_around_an_unsigned_change_builds_on_what_is_in_force(deal_with: Callable[..., Deal]) -> None:
    deal = deal_with(second_change)
    before, after = around(deal, deal.changes[1], as_of=date(2024, 3, 20))
    assert before.delivery.due == after.delivery.due == date(2024, 4, 1)
    assert before.warranty
    assert after.warranty
    assert (before.warranty.months, after.warranty.months) == (12, 18)


def test_differences_of_the_worked_change(deal: Deal) -> None:
    old, new = around(deal, deal.changes[0], as_of=LONG_AFTER)
    assert differences(old, new, deal.changes[0]) == (
        ChangedItem("第五条", "交付日期", "2024年3月25日", "2024年4月1日"),
        ChangedItem("第六条", "验收标准：实施服务", "培训满意度≥85分", "培训满意度≥90分"),
    )


def test_differences_of_price_plan_and_warranty(deal_with: Callable[..., Deal]) -> None:
    deal = deal_with(second_change)
    items = differences(deal.terms, terms_with(deal.terms, deal.changes[1]), deal.changes[1])
    by_subject = {item.subject: item for item in items}
    assert list(by_subject) == ["价格明细", "合同总额（含税）", "付款计划", "质保期"]
    assert by_subject["价格明细"].new == (
        "1. 服务器A型（A-2U-64C）5台，含税单价48,000.00元，含税金额240,000.00元，税率13%；\n"
        "2. 实施服务（部署、迁移与培训）1项，含税单价50,000.00元，含税金额50,000.00元，税率6%。"
    )
    assert by_subject["合同总额（含税）"] == ChangedItem(
        "第三条",
        "合同总额（含税）",
        "¥285,000.00（人民币贰拾捌万伍仟元整）",
        "¥290,000.00（人民币贰拾玖万元整）",
    )
    plan = by_subject["付款计划"]
    assert plan.clause == "第四条第1款、第四条第2款、第四条第3款"
    assert plan.new.splitlines()[0] == (
        "第1期预付款（第四条第1款）：合同总额的30%，即¥87,000.00（人民币捌万柒仟元整），合同签订后7日内支付；"
    )
    assert by_subject["质保期"].new == "18个月，自验收合格之日起算"


def test_added_and_dropped_points_say_so(deal_with: Callable[..., Deal]) -> None:
    def swap(data: dict[str, Any]) -> None:
        standards = [
            {"name": "服务器功能", "standard": "100%通过测试"},
            {"name": "压力测试", "standard": "连续72小时无故障"},
        ]
        data["changes"][0]["new"] = {"acceptance": {"clause": "第六条", "standards": standards}}
        worded = {"clause": "第八条", "subject": "保密期限", "old": "两年", "new": "三年"}
        data["changes"][0]["worded"] = [worded]

    deal = deal_with(swap)
    change = deal.changes[0]
    assert differences(deal.terms, terms_with(deal.terms, change), change) == (
        ChangedItem("第六条", "验收标准：实施服务", "培训满意度≥85分", DROPPED),
        ChangedItem("第六条", "视为验收通过", "交付后15日内未提出书面异议，视为验收通过", DROPPED),
        ChangedItem("第六条", "验收标准：压力测试", NOT_AGREED, "连续72小时无故障"),
        ChangedItem("第八条", "保密期限", "两年", "三年"),
    )


def test_new_lines_alone_move_the_total(deal_with: Callable[..., Deal]) -> None:
    deal = deal_with(second_change, lambda data: data["changes"][1]["new"].pop("total"))
    assert terms_with(deal.terms, deal.changes[1]).total == Decimal("290000.00")


def test_nothing_changed_is_no_difference(deal: Deal) -> None:
    assert differences(deal.terms, deal.terms, deal.changes[0]) == ()
