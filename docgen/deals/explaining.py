"""What is wrong with a value, told so that an office worker can mend it: from pydantic's errors to our findings.

Nothing is corrected in silence: `1,000.00`, `2024/3/11` and full-width digits are refused, and the finding shows how
to write them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from docgen.deals.deal import Deal
from docgen.deals.schema import Location, field_at, field_path, title_path
from docgen.findings import Finding, error

_SHOWN = 60
_DAY_PARTS = re.compile(r"(\d{4})\s*[-/.年]?\s*(\d{1,2})\s*[-/.月]?\s*(\d{1,2})\s*日?\Z", re.ASCII)
_BOUNDS = ("gt", "ge", "lt", "le", "min_length", "max_length")
_UNITS = {"万元": 10_000, "万": 10_000, "亿元": 10**8, "亿": 10**8, "元": 1}

_CODES: Mapping[str, str] = {
    "missing": "deals.field-missing",
    "string_type": "deals.not-text",
    "string_too_short": "deals.value-empty",
    "string_too_long": "deals.text-too-long",
    "string_pattern_mismatch": "deals.wrong-form",
    "hidden_character": "deals.hidden-character",
    "too_many_places": "deals.too-many-places",
    "greater_than": "deals.number-too-small",
    "greater_than_equal": "deals.number-below",
    "less_than": "deals.number-too-large",
    "less_than_equal": "deals.number-above",
    "no_such_day": "deals.no-such-day",
    "day_out_of_range": "deals.day-out-of-range",
    "not_an_integer": "deals.not-a-whole-number",
    "not_a_flag": "deals.not-yes-or-no",
    "enum": "deals.not-a-choice",
    "tuple_type": "deals.not-a-list",
    "list_type": "deals.not-a-list",
    "too_short": "deals.list-empty",
    "too_long": "deals.list-too-long",
    "model_type": "deals.not-a-group",
    "model_attributes_type": "deals.not-a-group",
    "dict_type": "deals.not-a-group",
}

_TEXT_CODES: Mapping[str, str] = {"too_short": "deals.value-empty", "too_long": "deals.text-too-long"}
"""Behind a reader of its own a text's length is reported as that of any collection."""


def findings_of(problem: ValidationError, model: type[BaseModel] = Deal, *, within: str = "") -> list[Finding]:
    """Return one finding for each error, with field path, Chinese titles and what the field wants.

    `within` goes before the paths where `model` is a part of something larger.
    """
    details = (each for each in problem.errors(include_url=False) if not _is_echo(each))
    return [_finding(each, model, within) for each in details]


def _is_echo(detail: ErrorDetails) -> bool:
    """Tell whether a list only counts as too short because the entries in it are wrong themselves."""
    given = detail["input"]
    is_too_short = detail["type"] == "too_short" and isinstance(given, list | tuple)
    return is_too_short and len(given) >= int(detail.get("ctx", {}).get("min_length", 0))


def _finding(detail: ErrorDetails, model: type[BaseModel], within: str) -> Finding:
    location: Location = detail["loc"]
    _, info = field_at(location, model)
    params: dict[str, object] = {
        "title": title_path(location, model) or "记录",
        "value": shown(detail["input"]),
        "hint": (info.description or info.title) if info else "",
        **_limits(detail.get("ctx", {})),
    }
    code, more = _code_of(detail, model)
    return error(code, within + field_path(location), **params, **more)


def _code_of(detail: ErrorDetails, model: type[BaseModel]) -> tuple[str, dict[str, object]]:
    kind, given = detail["type"], detail["input"]
    if kind == "extra_forbidden":
        return _unknown_field(detail["loc"], model)
    if kind != "missing" and given is None:
        return "deals.value-empty", {}
    special = _SUGGESTING.get(kind)
    if special:
        return special(given)
    code = _TEXT_CODES.get(kind) if isinstance(given, str) else None
    code = code or _CODES.get(kind)
    return (code, {}) if code else ("deals.value-wrong", {"kind": kind})


def _unknown_field(location: Location, model: type[BaseModel]) -> tuple[str, dict[str, object]]:
    owner = field_at(location[:-1], model)[1] if len(location) > 1 else None
    holder = model if owner is None else field_at(location, model)[0]
    names = {info.alias or key: info.title for key, info in holder.model_fields.items()} if holder else {}
    by_title = {title: name for name, title in names.items() if title}
    wanted = str(location[-1])
    close = get_close_matches(wanted, names, n=1, cutoff=0.6)
    likely = by_title.get(wanted) or (close[0] if close else "")
    if likely:
        return "deals.field-unknown-but-close", {"likely": likely}
    return "deals.field-unknown", {"known": "、".join(names)}


def _not_a_decimal(given: object) -> tuple[str, dict[str, object]]:
    written = _as_decimal(str(given))
    is_other = bool(written) and written != str(given)
    return ("deals.number-written-otherwise", {"written": written}) if is_other else ("deals.not-a-number", {})


def _not_a_day(given: object) -> tuple[str, dict[str, object]]:
    written = _as_day(str(given))
    return ("deals.day-written-otherwise", {"written": written}) if written else ("deals.not-a-day", {})


_SUGGESTING: Mapping[str, Callable[[object], tuple[str, dict[str, object]]]] = {
    "not_a_decimal": _not_a_decimal,
    "not_a_day": _not_a_day,
}


def _as_decimal(text: str) -> str:
    """Return how a number written another way should read: ￥1,000.00 → 1000.00, 30% → 0.3, 28.5万元 → 285000."""
    short = re.sub(r"[\s,_¥$]|人民币|RMB", "", unicodedata.normalize("NFKC", text))
    factor = Decimal(1)
    if short.endswith("%"):
        short, factor = short[:-1], Decimal("0.01")
    unit = next((unit for unit in _UNITS if short.endswith(unit)), "")
    short, factor = short.removesuffix(unit), factor * _UNITS.get(unit, 1)
    try:
        number = Decimal(short) * factor
    except InvalidOperation:
        return ""
    text = f"{number:f}" if number.is_finite() and abs(number.adjusted()) <= 15 else ""  # noqa: PLR2004  # as wide as an amount
    return text.rstrip("0").rstrip(".") if factor != 1 and "." in text else text


def _as_day(text: str) -> str:
    """Return how a day written another way should read: 2024/3/11, 2024年3月11日, 20240311 → 2024-03-11."""
    match = _DAY_PARTS.match(unicodedata.normalize("NFKC", text).strip())
    try:
        return date(*(int(part) for part in match.groups())).isoformat() if match else ""
    except ValueError:
        return ""


def _limits(context: Mapping[str, Any]) -> dict[str, object]:
    known: dict[str, object] = {key: context[key] for key in ("character", "places", "first", "last") if key in context}
    limit = next((context[key] for key in _BOUNDS if key in context), None)
    if limit is not None:
        known["limit"] = limit
    if "expected" in context:
        known["choices"] = str(context["expected"]).replace("'", "").replace(" or ", ", ").replace(", ", "、")
    return known


def shown(value: object) -> str:
    """Return a value as a finding may quote it: short, on one line, hidden characters as escapes."""
    if isinstance(value, dict | list | tuple):
        return "（一组内容）"
    text = "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in str(value))
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
