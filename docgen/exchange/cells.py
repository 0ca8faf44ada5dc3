"""What was typed into a cell, as the record writes it: text, plain decimals, ISO days. Each way of typing has one rule.

Excel keeps numbers as binary fractions of 15 digits and turns `3-4` into a date and `0012` into 12 before anybody is
asked. What can be read in one way only is normalised; what Excel has already spoilt is a finding that says so.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from types import MappingProxyType

from docgen.deals.explaining import shown
from docgen.exchange.columns import Column, Typed
from docgen.findings import Finding, error, warning

Raw = str | float | int | bool | date | datetime | time | None
"""A cell as a workbook holds it."""
Value = str | bool | list[str] | None
"""A cell as the record writes it; None where nothing stands."""

DIGITS_KEPT = 15
"""Significant digits that Excel keeps of a number."""
_TOO_LONG = Decimal(10) ** DIGITS_KEPT
_NOON_OF_NOTHING = time(0)
_SEPARATORS = re.compile(r"[、；;，,]")
_DAY = re.compile(
    r"(\d{4})\s*(?:[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{1,2})|年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日?)\Z", re.ASCII
)
_SHORT_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})\Z", re.ASCII)
_AMBIGUOUS_DAY = re.compile(r"\d{1,2}\s*[-/.]\s*\d{1,2}\s*[-/.]\s*(\d{4}|\d{2})\Z", re.ASCII)
_GROUPED = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d+)?\Z", re.ASCII)
_PERCENT = re.compile(r"(-?\d{1,6}(?:\.\d{1,8})?)\s*%\Z", re.ASCII)
_WHOLE = re.compile(r"(-?\d+)\.0+\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Reading:
    """A cell as read: the record's value, and what is to be said about it; with an error there is no value."""

    value: Value
    finding: Finding | None = None


def read_cell(raw: Raw, column: Column) -> Reading:
    """Return what a cell of this column says; findings name no place, the caller knows it."""
    if raw is None or (isinstance(raw, str) and not raw.strip()):
        return Reading(None)
    return _READERS[column.typed](raw, column)


def read_key(raw: Raw) -> str:
    """Return the deal's number in a joining cell: full-width digits as plain ones, no blanks."""
    if isinstance(raw, float) and raw.is_integer():
        raw = int(raw)
    return unicodedata.normalize("NFKC", str(raw or "")).strip().upper()


def split_names(text: str) -> list[str]:
    """Return the entries of a cell that holds several: one a line, or parted by 、；，."""
    parts = text.split("\n") if "\n" in text else _SEPARATORS.split(text)
    return [part.strip() for part in parts if part.strip()]


def join_names(names: list[str]) -> str:
    """Return the cell text that `split_names` takes apart into the same entries."""
    if any(_SEPARATORS.search(name) for name in names):
        return "\n".join(names) + ("\n" if len(names) == 1 else "")
    return "、".join(names)


def _text(raw: Raw, column: Column) -> Reading:
    if isinstance(raw, str):
        return Reading(unicodedata.normalize("NFKC", raw).strip() if column.typed is Typed.CODE else raw)
    if isinstance(raw, bool):
        return Reading(None, error("exchange.not-text", title=column.title, value="TRUE" if raw else "FALSE"))
    if isinstance(raw, date | time):
        return Reading(None, error("exchange.text-became-date", title=column.title, value=str(raw)))
    number = _number(raw)
    if number is None:
        return Reading(None, error("exchange.digits-lost", title=column.title, value=shown(raw), limit=DIGITS_KEPT))
    return Reading(number, warning("exchange.text-as-number", title=column.title, value=number))


def _day(raw: Raw, column: Column) -> Reading:
    if isinstance(raw, datetime):
        lost = None if raw.time() == _NOON_OF_NOTHING else warning("exchange.time-dropped", title=column.title)
        return Reading(raw.date().isoformat(), lost)
    if isinstance(raw, date):
        return Reading(raw.isoformat())
    text = str(int(raw)) if isinstance(raw, float) and raw.is_integer() else str(raw)
    text = unicodedata.normalize("NFKC", text).strip()
    if _AMBIGUOUS_DAY.match(text):
        return Reading(None, error("exchange.day-ambiguous", title=column.title, value=shown(text)))
    if isinstance(raw, bool | int | float | time) and not _SHORT_DAY.match(text):
        return Reading(None, error("exchange.day-as-number", title=column.title, value=shown(raw)))
    match = _DAY.match(text) or _SHORT_DAY.match(text)
    return Reading("-".join(f"{int(part):02}" for part in match.groups() if part) if match else text)


def _decimal(raw: Raw, column: Column) -> Reading:
    if isinstance(raw, date | time):
        return Reading(None, error("exchange.number-became-date", title=column.title, value=str(raw)))
    if isinstance(raw, bool):
        return Reading(str(raw))
    if not isinstance(raw, str):
        number = _number(raw)
        if number is None:
            return Reading(None, error("exchange.digits-lost", title=column.title, value=shown(raw), limit=DIGITS_KEPT))
        return Reading(number)
    return Reading(_plain_number(raw))


def _count(raw: Raw, column: Column) -> Reading:
    reading = _decimal(raw, column)
    whole = _WHOLE.match(reading.value) if isinstance(reading.value, str) else None
    return Reading(whole[1]) if whole else reading


def _flag(raw: Raw, _column: Column) -> Reading:
    return Reading(raw if isinstance(raw, bool) else str(raw).strip())


def _choice(raw: Raw, column: Column) -> Reading:
    text = unicodedata.normalize("NFKC", str(raw)).strip()
    known = {unicodedata.normalize("NFKC", word): value for word, value in column.words.items()}
    value = known.get(text) or (text if text in (column.choices or {}) else None)
    if value is None:
        words = "、".join(column.words)
        return Reading(None, error("exchange.not-a-choice", title=column.title, value=shown(raw), words=words))
    return Reading(value)


def _names(raw: Raw, column: Column) -> Reading:
    reading = _text(raw, column)
    return Reading(split_names(reading.value), reading.finding) if isinstance(reading.value, str) else reading


def _counts(raw: Raw, column: Column) -> Reading:
    if not isinstance(raw, str):
        reading = _count(raw, column)
        return Reading([reading.value]) if isinstance(reading.value, str) else reading
    return Reading([_plain_number(part) for part in split_names(raw)])


_READERS: Mapping[Typed, Callable[[Raw, Column], Reading]] = MappingProxyType({
    Typed.TEXT: _text,
    Typed.CODE: _text,
    Typed.LONG: _text,
    Typed.DAY: _day,
    Typed.DECIMAL: _decimal,
    Typed.COUNT: _count,
    Typed.FLAG: _flag,
    Typed.CHOICE: _choice,
    Typed.NAMES: _names,
    Typed.COUNTS: _counts,
})  # fmt: skip


def _number(raw: float | None) -> str | None:
    """Return a number as Excel shows it, to its 15 digits; None where it has more before the point and lost some."""
    number = Decimal(str(raw))
    if not number.is_finite() or abs(number) >= _TOO_LONG:
        return None
    if len(number.as_tuple().digits) > DIGITS_KEPT:
        number = number.normalize()
        number = round(number, DIGITS_KEPT - 1 - number.adjusted())
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _plain_number(text: str) -> str:
    """Return a typed number without full-width digits, currency signs, grouping and percent sign; else as typed."""
    plain = unicodedata.normalize("NFKC", text).strip().removeprefix("¥").removesuffix("元").strip()
    if _GROUPED.match(plain):
        return plain.replace(",", "")
    percent = _PERCENT.match(plain)
    if percent:
        return f"{Decimal(percent[1]) / 100:f}"
    return plain
