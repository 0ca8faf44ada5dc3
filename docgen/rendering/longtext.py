"""Long texts in tables: a cell as tall as a page cannot be read, so its text goes over several rows, marked 续.

A row is never split over two pages, in either face; the rows a long text is cut into can be.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import zip_longest

ROW_LIMIT = 180
"""Characters of one cell: some 15 lines of a narrow column."""

_SENTENCE = re.compile(r"[^。；！？\n]*(?:[。；！？]+|\n|\Z)")


def pieces(text: str, *, limit: int = ROW_LIMIT) -> list[str]:
    """Cut a text into pieces of at most `limit` characters, at line ends or sentences where it can; nothing is lost.

    Only the line breaks at which it is cut are left out; a text within the limit stays whole.
    """
    if len(text) <= limit:
        return [text]
    made = [""]
    for sentence in _SENTENCE.findall(text):
        for part in _slices(sentence, limit):
            if len(made[-1]) + len(part) > limit and made[-1]:
                made.append("")
            made[-1] += part
    return [piece.strip("\n") for piece in made if piece.strip()]


def _slices(text: str, limit: int) -> list[str]:
    return [text[start : start + limit] for start in range(0, len(text), limit)]


def side_by_side(*texts: str, limit: int = ROW_LIMIT) -> Sequence[tuple[str, ...]]:
    """Return the rows that texts standing side by side need; a text that ends earlier leaves its cell empty."""
    return list(zip_longest(*(pieces(text, limit=limit) for text in texts), fillvalue=""))
