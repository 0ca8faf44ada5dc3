"""The days on which something happened that others hang on: signed, delivered, accepted, terminated.

Each question is asked as of a day: a fact dated later does not exist yet. Where both sides sign, the later day counts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from docgen.deals.amending import terms_as_of
from docgen.deals.deal import Deal
from docgen.deals.fulfilment import Acceptance, AcceptanceResult, Delivery, TerminationGround
from docgen.deals.pricing import LineKind


def signed_on(deal: Deal, *, as_of: date = date.max) -> date | None:
    """Return the day the contract was signed by both, the later one; None while it is not."""
    signature = deal.facts.signature
    return signature.later_day if signature and signature.later_day <= as_of else None


def delivered_on(deal: Deal, *, number: int | None = None, as_of: date = date.max) -> date | None:
    """Return the day delivery `number` was made; without a number the day everything had been delivered.

    A delivery that lists no lines is complete by itself. Otherwise each product line's quantity must be reached;
    services are handed over by acceptance and count only where the deal has no products.
    """
    made = deliveries_until(deal, as_of)
    if number is not None:
        return next((each.on for each in made if each.seq == number), None)
    wanted = _to_deliver(deal, as_of)
    return next((each.on for index, each in enumerate(made, start=1) if _is_complete(made[:index], wanted)), None)


def accepted_on(deal: Deal, *, number: int | None = None, as_of: date = date.max) -> date | None:
    """Return the day delivery `number` passed acceptance (or was deemed to); without a number the day all had.

    An acceptance that names no deliveries covers all made until its day. A failed acceptance starts nothing (P10).
    Where no delivery is recorded at all, an acceptance stands alone and `number` is the acceptance's own.
    """
    passed = passed_acceptances(deal, as_of=as_of)
    made = deliveries_until(deal, as_of)
    if number is not None:
        return next((each.on for each in passed if number in _covered(each, made)), None)
    wanted = _to_deliver(deal, as_of)
    covered: set[int] = set()
    for acceptance in passed:
        covered |= _covered(acceptance, made)
        until = [each for each in made if each.on <= acceptance.on]
        everything = {each.seq for each in until} <= covered and _is_complete(until, wanted)
        if everything or (not deal.facts.deliveries and not acceptance.deliveries):
            return acceptance.on
    return None


def passed_acceptances(deal: Deal, *, as_of: date = date.max) -> tuple[Acceptance, ...]:
    """Return the acceptances that passed or were deemed to, in order of time."""
    held = (each for each in deal.facts.acceptances if each.on <= as_of and each.result is not AcceptanceResult.FAILED)
    return tuple(sorted(held, key=lambda each: (each.on, each.seq)))


def deliveries_until(deal: Deal, as_of: date) -> tuple[Delivery, ...]:
    """Return the deliveries made until a day, in order of time."""
    made = (each for each in deal.facts.deliveries if each.on <= as_of)
    return tuple(sorted(made, key=lambda each: (each.on, each.seq)))


def terminated_on(deal: Deal, *, as_of: date = date.max) -> date | None:
    """Return the day the contract ended; None while nobody has recorded it."""
    termination = deal.facts.termination
    return termination.on if termination and termination.on <= as_of else None


def ended_early_on(deal: Deal, *, as_of: date = date.max) -> date | None:
    """Return the day the contract ended by agreement or notice; None where it did not, or was performed."""
    ended = terminated_on(deal, as_of=as_of)
    termination = deal.facts.termination
    return ended if termination and termination.ground is not TerminationGround.PERFORMED else None


def _to_deliver(deal: Deal, as_of: date) -> dict[int, Decimal]:
    lines = terms_as_of(deal, as_of=as_of).terms.lines
    products = {index: line.quantity for index, line in enumerate(lines, 1) if line.kind is LineKind.PRODUCT}
    return products or {index: line.quantity for index, line in enumerate(lines, 1)}


def _is_complete(made: Sequence[Delivery], wanted: dict[int, Decimal]) -> bool:
    arrived: defaultdict[int, Decimal] = defaultdict(Decimal)
    for delivery in made:
        for part in delivery.lines:
            arrived[part.line] += part.quantity
    reached = bool(made) and all(arrived[line] >= quantity for line, quantity in wanted.items())
    return reached or any(not delivery.lines for delivery in made)


def _covered(acceptance: Acceptance, made: Sequence[Delivery]) -> set[int]:
    if acceptance.deliveries:
        return set(acceptance.deliveries)
    return {each.seq for each in made if each.on <= acceptance.on} if made else {acceptance.seq}
