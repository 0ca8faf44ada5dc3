"""A pen on paper: signatures that look signed and dates that look written, made from strokes, never from a font.

Nothing here is anybody's hand. A stroke is a smooth curve through a few points that are moved a little at random; the
pen is thick where it is slow and thin where it leaves the paper.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

Point = tuple[float, float]
Stroke = Sequence[Point]

_SHARPER = 3
"""Strokes are drawn so many times larger and shrunk, which smooths their edges."""
_STEPS = 14

_GLYPHS: dict[str, tuple[Stroke, ...]] = {
    "0": (((0.5, 0.02), (0.15, 0.3), (0.15, 0.7), (0.5, 0.98), (0.82, 0.65), (0.8, 0.3), (0.48, 0.02)),),
    "1": (((0.4, 0.12), (0.55, 0.02), (0.53, 0.5), (0.5, 0.98)),),
    "2": (((0.15, 0.22), (0.45, 0.02), (0.78, 0.25), (0.5, 0.62), (0.12, 0.97), (0.5, 0.92), (0.88, 0.96)),),
    "3": (
        ((0.2, 0.1), (0.6, 0.02), (0.75, 0.22), (0.42, 0.45), (0.42, 0.46), (0.8, 0.68), (0.55, 0.96), (0.15, 0.88)),
    ),
    "4": (((0.55, 0.02), (0.35, 0.35), (0.1, 0.62), (0.5, 0.62), (0.92, 0.6)), ((0.62, 0.3), (0.62, 0.7), (0.58, 1.0))),
    "5": (
        ((0.3, 0.05), (0.27, 0.25), (0.22, 0.45), (0.55, 0.4), (0.8, 0.65), (0.55, 0.95), (0.15, 0.9)),
        ((0.3, 0.05), (0.55, 0.07), (0.85, 0.03)),
    ),
    "6": (((0.7, 0.03), (0.35, 0.3), (0.18, 0.68), (0.4, 0.97), (0.75, 0.8), (0.6, 0.52), (0.22, 0.68)),),
    "7": (((0.12, 0.08), (0.5, 0.08), (0.85, 0.05), (0.6, 0.45), (0.42, 0.98)),),
    "8": (
        (
            (0.65, 0.1), (0.35, 0.05), (0.25, 0.25), (0.5, 0.46), (0.76, 0.72),
            (0.5, 0.97), (0.2, 0.78), (0.45, 0.48), (0.76, 0.2), (0.6, 0.06),
        ),
    ),
    "9": (((0.72, 0.2), (0.42, 0.05), (0.2, 0.3), (0.45, 0.48), (0.72, 0.22), (0.7, 0.6), (0.55, 0.98)),),
    "年": (
        ((0.36, 0.0), (0.28, 0.15), (0.14, 0.28)),
        ((0.28, 0.17), (0.55, 0.16), (0.85, 0.14)),
        ((0.28, 0.44), (0.5, 0.43), (0.78, 0.41)),
        ((0.28, 0.44), (0.27, 0.56), (0.27, 0.68)),
        ((0.04, 0.71), (0.5, 0.69), (0.97, 0.67)),
        ((0.56, 0.17), (0.56, 0.6), (0.55, 1.0)),
    ),
    "月": (
        ((0.3, 0.05), (0.3, 0.5), (0.24, 0.8), (0.1, 0.99)),
        ((0.3, 0.05), (0.55, 0.04), (0.76, 0.05), (0.77, 0.5), (0.76, 0.96), (0.62, 0.88)),
        ((0.32, 0.35), (0.52, 0.34), (0.74, 0.33)),
        ((0.31, 0.62), (0.52, 0.61), (0.74, 0.6)),
    ),
    "日": (
        ((0.22, 0.08), (0.21, 0.5), (0.22, 0.95)),
        ((0.22, 0.08), (0.5, 0.06), (0.76, 0.07), (0.77, 0.5), (0.75, 0.96)),
        ((0.23, 0.48), (0.5, 0.47), (0.74, 0.46)),
        ((0.23, 0.9), (0.5, 0.89), (0.74, 0.88)),
    ),
}  # fmt: skip
_SIGNED_STROKES: tuple[Stroke, ...] = (
    ((0.1, 0.3), (0.5, 0.24), (0.92, 0.2)),
    ((0.5, 0.02), (0.52, 0.5), (0.46, 1.0), (0.36, 0.9)),
    ((0.55, 0.1), (0.4, 0.5), (0.05, 0.92)),
    ((0.45, 0.35), (0.66, 0.7), (1.0, 0.95)),
    ((0.2, 0.55), (0.7, 0.48), (0.72, 0.75), (0.3, 0.85)),
    ((0.2, 0.12), (0.3, 0.2), (0.32, 0.26)),
    ((0.75, 0.15), (0.62, 0.4), (0.8, 0.6), (0.6, 0.98)),
    ((0.15, 0.15), (0.75, 0.1), (0.7, 0.4), (0.25, 0.5)),
)


@dataclass(frozen=True, slots=True)
class Pen:
    """A pen: ink colour as RGB, width of its line in pixels."""

    colour: tuple[int, int, int]
    width: float


def signature(width: int, height: int, pen: Pen, rng: np.random.Generator) -> Image.Image:
    """Return a signature of two or three run-together signs, inked on white, `width` by `height` pixels."""
    signs = int(rng.integers(2, 4))
    side = min(height * 0.82, width / (signs * 0.85))
    left, top = (width - side * signs * 0.8) / 2, (height - side) / 2
    strokes: list[Stroke] = []
    for place in range(signs):
        grown = side * float(rng.uniform(0.85, 1.15))
        origin = (left + place * side * 0.8, top + side * float(rng.uniform(-0.08, 0.08)))
        strokes += [_placed(stroke, origin, grown, rng) for stroke in _sign(rng)]
    strokes.append(_placed(((0.0, 0.95), (0.6, 1.02), (1.4, 0.9)), (left + side * (signs - 1) * 0.8, top), side, rng))
    return _inked(strokes, (width, height), pen, rng)


def written(text: str, width: int, height: int, pen: Pen, rng: np.random.Generator) -> Image.Image:
    """Return digits and 年月日 as somebody writes them, on white, `width` by `height` pixels."""
    advances = [0.62 if char.isdigit() else 1.15 for char in text]
    size = min(height * 0.8, width / (sum(advances) + 0.2))
    x, strokes = (width - size * sum(advances)) / 2, list[Stroke]()
    for char, advance in zip(text, advances, strict=True):
        origin = (x, (height - size) / 2 + size * float(rng.uniform(-0.06, 0.06)))
        across = 0.58 if char.isdigit() else 1.0
        strokes += [_placed([(px * across, py) for px, py in stroke], origin, size, rng) for stroke in _GLYPHS[char]]
        x += size * advance
    return _inked(strokes, (width, height), pen, rng)


def _sign(rng: np.random.Generator) -> list[Stroke]:
    chosen = rng.permutation(len(_SIGNED_STROKES))[: int(rng.integers(4, 6))]
    strokes = [_SIGNED_STROKES[index] for index in chosen]
    joined = [(*first, *second) for first, second in zip(strokes[::2], strokes[1::2], strict=False)]
    return [*joined, *strokes[len(joined) * 2 :]]


def _placed(stroke: Stroke, origin: Point, size: float, rng: np.random.Generator) -> Stroke:
    """Move a stroke of the unit square to its place, each point a little off, the whole leaning to the right."""
    off = rng.normal(0.0, 0.025, (len(stroke), 2))
    return [
        (origin[0] + size * (x + dx + 0.12 * (0.5 - y)), origin[1] + size * (y + dy))
        for (x, y), (dx, dy) in zip(stroke, off, strict=True)
    ]


def _inked(strokes: Sequence[Stroke], size: tuple[int, int], pen: Pen, rng: np.random.Generator) -> Image.Image:
    large = Image.new("RGB", (size[0] * _SHARPER, size[1] * _SHARPER), (255, 255, 255))
    brush = ImageDraw.Draw(large)
    for stroke in strokes:
        points = list(_curve(stroke))
        pressure = pen.width * _SHARPER * float(rng.uniform(0.85, 1.15))
        for index, (x, y) in enumerate(points):
            ahead = index / max(len(points) - 1, 1)
            radius = pressure * (0.62 - 0.3 * ahead**3 + 0.08 * np.sin(index * 0.5)) / 1.2
            x, y = x * _SHARPER, y * _SHARPER  # noqa: PLW2901  # into the large picture
            brush.ellipse((x - radius, y - radius, x + radius, y + radius), fill=pen.colour)
    return large.resize(size, Image.Resampling.LANCZOS)


def _curve(stroke: Stroke) -> Iterator[Point]:
    """Yield points close together on the Catmull-Rom curve through the stroke's points."""
    ends = np.asarray([stroke[0], *stroke, stroke[-1]], dtype=float)
    for p0, p1, p2, p3 in zip(ends, ends[1:], ends[2:], ends[3:], strict=False):
        steps = max(_STEPS, int(np.hypot(*(p2 - p1)) * _SHARPER / 2))
        for t in np.linspace(0.0, 1.0, steps, endpoint=False):
            spot = 2 * p1 + (p2 - p0) * t + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2 + (3 * p1 - p0 - 3 * p2 + p3) * t**3
            yield float(spot[0]) / 2, float(spot[1]) / 2
