"""Conditions on the legal review: may the contract be signed as far as 合同关键条款核对表 goes (R-2.3-18)?"""

from __future__ import annotations

from docgen.findings import Finding, error
from docgen.kinds.question import Question
from docgen.review.checklist import checklist
from docgen.review.line import Checklist


def checklist_settled(question: Question) -> list[Finding]:
    """Demand that every line is 是 or 不适用, or 否 with a person's remark; the others are named."""
    known = question.dossier
    found = checklist(
        question.deal, as_of=question.as_of, calendar=question.calendar, answers=known.answers, term=known.term
    )
    if found.is_settled:
        return []
    lines = found.unsettled
    return [error("kinds.checklist-unsettled", question.contract_name, count=len(lines), lines=named(found))]


def named(found: Checklist) -> str:
    """Return the unsettled lines as people look for them: JF-03 验收流程（待确认）."""
    return "、".join(f"{line.id} {line.what}（{line.result.value}）" for line in found.unsettled)
