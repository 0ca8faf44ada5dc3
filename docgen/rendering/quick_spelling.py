"""Numbers and words of a PDF, spelled out without asking what they are five times over.

A letter's page is some seven thousand numbers, names and operators. Each is told apart by its exact type here, and a
measure that stood on the last page as well (a margin, a line's height, a column's edge) is not written out again.
"""

from __future__ import annotations

from typing import Any

import pydyf

from docgen.rendering.quick import keep, put

PROVED_WITH = frozenset(("0.13.0",))
"""pydyf versions whose spelling is the one below; tests/rendering/test_quick.py proves each."""
MEASURES_KEPT = 20_000
"""Different measures remembered; a letter has some hundreds."""


def install() -> None:
    """Put our way of spelling in the place of pydyf's."""
    if pydyf.VERSION in PROVED_WITH:
        put(pydyf, "_to_bytes", _spelling)


def _spelling(theirs: Any) -> Any:  # noqa: ANN401  # pydyf's function
    measures: dict[float, bytes] = {}

    def _to_bytes(item: Any) -> bytes:  # noqa: ANN401  # pydyf's signature
        kind = type(item)
        if kind is bytes:
            return item  # type: ignore[no-any-return]  # its type was just looked at
        if kind is float:
            spelled = measures.get(item)
            return keep(measures, item, theirs(item), MEASURES_KEPT) if spelled is None else spelled
        if kind is str:
            return item.encode("ascii")  # type: ignore[no-any-return]  # as above
        if kind is int:
            return b"%d" % item
        return theirs(item)  # type: ignore[no-any-return]  # pydyf is untyped

    return _to_bytes
