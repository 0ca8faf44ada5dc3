"""The Word face of 预付款通知单."""

from __future__ import annotations

import docx_letter
from docx_rows import LABELLED, one, two
from docx_sheet import Row, Sheet, wording


def make() -> Sheet:
    """Make the Word face of 预付款通知单."""
    sheet = Sheet(docx_letter.LETTER)
    docx_letter.head(sheet)
    sheet.paras("basis", keep=True)
    sheet.table(LABELLED, _payment_rows(), size=10)
    docx_letter.closing(sheet)
    docx_letter.payment_receipt(sheet)
    return sheet


def _payment_rows() -> list[Row]:
    amount, due = "{{ instalment.amount|yuan }}", wording("due")
    balance = "{{ instalment.balance|yuan }}"
    return [
        two("付款事项", wording("part"), "合同条款", "{{ instalment.clause }}"),
        two("合同总额", "{{ totals.incl|yuan }}（含税）", "付款比例", wording("share")),
        "{%tr if instalment.is_part_paid %}",
        two(wording("amount_label"), amount, "已收金额", "{{ instalment.paid|yuan }}"),
        two("本次应付余额", balance, "付款截止日", due, "b b"),
        "{%tr else %}",
        two(wording("amount_label"), amount, "付款截止日", due, "b b"),
        "{%tr endif %}",
        one("金额大写", "{{ instalment.balance|rmb }}", "b"),
        one("付款条件", wording("terms")),
        *docx_letter.account_rows(),
    ]
