"""The Word face of 还款协议."""

from __future__ import annotations

import docx_letter
from docx_rows import LABELLED, all_marked, each, either, heads, one, two
from docx_sheet import RIGHT, Cell, Look, Page, Row, Sheet, wording


def make() -> Sheet:
    """Make the Word face of 还款协议."""
    sheet = Sheet(Page(top=26, bottom=22, size=11, line=16.5))
    sheet.title()
    sheet.add(wording("document_number"), Look(10.5, 16.5, align=RIGHT, after=4))
    sheet.table((33, 50, 25, 50), _parties(), size=10)
    sheet.paras("whereas")
    _debt(sheet)
    _plan(sheet)
    sheet.head("rate_title")
    sheet.paras("rate")
    sheet.head("default_title")
    sheet.paras("default_due", "default_rest")
    sheet.head("limitation_title")
    sheet.paras("limitation")
    sheet.head("final_title")
    sheet.paras("contract_rest", "dispute", "copies", keep=True)
    sheet.signatures()
    return sheet


def _parties() -> list[Row]:
    code, person, phone = "统一社会信用代码", "法定代表人", "联系电话"
    return [
        one("甲方（债务人）", "{{ customer.name|name }}", "b"),
        two(code, wording("debtor_uscc"), person, wording("debtor_representative")),
        two("住所", "{{ customer.address }}", phone, wording("debtor_phone")),
        one("乙方（债权人）", "{{ company.name|name }}", "b"),
        two(code, "{{ company.uscc|number }}", person, "{{ company.legal_representative|name }}"),
        two("住所", "{{ company.address }}", phone, "{{ company.phone }}"),
    ]


def _debt(sheet: Sheet) -> None:
    sheet.head("debt_title")
    sheet.paras("debt_lead", keep=True)
    row = [
        Cell("第{{ row.seq }}期{{ row.title }}", "mid"),
        *(Cell("{{ row." + name + "|yuan }}", "num") for name in ("amount", "paid", "balance")),
        Cell("{% if row.due is none %}{{ row.trigger_text }}{% else %}{{ row.due|day }}{% endif %}", "mid"),
        Cell("{{ row.overdue_days }}天", "mid"),
    ]
    head_row = heads("款项", "应付金额", "已付金额", "未付本金", "付款截止日", "逾期天数")
    sheet.table((27, 27, 26, 27, 31, 20), [head_row, *each("row", "repayment.rows", row)], size=10, head=True)
    sheet.paras("principal", "penalty", "total")


def _plan(sheet: Sheet) -> None:
    sheet.head("plan_title")
    sheet.paras("plan_lead", keep=True)
    part = [
        Cell("{{ part.index }}", "mid"),
        Cell("{{ part.on|day }}前", "mid"),
        Cell("{{ part.amount|yuan }}", "num"),
        Cell("{{ part.amount|rmb }}"),
    ]
    rows: list[Row] = [
        heads("序号", "还款日期（含当日）", "金额", "金额大写"),
        *each("part", "repayment.parts", *either("loop.last", all_marked(part, "keep"), part)),
        [Cell("合计", "mid b", 2), Cell("{{ repayment.total|yuan }}", "num b"), Cell("{{ repayment.total|rmb }}", "b")],
    ]
    sheet.table((12, 40, 36, 70), rows, size=10, head=True)
    sheet.paras("order")
    sheet.paras("account_lead", keep=True)
    sheet.table(LABELLED, docx_letter.account_rows()[:3], size=10)
