"""The Word face of 验收报告."""

from __future__ import annotations

from dataclasses import replace

from docx_rows import LABELLED, each, heads, one, or_blank, two
from docx_sheet import RIGHT, Cell, Look, Page, Row, Sheet, wording


def make() -> Sheet:
    """Make the Word face of 验收报告."""
    sheet = Sheet(Page(top=27, bottom=24, size=11, line=17))
    sheet.title()
    sheet.add(wording("document_number"), Look(10.5, 16.5, align=RIGHT, after=4))
    sheet.table(LABELLED, _report_rows())
    sheet.head("people_title")
    person = [
        Cell("{{ person.name }}", "mid"),
        Cell(or_blank("person.party", "|name")),
        Cell(or_blank("person.role"), "mid"),
    ]
    people = [heads("姓名", "单位", "职务"), *each("person", "acceptance.people", person)]
    sheet.table((32, 86, 40), people, head=True)
    sheet.head("basis_title")
    sheet.paras("basis_contract", "basis_standards")
    sheet.head("process_title")
    sheet.paras("process")
    sheet.head("results_title")
    verdict = "{% if item.passed is true %}■是 □否{% elif item.passed is false %}□是 ■否{% endif %}"
    item = [
        Cell("{{ item.mark }}", "mid"),
        *map(Cell, ("{{ item.name }}", "{{ item.standard }}", "{{ item.result }}")),
    ]
    item.append(Cell(verdict, "mid"))
    head = heads("序号", "验收项目", "标准要求", "验收结果", "是否通过")
    sheet.table((12, 32, 40, 52, 22), [head, *each("item", "acceptance.rows", item)], head=True)
    sheet.head("problems_title")
    sheet.tag("{%p if acceptance.problems|length > 0 %}")
    _problems(sheet)
    sheet.tag("{%p else %}")
    sheet.paras("no_problems")
    sheet.tag("{%p endif %}")
    sheet.head("conclusion_title")
    sheet.add(wording("conclusion"), replace(sheet.para_look, bold=True, keep=True))
    sheet.add(wording("conclusion_words") + wording("confirm"), replace(sheet.para_look, keep=True))
    sheet.add(wording("attachments"), replace(sheet.para_look, keep=True), blank="　" * 20)
    sheet.signatures()
    return sheet


def _report_rows() -> list[Row]:
    return [
        one("项目名称", wording("project")),
        one("客户名称", "{{ customer.name|name }}"),
        one("供方名称", "{{ company.name|name }}"),
        two("合同编号", wording("contract_number"), "订单编号", wording("order_number")),
        "{%tr if contract.customer_numbers|length > 0 %}",
        two("客户合同号", wording("customer_numbers"), "验收次序", wording("round")),
        "{%tr endif %}",
        two("验收时间", wording("held_on"), "验收地点", "{{ acceptance.place }}"),
    ]


def _problems(sheet: Sheet) -> None:
    retested = "{% if item.retested_on is not none %}{{ item.retested_on|day }}{% elif item.is_first %}—{% endif %}"
    problem = [
        Cell("{{ item.mark }}", "mid"),
        Cell("{{ item.name }}"),
        Cell("{{ item.problem }}"),
        Cell("{{ item.remedy }}"),
        Cell(retested, "mid"),
    ]
    head = heads("序号", "验收项目", "问题", "整改说明", "复测日期")
    sheet.table((12, 32, 40, 44, 30), [head, *each("item", "acceptance.problems", problem)], head=True)
    sheet.tag('{%p if acceptance.result == "failed" %}')
    sheet.add(wording("rectification"), replace(sheet.text, left=2 * sheet.text.size))
    sheet.paras("rectify_by")
    sheet.tag("{%p endif %}")
