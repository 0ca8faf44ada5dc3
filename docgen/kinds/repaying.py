"""What a repayment plan must agree with: the balances and the penalty of its instalments on its day, in 元."""

from __future__ import annotations

from decimal import Decimal

from docgen.deals.deal import Deal
from docgen.deals.penalties import late_payment
from docgen.deals.repaying import Repayment
from docgen.deals.schedule import schedule
from docgen.deals.workdays import Calendar

_NOTHING = Decimal("0.00")


def open_principal(deal: Deal, plan: Repayment, *, calendar: Calendar) -> Decimal:
    """Return what is open of the plan's instalments on its day."""
    rows = schedule(deal, as_of=plan.until, calendar=calendar)
    return sum((row.balance for row in rows if row.seq in plan.instalments), _NOTHING)


def accrued(deal: Deal, plan: Repayment, *, calendar: Calendar) -> Decimal:
    """Return the penalty the contract's clause comes to on the plan's day; nothing without a clause."""
    found = late_payment(deal, as_of=plan.until, calendar=calendar)
    return sum((each.amount for each in found if each.seq in plan.instalments), _NOTHING)
