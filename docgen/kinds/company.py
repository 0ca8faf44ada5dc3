"""What a paper of the company itself is made of: the checked list behind a 销毁清册 or a 移交清单.

Such a paper speaks of no deal. Its content is handed over by the act it records (destroying archived items, handing
originals over to the archive room), and is checked here as strictly as a deal record: unknown keys, totals that do not
add up and a paper approved twice by one person are refused, all findings at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Annotated, Protocol, TypeAlias

from pydantic import BeforeValidator, Field, ValidationError

from docgen.deals.base import Count, Day, Model, Name, Text
from docgen.errors import Refused
from docgen.findings import Finding, error
from docgen.kinds.kind import Content, Kind, SubjectType

LEAST_APPROVERS = 2
"""A destruction is approved by two different people."""


def _joined(value: object) -> object:
    """Take one text or several as one, written side by side."""
    return "、".join(str(each) for each in value) if isinstance(value, list | tuple) else value


def _several(value: object) -> object:
    """Take one text as a list of one; none as an empty list."""
    return ([value] if value else []) if isinstance(value, str) else value


def _blank_is_none(value: object) -> object:
    return None if isinstance(value, str) and not value.strip() else value


Blank = Annotated[str, Field(max_length=0)]
Maybe: TypeAlias = Name | Blank
"""One line that may be empty."""
Words = Annotated[Name | Blank, BeforeValidator(_joined)]
"""One line, or several put side by side; may be empty."""
Size = Annotated[Count, Field(ge=0)]
Place = Annotated[Count, Field(ge=1)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Hashes = Annotated[tuple[Sha256, ...], BeforeValidator(_several)]
"""The hash of each file of an item; one text stands for one file."""
MaybeDay = Annotated[Day | None, BeforeValidator(_blank_is_none)]


class Approver(Model):
    """Somebody who approved, under which post, when (a day, or day and time as the office reads them)."""

    name: Name
    post: Maybe
    at: Name


class ArchivedItem(Model):
    """An archived item as a destruction list names it; `until` is the last day of its term, None where it has none."""

    index: Place
    archive_no: Maybe
    contract_no: Maybe
    customer: Maybe
    title: Name
    number: Maybe
    kind: Name
    pages: Size
    class_: Annotated[str, BeforeValidator(_joined), Field(alias="class", min_length=1, max_length=200)]
    rule: Words
    until: MaybeDay
    sha256: Hashes
    reason: Text


class SkippedItem(ArchivedItem):
    """An item of the proposal that was not destroyed after all, and why."""

    why: Text


class DestructionTotals(Model):
    """How much was destroyed."""

    items: Size
    pages: Size
    files: Size


class DestructionList(Model):
    """销毁清册: what was destroyed under one proposal, what was not, who approved."""

    proposal: Name
    as_of: Day
    dated: Day
    reason: Text
    approvers: tuple[Approver, ...]
    items: tuple[ArchivedItem, ...]
    skipped: tuple[SkippedItem, ...] = ()
    totals: DestructionTotals

    @property
    def reference(self) -> str:
        """Return what the paper is about, to be found again by."""
        return self.proposal

    @property
    def contracts(self) -> tuple[str, ...]:
        """Return the contracts its items belong to, each once."""
        return _contracts((*self.items, *self.skipped))

    def findings(self) -> list[Finding]:
        """Return what does not hold together."""
        found = [*_totals("items", len(self.items), self.totals.items)]
        found += _totals("pages", sum(each.pages for each in self.items), self.totals.pages)
        found += _totals("files", sum(len(each.sha256) for each in self.items), self.totals.files, at_least=True)
        found += _unhashed(self.items)
        if len({(each.name, each.post, each.at) for each in self.approvers}) < LEAST_APPROVERS:
            found.append(error("kinds.approvers-few", "approvers", count=LEAST_APPROVERS))
        return [*found, *_twice(self.items), *_twice(self.skipped)]


class Original(Model):
    """A paper original as a hand-over list names it; `item` is the archived item it is the original of."""

    index: Place
    item: Name
    archive_no: Maybe
    contract_no: Maybe
    customer: Maybe
    title: Name
    number: Maybe
    form: Annotated[str, Field(pattern="^(原件|复印件)$")]
    copies: Place
    pages: Size
    place: Name
    remark: Maybe = ""


class TransferTotals(Model):
    """How much is handed over: items, copies, and pages of all copies."""

    items: Size
    copies: Size
    pages: Size


class TransferList(Model):
    """移交清单: which originals one department hands over to another, and where each lies."""

    scope: Name
    dated: Day
    from_unit: Name
    to_unit: Name
    reason: Text
    items: Annotated[tuple[Original, ...], Field(min_length=1)]
    totals: TransferTotals

    @property
    def reference(self) -> str:
        """Return what the paper is about, to be found again by."""
        return self.scope

    @property
    def contracts(self) -> tuple[str, ...]:
        """Return the contracts its items belong to, each once."""
        return _contracts(self.items)

    def findings(self) -> list[Finding]:
        """Return what does not hold together."""
        found = [*_totals("items", len(self.items), self.totals.items)]
        found += _totals("copies", sum(each.copies for each in self.items), self.totals.copies)
        found += _totals("pages", sum(each.pages * each.copies for each in self.items), self.totals.pages)
        return [*found, *_twice(self.items)]


CompanyContent: TypeAlias = DestructionList | TransferList
SHAPES: Mapping[Content, type[DestructionList | TransferList]] = MappingProxyType(
    {Content.DESTRUCTION: DestructionList, Content.TRANSFER: TransferList}
)
"""What each content must look like."""


def read_content(kind: Kind, content: Mapping[str, object], *, dated: date) -> CompanyContent:
    """Return the content of a company's paper, checked.

    Raises:
        Refused: the kind is a paper of a deal, or the content is wrong; every problem is one finding naming its field.
    """
    if kind.spec.subject is not SubjectType.COMPANY or kind.spec.content is None:
        raise Refused.of("kinds.not-company-paper", kind.spec.id, title=kind.spec.title)
    try:
        read = SHAPES[kind.spec.content].model_validate(dict(content))
    except ValidationError as problem:
        raise Refused(_content_findings(problem, kind)) from problem
    found = read.findings()
    if read.dated != dated:
        found.append(error("kinds.content-dated", "dated", stated=read.dated.isoformat(), dated=dated.isoformat()))
    if found:
        raise Refused(found)
    return read


def _content_findings(problem: ValidationError, kind: Kind) -> list[Finding]:
    return [
        error("kinds.bad-content", ".".join(map(str, row["loc"])), title=kind.spec.title, problem=row["msg"])
        for row in problem.errors(include_url=False)
    ]


class _Listed(Protocol):
    @property
    def index(self) -> int:
        """Its place in the list."""

    @property
    def contract_no(self) -> str:
        """Its contract, empty where it has none."""


def _contracts(items: Sequence[_Listed]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.contract_no for each in items if each.contract_no))


def _totals(what: str, counted: int, stated: int, *, at_least: bool = False) -> list[Finding]:
    if counted == stated or (at_least and stated >= counted):
        return []
    return [error("kinds.content-totals", f"totals.{what}", counted=counted, stated=stated)]


def _unhashed(items: Sequence[ArchivedItem]) -> list[Finding]:
    """A thing destroyed is known afterwards by its hash alone."""
    return [
        error("kinds.item-unhashed", f"items.{place}", title=each.title)
        for place, each in enumerate(items)
        if not each.sha256
    ]


def _twice(items: Sequence[_Listed]) -> list[Finding]:
    seen: set[int] = set()
    found = []
    for each in items:
        if each.index in seen:
            found.append(error("kinds.item-twice", f"items.{each.index}", index=each.index))
        seen.add(each.index)
    return found


_HASH = "0" * 64
_SAMPLE_ITEM: Mapping[str, object] = MappingProxyType(
    {
        "index": 1,
        "archive_no": "示例",
        "contract_no": "HT0000000000",
        "customer": "示例",
        "title": "示例",
        "number": "示例",
        "pages": 1,
    }
)
_SAMPLE_DESTROYED = {
    **_SAMPLE_ITEM, "kind": "示例", "class": "示例", "rule": "示例", "until": "2026-01-01", "sha256": _HASH,
    "reason": "示例",
}  # fmt: skip
SAMPLES: Mapping[Content, Mapping[str, object]] = MappingProxyType(
    {
        Content.DESTRUCTION: {
            "proposal": "XH0000-000",
            "as_of": "2026-01-01",
            "dated": "2026-01-01",
            "reason": "示例",
            "approvers": [
                {"name": "甲", "post": "示例", "at": "2026-01-01"},
                {"name": "乙", "post": "示例", "at": "2026-01-01"},
            ],
            "items": [_SAMPLE_DESTROYED],
            "skipped": [{**_SAMPLE_DESTROYED, "why": "示例"}],
            "totals": {"items": 1, "pages": 1, "files": 1},
        },
        Content.TRANSFER: {
            "scope": "示例",
            "dated": "2026-01-01",
            "from_unit": "示例",
            "to_unit": "示例",
            "reason": "示例",
            "items": [
                {**_SAMPLE_ITEM, "item": "0", "form": "原件", "copies": 1, "place": "示例", "remark": "示例"},
            ],
            "totals": {"items": 1, "copies": 1, "pages": 1},
        },
    }
)
"""What a template is checked with, so that every field it may use is known."""
