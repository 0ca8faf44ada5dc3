"""The terms, point by point, in words a lawyer would write: what a 补充协议 sets old against new.

A list (price lines, plan) is worded whole, one row a line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from docgen.deals.money import format_money, split
from docgen.deals.plan import Instalment
from docgen.deals.pricing import PriceLine
from docgen.deals.terms import AcceptanceTerms, DeliveryTerms, Terms, Warranty
from docgen.deals.totals import line_amount
from docgen.deals.wording import INSTALMENT_TITLES, amount_words, day_words, percent_words, plain, trigger_words

Points: TypeAlias = Mapping[str, tuple[str, str]]
"""Subject → (clause of the contract, wording), in the order of print."""


def term_points(terms: Terms) -> Points:
    """Return every point a change may touch: lines, total, plan, delivery, acceptance item by item, warranty."""
    return {
        **_price_points(terms),
        **_plan_points(terms),
        **_delivery_points(terms.delivery),
        **_acceptance_points(terms.acceptance),
        **_warranty_points(terms.warranty),
    }


def _price_points(terms: Terms) -> Points:
    return {
        "价格明细": (terms.price_clause, lines_words(terms.lines)),
        "合同总额（含税）": (terms.price_clause, amount_words(terms.total)),
    }


def lines_words(lines: Sequence[PriceLine]) -> str:
    """Return the price table as rows of words."""
    return "；\n".join(f"{index}. {_line_words(line)}" for index, line in enumerate(lines, start=1)) + "。"


def _line_words(line: PriceLine) -> str:
    model = f"（{line.model}）" if line.model else ""
    price = f"含税单价{_price_words(line)}元，含税金额{format_money(line_amount(line))}元"
    return f"{line.name}{model}{plain(line.quantity)}{line.unit}，{price}，税率{percent_words(line.tax_rate)}"


def _price_words(line: PriceLine) -> str:
    whole, _, places = plain(line.unit_price).partition(".")
    return f"{int(whole):,}.{places:0<2}"


def _plan_points(terms: Terms) -> Points:
    return {"付款计划": (_clauses(terms.plan), plan_words(terms))}


def plan_words(terms: Terms) -> str:
    """Return the payment plan as rows of words, with each instalment's clause and amount."""
    amounts = split(terms.total, terms.plan)
    rows = (
        f"第{part.seq}期{INSTALMENT_TITLES[part.kind]}（{part.clause}）：{_part_words(part)}{amount_words(amount)}，"
        f"{trigger_words(part.trigger)}支付"
        for part, amount in zip(terms.plan, amounts, strict=True)
    )
    return "；\n".join(rows) + "。"


def _part_words(part: Instalment) -> str:
    return f"合同总额的{percent_words(part.share)}，即" if part.share is not None else ""


def _clauses(plan: Sequence[Instalment]) -> str:
    return "、".join(dict.fromkeys(part.clause for part in plan))


def _delivery_points(terms: DeliveryTerms) -> Points:
    due = day_words(terms.due) if terms.due else f"合同签订后{terms.days_after_signing}日内"
    return {"交付日期": (terms.clause, due), "交付地点": (terms.clause, terms.place)}


def _acceptance_points(terms: AcceptanceTerms) -> Points:
    points = {f"验收标准：{each.name}": (terms.clause, each.standard) for each in terms.standards}
    if terms.deemed_after_days is not None:
        points["视为验收通过"] = (terms.clause, f"交付后{terms.deemed_after_days}日内未提出书面异议，视为验收通过")
    return points


def _warranty_points(warranty: Warranty | None) -> Points:
    return {"质保期": (warranty.clause, f"{warranty.months}个月，自验收合格之日起算")} if warranty else {}
