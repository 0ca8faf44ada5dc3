"""The Word face of 订单审批表."""

from __future__ import annotations

from dataclasses import replace

from docx_rows import LABELLED, each, heads, one, or_dash, two
from docx_sheet import RIGHT, Cell, Look, Page, Row, Sheet, wording


def make() -> Sheet:
    """Make the Word face of 订单审批表."""
    sheet = Sheet(Page(top=27, bottom=24, size=11, line=17))
    sheet.title()
    sheet.add(wording("document_number"), Look(10.5, 16.5, align=RIGHT, after=4))
    sheet.table(LABELLED, _heading_rows())
    sheet.tag("{%p if order.is_changed %}")
    sheet.add("变更原因：" + wording("change_reason"), sheet.para_look)
    sheet.tag("{%p endif %}")
    sheet.head("lines_title")
    _price_table(sheet)
    sheet.head("plan_title")
    _plan_table(sheet)
    sheet.head("trail_title")
    sheet.paras("request", keep=True)
    note = "{% if act.note %}（{{ act.note }}）{% endif %}"
    opinion = "{{ act.verdict }}{% if act.remark %}：{{ act.remark }}{% endif %}" + note
    act = [
        Cell("{{ act.post }}", "mid"),
        Cell("{{ act.person }}", "mid"),
        Cell(opinion),
        Cell("{{ act.on|day }}", "mid"),
    ]
    head = heads("审批环节", "审批人", "审批意见", "审批时间")
    sheet.table((28, 36, 62, 32), [head, *each("act", "approvals.rows", act)], head=True)
    sheet.add(wording("conclusion"), replace(sheet.para_look, bold=True, keep=True))
    sheet.add(wording("remark"), Look(9, 13))
    return sheet


def _heading_rows() -> list[Row]:
    return [
        two("订单编号", wording("order_number"), "合同编号", wording("contract_number")),
        one("客户名称", "{{ customer.name|name }}"),
        one("合同名称", "{{ contract.title|name }}"),
        two("订单金额", "{{ order.total|yuan }}", "交付时间", wording("delivery"), "b "),
        one("金额大写", "{{ order.total|rmb }}"),
        two("销售负责人", "{{ order.owner }}", "订单版本", wording("order_kind")),
    ]


def _price_table(sheet: Sheet) -> None:
    line = [
        Cell("{{ line.index }}", "mid"),
        Cell("{{ line.name }}"),
        Cell(or_dash("line.model")),
        Cell("{{ line.unit }}", "mid"),
        Cell("{{ line.quantity|quantity }}", "num"),
        Cell("{{ line.unit_price|price }}", "num"),
        Cell("{{ line.amount|money }}", "num"),
    ]
    rows: list[Row] = [
        heads("序号", "名称", "规格型号", "单位", "数量", "含税单价（元）", "含税金额（元）"),
        *each("line", "order.lines", line),
        [Cell("合计（含税）", "mid b", 5), Cell("{{ order.totals.incl|yuan }}", "num b", 2)],
    ]
    sheet.table((12, 39, 30, 12, 15, 25, 25), rows, size=10, head=True)


def _plan_table(sheet: Sheet) -> None:
    part = [
        Cell("{{ part.seq }}", "mid"),
        Cell("{{ part.title }}", "mid"),
        Cell(or_dash("part.share", "|percent"), "mid"),
        Cell("{{ part.amount|yuan }}", "num"),
        Cell("{{ part.trigger_text }}"),
    ]
    rows: list[Row] = [heads("期次", "款项", "比例", "金额", "付款条件"), *each("part", "order.plan", part)]
    sheet.table((12, 20, 16, 34, 76), rows, head=True)
