"""What a paper is called: its kind's title, or the name it takes once the instalment is overdue.

One notice asks for the instalment that hangs on acceptance; before the due day it is 进度款付款通知函, after it
进度款催收函 (X-04). It stays one kind with one series of numbers.
"""

from __future__ import annotations

from datetime import date

from docgen.deals.deal import Deal
from docgen.deals.schedule import schedule
from docgen.deals.workdays import Calendar
from docgen.kinds.kind import Kind
from docgen.kinds.subjects import Subject


def title_of(kind: Kind, deal: Deal, subject: Subject, *, as_of: date, calendar: Calendar) -> str:
    """Return the title a paper about one part of a deal bears on a day."""
    if kind.spec.overdue_title is None:
        return kind.spec.title
    rows = schedule(deal, as_of=as_of, calendar=calendar)
    is_late = any(row.seq == subject.seq and row.overdue_days > 0 for row in rows)
    return kind.spec.overdue_title if is_late else kind.spec.title
