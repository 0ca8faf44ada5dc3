"""What a paper prints that matters: amounts, dates, accounts, names, kept beside the paper in the order of printing.

Two years later a question like "which amount did letter 3 claim?" is answered from this list, not by reading the PDF.
The list is filled by the filters while a template renders; a fragment of shared wording adds its share when it is used.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["amount", "amount_words", "date", "account", "percent", "name", "number", "quantity"]


@dataclass(frozen=True, slots=True)
class PrintedValue:
    """One critical value as printed: what it is, its exact text, its place in the order of printing (from 1)."""

    kind: Kind
    text: str
    order: int


@dataclass(slots=True)
class PrintedValues:
    """The critical values one rendering formatted, in order."""

    values: list[PrintedValue] = field(default_factory=list)

    def note(self, kind: Kind, text: str) -> None:
        """Add one value at the end."""
        self.values.append(PrintedValue(kind, text, len(self.values) + 1))


_current: ContextVar[PrintedValues | None] = ContextVar("printed_values", default=None)


@contextmanager
def recording() -> Iterator[PrintedValues]:
    """Collect what filters print inside the block; blocks nest, each with its own list."""
    values = PrintedValues()
    token = _current.set(values)
    try:
        yield values
    finally:
        _current.reset(token)


def note(kind: Kind, text: str) -> str:
    """Note a value in the current recording, if there is one, and return its text."""
    current = _current.get()
    if current is not None:
        current.note(kind, text)
    return text
