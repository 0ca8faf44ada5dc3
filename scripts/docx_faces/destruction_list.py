"""The Word face of 销毁清册."""

from __future__ import annotations

from dataclasses import replace

from docx_register import ABOUT, SIGNING, WIDTH, kept, listed, register
from docx_rows import each, heads, one, two
from docx_sheet import Cell, Look, Sheet, wording

COLUMNS = (11, 24, 37, 86, 23, 50, 20)

_TITLE = "{{ row.title }}{% if row.number != '' %}　{{ row.number }}{% endif %}"


def make() -> Sheet:
    """Make the Word face of 销毁清册."""
    sheet = register()
    about = [
        one("单位名称", "{{ company.name|name }}"),
        two("销毁建议", wording("proposal"), "清册日期", wording("dated"), "b"),
        two("鉴定截止", wording("as_of"), "销毁数量", wording("counted"), " b"),
        one("鉴定理由", "{{ reason }}"),
        one("审批", wording("approved_by")),
    ]
    sheet.table(ABOUT, about, size=10)
    _part(sheet, "items", "处置理由", "sum")
    _part(sheet, "skipped", "不销毁的原因", "skipped_sum")
    sheet.head("method")
    sheet.tag("{%p if items|length > 0 %}")
    sheet.paras("method_text", keep=True)
    sheet.tag("{%p endif %}")
    sheet.add(wording("paper_text"), replace(sheet.para_look, bold=True, keep=True))
    _signing(sheet)
    sheet.add(wording("witness_note"), Look(9, 13))
    return sheet


def _part(sheet: Sheet, name: str, why: str, total: str) -> None:
    sheet.head(f"{name}_title")
    sheet.tag("{%p if " + name + "|length == 0 %}")
    sheet.add(wording(f"{name}_none"), sheet.para_look)
    sheet.tag("{%p else %}")
    names = ["序号", "档号", "合同编号／客户", "题名　文号／SHA-256", "种类／页数", "保管类别、起算与届满"]
    rows = [heads(*names, why), *each("row", name, _row()), [Cell(wording(total), "b", len(COLUMNS))]]
    listed(sheet, COLUMNS, rows)
    sheet.tag("{%p endif %}")


def _row() -> list[Cell]:
    return [
        Cell("{{ row.index }}", "mid"),
        Cell("{{ row.archive_no }}"),
        Cell(("{{ row.contract_no }}", "{{ row.customer }}")),
        Cell((_TITLE, "{{ row.sha256 }}"), "small"),
        Cell(("{{ row.kind }}", "{% if row.pages != '' %}{{ row.pages }}页{% endif %}")),
        Cell(("{{ row.class }}{% if row.until is not none %}　至{{ row.until|iso }}{% endif %}", "{{ row.rule }}")),
        Cell("{{ row.reason }}"),
    ]


def _signing(sheet: Sheet) -> None:
    approver = [
        Cell(wording("approver_label"), "th"),
        Cell(("{{ each.name|name }}{% if each.post != '' %}（{{ each.post }}）{% endif %}", "", "")),
        Cell(wording("approved_label"), "th"),
        Cell("{{ each.at }}"),
    ]
    room = Cell(("", "", ""))
    witness = Cell(wording("witness_label"), "th")
    rows = [
        kept([Cell(wording("handled_label"), "th"), room, Cell(wording("destroyed_label"), "th"),
              Cell(f"　　　　　　{wording('destroyed_on')}")]),
        *each("each", "approvers", kept(approver)),
        kept([witness, room, witness, room]),
    ]  # fmt: skip
    sheet.table(SIGNING, rows, size=10)


assert sum(COLUMNS) == WIDTH  # noqa: S101  # a slip here would show only on paper
