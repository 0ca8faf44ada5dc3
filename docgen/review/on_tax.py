"""税与发票: rates the law knows, each line with its own, and invoices made out to the buyer."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from docgen.deals.money import format_money
from docgen.deals.pricing import PriceLine
from docgen.deals.totals import totals
from docgen.deals.wording import percent_words
from docgen.review.line import Check, ClauseType, Result, Seen, Subject

LEGAL_RATES = frozenset(Decimal(text) for text in ("0.13", "0.09", "0.06", "0.03", "0"))
"""13, 9, 6 %, the levy rate of 3 %, and 0 for exports (增值税法 10, 11 条)."""
_MOST_LINES = 12
_TRANSITIONAL = frozenset({Decimal("0.01"), Decimal("0.05")})


def legal_rates(about: Subject) -> Seen:
    """Each line bears a rate the law knows (增值税法 10, 11)."""
    lines, clauses = about.terms.lines, (about.terms.price_clause,)
    found = "；".join(_rows_of(rate, lines) for rate in sorted({line.tax_rate for line in lines}, reverse=True)) + "。"
    odd = {line.tax_rate for line in lines} - LEGAL_RATES
    if not odd:
        return Seen(found, ("terms.lines",), Result.YES, clauses)
    told = "、".join(percent_words(rate) for rate in sorted(odd))
    if odd <= _TRANSITIONAL:
        return Seen(f"{found}{told}不是法定税率，请财务确认优惠政策是否适用。", ("terms.lines",), Result.OPEN, clauses)
    return Seen(f"{found}{told}不是法定税率。", ("terms.lines",), Result.NO, clauses)


def _rows_of(rate: Decimal, lines: Sequence[PriceLine]) -> str:
    rows = [str(n) for n, line in enumerate(lines, 1) if line.tax_rate == rate]
    told = f"第{'、'.join(rows)}行" if len(rows) <= _MOST_LINES else f"{len(rows)}行"
    return f"{percent_words(rate)}：{told}"


def apart(about: Subject) -> Seen:
    """Lines with different rates are accounted apart, or the higher rate applies (增值税法 12, 13)."""
    lines, clauses = about.terms.lines, (about.terms.price_clause,)
    sums = totals(lines).by_rate
    found = "；".join(
        f"{percent_words(r.rate)}：含税{format_money(r.incl)}元，税额{format_money(r.tax)}元" for r in sums
    )
    if len({line.kind for line in lines}) > 1 and len(sums) == 1:
        told = f"{found}。产品与服务用同一税率，请财务确认是否属一项应税交易。"
        return Seen(told, ("terms.lines",), Result.OPEN, clauses)
    told = "各税率分列。" if len(sums) > 1 else "只有一种税率。"
    return Seen(f"{found}。{told}", ("terms.lines",), Result.YES, clauses)


def invoicing(about: Subject) -> Seen:
    """The type of invoice and the buyer's own data (§3.5)."""
    customer = about.deal.customer
    data = customer.invoicing
    evidence = ("customer.invoicing", "customer.name", "customer.uscc")
    if data is None:
        return Seen("没有登记买方开票资料，发票类型未定。", evidence, Result.OPEN)
    found = f"{data.invoice_type}，抬头{data.title}，税号{data.tax_number}。"
    if data.title != customer.name:
        return Seen(found + "抬头与买方名称不一致。", evidence, Result.NO)
    if customer.uscc and data.tax_number != customer.uscc:
        return Seen(found + "税号与统一社会信用代码不一致，请确认。", evidence, Result.OPEN)
    return Seen(found, evidence, Result.YES)


CHECKS: tuple[Check, ...] = (
    Check("SP-01", ClauseType.TAX, "各行税率是法定税率", "增值税法10、11条", legal_rates),
    Check("SP-02", ClauseType.TAX, "不同税率分别列示、分别核算", "增值税法12、13条", apart),
    Check("SP-03", ClauseType.TAX, "发票类型、抬头、税号明确", "内部规则：开票资料", invoicing),
)
