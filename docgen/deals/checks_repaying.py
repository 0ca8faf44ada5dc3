"""Do repayment plans and changes of account make sense by themselves? Sums, days in order, numbers in a row."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from docgen.deals.deal import Deal
from docgen.deals.repaying import Repayment
from docgen.findings import Finding, error

_NOTHING = Decimal("0.00")


def check_repaying(deal: Deal) -> Iterator[Finding]:
    """Yield what is wrong with repayment plans and changes of account."""
    known = {part.seq for part in deal.terms.plan} | {
        part.seq for change in deal.changes for part in change.new.plan or ()
    }
    for index, plan in enumerate(deal.repayments):
        yield from _check_number(plan.seq, index, "repayments")
        yield from _check_plan(plan, f"repayments[{index}]", known)
    for index, change in enumerate(deal.account_changes):
        yield from _check_number(change.seq, index, "account_changes")


def _check_number(seq: int, index: int, field: str) -> Iterator[Finding]:
    if seq != index + 1:
        yield error("deals.repaying-number", f"{field}[{index}].seq", seq=seq, wanted=index + 1)


def _check_plan(plan: Repayment, where: str, known: set[int]) -> Iterator[Finding]:
    total, owed = sum((each.amount for each in plan.parts), _NOTHING), plan.principal + plan.penalty
    if total != owed:
        params = {"seq": plan.seq, "total": total, "owed": owed}
        yield error("deals.repayment-sum", f"{where}.parts", **params)
    days = [plan.until, *(each.on for each in plan.parts)]
    if any(later <= earlier for earlier, later in pairwise(days)):
        yield error("deals.repayment-days", f"{where}.parts", seq=plan.seq)
    unknown = [seq for seq in plan.instalments if seq not in known]
    if unknown or len(set(plan.instalments)) < len(plan.instalments):
        numbers = "、".join(map(str, unknown or plan.instalments))
        yield error("deals.repayment-instalments", f"{where}.instalments", seq=plan.seq, numbers=numbers)
