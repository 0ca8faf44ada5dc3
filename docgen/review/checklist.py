"""合同关键条款核对表 (表6, T2-06) from the record: each line with finding, evidence, rule and result.

All lines must be 是 before signing; a 否 needs a remark (R-2.3-18). A person answers what the record cannot decide, and
may be stricter than the machine, never more lenient: what the record disproves is mended in the record.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from docgen.deals.deal import Deal
from docgen.deals.retention import MANUAL, Term
from docgen.deals.workdays import Calendar
from docgen.review import on_form, on_liability, on_parties, on_payment, on_performance, on_tax
from docgen.review.line import Answer, Check, Checklist, DecidedBy, Line, Result, Seen, Subject

CHECKS: tuple[Check, ...] = (
    *on_parties.CHECKS,
    *on_payment.CHECKS,
    *on_performance.CHECKS,
    *on_liability.CHECKS,
    *on_tax.CHECKS,
    *on_form.CHECKS,
)
"""Every line of the form, in the order of print."""

_ALLOWED: Mapping[Result, frozenset[Result]] = {
    Result.OPEN: frozenset({Result.YES, Result.NO, Result.NOT_APPLICABLE}),
    Result.YES: frozenset({Result.YES, Result.NO}),
    Result.NO: frozenset({Result.NO}),
    Result.NOT_APPLICABLE: frozenset({Result.YES, Result.NO, Result.NOT_APPLICABLE}),
}
_STEP = re.compile(r"([a-z_]+)|\[(\d+)\]")


def checklist(
    deal: Deal, *, as_of: date, calendar: Calendar, answers: Iterable[Answer] = (), term: Term = MANUAL
) -> Checklist:
    """Return the checklist of a deal as of a day: the terms in force then, and the answers given until then.

    `term` is how long the office keeps contract papers.
    """
    about = Subject(deal, as_of, calendar, term)
    latest = {each.line: each for each in answers if each.on <= as_of}
    lines = tuple(_line(check, about, latest.get(check.id)) for check in CHECKS)
    return Checklist(deal.terms.contract.number, about.version, as_of, lines)


def may_answer(line: Line, result: Result) -> bool:
    """Tell whether a person may give a line that result: stricter than what the record proves, never more lenient."""
    return result in _ALLOWED[line.machine_result]


def _line(check: Check, about: Subject, answer: Answer | None) -> Line:
    seen = check.look(about)
    digest = _digest(check, seen, about)
    line = Line(
        id=check.id,
        clause_type=check.clause_type,
        what=check.what,
        finding=seen.finding,
        evidence=seen.evidence,
        clauses=tuple(dict.fromkeys(seen.clauses)),
        rule=check.rule,
        result=seen.result,
        remark=seen.remark,
        decided_by=None if seen.result is Result.OPEN else DecidedBy.MACHINE,
        machine_result=seen.result,
        digest=digest,
    )
    return line if answer is None else _answered(line, answer)


def _answered(line: Line, answer: Answer) -> Line:
    """Return a line with a person's answer; one about other values, or one the record now disproves, is stale."""
    changes: dict[str, Any] = {"answered_by": answer.by, "answered_on": answer.on}
    if answer.digest != line.digest or not may_answer(line, answer.result):
        changes["is_stale"] = True
    else:
        remark = "；".join(text for text in (line.remark, answer.remark) if text)
        changes |= {"result": answer.result, "remark": remark, "decided_by": DecidedBy.PERSON}
    return replace(line, **changes)


def _digest(check: Check, seen: Seen, about: Subject) -> str:
    """Return the SHA-256 of the values a line rests on; one that rests on the text alone is bound to the version."""
    values: dict[str, Any] = {path: value_at(about.values, path) for path in seen.evidence}
    bound = {"line": check.id, "values": values or {"version": about.version}, "machine": seen.result.value}
    text = json.dumps(bound, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def value_at(values: Mapping[str, Any], path: str) -> Any:  # noqa: ANN401  # any JSON value
    """Return the plain value at a path such as `terms.lines[0].model`.

    Raises:
        KeyError, IndexError: nothing stands there; a check that names such a path is wrong.
    """
    found: Any = values
    for name, index in _STEP.findall(path):
        found = found[name] if name else found[int(index)]
    return found
