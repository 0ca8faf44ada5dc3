"""Tell what kind of file has arrived, and open pictures of pages with care.

The content decides, not the name: a scanner's `scan.pdf` may be a JPEG, a customer's `.tif` a Word file. A picture's
size is read from its header and refused before a single pixel is unpacked, for a small file can claim a huge picture.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pi_heif
from PIL import Image, ImageChops, ImageOps, UnidentifiedImageError

from docgen.errors import LimitExceeded, UnreadableFile
from docgen.papers.limits import MAX_PAGES, MAX_PIXELS
from docgen.papers.other_kinds import other_kind
from docgen.papers.pdf import GrayImage

PDF, JPEG, PNG, TIFF = "application/pdf", "image/jpeg", "image/png", "image/tiff"
HEIC = "image/heic"
MM_PER_INCH = 25.4
READING_DPI = 200
"""Codes of 12 mm are read safely from here on."""

_ENOUGH_DPI = 95
"""A first look at a coarser picture is quick: at 100 dpi nearly every clean code is read; below, most are lost."""

_BELIEVABLE_DPI = range(75, 2401)
"""72 is what programs write when they know nothing."""

_ORIENTATION = 0x0112
"""The Exif tag that says how a camera was held."""

_COLOURED = frozenset({"RGB", "RGBX", "YCbCr", "CMYK", "P"})
_WHOLE_PAGE_MM = 297
_LARGEST_PAGE_MM = 1300
_PDF_HEAD = 1024
_PICTURE_HEADS = {
    b"\xff\xd8\xff": JPEG,
    b"\x89PNG\r\n\x1a\n": PNG,
    b"II*\x00": TIFF,
    b"MM\x00*": TIFF,
}
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
_FORMATS = {JPEG: "JPEG", PNG: "PNG", TIFF: "TIFF", HEIC: "HEIF"}
PIL_TROUBLE = (
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    SyntaxError,
    TypeError,
    UnidentifiedImageError,
    ValueError,
)
"""What Pillow lets escape on bad files; SyntaxError is its own way to say "broken PNG"."""

Look = Callable[[], GrayImage]


@dataclass(frozen=True, slots=True)
class PagePicture:
    """One page as a picture: its size on paper, and ways to see it in gray, the quickest first.

    Only the last is worth searching carefully. `bare` shows the page without coloured ink, where it has colours.
    """

    width_mm: float
    height_mm: float
    looks: tuple[Look, ...]
    bare: Look | None = None


def media_type(data: bytes) -> str:
    """Return the media type by content: PDF, JPEG, PNG, TIFF or HEIC, or that of a file kept as it is (other_kinds.py).

    Raises:
        UnreadableFile: empty, or of another kind.
    """
    if not data:
        raise UnreadableFile.of("papers.empty")
    for head, found in _PICTURE_HEADS.items():
        if data.startswith(head):
            return found
    if b"%PDF-" in data[:_PDF_HEAD]:
        return PDF
    if data[4:8] == b"ftyp" and data[8:12] in _HEIC_BRANDS:
        return HEIC
    kind = other_kind(data)
    if kind is None:
        raise UnreadableFile.of("papers.unknown-kind")
    return kind


def pictures(data: bytes, kind: str) -> Iterator[PagePicture]:
    """Yield the pages of a JPEG, PNG, HEIC or a TIFF of several pages; look at each before asking for the next.

    Raises:
        UnreadableFile: the picture is damaged. LimitExceeded: too many pages or pixels.
    """
    if kind == HEIC:
        pi_heif.register_heif_opener()
    with _mapped_trouble(), Image.open(io.BytesIO(data), formats=[_FORMATS[kind]]) as image:
        for number in range(MAX_PAGES + 1 if kind == TIFF else 1):
            if not _turn_to(image, number):
                return
            if number == MAX_PAGES:
                raise LimitExceeded.of("papers.too-many-pages", pages=number + 1, limit=MAX_PAGES)
            yield _as_page(image, data, kind)


def jpeg_looks(data: bytes, dpi: float) -> tuple[Look, ...]:
    """Return ways to see a JPEG of so many pixels an inch: unpacked at a half or less where enough is left, then whole.

    Unpacking at half scale costs a quarter (libjpeg scales while it decodes), and no look unpacks the colours.
    """
    factor = max((one for one in (1, 2, 4, 8) if dpi / one >= _ENOUGH_DPI), default=1)
    whole: Look = lambda: _drafted(data, 1)  # noqa: E731  # two looks of one kind
    return (lambda: _drafted(data, factor), whole) if factor > 1 else (whole,)


def gray(image: Image.Image) -> GrayImage:
    """Return a picture in gray (uint8, 0 = black), whatever its mode; what is transparent is white paper.

    Raises:
        LimitExceeded: too many pixels.
    """
    _check_pixels(image)
    if image.mode.startswith("I;16") or image.mode == "I":
        return (np.asarray(image).astype(np.uint32) >> 8).clip(0, 255).astype(np.uint8)
    if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info:
        shown = image.convert("RGBA")
        paper = Image.new("RGBA", shown.size, "white")
        image = Image.alpha_composite(paper, shown)
    return np.asarray(image.convert("L"), dtype=np.uint8)


def bare(data: bytes, kind: str) -> GrayImage:
    """Return a coloured picture as its brightest colour shows each place: black print stays, seal and pen fade.

    Raises:
        UnreadableFile: the picture is damaged. LimitExceeded: too many pixels.
    """
    with _mapped_trouble(), Image.open(io.BytesIO(data), formats=[_FORMATS[kind]]) as image:
        _check_pixels(image)
        is_turned = image.getexif().get(_ORIENTATION, 1) != 1
        return brightest(ImageOps.exif_transpose(image) if is_turned else image)


def brightest(image: Image.Image) -> GrayImage:
    """Return the brightest of a picture's three colours, place by place."""
    red, green, blue = image.convert("RGB").split()
    return np.asarray(ImageChops.lighter(ImageChops.lighter(red, green), blue), dtype=np.uint8)


def png_gray(data: bytes) -> GrayImage:
    """Return a PNG in gray.

    Raises:
        UnreadableFile: the picture is damaged. LimitExceeded: too many pixels.
    """
    with _mapped_trouble(), Image.open(io.BytesIO(data), formats=[_FORMATS[PNG]]) as image:
        return gray(image)


@contextlib.contextmanager
def _mapped_trouble() -> Iterator[None]:
    """Turn what Pillow raises on bad pictures into our errors."""
    try:
        yield
    except Image.DecompressionBombError as bomb:
        raise LimitExceeded.of("papers.too-many-pixels", pixels="?", limit=MAX_PIXELS) from bomb
    except PIL_TROUBLE as problem:
        raise UnreadableFile.of("papers.corrupt") from problem


def _turn_to(image: Image.Image, number: int) -> bool:
    if number == 0:
        return True
    try:
        image.seek(number)
    except EOFError:
        return False
    return True


def _as_page(image: Image.Image, data: bytes, kind: str) -> PagePicture:
    _check_pixels(image)
    dpi_x, dpi_y = _dpi(image)
    width, height = image.width / dpi_x * MM_PER_INCH, image.height / dpi_y * MM_PER_INCH
    looks: tuple[Look, ...] = (lambda: _coarse_gray(image, min(dpi_x, dpi_y)),)
    faded: Look | None = (lambda: _without_ink(image)) if image.mode in _COLOURED else None
    if kind == JPEG:
        if image.getexif().get(_ORIENTATION, 1) in {5, 6, 7, 8}:
            width, height = height, width
        looks = jpeg_looks(data, min(dpi_x, dpi_y))
        faded = (lambda: bare(data, JPEG)) if faded else None
    return PagePicture(width, height, looks, faded)


def _dpi(image: Image.Image) -> tuple[float, float]:
    """Return pixels an inch; where the file says nothing believable (photographs), the long side is taken as A4's."""
    if _is_believable(image):
        x, y = image.info["dpi"]
        return float(x), float(y)
    guess = max(image.size) / _WHOLE_PAGE_MM * MM_PER_INCH
    return guess, guess


def _is_believable(image: Image.Image) -> bool:
    """Tell whether a picture states how large it is on paper; photographs do not."""
    x, y = (float(value) for value in image.info.get("dpi", (0, 0)))
    return all(round(value) in _BELIEVABLE_DPI for value in (x, y)) and (
        max(image.width / x, image.height / y) * MM_PER_INCH <= _LARGEST_PAGE_MM
    )


def _drafted(data: bytes, factor: int) -> GrayImage:
    with _mapped_trouble(), Image.open(io.BytesIO(data), formats=["JPEG"]) as image:
        _check_pixels(image)
        image.draft("L", (image.width // factor, image.height // factor))  # its brightness alone, no colours
        is_turned = image.getexif().get(_ORIENTATION, 1) != 1
        return gray(ImageOps.exif_transpose(image) if is_turned else image)


def _coarse_gray(image: Image.Image, dpi: float) -> GrayImage:
    """Return a page in gray at about the dpi codes need; averaging also takes the grain out."""
    with _mapped_trouble():
        page, factor = gray(image), int(dpi // READING_DPI)
        return page if factor <= 1 else np.asarray(Image.fromarray(page).reduce(factor))


def _without_ink(image: Image.Image) -> GrayImage:
    with _mapped_trouble():
        return brightest(image)


def _check_pixels(image: Image.Image) -> None:
    pixels = image.width * image.height
    if not 0 < pixels <= MAX_PIXELS:
        raise LimitExceeded.of("papers.too-many-pixels", pixels=pixels, limit=MAX_PIXELS)
