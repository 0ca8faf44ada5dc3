"""What a paper is called: its kind's title, or the name it takes before or after a due day.

One notice asks for the instalment that hangs on acceptance; before the due day it is 进度款付款通知函, after it
进度款催收函 (X-04). A statement of account is 到期提醒函 while something falls due within the days of reminding. Each
stays one kind with one series of numbers.
"""

from __future__ import annotations

from datetime import date

from docgen.deals.deal import Deal
from docgen.deals.schedule import PaymentState, schedule
from docgen.deals.workdays import Calendar
from docgen.kinds.kind import Kind
from docgen.kinds.subjects import Subject


def title_of(kind: Kind, deal: Deal, subject: Subject, *, as_of: date, calendar: Calendar) -> str:
    """Return the title a paper about one part of a deal bears on a day."""
    late, soon = kind.spec.overdue_title, kind.spec.reminder_title
    if late is None and soon is None:
        return kind.spec.title
    rows = schedule(deal, as_of=as_of, calendar=calendar)
    if late is None:
        is_soon = any(row.state is PaymentState.DUE_SOON for row in rows)
        return soon if soon and is_soon else kind.spec.title
    is_late = any(row.seq == subject.seq and row.overdue_days > 0 for row in rows)
    return late if is_late else kind.spec.title
