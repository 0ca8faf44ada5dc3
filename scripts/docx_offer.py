"""The parts of a Word face that quotation and proposal share: price table, terms, payment plan, our signature."""

from __future__ import annotations

from dataclasses import replace

from docx_rows import LABELLED, all_marked, each, either, heads, one, or_dash, two
from docx_sheet import HEI, SEAL, TEXT_WIDTH, Cell, Look, Row, Sheet, wording

SMALL = 9.5


def price_head(sheet: Sheet, head: str) -> None:
    """Add the head of the price table, with the unit in small type behind it."""
    size, line = sheet.text.size + 1, sheet.text.line + 2
    sheet.add(head, Look(size, line, font=HEI, bold=True, before=7, keep=True), tail=wording("quote_intro"))


def prices(sheet: Sheet) -> None:
    """Add the price table, with the tax in its last row."""
    line = [
        Cell("{{ line.index }}", "mid"),
        Cell("{{ line.name }}"),
        Cell(or_dash("line.model")),
        Cell("{{ line.unit }}", "mid"),
        Cell("{{ line.quantity|quantity }}", "num"),
        Cell("{{ line.unit_price|price }}", "num"),
        Cell("{{ line.amount|money }}", "num"),
        Cell("{{ line.tax_rate|percent }}", "num"),
    ]
    price = "{% if quotation.discounts|length > 0 %}目录单价{% else %}单价{% endif %}"
    rows: list[Row] = [
        heads("序号", "名称", "规格型号", "单位", "数量", price, "金额", "税率"),
        "{%tr for group in quotation.groups %}",
        *each("line", "group.lines", *either("loop.last", all_marked(line, "keep"), line)),
        _sum("{{ group.title }}" + wording("quote_subtotal"), "{{ group.subtotal|money }}"),
        "{%tr endfor %}",
        "{%tr if quotation.discounts|length > 0 %}",
        _sum(wording("quote_listed"), "{{ quotation.listed|money }}"),
        *each("each", "quotation.discounts", _sum(_discount(), "{{ each.amount|money }}")),
        "{%tr endif %}",
        [Cell(wording("quote_total"), "num b keep", 6), Cell("{{ quotation.total|yuan }}", "num b keep", 2)],
        [Cell(wording("quote_words"), "mid b keep", 2), Cell("{{ quotation.total|rmb }}", "b", 6)],
        [Cell(wording("quote_tax"), "", 8)],
    ]
    sheet.table((11, 35, 27, 11, 14, 23, 25, 12), rows, size=SMALL, head=True)


def _sum(title: str, amount: str) -> list[Cell]:
    return [Cell(title, "num keep", 6), Cell(amount, "num keep"), Cell("", "keep")]


def _discount() -> str:
    lines = "{% if each.lines is none %}全部明细{% else %}第{{ each.lines }}项{% endif %}"
    rate = "{% if each.rate is not none %}，按{{ each.rate|percent }}计{% endif %}"
    return "优惠：{{ each.name }}（" + lines + "目录价{{ each.base|yuan }}" + rate + "）"


def terms(sheet: Sheet) -> None:
    """Add the terms of the offer: until when, tax, delivery, warranty, remarks."""
    rows: list[Row] = [
        one("报价有效期", wording("quote_valid"), "b"),
        one("含税与发票", wording("quote_invoice")),
        two("交货期", wording("quote_delivery"), "质保期", wording("quote_warranty")),
        one("交货地点", wording("quote_place")),
        "{%tr if quotation.remarks is not none %}",
        one("备注", "{{ quotation.remarks }}"),
        "{%tr endif %}",
    ]
    sheet.table(LABELLED, rows, size=10)


def plan(sheet: Sheet, *, keep: bool = False) -> None:
    """Add the payment plan in words and as a table; with `keep` it stays with what follows, our signature."""
    sheet.paras("quote_plan", keep=True)
    part = [
        Cell("{{ part.seq }}", "mid"),
        Cell("{{ part.title }}", "mid"),
        Cell(or_dash("part.share", "|percent"), "mid"),
        Cell("{{ part.amount|yuan }}", "num"),
        Cell("{{ part.trigger_text }}"),
    ]
    head = heads("期次", "款项", "比例", "金额", "付款条件")
    row = all_marked(part, "keep") if keep else part
    sheet.table((12, 20, 16, 34, 76), [head, *each("part", "quotation.plan", row)], size=10, head=True)


def signature(sheet: Sheet) -> None:
    """Add our name, who quotes, room for the signature, and room for the seal beside it; kept with the text before."""
    kept = replace(sheet.text, keep=True, after=2)
    text, _ = sheet.columns(TEXT_WIDTH - SEAL - 4, SEAL + 4, height=SEAL)
    sheet.put(text, wording("offer_party"), replace(kept, bold=True))
    for key in ("offer_contact", "offer_phone", "offer_address"):
        sheet.put(text, wording(key), kept)
    sheet.put(text, wording("offer_signer"), replace(kept, before=8, after=6), blank="　" * 10)
    sheet.put(text, wording("offer_day"), replace(sheet.text, after=0))
