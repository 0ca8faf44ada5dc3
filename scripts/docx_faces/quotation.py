"""The Word face of 报价单."""

from __future__ import annotations

from dataclasses import replace

import docx_offer as offer
from docx_rows import LABELLED, one
from docx_sheet import RIGHT, TEXT_WIDTH, Look, Page, Row, Sheet, wording


def make() -> Sheet:
    """Make the Word face of 报价单."""
    sheet = Sheet(Page(top=23, bottom=20, size=10.5, line=15.5, is_letter=True))
    sheet.letterhead()
    sheet.title()
    small = Look(10, 14)
    left, right = sheet.columns(TEXT_WIDTH / 2, TEXT_WIDTH / 2)
    sheet.put(left, wording("document_number"), small)
    sheet.put(right, wording("issued_on"), replace(small, align=RIGHT))
    sheet.add(wording("addressee"), replace(sheet.text, size=11.5, bold=True, before=3, keep=True))
    rows: list[Row] = [one("项目名称", wording("project"))]
    rows += [one("联系人", wording("attention")), one("报价人", wording("quote_seller"))]
    sheet.table(LABELLED, rows, size=10)
    offer.price_head(sheet, "一、" + wording("quote_prices_title"))
    offer.prices(sheet)
    sheet.head("quote_terms_title", number="二、")
    offer.terms(sheet)
    sheet.head("quote_plan_title", number="三、")
    offer.plan(sheet, keep=True)
    sheet.paras("quote_nature", keep=True)
    sheet.add("", Look(4, 5, after=0, keep=True))
    offer.signature(sheet)
    return sheet
