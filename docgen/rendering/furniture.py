"""What is drawn over and under the finished pages: the page code, and the word 草稿 across a draft.

A paper that somebody else has still to finish bears the word too, though it is issued.

Both are vector drawings marked as artifacts (ISO 32000-1, 14.8.2.2): not part of the text, not read aloud, sharp at any
resolution. The code is drawn into the one layout that counted the pages, so no second layout can disagree with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import cos, radians, sin
from pathlib import Path
from typing import Any

from fontTools.pens.basePen import BasePen
from fontTools.ttLib import TTFont

from docgen.rendering.laidout import Zone
from docgen.rendering.paper import DRAFT_WORD

MM = 72 / 25.4
CODE_SIDE = 13 * MM
"""12 mm read from every degraded print measured, 10 mm did not."""
CODE_RIGHT = 24 * MM
CODE_BOTTOM = 7 * MM
DRAFT_SIZE = 150.0
DRAFT_ANGLE = 45.0
DRAFT_GREY = 0.88


def code_zone(page: int, *, width: float, height: float) -> Zone:
    """Return the place of the code on a page of that size (points): lower right of the footer."""
    return Zone(
        page, "code", "", width - CODE_RIGHT - CODE_SIDE, height - CODE_BOTTOM - CODE_SIDE, CODE_SIDE, CODE_SIDE
    )


def code_drawing(matrix: Sequence[Sequence[bool]], zone: Zone, *, page_height: float) -> bytes:
    """Return PDF operators that draw the code's dark modules in its zone, neighbours in a row as one bar."""
    module = zone.width / len(matrix)
    parts = ["/Artifact BMC", "q", "0 g"]
    for row, modules in enumerate(matrix):
        y = page_height - zone.y - (row + 1) * module
        for start, length in _bars(modules):
            parts.append(f"{zone.x + start * module:.4f} {y:.4f} {length * module:.4f} {module:.4f} re")
    return "\n".join([*parts, "f", "Q", "EMC"]).encode("ascii")


def _bars(modules: Sequence[bool]) -> list[tuple[int, int]]:
    bars: list[tuple[int, int]] = []
    for column, dark in enumerate(modules):
        if dark and bars and sum(bars[-1]) == column:
            bars[-1] = (bars[-1][0], bars[-1][1] + 1)
        elif dark:
            bars.append((column, 1))
    return bars


class _Path(BasePen):  # type: ignore[misc]  # fontTools is untyped
    """Collects a glyph's outline as PDF path operators."""

    def __init__(self, glyphs: Any) -> None:  # noqa: ANN401  # fontTools' glyph set
        super().__init__(glyphs)
        self.parts: list[str] = []

    def _moveTo(self, point: tuple[float, float]) -> None:  # noqa: N802  # fontTools' name
        self.parts.append(f"{point[0]:.1f} {point[1]:.1f} m")

    def _lineTo(self, point: tuple[float, float]) -> None:  # noqa: N802  # fontTools' name
        self.parts.append(f"{point[0]:.1f} {point[1]:.1f} l")

    def _curveToOne(self, a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> None:  # noqa: N802  # fontTools' name
        self.parts.append(" ".join(f"{v:.1f}" for v in (*a, *b, *c)) + " c")

    def _closePath(self) -> None:  # noqa: N802  # fontTools' name
        self.parts.append("h")


@lru_cache(maxsize=8)
def draft_drawing(font: Path, width: float, height: float, word: str = DRAFT_WORD) -> bytes:
    """Return PDF operators that write a word, 草稿, in light grey across the page, from the shipped font's outlines."""
    with TTFont(font, lazy=True) as opened:
        upem = opened["head"].unitsPerEm
        outlines = [_outline(opened, char) for char in word]
    scale, turn = min(DRAFT_SIZE, 2 * DRAFT_SIZE / len(word)) / upem, radians(DRAFT_ANGLE)
    c, s = cos(turn) * scale, sin(turn) * scale
    across, up = -len(word) * upem / 2, -0.38 * upem
    x, y = width / 2 + c * across - s * up, height / 2 + s * across + c * up
    parts = ["/Artifact BMC", "q", f"{DRAFT_GREY} g"]
    for place, outline in enumerate(outlines):
        at_x, at_y = x + c * place * upem, y + s * place * upem
        parts += ["q", f"{c:.6f} {s:.6f} {-s:.6f} {c:.6f} {at_x:.3f} {at_y:.3f} cm", *outline, "f", "Q"]
    return "\n".join([*parts, "Q", "EMC"]).encode("ascii")


def _outline(font: TTFont, char: str) -> list[str]:
    glyphs = font.getGlyphSet()
    pen = _Path(glyphs)
    glyphs[font.getBestCmap()[ord(char)]].draw(pen)
    return pen.parts
