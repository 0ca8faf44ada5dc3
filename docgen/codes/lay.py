"""Lay the frame of a code over a dark square where it fits best, although ink covers it or an edge has cut into it.

First at every skew and turn at once, coarsely (the overlap with a drawn frame, by Fourier transform); then the best of
these lays are shifted, turned and stretched by ever smaller steps until frame and modules show as clearly as they can.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from PIL import Image, ImageFilter

from docgen.codes.ecc200 import CHECK_WORDS, frame
from docgen.codes.squares import CODE_MM, Floats, GrayImage, Square

Complexes = np.ndarray[tuple[int, ...], np.dtype[np.complex64]]

FINE = 8.0
_COARSE = 4.0
"""Pixels a millimetre: to read modules, to lay the frame."""
CUT_OUT_MM = 30.0
_SKEW = tuple(range(-6, 7))
_BEST = 4
_LEAST_COARSE = 0.4
_LEAST_PAPER, _WHITE = 50.0, 255.0
_LEAST_FRAME = 0.6
"""Of the frame so much must lie on the page; the rest may be cut off."""
_CLEARNESS = 0.6
"""How much clear-cut modules weigh beside the frame."""
_ROUNDS = (0.5, 0.25, 0.12, 0.06)
_STEPS_A_ROUND = 12
_LEAST_GAIN = 1e-4


@dataclass(frozen=True, slots=True)
class Lay:
    """The frame laid over a cut-out: the symbol's upper left corner and its two edges in mm, and modules a side."""

    side: int
    at: Floats
    fit: float

    def points(self, across: Floats, down: Floats) -> Floats:
        """Return places in mm of points given in modules."""
        shares = (np.asarray(one / self.side, dtype=np.float32) for one in (across, down))
        whole: Floats = _placed(self.at[None], *shares)[0]
        return whole


def _placed(at: Floats, across: Floats, down: Floats) -> Floats:
    """Return places (n, points, 2) of points given as shares of the edges, for n lays (x, y, ux, uy, vx, vy)."""
    origin, right, low = at[:, None, 0:2], at[:, None, 2:4], at[:, None, 4:6]
    found: Floats = origin + across[None, :, None] * right + down[None, :, None] * low
    return found


def cut_out_of(page: GrayImage, square: Square) -> Floats:
    """Return the surroundings of a square at the fine scale; what lies beyond the page is NaN."""
    reach_x, reach_y = CUT_OUT_MM / 2 * square.per_mm_x, CUT_OUT_MM / 2 * square.per_mm_y
    side = round(CUT_OUT_MM * FINE)
    box = (square.x - reach_x, square.y - reach_y, square.x + reach_x, square.y + reach_y)
    left, top = max(0, math.ceil(box[0])), max(0, math.ceil(box[1]))
    part = page[top : int(box[3]) + 1, left : int(box[2]) + 1]
    scale = FINE / square.per_mm_x, FINE / square.per_mm_y
    size = max(1, round(part.shape[1] * scale[0])), max(1, round(part.shape[0] * scale[1]))
    seen = np.asarray(Image.fromarray(part).resize(size, Image.Resampling.BICUBIC, reducing_gap=None), dtype=np.float32)
    whole = np.full((side, side), np.nan, dtype=np.float32)
    at_x, at_y = round((left - box[0]) * scale[0]), round((top - box[1]) * scale[1])
    room = seen[: side - at_y, : side - at_x]
    whole[at_y : at_y + room.shape[0], at_x : at_x + room.shape[1]] = room
    return whole


@dataclass(frozen=True, slots=True)
class Shades:
    """How dark print and how light paper is in a cut-out."""

    dark: float
    light: float

    @classmethod
    def of(cls, cut_out: Floats) -> Shades:
        """Take the darkest twenty-fifth for print and the lightest tenth for paper."""
        dark, light = np.nanpercentile(cut_out, (4, 90))
        return cls(float(dark), float(max(light, dark + 20)))

    def signs(self, values: Floats) -> Floats:
        """Return +1 for print to −1 for paper."""
        middle, half = (self.dark + self.light) / 2, (self.light - self.dark) / 2
        return np.asarray(np.clip((middle - values) / half * 1.3, -1, 1), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class View:
    """A cut-out to be sampled in mm."""

    cut_out: Floats
    shades: Shades

    def values(self, points: Floats) -> Floats:
        """Return the gray values at places in mm (…, 2), between the pixels; NaN beyond the page."""
        x, y = points[..., 0] * FINE - 0.5, points[..., 1] * FINE - 0.5
        top = self.cut_out.shape[0] - 2
        column, row = np.clip(x.astype(np.int32), 0, top), np.clip(y.astype(np.int32), 0, top)
        along, down = np.clip(x - column, 0, 1), np.clip(y - row, 0, 1)
        seen = self.cut_out
        upper = seen[row, column] * (1 - along) + seen[row, column + 1] * along
        lower = seen[row + 1, column] * (1 - along) + seen[row + 1, column + 1] * along
        return np.asarray(upper * (1 - down) + lower * down, dtype=np.float32)


def evened(cut_out: Floats) -> Floats:
    """Return a cut-out as shares of the lightest thereabouts: paper under faded ink becomes as light as bare paper."""
    known = np.nan_to_num(cut_out, nan=float(np.nanmax(cut_out)))
    small = Image.fromarray(known).resize((round(CUT_OUT_MM * 2),) * 2, Image.Resampling.BOX)
    lightest = Image.fromarray(np.asarray(small).clip(0, 255).astype(np.uint8)).filter(ImageFilter.MaxFilter(5))
    paper = lightest.filter(ImageFilter.GaussianBlur(1.5)).resize(
        (cut_out.shape[1], cut_out.shape[0]), Image.Resampling.BILINEAR
    )
    level = np.maximum(np.asarray(paper, dtype=np.float32), _LEAST_PAPER)
    return np.asarray(np.minimum(cut_out / level, 1) * _WHITE, dtype=np.float32)


@lru_cache(maxsize=1)
def _templates() -> tuple[tuple[tuple[int, int, float], ...], Complexes]:
    """Return the frames of both sizes, turned four ways: (side, quarter turns, weight), and their spectra.

    What is dark counts +1, the quiet zone and what is light −1, what lies inside 0.
    """
    about, spectra = [], []
    padded = round(CUT_OUT_MM * _COARSE)
    for side in CHECK_WORDS:
        signs = np.full((side + 2, side + 2), -1.0, dtype=np.float32)
        signs[1:-1, 1:-1] = np.where(frame(side), 1, -1)
        signs[2:-2, 2:-2] = 0
        wide = round(CODE_MM * (side + 2) / side * _COARSE)
        drawn = np.asarray(Image.fromarray(signs).resize((wide, wide), Image.Resampling.BOX))
        for quarter in range(4):
            turned = np.zeros((padded, padded), dtype=np.float32)
            turned[:wide, :wide] = np.rot90(drawn, quarter)
            about.append((side, quarter, float(np.abs(drawn).sum())))
            spectra.append(np.conj(np.fft.rfft2(turned)).astype(np.complex64))
    return tuple(about), np.stack(spectra)


def coarse_lays(cut_out: Floats) -> list[Lay]:
    """Lay the frame over a cut-out at every skew and turn; return the best lays, best first."""
    shades = Shades.of(cut_out)
    signs = shades.signs(np.nan_to_num(cut_out, nan=shades.light))
    small = Image.fromarray(signs).resize((round(CUT_OUT_MM * _COARSE),) * 2, Image.Resampling.BOX)
    found: list[Lay] = []
    for skew in _SKEW:
        seen = np.asarray(small.rotate(skew, Image.Resampling.BILINEAR, fillcolor=-1.0))
        scores = np.fft.irfft2(np.fft.rfft2(seen)[None] * _templates()[1], s=seen.shape)
        for (side, quarter, weight), overlap in zip(_templates()[0], scores, strict=True):
            wide = round(CODE_MM * (side + 2) / side * _COARSE)
            score = overlap[: seen.shape[0] - wide, : seen.shape[1] - wide] / weight
            row, column = np.unravel_index(int(score.argmax()), score.shape)
            found.append(_lay(side, quarter, skew, (float(column), float(row)), float(score[row, column])))
    fitting = [lay for lay in found if lay.fit >= _LEAST_COARSE]
    return sorted(fitting, key=lambda lay: -lay.fit)[:_BEST]


def _lay(side: int, quarter: int, skew: float, at: tuple[float, float], fit: float) -> Lay:
    """Return a lay in mm of the cut-out, of one found in the turned coarse picture (upper left of its quiet zone)."""
    module, whole = CODE_MM / side, CODE_MM
    x, y = at[0] / _COARSE + module, at[1] / _COARSE + module
    corners = [(x, y), (x + whole, y), (x + whole, y + whole), (x, y + whole)]
    # np.rot90 turns against the clock: what was upper right comes to the upper left
    upper_left, upper_right, lower_left = (_back(corners[(n - quarter) % 4], skew) for n in (0, 1, 3))
    flat = [*upper_left, *(upper_right - upper_left), *(lower_left - upper_left)]
    return Lay(side, np.array(flat, dtype=np.float32), fit)


def _back(point: tuple[float, float], skew: float) -> Floats:
    """Return where a point of the picture turned by `skew` degrees lay before, about the middle of the cut-out."""
    turn, middle = np.deg2rad(skew), CUT_OUT_MM / 2
    across, down = point[0] - middle, point[1] - middle
    cos, sin = np.cos(turn), np.sin(turn)
    return np.array([across * cos - down * sin + middle, across * sin + down * cos + middle], dtype=np.float32)


@lru_cache(maxsize=2)
def _frame_points(side: int) -> tuple[Floats, Floats, Floats]:
    """Return the middles of the frame's modules and of the quiet zone's, as shares of the side, and their signs."""
    rows, columns = np.mgrid[-1 : side + 1, -1 : side + 1]
    inside = (rows > 0) & (rows < side - 1) & (columns > 0) & (columns < side - 1)
    whole = np.full((side + 2, side + 2), -1.0, dtype=np.float32)
    whole[1:-1, 1:-1] = np.where(frame(side), 1, -1)
    picked = ~inside
    across, down = (columns[picked] + 0.5) / side, (rows[picked] + 0.5) / side
    return across.astype(np.float32), down.astype(np.float32), whole[picked]


@lru_cache(maxsize=2)
def _inner_points(side: int) -> tuple[Floats, Floats]:
    rows, columns = np.mgrid[1 : side - 1, 1 : side - 1]
    across, down = (columns.ravel() + 0.5) / side, (rows.ravel() + 0.5) / side
    return across.astype(np.float32), down.astype(np.float32)


def _fits(view: View, side: int, lays: Floats) -> tuple[Floats, Floats]:
    """Return for each lay how well the frame fits (−1 to 1), and the same with how clear-cut the modules inside are."""
    across, down, signs = _frame_points(side)
    seen = view.shades.signs(view.values(_placed(lays, across, down))) * signs
    known = np.maximum(np.count_nonzero(~np.isnan(seen), axis=1), len(signs) * _LEAST_FRAME)
    framed = np.nansum(seen, axis=1) / known
    inner = np.nan_to_num(view.shades.signs(view.values(_placed(lays, *_inner_points(side)))), nan=0.0)
    return framed, framed + _CLEARNESS * np.abs(inner).mean(axis=1)


def refined(view: View, lay: Lay) -> Lay:
    """Shift, turn and stretch a lay until the frame fits best."""
    at = lay.at.copy()
    best = float(_fits(view, lay.side, at[None])[1][0])
    for step in _ROUNDS:
        for _ in range(_STEPS_A_ROUND):
            tried = np.concatenate([at[None] + move * step for move in _moves()]).astype(np.float32)
            scores = _fits(view, lay.side, tried)[1]
            place = int(scores.argmax())
            if scores[place] <= best + _LEAST_GAIN:
                break
            at, best = tried[place], float(scores[place])
    return Lay(lay.side, at, float(_fits(view, lay.side, at[None])[0][0]))


@lru_cache(maxsize=1)
def _moves() -> tuple[Floats, ...]:
    """Return single moves of a lay: shifts, and each of three corners each way while the others stay."""
    moves: list[Floats] = []
    for axis in (0, 1):
        for sign in (-1.0, 1.0):
            shift, right, low, origin = (np.zeros((1, 6), dtype=np.float32) for _ in range(4))
            shift[0, axis] = sign
            right[0, 2 + axis] = low[0, 4 + axis] = sign
            origin[0, axis], origin[0, 2 + axis], origin[0, 4 + axis] = sign, -sign, -sign
            both = right + low
            moves += [shift, right, low, origin, np.asarray(shift - both / 2, dtype=np.float32)]
    return tuple(moves)
