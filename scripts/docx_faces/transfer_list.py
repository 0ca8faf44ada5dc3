"""The Word face of 移交清单."""

from __future__ import annotations

from docx_register import ABOUT, WIDTH, kept, register
from docx_rows import each, heads, one, two
from docx_sheet import Cell, Look, Sheet, wording

COLUMNS = (10, 30, 44, 42, 32, 15, 11, 11, 33, 23)
SIGNING = (34.0, 98.5, 20.0, 98.5)


def make() -> Sheet:
    """Make the Word face of 移交清单."""
    sheet = register(subtitle=True)
    about = [
        one("单位名称", "{{ company.name|name }}"),
        two("移交部门", "{{ from_unit|name }}", "接收部门", "{{ to_unit|name }}", "b b"),
        two("移交日期", wording("dated"), "移交数量", wording("counted"), " b"),
        one("移交范围", "{{ scope }}"),
        one("移交事由", "{{ reason }}"),
    ]
    sheet.table(ABOUT, about, size=10)
    sheet.head("items_title")
    names = ("序号", "档号", "合同编号／客户", "题名", "文号", "原件／复印件", "份数", "每份页数", "存放位置", "备注")
    head = heads(*names)
    total = [Cell(wording("sum"), "b", len(COLUMNS))]
    sheet.table(COLUMNS, [head, *each("row", "items", _row()), total], size=9, head=True)
    sheet.head("signing_title")
    sheet.paras("handed_text", keep=True)
    signing = [
        kept([Cell(wording(name), "th"), Cell(("", "", "")), Cell(wording("on_label"), "th"),
              Cell(f"　　　　　　{wording('on')}")])
        for name in ("from_label", "to_label", "witness_label")
    ]  # fmt: skip
    sheet.table(SIGNING, signing, size=10)
    sheet.add(wording("note"), Look(9, 13))
    return sheet


def _row() -> list[Cell]:
    return [
        Cell("{{ row.index }}", "mid"),
        Cell("{{ row.archive_no }}"),
        Cell(("{{ row.contract_no }}", "{{ row.customer }}")),
        Cell("{{ row.title }}"),
        Cell("{{ row.number }}"),
        Cell("{{ row.form }}", "mid"),
        Cell("{{ row.copies }}", "mid"),
        Cell("{{ row.pages }}", "mid"),
        Cell("{{ row.place }}"),
        Cell("{{ row.remark }}"),
    ]


assert sum(COLUMNS) == WIDTH  # noqa: S101  # a slip here would show only on paper
