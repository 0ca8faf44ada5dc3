"""The Word face of 预付款通知单."""

from __future__ import annotations

from dataclasses import replace

from docx_rows import LABELLED, one, two
from docx_sheet import BLANK_DAY, CENTRE, HEI, RIGHT, SEAL, TEXT_WIDTH, Look, Page, Row, Sheet, wording


def make() -> Sheet:
    """Make the Word face of 预付款通知单."""
    sheet = Sheet(Page(top=23, bottom=19, size=10.5, line=15, is_letter=True))
    sheet.letterhead()
    sheet.title(18)
    small = Look(10, 14)
    left, right = sheet.columns(TEXT_WIDTH / 2, TEXT_WIDTH / 2)
    sheet.put(left, wording("letter_number"), small)
    sheet.put(right, wording("document_number"), replace(small, align=RIGHT))
    sheet.add(wording("addressee"), replace(sheet.text, before=3))
    sheet.paras("basis", keep=True)
    sheet.table(LABELLED, _payment_rows(), size=10)
    kept = replace(sheet.text, keep=True)
    text, _ = sheet.columns(TEXT_WIDTH - SEAL - 2, SEAL + 2, height=SEAL)
    for key in ("remittance", "closing"):
        sheet.put(text, wording(key), replace(kept, indent=True))
    sheet.put(text, "{{ company.name|name }}", replace(kept, align=RIGHT, after=0))
    sheet.put(text, wording("issued_on"), replace(sheet.text, align=RIGHT, after=0))
    _receipt(sheet, kept)
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
        one("收款户名", "{{ account.holder|name }}"),
        two("开户银行", "{{ account.bank }}", "联行号", wording("bank_code")),
        one("收款账号", "{{ account.number|account }}", "b"),
        one("发票安排", wording("invoice")),
        one("我方联系人", wording("contact")),
    ]


def _receipt(sheet: Sheet, kept: Look) -> None:
    title = sheet.add(wording("receipt_title"), Look(12, 17, font=HEI, bold=True, align=CENTRE, before=4, keep=True))
    sheet.border(title, "top", style="dashed", eighths=6)
    text, seal = sheet.columns(TEXT_WIDTH - SEAL - 2, SEAL + 2, height=SEAL + 5)
    sheet.put(text, wording("receipt_to"), kept)
    sheet.put(text, wording("receipt_text"), replace(kept, indent=True))
    sheet.put(text, "付款金额：", kept, blank="　" * 9).add_run("元")
    sheet.put(text, f"付款日期：{BLANK_DAY}", kept)
    sheet.put(text, f"预计到账日期：{BLANK_DAY}", kept)
    sheet.put(text, "备注：", kept, blank="　" * 23)
    sheet.put(text, "经办人（签字）：", kept, blank="　" * 8)
    sheet.put(text, f"签收日期：{BLANK_DAY}", kept)
    sheet.put(seal, wording("receipt_seal"), Look(9, 12, align=CENTRE, keep=True))
    sheet.add(wording("receipt_return"), Look(9, 12, after=0))
