"""The key-clause checklist as plain values: its lines as rows of the form, and how many have which result."""

from __future__ import annotations

import re
from collections.abc import Iterator

from docgen.deals.schema import title_path
from docgen.rendering.longtext import side_by_side
from docgen.rendering.sections.background import Background, Values
from docgen.review.checklist import checklist
from docgen.review.line import DecidedBy, Line, Result

_STEP = re.compile(r"([a-z_]+)|\[(\d+)\]")
_MOST_PLACES = 4
_TERMS = "约定"
_VERDICTS = {
    Result.YES: "■是 □否",
    Result.NO: "□是 ■否",
    Result.OPEN: "□是 □否\n待确认",
    Result.NOT_APPLICABLE: "不适用",
}
_SLOT = 150
"""Characters of one cell: some twenty lines of the narrow remark column."""


def section(about: Background) -> Values:
    """Return the checklist as of the day of the paper."""
    known = about.dossier
    found = checklist(about.deal, as_of=about.as_of, calendar=about.calendar, answers=known.answers, term=known.term)
    counts = found.counts
    return {
        "version": found.version,
        "as_of": found.as_of,
        "rows": [row for line in found.lines for row in _rows(line)],
        "count": len(found.lines),
        "yes": counts[Result.YES],
        "no": counts[Result.NO],
        "open": counts[Result.OPEN],
        "not_applicable": counts[Result.NOT_APPLICABLE],
        "by_person": sum(line.decided_by is DecidedBy.PERSON for line in found.lines),
        "by_machine": sum(line.decided_by is DecidedBy.MACHINE for line in found.lines),
        "is_complete": counts[Result.OPEN] == 0,
        "is_settled": found.is_settled,
        "unsettled": [{"id": line.id, "what": line.what} for line in found.unsettled],
    }


def _rows(line: Line) -> Iterator[Values]:
    """Yield the rows of a line; the result stands in the first, a long finding goes on in rows marked 续."""
    for place, (finding, remark) in enumerate(side_by_side(line.finding, _remark(line), limit=_SLOT)):
        yield {
            "clause_type": line.clause_type.value if place == 0 else "续",
            "id": line.id,
            "what": line.what,
            "finding": finding,
            "basis": _basis(line) if place == 0 else None,
            "verdict": _VERDICTS[line.result] if place == 0 else "",
            "remark": remark,
        }


def _basis(line: Line) -> str:
    """Return what a finding rests on: places of the record, clauses of the contract, and the rule."""
    places = list(dict.fromkeys(_place(path) for path in line.evidence))
    told = "、".join(places[:_MOST_PLACES]) + ("等" if len(places) > _MOST_PLACES else "")
    parts = [f"记录“{told}”"] if told else []
    if line.clauses:
        more = "等" if len(line.clauses) > _MOST_PLACES else ""
        parts.append(f"合同{'、'.join(line.clauses[:_MOST_PLACES])}{more}")
    return "；".join([*parts, line.rule])


def _place(path: str) -> str:
    """Return a place of the record in short Chinese titles: 付款计划, 客户·统一社会信用代码."""
    titles = [title.split("（")[0] for title in title_path(_location(path)).split(" › ")]
    return "·".join(titles[1:] if titles[0] == _TERMS and len(titles) > 1 else titles)


def _location(path: str) -> list[int | str]:
    return [name or int(index) for name, index in _STEP.findall(path)]


def _remark(line: Line) -> str:
    """Return the remark, and who answered when; an answer about other values is said to be void."""
    told = [line.remark] if line.remark else []
    if line.answered_by and line.answered_on:
        who = f"{line.answered_by} {line.answered_on.isoformat()}"
        told.append(f"（{who}的答复因内容已变更而失效）" if line.is_stale else f"（{who}）")
    return "".join(told)
