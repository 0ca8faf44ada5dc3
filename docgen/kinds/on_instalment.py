"""Conditions on an instalment: it is there, an advance due on signing, its milestone is reached, money is owed."""

from __future__ import annotations

from datetime import date

from docgen.deals.milestones import accepted_on, delivered_on
from docgen.deals.plan import Condition, InstalmentKind, TriggerEvent
from docgen.deals.schedule import schedule, warranty_period
from docgen.findings import Finding, error
from docgen.kinds.question import Question

_STARTED_BY_US = {TriggerEvent.NOTICE_RECEIVED, TriggerEvent.INVOICE_RECEIVED, TriggerEvent.FIXED_DATE}


def instalment_exists(question: Question) -> list[Finding]:
    """Demand that the plan in force has this instalment."""
    if question.instalment is not None:
        return []
    return [error("kinds.no-instalment", "terms.plan", seq=question.subject.seq, contract=question.contract_name)]


def instalment_is_advance(question: Question) -> list[Finding]:
    """Refuse to call a progress or final payment an advance."""
    part = question.instalment
    if part is None or part.kind is InstalmentKind.ADVANCE:
        return []
    return [error("kinds.not-an-advance", _where(question), seq=part.seq)]


def instalment_hangs_on_signing(question: Question) -> list[Finding]:
    """Demand that signing is one of the events the instalment waits for."""
    part = question.instalment
    if part is None or any(wait.event is TriggerEvent.SIGNED for wait in part.trigger.all_of):
        return []
    return [error("kinds.not-on-signing", f"{_where(question)}.trigger", seq=part.seq)]


def instalment_milestone_reached(question: Question) -> list[Finding]:
    """Refuse a demand for money while an event it waits for is still to come.

    The arrival of our own notice or invoice does not count here: it is the notice that sets it going.
    """
    part = question.instalment
    if part is None:
        return []
    waiting = [wait for wait in part.trigger.all_of if not _has_happened(wait, question)]
    where = f"{_where(question)}.trigger"
    return [error("kinds.milestone-not-reached", where, seq=part.seq, event=_EVENTS[wait.event]) for wait in waiting]


def instalment_open(question: Question) -> list[Finding]:
    """Refuse to ask for what is already paid."""
    if question.instalment is None:
        return []
    for status in schedule(question.deal, as_of=question.as_of, calendar=question.calendar):
        if status.seq == question.subject.seq and status.balance <= 0:
            return [error("kinds.already-paid", "facts.payments", seq=status.seq, paid=status.paid)]
    return []


_EVENTS = {
    TriggerEvent.SIGNED: "合同签订",
    TriggerEvent.NOTICE_RECEIVED: "付款通知送达",
    TriggerEvent.INVOICE_RECEIVED: "发票签收",
    TriggerEvent.DELIVERED: "交付",
    TriggerEvent.ACCEPTED: "验收合格",
    TriggerEvent.WARRANTY_ENDED: "质保期满",
    TriggerEvent.FIXED_DATE: "约定日期",
}


def _where(question: Question) -> str:
    return f"terms.plan[{question.subject.seq - 1}]"


def _has_happened(wait: Condition, question: Question) -> bool:
    if wait.event in _STARTED_BY_US:
        return True
    day = _day_of(wait, question)
    return day is not None and day <= question.as_of


def _day_of(wait: Condition, question: Question) -> date | None:
    if wait.event is TriggerEvent.SIGNED:
        return question.signed_on
    if wait.event is TriggerEvent.DELIVERED:
        return delivered_on(question.deal, number=wait.number, as_of=question.as_of)
    if wait.event is TriggerEvent.ACCEPTED:
        return accepted_on(question.deal, number=wait.number, as_of=question.as_of)
    period = warranty_period(question.deal, as_of=question.as_of)
    return period.ends_on if period else None
