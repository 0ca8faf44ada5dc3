"""Conditions on an acceptance: it was held, its conclusion follows its items, and its standards are the contract's."""

from __future__ import annotations

from docgen.deals.amending import terms_as_of
from docgen.deals.fulfilment import AcceptanceResult
from docgen.findings import Finding, error, warning
from docgen.kinds.question import Question


def acceptance_exists(question: Question) -> list[Finding]:
    """Demand that the record has this acceptance."""
    if question.acceptance is not None:
        return []
    return [error("kinds.no-acceptance", "facts.acceptances", seq=question.subject.seq)]


def acceptance_held(question: Question) -> list[Finding]:
    """Demand an acceptance held by the day, after a delivery.

    One that is deemed passed (视为通过) was never held: nobody tested and nobody signs, so there is no report.
    """
    held = question.acceptance
    if held is None:
        return []
    where = _where(question)
    if held.on > question.as_of:
        return [error("kinds.acceptance-later", f"{where}.on", seq=held.seq, day=held.on, as_of=question.as_of)]
    if held.result is AcceptanceResult.DEEMED:
        return [error("kinds.acceptance-deemed", f"{where}.result", seq=held.seq)]
    chosen = [d for d in question.deal.facts.deliveries if not held.deliveries or d.seq in held.deliveries]
    early = [done for done in chosen if done.on > held.on]
    if early and not any(done.on <= held.on for done in chosen):
        return [
            error("kinds.accepted-before-delivery", f"{where}.on", seq=held.seq, day=held.on, delivered=early[0].on)
        ]
    return []


def acceptance_agrees(question: Question) -> list[Finding]:
    """Demand that the conclusion follows the items, and that a failed one names what to mend by when (R-2.4-11)."""
    held = question.acceptance
    if held is None or held.result is AcceptanceResult.DEEMED:
        return []
    where = _where(question)
    failed = [item.name for item in held.items if not item.passed]
    if held.result is AcceptanceResult.PASSED:
        params = {"seq": held.seq, "items": "、".join(failed)}
        return [error("kinds.passed-with-failures", f"{where}.result", **params)] if failed else []
    findings = [] if failed else [error("kinds.failed-without-failures", f"{where}.result", seq=held.seq)]
    if held.rectification is None:
        findings.append(error("kinds.no-rectification", f"{where}.rectification", seq=held.seq))
    if held.rectify_by is None:
        findings.append(error("kinds.no-rectify-by", f"{where}.rectify_by", seq=held.seq))
    elif held.rectify_by < held.on:
        days = {"day": held.rectify_by, "held": held.on}
        findings.append(error("kinds.rectify-by-too-early", f"{where}.rectify_by", seq=held.seq, **days))
    return findings


def acceptance_remedied(question: Question) -> list[Finding]:
    """Demand remedy and retest day wherever a result below the standard was judged passed (X-07)."""
    held = question.acceptance
    if held is None:
        return []
    findings: list[Finding] = []
    for index, item in enumerate(held.items):
        where = f"{_where(question)}.items[{index}]"
        if item.passed and item.below_standard and (item.remedy is None or item.retested_on is None):
            findings.append(error("kinds.below-standard-unremedied", where, item=item.name))
        if item.retested_on is not None and item.retested_on > question.dated:
            days = {"day": item.retested_on, "dated": question.dated}
            findings.append(error("kinds.retest-after-paper", f"{where}.retested_on", item=item.name, **days))
    return findings


def acceptance_by_contract(question: Question) -> list[Finding]:
    """Warn where the standards tested are not word for word those in force on the day of the acceptance."""
    held = question.acceptance
    if held is None:
        return []
    agreed = terms_as_of(question.deal, as_of=held.on).terms.acceptance
    tested = {item.name: item.standard for item in held.items}
    findings: list[Finding] = []
    for standard in agreed.standards:
        params = {"item": standard.name, "standard": standard.standard, "clause": agreed.clause}
        if standard.name not in tested:
            findings.append(warning("kinds.standard-not-tested", f"{_where(question)}.items", **params))
        elif tested[standard.name] != standard.standard:
            tested_as = tested[standard.name]
            findings.append(warning("kinds.standard-differs", f"{_where(question)}.items", tested=tested_as, **params))
    return findings


def acceptance_by_decision_maker(question: Question) -> list[Finding]:
    """Warn when none of those present is the customer's decision maker; a signer then needs an authority (R-2.4-17)."""
    held = question.acceptance
    if held is None:
        return []
    deciders = {contact.name for contact in question.deal.customer.contacts if contact.is_decision_maker}
    if deciders.intersection(held.people):
        return []
    return [warning("kinds.no-decision-maker", f"{_where(question)}.people", people="、".join(held.people))]


def _where(question: Question) -> str:
    held, seq = question.deal.facts.acceptances, question.subject.seq
    place = next((number for number, acceptance in enumerate(held) if acceptance.seq == seq), seq - 1)
    return f"facts.acceptances[{place}]"
