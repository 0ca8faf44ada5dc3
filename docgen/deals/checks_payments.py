"""Money set against what is owed where payments go to penalties first: what is left then depends on the days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from docgen.deals.amending import terms_as_of
from docgen.deals.deal import Deal
from docgen.deals.fulfilment import TerminationGround
from docgen.deals.milestones import ended_early_on
from docgen.deals.penalties import penalties_paid
from docgen.deals.refunds import received
from docgen.deals.schedule import schedule
from docgen.deals.terms import PaymentOrder
from docgen.deals.workdays import Calendar
from docgen.findings import Finding, error, warning


def pays_penalties_first(deal: Deal) -> bool:
    """Tell whether some of the money may have gone to penalties."""
    return deal.terms.payment_order is PaymentOrder.PENALTY_FIRST and deal.terms.late_payment is not None


def check_penalty_first(deal: Deal, calendar: Calendar) -> Iterator[Finding]:
    """Yield what is odd about the payments of a sound record that pays penalties first."""
    if not pays_penalties_first(deal):
        return
    last = max((each.on for each in deal.facts.payments), default=None)
    if last is not None:
        found = received(deal, as_of=last)
        owed = terms_as_of(deal, as_of=last).terms.total + penalties_paid(deal, as_of=last, calendar=calendar)
        if found > owed:
            yield warning("deals.paid-too-much", "facts.payments", found=found, total=owed)
    for index, refund in enumerate(deal.facts.refunds):
        owed = terms_as_of(deal, as_of=refund.on).terms.total
        owed += penalties_paid(deal, as_of=refund.on, calendar=calendar)
        short = owed - received(deal, as_of=refund.on)
        if short > 0 and not ended_early_on(deal, as_of=refund.on):
            most = max(refund.amount - short, Decimal("0.00"))
            params = {"seq": refund.seq, "amount": refund.amount, "most": most}
            yield error("deals.refund-beyond-advance", f"facts.refunds[{index}].amount", **params)
    ended = deal.facts.termination
    if ended is not None and ended.ground is TerminationGround.PERFORMED:
        left = _open(deal, ended.on, calendar)
        if left:
            yield warning("deals.performed-but-unpaid", "facts.termination.ground", open=left)


def _open(deal: Deal, day: date, calendar: Calendar) -> Decimal:
    rows = schedule(deal, as_of=day, calendar=calendar)
    return sum((row.balance + row.written_off for row in rows), Decimal(0))
