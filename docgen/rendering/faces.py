"""Do the faces of a paper say the same? Their paragraphs and cells, in order, set side by side (B6).

The PDF's blocks are read from the filled HTML, the Word file's from its body. White space does not count, nor do the
blanks that a person fills in by hand. Running headers and footers differ by nature and are not compared.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lxml import etree, html

from docgen.rendering.ooxml import Package, parse, w

_BLOCKS = frozenset(("p", "div", "h1", "h2", "h3", "h4", "table", "tr", "td", "th", "li", "ul", "ol", "caption"))
_SILENT = frozenset(("style", "script", "head", "title"))


@dataclass(frozen=True, slots=True)
class FaceDifference:
    """A place where the faces differ: what each says there; empty where one says nothing."""

    pdf: tuple[str, ...]
    docx: tuple[str, ...]


def compare_faces(pdf: Sequence[str], docx: Sequence[str]) -> tuple[FaceDifference, ...]:
    """Return every place where two sequences of blocks differ; white space does not count."""
    ours, theirs = _squeezed(pdf), _squeezed(docx)
    matcher = difflib.SequenceMatcher(None, ours, theirs, autojunk=False)
    return tuple(
        FaceDifference(tuple(ours[a:b]), tuple(theirs[c:d]))
        for kind, a, b, c, d in matcher.get_opcodes()
        if kind != "equal"
    )


def _squeezed(blocks: Sequence[str]) -> list[str]:
    return [text for text in ("".join(block.split()) for block in blocks) if text]


def html_blocks(source: str) -> tuple[str, ...]:
    """Return the text of every paragraph, head and cell of a filled HTML template, in order, blank ones left out."""
    body = html.document_fromstring(source).find("body")
    return tuple(_tidy(_walk(body))) if body is not None else ()


def _walk(element: etree._Element) -> Iterator[str | None]:
    """Yield pieces of text, and None wherever a block begins or ends."""
    if not isinstance(element.tag, str) or element.tag in _SILENT:
        return
    is_block = element.tag in _BLOCKS
    if is_block:
        yield None
    yield "\n" if element.tag == "br" else element.text or ""
    for child in element:
        yield from _walk(child)
        yield child.tail or ""
    if is_block:
        yield None


def docx_blocks(data: bytes) -> tuple[str, ...]:
    """Return the text of every paragraph of a Word file's body, cells included, in order, blank ones left out."""
    package = Package.read(data, "document")
    root = parse(package.parts[package.document], package.document)
    return tuple(_tidy(piece for paragraph in root.iter(w("p")) for piece in (None, *_runs(paragraph))))


def docx_running(data: bytes) -> tuple[str, ...]:
    """Return the text of a Word file's headers and footers, part by part."""
    package = Package.read(data, "document")
    names = [*package.by_kind("header+xml"), *package.by_kind("footer+xml")]
    roots = (parse(package.parts[name], name) for name in names)
    return tuple(_tidy(piece for root in roots for p in root.iter(w("p")) for piece in (None, *_runs(p))))


def _runs(paragraph: etree._Element) -> Iterator[str]:
    for item in paragraph.iter(w("t"), w("br"), w("tab")):
        yield (item.text or "") if item.tag == w("t") else "\n"


def _tidy(pieces: Iterator[str | None]) -> Iterator[str]:
    """Join pieces to blocks; blocks of white space only are dropped."""
    block = ""
    for piece in (*pieces, None):
        if piece is not None:
            block += piece
            continue
        if block.strip():
            yield block.strip("\n\r\t ")
        block = ""
