"""What copiers make of a page: every coding a PDF knows for pictures, built by hand, read as one page."""

from __future__ import annotations

import io
import itertools
import struct
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pypdf import PdfReader, PdfWriter

from docgen.contained.limits import Limits
from docgen.contained.run import Worker
from docgen.papers import scan
from docgen.papers.assembly import cut_up
from docgen.papers.reading import PageReading, read_paper

Picture = Callable[[int], Image.Image]
Part = tuple[str, bytes]
WIDE, HIGH = 595.276, 841.89
FULL = f"q {WIDE} 0 0 {HIGH} 0 0 cm /I0 Do Q"


def pdf(parts: Sequence[Part], content: bytes | str = FULL, *, page: str = f"/MediaBox [0 0 {WIDE} {HIGH}]") -> bytes:
    """Write a PDF of one page: its images (dictionary, bytes), its drawing, and its box with what else `page` says.

    An image may name the one after it as /Next, for masks.
    """
    drawing = content.encode() if isinstance(content, str) else content
    named = " ".join(f"/I{number} {number + 5} 0 R" for number in range(len(parts)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /XObject << {named} >> >> {page} >>".encode(),
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(drawing), drawing),
    ]
    for number, (entries, data) in enumerate(parts):
        told = entries.replace("/Next", f"{number + 6} 0 R")
        head = f"<< /Type /XObject /Subtype /Image {told} /Length {len(data)} >>\nstream\n"
        objects.append(head.encode() + data + b"\nendstream")
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, one in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, one)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


def size(image: Image.Image) -> str:
    return f"/Width {image.width} /Height {image.height}"


def jpeg(image: Image.Image, space: str = "/DeviceGray", extra: str = "", **how: object) -> Part:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80, **how)
    return f"{size(image)} /ColorSpace {space} /BitsPerComponent 8 /Filter /DCTDecode {extra}", out.getvalue()


def flate(image: Image.Image, data: bytes, space: str, bits: int) -> Part:
    told = f"{size(image)} /ColorSpace {space} /BitsPerComponent {bits} /Filter /FlateDecode"
    return told, zlib.compress(data)


def fax_bytes(image: Image.Image, compression: str = "group4") -> bytes:
    """Return the fax coding of a picture, black as black runs, without the TIFF round it."""
    out = io.BytesIO()
    image.convert("1").save(out, "TIFF", compression=compression, tiffinfo={278: image.height, 262: 0})
    with Image.open(io.BytesIO(out.getvalue())) as tiff:
        assert tiff.tag_v2[262] == 0
        (at,), (length,) = tiff.tag_v2[273], tiff.tag_v2[279]
    return out.getvalue()[at : at + length]


def fax(image: Image.Image, extra: str = "/ColorSpace /DeviceGray") -> Part:
    parms = f"/DecodeParms << /K -1 /Columns {image.width} /Rows {image.height} >>"
    return f"{size(image)} /BitsPerComponent 1 /Filter /CCITTFaxDecode {parms} {extra}", fax_bytes(image)


def jbig2(image: Image.Image) -> Part:
    """Code a page as JBIG2 as copiers embed it: page information, then one generic region in fax coding (MMR)."""

    def segment(number: int, kind: int, data: bytes) -> bytes:
        return struct.pack(">IBBBI", number, kind, 0, 1, len(data)) + data

    page = struct.pack(">IIIIBH", image.width, image.height, 0, 0, 0, 0)
    region = struct.pack(">IIIIBB", image.width, image.height, 0, 0, 0, 1) + fax_bytes(image)
    data = segment(0, 48, page) + segment(1, 38, region)
    return f"{size(image)} /ColorSpace /DeviceGray /BitsPerComponent 1 /Filter /JBIG2Decode", data


def stencil(image: Image.Image) -> Part:
    return fax(image, "/ImageMask true /Decode [0 1]")


def banded(page: Image.Image, count: int, code: Callable[[Image.Image], Part]) -> tuple[list[Part], str]:
    """Cut a page into bands, coded each by itself, drawn edge to edge."""
    edges = [round(page.height * number / count) for number in range(count + 1)]
    bands = [page.crop((0, top, page.width, bottom)) for top, bottom in itertools.pairwise(edges)]
    drawn = [
        f"q {WIDE} 0 0 {HIGH * (bottom - top) / page.height} 0 {HIGH * (1 - bottom / page.height)} cm /I{number} Do Q"
        for number, (top, bottom) in enumerate(itertools.pairwise(edges))
    ]
    return [code(band) for band in bands], "\n".join(drawn)


def tiled(page: Image.Image) -> tuple[list[Part], str]:
    """Cut a page into six tiles of different codings, the code's own tile last in the drawing order."""
    codes: list[Callable[[Image.Image], Part]] = [jpeg, fax, jbig2]
    parts, drawn = [], []
    for number in range(6):
        left, top = number % 2, number // 2
        box = (
            page.width * left // 2, page.height * top // 3,
            page.width * (left + 1) // 2, page.height * (top + 1) // 3,
        )  # fmt: skip
        part = page.crop(box)
        parts.append(codes[number % 3](part))
        x, y = WIDE * box[0] / page.width, HIGH * (1 - box[3] / page.height)
        wide, high = WIDE * part.width / page.width, HIGH * part.height / page.height
        drawn.append(f"q {wide} 0 0 {high} {x} {y} cm /I{number} Do Q")
    return parts, "\n".join(drawn)


def layered(page: Image.Image) -> bytes:
    """Make what MRC copiers make: a coarse coloured ground, the print as a fine stencil in ink colour over it."""
    ground = Image.new("RGB", (page.width // 4, page.height // 4), (236, 232, 220))
    drawn = f"{FULL}\n0.1 0.1 0.2 rg {FULL.replace('/I0', '/I1')}"
    return pdf([jpeg(ground, "/DeviceRGB"), stencil(page)], drawn)


def layered_by_mask(page: Image.Image) -> bytes:
    """Make the other MRC form: ground, then a coarse foreground picture seen through a fine soft mask."""
    ground = Image.new("RGB", (page.width // 4, page.height // 4), (236, 232, 220))
    ink = Image.new("RGB", (page.width // 8, page.height // 8), (20, 20, 40))
    mask = Image.eval(page, lambda shade: 255 - shade)
    parts = [jpeg(ground, "/DeviceRGB"), jpeg(ink, "/DeviceRGB", "/SMask /Next"), jpeg(mask)]
    return pdf(parts, f"{FULL}\n{FULL.replace('/I0', '/I1')}")


def inline(page: Image.Image) -> bytes:
    """Draw the page by an image inside the drawing itself."""
    head = f"q {WIDE} 0 0 {HIGH} 0 0 cm\nBI /W {page.width} /H {page.height} /BPC 8 /CS /G /F /Fl ID ".encode()
    return pdf([], head + zlib.compress(page.tobytes()) + b"\nEI Q")


def indexed(page: Image.Image, bits: int) -> bytes:
    """Code a page by a palette whose order is not that of the shades."""
    if bits == 1:
        data, palette = np.packbits(np.asarray(page) < 128, axis=1).tobytes(), "<FFFFFF 000000>"
        return pdf([flate(page, data, f"[/Indexed /DeviceRGB 1 {palette}]", 1)])
    shades = bytes(255 - shade for shade in range(256)).hex()
    data = (255 - np.asarray(page)).astype(np.uint8).tobytes()
    return pdf([flate(page, data, f"[/Indexed /DeviceGray 255 <{shades}>]", 8)])


def jpeg_2000(page: Image.Image) -> bytes:
    out = io.BytesIO()
    page.save(out, "JPEG2000", quality_mode="rates", quality_layers=[8])
    return pdf([(f"{size(page)} /Filter /JPXDecode", out.getvalue())])


def sixteen_bits(page: Image.Image) -> bytes:
    return pdf([flate(page, (np.asarray(page).astype(">u2") * 257).astype(">u2").tobytes(), "/DeviceGray", 16)])


def turned(page: Image.Image, degrees: int) -> bytes:
    """Lay the page on its side in the file and let the page's dictionary turn it upright again."""
    lying = page.rotate(degrees, expand=True)
    wide, high = (HIGH, WIDE) if degrees % 180 else (WIDE, HIGH)
    content = f"q {wide} 0 0 {high} 0 0 cm /I0 Do Q"
    return pdf([jpeg(lying)], content, page=f"/MediaBox [0 0 {wide} {high}] /Rotate {degrees}")


def in_user_units(page: Image.Image) -> bytes:
    """Let one unit of the page be two points, as programs for large drawings do."""
    return pdf(
        [jpeg(page)],
        f"q {WIDE / 2} 0 0 {HIGH / 2} 0 0 cm /I0 Do Q",
        page=f"/MediaBox [0 0 {WIDE / 2} {HIGH / 2}] /UserUnit 2.0",
    )


def cmyk(page: Image.Image, *, is_adobe: bool) -> bytes:
    """Code a page in four inks: as Adobe's programs write it, upside down and said so, or plainly."""
    black = Image.eval(page, lambda shade: 255 - shade)
    none = Image.new("L", page.size, 0)
    data = io.BytesIO()
    Image.merge("CMYK", (none, none, none, black)).save(data, "JPEG", quality=90)
    marked = data.getvalue()
    at = marked.index(b"\xff\xee")
    bare = marked[:at] + marked[at + 2 + int.from_bytes(marked[at + 2 : at + 4], "big") :]
    told = f"{size(page)} /ColorSpace /DeviceCMYK /BitsPerComponent 8 /Filter /DCTDecode /Decode [1 0 1 0 1 0 1 0]"
    return pdf([(told, marked if is_adobe else bare)])


def cropped(page: Image.Image) -> bytes:
    """Put the page on a larger sheet of which only the page is shown."""
    content = f"q {WIDE} 0 0 {HIGH} 40 30 cm /I0 Do Q"
    told = f"/MediaBox [0 0 {WIDE + 80} {HIGH + 60}] /CropBox [40 30 {WIDE + 40} {HIGH + 30}]"
    return pdf([jpeg(page)], content, page=told)


def wrapped(page: Image.Image) -> bytes:
    """Pack a JPEG once more, as some programs do with everything."""
    entries, data = jpeg(page)
    return pdf([(entries.replace("/DCTDecode", "[/FlateDecode /DCTDecode]"), zlib.compress(data))])


WAYS: dict[str, Callable[[Image.Image], bytes]] = {
    "jpeg strips": lambda page: pdf(*banded(page, 9, jpeg)),
    "fax": lambda page: pdf([fax(page)]),
    "fax strips": lambda page: pdf(*banded(page, 12, fax)),
    "jbig2": lambda page: pdf([jbig2(page)]),
    "jbig2 strips": lambda page: pdf(*banded(page, 4, jbig2)),
    "layers": layered,
    "layers by mask": layered_by_mask,
    "several pictures": lambda page: pdf(*tiled(page)),
    "16 bits": sixteen_bits,
    "palette of two": lambda page: indexed(page, 1),
    "palette of many": lambda page: indexed(page, 8),
    "jpeg 2000": jpeg_2000,
    "four inks, Adobe": lambda page: cmyk(page, is_adobe=True),
    "four inks, plain": lambda page: cmyk(page, is_adobe=False),
    "negative": lambda page: pdf([jpeg(Image.eval(page, lambda shade: 255 - shade), extra="/Decode [1 0]")]),
    "progressive": lambda page: pdf([jpeg(page, progressive=True)]),
    "packed twice": wrapped,
    "inside the drawing": inline,
    "turned by 90": lambda page: turned(page, 90),
    "turned by 180": lambda page: turned(page, 180),
    "turned by 270": lambda page: turned(page, 270),
    "user units": in_user_units,
    "cropped": cropped,
}


@pytest.fixture(scope="module")
def warm() -> object:
    with Worker(Limits(seconds=60, memory_mb=3072)) as worker:
        yield worker


def require_our_page(page: PageReading, code_text: str) -> None:
    assert [code.text for code in page.codes] == [code_text]
    (code,) = page.codes
    assert (code.x_mm, code.y_mm, code.width_mm) == pytest.approx((178, 268, 13), abs=1)
    assert (page.width_mm, page.height_mm) == pytest.approx((210, 297), abs=0.5)
    assert 0.005 < page.ink < 0.1


@pytest.mark.parametrize("way", WAYS)
def test_a_page_is_read_however_a_copier_codes_it(
    tmp_path: Path, warm: Worker, page_picture: Picture, code_text: str, way: str
) -> None:
    path = tmp_path / "scan.pdf"
    path.write_bytes(WAYS[way](page_picture(200)))
    (page,) = read_paper(path, worker=warm).pages
    require_our_page(page, code_text)


@pytest.mark.parametrize("way", ["fax strips", "jbig2", "layers", "inside the drawing", "turned by 90", "user units"])
def test_a_page_cut_from_a_pile_stays_what_it_was(
    tmp_path: Path, warm: Worker, page_picture: Picture, code_text: str, way: str
) -> None:
    writer, pile = PdfWriter(), io.BytesIO()
    for _ in range(2):
        writer.add_page(PdfReader(io.BytesIO(WAYS[way](page_picture(200)))).pages[0])
    writer.write(pile)
    (cut,) = cut_up(pile.getvalue(), [[2]])
    path = tmp_path / "part.pdf"
    path.write_bytes(cut)
    (page,) = read_paper(path, worker=warm).pages
    require_our_page(page, code_text)


def test_only_what_is_plainly_one_jpeg_is_read_without_drawing(page_picture: Picture) -> None:
    page = page_picture(200)
    quick = {name for name, make in WAYS.items() if len(_looks(make(page))) > 1}
    assert quick == {"progressive", "cropped", "user units"}


def _looks(data: bytes) -> tuple[object, ...]:
    ((picture, _),) = scan._pages(data, "application/pdf")
    return picture.looks
