"""Where on a page may a code of ours be? Squares of 13 mm near a corner, half of them ink, with little ink about them.

Text is a fifth ink, tables and seals hardly more; and a code keeps its neighbours at a distance, so that even under a
seal it stands out. The look is coarse, two pixels a millimetre, and takes some hundredths of a second.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageFilter

from docgen.codes.ecc200 import Modules

Floats = np.ndarray[tuple[int, ...], np.dtype[np.float32]]
GrayImage = np.ndarray[tuple[int, ...], np.dtype[np.uint8]]

CODE_MM = 13.0
_CORNER_MM = (58.0, 46.0)
"""So far from a page's corner, along one edge and the other, the middle of a code lies at most, some skew included."""
_OVERVIEW = 2.0
"""Pixels a millimetre."""
_LARGEST = 4000
_MOST_SQUARES = 3
_INNER_MM, _RING_MM = 12.0, (13.0, 20.0)
_LEAST_DARK = 0.3
"""By so much the share of ink in a square passes that about it: clean codes 0.6, under a seal 0.4, text 0.3 at most."""
_APART_MM = 9.0


@dataclass(frozen=True, slots=True)
class Square:
    """A place where a code may be: its middle in pixels of the page, and pixels a millimetre each way."""

    x: float
    y: float
    per_mm_x: float
    per_mm_y: float


def squares(page: GrayImage, width_mm: float, height_mm: float) -> list[Square]:
    """Return the dark squares of a code's size near the corners of a page, the darkest first."""
    per_mm = page.shape[1] / width_mm, page.shape[0] / height_mm
    size = max(1, round(width_mm * _OVERVIEW)), max(1, round(height_mm * _OVERVIEW))
    if min(size) < 2 * CODE_MM or max(size) > _LARGEST:
        return []
    dark = _ink(Image.fromarray(page).resize(size, Image.Resampling.BOX, reducing_gap=None))
    share = _standing_out(dark)
    share[~_near_corners(share.shape)] = 0
    found: list[Square] = []
    while len(found) < _MOST_SQUARES:
        at = np.unravel_index(int(share.argmax()), share.shape)
        if share[at] < _LEAST_DARK:
            break
        y, x = (int(one) / _OVERVIEW for one in at)
        found.append(Square(x * per_mm[0], y * per_mm[1], *per_mm))
        reach = round(_APART_MM * _OVERVIEW)
        share[max(0, at[0] - reach) : at[0] + reach, max(0, at[1] - reach) : at[1] + reach] = 0
    return found


def _ink(small: Image.Image) -> Floats:
    """Return how dark each place is against the paper about it, 0 to 1, where 1 is as dark as the page's print."""
    coarse = small.resize((max(1, small.width // 12), max(1, small.height // 12)), Image.Resampling.BOX)
    paper = coarse.filter(ImageFilter.MaxFilter(5)).resize(small.size, Image.Resampling.BILINEAR)
    dark = np.asarray(paper, dtype=np.float32) - np.asarray(small, dtype=np.float32)
    strongest = max(40.0, float(np.percentile(dark, 99.5)))
    return np.asarray(np.clip(dark / strongest, 0, 1), dtype=np.float32)


def _standing_out(dark: Floats) -> Floats:
    """Return for each place by how much the share of ink in a square about it passes that in the ring about it."""
    hole, whole = (round(length * _OVERVIEW) for length in _RING_MM)
    ring = (_sums(dark, whole) - _sums(dark, hole)) / (whole**2 - hole**2)
    inner = round(_INNER_MM * _OVERVIEW)
    return np.asarray(_sums(dark, inner) / inner**2 - ring, dtype=np.float32)


def _sums(values: Floats, side: int) -> Floats:
    """Return for each place the sum of a square about it; beyond the edge there is nothing."""
    padded = np.pad(values, ((side // 2 + 1, side - side // 2 - 1),) * 2).cumsum(0, dtype=np.float64).cumsum(1)
    padded = np.pad(padded, ((0, 1), (0, 1)), mode="edge")
    height, width = values.shape
    low, right = slice(side, side + height), slice(side, side + width)
    up, left = slice(0, height), slice(0, width)
    return np.asarray(padded[low, right] - padded[up, right] - padded[low, left] + padded[up, left], dtype=np.float32)


def _near_corners(shape: tuple[int, ...]) -> Modules:
    """Tell of each place whether it lies as near to a corner as our codes do, however the page is turned."""
    rows, columns = np.arange(shape[0])[:, None], np.arange(shape[1])[None, :]
    down = np.minimum(rows, shape[0] - rows) / _OVERVIEW
    across = np.minimum(columns, shape[1] - columns) / _OVERVIEW
    far, near = _CORNER_MM
    return np.asarray((across < far) & (down < near) | (across < near) & (down < far))
