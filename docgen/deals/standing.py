"""How an open instalment stands beside its payment state: the stage of dunning, the handling flag, one line of words.

Two axes (P12): what the calendar says, and what people decided. A dispute does not make an instalment less overdue; it
says that the next letter is not simply sent.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from docgen.deals.deal import Deal
from docgen.deals.handling import FlagKind, HandlingFlag, OverdueReason
from docgen.deals.milestones import ended_early_on
from docgen.deals.repaying import RepaymentPart
from docgen.deals.schedule import InstalmentStatus, PaymentState
from docgen.deals.workdays import Calendar

MAJOR_DAYS = 31
"""More than 30 days overdue is 重大逾期 (P3, R-2.5-08)."""

_WORDS = {
    PaymentState.NOT_DUE: "未到期",
    PaymentState.DUE_SOON: "到期提醒",
    PaymentState.PART_PAID: "部分回款",
    PaymentState.PAID: "已回款",
    PaymentState.WRITTEN_OFF: "已核销",
}


class Stage(StrEnum):
    """Which letter an open instalment is ripe for."""

    REMINDER = "reminder"
    OVERDUE = "overdue"
    MAJOR = "major"


def stage_of(status: InstalmentStatus) -> Stage | None:
    """Return the stage of an instalment; None while nothing is to be asked for."""
    if status.state is PaymentState.DUE_SOON:
        return Stage.REMINDER
    if status.state is not PaymentState.OVERDUE:
        return None
    return Stage.MAJOR if status.overdue_days >= MAJOR_DAYS else Stage.OVERDUE


def flag_of(deal: Deal, seq: int, *, as_of: date, calendar: Calendar) -> HandlingFlag | None:
    """Return the flag that holds for an instalment on a day: the latest recorded that is not lifted, past or broken."""
    for each in _flags(deal, seq, as_of):
        if each.flag is FlagKind.NONE:
            return None
        is_over = each.until is not None and each.until < as_of
        if not is_over and _broken_on(deal, each, as_of=as_of, calendar=calendar) is None:
            return each
    return None


def promise_broken_on(deal: Deal, seq: int, *, as_of: date, calendar: Calendar) -> date | None:
    """Return since when the last word on an instalment is a repayment plan that was not kept; None otherwise."""
    last = next(_flags(deal, seq, as_of), None)
    return _broken_on(deal, last, as_of=as_of, calendar=calendar) if last else None


def _flags(deal: Deal, seq: int, as_of: date) -> Iterator[HandlingFlag]:
    """Yield what was recorded about an instalment until a day, the latest first."""
    known = [each for each in deal.facts.flags if each.instalment in {None, seq} and each.on <= as_of]
    yield from sorted(known, key=lambda each: (each.on, each.seq), reverse=True)


def _broken_on(deal: Deal, flag: HandlingFlag, *, as_of: date, calendar: Calendar) -> date | None:
    """Return the first day on which a part of the plan behind a promise had been missed; None while it is kept."""
    plan = next((each for each in deal.repayments if each.seq == flag.repayment), None)
    if plan is None:
        return None
    payments = [
        each
        for each in deal.facts.payments
        if plan.until < each.on <= as_of and each.instalment in {None, *plan.instalments}
    ]
    owed = Decimal(0)
    for part in plan.parts:
        owed += part.amount
        last = part_due(deal, part, calendar=calendar)
        if last >= as_of:
            return None
        if sum((each.amount for each in payments if each.on <= last), Decimal(0)) < owed:
            return last + timedelta(days=1)
    return None


def part_due(deal: Deal, part: RepaymentPart, *, calendar: Calendar) -> date:
    """Return the last day for one part of a plan: an agreed date, rolled as the contract rolls fixed dates (P2)."""
    rolls = deal.terms.rolls_due_dates and deal.terms.rolls_fixed_dates
    return calendar.roll(part.on).day if rolls else part.on


def overdue_reason_of(deal: Deal, seq: int, *, as_of: date) -> OverdueReason | None:
    """Return why an instalment is late, as last told until a day; None while nobody has said."""
    told = (each for each in deal.facts.overdue_reasons if each.instalment in {None, seq} and each.on <= as_of)
    return max(told, key=lambda each: (each.on, each.seq), default=None)


def status_text(deal: Deal, status: InstalmentStatus, *, as_of: date) -> str:
    """Return the standing in one line for people: 未到期, 部分回款，逾期35天, 已核销."""
    part_paid = "部分回款，" if status.part_paid else ""
    if status.state is PaymentState.OVERDUE:
        return f"{part_paid}逾期{status.overdue_days}天"
    if status.due is None and status.balance and ended_early_on(deal, as_of=as_of):
        return f"{part_paid}合同已终止，待结算"
    if status.state in {PaymentState.DUE_SOON, PaymentState.WRITTEN_OFF}:
        return part_paid + _WORDS[status.state]
    return _WORDS[status.state]
