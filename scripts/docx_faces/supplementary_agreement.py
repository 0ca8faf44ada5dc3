"""The Word face of 补充协议."""

from __future__ import annotations

from dataclasses import replace

from docx_rows import all_marked, each, either, heads, one, or_dash, two
from docx_sheet import HEI, RIGHT, Cell, Look, Page, Row, Sheet, wording


def make() -> Sheet:
    """Make the Word face of 补充协议."""
    sheet = Sheet(Page(top=26, bottom=22, size=11, line=16.5))
    sheet.title()
    sheet.add(wording("document_number"), Look(10.5, 16.5, align=RIGHT, after=4))
    sheet.table((33, 50, 25, 50), _party_rows(), size=10)
    sheet.add(wording("whereas"), replace(sheet.text, font=HEI, bold=True, keep=True))
    sheet.paras("original", "request", "agreed")
    sheet.head("items_title")
    sheet.paras("items_lead", keep=True)
    item = [
        *(Cell(text, "mid") for text in ("{{ item.mark }}", "{{ item.clause }}", "{{ item.subject }}")),
        Cell("{{ item.old }}"),
        Cell("{{ item.new }}"),
    ]
    changed = each("item", "change.rows", item)
    head = heads("序号", "原合同条款", "变更事项", "原约定", "变更后约定")
    sheet.table((12, 24, 25, 48.5, 48.5), [head, *changed], size=10, head=True)
    sheet.head("total_title")
    sheet.paras("total", "tax")
    sheet.tag("{%p if change.lines_changed %}")
    _price_table(sheet)
    sheet.tag("{%p endif %}")
    _plan_table(sheet)
    _new_terms(sheet)
    sheet.head("final_title")
    sheet.paras("copies", "effective", keep=True)
    sheet.signatures()
    return sheet


def _party_rows() -> list[Row]:
    code, person, phone = "统一社会信用代码", "法定代表人", "联系电话"
    return [
        one("甲方（买方）", "{{ customer.name|name }}", "b"),
        two(code, wording("buyer_uscc"), person, wording("buyer_representative")),
        two("住所", "{{ customer.address }}", phone, wording("buyer_phone")),
        one("乙方（卖方）", "{{ company.name|name }}", "b"),
        two(code, "{{ company.uscc|number }}", person, "{{ company.legal_representative|name }}"),
        two("住所", "{{ company.address }}", phone, "{{ company.phone }}"),
    ]


def _price_table(sheet: Sheet) -> None:
    sheet.paras("lines_lead", keep=True)
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
    rows: list[Row] = [
        heads("序号", "名称", "规格型号", "单位", "数量", "含税单价（元）", "含税金额（元）", "税率"),
        *each("line", "change.lines", *either("loop.last", all_marked(line, "keep"), line)),
        [Cell("合计（含税）", "mid b keep", 6), Cell("{{ change.totals.incl|yuan }}", "num b keep", 2)],
        [Cell("金额大写", "mid b", 2), Cell("{{ change.totals.incl|rmb }}", "b", 6)],
    ]
    sheet.table((12, 39, 25, 11, 14, 22, 22, 13), rows, size=9.5, head=True)


def _plan_table(sheet: Sheet) -> None:
    sheet.head("plan_title")
    sheet.paras("plan_lead", keep=True)
    part = [
        Cell("{{ part.seq }}", "mid"),
        Cell("{{ part.title }}", "mid"),
        Cell(or_dash("part.share", "|percent"), "mid"),
        Cell(("{{ part.amount|yuan }}", "{{ part.amount|rmb }}")),
        Cell("{{ part.trigger_text }}"),
        Cell("{{ part.clause }}", "mid"),
    ]
    rows: list[Row] = [
        heads("期次", "款项", "比例", "金额（小写、大写）", "付款条件", "合同条款"),
        *each("part", "change.plan", *either("loop.last", all_marked(part, "keep"), part)),
        [Cell("合计", "mid b", 3), Cell(("{{ change.new_total|yuan }}", "{{ change.new_total|rmb }}"), "b", 3)],
    ]
    sheet.table((12, 16, 13, 58, 35, 24), rows, size=10, head=True)


def _new_terms(sheet: Sheet) -> None:
    sheet.head("delivery_title")
    sheet.paras("delivery")
    sheet.head("standards_title")
    sheet.paras("standards_lead", keep=True)
    standard = [Cell("{{ item.mark }}", "mid"), Cell("{{ item.name }}"), Cell("{{ item.standard }}")]
    rows: list[Row] = [heads("序号", "验收项目", "标准要求"), *each("item", "change.standards.rows", standard)]
    sheet.table((12, 48, 98), rows, size=10, head=True)
    sheet.paras("warranty")
    sheet.head("effect_title")
    sheet.paras("effect_part", "effect_conflict", "effect_rest")
