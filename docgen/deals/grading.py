"""How closely a customer is looked after: A, B or C by what was signed in a year (R-2.5-01 to 03, P8).

The year is the calendar year or, where the customer's latest deal says so, the twelve months up to the day.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from enum import StrEnum

from docgen.deals.amending import terms_as_of
from docgen.deals.deal import Deal, GradeYear
from docgen.deals.milestones import signed_on
from docgen.deals.workdays import add_months

FROM_A = Decimal(500_000)
FROM_B = Decimal(200_000)
_YEAR = 12


class MaintenanceGrade(StrEnum):
    """A: visited monthly; B: called quarterly; C: twice a year."""

    A = "A"
    B = "B"
    C = "C"


def maintenance_grade(deals: Iterable[Deal], *, year: int, as_of: date) -> MaintenanceGrade:
    """Return a customer's grade from its deals: totals in 元, tax included, of those signed in the year until a day.

    The deal signed last says which year is meant (P18): `year`, or the twelve months that end with `as_of`. A strategic
    customer is A whatever it signed. Each bound belongs to the higher grade.
    """
    known = tuple(deals)
    if any(each.internal.is_strategic for each in known):
        return MaintenanceGrade.A
    total = signed_total(known, year=year, as_of=as_of)
    if total >= FROM_A:
        return MaintenanceGrade.A
    return MaintenanceGrade.B if total >= FROM_B else MaintenanceGrade.C


def signed_total(deals: Iterable[Deal], *, year: int, as_of: date) -> Decimal:
    """Return what was signed in the year that counts until a day, tax included, changes in force counted; in 元."""
    known = tuple(deals)
    signed = [(day, each) for each in known if (day := signed_on(each, as_of=as_of))]
    if grade_basis(known, as_of=as_of) is GradeYear.TRAILING:
        counted = [each for day, each in signed if day > add_months(as_of, -_YEAR)]
    else:
        counted = [each for day, each in signed if day.year == year]
    return sum((terms_as_of(each, as_of=as_of).terms.total for each in counted), Decimal("0.00"))


def grade_basis(deals: Iterable[Deal], *, as_of: date) -> GradeYear:
    """Return which year makes a customer's grade: as its deal signed last says, the calendar year without one."""
    signed = [(day, each) for each in deals if (day := signed_on(each, as_of=as_of))]
    latest = max(signed, key=lambda pair: (pair[0], pair[1].terms.contract.number or ""), default=None)
    return latest[1].internal.grade_year if latest else GradeYear.CALENDAR
