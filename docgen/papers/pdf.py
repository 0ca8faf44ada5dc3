"""Look into a PDF: its text with places, its pages as pictures, what it says about itself.

Two engines are asked. pdfium gives text, places and pixels; pypdf reads the structure. They disagree on odd files, so
a file one of them refuses is called corrupt only when the other cannot mend it either.
"""

from __future__ import annotations

import contextlib
import io
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

import numpy as np
import pypdf
import pypdfium2
from pypdfium2 import raw as pdfium

from docgen.errors import LimitExceeded, UnreadableFile
from docgen.papers.limits import MAX_PAGES, MAX_PIXELS
from docgen.papers.runs import TextRun, page_runs, page_text

GrayImage = np.ndarray[tuple[int, ...], np.dtype[np.uint8]]

Window = tuple[float, float, float, float]
"""A part of a page: left, top, width and height in points, from the top left corner."""

POINTS_PER_INCH = 72
_LEAST_UNIT, _MOST_UNIT = 0.01, 1000.0
PYPDF_TROUBLE = (
    pypdf.errors.PyPdfError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    NotImplementedError,
    OSError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What pypdf lets escape on bad files, found by trying 861 of them."""


@dataclass(frozen=True, slots=True)
class PdfFacts:
    """What a PDF says about itself; `pdfa` is like "2A", empty where nothing is claimed; sizes in points."""

    pages: int
    title: str
    author: str
    language: str
    tagged: bool
    pdfa: str
    page_sizes: tuple[tuple[float, float], ...]


def page_texts(data: bytes) -> tuple[str, ...]:
    """Return the text layer of each page, in the order it was written; empty for a page that is only a picture.

    Raises:
        UnreadableFile: encrypted, corrupt or without pages. LimitExceeded: too many pages.
    """
    with opened(data) as document:
        return tuple(page_text(page) for page in pages_of(document))


def text_runs(data: bytes) -> tuple[tuple[TextRun, ...], ...]:
    """Return each page's text as runs with their rectangles, in points from the page's top left corner as seen.

    Raises:
        UnreadableFile: encrypted, corrupt or without pages. LimitExceeded: too many pages.
    """
    with opened(data) as document:
        return tuple(page_runs(page) for page in pages_of(document))


def rasterise(data: bytes, dpi: float, page: int | None = None) -> list[GrayImage]:
    """Return pages as gray pictures (uint8, 0 = black), all of them or the one numbered `page`, counted from 1.

    Raises:
        UnreadableFile: encrypted, corrupt, or there is no such page. LimitExceeded: too many pages or pixels.
    """
    with opened(data) as document:
        if page is None:
            return [render(one, dpi) for one in pages_of(document)]
        if not 1 <= page <= len(document):
            raise UnreadableFile.of("papers.no-such-page", page=page, pages=len(document))
        with loaded(document, page - 1) as one:
            return [render(one, dpi)]


def facts(data: bytes) -> PdfFacts:
    """Return what a PDF says about itself.

    Raises:
        UnreadableFile: encrypted, corrupt or without pages. LimitExceeded: too many pages.
    """
    with opened(data) as document:
        return _facts(data, document, tuple(page.get_size() for page in pages_of(document)))


@dataclass(frozen=True, slots=True)
class WholePdf:
    """A PDF read once for everything: its facts, each page's text, and, where asked for, each page's picture."""

    facts: PdfFacts
    texts: tuple[str, ...]
    pictures: tuple[GrayImage, ...]


def read_whole(data: bytes, *, dpi: float | None, windows: Sequence[Window | None] = ()) -> WholePdf:
    """Return what `facts`, `page_texts` and, at so many dots per inch, `rasterise` return, from opening it once.

    Args:
        data: the file.
        dpi: None draws no picture.
        windows: the part of each page that is drawn, in order; None, and a page beyond them, means the whole of it.

    Raises:
        UnreadableFile: encrypted, corrupt or without pages. LimitExceeded: too many pages or pixels.
    """
    sizes, texts, pictures = [], [], []
    with opened(data) as document:
        for page, window in zip_longest(pages_of(document), windows[: len(document)]):
            sizes.append(page.get_size())
            texts.append(page_text(page))
            if dpi is not None:
                pictures.append(render(page, dpi, window=window))
        return WholePdf(_facts(data, document, tuple(sizes)), tuple(texts), tuple(pictures))


def _facts(data: bytes, document: Any, sizes: tuple[tuple[float, float], ...]) -> PdfFacts:  # noqa: ANN401  # untyped
    tagged = bool(pdfium.FPDFCatalog_IsTagged(document))
    title, author = (document.get_metadata_value(key) for key in ("Title", "Author"))
    language, pdfa = _catalogue_facts(data)
    return PdfFacts(len(sizes), title, author, language, tagged, pdfa, sizes)


@contextlib.contextmanager
def opened(data: bytes) -> Iterator[Any]:
    """Open a PDF in pdfium, mended through pypdf if need be, and close it again.

    Raises:
        UnreadableFile: encrypted, corrupt or without pages. LimitExceeded: too many pages.
    """
    document = _open(data)
    try:
        if len(document) == 0:
            raise UnreadableFile.of("papers.no-pages")
        if len(document) > MAX_PAGES:
            raise LimitExceeded.of("papers.too-many-pages", pages=len(document), limit=MAX_PAGES)
        yield document
    finally:
        document.close()


def pages_of(document: Any) -> Iterator[Any]:  # noqa: ANN401  # pypdfium2 has no types
    """Yield each page of an opened PDF and close it again."""
    for index in range(len(document)):
        with loaded(document, index) as page:
            yield page


@contextlib.contextmanager
def loaded(document: Any, index: int) -> Iterator[Any]:  # noqa: ANN401  # pypdfium2 has no types
    """Open one page, counted from 0, and close it again.

    Raises:
        UnreadableFile: the page is damaged.
    """
    try:
        page = document[index]
    except pypdfium2.PdfiumError as problem:
        raise UnreadableFile.of("papers.page-corrupt", page=index + 1) from problem
    try:
        yield page
    finally:
        page.close()


def user_units(data: bytes, pages: int) -> tuple[float, ...]:
    """Return for each page how many points one of its units is (UserUnit): 1 but for programs that draw large sheets.

    pdfium does not tell. The structure is asked only of files that name the key, or may hide it in object streams.
    """
    plain = (1.0,) * pages
    if b"/UserUnit" not in data and b"/ObjStm" not in data:
        return plain
    try:
        found = tuple(_unit(page.get("/UserUnit", 1)) for page in pypdf.PdfReader(io.BytesIO(data)).pages)
    except PYPDF_TROUBLE:
        return plain
    return found if len(found) == pages else plain


def _unit(told: Any) -> float:  # noqa: ANN401  # whatever a foreign file says
    unit = float(told)
    return unit if _LEAST_UNIT <= unit <= _MOST_UNIT else 1.0


def has_pictures(data: bytes) -> bool:
    """Tell whether a file that docgen wrote bears pictures; they are streams, which no object stream hides."""
    return b"/Image" in data


def render(page: Any, dpi: float, *, is_bare: bool = False, window: Window | None = None) -> GrayImage:  # noqa: ANN401  # pypdfium2 has no types
    """Return one opened page, or a part of it, as a gray picture.

    `is_bare` takes the brightest colour of each place, so that ink fades.

    Raises:
        LimitExceeded: the whole page's picture would have too many pixels.
    """
    width, height = page.get_size()
    scale = dpi / POINTS_PER_INCH
    pixels = math.ceil(width * scale) * math.ceil(height * scale)
    if not 0 < pixels <= MAX_PIXELS:
        raise LimitExceeded.of("papers.too-many-pixels", pixels=pixels, limit=MAX_PIXELS)
    bitmap = page.render(scale=scale, grayscale=not is_bare, crop=_cut_away(window, width, height))
    try:
        seen = np.array(bitmap.to_numpy(), dtype=np.uint8)
        return np.asarray(seen.max(axis=2)) if is_bare else seen
    finally:
        bitmap.close()


def _cut_away(window: Window | None, width: float, height: float) -> tuple[float, float, float, float]:
    """Return how much of a page, left, below, right and above, a window leaves out, in points."""
    if window is None:
        return 0, 0, 0, 0
    x, y, wide, high = window
    return tuple(max(0.0, each) for each in (x, height - y - high, width - x - wide, y))  # type: ignore[return-value]  # four


def _open(data: bytes) -> Any:  # noqa: ANN401  # pypdfium2 has no types
    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as problem:
        if problem.err_code in {pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY}:
            raise UnreadableFile.of("papers.encrypted") from problem
    try:
        return pypdfium2.PdfDocument(_mended(data))
    except pypdfium2.PdfiumError as problem:
        raise UnreadableFile.of("papers.corrupt") from problem


def _mended(data: bytes) -> bytes:
    """Return the file as pypdf understands it, written anew."""
    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted:
            raise UnreadableFile.of("papers.encrypted")
        if len(reader.pages) > MAX_PAGES:
            raise LimitExceeded.of("papers.too-many-pages", pages=len(reader.pages), limit=MAX_PAGES)
        out = io.BytesIO()
        pypdf.PdfWriter(clone_from=reader).write(out)
        return out.getvalue()
    except PYPDF_TROUBLE as problem:
        raise UnreadableFile.of("papers.corrupt") from problem


def _catalogue_facts(data: bytes) -> tuple[str, str]:
    """Return language and PDF/A claim; both empty where pypdf cannot read what pdfium could."""
    try:
        root: Any = pypdf.PdfReader(io.BytesIO(data)).trailer["/Root"]
        language = str(root.get("/Lang", ""))
        metadata = root.get("/Metadata")
        return language, "" if metadata is None else _pdfa_claim(metadata.get_object().get_data())
    except PYPDF_TROUBLE:
        return "", ""


def _pdfa_claim(xmp: bytes) -> str:
    """Return part and conformance from XMP (ISO 19005-2, 6.6.4), as attributes or as elements."""
    found = [re.search(rb"pdfaid:" + name + rb"\s*(?:=\s*[\"']|>)\s*(\w+)", xmp) for name in (b"part", b"conformance")]
    return "".join(one[1].decode("ascii", "replace") for one in found if one)
