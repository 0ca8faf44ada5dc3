from __future__ import annotations

import io
import itertools
import os
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pypdf
import pytest
from PIL import Image

from docgen.contained.limits import Limits
from docgen.contained.run import Worker
from docgen.errors import DocgenError, LimitExceeded, UnreadableFile
from docgen.papers import scan
from docgen.papers.pdf import loaded, opened
from docgen.papers.reading import PageReading, PaperReading, read_paper

Picture = Callable[[int], Image.Image]
Saved = Callable[..., bytes]


@pytest.fixture(scope="module")
def warm() -> object:
    with Worker(Limits(seconds=60, memory_mb=3072)) as worker:
        yield worker


@pytest.fixture
def read(tmp_path: Path, warm: Worker) -> Callable[[bytes], PaperReading]:
    def reading(data: bytes, name: str = "scan.bin") -> PaperReading:
        path = tmp_path / name
        path.write_bytes(data)
        return read_paper(path, worker=warm)

    return reading


def jpeg_page(saved: Saved, image: Image.Image, dpi: int) -> bytes:
    return saved(image, "PDF", resolution=dpi, quality=80)


def code_of(caught: pytest.ExceptionInfo[DocgenError]) -> str:
    (finding,) = caught.value.findings
    return finding.code


def assert_is_our_page(page: PageReading, code_text: str) -> None:
    (code,) = page.codes
    assert code.text == code_text
    place = (code.x_mm, code.y_mm, code.width_mm, code.height_mm)
    assert place == pytest.approx((178, 268, 13, 13), abs=1)
    assert (page.width_mm, page.height_mm) == pytest.approx((210, 297), abs=0.5)
    assert 0.005 < page.ink < 0.1
    assert not page.is_blank


@pytest.mark.parametrize(("kind", "dpi"), list(itertools.product(["PNG", "TIFF", "JPEG", "PDF"], [150, 200, 300])))
def test_a_scan_of_any_kind_gives_size_code_and_ink(
    read: Callable[..., PaperReading], page_picture: Picture, saved: Saved, code_text: str, kind: str, dpi: int
) -> None:
    image = page_picture(dpi)
    data = jpeg_page(saved, image, dpi) if kind == "PDF" else saved(image, kind, dpi=(dpi, dpi))
    found = read(data)
    assert found.media_type == ("application/pdf" if kind == "PDF" else f"image/{kind.lower()}")
    assert [page.number for page in found.pages] == [1]
    assert_is_our_page(found.pages[0], code_text)


def test_a_fax_coded_tiff_of_several_pages_is_read_page_by_page(
    read: Callable[..., PaperReading], page_picture: Picture, saved: Saved, code_text: str
) -> None:
    page = page_picture(200).convert("1")
    empty = Image.new("1", page.size, 1)
    data = saved(page, "TIFF", save_all=True, append_images=[empty, page], compression="group4", dpi=(200, 200))
    first, second, third = read(data).pages
    assert_is_our_page(first, code_text)
    assert_is_our_page(third, code_text)
    assert second.is_blank
    assert second.codes == ()


def test_a_long_paper_without_codes_still_gives_the_code_of_its_last_page(
    read: Callable[..., PaperReading], page_picture: Picture, saved: Saved, code_text: str
) -> None:
    page = page_picture(150).convert("1")
    empty = [Image.new("1", page.size, 1)] * (scan.PATIENCE_PAGES + 3)
    data = saved(empty[0], "TIFF", save_all=True, append_images=[*empty, page], compression="group4", dpi=(150, 150))
    *blank, last = read(data).pages
    assert len(blank) == scan.PATIENCE_PAGES + 4
    assert all(one.is_blank for one in blank)
    assert_is_our_page(last, code_text)


def test_our_own_pdf_gives_its_text_layer(read: Callable[..., PaperReading], letter: bytes) -> None:
    first, second = read(letter).pages
    assert "285,000.00" in first.text
    assert second.text.startswith("第二张")
    assert first.codes == second.codes == ()


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "LA", "P", "CMYK", "1", "I;16"])
def test_pictures_of_every_mode_are_read(
    read: Callable[..., PaperReading], page_picture: Picture, saved: Saved, code_text: str, mode: str
) -> None:
    page = page_picture(200)
    if mode == "I;16":
        image = Image.fromarray(np.asarray(page).astype(np.uint16) * 257)
    elif mode in {"RGBA", "LA"}:
        image = Image.merge("LA", (Image.new("L", page.size, 0), Image.eval(page, lambda shade: 255 - shade)))
        image = image.convert(mode)
    else:
        image = page.convert(mode)
    data = saved(image, "TIFF" if mode == "CMYK" else "PNG", dpi=(200, 200))
    assert_is_our_page(read(data).pages[0], code_text)


def test_a_photograph_without_dpi_is_taken_as_a4_and_turned_by_its_exif(
    read: Callable[..., PaperReading], page_picture: Picture, saved: Saved, code_text: str
) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    lying = page_picture(200).transpose(Image.Transpose.ROTATE_90)
    assert_is_our_page(read(saved(lying, "JPEG", exif=exif)).pages[0], code_text)


def test_the_content_decides_not_the_name(
    read: Callable[..., PaperReading], page_picture: Picture, saved: Saved
) -> None:
    data = saved(page_picture(150), "JPEG", dpi=(150, 150))
    assert read(data, "合同.pdf").media_type == "image/jpeg"


def test_a_quick_look_is_taken_only_where_the_page_is_one_jpeg(
    page_picture: Picture, saved: Saved, letter: bytes, code_text: str
) -> None:
    one = jpeg_page(saved, page_picture(300), 300)
    fax = saved(page_picture(300).convert("1"), "PDF", resolution=300)
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(one))
    writer.pages[0].rotate(90)
    turned = io.BytesIO()
    writer.write(turned)
    both = pypdf.PdfWriter(clone_from=io.BytesIO(one))
    both.pages[0].merge_page(pypdf.PdfReader(io.BytesIO(letter)).pages[0])
    overlaid = io.BytesIO()
    both.write(overlaid)
    quick = []
    for data in (one, fax, turned.getvalue(), overlaid.getvalue(), letter):
        with opened(data) as document, loaded(document, 0) as page:
            quick.append(scan.full_page_jpeg(page) is not None)
        assert (code_text in [code["text"] for code in scan.read_scan(data)["pages"][0]["codes"]]) == (data != letter)
    assert quick == [True, False, False, False, False]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "papers.empty"),
        (b"PK\x03\x04 a zip", "papers.unknown-kind"),
        ("随便一段文字".encode("gb18030"), "papers.unknown-kind"),
        (b"GIF89a\x01\x00\x01\x00", "papers.unknown-kind"),
        (b"\xff\xd8\xff\xe0 a broken jpeg", "papers.corrupt"),
        (b"\x89PNG\r\n\x1a\n", "papers.corrupt"),
        (b"II*\x00\x08\x00\x00\x00", "papers.corrupt"),
        (b"%PDF-1.4 nothing more", "papers.corrupt"),
    ],
)
def test_hostile_and_broken_files_are_refused_by_code_and_name(
    read: Callable[..., PaperReading], data: bytes, code: str
) -> None:
    with pytest.raises(UnreadableFile) as caught:
        read(data, "某文件.pdf")
    assert code_of(caught) == code
    assert caught.value.findings[0].where == "某文件.pdf"
    assert "某文件.pdf" in caught.value.findings[0].sentence("zh")


def test_an_encrypted_pdf_is_refused(
    read: Callable[..., PaperReading], letter: bytes, locked: Callable[[bytes], bytes]
) -> None:
    with pytest.raises(UnreadableFile) as caught:
        read(locked(letter))
    assert code_of(caught) == "papers.encrypted"


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "JPEG"])
def test_a_picture_cut_short_is_corrupt(
    read: Callable[..., PaperReading], page_picture: Picture, saved: Saved, kind: str
) -> None:
    data = saved(page_picture(150), kind, dpi=(150, 150))
    with pytest.raises(UnreadableFile) as caught:
        read(data[: len(data) // 2])
    assert code_of(caught) == "papers.corrupt"


def test_a_png_that_claims_a_huge_picture_is_refused_unopened(read: Callable[..., PaperReading]) -> None:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0))
    bomb = b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    with pytest.raises(LimitExceeded) as caught:
        read(bomb)
    assert code_of(caught) == "papers.too-many-pixels"


def test_a_tiff_bomb_is_refused(read: Callable[..., PaperReading], saved: Saved) -> None:
    data = saved(Image.new("1", (20_000, 20_000), 1), "TIFF", compression="group4")
    assert len(data) < 100_000
    with pytest.raises(LimitExceeded) as caught:
        read(data)
    assert code_of(caught) == "papers.too-many-pixels"


def test_a_pdf_of_twenty_thousand_pages_is_refused_quickly(
    read: Callable[..., PaperReading], blank_pdf: Callable[[int], bytes]
) -> None:
    writer, out = pypdf.PdfWriter(clone_from=io.BytesIO(blank_pdf(1))), io.BytesIO()
    tree, name = writer.root_object["/Pages"], pypdf.generic.NameObject
    tree[name("/Kids")] = pypdf.generic.ArrayObject([list.__getitem__(tree["/Kids"], 0)] * 20_000)
    tree[name("/Count")] = pypdf.generic.NumberObject(20_000)
    writer.write(out)
    with pytest.raises(LimitExceeded) as caught:
        read(out.getvalue())
    assert code_of(caught) == "papers.too-many-pages"


def test_a_page_as_large_as_a_house_is_read_coarsely(read: Callable[..., PaperReading]) -> None:
    writer, out = pypdf.PdfWriter(), io.BytesIO()
    writer.add_blank_page(14_400, 14_400)
    writer.write(out)
    (page,) = read(out.getvalue()).pages
    assert page.width_mm == pytest.approx(5080)
    assert page.is_blank


def test_folders_pipes_and_missing_files_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path, code in [
        (tmp_path, "papers.not-a-file"),
        (tmp_path / "pipe", "papers.not-a-file"),
        (tmp_path / "none", "papers.cannot-open"),
    ]:
        with pytest.raises(UnreadableFile) as caught:
            read_paper(path)
        assert code_of(caught) == code


def test_without_a_worker_a_fresh_child_reads_within_the_limits_given(
    tmp_path: Path, page_picture: Picture, saved: Saved, code_text: str
) -> None:
    path = tmp_path / "一页.png"
    path.write_bytes(saved(page_picture(150), "PNG", dpi=(150, 150)))
    assert_is_our_page(read_paper(path).pages[0], code_text)
    with pytest.raises(LimitExceeded) as caught:
        read_paper(path, limits=Limits(seconds=0.05))
    assert code_of(caught) == "contained.time"
    assert caught.value.findings[0].where == "一页.png"
