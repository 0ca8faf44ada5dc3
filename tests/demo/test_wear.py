from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from docgen.codes.draw import matrix
from docgen.codes.read import read_codes
from docgen.demo.simulate import SEAL_FONT
from docgen.demo.wear import Box, Wear, on_glass, on_paper
from docgen.workspace import data_root

FONT: Path = data_root() / "templates" / "_shared" / "fonts" / SEAL_FONT
DPI = 200
TEXT = "0ABCDEFGH0101ABCDEFGHIJKLM"


@pytest.fixture
def sheet() -> tuple[Image.Image, list[Box]]:
    """A white A4 sheet with one code at the lower right, and where the code stands."""
    page = np.full((2339, 1654), 255, dtype=np.uint8)
    code = Image.fromarray(np.where(np.array(matrix(TEXT)), 0, 255).astype(np.uint8)).resize((100, 100), 0)
    page[2100:2200, 1450:1550] = np.asarray(code)
    return Image.fromarray(page).convert("RGB"), [(1450.0, 2100.0, 100.0, 100.0)]


def worn(sheet: tuple[Image.Image, list[Box]], wear: Wear, seed: int = 1) -> Image.Image:
    paper, codes = sheet
    seen = on_paper(paper, codes, wear, dpi=DPI, font=FONT, rng=np.random.default_rng(seed))
    return on_glass(seen, codes, wear, dpi=DPI)


def gray(picture: Image.Image) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.asarray(picture.convert("L"), dtype=np.uint8)


@pytest.mark.parametrize("wear", [Wear(stroke=True), Wear(seal_on="code"), Wear(stain=True)])
def test_ink_only_darkens(sheet: tuple[Image.Image, list[Box]], wear: Wear) -> None:
    before, after = np.asarray(sheet[0]), np.asarray(worn(sheet, wear))
    assert np.all(after <= before)
    assert np.any(after < before)


def test_the_pen_goes_through_the_code_and_a_seal_on_text_leaves_it_alone(
    sheet: tuple[Image.Image, list[Box]],
) -> None:
    def changed(wear: Wear) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        return np.asarray(gray(worn(sheet, wear)) != gray(sheet[0]), dtype=np.bool_)

    stroke = changed(Wear(stroke=True))
    assert stroke[2100:2200, 1450:1550].any()
    assert not stroke[:2000].any()
    seal = changed(Wear(seal_on="text"))
    assert seal[:2000].any()
    assert not seal[2100:2200, 1450:1550].any()


def test_a_pale_copy_has_no_black_and_folds_throw_light_and_shade(sheet: tuple[Image.Image, list[Box]]) -> None:
    assert gray(worn(sheet, Wear(pale=True))).min() >= 140
    folded = gray(worn(sheet, Wear(crumple=True)))[:2000]
    assert folded.min() < 235
    assert folded.max() == 255


def test_a_cut_takes_the_edge_beside_the_code_and_a_turn_is_exact(sheet: tuple[Image.Image, list[Box]]) -> None:
    assert worn(sheet, Wear(cut_mm=25.4 / 10)).size == (1550 - DPI // 10, 2339)
    assert worn(sheet, Wear(quarters=1)).size == (2339, 1654)
    assert np.array_equal(gray(worn(sheet, Wear(quarters=2))), gray(sheet[0])[::-1, ::-1])


@pytest.mark.parametrize("lines", [98, 196])
def test_a_fax_has_its_own_two_resolutions_and_no_gray(sheet: tuple[Image.Image, list[Box]], lines: int) -> None:
    sent = worn(sheet, Wear(fax_lines=lines))
    assert sent.mode == "1"
    assert sent.size == (round(1654 / DPI * 204), round(2339 / DPI * lines))
    out = io.BytesIO()
    sent.save(out, "TIFF", compression="group4", dpi=(204, lines))
    assert len(out.getvalue()) < 20_000


def test_the_same_seed_wears_alike_and_another_otherwise(sheet: tuple[Image.Image, list[Box]]) -> None:
    wear = Wear(stroke=True, stain=True, crumple=True)
    assert worn(sheet, wear).tobytes() == worn(sheet, wear).tobytes()
    assert worn(sheet, wear).tobytes() != worn(sheet, wear, seed=2).tobytes()


@pytest.mark.parametrize("wear", [Wear(), Wear(pale=True), Wear(quarters=1), Wear(crumple=True)])
def test_what_does_not_touch_the_code_leaves_it_readable(sheet: tuple[Image.Image, list[Box]], wear: Wear) -> None:
    assert [code.text for code in read_codes(gray(worn(sheet, wear)))] == [TEXT]
