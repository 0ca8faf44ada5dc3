"""The Word face of 律师函草稿包."""

from __future__ import annotations

from dataclasses import replace

import docx_letter
from docx_rows import LABELLED, each, heads, one, or_dash, two
from docx_sheet import CENTRE, HEI, RIGHT, Cell, Look, Page, Row, Sheet, wording

_LIST = (11.0, 31.0, 38.0, 29.0, 27.0, 22.0)


def make() -> Sheet:
    """Make the Word face of 律师函草稿包."""
    sheet = Sheet(Page(top=26, bottom=22, size=10.5, line=15.5))
    sheet.title(18)
    sheet.add(wording("document_number"), Look(10, 14, align=RIGHT))
    sheet.paras("notice")
    sheet.head("firm_title")
    firm: list[Row] = [
        one("律师事务所", "　"),
        two("函号", "　", "出具日期", "　"),
        two("经办律师", "　", "执业证号", "　"),
        one("联系方式", "　"),
    ]
    sheet.table(LABELLED, firm, size=10)
    sheet.head("parties_title")
    sheet.table(LABELLED, _parties(), size=10)
    _letter(sheet)
    _evidence(sheet)
    sheet.head("checks_title")
    sheet.paras("check_limitation", "check_penalty", "check_forum")
    text = sheet.add("整理人（签字）：", blank="　" * 8)
    text.add_run("　　法务部（签字）：")
    text.add_run("　" * 8).font.underline = True
    return sheet


def _parties() -> list[Row]:
    return [
        one("委托人", "{{ company.name|name }}", "b"),
        two("信用代码", "{{ company.uscc|number }}", "法定代表人", "{{ company.legal_representative|name }}"),
        two("地址", "{{ company.address }}", "电话", "{{ company.phone }}"),
        one("受函人", "{{ customer.name|name }}", "b"),
        two("信用代码", wording("debtor_uscc"), "法定代表人", wording("debtor_representative")),
        two("地址", "{{ customer.address }}", "电话", wording("debtor_phone")),
    ]


def _letter(sheet: Sheet) -> None:
    part = replace(sheet.text, font=HEI, bold=True, before=3, keep=True)
    sheet.head("draft_title")
    sheet.add(wording("draft_heading"), Look(13, 18, font=HEI, bold=True, align=CENTRE, before=3, keep=True))
    sheet.add(wording("addressee"))
    sheet.paras("mandate")
    sheet.add(wording("facts_title"), part)
    sheet.add(wording("facts") + wording("performed"), sheet.para_look)
    sheet.paras("late")
    sheet.tag("{%p if dunning.letters|length > 0 %}")
    sheet.paras("letters")
    sheet.tag("{%p endif %}")
    sheet.add(wording("claim_title"), part)
    docx_letter.dues(sheet)
    docx_letter.penalty(sheet)
    sheet.add(wording("law_title"), part)
    sheet.paras("law_577", "law_579")
    sheet.tag("{%p if penalty.is_claimed and not penalty.is_statutory %}")
    sheet.paras("law_585")
    sheet.tag("{%p endif %}")
    sheet.add(wording("demand_title"), part)
    sheet.paras("demand", keep=True)
    kept = replace(sheet.text, keep=True, after=6)
    sheet.add("律师事务所（盖章）：", replace(kept, before=6), blank="　" * 16)
    sheet.add("经办律师（签字）：", kept, blank="　" * 16)
    sheet.add("日期：　　　　年　　月　　日", replace(kept, keep=False))


def _evidence(sheet: Sheet) -> None:
    sheet.head("evidence_title")
    sheet.paras("evidence_lead", keep=True)
    row = [
        Cell("{{ row.index }}", "mid"),
        Cell("{{ row.what }}"),
        Cell(or_dash("row.number", "|number")),
        Cell("{{ row.on|day }}{% if row.amount is not none %} {{ row.amount|yuan }}{% endif %}", "mid"),
        Cell("{{ row.proves }}"),
        Cell("{{ row.note }}"),
    ]
    head_row = heads("序号", "证据", "编号", "日期、金额", "证明事项", "材料情况")
    sheet.table(_LIST, [head_row, *each("row", "evidence.rows", row)], size=9.5, head=True)
