"""The retention table (保管期限表): classes with term and start, and which papers fall in which.

The archivist edits `retention.toml`; it is read strictly, since a slip of the pen here destroys papers years later. The
terms the law and the manual set are a floor: 《会计档案管理办法》附表一 for accounting papers, manual 三.3 otherwise.
"""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from docgen.errors import Refused
from docgen.findings import Finding, error
from docgen.retention.archive_no import ArchiveNumbering, numbering_wrong

SCHEMA = 1
FILE_NAME = "retention.toml"
CONTRACT_PAPER = "contract-paper"
PERMANENT = "permanent"
SHIPPED = Path(__file__).with_name(FILE_NAME)
_ID = r"^[a-z][a-z-]{0,40}$"


class Start(StrEnum):
    """What a term is counted from; `never` means kept for ever."""

    TERMINATION = "termination"
    FISCAL_YEAR = "fiscal-year"
    LAST_CONTACT = "last-contact"
    FILING = "filing"
    NEVER = "never"


FLOORS: Mapping[str, tuple[Start, int]] = MappingProxyType(
    {
        CONTRACT_PAPER: (Start.TERMINATION, 60),
        "accounting-voucher": (Start.FISCAL_YEAR, 360),
        "other-accounting": (Start.FISCAL_YEAR, 120),
        PERMANENT: (Start.NEVER, 0),
    }
)
"""Class → its start and the fewest months; a table may give more, never less."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class RetentionClass(_Part):
    """One class: what its term is counted from, and how long it runs, in years or in months."""

    id: str = Field(pattern=_ID)
    title: str = Field(min_length=1, max_length=40)
    start: Literal["termination", "fiscal-year", "last-contact", "filing", "never"]
    years: int | None = Field(default=None, ge=1, le=200)
    months: int | None = Field(default=None, ge=1, le=2400)
    basis: str = ""

    @property
    def begins(self) -> Start:
        """What the term is counted from."""
        return Start(self.start)

    @property
    def term(self) -> int:
        """The term in months; 0 for a class that is kept for ever."""
        return 12 * self.years if self.years is not None else self.months or 0


class ItemRule(_Part):
    """Papers named by kind, by their document type in full, or by a word in it, and the classes they fall in.

    `without_contract` are the classes instead, as long as no contract came of what the paper belongs to.
    """

    kinds: list[str] = []
    titles: list[str] = []
    words: list[str] = []
    classes: list[str] = Field(min_length=1)
    without_contract: list[str] = []

    def covers(self, kind: str, title: str) -> bool:
        """Tell whether the rule names a paper."""
        plain = _folded(title)
        named = kind in self.kinds or plain in map(_folded, self.titles)
        return named or any(_folded(word) in plain for word in self.words)


class RetentionTable(_Part):
    """The whole table; `default` holds for papers no rule names.

    `appraisers` is how many different people must find that something may be destroyed; `archive_no` is None where the
    company uses no archive numbers.
    """

    schema_number: int = Field(alias="schema")
    fiscal_year_begins: int = Field(default=1, ge=1, le=12)
    appraisers: int = Field(default=2, ge=1, le=9)
    archive_no: ArchiveNumbering | None = None
    default: list[str] = Field(min_length=1)
    classes: list[RetentionClass] = Field(min_length=1)
    items: list[ItemRule] = []

    def find(self, class_id: str) -> RetentionClass | None:
        """Return a class by its id; None where the table does not know it."""
        return next((each for each in self.classes if each.id == class_id), None)

    def classes_of(
        self, *, kind: str, title: str, also: tuple[str, ...] = (), has_contract: bool = True
    ) -> tuple[str, ...]:
        """Return the classes of a paper: those of every rule that names it (else the default), and `also`.

        Without a contract a rule's `without_contract` stands for its classes, where it has one.
        """
        rules = [rule for rule in self.items if rule.covers(kind, title)]
        ruled = [name for rule in rules for name in (not has_contract and rule.without_contract) or rule.classes]
        return tuple(dict.fromkeys([*also, *(ruled or (() if also else self.default))]))

    def is_before_contract(self, *, kind: str, title: str) -> bool:
        """Tell whether a rule says what holds for a paper as long as no contract came of it."""
        return any(rule.without_contract for rule in self.items if rule.covers(kind, title))


def read_table(text: str, *, name: str) -> RetentionTable:
    """Read a table; `name` is told in every finding.

    Raises:
        Refused: it is no TOML, is newer than this program, has unknown keys or classes, or a term below the floor.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise Refused.of("retention.table-unreadable", name, what=str(problem)) from problem
    if raw.get("schema") != SCHEMA:
        raise Refused.of("retention.table-schema", name, found=raw.get("schema", "—"), known=SCHEMA)
    try:
        table = RetentionTable.model_validate(raw)
    except ValidationError as problem:
        raise Refused([_told(name, row) for row in problem.errors()]) from problem
    findings = [*_classes_wrong(table, name), *_terms_wrong(table, name)]
    if table.archive_no is not None:
        findings += numbering_wrong(table.archive_no, {each.id for each in table.classes}, name=name)
    if findings:
        raise Refused(findings)
    return table


def _told(name: str, row: Mapping[str, object]) -> Finding:
    place = row["loc"]
    field = ".".join(map(str, place)) if isinstance(place, tuple) else str(place)
    code = "retention.table-key" if row["type"] == "extra_forbidden" else "retention.table-value"
    return error(code, f"{name} {field}", field=field)


def _classes_wrong(table: RetentionTable, name: str) -> Iterator[Finding]:
    ids = [each.id for each in table.classes]
    for twice in sorted({each for each in ids if ids.count(each) > 1}):
        yield error("retention.class-twice", f"{name} {twice}", class_name=twice)
    for lacking in sorted(FLOORS.keys() - set(ids)):
        yield error("retention.class-missing", f"{name} {lacking}", class_name=lacking)
    named = [*table.default, *(each for rule in table.items for each in (*rule.classes, *rule.without_contract))]
    for unknown in sorted(set(named) - set(ids)):
        yield error("retention.class-unknown", f"{name} {unknown}", class_name=unknown, known="、".join(ids))
    for number, rule in enumerate(table.items, start=1):
        if not (rule.kinds or rule.titles or rule.words) or not all((*rule.kinds, *rule.titles, *rule.words)):
            yield error("retention.rule-names-nothing", f"{name} items.{number}", number=number)


def _terms_wrong(table: RetentionTable, name: str) -> Iterator[Finding]:
    for each in table.classes:
        where = f"{name} {each.id}"
        given = (each.years is not None) + (each.months is not None)
        if given != (0 if each.begins is Start.NEVER else 1):
            yield error("retention.term-wrong", where, class_name=each.id)
        start, fewest = FLOORS.get(each.id, (each.begins, 0))
        if each.begins is not start:
            yield error("retention.start-wrong", where, class_name=each.id, start=start.value)
        elif each.term < fewest:
            yield error("retention.below-floor", where, class_name=each.id, years=fewest // 12)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip()
