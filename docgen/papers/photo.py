"""A page photographed with a telephone: found on the desk, set straight, its shadows taken out.

A scanner sees a page flat and evenly lit; a telephone sees it askew, from one side, under somebody's own shadow. The
page is taken to be the bright patch in the middle with four corners. Where no such patch is found the picture stays as
it is, only its light is evened out. This is for reading; the photograph itself is never altered.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from docgen.papers.pdf import GrayImage

_SMALL = 400
_PATCH = 128
_A4_LONG, _A4_SHORT = 2600, 1838
"""About 222 dpi: what a telephone of 12 megapixels leaves of a page that fills two thirds of its picture."""
_LEAST_SHARE = 0.12
_LEAST_FILLED, _MOST_FILLED = 0.85, 1.15
_LEAST_ALIKE = 0.55
_LIGHT_CELLS = 24
_WHITE = 245

Corner = tuple[float, float]
Mask = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]


def rectified(gray: GrayImage) -> GrayImage:
    """Return the page of a photograph seen from above in even light; the whole picture where no page is found."""
    corners = page_corners(gray)
    return evenly_lit(gray if corners is None else _seen_from_above(gray, corners))


def page_corners(gray: GrayImage) -> tuple[Corner, Corner, Corner, Corner] | None:
    """Return the page's corners in pixels, from the top left round by the right; None where none is found."""
    factor = max(1, max(gray.shape) // _SMALL)
    small = Image.fromarray(gray).reduce(factor).filter(ImageFilter.MedianFilter(5))
    patch = _bright_patch(small)
    if patch is None:
        return None
    rows, columns = np.nonzero(patch)
    falling, rising = columns + rows, columns - rows
    picked = (falling.argmin(), rising.argmax(), falling.argmax(), rising.argmin())
    corners = [(float(columns[at]), float(rows[at])) for at in picked]
    area, share = _area(corners), rows.size / patch.size
    if (
        share < _LEAST_SHARE
        or not _is_page_like(corners)
        or not _LEAST_FILLED <= rows.size / max(area, 1) <= _MOST_FILLED
    ):
        return None
    top_left, top_right, bottom_right, bottom_left = (((x + 0.5) * factor, (y + 0.5) * factor) for x, y in corners)
    return top_left, top_right, bottom_right, bottom_left


def evenly_lit(gray: GrayImage) -> GrayImage:
    """Return a page divided by its own light, reckoned from the brightest paper around each place."""
    page = Image.fromarray(gray)
    cell = max(1, max(gray.shape) // (_LIGHT_CELLS * 4))
    light = page.reduce(cell).filter(ImageFilter.MaxFilter(7)).filter(ImageFilter.GaussianBlur(4))
    shade = np.asarray(light.resize(page.size, Image.Resampling.BILINEAR), dtype=np.float32).clip(1, None)
    even: GrayImage = (np.asarray(page, dtype=np.float32) / shade * _WHITE).clip(0, 255).astype(np.uint8)
    return even


def _bright_patch(small: Image.Image) -> Mask | None:
    """Return the bright patch that lies nearest to the middle, print and all, as a mask."""
    seen = np.asarray(small)
    mask = Image.fromarray(np.where(seen > _threshold(seen), 255, 0).astype(np.uint8))
    mask = mask.filter(ImageFilter.MaxFilter(5)).filter(ImageFilter.MinFilter(5))
    rows, columns = np.nonzero(np.asarray(mask))
    if not rows.size:
        return None
    height, width = seen.shape
    middle = int(np.argmin((rows - height / 2) ** 2 + (columns - width / 2) ** 2))
    ImageDraw.floodfill(mask, (int(columns[middle]), int(rows[middle])), _PATCH)
    patch: Mask = np.asarray(mask) == _PATCH
    return patch


def _threshold(seen: GrayImage) -> int:
    """Return the gray that parts desk from paper best (Otsu 1979)."""
    counts = np.bincount(seen.ravel(), minlength=256).astype(np.float64)
    below, sums = np.cumsum(counts), np.cumsum(counts * np.arange(256))
    above = below[-1] - below
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = (sums[-1] * below / below[-1] - sums) ** 2 / (below * above)
    return int(np.nan_to_num(spread).argmax())


def _is_page_like(corners: Sequence[Corner]) -> bool:
    """Tell whether opposite sides are of a length, as far as perspective allows; a shadow's edge is not."""
    sides = [math.dist(one, two) for one, two in zip(corners, [*corners[1:], corners[0]], strict=True)]
    return all(min(sides[at], sides[at + 2]) > _LEAST_ALIKE * max(sides[at], sides[at + 2]) > 0 for at in range(2))


def _area(corners: Sequence[Corner]) -> float:
    turned = [*corners[1:], corners[0]]
    return abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(corners, turned, strict=True))) / 2


def _seen_from_above(gray: GrayImage, corners: tuple[Corner, Corner, Corner, Corner]) -> GrayImage:
    across = math.dist(corners[0], corners[1]) + math.dist(corners[2], corners[3])
    down = math.dist(corners[1], corners[2]) + math.dist(corners[3], corners[0])
    width, height = (_A4_SHORT, _A4_LONG) if down >= across else (_A4_LONG, _A4_SHORT)
    target = ((0, 0), (width, 0), (width, height), (0, height))
    flat = Image.fromarray(gray).transform(
        (width, height), Image.Transform.PERSPECTIVE, projection(target, corners), Image.Resampling.BICUBIC
    )
    return np.asarray(flat)


def projection(target: Sequence[Corner], source: Sequence[Corner]) -> list[float]:
    """Return the eight numbers of the projection that takes each target corner to its source, as Pillow wants them."""
    rows: list[list[float]] = []
    for (x, y), (u, v) in zip(target, source, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
    wanted = [value for corner in source for value in corner]
    return [float(one) for one in np.linalg.solve(np.asarray(rows), np.asarray(wanted))]
