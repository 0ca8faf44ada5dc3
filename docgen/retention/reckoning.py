"""Reckoning: until when each class keeps a paper, from the day its term began; the longest class wins.

A term in months ends on the corresponding day, else on the month's last (P1, P6; 民法典 202); that day is the last on
which the paper must be kept. Accounting terms count from the first day after the fiscal year, which is their first day:
thirty years from 1 January 2025 end on 31 December 2054 (《会计档案管理办法》第十四条). An unknown start is no start.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType

from docgen.deals.workdays import add_months
from docgen.retention.table import RetentionClass, RetentionTable, Start

_MONTHS = 12
_SINCE: Mapping[Start, str] = MappingProxyType(
    {
        Start.TERMINATION: "合同终止后",
        Start.FISCAL_YEAR: "会计年度终了后",
        Start.LAST_CONTACT: "最后一次往来后",
        Start.FILING: "归档后",
    }
)


@dataclass(frozen=True, slots=True)
class Starts:
    """The days terms may begin on, as far as they are known: None is unknown, and an unknown term never ends.

    `accounted_on` is the day that tells a paper's fiscal year: the date it bears, else the day it came in.
    """

    terminated_on: date | None
    filed_on: date
    accounted_on: date | None
    last_contact: date | None


@dataclass(frozen=True, slots=True)
class ClassTerm:
    """One class of a paper, reckoned: its start and day, term in months, last day to keep, and the rule in words.

    `until` None: kept for ever, or not known yet. `is_known` False: the table no longer has this class.
    """

    class_id: str
    title: str
    start: Start | None
    start_on: date | None
    months: int
    until: date | None
    rule: str
    basis: str = ""

    @property
    def is_permanent(self) -> bool:
        """Tell whether the class keeps for ever."""
        return self.start is Start.NEVER

    @property
    def is_unknown(self) -> bool:
        """Tell whether the end is open because something is not known."""
        return self.until is None and not self.is_permanent


def reckon(
    table: RetentionTable,
    classes: Sequence[str],
    starts: Starts,
    *,
    promised: Mapping[str, int] = MappingProxyType({}),
) -> tuple[ClassTerm, ...]:
    """Return each class of a paper with its end; `promised` are months told at filing, below which no term falls."""
    return tuple(_term(table, name, starts, promised.get(name, 0)) for name in classes)


def deciding(terms: Sequence[ClassTerm]) -> ClassTerm:
    """Return the class that keeps a paper longest: for ever, then not known, then the latest day."""
    return max(terms, key=lambda each: (each.is_permanent, each.is_unknown, each.until or date.min))


def fiscal_start(day: date, *, begins: int) -> date:
    """Return the first day after the fiscal year a day falls in; `begins` is the month the year begins with."""
    year = day.year + 1 if day.month >= begins else day.year
    return date(year, begins, 1)


def rule_words(start: Start, months: int) -> str:
    """Return a rule in words: 合同终止后5年."""
    if start is Start.NEVER:
        return "永久"
    return f"{_SINCE[start]}{length_words(months)}"


def length_words(months: int) -> str:
    """Return a length of time in words: 5年, 18个月."""
    return f"{months // _MONTHS}年" if months % _MONTHS == 0 else f"{months}个月"


def _term(table: RetentionTable, name: str, starts: Starts, promised: int) -> ClassTerm:
    found = table.find(name)
    if found is None:
        return ClassTerm(name, name, None, None, promised, None, "保管期限表中已无此类别")
    months = max(found.term, promised)
    start_on = _start_on(found, starts, begins=table.fiscal_year_begins)
    until = _end(found.begins, start_on, months)
    return ClassTerm(
        name, found.title, found.begins, start_on, months, until, rule_words(found.begins, months), found.basis
    )


def _start_on(found: RetentionClass, starts: Starts, *, begins: int) -> date | None:
    if found.begins is Start.FISCAL_YEAR:
        return fiscal_start(starts.accounted_on, begins=begins) if starts.accounted_on else None
    days = {
        Start.TERMINATION: starts.terminated_on,
        Start.LAST_CONTACT: starts.last_contact,
        Start.FILING: starts.filed_on,
    }
    return days.get(found.begins)


def _end(start: Start, start_on: date | None, months: int) -> date | None:
    if start_on is None or start is Start.NEVER:
        return None
    if start is Start.FISCAL_YEAR:
        return add_months(start_on, months) - timedelta(days=1)
    return add_months(start_on, months)
