"""The proof: a finished paper is opened again as a stranger would, and must say exactly what it was meant to say.

"Completed" files with values missing are the classic failure of document generators. So the text of every page is read
back from the finished bytes and compared in order with the text as laid out; every code is read back from the picture
of its page; nothing may stand outside its box.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from docgen.codes.payload import Keyring, Payload, decode
from docgen.codes.read import CodeSeen, read_codes
from docgen.errors import ProofFailed
from docgen.findings import Finding, error
from docgen.papers import docx as docx_papers
from docgen.papers import pdf as pdf_papers
from docgen.papers.compare import first_difference, squeeze
from docgen.rendering.docx import RenderedDocx
from docgen.rendering.faces import compare_faces, docx_blocks, html_blocks
from docgen.rendering.laidout import Zone
from docgen.rendering.pdf import RenderedPdf
from docgen.rendering.printed import PrintedValue

CODE_DPI = 150
"""Dots per inch at which each page's code must be readable from the finished file."""
AROUND_CODE = 8 * 72 / 25.4
"""How far around the code the page is drawn for that, points: what stands on it or beside it is seen."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What the finished files must say of themselves; without a document id the paper is a draft and bears no code."""

    number: str
    title: str
    author: str
    document_id: str | None
    keyring: Keyring | None


def prove(pdf: RenderedPdf | None, docx: RenderedDocx | None, *, expected: Expected) -> None:
    """Re-open the finished faces and compare them with what was rendered.

    Raises:
        ProofFailed: anything differs; all differences at once.
    """
    findings: list[Finding] = []
    if pdf is not None:
        findings += _prove_pdf(pdf, expected)
    if docx is not None:
        findings += _prove_docx(docx, expected)
    if findings:
        raise ProofFailed(findings)


def prove_alike(filled_html: str, docx: RenderedDocx) -> None:
    """Compare the Word face with the source of the PDF face, paragraph by paragraph and cell by cell.

    Raises:
        ProofFailed: one face says what the other does not; each place is named.
    """
    differences = compare_faces(html_blocks(filled_html), docx_blocks(docx.data))
    if differences:
        raise ProofFailed(
            error("issuing.proof-faces", "docx", pdf=" ".join(one.pdf)[:80], docx=" ".join(one.docx)[:80])
            for one in differences
        )


def _prove_pdf(pdf: RenderedPdf, expected: Expected) -> Iterator[Finding]:
    dpi = None if expected.document_id is None else CODE_DPI
    found = pdf_papers.read_whole(pdf.data, dpi=dpi, windows=_windows(pdf))
    facts = found.facts
    if facts.pages != pdf.pages:
        yield error("issuing.proof-pages", "pdf", found=facts.pages, expected=pdf.pages)
    claims = {"title": (facts.title, expected.title), "author": (facts.author, expected.author)}
    for name, (told, wanted) in claims.items():
        if told != wanted:
            yield error("issuing.proof-property", "pdf", name=name, found=told, expected=wanted)
    if not facts.tagged or facts.pdfa != "2A" or facts.language != "zh-CN":
        yield error("issuing.proof-not-pdfa", "pdf", found=f"{facts.pdfa}/{facts.language}")
    yield from (error("issuing.proof-clipped", "pdf", text=text) for text in pdf.clipped)
    yield from _prove_texts(pdf, found.texts)
    if expected.document_id is not None:
        yield from _prove_codes(pdf, found.pictures, expected)


def _windows(pdf: RenderedPdf) -> list[pdf_papers.Window]:
    """Return where the codes are looked for: in their places, or all over the pages of a paper with pictures.

    A code that is not the page's own can only come with a picture.
    """
    if pdf_papers.has_pictures(pdf.data):
        return []
    return [_around(zone) for zone in pdf.zones if zone.role == "code"]


def _around(zone: Zone) -> pdf_papers.Window:
    more = 2 * AROUND_CODE
    return zone.x - AROUND_CODE, zone.y - AROUND_CODE, zone.width + more, zone.height + more


def _prove_texts(pdf: RenderedPdf, texts: Sequence[str]) -> Iterator[Finding]:
    pages = zip(pdf.page_texts, texts, strict=True)
    for number, (laid_out, found) in enumerate(pages, start=1):
        difference = first_difference(squeeze(laid_out), squeeze(found))
        if difference is not None:
            yield error(
                "issuing.proof-text", f"pdf {number}", page=number, expected=difference.expected, found=difference.found
            )


def _prove_codes(pdf: RenderedPdf, pictures: Sequence[pdf_papers.GrayImage], expected: Expected) -> Iterator[Finding]:
    for number, image in enumerate(pictures, start=1):
        wanted = Payload(str(expected.document_id), number, pdf.pages)
        if not _is_read(read_codes(image), wanted, expected.keyring):
            yield error("issuing.proof-code", f"pdf {number}", page=number)


def _is_read(seen: Sequence[CodeSeen], wanted: Payload, keyring: Keyring | None) -> bool:
    return keyring is not None and [decode(code.text, keyring) for code in seen] == [wanted]


def _prove_docx(docx: RenderedDocx, expected: Expected) -> Iterator[Finding]:
    yield from docx_papers.check_docx(docx.data)
    header = squeeze("".join(docx_papers.header_texts(docx.data)))
    footer = squeeze("".join(docx_papers.footer_texts(docx.data)))
    body = squeeze("".join(docx_papers.docx_texts(docx.data)))
    yield from _missing_in_order(docx.values, body + footer + header)
    if expected.number and squeeze(expected.number) not in header:
        yield error("issuing.proof-header", "docx", number=expected.number)
    if expected.document_id is not None:
        seen = [code for picture in docx_papers.docx_pictures(docx.data) for code in read_codes(picture)]
        if not _is_read(seen, Payload(expected.document_id, 0, 0), expected.keyring):
            yield error("issuing.proof-word-code", "docx")


def _missing_in_order(values: Sequence[PrintedValue], whole: str) -> Iterator[Finding]:
    """Walk through the text once: each printed value must stand after the one before it."""
    at = 0
    for value in values:
        found = whole.find(squeeze(value.text), at)
        if found < 0:
            yield error("issuing.proof-value", "docx", text=value.text, kind=value.kind)
        else:
            at = found + len(squeeze(value.text))
