"""Parts of a letter in Word, as the partials of `templates/_shared` are in the PDF: same order, same words."""

from __future__ import annotations

from dataclasses import replace

from docx_rows import LABELLED, all_marked, each, heads, one, or_dash, two
from docx_sheet import BLANK_DAY, CENTRE, HEI, RIGHT, SEAL, TEXT_WIDTH, Cell, Look, Page, Row, Sheet, wording

LETTER = Page(top=23, bottom=19, size=10.5, line=15, is_letter=True)
_CASH = (27.0, 27.0, 27.0, 28.0, 29.0, 20.0)
_LIST = (12.0, 20.0, 45.0, 31.0, 25.0, 25.0)
_RUNS = (72.0, 12.0, 29.0, 16.0, 29.0)


def kept(sheet: Sheet) -> Look:
    """Return the look of text that stays with what follows."""
    return replace(sheet.text, keep=True)


def head(sheet: Sheet) -> None:
    """Add letterhead, title, the two numbers and the addressee (`letter-head.html`)."""
    sheet.letterhead()
    sheet.title(18)
    small = Look(10, 14)
    left, right = sheet.columns(TEXT_WIDTH / 2, TEXT_WIDTH / 2)
    sheet.put(left, wording("letter_number"), small)
    sheet.put(right, wording("document_number"), replace(small, align=RIGHT))
    sheet.add(wording("addressee"), replace(sheet.text, before=3))


def account_rows() -> list[list[Cell]]:
    """Return the rows on account, invoice and contact (`account-rows.html`)."""
    return [
        one("收款户名", "{{ account.holder|name }}"),
        two("开户银行", "{{ account.bank }}", "联行号", wording("bank_code")),
        one("收款账号", "{{ account.number|account }}", "b"),
        one("发票安排", wording("invoice")),
        one("我方联系人", wording("contact")),
    ]


def payment_table(sheet: Sheet) -> None:
    """Add the amount in words, the condition and the account (`payment-table.html`)."""
    rows = [
        one("未付余额大写", "{{ instalment.balance|rmb }}", "b"),
        one("付款条件", wording("terms")),
        *account_rows(),
    ]
    kept_rows = [all_marked(row, "keep") for row in rows[:-1]]
    sheet.table(LABELLED, [*kept_rows, rows[-1]], size=10)


def dues(sheet: Sheet) -> None:
    """Add 应付, 已付, 未付 of the instalment (`dues.html`)."""
    amounts = (("amount", "num"), ("paid", "num"), ("balance", "num b"))
    row = [
        Cell(wording("part"), "mid"),
        *(Cell("{{ instalment." + name + "|yuan }}", marks) for name, marks in amounts),
        Cell(wording("due"), "mid"),
        Cell(wording("dues_state"), "mid"),
    ]
    head_row = heads("款项", "应付金额", "已付金额", "未付余额", "付款截止日", wording("dues_state_label"))
    sheet.table(_CASH, [head_row, row], size=10)


def late_facts(sheet: Sheet) -> None:
    """Add what was agreed and done, the letters that went before, and what is late."""
    sheet.add(wording("contract_signed") + wording("performed_facts"), sheet.para_look)
    sheet.tag("{%p if dunning.letters|length > 0 %}")
    sheet.paras("earlier_letters")
    sheet.tag("{%p endif %}")
    sheet.paras("late_facts", keep=True)


def penalty(sheet: Sheet) -> None:
    """Add the grounds of the penalty, its runs of days and what comes of it (`penalty.html`)."""
    sheet.paras("penalty_basis", keep=True)
    sheet.tag("{%p if penalty.is_claimed %}")
    run = [
        Cell("{{ run.from_day|day }}至{{ run.to_day|day }}", "mid"),
        Cell("{{ run.days }}", "num"),
        Cell("{{ run.base|yuan }}", "num"),
        Cell("{{ run.rate|percent }}", "num"),
        Cell("{{ run.amount|price }}", "num"),
    ]
    rows: list[Row] = [
        heads("计算期间（含首尾两日）", "天数", "计算基数", "日费率", "{{ penalty.name }}（元）"),
        *each("run", "penalty.rows", run),
        [Cell(wording("penalty_sum_label"), "b", 4), Cell("{{ penalty.uncapped|yuan }}", "num b")],
        [Cell(wording("penalty_claim_label"), "b", 4), Cell("{{ penalty.amount|yuan }}", "num b")],
        [Cell("{{ penalty.name }}大写", "b", 2), Cell("{{ penalty.amount|rmb }}", "b", 3)],
        [Cell(wording("claim_label"), "b", 4), Cell("{{ penalty.claim|yuan }}", "num b")],
    ]
    sheet.table(_RUNS, rows, size=10, head=True)
    sheet.paras("penalty_further")
    sheet.tag("{%p endif %}")


def attachments(sheet: Sheet) -> None:
    """Add the list of what goes out with the letter (`attachments.html`)."""
    sheet.tag("{%p if attachments.rows|length > 0 %}")
    sheet.add("附件清单", replace(sheet.text, font=HEI, bold=True, before=4, keep=True))
    row = [
        Cell("{{ row.index }}", "mid"),
        Cell("{{ row.what }}"),
        Cell(or_dash("row.number", "|number")),
        Cell(or_dash("row.on", "|day"), "mid"),
        Cell(or_dash("row.amount", "|yuan"), "num"),
        Cell("{{ row.note }}"),
    ]
    head_row = heads("序号", "附件", "编号或号码", "日期", "金额", "说明")
    sheet.table(_LIST, [head_row, *each("row", "attachments.rows", row)], size=10, head=True)
    sheet.tag("{%p endif %}")


def closing(sheet: Sheet) -> None:
    """Add the last sentences, our name and the day beside the room for our seal (`closing.html`)."""
    text, _ = sheet.columns(TEXT_WIDTH - SEAL - 2, SEAL + 2, height=SEAL)
    for key in ("closing_lead", "closing"):
        sheet.put(text, wording(key), replace(kept(sheet), indent=True))
    sheet.put(text, "{{ company.name|name }}", replace(kept(sheet), align=RIGHT, after=0))
    sheet.put(text, wording("issued_on"), replace(sheet.text, align=RIGHT, after=0))


def payment_receipt(sheet: Sheet) -> None:
    """Add the receipt on which the customer says what it pays and when (`receipt-payment.html`)."""
    text = _receipt(sheet)
    sheet.put(text, "付款金额：", kept(sheet), blank="　" * 9).add_run("元")
    sheet.put(text, f"付款日期：{BLANK_DAY}", kept(sheet))
    sheet.put(text, f"预计到账日期：{BLANK_DAY}", kept(sheet))
    _signed(sheet, text)


def paper_receipt(sheet: Sheet) -> None:
    """Add the receipt on which the customer says what became of a wrong or void paper (`receipt-paper.html`)."""
    text = _receipt(sheet)
    sheet.put(text, "原文书处理：" + wording("receipt_choice"), kept(sheet))
    _signed(sheet, text)


def _receipt(sheet: Sheet) -> object:
    look = Look(12, 17, font=HEI, bold=True, align=CENTRE, before=4, keep=True)
    title = sheet.add(wording("receipt_title"), look)
    sheet.border(title, "top", style="dashed", eighths=6)
    text, seal = sheet.columns(TEXT_WIDTH - SEAL - 2, SEAL + 2, height=SEAL + 5)
    sheet.put(seal, wording("receipt_seal"), Look(9, 12, align=CENTRE, keep=True))
    sheet.put(text, wording("receipt_to"), kept(sheet))
    sheet.put(text, wording("receipt_text"), replace(kept(sheet), indent=True))
    return text


def _signed(sheet: Sheet, text: object) -> None:
    sheet.put(text, "备注：", kept(sheet), blank="　" * 23)
    _ended(sheet, text)


def account_columns(sheet: Sheet) -> None:
    """Add the account to pay to, without invoice and condition."""
    sheet.table(LABELLED, account_rows()[:3], size=10)


def statement_receipt(sheet: Sheet) -> None:
    """Add the receipt on which the customer confirms the sums or says what is wrong (`receipt-statement.html`)."""
    text = _receipt(sheet)
    sheet.put(text, "核对结果：□ 金额无误　　□ 金额有误", kept(sheet))
    sheet.put(text, "有误的期次、金额及依据：", kept(sheet), blank="　" * 16)
    sheet.put(text, f"未付款预计付款日期：{BLANK_DAY}", kept(sheet))
    _ended(sheet, text)


def account_receipt(sheet: Sheet) -> None:
    """Add the receipt on which the customer says how it verified the new account (`receipt-account.html`)."""
    text = _receipt(sheet)
    sheet.put(text, "核实方式：", kept(sheet), blank="　" * 21)
    _ended(sheet, text)


def _ended(sheet: Sheet, text: object) -> None:
    sheet.put(text, "经办人（签字）：", kept(sheet), blank="　" * 8)
    sheet.put(text, f"签收日期：{BLANK_DAY}", kept(sheet))
    sheet.add(wording("receipt_return"), Look(9, 12, after=0))
