"""The Word face of 账户变更函."""

from __future__ import annotations

import docx_letter
from docx_rows import heads, or_dash
from docx_sheet import Cell, Row, Sheet, wording

_ROWS = (("收款户名", "holder|name"), ("开户银行", "bank"), ("收款账号", "number|account"))


def make() -> Sheet:
    """Make the Word face of 账户变更函."""
    sheet = Sheet(docx_letter.LETTER)
    docx_letter.head(sheet)
    sheet.add(wording("contract_signed") + wording("reason"), sheet.para_look)
    sheet.paras("change", keep=True)
    day = "{{ account_change.on|day }}"
    rows: list[Row] = [heads("项目", f"原账户（{day}起停止使用）", f"新账户（{day}起使用）")]
    for label, value in _ROWS:
        mark = "b" if label == "收款账号" else ""
        old, new = ("{{ account_change." + side + "." + value + " }}" for side in ("old", "new"))
        rows.append([Cell(label, "th"), Cell(old), Cell(new, mark)])
    codes = (or_dash(f"account_change.{side}.bank_code", "|number") for side in ("old", "new"))
    rows.append([Cell("联行号", "th"), *(Cell(code) for code in codes)])
    sheet.table((25.0, 66.5, 66.5), rows, size=10, head=True)
    sheet.paras("effect", "verify", "contact_us")
    docx_letter.closing(sheet)
    docx_letter.account_receipt(sheet)
    return sheet
