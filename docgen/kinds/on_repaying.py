"""Conditions of the 还款协议 and the 账户变更函: they are written down, they add up, they are proved."""

from __future__ import annotations

from docgen.findings import Finding, error, warning
from docgen.kinds.accounts import account_on
from docgen.kinds.question import Question
from docgen.kinds.repaying import accrued, open_principal


def repayment_exists(question: Question) -> list[Finding]:
    """Demand a repayment plan of that number whose day has come."""
    plan = question.repayment
    if plan is not None and plan.until <= question.known_until and not plan.withdrawn:
        return []
    return [error("kinds.no-repayment", "repayments", seq=question.subject.seq, as_of=question.known_until)]


def repayment_agrees(question: Question) -> list[Finding]:
    """Demand that the principal is what was open on the plan's day and still is, and that payments are yet to come."""
    plan = question.repayment
    if plan is None:
        return []
    where = f"repayments[{plan.seq - 1}]"
    findings = []
    for day in dict.fromkeys((plan.until, question.as_of)):
        found = open_principal(question.deal, plan.model_copy(update={"until": day}), calendar=question.calendar)
        if found != plan.principal:
            params = {"seq": plan.seq, "day": day, "stated": plan.principal, "open": found}
            findings.append(error("kinds.repayment-principal-differs", f"{where}.principal", **params))
            break
    if plan.parts[0].on <= question.dated:
        first = plan.parts[0].on
        findings.append(error("kinds.repayment-already-due", f"{where}.parts[0].on", on=first, dated=question.dated))
    return findings


def repayment_penalty_grounded(question: Question) -> list[Finding]:
    """Refuse a penalty the contract knows nothing of, or above what it comes to; warn where part of it is given up."""
    plan = question.repayment
    if plan is None:
        return []
    where, due = f"repayments[{plan.seq - 1}].penalty", accrued(question.deal, plan, calendar=question.calendar)
    params = {"seq": plan.seq, "stated": plan.penalty, "accrued": due}
    if plan.penalty > due:
        return [error("kinds.repayment-penalty-too-high", where, **params)]
    if plan.penalty < due:
        return [warning("kinds.repayment-penalty-reduced", where, given_up=due - plan.penalty, **params)]
    return []


def account_change_exists(question: Question) -> list[Finding]:
    """Demand a change of account of that number in the record."""
    if question.account_change is not None and not question.account_change.withdrawn:
        return []
    return [error("kinds.no-account-change", "account_changes", seq=question.subject.seq)]


def account_change_sound(question: Question) -> list[Finding]:
    """Demand an account in our own name that differs from the one in use, is listed as ours, from a day not past."""
    change = question.account_change
    if change is None:
        return []
    company, where = question.deal.company, f"account_changes[{change.seq - 1}]"
    old, _ = account_on(question.deal, question.dossier, as_of=question.as_of, before=change.seq)
    findings: list[Finding] = []
    if change.account.holder != company.name:
        params = {"holder": change.account.holder, "company": company.name}
        findings.append(error("kinds.account-not-ours", f"{where}.account.holder", **params))
    if change.account.number == old.number:
        findings.append(error("kinds.account-unchanged", f"{where}.account.number", number=old.number))
    if change.on < question.dated:
        findings.append(error("kinds.account-change-past", f"{where}.on", on=change.on, dated=question.dated))
    if change.account.number not in {own.number for own in company.accounts}:
        params = {"number": change.account.number, "company": company.name}
        findings.append(warning("kinds.account-not-listed", f"{where}.account.number", **params))
    return findings
