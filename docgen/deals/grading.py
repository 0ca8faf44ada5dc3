"""How closely a customer is looked after: A, B or C by what was signed in a calendar year (R-2.5-01 to 03, P8)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from enum import StrEnum

from docgen.deals.amending import terms_as_of
from docgen.deals.deal import Deal
from docgen.deals.milestones import signed_on

FROM_A = Decimal(500_000)
FROM_B = Decimal(200_000)


class MaintenanceGrade(StrEnum):
    """A: visited monthly; B: called quarterly; C: twice a year."""

    A = "A"
    B = "B"
    C = "C"


def maintenance_grade(deals: Iterable[Deal], *, year: int, as_of: date) -> MaintenanceGrade:
    """Return a customer's grade from its deals: totals in 元, tax included, of those signed in the year until a day.

    A strategic customer is A whatever it signed. Each bound belongs to the higher grade.
    """
    known = tuple(deals)
    if any(each.internal.is_strategic for each in known):
        return MaintenanceGrade.A
    signed = (each for each in known if (day := signed_on(each, as_of=as_of)) and day.year == year)
    total = sum((terms_as_of(each, as_of=as_of).terms.total for each in signed), Decimal(0))
    if total >= FROM_A:
        return MaintenanceGrade.A
    return MaintenanceGrade.B if total >= FROM_B else MaintenanceGrade.C
