"""A repayment plan as plain values: the debt by instalments, principal and penalty apart, the payments agreed."""

from __future__ import annotations

from docgen.deals.schedule import schedule
from docgen.kinds.repaying import accrued
from docgen.rendering.sections.background import Background, Values
from docgen.rendering.sections.instalments import status


def asked(about: Background, seq: int) -> Values | None:
    """Return a repayment plan; `accrued` is what the contract's clause comes to by its day, in 元."""
    plan = next((each for each in about.deal.repayments if each.seq == seq), None)
    if plan is None:
        return None
    rows = schedule(about.deal, as_of=plan.until, calendar=about.calendar)
    clause = about.terms.late_payment
    due = accrued(about.deal, plan, calendar=about.calendar)
    return {
        "seq": plan.seq,
        "until": plan.until,
        "rows": [status(row) for row in rows if row.seq in plan.instalments],
        "principal": plan.principal,
        "penalty": plan.penalty,
        "total": plan.principal + plan.penalty,
        "has_clause": clause is not None,
        "clause": clause.clause if clause else None,
        "accrued": due,
        "is_reduced": plan.penalty < due,
        "replaces_rate": plan.replaces_rate,
        "parts": [{"index": n, "on": each.on, "amount": each.amount} for n, each in enumerate(plan.parts, start=1)],
        "copies": plan.copies,
        "dispute_clause": about.terms.dispute_clause,
    }
