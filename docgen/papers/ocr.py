"""Reading print off scans (OCR): what a page says where no code and no text layer does. An extra, `docgen[ocr]`.

One warm child reads page after page, held to time and memory, replaced after a crash and after some hundred pages. The
head of a page is read first: it takes a quarter of the time, and a paper says at its head what it is. What was read is
a reading, never the paper: it may be wrong in any character, and it is kept beside the scan, never in its place.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from types import TracebackType
from typing import Any, Literal, Self

from docgen.contained.limits import Limits
from docgen.contained.run import Worker
from docgen.errors import UnreadableFile

READING_PRINT = Limits(seconds=90, memory_mb=3072, output_mb=4, file_mb=1)
"""The allowance for one page: three to ten seconds and 1.6 GB of address space are usual."""

MODULES = ("rapidocr", "onnxruntime")
Part = Literal["head", "page"]
_FUNCTION = "docgen.papers.ocr_engine:recognise"


@dataclass(frozen=True, slots=True)
class ReadLine:
    """One line of print: its text, how sure the engine is (0 to 100), and its place as shares of the page (0 to 1)."""

    text: str
    trust: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class ReadPage:
    """What was read off one page (from 1), or off its head, in reading order."""

    number: int
    part: Part
    lines: tuple[ReadLine, ...]

    @property
    def text(self) -> str:
        """Return the lines, one below the other."""
        return "\n".join(line.text for line in self.lines)


def missing_modules() -> tuple[str, ...]:
    """Return which of the extra's packages are not installed; empty where OCR can be used."""
    return tuple(name for name in MODULES if find_spec(name) is None)


class Recogniser:
    """The warm reader; a context manager. Its child starts with the first page asked for."""

    def __init__(self, limits: Limits = READING_PRINT) -> None:
        self._worker = Worker(limits)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the child."""
        self._worker.close()

    def read(self, data: bytes, page: int, *, part: Part) -> ReadPage:
        """Read one page of a file, or its head.

        Raises:
            UnreadableFile: damaged, no such page, the child died, or OCR is not installed.
            LimitExceeded: it took more time or memory than a page may.
        """
        return _as_page(self._worker.run(_FUNCTION, data, page, part == "head"), page, part)


def _as_page(found: Any, page: int, part: Part) -> ReadPage:  # noqa: ANN401  # what a child says is checked here
    try:
        return ReadPage(page, part, tuple(_as_line(line) for line in found["lines"]))
    except (KeyError, TypeError, ValueError) as problem:
        raise UnreadableFile.of("contained.died", cause="nonsense", log="") from problem


def _as_line(line: dict[str, Any]) -> ReadLine:
    x, y, width, height = (float(share) for share in line["box"])
    return ReadLine(str(line["text"]), int(line["trust"]), x, y, width, height)
