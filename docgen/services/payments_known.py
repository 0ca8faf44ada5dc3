"""How fresh our knowledge of incoming money is, and whether it is fresh enough to ask somebody for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from docgen.services.office import Office
from docgen.store import collection


@dataclass(frozen=True, slots=True)
class PaymentsAsOf:
    """Until which day one of our companies knows its money; None where nobody ever said. `age` in working days."""

    company: str
    as_of: date | None
    source: str
    age: int | None
    is_stale: bool


def payments_as_of(office: Office, *, as_of: date | None = None) -> tuple[PaymentsAsOf, ...]:
    """Return the freshness of each of our companies on a day, today by default."""
    return tuple(freshness(office, company, on=as_of or office.today()) for company in sorted(office.companies))


def freshness(office: Office, company: str, *, on: date) -> PaymentsAsOf:
    """Return the freshness of one company's payments on a day."""
    known = collection.payments_known().get(company)
    if known is None:
        return PaymentsAsOf(company, None, "", None, is_stale=True)
    age = workdays_between(office, known.as_of, on)
    return PaymentsAsOf(company, known.as_of, known.source, age, is_stale=age > office.workspace.payments_max_age)


def workdays_between(office: Office, first: date, last: date) -> int:
    """Count the working days after one day up to and including another; 0 where the other is not later."""
    days = range(first.toordinal() + 1, last.toordinal() + 1)
    return sum(office.calendar.is_workday(date.fromordinal(day)) for day in days)
