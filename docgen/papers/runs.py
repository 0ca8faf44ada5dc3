"""The text on a PDF page, character by character as pdfium finds it: as one text, and as runs with their places.

Characters are asked for one by one: pdfium's call for a whole range cuts characters beyond the basic plane in half, and
the 通用规范汉字表 has 196 of them, some in people's names.
"""

from __future__ import annotations

import contextlib
import ctypes
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pypdfium2 import raw as pdfium

_LINE_END_HYPHEN = 0x02
"""pdfium puts this for a hyphen at the end of a line."""

_SUB_POINT = 100
"""pdfium turns page places into whole device pixels; a hundredth of a point is fine enough."""

_NO_CHARACTERS = {0xFFFE, 0xFFFF}
_HIGH, _LOW, _END = 0xD800, 0xDC00, 0xE000


@dataclass(frozen=True, slots=True)
class TextRun:
    """A stretch of text on one line: its rectangle in points, origin top left, page as seen."""

    text: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class _Character:
    text: str
    left: float
    bottom: float
    right: float
    top: float

    @property
    def has_box(self) -> bool:
        return self.right > self.left and self.top > self.bottom

    def follows(self, other: _Character) -> bool:
        """Tell whether this one stands on the same line right after the other, an em's gap at most."""
        size = max(self.top - self.bottom, other.top - other.bottom)
        same_line = abs((self.top + self.bottom) - (other.top + other.bottom)) / 2 < size / 2
        return same_line and -size / 2 < self.left - other.right < size


def page_text(page: Any) -> str:  # noqa: ANN401  # pypdfium2 has no types
    """Return the text of an opened page; lines end with a line feed."""
    with _text_page(page) as text_page:
        return _joined(_code_points(text_page)).replace("\r\n", "\n").replace("\r", "\n")


def page_runs(page: Any) -> tuple[TextRun, ...]:  # noqa: ANN401  # pypdfium2 has no types
    """Return the runs of an opened page in the order they were written."""
    with _text_page(page) as text_page:
        return tuple(_run(page, stretch) for stretch in _stretches(_characters(text_page)))


@contextlib.contextmanager
def _text_page(page: Any) -> Iterator[Any]:  # noqa: ANN401  # pypdfium2 has no types
    text_page = page.get_textpage()
    try:
        yield text_page
    finally:
        text_page.close()


def _code_points(text_page: Any) -> list[int]:  # noqa: ANN401  # pypdfium2 has no types
    """Return a page's UTF-16 units, one a character of pdfium's: all at once, the doubtful ones by themselves."""
    count = max(text_page.count_chars(), 0)
    found = (ctypes.c_ushort * (count + 1))()
    is_even = pdfium.FPDFText_GetText(text_page, 0, count, found) == count + 1
    points = [
        unit if is_even and unit not in _NO_CHARACTERS else pdfium.FPDFText_GetUnicode(text_page, index)
        for index, unit in enumerate(found[:count])
    ]
    return [ord("-") if point == _LINE_END_HYPHEN else point for point in points]


def _joined(points: list[int]) -> str:
    """Return a text from code points, halves of a surrogate pair put together, what is no character left out."""
    units = "".join(chr(point) for point in points if 0 < point <= sys.maxunicode and point not in _NO_CHARACTERS)
    return units.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _characters(text_page: Any) -> Iterator[_Character]:  # noqa: ANN401  # pypdfium2 has no types
    points = _code_points(text_page)
    box = pdfium.FS_RECTF()
    for index, point in enumerate(points):
        if _LOW <= point < _END:
            continue
        pair = points[index : index + 2] if _HIGH <= point < _LOW else [point]
        found = pdfium.FPDFText_GetLooseCharBox(text_page, index, box)
        place = (box.left, box.bottom, box.right, box.top) if found else (0, 0, 0, 0)
        yield _Character(_joined(pair), *place)


def _stretches(characters: Iterator[_Character]) -> Iterator[list[_Character]]:
    stretch: list[_Character] = []
    for character in characters:
        breaks = not character.has_box or (stretch and not character.follows(stretch[-1]))
        if breaks and stretch:
            yield stretch
            stretch = []
        if character.has_box and (stretch or character.text.strip()):
            stretch.append(character)
    if stretch:
        yield stretch


def _run(page: Any, stretch: list[_Character]) -> TextRun:  # noqa: ANN401  # pypdfium2 has no types
    corners = (
        _as_seen(page, min(one.left for one in stretch), max(one.top for one in stretch)),
        _as_seen(page, max(one.right for one in stretch), min(one.bottom for one in stretch)),
    )
    left, right = sorted(corner[0] for corner in corners)
    top, bottom = sorted(corner[1] for corner in corners)
    return TextRun("".join(one.text for one in stretch).rstrip(), left, top, right - left, bottom - top)


def _as_seen(page: Any, x: float, y: float) -> tuple[float, float]:  # noqa: ANN401  # pypdfium2 has no types
    """Turn a place on the PDF's canvas into points from the top left, page rotation and crop box minded."""
    width, height = (round(side * _SUB_POINT) for side in page.get_size())
    device_x, device_y = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDF_PageToDevice(page, 0, 0, width, height, 0, x, y, device_x, device_y)
    return device_x.value / _SUB_POINT, device_y.value / _SUB_POINT
