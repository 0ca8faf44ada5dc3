"""Conditions on what we know of incoming money: nobody is asked to pay on old data, or while money lies unread.

Only kinds that say something is due or late name this condition. The 预付款通知单 does not: it is the first notice,
goes out within three days of signing, and says nothing of lateness.
"""

from __future__ import annotations

from datetime import date, timedelta

from docgen.findings import Finding, error
from docgen.kinds.question import Question

_ONE_DAY = timedelta(days=1)


def payments_current(question: Question) -> list[Finding]:
    """Refuse where payments are known until too long ago, or a bank line that may be this deal's waits for a person."""
    known = question.dossier.payments
    if known is None:
        return []
    findings = [
        error("kinds.payment-line-waits", "facts.payments", lines="、".join(known.waiting))
    ] if known.waiting else []  # fmt: skip
    if known.as_of is None:
        return [*findings, error("kinds.payments-never-known", "facts.payments", company=known.company)]
    age = _workdays(question, known.as_of)
    if age > known.max_age:
        as_of = known.as_of.isoformat()
        findings.append(error("kinds.payments-stale", "facts.payments", as_of=as_of, age=age, limit=known.max_age))
    return findings


def _workdays(question: Question, since: date) -> int:
    """Count the working days after a day up to the paper's own."""
    day, count = since, 0
    while day < question.dated:
        day += _ONE_DAY
        count += question.calendar.is_workday(day)
    return count
