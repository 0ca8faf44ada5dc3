"""Find the page codes on a scanned page: DataMatrix only, a fast look first, then careful ones.

Whoever asks for every kind of bar code waits ten times as long and gets couriers' labels; so only DataMatrix is asked
for. Most scans are clean and upright and are read at the first look. A page turned by the feeder, a fax or a pale copy
needs a second one: other threshold, other scale, smoothed. A look ends the search only when it shows a text in the
form of our own codes, so that a customer's own DataMatrix on the page cannot hide ours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np
import zxingcpp
from PIL import Image, ImageFilter

from docgen.codes.payload import has_form

GrayImage = np.ndarray[tuple[int, ...], np.dtype[np.uint8]]

_QUICK_LOOKS = 2
_LONGEST_SIDE = 65_535
"""Pixels the reader takes; at 200 dpi that is a page of eight metres, none of ours."""
_SMALL_PIXELS = 2_500_000
"""Below this an A4 page was scanned at under 150 dpi: a module is too few pixels wide, enlarging helps."""


@dataclass(frozen=True, slots=True)
class CodeSeen:
    """One DataMatrix seen on a page: its text (not yet believed) and its upright bounding box in pixels."""

    text: str
    x: int
    y: int
    width: int
    height: int


def read_codes(image: GrayImage, *, careful: bool = True) -> tuple[CodeSeen, ...]:
    """Return every DataMatrix found on a gray page image, each place once, top to bottom.

    Args:
        image: 2-dimensional uint8 array, 0 = black, origin top left.
        careful: False looks twice at most, which takes a fifth of the time where there is no code.
    """
    page = np.ascontiguousarray(image)
    if max(page.shape) > _LONGEST_SIDE:
        return ()
    seen: dict[tuple[str, int, int], CodeSeen] = {}
    for look in islice(_looks(page), None if careful else _QUICK_LOOKS):
        for code in look():
            if not any(_is_same_mark(code, other) for other in seen.values()):
                seen[code.text, code.x, code.y] = code
        if any(has_form(code.text) for code in seen.values()):
            break
    return tuple(sorted(seen.values(), key=lambda code: (code.y, code.x)))


def _looks(page: GrayImage) -> Iterator[Callable[[], list[CodeSeen]]]:
    """Yield ever more patient ways to look; measured on blotted, pale, skewed, faxed and turned pages."""
    fixed = zxingcpp.Binarizer.FixedThreshold
    yield lambda: _scan(page, rotate=False)
    yield lambda: _scan(page, downscale=True)
    yield lambda: _scan(page, binarizer=fixed)
    yield lambda: _scan(_resized(page, 0.75), scale=0.75)
    yield lambda: _scan(_smoothed(page), binarizer=fixed)
    if page.size < _SMALL_PIXELS:
        yield lambda: _scan(_resized(page, 1.5), scale=1.5)


def _scan(
    page: GrayImage,
    *,
    rotate: bool = True,
    downscale: bool = False,
    scale: float = 1.0,
    binarizer: zxingcpp.Binarizer = zxingcpp.Binarizer.LocalAverage,
) -> list[CodeSeen]:
    found = zxingcpp.read_barcodes(
        page,
        zxingcpp.BarcodeFormat.DataMatrix,
        try_rotate=rotate,
        try_downscale=downscale,
        try_invert=False,
        text_mode=zxingcpp.TextMode.Plain,
        binarizer=binarizer,
    )
    return [_seen(one, scale) for one in found if one.valid]


def _seen(barcode: zxingcpp.Barcode, scale: float) -> CodeSeen:
    position = barcode.position
    corners = (position.top_left, position.top_right, position.bottom_right, position.bottom_left)
    xs = [round(corner.x / scale) for corner in corners]
    ys = [round(corner.y / scale) for corner in corners]
    return CodeSeen(barcode.text, min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))


def _is_same_mark(one: CodeSeen, other: CodeSeen) -> bool:
    """Tell whether two looks saw one mark: same text, and the middle of one lies inside the other."""
    middle_x, middle_y = one.x + one.width / 2, one.y + one.height / 2
    inside = other.x <= middle_x <= other.x + other.width and other.y <= middle_y <= other.y + other.height
    return one.text == other.text and inside


def _resized(page: GrayImage, factor: float) -> GrayImage:
    height, width = page.shape
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    return np.asarray(Image.fromarray(page).resize(size, Image.Resampling.BICUBIC))


def _smoothed(page: GrayImage) -> GrayImage:
    return np.asarray(Image.fromarray(page).filter(ImageFilter.GaussianBlur(1)))
