"""The Word face of 合同关键条款核对表."""

from __future__ import annotations

from dataclasses import replace

from docx_rows import LABELLED, each, heads, one, two
from docx_sheet import RIGHT, Cell, Look, Page, Sheet, wording


def make() -> Sheet:
    """Make the Word face of 合同关键条款核对表."""
    sheet = Sheet(Page(top=25, bottom=22, size=10.5, line=16))
    sheet.title()
    sheet.add(wording("document_number"), Look(10.5, 16, align=RIGHT, after=4))
    sheet.table(
        LABELLED,
        [
            one("合同名称", wording("title_line")),
            one("客户名称", "{{ customer.name|name }}"),
            two("合同编号", wording("contract_number"), "订单编号", wording("order_number")),
            one("合同总额", wording("total")),
            two("合同版本", wording("version"), "核对日期", wording("checked_on")),
            one("核对状态", wording("state"), "b"),
        ],
    )
    sheet.add(wording("how"), Look(9, 13.5, after=3))
    basis = "{% if row.basis is not none %}依据：{{ row.basis }}{% endif %}"
    row = [
        Cell("{{ row.clause_type }}", "mid"),
        Cell("{{ row.id|number }} {{ row.what }}"),
        Cell(("{{ row.finding }}", basis)),
        Cell("{{ row.verdict }}", "mid"),
        Cell("{{ row.remark }}"),
    ]
    head = heads("条款类型", "核对内容", "核对结果与依据", "是否达标", "备注")
    sheet.table((17, 29, 68, 19, 25), [head, *each("row", "checklist.rows", row)], size=9, head=True)
    sheet.head("summary_title")
    kept = replace(sheet.para_look, keep=True)
    sheet.paras("counts", "unsettled", keep=True)
    sheet.add(wording("state") + "。", kept)
    sheet.add(wording("opinion"), kept, blank="　" * 24)
    sheet.signer(wording("reviewer"), wording("reviewed_on"))
    return sheet
