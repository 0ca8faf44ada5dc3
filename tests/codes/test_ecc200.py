from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.codes.draw import matrix
from docgen.codes.ecc200 import CHECK_WORDS, clean, corrected, frame, word_bits, words_of
from docgen.codes.payload import Keyring, Payload, encode

RING = Keyring(0, {0: b"a key for tests, 32 bytes long!!"})
IDS = ("7K3M9QXA", "QWXYZKMN")
TEXTS = {len(matrix(text)): text for text in (encode(Payload(one, n, 40), RING) for one in IDS for n in range(1, 9))}
"""One text for each size a page code comes in."""


def symbol(side: int) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    return np.array(matrix(TEXTS[side]))


def test_page_codes_come_in_the_two_sizes_known_here() -> None:
    assert set(TEXTS) == set(CHECK_WORDS) == {18, 20}


@pytest.mark.parametrize("side", CHECK_WORDS)
def test_every_bit_of_every_word_has_its_own_module(side: int) -> None:
    places = word_bits(side)
    words = {18: 32, 20: 40}[side]  # ISO/IEC 16022, table 7
    assert sorted(places[places >= 0]) == list(range(8 * words))
    assert (places[frame(side)] < 0).all()


@pytest.mark.parametrize("side", CHECK_WORDS)
def test_words_taken_from_a_symbol_are_right_and_make_it_again(side: int) -> None:
    words = words_of(symbol(side))
    assert corrected(words, (), CHECK_WORDS[side]) == words
    assert (clean(words, side) == symbol(side)).all()


@given(st.sampled_from(sorted(CHECK_WORDS)), st.data())
def test_twice_the_wrong_and_the_lost_may_reach_the_check_words(side: int, data: st.DataObject) -> None:
    words, checks = words_of(symbol(side)), CHECK_WORDS[side]
    lost = data.draw(st.integers(0, checks))
    wrong = data.draw(st.integers(0, (checks - lost) // 2))
    hurt = data.draw(st.permutations(range(len(words))))[: lost + wrong]
    spoilt = [word ^ data.draw(st.integers(1, 255)) if n in hurt else word for n, word in enumerate(words)]
    assert corrected(spoilt, hurt[:lost], checks) == words


@pytest.mark.parametrize("side", CHECK_WORDS)
def test_what_is_beyond_repair_is_not_called_repaired(side: int) -> None:
    words, checks = words_of(symbol(side)), CHECK_WORDS[side]
    one_too_many = [word ^ 0x55 if n <= checks // 2 else word for n, word in enumerate(words)]
    assert corrected(one_too_many, (), checks) != words
    assert corrected(words, range(checks + 1), checks) is None
