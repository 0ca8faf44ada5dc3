"""The Word face of 更正通知."""

from __future__ import annotations

from dataclasses import replace

import docx_letter
from docx_rows import each, heads
from docx_sheet import Cell, Sheet


def make() -> Sheet:
    """Make the Word face of 更正通知."""
    sheet = Sheet(replace(docx_letter.LETTER, size=11, line=17))
    docx_letter.head(sheet)
    sheet.paras("contract_signed")
    sheet.paras("wrong", keep=True)
    row = [
        Cell("{{ row.mark }}", "mid"),
        Cell("{{ row.what }}", "mid"),
        Cell("{{ row.old }}"),
        Cell("{{ row.new }}", "b"),
    ]
    head = heads("序号", "更正事项", "原文书所载", "更正为")
    sheet.table((12, 22, 62, 62), [head, *each("row", "about.rows", row)], head=True)
    sheet.paras("effect")
    sheet.tag("{%p if about.remark is not none %}")
    sheet.paras("remark")
    sheet.tag("{%p endif %}")
    sheet.paras("dispose")
    docx_letter.closing(sheet)
    docx_letter.paper_receipt(sheet)
    return sheet
