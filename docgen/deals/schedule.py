"""Who owes what and when, as of a day: instalments with due days and balances, the warranty, our delivery day.

A due day is counted from the latest of the events the instalment hangs on (P11), that day itself not counted (P1).
The contract's day is kept as nominal; where it falls on a rest day the due day is the next working day (P2). A fixed
date and the end of the warranty are certain days and start a term even before they come; all other events must have
happened by the day asked about. Where the contract ended early, certain days still to come start nothing any more
(民法典 566: what is not yet performed need not be).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from docgen.deals.accrual import Before, Debt, Paid
from docgen.deals.allocation import paid_by_day, principal_by_day
from docgen.deals.amending import terms_as_of
from docgen.deals.deal import Deal
from docgen.deals.milestones import accepted_on, delivered_on, ended_early_on, signed_on
from docgen.deals.money import split, to_fen, uppercase_rmb
from docgen.deals.plan import Condition, Instalment, InstalmentKind, TriggerEvent
from docgen.deals.refunds import payments_kept
from docgen.deals.remembered import remembered
from docgen.deals.terms import PaymentOrder, Terms
from docgen.deals.wording import INSTALMENT_TITLES, trigger_words
from docgen.deals.workdays import Calendar, Rolled, add_months, add_term

_NOTHING = Decimal("0.00")


class PaymentState(StrEnum):
    """The payment axis of P12; an overdue part-paid instalment is overdue, with `part_paid` beside it.

    Due soon is from the contract's `remind_days` before the due day until that day. Written off is only what a person
    gave up; money that comes afterwards is still counted as paid.
    """

    NOT_DUE = "not_due"
    DUE_SOON = "due_soon"
    PART_PAID = "part_paid"
    OVERDUE = "overdue"
    PAID = "paid"
    WRITTEN_OFF = "written_off"


@dataclass(frozen=True, slots=True)
class DueDay:
    """A day something must be done by: as the contract gives it, and rolled past rest days."""

    nominal: date
    due: date
    is_provisional: bool


@dataclass(frozen=True, slots=True)
class InstalmentStatus:
    """One instalment as of a day; amounts in 元, days as dates, None where the clock has not started.

    Amount = paid + written off + balance, always.
    """

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
    written_off: Decimal = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class WarrantyPeriod:
    """The first and the last day of the warranty; it has ended from the day after."""

    starts_on: date
    ends_on: date


@dataclass(frozen=True, slots=True)
class PlanPart:
    """An instalment of the plan in force with what it comes to and the days its clock gives."""

    part: Instalment
    amount: Decimal
    started_on: date | None
    due: DueDay | None


@remembered
def plan_parts(deal: Deal, *, as_of: date, calendar: Calendar) -> tuple[PlanPart, ...]:
    """Return the plan in force on a day with amounts in 元 and due days, in plan order."""
    terms = terms_as_of(deal, as_of=as_of).terms
    found = []
    for part, amount in zip(terms.plan, split(terms.total, terms.plan), strict=True):
        start = _triggered_on(deal, part, as_of=as_of)
        found.append(PlanPart(part, amount, start, _payment_due(terms, part, start, calendar) if start else None))
    return tuple(found)


def paid_until(deal: Deal, parts: Sequence[PlanPart], *, until: date) -> dict[int, Decimal]:
    """Return what payments until a day, that day included, have paid on each instalment itself, in 元."""
    past = settled_by_day(deal, parts, until=until)
    return dict(past[-1].principal) if past else {each.part.seq: Decimal("0.00") for each in parts}


def settled_by_day(deal: Deal, parts: Sequence[PlanPart], *, until: date) -> tuple[Paid, ...]:
    """Return what was paid by the end of each pay day until a day, of instalments and of penalties, oldest first.

    Money that went back was there until the end of its day: a refund takes no past day back.
    """
    terms = deal.terms  # no change touches the clause on late payment or the order of payments
    if terms.payment_order is not PaymentOrder.PENALTY_FIRST or terms.late_payment is None:
        came, went = deal.facts.payments, deal.facts.refunds
        moves = {day for day in (*(each.on for each in came), *(each.on for each in went)) if day <= until}
        return principal_by_day(debts(deal, parts), {day: payments_kept(deal, until=day) for day in sorted(moves)})
    payments = payments_kept(deal, until=until)
    return paid_by_day(debts(deal, parts), payments, order=terms.payment_order, clause=terms.late_payment)


def debts(deal: Deal, parts: Sequence[PlanPart]) -> tuple[Debt, ...]:
    """Return the instalments as what is owed: amount, due day, the day one was written off, and smaller amounts before.

    `parts` are those of the plan in force on the day asked about.
    """
    total = sum((each.amount for each in parts), Decimal("0.00"))
    earlier = _earlier_amounts(deal)
    return tuple(
        Debt(
            each.part.seq,
            each.amount,
            each.due.due if each.due else None,
            written_off_on(deal, each.part.seq, as_of=date.max),
            tuple(
                Before(day, min(old.get(each.part.seq, _NOTHING), each.amount), min(whole, total))
                for day, old, whole in earlier
            ),
        )
        for each in parts
    )


def _earlier_amounts(deal: Deal) -> tuple[tuple[date, dict[int, Decimal], Decimal], ...]:
    """Return the last day of each version of the contract but the newest, with its amounts by instalment and total.

    The day a change comes into force still bears the earlier price, as a pay day bears the earlier balance.
    """
    if not any(each.new.total or each.new.plan for each in deal.changes):
        return ()
    found = []
    for day in sorted({each.later_day for each in deal.facts.change_signatures}):
        terms = terms_as_of(deal, as_of=day - timedelta(days=1)).terms
        amounts = dict(zip((each.seq for each in terms.plan), split(terms.total, terms.plan), strict=True))
        found.append((day, amounts, terms.total))
    return tuple(found)


def written_off_on(deal: Deal, seq: int, *, as_of: date) -> date | None:
    """Return the day the rest of an instalment was written off; None while it was not."""
    days = (each.on for each in deal.facts.write_offs if each.instalment == seq)
    return min((day for day in days if day <= as_of), default=None)


def schedule(deal: Deal, *, as_of: date, calendar: Calendar) -> tuple[InstalmentStatus, ...]:
    """Return every instalment of the plan in force on a day, with due days, payments and state, in plan order."""
    parts = plan_parts(deal, as_of=as_of, calendar=calendar)
    paid = paid_until(deal, parts, until=as_of)
    remind = timedelta(days=deal.terms.remind_days)
    return tuple(
        _status(
            each,
            paid=paid[each.part.seq],
            is_written_off=written_off_on(deal, each.part.seq, as_of=as_of) is not None,
            as_of=as_of,
            remind=remind,
        )
        for each in parts
    )


def _status(
    planned: PlanPart, *, paid: Decimal, is_written_off: bool, as_of: date, remind: timedelta
) -> InstalmentStatus:
    part, amount, due = planned.part, planned.amount, planned.due
    given_up = amount - paid if is_written_off else Decimal("0.00")
    balance = amount - paid - given_up
    late = (as_of - due.due).days if due and balance else 0
    return InstalmentStatus(
        seq=part.seq,
        kind=part.kind,
        title=INSTALMENT_TITLES[part.kind],
        share=part.share,
        amount=amount,
        upper=uppercase_rmb(to_fen(amount)),
        trigger_text=trigger_words(part.trigger),
        clause=part.clause,
        triggered_on=planned.started_on,
        due_nominal=due.nominal if due else None,
        due=due.due if due else None,
        is_provisional=bool(due and due.is_provisional),
        paid=paid,
        balance=balance,
        state=_state(due, paid=paid, balance=balance, given_up=given_up, as_of=as_of, remind=remind),
        part_paid=bool(paid and paid < amount),
        overdue_days=max(late, 0),
        written_off=given_up,
    )


def _state(  # noqa: PLR0913  # all that a state depends on
    due: DueDay | None, *, paid: Decimal, balance: Decimal, given_up: Decimal, as_of: date, remind: timedelta
) -> PaymentState:
    if given_up:
        return PaymentState.WRITTEN_OFF
    return _open_state(due, as_of=as_of, remind=remind, is_part_paid=paid > 0) if balance else PaymentState.PAID


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


def notice_wanted_from(deal: Deal, part: Instalment, *, as_of: date) -> date | None:
    """Return since when only the arrival of our notice is wanting for an instalment; None where anything else is."""
    others = [each for each in part.trigger.all_of if each.event is not TriggerEvent.NOTICE_RECEIVED]
    days = [_happened_on(deal, condition, part, as_of=as_of) for condition in others]
    known = [day for day in days if day]
    return max(known, default=None) if len(known) == len(days) else None


def _happened_on(deal: Deal, condition: Condition, part: Instalment, *, as_of: date) -> date | None:
    match condition.event:
        case TriggerEvent.FIXED_DATE:
            return _before_the_end(deal, condition.on, as_of=as_of)
        case TriggerEvent.WARRANTY_ENDED:
            period = warranty_period(deal, as_of=as_of)
            return _before_the_end(deal, period.ends_on, as_of=as_of) if period else None
        case TriggerEvent.NOTICE_RECEIVED:
            return _notified_on(deal, part, as_of=as_of)
        case TriggerEvent.INVOICE_RECEIVED:
            return _invoiced_on(deal, part, as_of=as_of)
        case _:
            return _reached_on(deal, condition, as_of=as_of)


def _before_the_end(deal: Deal, day: date | None, *, as_of: date) -> date | None:
    ended = ended_early_on(deal, as_of=as_of)
    return None if day and ended and day > ended else day


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
