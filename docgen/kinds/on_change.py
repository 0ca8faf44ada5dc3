"""Conditions on a change: it was asked for, it changes something, its sums agree, and it is not signed already."""

from __future__ import annotations

from decimal import Decimal

from docgen.deals.totals import totals
from docgen.findings import Finding, error, warning
from docgen.kinds.question import Question


def change_exists(question: Question) -> list[Finding]:
    """Demand a change asked for by the day: no 补充协议 without one."""
    if question.change is not None:
        return []
    return [error("kinds.no-change", "changes", seq=question.subject.seq, as_of=question.as_of)]


def change_differs(question: Question) -> list[Finding]:
    """Refuse an agreement that changes nothing: an unclear change is presumed none (民法典 544)."""
    agreed = question.agreement
    if agreed is None or agreed.items:
        return []
    return [error("kinds.change-not-different", _where(question), seq=agreed.change.seq)]


def change_adds_up(question: Question) -> list[Finding]:
    """Demand that, after the change, price lines and instalments both come to the new total."""
    agreed = question.agreement
    if agreed is None:
        return []
    findings: list[Finding] = []
    after = agreed.after
    lines = totals(after.lines).incl
    if lines != after.total:
        where = f"{_where(question)}.new.total"
        findings.append(error("kinds.change-lines-differ", where, total=after.total, lines=lines))
    shares = sum((part.share for part in after.plan if part.share is not None), Decimal(0))
    fixed = sum((part.amount for part in after.plan if part.amount is not None), Decimal(0))
    if not _plan_fits(after.total, shares=shares, fixed=fixed):
        where = f"{_where(question)}.new.plan"
        findings.append(error("kinds.change-plan-differs", where, total=after.total, shares=shares * 100, fixed=fixed))
    return findings


def change_not_in_force(question: Question) -> list[Finding]:
    """Warn when the change came back signed already: a second paper about it may confuse both sides."""
    agreed = question.agreement
    if agreed is None or not agreed.is_in_force:
        return []
    return [warning("kinds.change-in-force", _where(question), seq=agreed.change.seq)]


def _plan_fits(total: Decimal, *, shares: Decimal, fixed: Decimal) -> bool:
    return abs(shares * total + fixed - total) < Decimal("0.005")


def _where(question: Question) -> str:
    deal, seq = question.deal, question.subject.seq
    place = next((number for number, change in enumerate(deal.changes) if change.seq == seq), seq - 1)
    return f"changes[{place}]"
