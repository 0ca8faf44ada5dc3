"""Read whatever lands in the inbox: PDF, TIFF of several pages, JPEG, PNG; always in a contained child.

The reading gives facts only: per page its size, its text layer, the DataMatrix codes seen and the share of ink. What
they mean is for intake to say.
"""

from __future__ import annotations

import stat
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from docgen.contained.limits import Limits
from docgen.contained.run import Worker, run
from docgen.errors import LimitExceeded, UnreadableFile
from docgen.papers.limits import MAX_FILE_BYTES, READING

_SCAN = "docgen.papers.scan:read_scan"
BLANK_INK = 0.0005
"""Under this share of dark pixels a page bears nothing but dust."""


@dataclass(frozen=True, slots=True)
class CodeOnPage:
    """One DataMatrix on a page: its text (not yet believed) and its place in millimetres from the top left."""

    text: str
    x_mm: float
    y_mm: float
    width_mm: float
    height_mm: float


@dataclass(frozen=True, slots=True)
class PageReading:
    """One page, counted from 1: size in mm, text layer, codes, and the share of dark pixels (0 to 1)."""

    number: int
    width_mm: float
    height_mm: float
    text: str
    codes: tuple[CodeOnPage, ...]
    ink: float

    @property
    def is_blank(self) -> bool:
        """Tell whether the page bears nothing: no ink, no text, no code."""
        return self.ink < BLANK_INK and not self.codes and not self.text.strip()


@dataclass(frozen=True, slots=True)
class PaperReading:
    """What a file is, by its content, and what stands on its pages."""

    media_type: str
    pages: tuple[PageReading, ...]


def read_paper(path: Path, *, limits: Limits | None = None, worker: Worker | None = None) -> PaperReading:
    """Read one file; with a `worker` in its warm child, whose own limits then hold, else in a fresh child.

    Raises:
        UnreadableFile: empty, of an unknown kind, encrypted, corrupt, or not a plain file.
        LimitExceeded: the file is too large, or reading it took too much time, memory, pages or pixels.
    """
    try:
        data = _bytes_of(path)
        found = run(_SCAN, data, limits=limits or READING) if worker is None else worker.run(_SCAN, data)
    except (UnreadableFile, LimitExceeded) as problem:
        raise type(problem)(replace(one, where=one.where or path.name) for one in problem.findings) from problem
    return _as_reading(found)


def _bytes_of(path: Path) -> bytes:
    try:
        facts = path.stat()
        if not stat.S_ISREG(facts.st_mode):
            raise UnreadableFile.of("papers.not-a-file")
        if facts.st_size > MAX_FILE_BYTES:
            raise _too_large()
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError as problem:
        raise UnreadableFile.of("papers.cannot-open", reason=problem.strerror or type(problem).__name__) from problem
    if len(data) > MAX_FILE_BYTES:
        raise _too_large()
    return data


def _too_large() -> LimitExceeded:
    return LimitExceeded.of("papers.too-large", megabytes=MAX_FILE_BYTES // (1024 * 1024))


def _as_reading(found: dict[str, Any]) -> PaperReading:
    """Make our types of a child's answer, each value checked: the child has read a foreign file."""
    try:
        pages = tuple(_as_page(number, page) for number, page in enumerate(found["pages"], 1))
        return PaperReading(str(found["media_type"]), pages)
    except (KeyError, TypeError, ValueError) as problem:
        raise UnreadableFile.of("contained.died", cause="nonsense") from problem


def _as_page(number: int, page: dict[str, Any]) -> PageReading:
    sizes = ("x_mm", "y_mm", "width_mm", "height_mm")
    codes = tuple(CodeOnPage(str(one["text"]), *(float(one[size]) for size in sizes)) for one in page["codes"])
    return PageReading(
        number, float(page["width_mm"]), float(page["height_mm"]), str(page["text"]), codes, float(page["ink"])
    )
