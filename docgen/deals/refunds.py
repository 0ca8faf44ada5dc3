"""Money paid back: what a refund takes away of the payments, so that no instalment is paid by money that has gone.

Only what lies beyond all that is owed is paid back (docgen.deals.checks_refunds), so a refund never opens an instalment
again. Where payments go to the principal first, it is taken off the latest payments: a later rise of the price then
finds only the money that is still there. Where they go to penalties first, what is put down stays put down, and money
beyond it never moves, so the payments stand as they came.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from docgen.deals.deal import Deal
from docgen.deals.fulfilment import Payment
from docgen.deals.milestones import ended_early_on
from docgen.deals.terms import PaymentOrder

_NOTHING = Decimal("0.00")


def refunded(deal: Deal, *, as_of: date) -> Decimal:
    """Return what was paid back until a day, that day included, in 元."""
    return sum((each.amount for each in deal.facts.refunds if each.on <= as_of), _NOTHING)


def received(deal: Deal, *, as_of: date) -> Decimal:
    """Return what came until a day and was not paid back by then, in 元."""
    came = sum((each.amount for each in deal.facts.payments if each.on <= as_of), _NOTHING)
    return came - refunded(deal, as_of=as_of)


def payments_kept(deal: Deal, *, until: date) -> Sequence[Payment]:
    """Return the payments until a day as they count for what is owed: less what was paid back by then."""
    known = [each for each in deal.facts.payments if each.on <= until]
    gone = refunded(deal, as_of=until)
    stands = deal.terms.payment_order is PaymentOrder.PENALTY_FIRST and not ended_early_on(deal, as_of=until)
    if not gone or stands:
        return known
    kept = []
    for each in sorted(known, key=lambda one: (one.on, one.seq), reverse=True):
        taken = min(gone, each.amount)
        gone -= taken
        if taken < each.amount:
            kept.append(each.model_copy(update={"amount": each.amount - taken}))
    return sorted(kept, key=lambda one: (one.on, one.seq))
