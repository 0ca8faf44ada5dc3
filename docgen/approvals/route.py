"""Which route a paper takes: the first `[[routes]]` table of its kind whose conditions fit the paper's facts.

An office may write its own kind over a shipped one. Its route counts where it asks at least as much; where it asks
less, the shipped route stands until an administrator's decision is on record.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from docgen.deals.amending import around, terms_as_of
from docgen.deals.deal import Deal
from docgen.deals.pricing import LineKind
from docgen.deals.schedule import InstalmentStatus, schedule
from docgen.deals.standing import Stage, stage_of
from docgen.deals.terms import Terms
from docgen.deals.workdays import Calendar
from docgen.kinds.kind import KindSpec, SubjectType
from docgen.kinds.routing import Order, RouteSpec
from docgen.kinds.subjects import Subject


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a route: the post, and who else may act after how many working days."""

    post: str
    escalate_after_workdays: int | None = None
    escalate_to: str | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """The steps a paper must pass, one after the other or in any order."""

    order: Order
    steps: tuple[Step, ...]

    @property
    def posts(self) -> tuple[str, ...]:
        """Return the posts in the route's order."""
        return tuple(step.post for step in self.steps)

    def __str__(self) -> str:
        return ("→" if self.order is Order.SEQUENCE else "、").join(self.posts)

    def as_json(self) -> dict[str, Any]:
        """Return plain values for the event that asks for approval."""
        steps = [
            {
                "post": step.post,
                "escalate_after_workdays": step.escalate_after_workdays,
                "escalate_to": step.escalate_to,
            }
            for step in self.steps
        ]
        return {"order": self.order.value, "steps": steps}


@dataclass(frozen=True, slots=True)
class RouteFacts:
    """What the choice of a route looks at: amount in 元, stage of the demand, words for the part, kinds of lines."""

    amount: Decimal
    stage: Stage | None
    words: frozenset[str]
    line_kinds: frozenset[LineKind]


def route_of(plain: Mapping[str, Any]) -> Route:
    """Return a route from the plain values of an event."""
    return Route(Order(plain["order"]), tuple(Step(**step) for step in plain["steps"]))


def facts_of(deal: Deal, subject: Subject, *, as_of: date, calendar: Calendar) -> RouteFacts:
    """Return what routes are chosen by. The amount is the instalment's, the total after a change, else the total."""
    terms = terms_for(deal, subject, as_of=as_of)
    row = instalment_row(deal, subject, as_of=as_of, calendar=calendar)
    words = {subject.type.value}
    if subject.type is SubjectType.ORDER and subject.seq:
        words.add(SubjectType.CHANGE.value)
    if row is not None:
        words.add(row.kind.value)
    return RouteFacts(
        amount=row.amount if row else terms.total,
        stage=stage_of(row) if row else None,
        words=frozenset(words),
        line_kinds=frozenset(line.kind for line in terms.lines),
    )


def terms_for(deal: Deal, subject: Subject, *, as_of: date) -> Terms:
    """Return the terms a paper speaks of: those after its change, else those in force.

    Order 0 is what was first agreed, whatever was changed since.
    """
    if subject.type in {SubjectType.CHANGE, SubjectType.ORDER}:
        change = next((each for each in deal.changes if each.seq == subject.seq), None)
        if change is not None:
            return around(deal, change, as_of=as_of)[1]
        if subject.type is SubjectType.ORDER:
            return deal.terms
    return terms_as_of(deal, as_of=as_of).terms


def instalment_row(deal: Deal, subject: Subject, *, as_of: date, calendar: Calendar) -> InstalmentStatus | None:
    """Return the instalment a paper speaks of as it stands on the day."""
    if subject.type is not SubjectType.INSTALMENT:
        return None
    return next((row for row in schedule(deal, as_of=as_of, calendar=calendar) if row.seq == subject.seq), None)


def route_for(spec: KindSpec, facts: RouteFacts) -> Route | None:
    """Return the first route of a kind that fits; None where none does: the paper needs no approval."""
    found = next((route for route in spec.routes if _fits(route, facts)), None)
    if found is None:
        return None
    steps = (Step(each.post, each.escalate_after_workdays, each.escalate_to) for each in found.steps)
    return Route(found.order, tuple(steps))


def covers(route: Route, other: Route) -> bool:
    """Tell whether a route asks for at least everything another one asks for.

    Each step of `other` must be there, no easier to escalate, and in the same order where the order counts.
    """
    if other.order is Order.SEQUENCE and route.order is not Order.SEQUENCE and len(other.steps) > 1:
        return False
    places = [next((n for n, own in enumerate(route.steps) if _is_as_strict(own, step)), None) for step in other.steps]
    if None in places:
        return False
    return other.order is Order.PARALLEL or places == sorted(places, key=lambda place: place or 0)


def digest_of_routes(spec: KindSpec) -> str:
    """Return a digest of a kind's routes, so that a decision about them holds for exactly these."""
    plain = [route.model_dump(mode="json", by_alias=True) for route in spec.routes]
    return hashlib.sha256(json.dumps(plain, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def strictest(routes: Iterable[Route | None]) -> tuple[Route, ...]:
    """Return the routes that must all be covered, each once."""
    return tuple(dict.fromkeys(route for route in routes if route is not None))


def joined(routes: Iterable[Route]) -> Route | None:
    """Return one route with the steps of all, in order; None without any. Of two steps for a post the first counts."""
    steps: dict[str, Step] = {}
    orders = set()
    for route in routes:
        orders.add(route.order)
        for step in route.steps:
            steps.setdefault(step.post, step)
    if not steps:
        return None
    return Route(Order.SEQUENCE if Order.SEQUENCE in orders else Order.PARALLEL, tuple(steps.values()))


def _fits(route: RouteSpec, facts: RouteFacts) -> bool:
    return (
        (route.from_amount is None or facts.amount >= route.from_amount)
        and (route.to_amount is None or facts.amount < route.to_amount)
        and (not route.stages or facts.stage in route.stages)
        and (not route.subjects or not facts.words.isdisjoint(route.subjects))
        and (route.lines is None or route.lines in facts.line_kinds)
    )


def _is_as_strict(own: Step, asked: Step) -> bool:
    if own.post != asked.post:
        return False
    if own.escalate_to is None or own.escalate_after_workdays is None:
        return True
    is_longer = own.escalate_after_workdays >= (asked.escalate_after_workdays or 0)
    return own.escalate_to == asked.escalate_to and is_longer
