"""The Word face of 尾款催收函."""

from __future__ import annotations

import docx_letter
from docx_sheet import Sheet, wording


def make() -> Sheet:
    """Make the Word face of 尾款催收函."""
    sheet = Sheet(docx_letter.LETTER)
    docx_letter.head(sheet)
    sheet.add(wording("contract_signed") + wording("performed") + wording("warranty"), sheet.para_look)
    sheet.paras("request", keep=True)
    docx_letter.dues(sheet)
    sheet.tag("{%p if instalment.overdue_days > 0 %}")
    docx_letter.penalty(sheet)
    sheet.paras("demand")
    sheet.tag("{%p endif %}")
    docx_letter.payment_table(sheet)
    docx_letter.attachments(sheet)
    docx_letter.closing(sheet)
    docx_letter.payment_receipt(sheet)
    return sheet
