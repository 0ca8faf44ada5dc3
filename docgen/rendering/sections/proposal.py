"""The proposal as plain values: needs and answers, content, steps, effects, cases, objections answered."""

from __future__ import annotations

from collections.abc import Iterator

from docgen.deals.proposal import Feedback, Proposal, Step, version_key
from docgen.rendering.longtext import side_by_side
from docgen.rendering.sections.background import Background, Values
from docgen.rendering.sections.quotation import PRIORITIES, proposal_of, title_of
from docgen.rendering.sections.terms import mark


def section(about: Background) -> Values:
    """Return what a proposal says besides its price.

    Raises:
        Refused: the record has no proposal.
    """
    proposal = proposal_of(about)
    survey = proposal.survey
    return {
        "version": proposal.version,
        "title": title_of(about),
        "summary": proposal.summary,
        "survey": {"on": survey.on, "by": survey.by, "contact": survey.contact, "role": survey.role}
        if survey
        else None,
        "needs": list(_needs(proposal)),
        "need_count": len(proposal.needs),
        "modules": list(_modules(proposal)),
        "steps": list(_steps(proposal.steps)),
        "days": sum(step.days for step in proposal.steps),
        "effects": [
            {"index": n, "name": e.name, "current": e.current, "expected": e.expected, "measured_by": e.measured_by}
            for n, e in enumerate(proposal.effects, start=1)
        ],
        "cases": list(_cases(proposal)),
        "answered": list(_answered(proposal)),
    }


def _needs(proposal: Proposal) -> Iterator[Values]:
    """Yield the rows of the table of needs; a long text goes on in rows marked 续."""
    for number, need in enumerate(proposal.needs, start=1):
        for place, (current, target, answer) in enumerate(
            side_by_side(need.current, need.target, need.answer or "（待补充）")
        ):
            first = place == 0
            row = {"mark": mark(number, place), "category": need.category, "current": current, "target": target}
            yield row | {"priority": PRIORITIES[need.priority] if first else None, "answer": answer}


def _modules(proposal: Proposal) -> Iterator[Values]:
    for number, module in enumerate(proposal.modules, start=1):
        for place, (content,) in enumerate(side_by_side(module.content)):
            yield {"mark": mark(number, place), "name": module.name, "content": content}


def _steps(steps: tuple[Step, ...]) -> Iterator[Values]:
    """Yield the steps, each with the days it takes and the day it runs to, counted from the start."""
    until = 0
    for step in steps:
        begin, until = until + 1, until + step.days
        for place, (content, milestone) in enumerate(side_by_side(step.content, step.milestone)):
            row = {"mark": mark(step.seq, place), "name": step.name, "content": content, "milestone": milestone}
            yield row | {"days": step.days if place == 0 else None, "from_day": begin, "to_day": until}


def _cases(proposal: Proposal) -> Iterator[Values]:
    for number, case in enumerate(proposal.cases, start=1):
        for place, (background, result) in enumerate(side_by_side(case.background, case.result)):
            row = {"mark": mark(number, place), "client": case.client}
            yield row | {"background": background, "result": result}


def _answered(proposal: Proposal) -> Iterator[Values]:
    """Yield the objections to earlier versions that this one answers."""
    for number, each in enumerate(_settled(proposal), start=1):
        for place, (objection, solution) in enumerate(side_by_side(each.objection, each.solution or "")):
            row = {"mark": mark(number, place), "version": each.version, "on": each.on if place == 0 else None}
            yield row | {"objection": objection, "solution": solution}


def _settled(proposal: Proposal) -> Iterator[Feedback]:
    for each in proposal.feedback:
        if each.is_closed and version_key(each.version) < version_key(proposal.version):
            yield each
