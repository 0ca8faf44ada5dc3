"""Bind papers into one file: foreign attachments become plain pages, and pages of many files become one PDF.

What comes from outside is opened in a contained child only. A picture becomes one page each, in its colours, for a seal
is red. Scripts, forms' actions and embedded files of an attachment are left behind; its pages are taken over as they
are. The bytes of a bound file follow from the bytes bound and the day given, and from nothing else.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from PIL import Image, ImageOps, ImageSequence
from pypdf import PdfReader, PdfWriter
from pypdf.constants import PageLabelStyle
from pypdf.generic import ArrayObject, ByteStringObject, NameObject, TextStringObject

from docgen.contained.limits import Limits
from docgen.contained.run import Worker
from docgen.errors import LimitExceeded, UnreadableFile
from docgen.papers.limits import MAX_PAGES, MAX_PIXELS
from docgen.papers.pdf import PYPDF_TROUBLE
from docgen.papers.pictures import MM_PER_INCH, PDF, PIL_TROUBLE, media_type

BINDING = Limits(seconds=300, memory_mb=4096, output_mb=1024, file_mb=1)
_PLAIN, _BIND = "docgen.papers.binding:plain_pages", "docgen.papers.binding:bind"
_BELIEVABLE_DPI = range(75, 2401)
_WHOLE_PAGE_MM = 297
_QUALITY = 90
_DANGEROUS = ("/AA", "/Metadata", "/PieceInfo", "/B", "/StructParents", "/Tabs")
_ACTIONS = ("/A", "/AA", "/FS", "/EF")
_ONLY_PICTURES = ("/FileAttachment", "/Movie", "/Screen", "/Sound", "/RichMedia", "/3D")


@dataclass(frozen=True, slots=True)
class Pages:
    """A file as plain PDF pages."""

    data: bytes
    pages: int


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a bound file: its pages, its bookmark, and how its pages are labelled (prefix, then from 1)."""

    data: bytes
    title: str
    prefix: str = ""
    is_roman: bool = False


class Binder:
    """One warm child that reads attachments and binds; use as a context manager."""

    def __init__(self) -> None:
        self._worker = Worker(BINDING)

    def __enter__(self) -> Self:
        """Return the binder; the child starts at its first work."""
        self._worker.__enter__()
        return self

    def __exit__(self, *about: object) -> None:
        """End the child."""
        self._worker.close()

    def pages(self, data: bytes) -> Pages:
        """Return a PDF or picture as plain PDF pages.

        Raises:
            UnreadableFile: encrypted, corrupt, or of another kind. LimitExceeded: too large or too slow.
        """
        told = self._worker.run(_PLAIN, data)
        return Pages(_checked(told["data"]), int(told["pages"]))

    def bound(self, sections: Sequence[Section], *, about: Mapping[str, str]) -> bytes:
        """Return one PDF of the sections with bookmarks, page labels and the document properties given.

        Raises:
            UnreadableFile, LimitExceeded: as `pages`.
        """
        told = [[each.title, each.prefix, each.is_roman] for each in sections]
        return _checked(self._worker.run(_BIND, [each.data for each in sections], told, dict(about)))


def _checked(data: object) -> bytes:
    if not isinstance(data, bytes) or not data.startswith(b"%PDF-"):
        raise UnreadableFile.of("contained.died", cause="nonsense", log="")
    return data


def plain_pages(data: bytes) -> dict[str, Any]:
    """Do what `Binder.pages` asks, inside the child."""
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    kind = media_type(data)
    writer = PdfWriter()
    try:
        sources = [data] if kind == PDF else list(_pictures(data))
        for source in sources:
            reader = PdfReader(io.BytesIO(source))
            if reader.is_encrypted:
                raise UnreadableFile.of("papers.encrypted")
            if len(reader.pages) > MAX_PAGES:
                raise LimitExceeded.of("papers.too-many-pages", pages=len(reader.pages), limit=MAX_PAGES)
            for page in reader.pages:
                _tame(writer.add_page(page))
        if not writer.pages:
            raise UnreadableFile.of("papers.no-pages")
        return {"data": _written(writer, {}), "pages": len(writer.pages)}
    except (*PYPDF_TROUBLE, *PIL_TROUBLE) as problem:
        raise UnreadableFile.of("papers.corrupt") from problem


def bind(parts: list[bytes], told: list[list[Any]], about: dict[str, str]) -> bytes:
    """Do what `Binder.bound` asks, inside the child."""
    writer = PdfWriter()
    for data, (title, prefix, is_roman) in zip(parts, told, strict=True):
        first = len(writer.pages)
        for page in PdfReader(io.BytesIO(data)).pages:
            _tame(writer.add_page(page))
        style = PageLabelStyle.LOWERCASE_ROMAN if is_roman else PageLabelStyle.DECIMAL
        writer.set_page_label(first, len(writer.pages) - 1, style=style, prefix=prefix or None)
        writer.add_outline_item(title=title, page_number=first)
    writer.page_mode = "/UseOutlines"
    writer.root_object[NameObject("/Lang")] = TextStringObject("zh-CN")
    return _written(writer, about)


def _tame(page: Any) -> None:  # noqa: ANN401  # pypdf's page
    """Take away what a page does instead of shows."""
    for name in _DANGEROUS:
        page.pop(name, None)
    kept = ArrayObject()
    for entry in page.get("/Annots") or ():
        mark = entry.get_object()
        if mark.get("/Subtype") not in _ONLY_PICTURES:
            for name in _ACTIONS:
                mark.pop(name, None)
            kept.append(entry)
    page.pop("/Annots", None)
    if kept:
        page[NameObject("/Annots")] = kept


def _written(writer: PdfWriter, about: Mapping[str, str]) -> bytes:
    out = io.BytesIO()
    writer.metadata = None
    writer.add_metadata({"/Producer": "docgen", **about})
    writer._ID = ArrayObject([ByteStringObject(b"docgen-bound-pdf"), ByteStringObject(b"docgen-bound-pdf")])  # noqa: SLF001  # no public way
    writer.write(out)
    return out.getvalue()


def _pictures(data: bytes) -> Iterator[bytes]:
    """Yield each picture of a file as a PDF of one page, turned as it is meant to be seen."""
    with Image.open(io.BytesIO(data), formats=["JPEG", "PNG", "TIFF"]) as image:
        for number, frame in enumerate(ImageSequence.Iterator(image), 1):
            if number > MAX_PAGES:
                raise LimitExceeded.of("papers.too-many-pages", pages=number, limit=MAX_PAGES)
            if frame.width * frame.height > MAX_PIXELS:
                raise LimitExceeded.of("papers.too-many-pixels", pixels=frame.width * frame.height, limit=MAX_PIXELS)
            dpi = _dpi(frame)
            seen = _plain_colours(ImageOps.exif_transpose(frame))
            out = io.BytesIO()
            seen.save(out, "PDF", resolution=dpi, quality=_QUALITY)
            yield out.getvalue()


def _dpi(image: Any) -> float:  # noqa: ANN401  # Pillow's image
    """Return the resolution a picture states, or the one at which it fills a page."""
    stated = float(image.info.get("dpi", (0, 0))[0])
    if _BELIEVABLE_DPI.start <= stated < _BELIEVABLE_DPI.stop:
        return stated
    return float(max(image.size)) / (_WHOLE_PAGE_MM / MM_PER_INCH)


def _plain_colours(image: Any) -> Any:  # noqa: ANN401  # Pillow's image
    """Return a picture in black and white, gray or RGB; what is see-through lies on white."""
    if image.mode in {"1", "L", "RGB"}:
        return image
    if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info:
        seen = image.convert("RGBA")
        ground = Image.new("RGB", seen.size, "white")
        ground.paste(seen, mask=seen.getchannel("A"))
        return ground
    return image.convert("L" if image.mode.startswith(("I", "F")) else "RGB")
