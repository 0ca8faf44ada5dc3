"""The Word face of 质保期届满确认单."""

from __future__ import annotations

from dataclasses import replace

from docx_rows import LABELLED, each, heads, one, or_dash, two
from docx_sheet import RIGHT, Cell, Look, Page, Row, Sheet, wording


def make() -> Sheet:
    """Make the Word face of 质保期届满确认单."""
    sheet = Sheet(Page(top=26, bottom=22, size=11, line=16.5))
    sheet.title()
    sheet.add(wording("document_number"), Look(10.5, 16.5, align=RIGHT, after=4))
    sheet.table(LABELLED, _rows(), size=10)
    sheet.head("scope_title")
    line = [
        Cell("{{ line.index }}", "mid"),
        Cell("{{ line.name }}"),
        Cell(or_dash("line.model")),
        Cell("{{ line.unit }}", "mid"),
        Cell("{{ line.quantity|quantity }}", "num"),
    ]
    lines: list[Row] = [heads("序号", "名称", "规格型号", "单位", "数量"), *each("line", "lines", line)]
    sheet.table((12, 66, 44, 16, 20), lines, size=10, head=True)
    sheet.head("statement_title")
    sheet.paras("statement", "reservation")
    sheet.head("confirm_title")
    sheet.paras("confirm_lead", "choice_clear", "choice_open", keep=True)
    sheet.add("问题及处理期限：", replace(sheet.text, keep=True), blank="　" * 25)
    sheet.signatures()
    return sheet


def _rows() -> list[Row]:
    return [
        one("客户名称", "{{ customer.name|name }}"),
        one("供方名称", "{{ company.name|name }}"),
        one("合同名称", wording("contract_name")),
        two("合同编号", wording("contract_number"), "订单编号", wording("order_number")),
        two("验收通过日", "{{ warranty_period.starts_on|day }}", "质保期限", wording("months")),
        two("质保条款", "{{ warranty_period.clause }}", "届满日", "{{ warranty_period.ends_on|day }}", " b"),
    ]
