"""A deal on one day, looked at once: what deadlines and papers both ask for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from docgen.deals.amending import terms_as_of
from docgen.deals.deal import Deal
from docgen.deals.fulfilment import Delivery
from docgen.deals.milestones import accepted_on, deliveries_until, ended_early_on, signed_on
from docgen.deals.paperwork import PaperSeen
from docgen.deals.plan import Condition, Instalment, TriggerEvent
from docgen.deals.pricing import LineKind
from docgen.deals.schedule import (
    DueDay,
    InstalmentStatus,
    WarrantyPeriod,
    delivery_due,
    paid_until,
    plan_parts,
    schedule,
    warranty_period,
    written_off_on,
)
from docgen.deals.standing import flag_of
from docgen.deals.terms import Terms
from docgen.deals.workdays import Calendar


@dataclass(frozen=True, slots=True)
class Situation:
    """What stands on a day: terms in force, instalments, milestones, and the papers seen until then."""

    deal: Deal
    as_of: date
    calendar: Calendar
    terms: Terms
    rows: tuple[InstalmentStatus, ...]
    signed: date | None
    ended_early: date | None
    warranty: WarrantyPeriod | None
    delivery: DueDay | None
    deliveries: tuple[Delivery, ...]
    papers: tuple[PaperSeen, ...]

    def has(self, kind: LineKind) -> bool:
        """Tell whether products, or services, are sold."""
        return any(line.kind is kind for line in self.terms.lines)

    def brings(self, delivery: Delivery, kind: LineKind) -> bool:
        """Tell whether a delivery brings products, or services; one that lists no lines brings all."""
        lines = self.terms.lines
        if not delivery.lines:
            return self.has(kind)
        return any(part.line <= len(lines) and lines[part.line - 1].kind is kind for part in delivery.lines)

    def hanging_on(self, event: TriggerEvent) -> tuple[tuple[InstalmentStatus, Condition], ...]:
        """Return the instalments that wait for an event, each with the first of its conditions on it."""
        pairs = zip(self.rows, self.terms.plan, strict=True)
        found = ((row, _condition(part, event)) for row, part in pairs)
        return tuple((row, condition) for row, condition in found if condition)

    def accepted_for(self, condition: Condition) -> date | None:
        """Return the day the acceptance a condition names was passed or deemed to be."""
        return accepted_on(self.deal, number=condition.number, as_of=self.as_of)

    def settled_on(self, row: InstalmentStatus) -> date | None:
        """Return the day an instalment was paid in full or written off; None while money is open."""
        if row.balance:
            return None
        parts = plan_parts(self.deal, as_of=self.as_of, calendar=self.calendar)
        days = sorted({each.on for each in self.deal.facts.payments if each.on <= self.as_of})
        paid = (day for day in days if paid_until(self.deal, parts, until=day)[row.seq] == row.amount)
        return next(paid, None) or written_off_on(self.deal, row.seq, as_of=self.as_of)

    def is_asked_for(self, row: InstalmentStatus) -> bool:
        """Tell whether the next letter about an instalment is simply due: money is open, nothing is flagged."""
        return bool(row.balance) and flag_of(self.deal, row.seq, as_of=self.as_of, calendar=self.calendar) is None


def situation(deal: Deal, *, as_of: date, calendar: Calendar, papers: Iterable[PaperSeen] = ()) -> Situation:
    """Look at a deal as of a day; papers dated later are not seen."""
    return Situation(
        deal=deal,
        as_of=as_of,
        calendar=calendar,
        terms=terms_as_of(deal, as_of=as_of).terms,
        rows=schedule(deal, as_of=as_of, calendar=calendar),
        signed=signed_on(deal, as_of=as_of),
        ended_early=ended_early_on(deal, as_of=as_of),
        warranty=warranty_period(deal, as_of=as_of),
        delivery=delivery_due(deal, as_of=as_of, calendar=calendar),
        deliveries=deliveries_until(deal, as_of),
        papers=tuple(each for each in papers if each.on <= as_of),
    )


def _condition(part: Instalment, event: TriggerEvent) -> Condition | None:
    return next((each for each in part.trigger.all_of if each.event is event), None)
