"""Read a page code that a pen, a seal or a cut edge has hurt, where the usual reader finds nothing.

A reader for all codes there are needs the frame whole to find the symbol, and takes every module as it looks. We know
more: our codes are squares of 13 mm, of two kinds, near a corner of the page. So the dark squares there are looked up,
the frame is laid over each where it fits best although parts of it are gone, and the modules under a stroke or beyond
the edge are called lost, which the symbol's own error correction bears twice as well as wrong ones. What comes out must
have the form of our codes, and is then only a claim like any other: its keyed tag is checked where the keys are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import zxingcpp
from PIL import Image

from docgen.codes.ecc200 import CHECK_WORDS, Modules, Places, clean, corrected, word_bits, words_of
from docgen.codes.lay import CUT_OUT_MM, FINE, Lay, Shades, View, coarse_lays, cut_out_of, evened, refined
from docgen.codes.payload import has_form
from docgen.codes.read import read_codes
from docgen.codes.squares import Floats, GrayImage, Square, squares

Losses = Callable[[Floats], Iterator[list[int]]]

_LEAST_FIT, _SURE_FIT = 0.7, 0.88
"""How well a frame must fit, −1 to 1: of real codes however hurt 0.85 and more, of text and pictures 0.73 at most."""
_SAME_MM = 0.2
_LONG_RUNS_MM = (15.0, 10.0, 7.5)
_BITS, _SPARE = 8, 2
_FEW = 20


@dataclass(frozen=True, slots=True)
class Mended:
    """A code that was put together again: its text and its upright bounding box in pixels of the page.

    The text is empty where the frame shows that a code stands there, but too much of it is gone.
    """

    text: str
    x: int
    y: int
    width: int
    height: int


def mend(
    page: GrayImage, *, width_mm: float, height_mm: float, faded: Callable[[], GrayImage] | None = None
) -> tuple[Mended, ...]:
    """Return the one code of our form that can be put together on a gray page (uint8, 0 = black) of a known size.

    Where there is none, return the remains that are surely a code's. `faded` gives the same page without its coloured
    ink; it is asked where something stands out that cannot be read.
    """
    places = squares(page, width_mm, height_mm)
    found = _best(page, places)
    if faded is None or not places or any(code.text for code in found):
        return found
    other = faded()
    plain = [one for one in read_codes(other, careful=False) if has_form(one.text)]
    whole = tuple(Mended(one.text, one.x, one.y, one.width, one.height) for one in plain)
    better = whole or _best(other, squares(other, width_mm, height_mm), is_even=False)
    return tuple(_scaled(code, other, page) for code in better) if any(code.text for code in better) else found


def _best(page: GrayImage, places: Sequence[Square], *, is_even: bool = True) -> tuple[Mended, ...]:
    remains = []
    for place in places:
        seen = cut_out_of(page, place)
        found = _mended(seen if is_even else evened(seen), place)
        if found is not None and found.text:
            return (found,)
        remains += [found] if found is not None else []
    return tuple(remains)


def _scaled(code: Mended, seen: GrayImage, page: GrayImage) -> Mended:
    across, down = page.shape[1] / seen.shape[1], page.shape[0] / seen.shape[0]
    x, width = (round(value * across) for value in (code.x, code.width))
    y, height = (round(value * down) for value in (code.y, code.height))
    return Mended(code.text, x, y, width, height)


def _mended(cut_out: Floats, square: Square) -> Mended | None:
    view = View(cut_out, Shades.of(cut_out))
    done: list[Lay] = []
    for lay in coarse_lays(cut_out):
        fine = refined(view, lay)
        if fine.fit < _LEAST_FIT or any(np.abs(fine.at - one.at).max() < _SAME_MM for one in done):
            continue
        done.append(fine)
        text = _read(view, fine)
        if text is not None:
            return _seen(text, fine, square)
    sure = max(done, key=lambda lay: lay.fit, default=None)
    return None if sure is None or sure.fit < _SURE_FIT else _seen("", sure, square)


def _read(view: View, lay: Lay) -> str | None:
    """Return the text under a lay: as it looks, then with doubtful and overdrawn words called lost."""
    values = _module_values(view, lay)
    outside, thresholds = np.isnan(values), list(_thresholds(values))
    for losses in (_losses_seen, _losses_guessed):
        told = losses(view, lay, outside)
        for threshold in thresholds:
            clear = np.nan_to_num(values, nan=threshold) - threshold
            words = words_of(clear < 0)
            for lost in told(clear):
                right = corrected(words, lost, CHECK_WORDS[lay.side])
                text = _text(right, lay.side) if right is not None else None
                if text is not None:
                    return text
    return None


def _module_values(view: View, lay: Lay) -> Floats:
    """Return the mean gray of the middle of each module."""
    steps = np.array([-0.22, 0.0, 0.22], dtype=np.float32)
    rows, columns = np.mgrid[0 : lay.side, 0 : lay.side].astype(np.float32) + 0.5
    spots = [(columns + right, rows + low) for right in steps for low in steps]
    seen = [view.values(lay.points(across.ravel(), down.ravel())) for across, down in spots]
    return np.asarray(np.mean(seen, axis=0), dtype=np.float32).reshape(lay.side, lay.side)


def _thresholds(values: Floats) -> Iterator[float]:
    """Yield where print may end and paper begin: between light and dark, then among the dark, among the light."""
    known = np.sort(values[~np.isnan(values)])
    if len(known) < _FEW:
        return
    rim, first = len(known) // _FEW, _otsu(known)
    yield first
    yield (float(known[rim]) + float(known[-rim - 1])) / 2
    yield from (_otsu(part) for part in (known[known < first], known[known >= first]) if len(part) >= _FEW)


def _otsu(known: Floats) -> float:
    """Return the threshold that parts sorted values into two groups with the least spread within (Otsu 1979)."""
    count = np.arange(1, len(known))
    sums = known.cumsum()
    low, high = sums[:-1] / count, (sums[-1] - sums[:-1]) / (len(known) - count)
    place = int((count * (len(known) - count) * (high - low) ** 2).argmax())
    return float(known[place] + known[place + 1]) / 2


def _losses_seen(_view: View, lay: Lay, outside: Modules) -> Losses:
    """Return a first guess which words are lost: those beyond the edge, and with them the least clear-cut."""
    places, checks = word_bits(lay.side), CHECK_WORDS[lay.side]
    gone = _words(places, outside)

    def told(clear: Floats) -> Iterator[list[int]]:
        if len(gone) <= checks:
            yield sorted(gone)
            yield from _with_doubtful(places, gone, clear, checks)

    return told


def _losses_guessed(view: View, lay: Lay, outside: Modules) -> Losses:
    """Return later guesses: the words under straight dark runs too, the longest runs first."""
    places, checks = word_bits(lay.side), CHECK_WORDS[lay.side]
    gone, runs = _words(places, outside), _overdrawn(view, lay)

    def told(clear: Floats) -> Iterator[list[int]]:
        seen = {frozenset(gone | _words(places, run & (clear < 0))): None for run in runs}
        for lost in (set(one) for one in seen if len(gone) < len(one) <= checks):
            yield sorted(lost)
            yield from _with_doubtful(places, lost, clear, checks)

    return told


def _with_doubtful(places: Places, lost: set[int], clear: Floats, checks: int) -> Iterator[list[int]]:
    """Yield lost words and ever more of those whose least clear-cut module is least clear-cut."""
    doubt = np.full(int(places.max()) // _BITS + 1, np.inf, dtype=np.float32)
    inside = places >= 0
    np.minimum.at(doubt, places[inside] // _BITS, np.abs(clear)[inside])
    rest = [int(word) for word in doubt.argsort() if int(word) not in lost]
    for more in (4, 8, 12):
        if len(lost) + more <= checks - _SPARE:
            yield sorted(lost | set(rest[:more]))


def _words(places: Places, modules: Modules) -> set[int]:
    touched = places[modules]
    return {int(place) // _BITS for place in touched[touched >= 0]}


def _overdrawn(view: View, lay: Lay) -> list[Modules]:
    """Return which modules lie on straight dark runs so long that no code makes them, for the longest runs first."""
    seen = view.shades.signs(np.nan_to_num(view.cut_out, nan=view.shades.light)) > 0
    picture = Image.fromarray(np.where(seen, np.uint8(255), np.uint8(0)))
    rows, columns = np.mgrid[0 : lay.side, 0 : lay.side].astype(np.float32) + 0.5
    spots = [(0.0, 0.0), (-0.3, 0.0), (0.3, 0.0), (0.0, -0.3), (0.0, 0.3)]
    points = np.stack([lay.points((columns + x).ravel(), (rows + y).ravel()) for x, y in spots])
    hit = {length: np.zeros(lay.side**2, dtype=bool) for length in _LONG_RUNS_MM}
    middle = view.cut_out.shape[0] / 2
    for angle in range(0, 180, 3):
        turned = np.asarray(picture.rotate(angle)) > 0
        runs = _run_lengths(turned)
        turn = np.deg2rad(angle)
        across, down = points[..., 0] * FINE - middle, points[..., 1] * FINE - middle
        x = np.clip(across * np.cos(turn) + down * np.sin(turn) + middle, 0, turned.shape[1] - 1).astype(np.int32)
        y = np.clip(-across * np.sin(turn) + down * np.cos(turn) + middle, 0, turned.shape[0] - 1).astype(np.int32)
        length = runs[y, x].max(axis=0)
        for least in hit:
            hit[least] |= length >= least * FINE
    return [found.reshape(lay.side, lay.side) for found in hit.values()]


def _run_lengths(dark: Modules) -> np.ndarray[tuple[int, ...], np.dtype[np.int32]]:
    """Return for each pixel the length of the run of dark pixels it lies in, along its row; 0 for light ones."""
    height, width = dark.shape
    flat = np.zeros((height, width + 1), dtype=np.int8)
    flat[:, :width] = dark
    line = flat.ravel()
    steps = np.flatnonzero(np.diff(line, prepend=0))
    starts, ends = steps[::2], steps[1::2]
    lengths = np.zeros(len(line) + 1, dtype=np.int32)
    size = (ends - starts).astype(np.int32)
    lengths[starts] += size
    lengths[ends] -= size
    return lengths[:-1].cumsum().reshape(height, width + 1)[:, :width].astype(np.int32)


def _text(words: Sequence[int], side: int) -> str | None:
    """Return what corrected words say, if they have the form of our codes; the clean symbol is read as any other."""
    modules = np.pad(clean(words, side), 2, constant_values=False)
    picture = np.where(modules, np.uint8(0), np.uint8(255)).repeat(4, axis=0).repeat(4, axis=1)
    kind, plain = zxingcpp.BarcodeFormat.DataMatrix, zxingcpp.TextMode.Plain
    found = zxingcpp.read_barcodes(np.ascontiguousarray(picture), kind, is_pure=True, text_mode=plain)
    return next((one.text for one in found if one.valid and has_form(one.text)), None)


def _seen(text: str, lay: Lay, square: Square) -> Mended:
    corners = lay.points(np.array([0, 1, 1, 0]) * lay.side, np.array([0, 0, 1, 1]) * lay.side)
    x = (corners[:, 0] - CUT_OUT_MM / 2) * square.per_mm_x + square.x
    y = (corners[:, 1] - CUT_OUT_MM / 2) * square.per_mm_y + square.y
    left, top = max(0, round(float(x.min()))), max(0, round(float(y.min())))
    return Mended(text, left, top, round(float(x.max())) - left, round(float(y.max())) - top)
