"""What one column of the workbook is: which field of the record, how it is typed, and which words may stand in it.

Everything comes from the record's own model: titles, descriptions, choices and internal marks. A new field of the
record is a new column without a line here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import Enum, StrEnum
from types import MappingProxyType
from typing import Any, get_args, get_origin

from pydantic import WithJsonSchema
from pydantic.fields import FieldInfo

from docgen.deals.penalty import PenaltyBase
from docgen.deals.plan import InstalmentKind, TermUnit, TriggerEvent
from docgen.deals.schema import is_internal

Path = tuple[str | int, ...]
"""The way from a row's own part of the record to a field: names, and positions from 0 in a list within the row."""

_CHOICE = re.compile(r"([a-z][a-z_]*) ([^\s，,]+)")
_PLACES = re.compile(r"\{1,(\d+)\}\)\?\$")
_LONG_TEXT = 1000
_WORDS: Mapping[Enum, str] = MappingProxyType({
    InstalmentKind.ADVANCE: "预付款",
    InstalmentKind.PROGRESS: "进度款",
    InstalmentKind.FINAL: "尾款",
    TriggerEvent.SIGNED: "合同签订",
    TriggerEvent.NOTICE_RECEIVED: "收到付款通知",
    TriggerEvent.INVOICE_RECEIVED: "收到发票",
    TriggerEvent.DELIVERED: "交付",
    TriggerEvent.ACCEPTED: "验收合格",
    TriggerEvent.WARRANTY_ENDED: "质保期满",
    TriggerEvent.FIXED_DATE: "固定日期",
    TermUnit.DAY: "日",
    TermUnit.WORKDAY: "工作日",
    TermUnit.MONTH: "月",
    PenaltyBase.CONTRACT_TOTAL: "合同总额",
    PenaltyBase.OVERDUE_BALANCE: "逾期未付余额",
})  # fmt: skip


class Typed(StrEnum):
    """How a column is typed: it decides the cell format and which ways of writing are understood."""

    TEXT = "text"
    CODE = "code"
    LONG = "long"
    DAY = "day"
    DECIMAL = "decimal"
    COUNT = "count"
    FLAG = "flag"
    CHOICE = "choice"
    NAMES = "names"
    COUNTS = "counts"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: field, title as the heading shows it, the group it stands under, and what its cells may hold."""

    path: Path
    title: str
    description: str
    typed: Typed
    group: str = ""
    places: int = 0
    choices: Mapping[str, str] | None = None
    is_required: bool = False
    is_internal: bool = False

    @property
    def words(self) -> dict[str, str]:
        """Return the choices the other way round: the word in the cell → the record's value."""
        return {word: value for value, word in (self.choices or {}).items()}

    def titled(self, title: str) -> Column:
        """Return the column under another heading."""
        return replace(self, title=title)


def column_of(path: Path, info: FieldInfo, *, group: str, is_required: bool, internal: bool) -> Column:
    """Return the column of a plain field, or of a list of plain values."""
    title = info.title or str(path[-1])
    plain, is_list = _plain_type(info.annotation)
    choices = _choices(info, plain)
    places = _places(info) if plain is Decimal else 0
    typed = Typed.CHOICE if choices else _typed(plain, info, is_list=is_list)
    hidden = internal or is_internal(info)
    return Column(path, title, info.description or title, typed, group, places, choices, is_required, hidden)


def _typed(plain: object, info: FieldInfo, *, is_list: bool) -> Typed:
    if is_list:
        return Typed.COUNTS if plain is int else Typed.NAMES
    known = {bool: Typed.FLAG, int: Typed.COUNT, Decimal: Typed.DECIMAL, date: Typed.DAY}
    if isinstance(plain, type) and plain in known:
        return known[plain]
    if any(getattr(each, "pattern", None) for each in _metadata(info)):
        return Typed.CODE
    lengths = [each.max_length for each in _metadata(info) if getattr(each, "max_length", None)]
    return Typed.LONG if lengths and max(lengths) >= _LONG_TEXT else Typed.TEXT


def _choices(info: FieldInfo, plain: object) -> Mapping[str, str] | None:
    """Return value → word: of an enum, or of a description that is nothing but `value 词` pairs."""
    told = dict(_CHOICE.findall(info.description or ""))
    if isinstance(plain, type) and issubclass(plain, Enum):
        return {str(each.value): _WORDS.get(each) or told.get(str(each.value), str(each.value)) for each in plain}
    parts = re.split("[，,]", info.description or "")
    is_pairs = len(parts) > 1 and all(_CHOICE.fullmatch(part.strip()) for part in parts)
    return told if is_pairs and plain is str else None


def _plain_type(annotation: object) -> tuple[object, bool]:
    """Return the plain type inside `X`, `Annotated[X]`, `X | None` or `tuple[X, ...]`, and whether it is a list."""
    if isinstance(annotation, type) and not get_args(annotation):
        return annotation, False
    if get_origin(annotation) is tuple:
        return _plain_type(get_args(annotation)[0])[0], True
    inner = [each for each in get_args(annotation) if each is not type(None)]
    return _plain_type(inner[0]) if inner else (annotation, False)


def _metadata(info: FieldInfo) -> Iterator[Any]:
    yield from info.metadata
    yield from _inner_metadata(info.annotation)


def _inner_metadata(annotation: object) -> Iterator[Any]:
    for each in getattr(annotation, "__metadata__", ()):
        yield each
        yield from getattr(each, "metadata", ())
    for each in get_args(annotation):
        yield from _inner_metadata(each)


def _places(info: FieldInfo) -> int:
    """Return how many decimal places a field's own schema allows."""
    patterns = (each.json_schema for each in _metadata(info) if isinstance(each, WithJsonSchema))
    found = [_PLACES.search(str((pattern or {}).get("pattern", ""))) for pattern in patterns]
    return max((int(each[1]) for each in found if each), default=0)
