"""Words a contract must not use: 定金 where an advance is meant, and words that bind nobody (R-2.3-13).

定金 and 预付款 differ in law: who breaks the contract loses a 定金 or owes it twice over (民法典 586, 587). Vague words
(大概, 尽量) leave a duty without measure; a judge reads them against whoever wrote them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from docgen.deals.terms import Terms

DEPOSIT_WORDS = ("定金", "订金", "押金")
VAGUE_WORDS = (
    *("大概", "尽量", "左右", "大约", "可能", "适当", "及时", "尽快", "原则上", "基本", "相关", "若干", "一般"),
    *("酌情", "合理期限"),
)
_ABOUT = re.compile(r"约(?=\s?[0-9一二两三四五六七八九十百千万])")


def deposit_words(text: str) -> tuple[str, ...]:
    """Return the words for a deposit that stand in a text."""
    return tuple(word for word in DEPOSIT_WORDS if word in text)


def vague_words(text: str) -> tuple[str, ...]:
    """Return the words without measure that stand in a text; 约 only before a number."""
    found = tuple(word for word in VAGUE_WORDS if word in text)
    return (*found, "约") if _ABOUT.search(text) else found


def contract_texts(terms: Terms) -> Iterator[tuple[str, str]]:
    """Yield field and text of everything in the record that a contract prints as somebody typed it."""
    yield "terms.contract.title", terms.contract.title
    for place, line in enumerate(terms.lines):
        for name in ("name", "model", "remark"):
            text = getattr(line, name)
            if text:
                yield f"terms.lines[{place}].{name}", text
    yield "terms.delivery.place", terms.delivery.place
    for place, standard in enumerate(terms.acceptance.standards):
        yield f"terms.acceptance.standards[{place}].name", standard.name
        yield f"terms.acceptance.standards[{place}].standard", standard.standard
    if terms.dispute_clause:
        yield "terms.dispute_clause", terms.dispute_clause
