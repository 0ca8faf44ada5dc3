"""Conditions of the letters after the due day: how late, free to ask, and the last letter really on its way.

Between one and thirty days a collection letter goes out, from the thirty-first the formal demand and the draft for the
law firm (R-2.5-08). Nobody is asked who disputes, has promised until a day not yet over, or is being left in peace.
"""

from __future__ import annotations

from docgen.deals import paperwork
from docgen.deals.dunning import LETTER_STAGES, RANK
from docgen.deals.schedule import InstalmentStatus, PaymentState, schedule
from docgen.deals.standing import MAJOR_DAYS, flag_of, stage_of
from docgen.findings import Finding, error, warning
from docgen.kinds.on_money import FLAG_WORDS
from docgen.kinds.question import Question
from docgen.kinds.sent import asking_papers, dispatch, sent_letters


def overdue_up_to_30_days(question: Question) -> list[Finding]:
    """Demand an instalment 1 to 30 days overdue, also on the day the paper bears."""
    row = _row(question)
    if row is None or not row.balance:
        return []
    if row.overdue_days < 1:
        return [error("kinds.not-overdue", "terms.plan", seq=row.seq, due=row.due or "—")]
    days = row.overdue_days + max((question.dated - question.as_of).days, 0)
    if days >= MAJOR_DAYS:
        return [error("kinds.overdue-too-long", "terms.plan", seq=row.seq, days=days, title=paperwork.FORMAL_DEMAND)]
    return []


def overdue_over_30_days(question: Question) -> list[Finding]:
    """Demand an instalment at least 31 days overdue; on the thirtieth day it is not."""
    row = _row(question)
    if row is None or not row.balance or row.overdue_days >= MAJOR_DAYS:
        return []
    params = {"seq": row.seq, "days": row.overdue_days, "least": MAJOR_DAYS, "title": paperwork.OVERDUE_DEMAND}
    return [error("kinds.overdue-too-short", "terms.plan", **params)]


def instalment_free_to_ask(question: Question) -> list[Finding]:
    """Refuse while a dispute, a promise or a pause stands, its last day included."""
    if question.instalment is None:
        return []
    flag = flag_of(question.deal, question.subject.seq, as_of=question.dated, calendar=question.calendar)
    if flag is None:
        return []
    params = {"seq": question.subject.seq, "flag": FLAG_WORDS[flag.flag], "reason": flag.reason}
    return [error("kinds.not-to-ask-now", "facts.flags", until=flag.until or "—", **params)]


def earlier_letter_sent(question: Question) -> list[Finding]:
    """Refuse the next stage while the last letter lies in the drawer or came back; the first letter needs none.

    A letter of the same stage that was not sent is only told: the new one may be made to replace it.
    """
    row = _row(question)
    stage = stage_of(row) if row else None
    if stage is None:
        return []
    day = question.known_until
    known = [
        (each, LETTER_STAGES[each.title]) for each in asking_papers(question.dossier, question.subject.seq, until=day)
    ]
    findings = []
    for letters, say in (
        ([each for each, own in known if RANK[own] < RANK[stage]], error),
        ([each for each, own in known if RANK[own] == RANK[stage]], warning),
    ):
        if letters and dispatch(question.dossier, letters[-1].number, until=day) is None:
            last = letters[-1]
            findings.append(say("kinds.last-letter-not-sent", last.number, title=last.title, number=last.number))
    return findings


def formal_demand_sent(question: Question) -> list[Finding]:
    """Warn where the law firm is turned to before our own formal demand went out."""
    if question.instalment is None:
        return []
    sent = sent_letters(question.dossier, question.subject.seq, until=question.known_until)
    if any(paper.title == paperwork.FORMAL_DEMAND for paper, _ in sent):
        return []
    return [warning("kinds.no-demand-sent", "papers", seq=question.subject.seq, title=paperwork.FORMAL_DEMAND)]


def statement_complete(question: Question) -> list[Finding]:
    """Warn where a statement leaves an instalment out (written off), or a dispute or promise stands against one."""
    findings = []
    for row in schedule(question.deal, as_of=question.as_of, calendar=question.calendar):
        if row.state is PaymentState.WRITTEN_OFF:
            findings.append(warning("kinds.left-off-statement", "facts.write_offs", seq=row.seq))
            continue
        flag = flag_of(question.deal, row.seq, as_of=question.as_of, calendar=question.calendar)
        if flag is not None and row.balance:
            params = {"seq": row.seq, "flag": FLAG_WORDS[flag.flag], "reason": flag.reason}
            findings.append(warning("kinds.held-back", "facts.flags", until=flag.until or "—", **params))
    return findings


def _row(question: Question) -> InstalmentStatus | None:
    if question.instalment is None:
        return None
    rows = schedule(question.deal, as_of=question.as_of, calendar=question.calendar)
    return next((row for row in rows if row.seq == question.subject.seq), None)
