"""Numbers as OCR reads them: what a misread run may have been, and whether it is the page's own number or a mention.

Print gives 0 for O, 1 for I or l, full-width signs, and blanks inside a number. Such a run is read every way it can be
meant, and each reading counts only if the ledger knows exactly that number: nothing is made up, and two known readings
are two candidates. A number is the page's own where it stands in the running head or foot, or behind 编号：; anywhere
else the page merely speaks of it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, product

from docgen.papers.ocr import ReadLine, ReadPage

HEAD_ENDS, FOOT_BEGINS = 0.09, 0.88
_MOST_READINGS = 32
_MOST_RUNS = 200
_LETTERS_AT_MOST = 4
_RUN = re.compile(r"[A-Za-z0-9|]+(?:[-_/.][A-Za-z0-9|]+)*")
_BLANK_WITHIN = re.compile(r"(?<=[A-Za-z0-9|\-_/.])[ \t]+(?=[A-Za-z0-9|\-_/.])")
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—−－"), "-")
_AMOUNT = re.compile(r"[0-9]+\.[0-9]+")
_LABEL = re.compile(r"(?:^|[^\u4e00-\u9fff])(?:本函|文书|文件)?(?:编号|函号)\s*:\s*$")
_TO_DIGITS = str.maketrans("OoIl|", "00111")
_TO_LETTERS = str.maketrans("01|", "OII")
_LENGTHS = range(6, 61)


@dataclass(frozen=True, slots=True)
class NumberRead:
    """One run of print that may be a number: as read, what it may stand for (the plain reading first), and where."""

    page: int
    text: str
    readings: tuple[str, ...]
    is_own: bool


def numbers_read(page: ReadPage) -> tuple[NumberRead, ...]:
    """Return every run of a page that may be a number, in reading order."""
    return tuple(islice((found for line in page.lines for found in _in_line(line, page.number)), _MOST_RUNS))


def readings(run: str) -> tuple[str, ...]:
    """Return what a run may stand for, itself first: each part is letters, then digits, told apart every way."""
    parts = re.split(r"([-_/.])", run)
    ways = [[part] if part in {"-", "_", "/", "."} else _ways(part) for part in parts]
    return tuple(dict.fromkeys([run, *("".join(way) for way in islice(product(*ways), _MOST_READINGS))]))


def folded(text: str) -> str:
    """Return a text for comparing names: one width, one case, no blanks, one kind of brackets."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(plain.split())


def _in_line(line: ReadLine, page: int) -> Iterator[NumberRead]:
    text = unicodedata.normalize("NFKC", line.text).translate(_DASHES)
    middle = line.y + line.height / 2
    is_edge = middle < HEAD_ENDS or middle > FOOT_BEGINS
    for shown in dict.fromkeys([text, _BLANK_WITHIN.sub("", text)]):
        for run in _RUN.finditer(shown):
            has_form = len(run[0]) in _LENGTHS and any(sign.isdigit() for sign in run[0])
            if has_form and not _AMOUNT.fullmatch(run[0]):
                is_own = is_edge or _LABEL.search(shown[: run.start()]) is not None
                plain = readings(run[0])
                yield NumberRead(page, run[0], plain if shown == text else ("", *plain), is_own)


def _ways(part: str) -> list[str]:
    """Read a part as up to four letters followed by digits; a part that cannot be read so stays as it is."""
    found = []
    for count in range(min(_LETTERS_AT_MOST, len(part)) + 1):
        head, tail = part[:count].translate(_TO_LETTERS), part[count:].translate(_TO_DIGITS)
        if (not head or head.isalpha()) and (not tail or tail.isdigit()):
            found += [head.upper() + tail, head.replace("l", "I").upper() + tail]
    return list(dict.fromkeys(found)) or [part]
