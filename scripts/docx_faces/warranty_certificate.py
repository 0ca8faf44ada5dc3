"""The Word face of 质保期满证明."""

from __future__ import annotations

from dataclasses import replace

from docx_rows import LABELLED, one, two
from docx_sheet import RIGHT, SEAL, TEXT_WIDTH, Look, Page, Row, Sheet, wording


def make() -> Sheet:
    """Make the Word face of 质保期满证明."""
    sheet = Sheet(Page(top=23, bottom=19, size=12, line=21, is_letter=True))
    sheet.letterhead()
    sheet.title(20)
    sheet.add(wording("document_number"), Look(10.5, 16.5, align=RIGHT, after=4))
    sheet.add(wording("addressee"))
    sheet.paras("certified", keep=True)
    sheet.table(LABELLED, _rows(), size=11)
    sheet.paras("no_fault", "reservation", keep=True)
    kept = replace(sheet.text, keep=True)
    text, _ = sheet.columns(TEXT_WIDTH - SEAL - 2, SEAL + 2, height=SEAL)
    sheet.put(text, wording("closing"), replace(kept, indent=True))
    sheet.put(text, "经办人（签字）：", replace(kept, indent=True), blank="　" * 8)
    sheet.put(text, "{{ company.name|name }}", replace(kept, align=RIGHT, after=0))
    sheet.put(text, wording("issued_on"), replace(sheet.text, align=RIGHT, after=0))
    return sheet


def _rows() -> list[Row]:
    starts, ends = "{{ warranty_period.starts_on|day }}", "{{ warranty_period.ends_on|day }}"
    return [
        one("合同名称", wording("contract_name")),
        two("合同编号", wording("contract_number"), "订单编号", wording("order_number")),
        two("验收通过日", starts, "质保条款", "{{ warranty_period.clause }}"),
        two("质保期限", wording("months"), "届满日", ends, " b"),
    ]
