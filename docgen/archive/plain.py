"""Plain values in two writings: one line that always hashes the same, and pages a person can read.

Events and sidecars must be readable in ten years by whoever opens the folder, with any program. So they hold text,
whole numbers, yes/no, nothing, lists and tables only. No floating point: an amount is text with two places, because
0.1 means something different in every program.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from json.encoder import encode_basestring
from typing import cast

from pydantic import JsonValue

from docgen.errors import Refused


def canonical(value: object) -> bytes:
    """Return the one-line writing that is hashed: sorted keys, no spaces, UTF-8 as it is.

    Raises:
        Refused: archive.not-plain, naming the place of the value that cannot be kept.
    """
    return _proven(value, _one_line)


def rewritten(value: Mapping[str, JsonValue]) -> bytes:
    """Return the canonical writing of what `parse_exact` read, which is known to be plain.

    Raises:
        ValueError: a lone surrogate, which JSON can name and UTF-8 cannot hold.
    """
    return _one_line(value)


def pretty(value: object) -> bytes:
    """Return the same values for people: sorted keys, two spaces, a line break at the end."""
    return _proven(value, on_lines)


def parse(data: bytes) -> dict[str, JsonValue]:
    """Return the table that stands in UTF-8 JSON bytes.

    Raises:
        ValueError: not UTF-8, not JSON, or not a table.
    """
    try:
        value = json.loads(data.decode("utf-8"))
    except RecursionError as problem:
        raise ValueError("nested too deep") from problem
    if not isinstance(value, dict):
        raise ValueError("not a table")  # noqa: TRY004  # one error for all that is not our writing
    return cast("dict[str, JsonValue]", value)


def parse_exact(data: bytes) -> dict[str, JsonValue]:
    """Return the table that stands in UTF-8 JSON bytes without a number that has a point or an exponent.

    Raises:
        ValueError: not UTF-8, not JSON, not a table, or with such a number.
    """
    try:
        value = _EXACT.decode(data.decode("utf-8"))
    except RecursionError as problem:
        raise ValueError("nested too deep") from problem
    if not isinstance(value, dict):
        raise ValueError("not a table")  # noqa: TRY004  # one error for all that is not our writing
    return cast("dict[str, JsonValue]", value)


def _no_point(text: str) -> object:
    raise ValueError(f"no plain number: {text}")


_EXACT = json.JSONDecoder(parse_float=_no_point, parse_constant=_no_point)


def _one_line(value: object) -> bytes:
    return _LINE.encode(value).encode()


_LINE = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def on_lines(value: object, *, indent: int = 2) -> bytes:
    """Write as `json.dumps(…, sort_keys=True, ensure_ascii=False, indent=…)` does, in a quarter of its time."""
    return f"{_pieces(value, _BREAK, ' ' * indent)}\n".encode()


def _pieces(value: object, line: str, indent: str) -> str:
    """Return the writing of a value; `line` is a line break with the indentation the value stands at."""
    kind = type(value)
    if kind is str:
        return encode_basestring(cast("str", value))
    if kind in _EMPTY and not value:
        return _EMPTY[kind]
    if value and isinstance(value, dict):
        inner = line + indent
        rows = [f"{inner}{encode_basestring(key)}: {_pieces(value[key], inner, indent)}" for key in sorted(value)]
        return f"{{{','.join(rows)}{line}}}"
    if value and isinstance(value, list | tuple):
        inner = line + indent
        return f"[{','.join([inner + _pieces(one, inner, indent) for one in value])}{line}]"
    if value is None or kind is bool:
        return _WORDS[value]
    return repr(value) if kind is int else _LINE.encode(value)


_BREAK = "\n"
_EMPTY: Mapping[type, str] = {list: "[]", dict: "{}", tuple: "[]"}
_WORDS: Mapping[object, str] = {None: "null", True: "true", False: "false"}


def _proven(value: object, write: Callable[[object], bytes]) -> bytes:
    """Write a value that is plain; one that is not is gone through again, slowly, to name the place."""
    try:
        if _is_plain(value):
            return write(value)
    except UnicodeEncodeError:  # a lone surrogate
        pass
    _require_plain(value, "")
    raise TypeError("a value that is plain was taken for another")


def _is_plain(value: object) -> bool:
    """Tell whether a value is made of plain types only; its text is proven by writing it."""
    kind = type(value)
    if kind is str or kind is int or kind is bool or value is None:
        return True
    if kind is list:
        return all(map(_is_plain, cast("list[object]", value)))
    if isinstance(value, Mapping):
        return all([isinstance(key, str) for key in value]) and all(map(_is_plain, value.values()))  # noqa: C419  # faster
    if isinstance(value, list | tuple):
        return all(map(_is_plain, value))
    return isinstance(value, str | int)


def _require_plain(value: object, where: str) -> None:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if not isinstance(key, str):
                raise Refused.of("archive.not-plain", where, found=type(key).__name__)
            _require_plain(key, where)
            _require_plain(inner, f"{where}.{key}".lstrip("."))
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            _require_plain(inner, f"{where}[{index}]")
    elif isinstance(value, str):
        if any("\ud800" <= char <= "\udfff" for char in value):
            raise Refused.of("archive.not-plain", where, found="lone surrogate")
    elif value is not None and not isinstance(value, bool | int):
        raise Refused.of("archive.not-plain", where, found=type(value).__name__)
