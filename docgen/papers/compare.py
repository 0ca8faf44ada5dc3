"""Compare what a paper should say with what it does say: the whole text in order, white space aside.

Looking for a value somewhere in the text finds 5.00 inside 285.00; so the whole is compared, and the first place where
the two part is shown with its surroundings.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from itertools import takewhile

CONTEXT = 20
"""Characters shown either side of a difference."""


@dataclass(frozen=True, slots=True)
class Difference:
    """The first place where two texts part: what both say before it, then what each says from there on.

    `expected` or `found` is empty where that text has ended.
    """

    position: int
    before: str
    expected: str
    found: str


def squeeze(text: str) -> str:
    """Return a text without white space, in Unicode form NFC; nothing else is changed, full-width stays full-width."""
    return unicodedata.normalize("NFC", "".join(text.split()))


def first_difference(expected: str, found: str) -> Difference | None:
    """Return where two texts first part, or None if they are equal; squeeze both first where line breaks may differ."""
    if expected == found:
        return None
    position = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(expected, found, strict=False)))
    return Difference(
        position,
        expected[max(0, position - CONTEXT) : position],
        expected[position : position + CONTEXT],
        found[position : position + CONTEXT],
    )
