"""Is an acceptance report sound? Conclusion, items, standards, retests and days must agree (表8, X-07, R-2.4-11).

The manual's own example calls a 95 % result against a 100 % standard passed. That is only sound with what was mended
and the day of the retest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from docgen.deals.amending import terms_as_of
from docgen.deals.deal import Deal
from docgen.deals.fulfilment import Acceptance, AcceptanceItem, AcceptanceResult, Delivery
from docgen.deals.pricing import LineKind
from docgen.deals.terms import Terms
from docgen.deals.wording import day_words
from docgen.findings import Finding, error, warning

_MEASURE = re.compile(r"(\d+(?:\.\d+)?)\s*(%|分)", re.ASCII)
_UPPER_BOUND = re.compile(r"[≤<＜]|不超过|不高于|不大于|以内|以下|低于")


def check_acceptances(deal: Deal) -> Iterator[Finding]:
    """Yield what is wrong with the acceptances of a record."""
    for index, acceptance in enumerate(deal.facts.acceptances):
        path = f"facts.acceptances[{index}]"
        terms = terms_as_of(deal, as_of=acceptance.on).terms
        yield from _check_conclusion(acceptance, path)
        for position, item in enumerate(acceptance.items):
            yield from _check_item(item, acceptance, f"{path}.items[{position}]")
        yield from _check_standards(acceptance, terms, path)
        yield from _check_deliveries(acceptance, deal, terms, path)
        yield from _check_people(acceptance, deal, path)


def _check_conclusion(acceptance: Acceptance, path: str) -> Iterator[Finding]:
    has_failures = any(not item.passed for item in acceptance.items)
    if acceptance.result is AcceptanceResult.PASSED and has_failures:
        yield error("deals.passed-with-failures", f"{path}.result", seq=acceptance.seq)
    if acceptance.result is AcceptanceResult.FAILED:
        if not has_failures:
            yield error("deals.failed-without-failures", f"{path}.result", seq=acceptance.seq)
        if acceptance.rectification is None:
            yield error("deals.rectification-missing", f"{path}.rectification", seq=acceptance.seq)
        if acceptance.rectify_by is None:
            yield error("deals.rectify-by-missing", f"{path}.rectify_by", seq=acceptance.seq)
    if acceptance.rectify_by and acceptance.rectify_by < acceptance.on:
        yield error("deals.rectify-before-acceptance", f"{path}.rectify_by", seq=acceptance.seq)


def _check_item(item: AcceptanceItem, acceptance: Acceptance, path: str) -> Iterator[Finding]:
    if item.passed and item.below_standard:
        if item.remedy is None:
            yield error("deals.remedy-missing", f"{path}.remedy", name=item.name)
        if item.retested_on is None:
            yield error("deals.retest-missing", f"{path}.retested_on", name=item.name)
    elif item.passed and _looks_below(item):
        yield warning("deals.looks-below-standard", path, name=item.name, standard=item.standard, result=item.result)
    if item.retested_on and item.retested_on > acceptance.on:
        yield warning("deals.retest-after-acceptance", f"{path}.retested_on", name=item.name)


def _looks_below(item: AcceptanceItem) -> bool:
    """Compare the first measure (% or 分) of the result with the standard's; an upper bound is not judged."""
    wanted, reached = _MEASURE.search(item.standard), _MEASURE.search(item.result)
    if not wanted or not reached or wanted[2] != reached[2] or _UPPER_BOUND.search(item.standard):
        return False
    return Decimal(reached[1]) < Decimal(wanted[1])


def _check_standards(acceptance: Acceptance, terms: Terms, path: str) -> Iterator[Finding]:
    """Items follow the standards in force on the day (R-2.4-10); a partial acceptance may leave some out."""
    agreed = {each.name: each.standard for each in terms.acceptance.standards}
    for position, item in enumerate(acceptance.items):
        if item.name in agreed and item.standard != agreed[item.name]:
            where = f"{path}.items[{position}].standard"
            yield warning("deals.standard-differs", where, name=item.name, agreed=agreed[item.name])
    missing = agreed.keys() - {item.name for item in acceptance.items}
    if missing and acceptance.result is AcceptanceResult.PASSED and not acceptance.deliveries:
        names = "、".join(name for name in agreed if name in missing)
        yield warning("deals.standards-not-tested", f"{path}.items", seq=acceptance.seq, names=names)


def _check_deliveries(acceptance: Acceptance, deal: Deal, terms: Terms, path: str) -> Iterator[Finding]:
    made = {each.seq: each for each in deal.facts.deliveries}
    for position, seq in enumerate(acceptance.deliveries):
        delivery = made.get(seq)
        if delivery is None:
            yield error("deals.no-such-delivery", f"{path}.deliveries[{position}]", seq=seq)
        elif delivery.on > acceptance.on:
            yield error("deals.accepted-before-delivery", f"{path}.on", seq=seq, day=day_words(delivery.on))
    before = [each for each in made.values() if each.on <= acceptance.on]
    if not before and any(line.kind is LineKind.PRODUCT for line in terms.lines):
        yield warning("deals.accepted-without-delivery", path, seq=acceptance.seq)
    if acceptance.result is AcceptanceResult.DEEMED:
        yield from _check_deemed(acceptance, before, terms, path)


def _check_deemed(acceptance: Acceptance, before: list[Delivery], terms: Terms, path: str) -> Iterator[Finding]:
    """Deemed passed: a clause, a proven delivery, and the days without objection gone by (P10)."""
    if acceptance.basis is None:
        yield error("deals.deemed-without-basis", f"{path}.basis", seq=acceptance.seq)
    days = terms.acceptance.deemed_after_days
    if days is None:
        yield error("deals.deemed-not-agreed", f"{path}.result", seq=acceptance.seq)
        return
    named = [each for each in before if not acceptance.deliveries or each.seq in acceptance.deliveries]
    last = max((each.on for each in named), default=None)
    if last is None:
        yield error("deals.deemed-without-delivery", path, seq=acceptance.seq)
    elif acceptance.on < last + timedelta(days=days):
        yield error("deals.deemed-too-early", f"{path}.on", seq=acceptance.seq, days=days, day=day_words(last))


def _check_people(acceptance: Acceptance, deal: Deal, path: str) -> Iterator[Finding]:
    """The customer's decision maker signs the report (R-2.4-17)."""
    deciders = {each.name for each in deal.customer.contacts if each.is_decision_maker}
    if deciders and not deciders & set(acceptance.people) and acceptance.result is not AcceptanceResult.DEEMED:
        names = "、".join(sorted(deciders))
        yield warning("deals.decision-maker-absent", f"{path}.people", seq=acceptance.seq, names=names)
