"""The Word face of 催告函."""

from __future__ import annotations

import docx_letter
from docx_sheet import Look, Sheet, wording


def make() -> Sheet:
    """Make the Word face of 催告函."""
    sheet = Sheet(docx_letter.LETTER)
    docx_letter.head(sheet)
    docx_letter.late_facts(sheet)
    docx_letter.dues(sheet)
    docx_letter.penalty(sheet)
    sheet.paras("law", "demand", "ground", "consequence")
    docx_letter.payment_table(sheet)
    docx_letter.attachments(sheet)
    docx_letter.closing(sheet)
    sheet.add(wording("copy_note"), Look(9, 12))
    docx_letter.payment_receipt(sheet)
    return sheet
