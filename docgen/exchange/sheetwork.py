"""Writing into cells without surprises: data is text or a number, never a formula, and nothing a reader cannot see."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from docgen.errors import Refused
from docgen.exchange.cells import Raw

_LOOKS_LIVE = ("=", "+", "-", "@", "\t", "\r")
_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


def put(cell: Any, value: Raw) -> Any:  # noqa: ANN401  # openpyxl's cells have several types
    """Write a value: text as text whatever it begins with, a number as a number; return the cell."""
    if isinstance(value, str):
        return put_text(cell, value)
    cell.value = value
    return cell


def put_text(cell: Any, text: str) -> Any:  # noqa: ANN401  # openpyxl's cells have several types
    """Write text that stays text: no formula, no escape sequence of the file format.

    Raises:
        Refused: `exchange.control-character`.
    """
    for char in text:
        if unicodedata.category(char) in {"Cc", "Cs"} and char not in "\n\t":
            raise Refused.of("exchange.control-character", cell.coordinate, character=f"{ord(char):04X}")
    cell.value = _ESCAPE.sub("_x005F_", text)
    cell.data_type = "s"
    if text.startswith(_LOOKS_LIVE):
        cell.quotePrefix = True
    return cell
