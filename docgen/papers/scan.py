"""Read a scan, inside the contained child: per page its size, text layer, codes and how much ink it bears.

Most scans are PDFs whose pages are one JPEG each. Taking that JPEG out and unpacking it coarsely is many times quicker
than drawing the page; but only where the page is exactly that one picture: copiers also write strips, fax coding and
layers, and those pages are drawn.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pypdfium2
from PIL import Image
from pypdfium2 import raw as pdfium

from docgen.codes.mend import Mended, mend
from docgen.codes.payload import has_form
from docgen.codes.read import CodeSeen, read_codes
from docgen.papers.limits import MAX_PIXELS, READING_PIXELS
from docgen.papers.other_kinds import KEPT_AS_IS
from docgen.papers.pdf import POINTS_PER_INCH, GrayImage, opened, pages_of, render, user_units
from docgen.papers.pictures import MM_PER_INCH, PDF, READING_DPI, Look, PagePicture, jpeg_looks, media_type, pictures
from docgen.papers.runs import page_text

PATIENCE_PAGES = 20
"""So many pages without a code are searched carefully."""

_LINE_DPI = 140
"""From here on a thin line still shows as ink; a coarser look only reads codes."""

_DARK = 128
_DECODE = re.compile(rb"/Decode(?!Parms)")
"""An image that turns its shades about (a negative) is drawn. Image dictionaries always lie open in a file."""

_PLAIN_SPACES = frozenset(
    {
        pdfium.FPDF_COLORSPACE_DEVICEGRAY,
        pdfium.FPDF_COLORSPACE_DEVICERGB,
        pdfium.FPDF_COLORSPACE_CALGRAY,
        pdfium.FPDF_COLORSPACE_CALRGB,
        pdfium.FPDF_COLORSPACE_ICCBASED,
    }
)
_FINER = 1.1
"""So much finer than the reading a picture must be to be drawn a second time."""
_CLOSEST_DPI = 400
"""A photograph on a page is drawn as finely as it was taken, up to here; of 18 taken askew 200 dpi shows 13."""
_FEW_OBJECTS = 4
"""The picture, and a margin, a form or a line of an app's own."""
_EDGE = 0.01
"""A full-page picture may miss the page's edge by a hundredth."""


def read_scan(data: bytes) -> dict[str, Any]:
    """Return a scan's media type and pages as plain values; `reading.read_paper` makes them its own types.

    Raises:
        UnreadableFile: empty, of another kind, encrypted, corrupt. LimitExceeded: too many pages or pixels.
    """
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    kind = media_type(data)
    return {"media_type": kind, "pages": _read_all(_pages(data, kind))}


def _pages(data: bytes, kind: str) -> Iterator[tuple[PagePicture, str]]:
    if kind in KEPT_AS_IS:
        return
    if kind != PDF:
        yield from ((picture, "") for picture in pictures(data, kind))
        return
    is_twisted = _DECODE.search(data) is not None
    with opened(data) as document:
        units = user_units(data, len(document))
        for page, unit in zip(pages_of(document), units, strict=True):
            yield _picture_of(page, unit=unit, is_twisted=is_twisted), page_text(page)


def _read_all(pages: Iterator[tuple[PagePicture, str]]) -> list[dict[str, Any]]:
    """Read page after page; after many pages without a code, a long foreign paper gets quick looks only."""
    found: list[dict[str, Any]] = []
    patience = PATIENCE_PAGES
    for picture, text in pages:
        found.append(_read(picture, text, careful=patience > 0))
        patience -= not found[-1]["codes"]
    return found


def _picture_of(page: Any, *, unit: float, is_twisted: bool) -> PagePicture:  # noqa: ANN401  # pypdfium2 has no types
    width, height = (length * unit for length in page.get_size())
    jpeg = None if is_twisted else full_page_jpeg(page)
    drawn: Look = lambda: render(page, _fitting_dpi(width, height) * unit)  # noqa: E731  # one look among others
    own_dpi = picture_dpi(page) / unit
    closer: Look = lambda: render(page, min(own_dpi, _fitting_dpi(width, height, most=_CLOSEST_DPI)) * unit)  # noqa: E731
    if jpeg is not None:
        looks = jpeg_looks(jpeg[0], jpeg[1] / unit)
    else:
        looks = (drawn, closer) if own_dpi > READING_DPI * _FINER else (drawn,)
    faded: Look = lambda: render(page, _fitting_dpi(width, height) * unit, is_bare=True)  # noqa: E731
    size = width / POINTS_PER_INCH * MM_PER_INCH, height / POINTS_PER_INCH * MM_PER_INCH
    return PagePicture(*size, looks, faded)


def full_page_jpeg(page: Any) -> tuple[bytes, float] | None:  # noqa: ANN401  # pypdfium2 has no types
    """Return the JPEG a page consists of and its dpi, or None where the page is anything else.

    Invisible text (a scanner's own OCR) is no part of the look. Turned pages, annotations, masks, more than one
    picture, pictures inside forms or not covering the page, printing inks and other codings make a page something else.
    """
    if page.get_rotation() or pdfium.FPDFPage_GetAnnotCount(page):
        return None
    seen = [one for one in page.get_objects(max_depth=1) if not _is_invisible_text(one)]
    if len(seen) != 1 or not isinstance(seen[0], pypdfium2.PdfImage):
        return None
    image, (width, height) = seen[0], page.get_size()
    if image.get_filters() != ["DCTDecode"] or pdfium.FPDFPageObj_HasTransparency(image):
        return None
    if image.get_metadata().colorspace not in _PLAIN_SPACES:
        return None
    if not _covers(page, image):
        return None
    return bytes(image.get_data()), min(
        image.get_px_size()[0] / width, image.get_px_size()[1] / height
    ) * POINTS_PER_INCH


def _is_invisible_text(thing: Any) -> bool:  # noqa: ANN401  # pypdfium2 has no types
    return (
        isinstance(thing, pypdfium2.PdfTextObj)
        and pdfium.FPDFTextObj_GetTextRenderMode(thing) == pdfium.FPDF_TEXTRENDERMODE_INVISIBLE
    )


def _covers(page: Any, image: Any) -> bool:  # noqa: ANN401  # pypdfium2 has no types
    a, b, c, d, _, _ = image.get_matrix().get()
    upright = a > 0 and d > 0 and abs(b) + abs(c) < _EDGE
    edges = zip(image.get_bounds(), page.get_bbox(), strict=True)
    slack = _EDGE * max(page.get_size())
    return upright and all(abs(mine - pages) <= slack for mine, pages in edges)


def picture_dpi(page: Any) -> float:  # noqa: ANN401  # pypdfium2 has no types
    """Return the dpi of the one JPEG a page shows, wherever it lies: a photograph with a margin; 0 for other pages."""
    seen = [one for one in page.get_objects(max_depth=2) if not _is_invisible_text(one)]
    pictures_seen = [one for one in seen if isinstance(one, pypdfium2.PdfImage)]
    if len(pictures_seen) != 1 or len(seen) > _FEW_OBJECTS or pictures_seen[0].get_filters() != ["DCTDecode"]:
        return 0.0
    left, bottom, right, top = pictures_seen[0].get_bounds()
    across, down = right - left, top - bottom
    if min(across, down) <= 0:
        return 0.0
    return float(max(pictures_seen[0].get_px_size()) / max(across, down) * POINTS_PER_INCH)


def _fitting_dpi(width: float, height: float, *, most: float = READING_DPI) -> float:
    """Return the reading dpi, or less for drawings so large that their picture would take long."""
    largest = math.sqrt(READING_PIXELS / max(width * height, 1)) * POINTS_PER_INCH
    return min(most, largest)


def _read(picture: PagePicture, text: str, *, careful: bool) -> dict[str, Any]:
    """Look until one of our codes is seen, carefully at last; ink is reckoned where thin lines show.

    A code that no look shows may be put together from what is left of it; remains that are beyond it are told, too.
    """
    codes: list[dict[str, Any]] = []
    remains: tuple[Mended, ...] = ()
    ink, shows_lines = None, False
    for number, look in enumerate(picture.looks, 1):
        page = look()
        if ink is None or not shows_lines:
            ink, shows_lines = _ink(page), page.shape[1] >= picture.width_mm / MM_PER_INCH * _LINE_DPI
        is_last = number == len(picture.looks)
        seen: Sequence[CodeSeen | Mended] = read_codes(page, careful=careful and is_last)
        if careful and is_last and not any(has_form(code.text) for code in seen):
            remains = mend(page, width_mm=picture.width_mm, height_mm=picture.height_mm, faded=picture.bare)
            seen = [*seen, *(code for code in remains if code.text)]
        codes = [_in_mm(code, picture.width_mm / page.shape[1], picture.height_mm / page.shape[0]) for code in seen]
        if any(has_form(code.text) for code in seen):
            break
    sizes = {"width_mm": picture.width_mm, "height_mm": picture.height_mm}
    is_ruined = any(not code.text for code in remains)
    return {**sizes, "text": text, "codes": codes, "ink": ink, "has_ruined_code": is_ruined}


def _ink(page: GrayImage) -> float:
    return float(np.count_nonzero(page < _DARK)) / page.size


def _in_mm(code: CodeSeen | Mended, mm_x: float, mm_y: float) -> dict[str, Any]:
    text = code.text.encode("utf-8", "replace").decode()
    return {
        "text": text,
        "x_mm": code.x * mm_x,
        "y_mm": code.y * mm_y,
        "width_mm": code.width * mm_x,
        "height_mm": code.height * mm_y,
    }
