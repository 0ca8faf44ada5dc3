"""How the penalty on late instalments grows: runs of days with one balance, rounded once, capped, partly paid (P4).

A segment is a run of days with one balance. The day money arrives still belongs to the earlier, larger balance; the
day after begins the next segment. Nothing is rounded inside: the exact products are added, rounded once to 分, then
capped. A cap on the contract total is one cap for the whole contract: what has been paid of penalties is gone from it,
the rest goes to the open penalties in the order of their due days. A cap on the overdue balance is measured at the
balance of the first overdue day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from docgen.deals.money import round_half_up
from docgen.deals.penalty import PenaltyBase, PenaltyClause

_ONE_DAY = timedelta(days=1)
_NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Before:
    """What an instalment, and the contract, came to until a day, that day included, where that was less than now."""

    until: date
    amount: Decimal
    total: Decimal


@dataclass(frozen=True, slots=True)
class Debt:
    """An instalment as something owed, in 元: its due day (None while unknown), and the day it was written off.

    `before` are its amounts under earlier prices, oldest first: what a signed change added is late from the day after
    it came into force, not from the due day; what it took away is not late at all.
    """

    seq: int
    amount: Decimal
    due: date | None
    given_up_on: date | None = None
    before: tuple[Before, ...] = ()

    def on(self, day: date, *, total: Decimal) -> tuple[Decimal, Decimal]:
        """Return what the instalment and the contract came to on a day, never more than now."""
        found = next((each for each in self.before if day <= each.until), None)
        return (found.amount, found.total) if found else (self.amount, total)

    @property
    def order(self) -> tuple[date, int]:
        """Where it stands among the others: by due day, then by number."""
        return self.due or date.max, self.seq


@dataclass(frozen=True, slots=True)
class Paid:
    """What has been paid until the end of a day, by instalment in 元: of the instalments, and of their penalties."""

    on: date
    principal: Mapping[int, Decimal]
    penalty: Mapping[int, Decimal]


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of overdue days with one balance, first and last day included; `amount` is exact, in 元, not rounded."""

    from_day: date
    to_day: date
    days: int
    balance: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Accrued:
    """The penalty of one instalment on a day, in 元: what may be claimed in all, and what of it has been paid."""

    seq: int
    segments: tuple[Segment, ...]
    uncapped: Decimal
    cap: Decimal | None
    amount: Decimal
    paid: Decimal
    is_given_up: bool = False

    @property
    def open(self) -> Decimal:
        """Return what is still to be paid of it."""
        return self.amount - self.paid


def accrued(  # noqa: PLR0913  # the debts, what was paid on them, the clause, the day
    debts: Iterable[Debt],
    past: Sequence[Paid],
    *,
    penalties: Mapping[int, Decimal],
    clause: PenaltyClause,
    total: Decimal,
    until: date,
) -> tuple[Accrued, ...]:
    """Return the penalties of late instalments until a day, that day included, in the order of their due days.

    `past` is what was paid on earlier days, oldest first; `penalties` what has been paid of each penalty. The open
    penalty of a written-off instalment is given up with it: what was paid of it stays.
    """
    rows = []
    for debt in sorted(debts, key=lambda each: each.order):
        paid = penalties.get(debt.seq, _NOTHING)
        is_given_up = debt.given_up_on is not None and debt.given_up_on <= until
        last = debt.given_up_on - _ONE_DAY if is_given_up and debt.given_up_on else until
        found = tuple(_segments(debt, past, clause=clause, total=total, until=last))
        if found and (paid or not is_given_up):
            rows.append((debt.seq, found, paid, is_given_up))
    return tuple(_capped(rows, clause=clause, total=total))


def _segments(
    debt: Debt, past: Sequence[Paid], *, clause: PenaltyClause, total: Decimal, until: date
) -> Iterator[Segment]:
    """Yield the runs of overdue days; a pay day, or a change of price, ends one; a run without balance is none."""
    if debt.due is None or debt.due >= until:
        return
    first = debt.due + _ONE_DAY
    ends = {each.on for each in past} | {each.until for each in debt.before}
    starts = [first, *(day + _ONE_DAY for day in sorted(ends) if first <= day < until)]
    runs: list[tuple[date, Decimal, Decimal]] = []
    for start in starts:
        amount, whole = debt.on(start, total=total)
        paid = next((each.principal[debt.seq] for each in reversed(past) if each.on < start), _NOTHING)
        now = (max(amount - paid, _NOTHING), whole)
        if not runs or runs[-1][1:] != now:
            runs.append((start, *now))
    for (start, balance, whole), after in zip(runs, [*(each[0] for each in runs[1:]), None], strict=True):
        last = after - _ONE_DAY if after else until
        if balance:
            yield _segment(start, balance, last, clause=clause, total=whole)


def _segment(first: date, balance: Decimal, last: date, *, clause: PenaltyClause, total: Decimal) -> Segment:
    days = (last - first).days + 1
    base = total if clause.base is PenaltyBase.CONTRACT_TOTAL else balance
    return Segment(first, last, days, balance, base * clause.daily_rate * days)


def _capped(
    rows: Sequence[tuple[int, tuple[Segment, ...], Decimal, bool]], *, clause: PenaltyClause, total: Decimal
) -> Iterator[Accrued]:
    is_shared = clause.cap_base is PenaltyBase.CONTRACT_TOTAL
    used = sum((paid for _, _, paid, _ in rows), _NOTHING)
    for seq, segments, paid, is_given_up in rows:
        uncapped = round_half_up(sum((each.amount for each in segments), Decimal(0)))
        base = total if is_shared else segments[0].balance
        cap = round_half_up(base * clause.cap) if clause.cap is not None else None
        grown = _NOTHING if is_given_up else uncapped - paid
        if cap is not None:
            grown = min(grown, cap - (used if is_shared else paid))
        used += grown
        yield Accrued(seq, segments, uncapped, cap, paid + grown, paid, is_given_up)
