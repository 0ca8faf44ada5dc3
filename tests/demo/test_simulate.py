from __future__ import annotations

import hashlib
import io
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw
from pypdf import PdfReader

from docgen.codes.draw import png
from docgen.codes.payload import Keyring, Payload, decode, encode
from docgen.codes.read import read_codes
from docgen.demo.simulate import ScanSpec, foreign_letter, print_and_scan
from docgen.papers.pdf import rasterise

FONTS = Path(__file__).resolve().parents[2] / "templates" / "_shared" / "fonts"
RING = Keyring(0, {0: b"a key for simulated papers only!"})
MM = 72 / 25.4


@dataclass(frozen=True)
class Place:
    page: int
    role: str
    party: str
    x: float
    y: float
    width: float
    height: float


ZONES = (
    Place(1, "seal", "customer", 30 * MM, 200 * MM, 45 * MM, 45 * MM),
    Place(1, "sign", "customer", 110 * MM, 200 * MM, 66 * MM, 13 * MM),
    Place(1, "fill", "customer", 110 * MM, 216 * MM, 46 * MM, 5 * MM),
)
SPEC = ScanSpec(FONTS, dpi=150)
SIGNED = replace(
    SPEC, zones=ZONES, seals={"customer": "XX科技有限公司"}, signed={"customer": date(2024, 3, 18)}, skew_degrees=0.0
)


@cache
def issued(pages: int) -> bytes:
    """Print a paper with a code in each page's lower right corner, 14 mm wide, and some lines that stand for text."""
    sheets = []
    for page in range(1, pages + 1):
        sheet = Image.new("L", (1240, 1754), 255)  # A4 at 150 dpi
        brush = ImageDraw.Draw(sheet)
        for line in range(20):
            brush.rectangle((150, 150 + 40 * line, 1000, 158 + 40 * line), fill=0)
        code = Image.open(io.BytesIO(png(encode(Payload("7K3M9QXA", page, pages), RING), 4))).convert("L")
        sheet.paste(code, (1040, 1600))
        sheets.append(sheet)
    out = io.BytesIO()
    sheets[0].save(out, "PDF", save_all=True, append_images=sheets[1:], resolution=150)
    return out.getvalue()


def pages_read(scan: bytes) -> list[int | None]:
    """Return the page each sheet's code states; None where no code of ours is read."""
    found = []
    for sheet in rasterise(scan, 150):
        payloads = [payload for seen in read_codes(sheet) if (payload := decode(seen.text, RING))]
        found.append(payloads[0].page if payloads else None)
    return found


def colours(scan: bytes, box: Sequence[float]) -> np.ndarray:
    """Return the RGB pixels of a box (mm: left, top, right, bottom) of a PNG scan at 150 dpi."""
    left, top, right, bottom = (round(mm / 25.4 * 150) for mm in box)
    return np.asarray(Image.open(io.BytesIO(scan)).convert("RGB").crop((left, top, right, bottom))).astype(int)


def red_share(pixels: np.ndarray) -> float:
    return float(np.mean((pixels[..., 0] - pixels[..., 1] > 60) & (pixels[..., 0] > 120)))


def dark_share(pixels: np.ndarray) -> float:
    return float(np.mean(pixels.max(axis=2) < 170))


def test_codes_are_read_back_from_the_scan_whatever_the_seed() -> None:
    for seed in range(2):
        assert pages_read(print_and_scan(issued(2), SPEC, seed=seed)) == [1, 2]


def test_same_seed_same_bytes_in_another_process_too_and_another_seed_other_bytes() -> None:
    paper = issued(1)
    first = print_and_scan(paper, SIGNED, seed=5)
    assert print_and_scan(paper, SIGNED, seed=6) != first
    program = (
        "import sys, hashlib; sys.path.insert(0, sys.argv[1]); import test_simulate as t;"
        "data = sys.stdin.buffer.read();"
        "print(hashlib.sha256(t.print_and_scan(data, t.SIGNED, seed=5)).hexdigest())"
    )
    command = [sys.executable, "-c", program, str(Path(__file__).parent)]
    there = subprocess.run(command, input=paper, capture_output=True, check=True).stdout.decode().strip()
    assert there == hashlib.sha256(first).hexdigest()


def test_a_pdf_scan_is_full_page_jpegs_as_copiers_make_them() -> None:
    scan = PdfReader(io.BytesIO(print_and_scan(issued(2), SPEC, seed=1)))
    assert len(scan.pages) == 2
    for page in scan.pages:
        (picture,) = page["/Resources"]["/XObject"].values()
        assert picture.get_object()["/Filter"] in ("/DCTDecode", ["/DCTDecode"])
        assert float(page.mediabox.width) == pytest.approx(210 * MM, abs=1)
        assert float(page.mediabox.height) == pytest.approx(297 * MM, abs=1)
    assert scan.pages[0].extract_text().strip() == ""


def test_tiff_holds_all_sheets_and_jpeg_one() -> None:
    tiff = Image.open(io.BytesIO(print_and_scan(issued(3), replace(SPEC, format="tiff"), seed=1)))
    assert (tiff.format, tiff.n_frames) == ("TIFF", 3)
    jpeg = Image.open(io.BytesIO(print_and_scan(issued(1), replace(SPEC, format="jpeg"), seed=1)))
    assert (jpeg.format, jpeg.mode, round(jpeg.info["dpi"][0])) == ("JPEG", "RGB", 150)
    with pytest.raises(ValueError, match="2 sheets"):
        print_and_scan(issued(2), replace(SPEC, format="jpeg"), seed=1)
    with pytest.raises(ValueError, match="0 sheets"):
        print_and_scan(issued(1), replace(SPEC, dropped=frozenset({1})), seed=1)


def test_gray_scans_are_gray() -> None:
    scan = print_and_scan(issued(1), replace(SPEC, format="png", is_colour=False), seed=1)
    assert Image.open(io.BytesIO(scan)).mode == "L"


def test_dropped_turned_and_shuffled_sheets() -> None:
    paper = issued(3)
    assert pages_read(print_and_scan(paper, replace(SPEC, dropped=frozenset({2})), seed=1)) == [1, 3]
    assert pages_read(print_and_scan(paper, replace(SPEC, order=(3, 1, 2)), seed=1)) == [3, 1, 2]
    turned = print_and_scan(paper, replace(SPEC, turned=frozenset({2})), seed=1)
    assert pages_read(turned) == [1, 2, 3]
    upright, upside_down = rasterise(turned, 50)[:2]
    assert upright[20:120, 60:300].mean() < upright[-120:-20, 60:300].mean()
    assert upside_down[20:120, 60:300].mean() > upside_down[-120:-20, 60:300].mean()


def test_a_blot_makes_the_code_unreadable_on_its_page_only() -> None:
    for seed in range(2):
        assert pages_read(print_and_scan(issued(2), replace(SPEC, blotted=frozenset({1})), seed=seed)) == [None, 2]


def test_backs_of_sheets_are_blank() -> None:
    sheets = rasterise(print_and_scan(issued(2), replace(SPEC, has_blank_backs=True), seed=1), 50)
    assert [bool(sheet[50:-50, 50:-50].min() < 120) for sheet in sheets] == [True, False, True, False]


def test_a_seal_is_a_red_ring_in_its_zone_and_the_text_below_stays_dark() -> None:
    scan = print_and_scan(issued(1), replace(SIGNED, format="png"), seed=3)
    assert red_share(colours(scan, (30, 200, 75, 245))) > 0.08
    assert red_share(colours(scan, (110, 20, 190, 180))) == 0
    across = replace(ZONES[0], y=40 * MM)
    over_text = print_and_scan(issued(1), replace(SIGNED, zones=(across,), format="png"), seed=3)
    bare = print_and_scan(issued(1), replace(SPEC, skew_degrees=0.0, format="png"), seed=3)
    box = (35, 60, 70, 80)
    assert red_share(colours(over_text, box)) > 0.05
    assert dark_share(colours(over_text, box)) >= 0.9 * dark_share(colours(bare, box))


def test_a_signature_and_the_day_stand_in_their_zones() -> None:
    spec = replace(SIGNED, seals={}, format="png")
    scan = print_and_scan(issued(1), spec, seed=3)
    assert dark_share(colours(scan, (110, 199, 160, 215))) > 0.02
    line = colours(scan, (110, 215, 156, 222))
    em = line.shape[1] / 11
    parts = [line[:, round(em * start) : round(em * end)] for start, end in ((0, 4), (5, 7), (8, 10))]
    assert all(dark_share(part) > 0.01 for part in parts)
    assert dark_share(line[:, round(em * 4.1) : round(em * 4.9)]) == 0  # the printed 年 stays free
    unsigned = print_and_scan(issued(1), replace(spec, signed={}), seed=3)
    assert dark_share(colours(unsigned, (110, 195, 180, 225))) < 0.001


def test_a_foreign_letter_bears_a_code_that_is_not_ours() -> None:
    (sheet,) = rasterise(foreign_letter(2, fonts=FONTS), 200)
    (seen,) = read_codes(sheet)
    assert seen.text == "YSYJ|2|1/1"
    assert decode(seen.text, RING) is None
    assert foreign_letter(2, fonts=FONTS) == foreign_letter(2, fonts=FONTS)
