"""The Word face of 逾期催收函."""

from __future__ import annotations

import docx_letter
from docx_sheet import Sheet


def make() -> Sheet:
    """Make the Word face of 逾期催收函."""
    sheet = Sheet(docx_letter.LETTER)
    docx_letter.head(sheet)
    docx_letter.late_facts(sheet)
    docx_letter.dues(sheet)
    docx_letter.penalty(sheet)
    sheet.paras("demand")
    docx_letter.payment_table(sheet)
    sheet.paras("consequence")
    docx_letter.attachments(sheet)
    docx_letter.closing(sheet)
    docx_letter.payment_receipt(sheet)
    return sheet
