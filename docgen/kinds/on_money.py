"""Conditions on a letter that asks for money after acceptance: what it hangs on, what goes out with it."""

from __future__ import annotations

from docgen.deals.amending import terms_as_of
from docgen.deals.fulfilment import AcceptanceResult
from docgen.deals.handling import FlagKind
from docgen.deals.milestones import accepted_on
from docgen.deals.money import split
from docgen.deals.plan import TriggerEvent
from docgen.deals.standing import flag_of
from docgen.findings import Finding, error, warning
from docgen.kinds import enclosures
from docgen.kinds.question import Question

FLAG_WORDS = {FlagKind.DISPUTED: "争议", FlagKind.PROMISED: "承诺付款", FlagKind.PAUSED: "暂停"}


def instalment_hangs_on_acceptance(question: Question) -> list[Finding]:
    """Demand that acceptance is one of the events the instalment waits for, and the warranty's end is none of them."""
    part = question.instalment
    if part is None:
        return []
    if enclosures.hangs_on(part, TriggerEvent.ACCEPTED) and not enclosures.hangs_on(part, TriggerEvent.WARRANTY_ENDED):
        return []
    return [error("kinds.not-on-acceptance", f"{_where(question)}.trigger", seq=part.seq)]


def acceptance_passed_for_instalment(question: Question) -> list[Finding]:
    """Demand that what the instalment hangs on has passed acceptance, or is deemed to have (P10); a failed one is none.

    For an instalment that hangs on the warranty's end, everything must have passed: the warranty runs from then.
    """
    part = question.instalment
    if part is None:
        return []
    numbers = {wait.number for wait in part.trigger.all_of if wait.event is TriggerEvent.ACCEPTED} or {None}
    day = question.known_until
    if all(accepted_on(question.deal, number=number, as_of=day) for number in numbers):
        return []
    held = question.deal.facts.acceptances
    failed = [str(each.seq) for each in held if each.on <= day and each.result is AcceptanceResult.FAILED]
    if failed:
        numbers_failed = "、".join(failed)
        return [error("kinds.acceptance-failed", "facts.acceptances", seq=part.seq, numbers=numbers_failed)]
    return [error("kinds.acceptance-not-passed", "facts.acceptances", seq=part.seq, as_of=day)]


def instalment_not_held_back(question: Question) -> list[Finding]:
    """Warn where a dispute, a promise or a pause stands against the instalment: the next letter is not simply sent."""
    if question.instalment is None:
        return []
    flag = flag_of(question.deal, question.subject.seq, as_of=question.as_of, calendar=question.calendar)
    if flag is None:
        return []
    params = {"seq": question.subject.seq, "flag": FLAG_WORDS[flag.flag], "reason": flag.reason}
    return [warning("kinds.held-back", "facts.flags", until=flag.until or "—", **params)]


def facts_not_after_paper(question: Question) -> list[Finding]:
    """Refuse a paper that states what happened after the day it bears."""
    if question.as_of <= question.dated:
        return []
    return [error("kinds.facts-after-paper", "dated", dated=question.dated, as_of=question.as_of)]


def reports_enclosed(question: Question) -> list[Finding]:
    """Demand the acceptance report that goes out with the letter; warn while its signed copy is not back.

    An acceptance that is deemed passed has no report; the signed receipt stands in for it.
    """
    part = question.instalment
    if part is None:
        return []
    findings: list[Finding] = []
    for each in enclosures.proofs(question.deal, question.dossier, part, as_of=question.as_of):
        params = {"seq": each.acceptance.seq, "day": each.acceptance.on}
        if each.is_deemed and not each.returned:
            findings.append(warning("kinds.no-receipt", "papers", basis=each.acceptance.basis or "—", **params))
        elif not each.is_deemed and not each.issued and not each.returned:
            findings.append(error("kinds.no-report", "papers", **params))
        elif not each.is_deemed and not each.returned:
            findings.append(warning("kinds.report-not-back", "papers", number=each.issued[-1].number, **params))
    return findings


def invoices_enclosed(question: Question) -> list[Finding]:
    """Demand the invoice where the payment hangs on it, else warn while none is recorded, or less than the amount."""
    part = question.instalment
    if part is None:
        return []
    terms = terms_as_of(question.deal, as_of=question.as_of).terms
    amounts = {each.seq: amount for each, amount in zip(terms.plan, split(terms.total, terms.plan), strict=True)}
    found = enclosures.invoices(question.deal, terms, part, as_of=question.as_of)
    if not found:
        hangs = enclosures.hangs_on(part, TriggerEvent.INVOICE_RECEIVED)
        say = error if hangs else warning
        code = "kinds.invoice-needed" if hangs else "kinds.no-invoice"
        return [say(code, "facts.invoices", seq=part.seq)]
    total = sum(each.amount for each in found)
    if total >= amounts[part.seq]:
        return []
    return [warning("kinds.invoice-short", "facts.invoices", seq=part.seq, total=total, amount=amounts[part.seq])]


def _where(question: Question) -> str:
    return f"terms.plan[{question.subject.seq - 1}]"
