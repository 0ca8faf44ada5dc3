"""The Word face of 对账单 and 到期提醒函."""

from __future__ import annotations

import docx_letter
from docx_rows import each, heads
from docx_sheet import Cell, Sheet


def make() -> Sheet:
    """Make the Word face of 对账单."""
    sheet = Sheet(docx_letter.LETTER)
    docx_letter.head(sheet)
    sheet.paras("contract_signed")
    sheet.paras("lead", keep=True)
    _sums(sheet)
    for condition, key in (("soon", "soon"), ("past", "past"), ("left_out", "left_out")):
        sheet.tag("{%p if statement." + condition + "|length > 0 %}")
        sheet.paras(key)
        sheet.tag("{%p endif %}")
    sheet.paras("waiver")
    docx_letter.account_columns(sheet)
    docx_letter.closing(sheet)
    docx_letter.statement_receipt(sheet)
    return sheet


def _sums(sheet: Sheet) -> None:
    due = (
        "{% if row.due is none %}{{ row.trigger_text }}{% else %}{{ row.due|day }}"
        "{% if row.is_provisional %}（暂定）{% endif %}{% endif %}"
    )
    row = [
        Cell("第{{ row.seq }}期{{ row.title }}", "mid"),
        *(Cell("{{ row." + name + "|yuan }}", "num") for name in ("amount", "paid", "balance")),
        Cell(due, "mid"),
        Cell("{{ row.state_words }}", "mid"),
    ]
    rows = [
        heads("款项", "应付本金", "已付本金", "未付本金", "付款截止日", "状态"),
        *each("row", "statement.rows", row),
        [
            Cell("合计", "mid b keep"),
            *(Cell("{{ statement." + name + "|yuan }}", "num b keep") for name in ("amount", "paid", "balance")),
            Cell("", "keep", 2),
        ],
        [Cell("未付本金大写", "mid b"), Cell("{{ statement.balance|rmb }}", "b", 5)],
    ]
    sheet.table((25.0, 26.0, 25.5, 26.5, 32.0, 23.0), rows, size=10, head=True)
