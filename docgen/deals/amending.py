"""Which terms hold on a day: the contract's own, then each change that both sides have signed, in order of effect.

A change on paper changes nothing. It is in force from the later of the two signature days that a person confirmed
(P15, R-2.6-03); before that day every paper shows the old terms, and an older version can be shown as of its day for
ever. An unclear change counts as no change (民法典 544): so each changed point names the clause, the old and the new
wording, both from the record itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from docgen.deals.changes import Change
from docgen.deals.deal import Deal
from docgen.deals.points import term_points
from docgen.deals.remembered import remembered
from docgen.deals.terms import Terms
from docgen.deals.totals import line_amount

NOT_AGREED = "原合同未约定"
DROPPED = "取消该项"


@dataclass(frozen=True, slots=True)
class ChangedItem:
    """One changed point: clause of the contract, what it is about, old and new wording (rows parted by newlines)."""

    clause: str
    subject: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Version:
    """The terms of a day. Version 1 is the contract as signed; each change in force adds one.

    `effective_on` is None for version 1 of a contract nobody has signed yet.
    """

    number: int
    terms: Terms
    effective_on: date | None
    changes_in_force: tuple[int, ...]


def effective_on(deal: Deal, change: Change, *, as_of: date = date.max) -> date | None:
    """Return the day a change came into force; None while no signature by both is confirmed until `as_of`."""
    days = (each.later_day for each in deal.facts.change_signatures if each.change == change.seq)
    return min((day for day in days if day <= as_of), default=None)


def in_force(deal: Deal, *, as_of: date) -> tuple[tuple[date, Change], ...]:
    """Return the changes in force on a day with the day each took effect, in order of effect, then of number."""
    dated = ((effective_on(deal, change, as_of=as_of), change) for change in deal.changes)
    return tuple(sorted(((day, change) for day, change in dated if day), key=lambda pair: (pair[0], pair[1].seq)))


@remembered
def terms_as_of(deal: Deal, *, as_of: date) -> Version:
    """Return the terms in force on a day, with the version's number and the changes that made it."""
    changes = in_force(deal, as_of=as_of)
    terms = deal.terms
    for _, change in changes:
        terms = terms_with(terms, change)
    signature = deal.facts.signature
    signed = signature.later_day if signature and signature.later_day <= as_of else None
    return Version(
        number=1 + len(changes),
        terms=terms,
        effective_on=changes[-1][0] if changes else signed,
        changes_in_force=tuple(change.seq for _, change in changes),
    )


def terms_with(terms: Terms, change: Change) -> Terms:
    """Return the terms as a change leaves them: what it replaces, and everything else as it stood.

    New lines without a new total make the total the sum of the lines.
    """
    new = change.new
    given = {name: getattr(new, name) for name in type(new).model_fields if getattr(new, name) is not None}
    if new.lines is not None and new.total is None:
        given["total"] = sum((line_amount(line) for line in new.lines), Decimal("0.00"))
    return terms.model_copy(update=given)


def around(deal: Deal, change: Change, *, as_of: date) -> tuple[Terms, Terms]:
    """Return the terms before and after one change, as its 补充协议 must show them.

    Before = the terms in force on the day; for a change already in force, those that stood when it took effect.
    """
    before = deal.terms
    for _, earlier in in_force(deal, as_of=as_of):
        if earlier.seq == change.seq:
            break
        before = terms_with(before, earlier)
    return before, terms_with(before, change)


def differences(old: Terms, new: Terms, change: Change) -> tuple[ChangedItem, ...]:
    """Return every point in which `new` differs from `old`, then the change's own reworded clauses.

    Order: lines, total, plan, delivery, acceptance, warranty, other wording. Empty when nothing differs.
    """
    worded = (ChangedItem(each.clause, each.subject, each.old, each.new) for each in change.worded)
    return (*_differing(old, new), *worded)


def _differing(old: Terms, new: Terms) -> Iterator[ChangedItem]:
    before, after = term_points(old), term_points(new)
    for subject in (*before, *(each for each in after if each not in before)):
        clause, _ = before.get(subject) or after[subject]
        was = before[subject][1] if subject in before else NOT_AGREED
        becomes = after[subject][1] if subject in after else DROPPED
        if was != becomes:
            yield ChangedItem(clause, subject, was, becomes)
