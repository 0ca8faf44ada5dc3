"""Plain values in two writings: one line that always hashes the same, and pages a person can read.

Events and sidecars must be readable in ten years by whoever opens the folder, with any program. So they hold text,
whole numbers, yes/no, nothing, lists and tables only. No floating point: an amount is text with two places, because
0.1 means something different in every program.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, cast

from pydantic import JsonValue

from docgen.errors import Refused


def canonical(value: object) -> bytes:
    """Return the one-line writing that is hashed: sorted keys, no spaces, UTF-8 as it is.

    Raises:
        Refused: archive.not-plain, naming the place of the value that cannot be kept.
    """
    return _written(value, separators=(",", ":"))


def pretty(value: object) -> bytes:
    """Return the same values for people: sorted keys, two spaces, a line break at the end."""
    return _written(value, indent=2) + b"\n"


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


def _written(value: object, **how: Any) -> bytes:  # noqa: ANN401  # json.dumps' own
    """Write a value that is plain; one that is not is gone through again, slowly, to name the place."""
    try:
        if _is_plain(value):
            return json.dumps(value, sort_keys=True, ensure_ascii=False, **how).encode()
    except UnicodeEncodeError:  # a lone surrogate
        pass
    _require_plain(value, "")
    raise TypeError("a value that is plain was taken for another")


def _is_plain(value: object) -> bool:
    """Tell whether a value is made of plain types only; its text is proven by writing it."""
    kind = type(value)
    if kind is str or kind is int or kind is bool or value is None:
        return True
    if isinstance(value, Mapping):
        return all(isinstance(key, str) for key in value) and all(map(_is_plain, value.values()))
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
