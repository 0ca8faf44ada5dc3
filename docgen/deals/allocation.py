"""Which instalment a payment pays: the one it names, else the one due first (民法典 560), principal only.

What a payment brings beyond the instalment it names joins the free money, so that no 分 is lost; the record's checks
say so to a person.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from docgen.deals.fulfilment import Payment


def allocate(
    owed: Mapping[int, Decimal], *, order: Mapping[int, date], payments: Iterable[Payment]
) -> dict[int, Decimal]:
    """Return what is paid on each instalment in 元, never more than it comes to.

    `owed` is the amount by instalment number, `order` its due day (date.max while none is known).
    """
    paid = {seq: Decimal("0.00") for seq in owed}
    free = Decimal(0)
    for payment in payments:
        taken = Decimal(0)
        named = payment.instalment
        if named is not None and named in owed:
            taken = min(payment.amount, owed[named] - paid[named])
            paid[named] += taken
        free += payment.amount - taken
    for seq in sorted(owed, key=lambda each: (order[each], each)):
        taken = min(free, owed[seq] - paid[seq])
        paid[seq] += taken
        free -= taken
    return paid
