"""What a delay costs: late payment in segments, late delivery on the whole price; two clauses (P4, P7, X-02).

How a penalty grows stands in docgen.deals.accrual, what payments take off it in docgen.deals.allocation. Without a
clause nothing is claimed but the principal. The penalty of a written-off instalment is given up with it; what was paid
of it before stays paid.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from docgen.deals.accrual import Accrued, Segment, accrued
from docgen.deals.amending import terms_as_of
from docgen.deals.deal import Deal
from docgen.deals.handling import DelayCause
from docgen.deals.milestones import delivered_on, ended_early_on
from docgen.deals.money import round_half_up, to_fen, uppercase_rmb
from docgen.deals.penalty import PenaltyBase, PenaltyClause
from docgen.deals.schedule import debts, delivery_due, plan_parts, schedule, settled_by_day
from docgen.deals.workdays import Calendar

_ONE_DAY = timedelta(days=1)
_NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Penalty:
    """What the late payment of one instalment has cost so far, in 元; `cap` None where the clause has none.

    Amount = paid + open, always; nothing is paid of a penalty where payments go to the principal first.
    """

    seq: int
    clause: str
    daily_rate: Decimal
    base: PenaltyBase
    segments: tuple[Segment, ...]
    uncapped: Decimal
    cap: Decimal | None
    amount: Decimal
    upper: str
    paid: Decimal
    open: Decimal
    is_given_up: bool


@dataclass(frozen=True, slots=True)
class LateDelivery:
    """Our own delay: the days that count, what it costs and the cap in 元; None where the contract has no clause.

    `stopped_days` are days of the delay that the customer caused, as recorded; they are not in `days`.
    """

    due: date
    days: int
    stopped_days: int
    clause: str | None
    uncapped: Decimal | None
    cap: Decimal | None
    amount: Decimal | None


def late_payment(
    deal: Deal, *, as_of: date, calendar: Calendar, clause: PenaltyClause | None = None
) -> tuple[Penalty, ...]:
    """Return the penalty of each instalment paid late or still unpaid, in plan order; none without a clause.

    The contract's own clause counts; `clause` stands in for it where it has none (the statute's rate).
    """
    terms = terms_as_of(deal, as_of=as_of).terms
    clause = terms.late_payment or clause
    if clause is None:
        return ()
    parts = plan_parts(deal, as_of=as_of, calendar=calendar)
    past = settled_by_day(deal, parts, until=as_of)
    paid = past[-1].penalty if past else {}
    found = accrued(debts(deal, parts), past, penalties=paid, clause=clause, total=terms.total, until=as_of)
    return tuple(_penalty(each, clause) for each in sorted(found, key=lambda each: each.seq))


def _penalty(found: Accrued, clause: PenaltyClause) -> Penalty:
    return Penalty(
        seq=found.seq,
        clause=clause.clause,
        daily_rate=clause.daily_rate,
        base=clause.base,
        segments=found.segments,
        uncapped=found.uncapped,
        cap=found.cap,
        amount=found.amount,
        upper=uppercase_rmb(to_fen(found.amount)),
        paid=found.paid,
        open=found.open,
        is_given_up=found.is_given_up,
    )


def penalties_paid(deal: Deal, *, as_of: date, calendar: Calendar) -> Decimal:
    """Return what of the payments until a day went to penalties, in 元."""
    return sum((each.paid for each in late_payment(deal, as_of=as_of, calendar=calendar)), _NOTHING)


def claim_total(deal: Deal, *, as_of: date, calendar: Calendar) -> Decimal:
    """Return what may be claimed on a day, in 元: the overdue balances, and the open penalties."""
    overdue = (row.balance for row in schedule(deal, as_of=as_of, calendar=calendar) if row.overdue_days)
    penalties = (each.open for each in late_payment(deal, as_of=as_of, calendar=calendar))
    return sum(overdue, _NOTHING) + sum(penalties, _NOTHING)


def late_delivery(deal: Deal, *, as_of: date, calendar: Calendar) -> LateDelivery | None:
    """Return our delay as of a day, 0 days where there is none; None while no delivery day is known.

    The clock runs from the day after the due day to the day everything was delivered, or the contract ended early.
    A day that a recorded delay lays at the customer's door does not count (R-2.6-04).
    """
    due = delivery_due(deal, as_of=as_of, calendar=calendar)
    if due is None:
        return None
    ends = [each for each in (delivered_on(deal, as_of=as_of), ended_early_on(deal, as_of=as_of)) if each]
    late = max((min([*ends, as_of]) - due.due).days, 0)
    stopped = _stopped_days(deal, due.due + _ONE_DAY, late, as_of=as_of)
    terms = terms_as_of(deal, as_of=as_of).terms
    return _delay(due.due, late - stopped, stopped, clause=terms.late_delivery, total=terms.total)


def _delay(due: date, days: int, stopped: int, *, clause: PenaltyClause | None, total: Decimal) -> LateDelivery:
    if clause is None:
        return LateDelivery(due, days, stopped, clause=None, uncapped=None, cap=None, amount=None)
    uncapped = round_half_up(total * clause.daily_rate * days)
    cap = round_half_up(total * clause.cap) if clause.cap is not None else None
    amount = uncapped if cap is None else min(uncapped, cap)
    return LateDelivery(due, days, stopped, clause=clause.clause, uncapped=uncapped, cap=cap, amount=amount)


def _stopped_days(deal: Deal, first: date, days: int, *, as_of: date) -> int:
    late = {first + timedelta(days=index) for index in range(days)}
    stopped: set[date] = set()
    for each in deal.facts.delays:
        if each.cause is DelayCause.CUSTOMER and each.on <= as_of and each.from_day and each.to_day:
            stopped |= {day for day in late if each.from_day <= day <= each.to_day}
    return len(stopped)
