"""Readable numbers in a page's text: HT2024031001-YF1-01 as a whole, never as a piece of a longer number.

Copiers add a text layer to what they scan. A paper's number stands beside its code in every footer, with the page mark
第1页 共2页, so that a page whose code was blotted can still be told. A number that is a part of a longer one is another
number: HT2024031001-YF1-01 is not found in HT2024031001-YF1-012. Papers of the company itself are numbered by year
behind a word, 销册2024-001; how much of the Chinese before the figures is the word, only the look-up can tell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_HAN = "\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_RUN = re.compile(rf"(?:(?![{_HAN}])[\w./\-‐‑‒–—−－])+")
_EDGES = ".-/_‐‑‒–—−－"
_NUMBER = re.compile(r"(?=[^0-9]*[0-9])[A-Za-z0-9]+(?:[-_/.][A-Za-z0-9]+)*")
_WORDED = re.compile(rf"([{_HAN}]{{1,4}})([0-9]{{4}}-[0-9]{{1,6}})(?![\w./\-‐‑‒–—−－])")
_AMOUNT = re.compile(r"[0-9]+\.[0-9]+")
_LENGTHS = range(6, 61)
_MARK = re.compile(r"第\s{0,4}(\d{1,4})\s{0,4}页\s{0,4}[,，/／]?\s{0,4}共\s{0,4}(\d{1,4})\s{0,4}页")
_MOST = 200
"""Numbers looked up per page at most; a page of a real letter has a few dozen."""


@dataclass(frozen=True, slots=True)
class PageMark:
    """A page mark as printed: page n of N."""

    page: int
    pages: int


def numbers_in(text: str) -> tuple[str, ...]:
    """Return everything in a text that could be a number of ours, each once, in order of appearance."""
    return tuple(dict.fromkeys((*_worded(text), *_numbers(text))))[:_MOST]


def page_mark(text: str) -> PageMark | None:
    """Return the page mark of a page's text; None where there is none, or two that differ."""
    marks = {PageMark(int(page), int(pages)) for page, pages in _MARK.findall(text)}
    return marks.pop() if len(marks) == 1 else None


def _numbers(text: str) -> Iterator[str]:
    for run in _RUN.findall(text):
        number = run.strip(_EDGES)
        if len(number) in _LENGTHS and _NUMBER.fullmatch(number) and not _AMOUNT.fullmatch(number):
            yield number


def _worded(text: str) -> Iterator[str]:
    """Yield 销册2024-001 out of 编号销册2024-001 among its neighbours 册2024-001, 号销册2024-001, ..."""
    for word, figures in _WORDED.findall(text):
        yield from (word[start:] + figures for start in range(len(word)))


def likeness(issued: str, found: str) -> float:
    """Return the share (0 to 1) of the issued text's four-character pieces that stand in the found text too.

    White space does not count. A reply that merely quotes our number shares little with the paper it answers.
    """
    expected, present = pieces(issued), pieces(found)
    return len(expected & present) / len(expected) if expected else 0.0


def pieces(text: str) -> set[str]:
    """Return a text's four-character pieces, white space left out."""
    packed = "".join(text.split())
    return {packed[start : start + 4] for start in range(len(packed) - 3)}
