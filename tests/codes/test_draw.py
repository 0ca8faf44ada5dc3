from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from docgen.codes.draw import QUIET_MODULES, matrix, png
from docgen.codes.payload import ALPHABET
from docgen.codes.read import read_codes

TEXT = "37K3M9QXA1118" + "0123456789ABC"


def test_the_symbol_is_a_datamatrix_with_solid_left_and_bottom_edges() -> None:
    # ISO/IEC 16022: the finder is solid on the left and at the bottom, dashed on the top and the right.
    rows = matrix(TEXT)
    assert all(row[0] for row in rows)
    assert all(rows[-1])
    assert list(rows[0]) == [True, False] * (len(rows) // 2)
    assert [row[-1] for row in rows] == [False, True] * (len(rows) // 2)


@given(st.text(alphabet=ALPHABET, min_size=26, max_size=26))
def test_every_code_fits_twenty_modules(text: str) -> None:
    rows = matrix(text)
    assert len(rows) in {18, 20}
    assert {len(row) for row in rows} == {len(rows)}


@pytest.mark.parametrize("module_px", [1, 4])
def test_the_picture_is_one_bit_with_quiet_zone(module_px: int) -> None:
    picture = Image.open(io.BytesIO(png(TEXT, module_px)))
    modules = len(matrix(TEXT)) + 2 * QUIET_MODULES
    assert picture.mode == "1"
    assert picture.size == (modules * module_px, modules * module_px)
    pixels = np.asarray(picture)
    assert pixels[: QUIET_MODULES * module_px].all()
    assert not pixels[QUIET_MODULES * module_px : -QUIET_MODULES * module_px, QUIET_MODULES * module_px].any()


def test_same_text_same_bytes_and_other_text_other_bytes() -> None:
    assert png(TEXT, 4) == png(TEXT, 4)
    assert png(TEXT, 4) != png(TEXT.replace("0", "1"), 4)


def test_the_picture_is_read_back() -> None:
    page = np.asarray(Image.open(io.BytesIO(png(TEXT, 4))).convert("L"))
    assert [code.text for code in read_codes(page)] == [TEXT]
