"""What a delay costs: late payment in segments, late delivery on the whole price; two clauses (P4, P7, X-02).

A segment is a run of days with one balance. The day money arrives still belongs to the earlier, larger balance; the
day after begins the next segment. Nothing is rounded inside: the exact products are added, rounded once to 分, then
capped. A cap on the contract total is one cap for the whole contract: what an instalment due earlier has used up is
gone for the later ones. A cap on the overdue balance is measured at the balance of the first overdue day.

Without a clause nothing is claimed but the principal. Payments pay principal only. The penalty of a written-off
instalment is given up with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from docgen.deals.amending import terms_as_of
from docgen.deals.deal import Deal
from docgen.deals.handling import DelayCause
from docgen.deals.milestones import delivered_on, ended_early_on
from docgen.deals.money import round_half_up, to_fen, uppercase_rmb
from docgen.deals.penalty import PenaltyBase, PenaltyClause
from docgen.deals.schedule import PlanPart, delivery_due, paid_until, plan_parts, schedule, written_off_on
from docgen.deals.workdays import Calendar

_ONE_DAY = timedelta(days=1)
_NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of overdue days with one balance, first and last day included; `amount` is exact, in 元, not rounded."""

    from_day: date
    to_day: date
    days: int
    balance: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Penalty:
    """What the late payment of one instalment has cost so far, in 元; `cap` None where the clause has none."""

    seq: int
    clause: str
    daily_rate: Decimal
    base: PenaltyBase
    segments: tuple[Segment, ...]
    uncapped: Decimal
    cap: Decimal | None
    amount: Decimal
    upper: str


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
    late = [
        (each, segments)
        for each in sorted(parts, key=_by_due)
        if written_off_on(deal, each.part.seq, as_of=as_of) is None
        and (segments := tuple(_segments(deal, each, parts, clause=clause, total=terms.total, as_of=as_of)))
    ]
    return tuple(sorted(_capped(late, clause=clause, total=terms.total), key=lambda each: each.seq))


def claim_total(deal: Deal, *, as_of: date, calendar: Calendar) -> Decimal:
    """Return what may be claimed on a day, in 元: the overdue balances, and the penalties where there is a clause."""
    overdue = (row.balance for row in schedule(deal, as_of=as_of, calendar=calendar) if row.overdue_days)
    penalties = (each.amount for each in late_payment(deal, as_of=as_of, calendar=calendar))
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


def _by_due(each: PlanPart) -> tuple[date, int]:
    return (each.due.due if each.due else date.max, each.part.seq)


def _segments(  # noqa: PLR0913  # one instalment within its plan, its clause and its day
    deal: Deal,
    planned: PlanPart,
    parts: Sequence[PlanPart],
    *,
    clause: PenaltyClause,
    total: Decimal,
    as_of: date,
) -> Iterator[Segment]:
    """Yield the runs of overdue days; each pay day ends one, and a run without balance is none."""
    if planned.due is None or planned.due.due >= as_of:
        return
    first = planned.due.due + _ONE_DAY
    arrivals = sorted({each.on for each in deal.facts.payments if first <= each.on < as_of})
    run: tuple[date, Decimal] | None = None
    for start in (first, *(day + _ONE_DAY for day in arrivals)):
        balance = planned.amount - paid_until(deal, parts, until=start - _ONE_DAY)[planned.part.seq]
        if run and run[1] != balance:
            yield _segment(*run, start - _ONE_DAY, clause=clause, total=total)
        if run is None or run[1] != balance:
            run = (start, balance) if balance else None
        if not balance:
            return
    if run:
        yield _segment(*run, as_of, clause=clause, total=total)


def _segment(first: date, balance: Decimal, last: date, *, clause: PenaltyClause, total: Decimal) -> Segment:
    days = (last - first).days + 1
    base = total if clause.base is PenaltyBase.CONTRACT_TOTAL else balance
    return Segment(first, last, days, balance, base * clause.daily_rate * days)


def _capped(
    late: Sequence[tuple[PlanPart, tuple[Segment, ...]]], *, clause: PenaltyClause, total: Decimal
) -> Iterator[Penalty]:
    used = _NOTHING
    for planned, segments in late:
        uncapped = round_half_up(sum((each.amount for each in segments), Decimal(0)))
        is_shared = clause.cap_base is PenaltyBase.CONTRACT_TOTAL
        base = total if is_shared else segments[0].balance
        cap = round_half_up(base * clause.cap) if clause.cap is not None else None
        left = cap - used if cap is not None and is_shared else cap
        amount = uncapped if left is None else min(uncapped, left)
        used += amount
        yield Penalty(
            seq=planned.part.seq,
            clause=clause.clause,
            daily_rate=clause.daily_rate,
            base=clause.base,
            segments=segments,
            uncapped=uncapped,
            cap=cap,
            amount=amount,
            upper=uppercase_rmb(to_fen(amount)),
        )
