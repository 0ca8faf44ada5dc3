"""The anatomy of our page code's symbol (ISO/IEC 16022, ECC 200): frame, places of the code words, error correction.

The 26 characters of a page code always make a square of 18 or 20 modules, one region, one block of code words. A reader
for every code there is takes the modules as they look, and gives up at nine wrong words. Who knows which modules ink or
an edge has taken away can say so: a word known to be lost costs half as much as a wrong one, so up to eighteen may be.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache

import numpy as np

Modules = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]
Places = np.ndarray[tuple[int, ...], np.dtype[np.int64]]

CHECK_WORDS = {18: 14, 20: 18}
"""Error correction words by modules a side; 18 + 14 and 22 + 18 words in all (ISO/IEC 16022, table 7)."""
_BITS = 8
_FIELD = 0x12D
"""x⁸ + x⁵ + x³ + x² + 1, the polynomial of ECC 200's field of 256."""
_ORDER = 255
_FIRST_ROW = 4
_SHAPE = ((-2, -2), (-2, -1), (-1, -2), (-1, -1), (-1, 0), (0, -2), (0, -1), (0, 0))
"""Where the eight bits of a word lie about its corner, most significant first (figure F.1)."""


@lru_cache(maxsize=4)
def frame(side: int) -> Modules:
    """Return the modules of the frame: solid on the left and below, alternating above and on the right."""
    whole = np.zeros((side, side), dtype=bool)
    whole[0, ::2] = whole[::-2, -1] = True
    whole[:, 0] = whole[-1, :] = True
    return whole


@lru_cache(maxsize=4)
def word_bits(side: int) -> Places:
    """Return for each module its bit: word × 8 + bit, most significant first; -1 for the frame and the fixed corner."""
    inner = side - 2
    places = np.full((side, side), -1, dtype=np.int64)
    places[1:-1, 1:-1] = _Filling(inner).filled()
    return places


def clean(words: Sequence[int], side: int) -> Modules:
    """Return the modules of the symbol that these words make."""
    places = word_bits(side)
    bits = np.array([word >> (_BITS - 1 - bit) & 1 for word in words for bit in range(_BITS)], dtype=bool)
    whole = frame(side).copy()
    inside = places >= 0
    whole[inside] = bits[places[inside]]
    if places[-2, -2] < 0:
        whole[-2, -2] = whole[-3, -3] = True
    return whole


def words_of(modules: Modules) -> list[int]:
    """Return the words that modules spell, as they look."""
    places = word_bits(len(modules))
    inside = places >= 0
    bits = np.zeros(int(places.max()) + 1, dtype=np.uint8)
    bits[places[inside]] = modules[inside]
    return [int(word) for word in np.packbits(bits)]


def corrected(words: Sequence[int], lost: Collection[int], checks: int) -> list[int] | None:
    """Return the words put right, or None where too many are wrong: twice the wrong ones and the lost ones ≤ `checks`.

    Reed-Solomon with roots α¹ … αⁿ; the locator by Berlekamp and Massey begun with the lost words, values by Forney.
    """
    if len(lost) > checks:
        return None
    size = len(words)
    signs = _syndromes(words, checks)
    if not any(signs):
        return list(words)
    locator = _locator(signs, [size - 1 - place for place in lost])
    wrong = [power for power in range(size) if not _value(locator, _power(-power))]
    if len(wrong) != _degree(locator):
        return None
    right = list(words)
    told = [_sum(_times(locator[j], signs[n - j]) for j in range(min(n, len(locator) - 1) + 1)) for n in range(checks)]
    slope = [factor if n % 2 == 0 else 0 for n, factor in enumerate(locator[1:])]
    for power in wrong:
        at = _power(-power)
        right[size - 1 - power] ^= _times(_value(told, at), _inverse(_value(slope, at)))
    return None if any(_syndromes(right, checks)) else right


def _locator(signs: Sequence[int], lost: Sequence[int]) -> list[int]:
    locator = [1]
    for power in lost:
        locator = _added(locator, [0, *(_times(factor, _power(power)) for factor in locator)])
    spare, length, known = list(locator), len(lost), len(lost)
    for step in range(known, len(signs)):
        off = _sum(_times(factor, signs[step - j]) for j, factor in enumerate(locator) if j <= step)
        spare = [0, *spare]
        if not off:
            continue
        longer = _added(locator, [_times(off, factor) for factor in spare])
        if 2 * length <= step + known:
            length = step + known + 1 - length
            spare = [_times(factor, _inverse(off)) for factor in locator]
        locator = longer
    return locator


def _syndromes(words: Sequence[int], checks: int) -> list[int]:
    found = []
    for root in range(1, checks + 1):
        value = 0
        for word in words:
            value = (_EXP[_LOG[value] + root] if value else 0) ^ word
        found.append(value)
    return found


def _tables() -> tuple[list[int], list[int]]:
    powers, logs, value = [0] * (3 * _ORDER), [0] * (_ORDER + 1), 1
    for exponent in range(_ORDER):
        powers[exponent] = powers[exponent + _ORDER] = powers[exponent + 2 * _ORDER] = value
        logs[value] = exponent
        value <<= 1
        if value > _ORDER:
            value ^= _FIELD
    return powers, logs


_EXP, _LOG = _tables()


def _power(exponent: int) -> int:
    return _EXP[exponent % _ORDER]


def _times(one: int, other: int) -> int:
    return _EXP[_LOG[one] + _LOG[other]] if one and other else 0


def _inverse(value: int) -> int:
    return _EXP[_ORDER - _LOG[value]]


def _value(factors: Sequence[int], at: int) -> int:
    value = 0
    for factor in reversed(factors):
        value = _times(value, at) ^ factor
    return value


def _sum(values: Iterable[int]) -> int:
    total = 0
    for value in values:
        total ^= value
    return total


def _added(one: Sequence[int], other: Sequence[int]) -> list[int]:
    longer, shorter = (one, other) if len(one) >= len(other) else (other, one)
    return [factor ^ (shorter[n] if n < len(shorter) else 0) for n, factor in enumerate(longer)]


def _degree(factors: Sequence[int]) -> int:
    return max((n for n, factor in enumerate(factors) if factor), default=0)


class _Filling:
    """Lays the words into a region, diagonal after diagonal, as annex F says."""

    def __init__(self, side: int) -> None:
        self.side = side
        self.grid: Places = np.full((side, side), -1, dtype=np.int64)
        self.word = 0

    def filled(self) -> Places:
        row, column, side = _FIRST_ROW, 0, self.side
        while row < side or column < side:
            self._corner(row, column)
            while row >= 0 and column < side:
                self._lay(row, column)
                row, column = row - 2, column + 2
            row, column = row + 1, column + 3
            while row < side and column >= 0:
                self._lay(row, column)
                row, column = row + 2, column - 2
            row, column = row + 3, column + 1
        return self.grid

    def _corner(self, row: int, column: int) -> None:
        """Lay the word that wraps about the corners, whose shape depends on the side."""
        last = self.side - 1
        right = [(0, last), (1, last), (2, last), (3, last)]
        if (row, column) == (self.side, 0):
            self._put([(last, 0), (last, 1), (last, 2), (0, last - 1), *right])
        elif (row, column) == (self.side - 2, 0) and self.side % 4:
            below = [(last - 2, 0), (last - 1, 0), (last, 0)]
            self._put([*below, (0, last - 3), (0, last - 2), (0, last - 1), *right[:2]])
        elif (row, column) == (self.side + 4, 2) and not self.side % _BITS:
            tops = [(line, last - n) for line in (0, 1) for n in (2, 1, 0)]
            self._put([(last, 0), (last, last), *tops])

    def _lay(self, row: int, column: int) -> None:
        if 0 <= row < self.side and 0 <= column < self.side and self.grid[row, column] < 0:
            self._put([self._within(row + down, column + across) for down, across in _SHAPE])

    def _within(self, row: int, column: int) -> tuple[int, int]:
        """Return the module on the other side where a shape reaches over the edge."""
        shift = 4 - (self.side + 4) % _BITS
        if row < 0:
            row, column = row + self.side, column + shift
        if column < 0:
            row, column = row + shift, column + self.side
        return row, column

    def _put(self, modules: Sequence[tuple[int, int]]) -> None:
        for bit, (row, column) in enumerate(modules):
            self.grid[row, column] = self.word * _BITS + bit
        self.word += 1
