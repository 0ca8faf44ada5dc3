"""Conditions around the warranty's end: the final letter in two steps, the form the customer signs, the certificate.

The manual sends the 尾款催收函 seven days before the end and wants the 质保期满证明 with it, which cannot truthfully
exist yet (X-03). So before the end a form states the coming day, and the certificate is made from the day after.

Whether a fault is open the record knows in two ways: a 争议 recorded against the contract or against an instalment
that hangs on the warranty's end and not lifted, or an acceptance that failed and was not followed by a passed one.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from docgen.deals.amending import terms_as_of
from docgen.deals.documents import FINAL_DEMAND_DAYS
from docgen.deals.fulfilment import AcceptanceResult
from docgen.deals.handling import FlagKind, HandlingFlag
from docgen.deals.milestones import ended_early_on, passed_acceptances
from docgen.deals.plan import TriggerEvent
from docgen.deals.schedule import WarrantyPeriod, warranty_period
from docgen.findings import Finding, error, warning
from docgen.kinds import enclosures
from docgen.kinds.question import Question


def final_instalment(question: Question) -> list[Finding]:
    """Demand that the instalment waits for the warranty's end."""
    part = question.instalment
    if part is None or enclosures.hangs_on(part, TriggerEvent.WARRANTY_ENDED):
        return []
    return [error("kinds.not-final", f"terms.plan[{part.seq - 1}].trigger", seq=part.seq)]


def warranty_known(question: Question) -> list[Finding]:
    """Demand a warranty that began with a passed acceptance and that no early end of the contract cut short."""
    if terms_as_of(question.deal, as_of=question.as_of).terms.warranty is None:
        return [error("kinds.no-warranty", "terms.warranty", contract=question.contract_name)]
    period = _period(question)
    if period is None:
        return [error("kinds.warranty-not-begun", "facts.acceptances", as_of=question.known_until)]
    ended = ended_early_on(question.deal, as_of=question.as_of)
    if ended and ended <= period.ends_on:
        return [error("kinds.ended-before-warranty", "facts.termination", day=ended, ends=period.ends_on)]
    return []


def warranty_ends_within_7_days(question: Question) -> list[Finding]:
    """Refuse what goes out from seven days before the warranty's end; afterwards it goes out at once (R-2.5-06)."""
    period = _period(question)
    if period is None:
        return []
    first = period.ends_on - timedelta(days=FINAL_DEMAND_DAYS)
    if question.known_until >= first:
        return []
    return [error("kinds.before-final-week", "dated", ends=period.ends_on, first=first)]


def warranty_over(question: Question) -> list[Finding]:
    """Refuse to certify the end of a warranty before the day after it."""
    period = _period(question)
    if period is None or question.known_until > period.ends_on:
        return []
    first = period.ends_on + timedelta(days=1)
    return [error("kinds.warranty-still-runs", "dated", ends=period.ends_on, first=first)]


def warranty_paper_enclosed(question: Question) -> list[Finding]:
    """Demand the form before the end, and the certificate (at least the form) after it, as the table of papers does."""
    period = _period(question)
    if period is None:
        return []
    form = enclosures.warranty_papers(question.dossier, enclosures.WARRANTY_FORM, as_of=question.as_of)
    proof = enclosures.warranty_papers(question.dossier, enclosures.WARRANTY_CERTIFICATE, as_of=question.as_of)
    if question.known_until <= period.ends_on:
        return [] if form else [error("kinds.no-warranty-form", "papers", ends=period.ends_on)]
    if proof:
        return []
    say = warning if form else error
    return [say("kinds.no-warranty-certificate", "papers", ends=period.ends_on)]


def no_open_fault(question: Question) -> list[Finding]:
    """Refuse while a fault is recorded as open; warn where a dispute lapsed without anybody lifting it."""
    return [*_disputes(question), *_failures(question)]


def _disputes(question: Question) -> Iterator[Finding]:
    plan = terms_as_of(question.deal, as_of=question.as_of).terms.plan
    finals = [part.seq for part in plan if enclosures.hangs_on(part, TriggerEvent.WARRANTY_ENDED)]
    for last in dict.fromkeys(filter(None, (_last_flag(question, seq) for seq in finals or (None,)))):
        if last.flag is not FlagKind.DISPUTED:
            continue
        if last.until is None or last.until >= question.as_of:
            yield error("kinds.open-fault", "facts.flags", reason=last.reason, day=last.on)
        else:
            yield warning("kinds.fault-lapsed", "facts.flags", reason=last.reason, day=last.on, until=last.until)


def _last_flag(question: Question, seq: int | None) -> HandlingFlag | None:
    flags = (each for each in question.deal.facts.flags if each.on <= question.as_of)
    known = [each for each in flags if each.instalment in {None, seq}]
    return max(known, key=lambda each: (each.on, each.seq), default=None)


def _failures(question: Question) -> Iterator[Finding]:
    passed = [each.seq for each in passed_acceptances(question.deal, as_of=question.as_of)]
    for held in question.deal.facts.acceptances:
        failed = held.result is AcceptanceResult.FAILED and held.on <= question.as_of
        if failed and held.seq > max(passed, default=0):
            yield error("kinds.open-fault", "facts.acceptances", reason=held.rectification or "—", day=held.on)


def _period(question: Question) -> WarrantyPeriod | None:
    return warranty_period(question.deal, as_of=question.known_until)
