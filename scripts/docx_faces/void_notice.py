"""The Word face of 作废通知."""

from __future__ import annotations

from dataclasses import replace

import docx_letter
from docx_rows import LABELLED, one, two
from docx_sheet import Row, Sheet, wording


def make() -> Sheet:
    """Make the Word face of 作废通知."""
    sheet = Sheet(replace(docx_letter.LETTER, size=11, line=17))
    docx_letter.head(sheet)
    sheet.paras("contract_signed")
    sheet.paras("voided", keep=True)
    sheet.table(LABELLED, _rows())
    sheet.paras("effect", "dispose")
    docx_letter.closing(sheet)
    docx_letter.paper_receipt(sheet)
    return sheet


def _rows() -> list[Row]:
    return [
        two("文书名称", "{{ about.title }}", "文书编号", "{{ about.number|number }}"),
        two("函号", wording("about_letter"), "出具日期", "{{ about.dated|day }}"),
        two(wording("ended_label"), "{{ about.ended_on|day }}", "替换文书", wording("newer"), "b "),
        one("原因", wording("reason")),
    ]
