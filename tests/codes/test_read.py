from __future__ import annotations

import io

import numpy as np
import pytest
import zxingcpp
from PIL import Image, ImageDraw, ImageFilter

from docgen.codes import read
from docgen.codes.draw import matrix
from docgen.codes.payload import Keyring, Payload, decode, encode
from docgen.codes.read import GrayImage, read_codes

RING = Keyring(0, {0: b"a key for tests, 32 bytes long!!"})
PAYLOAD = Payload("7K3M9QXA", 1, 3)
TEXT = encode(PAYLOAD, RING)
A4_MM = (210, 297)
CODE_AT_MM = (178, 268)


def a_page(dpi: int, *, code: Image.Image | None = None, code_mm: float = 13) -> Image.Image:
    """A4 with lines of strokes like writing and the code in the lower right, drawn at twice the size and shrunk."""
    width, height = (round(mm / 25.4 * dpi * 2) for mm in A4_MM)
    page = Image.new("L", (width, height), 255)
    pen, random = ImageDraw.Draw(page), np.random.default_rng(7)
    for y in range(height // 12, int(height * 0.84), height // 50):
        for x in range(width // 8, int(width * 0.88), width // 60):
            ends = random.integers(0, width // 80, 4)
            pen.line([(x + ends[0], y + ends[1]), (x + ends[2], y + ends[3])], fill=0, width=max(1, width // 900))
    if code is not None:
        side = round(code_mm / 25.4 * dpi * 2)
        at = tuple(round(mm / 25.4 * dpi * 2) for mm in CODE_AT_MM)
        page.paste(code.resize((side, side), Image.Resampling.NEAREST), at)
    return page.resize((width // 2, height // 2), Image.Resampling.BOX)


def our_code(text: str = TEXT) -> Image.Image:
    return Image.fromarray(np.where(np.array(matrix(text)), 0, 255).astype(np.uint8))


def foreign_code(text: str, kind: zxingcpp.BarcodeFormat) -> Image.Image:
    symbol = zxingcpp.create_barcode(text, kind)
    return Image.fromarray(np.array(symbol.to_image(scale=1, add_quiet_zones=False)))


def scanned(page: Image.Image, *, skew: float = 0, noise: float = 0, quality: int = 90, turn: int = 0) -> GrayImage:
    turned = page.rotate(skew, fillcolor=255, resample=Image.Resampling.BICUBIC).rotate(turn, expand=True)
    grain = np.random.default_rng(11).normal(0, noise, (turned.height, turned.width)) if noise else 0
    rough = Image.fromarray((np.asarray(turned) + grain).clip(0, 255).astype(np.uint8))
    jpeg = io.BytesIO()
    rough.save(jpeg, "JPEG", quality=quality)
    return np.asarray(Image.open(jpeg))


def texts(page: GrayImage) -> list[str]:
    return [code.text for code in read_codes(page)]


@pytest.mark.parametrize("dpi", [150, 200])
@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_skewed_noisy_jpeg_is_read_whichever_way_it_was_fed(dpi: int, turn: int) -> None:
    page = scanned(a_page(dpi, code=our_code()), skew=2, noise=12, quality=45, turn=turn)
    assert texts(page) == [TEXT]


def test_a_clean_page_gives_the_place_of_the_code() -> None:
    (code,) = read_codes(np.asarray(a_page(200, code=our_code())))
    expected = (*CODE_AT_MM, 13, 13)
    found = (code.x, code.y, code.width, code.height)
    assert [value / 200 * 25.4 for value in found] == pytest.approx(expected, abs=0.5)


def test_a_fax_is_read() -> None:
    clean = scanned(a_page(200, code=our_code()), skew=1.3, noise=40)
    fax = np.where(clean < 150, 0, 255).astype(np.uint8)
    assert texts(fax) == [TEXT]


def test_a_pale_blurred_copy_is_read_by_the_careful_looks() -> None:
    blurred = a_page(200, code=our_code(), code_mm=15).filter(ImageFilter.GaussianBlur(1))
    pale = Image.fromarray((255 - (255 - np.asarray(blurred, dtype=float)) * 0.35).astype(np.uint8))
    assert texts(scanned(pale, skew=3, noise=15, quality=15)) == [TEXT]


def test_quick_looks_read_clean_pages() -> None:
    clean = scanned(a_page(200, code=our_code()), skew=1, noise=8, turn=90)
    assert [code.text for code in read_codes(clean, careful=False)] == [TEXT]


def test_quick_looks_are_two_and_careful_ones_more(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[object] = []
    monkeypatch.setattr(read, "_scan", lambda _page, **how: looks.append(how) or [])
    empty = np.full((1000, 700), 255, np.uint8)
    read_codes(empty, careful=False)
    assert len(looks) == 2
    read_codes(empty)
    assert len(looks) == 2 + 6


def test_a_blotted_code_is_read() -> None:
    page = a_page(200, code=our_code(), code_mm=15)
    x, y = (round((mm + 6) / 25.4 * 200) for mm in CODE_AT_MM)
    ImageDraw.Draw(page).ellipse([x, y, x + 12, y + 12], fill=20)
    assert texts(scanned(page, quality=40, noise=8)) == [TEXT]


def test_a_page_without_code_gives_nothing() -> None:
    assert read_codes(np.asarray(a_page(150))) == ()


def test_a_qr_code_with_our_text_is_not_seen() -> None:
    page = a_page(150, code=foreign_code(TEXT, zxingcpp.BarcodeFormat.QRCode), code_mm=22)
    assert read_codes(np.asarray(page)) == ()


@pytest.mark.parametrize("text", ["91JGA00010000104SGP", "https://example.invalid/a", "3" * 26])
def test_a_foreign_datamatrix_is_seen_but_not_believed(text: str) -> None:
    page = a_page(200, code=foreign_code(text, zxingcpp.BarcodeFormat.DataMatrix))
    seen = texts(np.asarray(page))
    assert seen == [text]
    assert decode(seen[0], RING) is None


def test_a_foreign_datamatrix_does_not_hide_ours() -> None:
    page = a_page(200, code=foreign_code("91JGA00010000104SGP", zxingcpp.BarcodeFormat.DataMatrix))
    ours = our_code().resize((100, 100), Image.Resampling.NEAREST).rotate(90)
    page.paste(ours, (80, 2100))
    assert TEXT in texts(scanned(page, quality=60))


def test_two_codes_on_one_page_are_both_seen_once() -> None:
    other = encode(Payload("7K3M9QXA", 2, 3), RING)
    page = a_page(200, code=our_code())
    page.paste(our_code(other).resize((100, 100), Image.Resampling.NEAREST), (100, 20))
    assert texts(np.asarray(page)) == [other, TEXT]


def test_a_decoded_scan_names_document_and_page() -> None:
    (text,) = texts(scanned(a_page(150, code=our_code()), skew=-2, noise=10))
    assert decode(text, RING) == PAYLOAD


def test_a_crop_without_contiguous_memory_is_read() -> None:
    page = np.asarray(a_page(200, code=our_code()))
    assert texts(page[::1, ::-1][:, ::-1][500:, 300:]) == [TEXT]


def test_a_picture_longer_than_the_reader_takes_has_no_code_of_ours() -> None:
    assert read_codes(np.full((8, 70_000), 255, dtype=np.uint8)) == ()
