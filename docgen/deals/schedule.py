"""Who owes what and when, as of a day: instalments with due days and balances, the warranty, our delivery day.

A due day is counted from the latest of the events the instalment hangs on (P11), that day itself not counted (P1).
The contract's day is kept as nominal; where it falls on a rest day the due day is the next working day (P2). A fixed
date and the end of the warranty are certain days and start a term even before they come; all other events must have
happened by the day asked about.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from docgen.deals.allocation import allocate
from docgen.deals.amending import terms_as_of
from docgen.deals.deal import Deal
from docgen.deals.milestones import accepted_on, delivered_on, signed_on
from docgen.deals.money import split, to_fen, uppercase_rmb
from docgen.deals.plan import Condition, Instalment, InstalmentKind, TriggerEvent
from docgen.deals.terms import Terms
from docgen.deals.wording import INSTALMENT_TITLES, trigger_words
from docgen.deals.workdays import Calendar, Rolled, add_months, add_term

REMIND_DAYS = 7
"""An instalment is due soon this many days before its due day and on it (P12)."""


class PaymentState(StrEnum):
    """The payment axis of P12; an overdue part-paid instalment is overdue, with `part_paid` beside it."""

    NOT_DUE = "not_due"
    DUE_SOON = "due_soon"
    PART_PAID = "part_paid"
    OVERDUE = "overdue"
    PAID = "paid"


@dataclass(frozen=True, slots=True)
class DueDay:
    """A day something must be done by: as the contract gives it, and rolled past rest days."""

    nominal: date
    due: date
    is_provisional: bool


@dataclass(frozen=True, slots=True)
class InstalmentStatus:
    """One instalment as of a day; amounts in 元, days as dates, None where the clock has not started."""

    seq: int
    kind: InstalmentKind
    title: str
    share: Decimal | None
    amount: Decimal
    upper: str
    trigger_text: str
    clause: str
    triggered_on: date | None
    due_nominal: date | None
    due: date | None
    is_provisional: bool
    paid: Decimal
    balance: Decimal
    state: PaymentState
    part_paid: bool
    overdue_days: int


@dataclass(frozen=True, slots=True)
class WarrantyPeriod:
    """The first and the last day of the warranty; it has ended from the day after."""

    starts_on: date
    ends_on: date


def schedule(
    deal: Deal, *, as_of: date, calendar: Calendar, remind_days: int = REMIND_DAYS
) -> tuple[InstalmentStatus, ...]:
    """Return every instalment of the plan in force on a day, with due days, payments and state, in plan order."""
    terms = terms_as_of(deal, as_of=as_of).terms
    amounts = split(terms.total, terms.plan)
    started = [_triggered_on(deal, part, as_of=as_of) for part in terms.plan]
    dues = [
        _payment_due(terms, part, start, calendar) if start else None
        for part, start in zip(terms.plan, started, strict=True)
    ]
    order = {part.seq: due.due if due else date.max for part, due in zip(terms.plan, dues, strict=True)}
    owed = {part.seq: amount for part, amount in zip(terms.plan, amounts, strict=True)}
    paid = allocate(owed, order=order, payments=[each for each in deal.facts.payments if each.on <= as_of])
    rows = zip(terms.plan, amounts, started, dues, strict=True)
    remind = timedelta(days=remind_days)
    return tuple(
        _status(part, amount, start, due, paid=paid[part.seq], as_of=as_of, remind=remind)
        for part, amount, start, due in rows
    )


def _status(  # noqa: PLR0913  # the columns of one row
    part: Instalment,
    amount: Decimal,
    start: date | None,
    due: DueDay | None,
    *,
    paid: Decimal,
    as_of: date,
    remind: timedelta,
) -> InstalmentStatus:
    balance = amount - paid
    late = (as_of - due.due).days if due and balance else 0
    state = PaymentState.PAID if not balance else _open_state(due, as_of=as_of, remind=remind, is_part_paid=paid > 0)
    return InstalmentStatus(
        seq=part.seq,
        kind=part.kind,
        title=INSTALMENT_TITLES[part.kind],
        share=part.share,
        amount=amount,
        upper=uppercase_rmb(to_fen(amount)),
        trigger_text=trigger_words(part.trigger),
        clause=part.clause,
        triggered_on=start,
        due_nominal=due.nominal if due else None,
        due=due.due if due else None,
        is_provisional=bool(due and due.is_provisional),
        paid=paid,
        balance=balance,
        state=state,
        part_paid=bool(paid and balance),
        overdue_days=max(late, 0),
    )


def _open_state(due: DueDay | None, *, as_of: date, remind: timedelta, is_part_paid: bool) -> PaymentState:
    if due and as_of > due.due:
        return PaymentState.OVERDUE
    if due and as_of >= due.due - remind:
        return PaymentState.DUE_SOON
    return PaymentState.PART_PAID if is_part_paid else PaymentState.NOT_DUE


def _payment_due(terms: Terms, part: Instalment, start: date, calendar: Calendar) -> DueDay:
    nominal = add_term(start, part.trigger.term, unit=part.trigger.unit, calendar=calendar)
    is_fixed = not part.trigger.term and all(each.event is TriggerEvent.FIXED_DATE for each in part.trigger.all_of)
    return _due_day(terms, nominal, is_fixed=is_fixed, calendar=calendar)


def _due_day(terms: Terms, nominal: Rolled, *, is_fixed: bool, calendar: Calendar) -> DueDay:
    rolls = terms.rolls_due_dates and (terms.rolls_fixed_dates or not is_fixed)
    due = calendar.roll(nominal.day) if rolls else Rolled(nominal.day)
    return DueDay(nominal=nominal.day, due=due.day, is_provisional=nominal.is_provisional or due.is_provisional)


def _triggered_on(deal: Deal, part: Instalment, *, as_of: date) -> date | None:
    days = [_happened_on(deal, condition, part, as_of=as_of) for condition in part.trigger.all_of]
    known = [day for day in days if day]
    return max(known) if len(known) == len(days) else None


def _happened_on(deal: Deal, condition: Condition, part: Instalment, *, as_of: date) -> date | None:
    match condition.event:
        case TriggerEvent.FIXED_DATE:
            return condition.on
        case TriggerEvent.WARRANTY_ENDED:
            period = warranty_period(deal, as_of=as_of)
            return period.ends_on if period else None
        case TriggerEvent.NOTICE_RECEIVED:
            return _notified_on(deal, part, as_of=as_of)
        case TriggerEvent.INVOICE_RECEIVED:
            return _invoiced_on(deal, part, as_of=as_of)
        case _:
            return _reached_on(deal, condition, as_of=as_of)


def _reached_on(deal: Deal, condition: Condition, *, as_of: date) -> date | None:
    if condition.event is TriggerEvent.SIGNED:
        return signed_on(deal, as_of=as_of)
    asked = delivered_on if condition.event is TriggerEvent.DELIVERED else accepted_on
    return asked(deal, number=condition.number, as_of=as_of)


def _notified_on(deal: Deal, part: Instalment, *, as_of: date) -> date | None:
    """Return the day the first notice for this instalment arrived; one without an instalment means all."""
    days = (each.received_on for each in deal.facts.notices if each.instalment in {None, part.seq})
    return min((day for day in days if day <= as_of), default=None)


def _invoiced_on(deal: Deal, part: Instalment, *, as_of: date) -> date | None:
    """Return the day the received invoices for this instalment came to its amount."""
    terms = terms_as_of(deal, as_of=as_of).terms
    wanted = dict(zip((each.seq for each in terms.plan), split(terms.total, terms.plan), strict=True))[part.seq]
    own = {part.seq} if len(terms.plan) > 1 else {part.seq, None}
    received = sorted(
        (each.received_on, each.amount)
        for each in deal.facts.invoices
        if each.instalment in own and each.received_on and each.received_on <= as_of
    )
    reached = Decimal(0)
    for day, amount in received:
        reached += amount
        if reached >= wanted:
            return day
    return None


def warranty_period(deal: Deal, *, as_of: date) -> WarrantyPeriod | None:
    """Return the warranty's days; None without a warranty or before everything passed acceptance (R-2.3-06).

    The day of acceptance starts the period and is not counted; the last day is the corresponding day of the last
    month (民法典 201, 202): accepted 2024-03-26, 12 months, ends with 2025-03-26.
    """
    warranty = terms_as_of(deal, as_of=as_of).terms.warranty
    accepted = accepted_on(deal, as_of=as_of)
    if warranty is None or accepted is None:
        return None
    return WarrantyPeriod(starts_on=accepted, ends_on=add_months(accepted, warranty.months))


def delivery_due(deal: Deal, *, as_of: date, calendar: Calendar) -> DueDay | None:
    """Return the day we must deliver by under the terms in force; None where it counts from an unsigned contract."""
    terms = terms_as_of(deal, as_of=as_of).terms
    if terms.delivery.due:
        return _due_day(terms, Rolled(terms.delivery.due), is_fixed=True, calendar=calendar)
    signed = signed_on(deal, as_of=as_of)
    if not signed or not terms.delivery.days_after_signing:
        return None
    nominal = Rolled(signed + timedelta(days=terms.delivery.days_after_signing))
    return _due_day(terms, nominal, is_fixed=False, calendar=calendar)
