"""One line of 合同关键条款核对表 (表6): what is asked, what the record says, which rule asks it, and the result.

The machine decides what the record proves. What no record can prove (does the text keep secrets secret?) stays 待确认
until a person answers. An answer is bound by a digest to the values it was given about: when they change, it goes
stale and the line is open again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Any

from docgen.deals.amending import in_force, terms_as_of
from docgen.deals.changes import Change
from docgen.deals.deal import Deal
from docgen.deals.milestones import signed_on
from docgen.deals.retention import MANUAL, Term
from docgen.deals.terms import Terms
from docgen.deals.workdays import Calendar


class Result(StrEnum):
    """是, 否, 不适用; 待确认 is no answer yet. The words are the form's own."""

    YES = "是"
    NO = "否"
    NOT_APPLICABLE = "不适用"
    OPEN = "待确认"


class DecidedBy(StrEnum):
    """Who decided a line: the record by itself, or a person."""

    MACHINE = "machine"
    PERSON = "person"


class ClauseType(StrEnum):
    """条款类型 (表6, with 保密, 争议解决 and 质保 that R-2.3-07 names and the table leaves out)."""

    PARTIES = "主体信息"
    PRODUCTS = "产品明细"
    PAYMENT = "付款方式"
    DELIVERY = "交付验收"
    WARRANTY = "质保"
    LIABILITY = "违约责任"
    SECRECY = "保密条款"
    DISPUTES = "争议解决"
    TAX = "税与发票"
    FORM = "通知与文本形式"


@dataclass(frozen=True, slots=True)
class Answer:
    """A person's answer to a line: about the values with that digest, on a day, in a version of the contract."""

    line: str
    result: Result
    remark: str
    digest: str
    version: int
    on: date
    by: str


@dataclass(frozen=True, slots=True)
class Seen:
    """What a check saw: the finding, the record paths it rests on, clauses, the machine's result, a short remark."""

    finding: str
    evidence: tuple[str, ...]
    result: Result
    clauses: tuple[str, ...] = ()
    remark: str = ""


@dataclass(frozen=True)
class Subject:
    """A contract under review: the deal, the terms in force on a day, and whether both sides have signed.

    `term` is how long the office keeps contract papers.
    """

    deal: Deal
    as_of: date
    calendar: Calendar
    term: Term = MANUAL

    @cached_property
    def version(self) -> int:
        """Return the contract's version on the day."""
        return terms_as_of(self.deal, as_of=self.as_of).number

    @cached_property
    def terms(self) -> Terms:
        """Return the terms in force on the day."""
        return terms_as_of(self.deal, as_of=self.as_of).terms

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """Return the changes in force on the day."""
        return tuple(change for _, change in in_force(self.deal, as_of=self.as_of))

    @property
    def signed(self) -> date | None:
        """Return the day of the later signature, where it is known on the day."""
        return signed_on(self.deal, as_of=self.as_of)

    @cached_property
    def values(self) -> Mapping[str, Any]:
        """Return what may be checked as plain values; of the facts only the signature."""
        signature = self.deal.facts.signature if self.signed else None
        return {
            "company": self.deal.company.model_dump(mode="json"),
            "customer": self.deal.customer.model_dump(mode="json"),
            "terms": self.terms.model_dump(mode="json"),
            "facts": {"signature": signature.model_dump(mode="json") if signature else None},
            "version": self.version,
        }


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that is checked: a lasting id (people and logs name it), type, question, rules or statutes, and how."""

    id: str
    clause_type: ClauseType
    what: str
    rule: str
    look: Callable[[Subject], Seen]


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it stands. `is_stale`: an answer was given, but what it was about has changed since."""

    id: str
    clause_type: ClauseType
    what: str
    finding: str
    evidence: tuple[str, ...]
    clauses: tuple[str, ...]
    rule: str
    result: Result
    remark: str
    decided_by: DecidedBy | None
    machine_result: Result
    digest: str
    answered_by: str | None = None
    answered_on: date | None = None
    is_stale: bool = False

    @property
    def is_settled(self) -> bool:
        """Tell whether the line stands in nobody's way: 是, 不适用, or 否 with a person's remark (R-2.3-18)."""
        if self.result is Result.NO:
            return self.decided_by is DecidedBy.PERSON and bool(self.remark)
        return self.result is not Result.OPEN


@dataclass(frozen=True, slots=True)
class Checklist:
    """All lines about one version of a contract, as of a day."""

    contract_no: str | None
    version: int
    as_of: date
    lines: tuple[Line, ...]

    @property
    def counts(self) -> Mapping[Result, int]:
        """Return how many lines have each result."""
        found = Counter(line.result for line in self.lines)
        return {result: found[result] for result in Result}

    @property
    def unsettled(self) -> tuple[Line, ...]:
        """Return the lines that still stand in the way of signing."""
        return tuple(line for line in self.lines if not line.is_settled)

    @property
    def is_settled(self) -> bool:
        """Tell whether the contract may be signed as far as the checklist goes (R-2.3-18)."""
        return not self.unsettled

    def line(self, line_id: str) -> Line | None:
        """Return a line by its id, in either case."""
        return next((line for line in self.lines if line.id == line_id.strip().upper()), None)
