"""Was only paid back what had been paid too much? Asked on the day of each refund.

After an early end the parties settle what was performed, so anything that came may go back. Where payments go to
penalties first, what is owed depends on the calendar too: docgen.deals.checks_payments asks it there.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from docgen.deals.amending import terms_as_of
from docgen.deals.deal import Deal
from docgen.deals.milestones import ended_early_on
from docgen.deals.refunds import received
from docgen.deals.terms import PaymentOrder
from docgen.findings import Finding, error

_NOTHING = Decimal("0.00")


def check_refunds(deal: Deal) -> Iterator[Finding]:
    """Yield the refunds that give back more than lay beyond all that was owed on their day."""
    is_penalty_first = deal.terms.payment_order is PaymentOrder.PENALTY_FIRST and deal.terms.late_payment is not None
    for index, refund in enumerate(deal.facts.refunds):
        left = received(deal, as_of=refund.on)
        if not ended_early_on(deal, as_of=refund.on) and not is_penalty_first:
            left -= terms_as_of(deal, as_of=refund.on).terms.total
        if left < 0:
            most = max(left + refund.amount, _NOTHING)
            where = f"facts.refunds[{index}].amount"
            yield error("deals.refund-beyond-advance", where, seq=refund.seq, amount=refund.amount, most=most)
