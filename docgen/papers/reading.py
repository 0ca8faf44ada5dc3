"""Read whatever lands in the inbox: PDF, TIFF of several pages, JPEG, PNG; always in a contained child.

The reading gives facts only: per page its size, its text layer, the DataMatrix codes seen and the share of ink. What
they mean is for intake to say.
"""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Iterator
from contextlib import contextmanager
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
_REMEMBERED = 64


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
    """One page, counted from 1: size in mm, text layer, codes, and the share of dark pixels (0 to 1).

    `has_ruined_code` tells of a code of our size whose frame shows, but which cannot be read any more.
    """

    number: int
    width_mm: float
    height_mm: float
    text: str
    codes: tuple[CodeOnPage, ...]
    ink: float
    has_ruined_code: bool = False

    @property
    def is_blank(self) -> bool:
        """Tell whether the page bears nothing: no ink, no text, no code."""
        return self.ink < BLANK_INK and not self.codes and not self.text.strip()


@dataclass(frozen=True, slots=True)
class PaperReading:
    """What a file is, by its content, and what stands on its pages."""

    media_type: str
    pages: tuple[PageReading, ...]


class ReadOnce:
    """What was read of files that are about to be filed, by the hash of the bytes, so that no scan is read twice.

    Whether a dropped file is whole only reading shows; the same reading then decides where it goes, if the bytes that
    were kept are those that were read. It holds a few dozen readings, the oldest go first.
    """

    def __init__(self) -> None:
        self._found: dict[str, PaperReading | UnreadableFile | LimitExceeded] = {}

    def read(self, path: Path, *, worker: Worker | None = None) -> PaperReading:
        """Read a file, remember what came of it, and return it; the errors are those of `read_paper`."""
        with _named(path):
            data = _bytes_of(path)
        return self._told(hashlib.sha256(data).hexdigest(), path, _tried(data, worker))

    def look(self, sha256: str, path: Path, *, worker: Worker | None = None) -> PaperReading:
        """Return what was read of bytes with this hash, and go on remembering it; read the file where nothing was."""
        found = self._found.get(sha256)
        if found is None:
            with _named(path):
                found = _tried(_bytes_of(path), worker)
        return self._told(sha256, path, found)

    def take(self, sha256: str, path: Path, *, worker: Worker | None = None) -> PaperReading:
        """Return as `look` does, and forget it."""
        try:
            return self.look(sha256, path, worker=worker)
        finally:
            self._found.pop(sha256, None)

    def _told(self, sha256: str, path: Path, found: PaperReading | UnreadableFile | LimitExceeded) -> PaperReading:
        self._found[sha256] = found
        while len(self._found) > _REMEMBERED:
            del self._found[next(iter(self._found))]
        if isinstance(found, PaperReading):
            return found
        with _named(path):
            raise found


def _tried(data: bytes, worker: Worker | None) -> PaperReading | UnreadableFile | LimitExceeded:
    try:
        return _read(data, None, worker)
    except (UnreadableFile, LimitExceeded) as problem:
        return problem


def read_paper(path: Path, *, limits: Limits | None = None, worker: Worker | None = None) -> PaperReading:
    """Read one file; with a `worker` in its warm child, whose own limits then hold, else in a fresh child.

    Raises:
        UnreadableFile: empty, of an unknown kind, encrypted, corrupt, or not a plain file.
        LimitExceeded: the file is too large, or reading it took too much time, memory, pages or pixels.
    """
    with _named(path):
        return _read(_bytes_of(path), limits, worker)


def _read(data: bytes, limits: Limits | None, worker: Worker | None) -> PaperReading:
    found = run(_SCAN, data, limits=limits or READING) if worker is None else worker.run(_SCAN, data)
    return _as_reading(found)


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Say in every finding which file it is about."""
    try:
        yield
    except (UnreadableFile, LimitExceeded) as problem:
        raise type(problem)(replace(one, where=one.where or path.name) for one in problem.findings) from problem


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
    size = float(page["width_mm"]), float(page["height_mm"])
    return PageReading(number, *size, str(page["text"]), codes, float(page["ink"]), page["has_ruined_code"] is True)
