"""Put pages of several scans into one PDF to look at: a derived copy, never the original.

Runs inside the contained child. Pages of a PDF are taken over as they are; pages of pictures become one JPEG each.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.errors import PyPdfError

from docgen.contained.run import Worker
from docgen.errors import UnreadableFile
from docgen.papers.limits import MAX_PAGES, MAX_PIXELS, READING
from docgen.papers.pictures import MM_PER_INCH, PDF, media_type, pictures

_QUALITY = 85
_FUNCTION = "docgen.papers.assembly:put_together"


def assembled(sources: list[bytes], order: list[tuple[int, int]]) -> bytes:
    """Return one PDF of the pages named as (source from 0, page from 1), made in a contained child.

    Raises:
        UnreadableFile: a source is damaged or has no such page. LimitExceeded: too large or too slow.
    """
    with Worker(READING) as worker:
        return _made(worker, sources, order)


def cut_up(source: bytes, parts: Sequence[Sequence[int]]) -> list[bytes]:
    """Return one PDF for each list of pages (from 1) of a file; the same file gives the same bytes.

    Raises:
        UnreadableFile: the file is damaged or has no such page. LimitExceeded: too large or too slow.
    """
    with Worker(READING) as worker:
        return [_made(worker, [source], [(0, page) for page in pages]) for pages in parts]


def _made(worker: Worker, sources: list[bytes], order: list[tuple[int, int]]) -> bytes:
    made = worker.run(_FUNCTION, sources, [list(place) for place in order])
    if not isinstance(made, bytes) or not made.startswith(b"%PDF-"):
        raise UnreadableFile.of("contained.died", cause="nonsense", log="")
    return made


def put_together(sources: list[bytes], order: list[list[int]]) -> bytes:
    """Do what `assembled` asks, inside the child."""
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    writer, out = PdfWriter(), io.BytesIO()
    try:
        books = [_pages(source) for source in sources]
        for source, page in order:
            writer.add_page(books[source][page - 1])
        writer.write(out)
    except (PyPdfError, IndexError, KeyError, TypeError, ValueError, AttributeError) as problem:
        raise UnreadableFile.of("papers.corrupt") from problem
    return out.getvalue()


def _pages(data: bytes) -> list[Any]:
    kind = media_type(data)
    if kind == PDF:
        return list(PdfReader(io.BytesIO(data)).pages)
    return [_as_pdf_page(picture) for _, picture in zip(range(MAX_PAGES), pictures(data, kind), strict=False)]


def _as_pdf_page(picture: Any) -> Any:  # noqa: ANN401  # pypdf's page
    seen, out = picture.looks[-1](), io.BytesIO()
    dpi = seen.shape[1] / picture.width_mm * MM_PER_INCH
    Image.fromarray(seen).save(out, "PDF", resolution=dpi, quality=_QUALITY)
    return PdfReader(out).pages[0]
