"""How the record's own values read in a contract: days, amounts, shares, and what a payment hangs on.

One wording for letters, agreements and lists, so that the same term never reads two ways.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from docgen.deals.money import format_money, to_fen, uppercase_rmb
from docgen.deals.plan import Condition, InstalmentKind, TermUnit, Trigger, TriggerEvent

INSTALMENT_TITLES = {
    InstalmentKind.ADVANCE: "预付款",
    InstalmentKind.PROGRESS: "进度款",
    InstalmentKind.FINAL: "尾款",
}
_EVENTS = {
    TriggerEvent.SIGNED: "合同签订",
    TriggerEvent.NOTICE_RECEIVED: "收到付款通知",
    TriggerEvent.INVOICE_RECEIVED: "收到发票",
    TriggerEvent.DELIVERED: "全部交付",
    TriggerEvent.ACCEPTED: "验收合格",
    TriggerEvent.WARRANTY_ENDED: "质保期满",
}
_NUMBERED_EVENTS = {TriggerEvent.DELIVERED: "第{}次交付", TriggerEvent.ACCEPTED: "第{}次交付验收合格"}
_UNITS = {TermUnit.DAY: "日", TermUnit.WORKDAY: "个工作日", TermUnit.MONTH: "个月"}


def day_words(day: date) -> str:
    """Return a day as letters write it, 2024年3月11日 (GB/T 9704: no leading zero)."""
    return f"{day.year}年{day.month}月{day.day}日"


def amount_words(amount: Decimal) -> str:
    """Return an amount in figures and words: ¥285,000.00（人民币贰拾捌万伍仟元整）."""
    return f"¥{format_money(amount)}（人民币{uppercase_rmb(to_fen(amount))}）"


def percent_words(share: Decimal) -> str:
    """Return a share of one as a percentage without idle zeros: 0.3 → 30%, 0.125 → 12.5%."""
    return f"{plain(share * 100)}%"


def plain(number: Decimal) -> str:
    """Return a number without idle zeros or exponent: 5.0000 → 5."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def trigger_words(trigger: Trigger) -> str:
    """Return what a payment hangs on: 验收合格且收到发票后30日内."""
    events = "且".join(_event_words(each) for each in trigger.all_of)
    if trigger.term:
        return f"{events}后{trigger.term}{_UNITS[trigger.unit]}内"
    is_fixed = all(each.event is TriggerEvent.FIXED_DATE for each in trigger.all_of)
    return f"最迟于{events}" if is_fixed else f"{events}当日"


def _event_words(condition: Condition) -> str:
    if condition.event is TriggerEvent.FIXED_DATE:
        return day_words(condition.on) if condition.on else "约定日期"
    if condition.number is not None and condition.event in _NUMBERED_EVENTS:
        return _NUMBERED_EVENTS[condition.event].format(condition.number)
    return _EVENTS[condition.event]
