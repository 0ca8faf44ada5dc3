"""Make the Word faces of the shipped kinds: the same blocks in the same order as the HTML faces, with Word's own means.

Run `python scripts/make_docx_faces.py [KIND…]` from the project's root; the result is the same byte for byte on every
run. An office that wants another look edits its own copy of the .docx in Word or WPS; this makes only the shipped ones.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from docx_sheet import BLANK_DAY, CENTRE, HEI, RIGHT, SEAL, TEXT_WIDTH, Cell, Look, Page, Row, Sheet, wording

ROOT = Path(__file__).resolve().parent.parent
LABELLED = (25.0, 54.0, 25.0, 54.0)


def heads(*names: str) -> list[Cell]:
    """Return the head row of a table."""
    return [Cell(name, "th") for name in names]


def one(label: str, value: str, marks: str = "") -> list[Cell]:
    """Return a row of one label and a value over the rest of the table."""
    return [Cell(label, "th"), Cell(value, marks, 3)]


def two(label: str, value: str, other: str, other_value: str, marks: str = "  ") -> list[Cell]:
    """Return a row of two labels and values; `marks` is "first second", each b or empty."""
    first, _, second = marks.partition(" ")
    return [Cell(label, "th"), Cell(value, first), Cell(other, "th"), Cell(other_value, second.strip())]


def or_dash(path: str, written: str = "") -> str:
    """Return the tag of a value that may be lacking, with its filter."""
    return "{% if " + path + " is none %}—{% else %}{{ " + path + written + " }}{% endif %}"


def or_blank(path: str, written: str = "") -> str:
    """Return the tag of a value that is left to be filled in by hand where the record lacks it."""
    return or_dash(path, written).replace("—", "　　　　　　")


def each(name: str, path: str, *rows: Row) -> list[Row]:
    """Return rows repeated for each member of a list."""
    return ["{%tr for " + name + " in " + path + " %}", *rows, "{%tr endfor %}"]


def either(condition: str, yes: list[Cell], no: list[Cell]) -> list[Row]:
    """Return one of two rows."""
    return ["{%tr if " + condition + " %}", yes, "{%tr else %}", no, "{%tr endif %}"]


def all_marked(cells: list[Cell], mark: str) -> list[Cell]:
    """Return the row with a mark on every cell."""
    return [cell.marked(mark) for cell in cells]


def prepayment_notice() -> Sheet:
    """Make the Word face of 预付款通知单."""
    sheet = Sheet(Page(top=23, bottom=19, size=10.5, line=15, is_letter=True))
    sheet.letterhead()
    sheet.title(18)
    small = Look(10, 14)
    left, right = sheet.columns(TEXT_WIDTH / 2, TEXT_WIDTH / 2)
    sheet.put(left, wording("letter_number"), small)
    sheet.put(right, wording("document_number"), replace(small, align=RIGHT))
    sheet.add(wording("addressee"), replace(sheet.text, before=3))
    sheet.paras("basis", keep=True)
    sheet.table(LABELLED, _payment_rows(), size=10)
    kept = replace(sheet.text, keep=True)
    text, _ = sheet.columns(TEXT_WIDTH - SEAL - 2, SEAL + 2, height=SEAL)
    for key in ("remittance", "closing"):
        sheet.put(text, wording(key), replace(kept, indent=True))
    sheet.put(text, "{{ company.name|name }}", replace(kept, align=RIGHT, after=0))
    sheet.put(text, wording("issued_on"), replace(sheet.text, align=RIGHT, after=0))
    _receipt(sheet, kept)
    return sheet


def _payment_rows() -> list[Row]:
    amount, due = "{{ instalment.amount|yuan }}", wording("due")
    balance = "{{ instalment.balance|yuan }}"
    return [
        two("付款事项", wording("part"), "合同条款", "{{ instalment.clause }}"),
        two("合同总额", "{{ totals.incl|yuan }}（含税）", "付款比例", wording("share")),
        "{%tr if instalment.is_part_paid %}",
        two(wording("amount_label"), amount, "已收金额", "{{ instalment.paid|yuan }}"),
        two("本次应付余额", balance, "付款截止日", due, "b b"),
        "{%tr else %}",
        two(wording("amount_label"), amount, "付款截止日", due, "b b"),
        "{%tr endif %}",
        one("金额大写", "{{ instalment.balance|rmb }}", "b"),
        one("付款条件", wording("terms")),
        one("收款户名", "{{ account.holder|name }}"),
        two("开户银行", "{{ account.bank }}", "联行号", wording("bank_code")),
        one("收款账号", "{{ account.number|account }}", "b"),
        one("发票安排", wording("invoice")),
        one("我方联系人", wording("contact")),
    ]


def _receipt(sheet: Sheet, kept: Look) -> None:
    title = sheet.add(wording("receipt_title"), Look(12, 17, font=HEI, bold=True, align=CENTRE, before=4, keep=True))
    sheet.border(title, "top", style="dashed", eighths=6)
    text, seal = sheet.columns(TEXT_WIDTH - SEAL - 2, SEAL + 2, height=SEAL + 5)
    sheet.put(text, wording("receipt_to"), kept)
    sheet.put(text, wording("receipt_text"), replace(kept, indent=True))
    sheet.put(text, "付款金额：", kept, blank="　" * 9).add_run("元")
    sheet.put(text, f"付款日期：{BLANK_DAY}", kept)
    sheet.put(text, f"预计到账日期：{BLANK_DAY}", kept)
    sheet.put(text, "备注：", kept, blank="　" * 23)
    sheet.put(text, "经办人（签字）：", kept, blank="　" * 8)
    sheet.put(text, f"签收日期：{BLANK_DAY}", kept)
    sheet.put(seal, wording("receipt_seal"), Look(9, 12, align=CENTRE, keep=True))
    sheet.add(wording("receipt_return"), Look(9, 12, after=0))


def supplementary_agreement() -> Sheet:
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


def acceptance_report() -> Sheet:
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


FACES: dict[str, Callable[[], Sheet]] = {
    "prepayment-notice": prepayment_notice,
    "supplementary-agreement": supplementary_agreement,
    "acceptance-report": acceptance_report,
}


def main(wanted: Sequence[str]) -> None:
    """Write the faces asked for, or all."""
    for name in wanted or FACES:
        path = ROOT / "templates" / name / f"{name}.docx"
        FACES[name]().write(path)
        print(f"{path.relative_to(ROOT)}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main(sys.argv[1:])
