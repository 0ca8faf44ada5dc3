"""A statement of account: every instalment as of the day, principal only; what is due soon stands apart.

An instalment that was written off is no part of it: it is neither asked for nor forgiven by this paper.
"""

from __future__ import annotations

from decimal import Decimal

from docgen.deals.schedule import PaymentState, schedule
from docgen.rendering.sections.background import Background, Values
from docgen.rendering.sections.instalments import status

_NOTHING = Decimal("0.00")
_STATES = {
    PaymentState.NOT_DUE: "未到期",
    PaymentState.DUE_SOON: "即将到期",
    PaymentState.PART_PAID: "部分已付",
    PaymentState.PAID: "已付清",
}


def section(about: Background) -> Values:
    """Return the rows, those due soon, those past their day, and the sums in 元."""
    known = schedule(about.deal, as_of=about.as_of, calendar=about.calendar)
    rows = [each for each in known if each.state is not PaymentState.WRITTEN_OFF]
    return {
        "until": about.as_of,
        "rows": [status(row) | {"state_words": _STATES.get(row.state, f"已逾期{row.overdue_days}天")} for row in rows],
        "soon": [status(row) for row in rows if row.state is PaymentState.DUE_SOON],
        "past": [status(row) for row in rows if row.overdue_days],
        "left_out": [row.seq for row in known if row.state is PaymentState.WRITTEN_OFF],
        "amount": sum((row.amount for row in rows), _NOTHING),
        "paid": sum((row.paid for row in rows), _NOTHING),
        "balance": sum((row.balance for row in rows), _NOTHING),
    }
