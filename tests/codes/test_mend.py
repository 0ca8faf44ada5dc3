from __future__ import annotations

import io

import numpy as np
import pytest
import zxingcpp
from PIL import Image, ImageChops, ImageDraw, ImageFilter
from pypdf import PdfReader, PdfWriter

from docgen.codes.draw import matrix
from docgen.codes.mend import Mended, mend
from docgen.codes.payload import Keyring, Payload, encode
from docgen.codes.read import read_codes
from docgen.papers.pictures import brightest
from docgen.papers.scan import read_scan

RING = Keyring(0, {0: b"a key for tests, 32 bytes long!!"})
TEXT = encode(Payload("7K3M9QXA", 1, 3), RING)
WIDTH_MM, HEIGHT_MM = 210.0, 297.0
CODE_MM, AT_MM = 13.0, (173.0, 277.0)
DPI = 200
Pixels = np.ndarray[tuple[int, ...], np.dtype[np.uint8]]


def px(mm: float) -> int:
    return round(mm / 25.4 * DPI)


def paper(modules: Pixels | None = None) -> Image.Image:
    """A page of lines like writing, with a code in the lower right if any."""
    page = Image.new("L", (px(WIDTH_MM), px(HEIGHT_MM)), 250)
    pen, random = ImageDraw.Draw(page), np.random.default_rng(7)
    for y in range(px(30), px(268), px(6)):
        for x in range(px(28), px(184), px(4)):
            ends = random.integers(0, px(3.4), 4)
            pen.line([(x + ends[0], y + ends[1]), (x + ends[2], y + ends[3])], fill=40, width=px(0.5))
    if modules is not None:
        side = px(CODE_MM)
        page.paste(
            Image.fromarray(modules).resize((side, side), Image.Resampling.NEAREST), (px(AT_MM[0]), px(AT_MM[1]))
        )
    return page


def modules_of(text: str) -> Pixels:
    return np.where(np.array(matrix(text)), 36, 250).astype(np.uint8)


def scanned(page: Image.Image, *, skew: float = 0.8) -> Pixels:
    turned = page.rotate(skew, Image.Resampling.BICUBIC, fillcolor=222).filter(ImageFilter.GaussianBlur(0.6))
    grain = np.random.default_rng(3).normal(0, 3, (page.height, page.width))
    return (np.asarray(turned) + grain).clip(0, 255).astype(np.uint8)


def stroke(page: Image.Image, start: tuple[float, float], end: tuple[float, float], mm: float = 0.9) -> Image.Image:
    """Draw a black pen's stroke between two places, given as shares of the code's side from its upper left corner."""
    line = [(px(AT_MM[0] + x * CODE_MM), px(AT_MM[1] + y * CODE_MM)) for x, y in (start, end)]
    ImageDraw.Draw(page).line(line, fill=30, width=px(mm))
    return page


def mended(page: Pixels, width_mm: float = WIDTH_MM) -> list[str]:
    return [one.text for one in mend(page, width_mm=width_mm, height_mm=HEIGHT_MM)]


@pytest.mark.parametrize(
    ("start", "end"),
    [((-0.3, 0.3), (1.3, 0.7)), ((-0.3, 0.85), (1.3, 0.2)), ((0.4, -0.3), (0.6, 1.3)), ((-0.2, -0.1), (1.2, 1.1))],
)
@pytest.mark.parametrize("quarter", [0, 1, 2])
def test_a_black_pen_through_the_code_is_no_harm(
    start: tuple[float, float], end: tuple[float, float], quarter: int
) -> None:
    page = np.rot90(scanned(stroke(paper(modules_of(TEXT)), start, end)), quarter)
    width, height = (HEIGHT_MM, WIDTH_MM) if quarter % 2 else (WIDTH_MM, HEIGHT_MM)
    found = mend(np.ascontiguousarray(page), width_mm=width, height_mm=height)
    assert [one.text for one in found] == [TEXT]


def test_the_usual_reader_does_not_see_what_is_mended_here() -> None:
    page = scanned(stroke(paper(modules_of(TEXT)), (-0.3, 0.85), (1.3, 0.2)))
    assert read_codes(page) == ()
    (one,) = mend(page, width_mm=WIDTH_MM, height_mm=HEIGHT_MM)
    left, top = (value - 8 for value in (px(AT_MM[0]), px(AT_MM[1])))  # skew moves it by some pixels
    assert left - 16 <= one.x <= left + 32
    assert top - 16 <= one.y <= top + 32
    assert (one.width, one.height) == pytest.approx((px(CODE_MM), px(CODE_MM)), abs=6)


@pytest.mark.parametrize("lost_mm", [0.0, 1.5, 2.5])
def test_an_edge_cut_off_is_no_harm(lost_mm: float) -> None:
    whole = scanned(paper(modules_of(TEXT)), skew=0)
    kept = px(AT_MM[0] + CODE_MM - lost_mm)
    assert mended(np.ascontiguousarray(whole[:, :kept]), width_mm=kept / DPI * 25.4) == [TEXT]


def test_a_seals_ink_over_half_the_code_is_no_harm() -> None:
    page, ink = paper(modules_of(TEXT)), Image.new("L", (px(WIDTH_MM), px(HEIGHT_MM)), 255)
    x, y = px(AT_MM[0]), px(AT_MM[1] - 4)
    ImageDraw.Draw(ink).ellipse((x - px(20), y - px(20), x + px(8), y + px(14)), fill=120)
    assert mended(scanned(ImageChops.multiply(page, ink))) == [TEXT]


INK = {"blue": (25, 35, 150), "red": (180, 20, 30)}


def inked(colour: str, share: float) -> Image.Image:
    """The page in colours, a share of the code drowned in transparent ink, from above."""
    page = paper(modules_of(TEXT)).convert("RGB")
    ink = Image.new("RGB", page.size, "white")
    x, y = px(AT_MM[0]), px(AT_MM[1])
    box = (x - px(3), y - px(3), x + px(CODE_MM + 3), y + px(CODE_MM * share))
    ImageDraw.Draw(ink).rectangle(box, fill=INK[colour])
    grain = np.random.default_rng(3).normal(0, 3, (page.height, page.width, 1))
    seen = ImageChops.multiply(page, ink).rotate(0.8, Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(0.6))
    return Image.fromarray((np.asarray(seen) + grain).clip(0, 255).astype(np.uint8))


@pytest.mark.parametrize("colour", INK)
@pytest.mark.parametrize("share", [0.5, 0.9])
def test_ink_too_dark_for_gray_fades_in_its_own_colour(colour: str, share: float) -> None:
    page = inked(colour, share)
    seen, other = np.asarray(page.convert("L")), brightest(page.resize((page.width // 4 * 3, page.height // 4 * 3)))
    found = mend(seen, width_mm=WIDTH_MM, height_mm=HEIGHT_MM, faded=lambda: other)
    assert [one.text for one in found] == [TEXT]
    assert (found[0].width, found[0].height) == pytest.approx((px(CODE_MM), px(CODE_MM)), abs=9)


def test_a_page_where_nothing_stands_out_is_not_seen_in_colour() -> None:
    def never() -> Pixels:
        raise AssertionError

    assert mend(scanned(paper()), width_mm=WIDTH_MM, height_mm=HEIGHT_MM, faded=never) == ()


@pytest.mark.parametrize("form", ["JPEG", "PNG", "TIFF", "PDF", "PDF that is drawn"])
def test_ink_over_the_code_fades_in_every_kind_of_scan(form: str) -> None:
    page, out = inked("blue", 0.6), io.BytesIO()
    if form == "PDF that is drawn":
        page.save(out, "PDF", resolution=DPI, quality=90)
        out = rotated(out.getvalue())
    else:
        page.save(out, form, dpi=(DPI, DPI), resolution=DPI, quality=90)
    (told,) = read_scan(out.getvalue())["pages"]
    assert [code["text"] for code in told["codes"]] == [TEXT]


def rotated(pdf: bytes) -> io.BytesIO:
    """Say that a page is to be shown turned, so that it is drawn and not taken for one JPEG."""
    writer, out = PdfWriter(), io.BytesIO()
    writer.add_page(PdfReader(io.BytesIO(pdf)).pages[0].rotate(180))
    writer.write(out)
    return out


def test_other_resolutions_across_and_down_are_no_harm() -> None:
    page = Image.fromarray(scanned(stroke(paper(modules_of(TEXT)), (-0.3, 0.3), (1.3, 0.7))))
    fine = page.resize((page.width, page.height // 2 * 3), Image.Resampling.BICUBIC)
    assert mended(np.asarray(fine)) == [TEXT]


def test_remains_that_cannot_be_read_are_told_without_a_text() -> None:
    modules = modules_of(TEXT)
    inside = modules[1:-1, 1:-1]
    inside[:] = np.where(np.random.default_rng(1).random(inside.shape) < 0.5, 36, 250)
    found = mend(scanned(paper(modules)), width_mm=WIDTH_MM, height_mm=HEIGHT_MM)
    assert [type(one) for one in found] == [Mended]
    assert found[0].text == ""


def test_writing_alone_shows_no_code() -> None:
    assert mended(scanned(paper())) == []


def test_a_code_of_another_kind_is_not_taken_for_ours() -> None:
    symbol = zxingcpp.create_barcode("91JGA00010000104SGP 00214", zxingcpp.BarcodeFormat.QRCode)
    picture = np.asarray(symbol.to_image(scale=1, add_quiet_zones=False), dtype=np.uint8)
    assert mended(scanned(paper(picture))) == []


def test_a_foreign_datamatrix_is_not_made_into_one_of_ours() -> None:
    symbol = zxingcpp.create_barcode("YSYJ|4|1/1 of another house", zxingcpp.BarcodeFormat.DataMatrix)
    picture = np.asarray(symbol.to_image(scale=1, add_quiet_zones=False), dtype=np.uint8)
    assert [text for text in mended(scanned(paper(picture))) if text] == []


def test_a_scrap_of_paper_or_a_banner_is_not_looked_at() -> None:
    assert mend(np.full((40, 40), 255, dtype=np.uint8), width_mm=10, height_mm=10) == ()
    assert mend(np.full((10, 4000), 255, dtype=np.uint8), width_mm=9000, height_mm=20) == ()
