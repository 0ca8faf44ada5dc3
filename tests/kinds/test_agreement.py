from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from docgen.deals.deal import Deal
from docgen.kinds.agreement import agreement

LINE = {
    "name": "服务器A型",
    "kind": "product",
    "unit": "台",
    "quantity": "5",
    "unit_price": "48000",
    "tax_rate": "0.13",
}
SERVICE = {
    "name": "实施服务",
    "kind": "service",
    "unit": "项",
    "quantity": "1",
    "unit_price": "45000",
    "tax_rate": "0.06",
}
EXTRA = {
    "name": "加密模块",
    "kind": "product",
    "unit": "套",
    "quantity": "1",
    "unit_price": "20000",
    "tax_rate": "0.13",
}


def test_an_unsigned_change_is_set_against_the_terms_in_force(make_deal: Callable[..., Deal]) -> None:
    deal = make_deal()
    agreed = agreement(deal, deal.changes[0], as_of=date(2024, 3, 14))
    assert [(row.clause, row.subject, row.old, row.new) for row in agreed.rows] == [
        ("第五条", "交付日期", "2024年3月25日", "2024年4月1日"),
        ("第六条", "验收标准：实施服务", "培训满意度≥85分", "培训满意度≥90分"),
    ]
    assert not agreed.is_in_force
    assert agreed.earlier == ()


def test_once_in_force_the_paper_still_shows_what_the_change_replaced(make_deal: Callable[..., Deal]) -> None:
    deal = make_deal()
    agreed = agreement(deal, deal.changes[0], as_of=date(2024, 3, 18))
    assert agreed.is_in_force
    assert [row.old for row in agreed.rows] == ["2024年3月25日", "培训满意度≥85分"]


def test_only_lines_and_instalments_that_differ_are_shown_each_with_its_clause(
    make_deal: Callable[..., Deal],
) -> None:
    trigger = {"all_of": [{"event": "signed"}], "term": "7", "unit": "day"}
    plan = [
        {"seq": "1", "kind": "advance", "amount": "85500.00", "trigger": trigger, "clause": "第四条第1款"},
        {"seq": "2", "kind": "final", "amount": "219500.00", "trigger": trigger, "clause": "第四条第2款"},
    ]
    deal = make_deal({"terms.lines": [LINE, SERVICE]})
    new = {"lines": [LINE, SERVICE, EXTRA], "total": "305000.00", "plan": plan}
    deal = make_deal({"terms.lines": [LINE, SERVICE], "changes.0.new": new, "facts.change_signatures": []})
    agreed = agreement(deal, deal.changes[0], as_of=date(2024, 3, 14))
    lines = [row for row in agreed.rows if row.subject == "价格明细"]
    assert [row.old for row in lines] == ["无"]
    assert lines[0].new.startswith("3. 加密模块")
    parts = [row for row in agreed.rows if row.subject == "付款计划"]
    assert [row.clause for row in parts] == ["第四条第1款", "第四条第2款", "第四条第3款"]
    assert parts[2].new == "取消"
    assert agreed.price_difference == Decimal("20000.00")
