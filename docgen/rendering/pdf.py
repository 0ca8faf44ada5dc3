"""HTML template and data become a PDF/A-2a: the only module that knows WeasyPrint.

PDF/A-2a (ISO 19005-2) because a paper is evidence for decades: fonts inside, text that reads back, structure tagged.
The same job gives the same bytes on any day, in any time zone, in any process: dates come from the job, the file
identifier from the content. Beside the bytes the caller gets what was laid out: the text of each page, the places for
seals, the critical values, and whatever did not fit. A paper that says less than its source is refused here already.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from docgen.codes.draw import matrix
from docgen.errors import EngineMissing, TemplateRefused
from docgen.findings import Finding
from docgen.rendering.assets import ROOT_URL, AssetLoader, Assets
from docgen.rendering.faults import Layout, font_faults, layout_faults
from docgen.rendering.furniture import code_drawing, code_zone, draft_drawing
from docgen.rendering.laidout import PT_PER_PX, PlacedText, Zone, placed_texts, source_text, zones
from docgen.rendering.paper import DRAFT_WORD, PaperMeta, paper_words
from docgen.rendering.printed import PrintedValue, recording
from docgen.rendering.quick import Memory, is_proved, quickened
from docgen.rendering.quick_parse import EMPTY, give, parsed
from docgen.rendering.sandbox import ItemEnvironment, check_context, environment, fill, load
from docgen.rendering.spelled import freeze
from docgen.rendering.styles import worn
from docgen.rendering.warm import dressing, fetcher_of, stylesheets, undress
from docgen.rendering.wording import wording_of

MARK_FONT = "fonts/docgen-hei-bold.ttf"


@dataclass(frozen=True, slots=True)
class PdfJob:
    """One paper to lay out: the kind's folder and template, the shared folder, plain data, and its furniture.

    `page_code(page, pages)` gives the text of each page's code; None prints none. A draft never bears a code. A
    `watermark` stands across each page of a paper that is issued all the same.
    """

    kind_folder: Path
    template: str
    shared: Path
    context: Mapping[str, Any]
    meta: PaperMeta
    page_code: Callable[[int, int], str] | None = None
    readable_number: str = ""
    draft: bool = False
    watermark: str = ""


@dataclass(frozen=True, slots=True)
class RenderedPdf:
    """The bytes and what was laid out; zones in points from the top left; `clipped` names text that does not fit."""

    data: bytes
    pages: int
    page_texts: tuple[str, ...]
    body_text: str
    zones: tuple[Zone, ...]
    values: tuple[PrintedValue, ...]
    clipped: tuple[str, ...] = field(default=())


def fill_html(job: PdfJob) -> tuple[str, tuple[PrintedValue, ...], Assets]:
    """Fill the HTML template; return the source, the critical values it prints, and the files it may use.

    Raises:
        TemplateRefused: bad data, a fault in the template, a value missing.
    """
    check_context(job.context)
    assets = Assets(job.kind_folder, job.shared)
    paper = paper_words(
        job.meta, readable_number=job.readable_number, draft=job.draft, bears_code=job.page_code is not None
    )
    context = {**job.context, "paper": {**job.context.get("paper", {}), **paper}}
    wording = wording_of(job.kind_folder, job.shared, context)
    template = load(_environment(job.kind_folder, job.shared), job.template)
    with recording() as printed:
        html = fill(template, {**context, "w": wording}, where=job.template)
    return html, tuple(printed.values), assets


@lru_cache(maxsize=64)
def _environment(kind_folder: Path, shared: Path) -> ItemEnvironment:
    """Return the environment of a kind's templates; it keeps them compiled while their files stay the same."""
    return environment(AssetLoader(Assets(kind_folder, shared)))


def render_pdf(job: PdfJob) -> RenderedPdf:
    """Lay out a paper as PDF/A-2a.

    Raises:
        TemplateRefused: bad data, a fault in the template, a picture or glyph missing, text lost or over the code.
        EngineMissing: WeasyPrint or its libraries are not installed.
    """
    html, values, assets = fill_html(job)
    with _listening() as complaints:
        document, root, remembered = _lay_out(html, assets, job.meta, complaints)
        codes = tuple(_code_zones(document)) if _bears_code(job) else ()
        layout = Layout(
            template=job.template,
            shared=job.shared,
            body=source_text(root),
            placed=tuple(placed_texts(document.pages)),
            code_zones=codes,
            refused=tuple(dict.fromkeys(assets.refused)),
            complaints=tuple(dict.fromkeys(complaints)),
            has_attachments=bool(document.metadata.attachments),
        )
        _refuse(layout_faults(layout))
        with quickened(remembered):
            data = _write(document, job)
        _refuse(font_faults((font.family for font in document.fonts.values()), job.template))
    return RenderedPdf(
        data=data,
        pages=len(document.pages),
        page_texts=tuple(_page_text(layout.placed, n) for n in range(1, len(document.pages) + 1)),
        body_text=layout.body,
        zones=(*zones(document.pages), *codes),
        values=values,
        clipped=tuple(f"{piece.page}: {piece.text.strip()}" for piece in layout.placed if not piece.fits),
    )


def _bears_code(job: PdfJob) -> bool:
    return job.page_code is not None and not job.draft


def _lay_out(html: str, assets: Assets, meta: PaperMeta, complaints: list[str]) -> tuple[Any, Any, Memory | None]:
    engine = _engine()
    tree = parsed(html) if is_proved() else None
    page = html if tree is None else EMPTY
    source = engine.HTML(string=page, base_url=ROOT_URL, url_fetcher=fetcher_of(engine, assets))
    if tree is not None:
        give(source, tree)
    ready = dressing(engine, stylesheets(source.etree_element), assets, complaints)
    if ready is None:
        document = source.render(pdf_variant="pdf/a-2a")
    else:
        undress(source.etree_element)
        with worn(ready.closet, source.etree_element), quickened(ready.fonts.memory):
            document = source.render(pdf_variant="pdf/a-2a", stylesheets=ready.sheets, font_config=ready.fonts.engine)
    about = document.metadata
    about.title, about.authors, about.description = meta.title, [meta.author], meta.subject
    about.keywords = [meta.identifier] if meta.identifier else []
    about.generator, about.lang, about.custom = "docgen", meta.language, {}
    about.created = about.modified = meta.created.replace(microsecond=0).isoformat()
    return document, source.etree_element, None if ready is None else ready.fonts.memory


@lru_cache(maxsize=1)
def _engine() -> Any:  # noqa: ANN401  # an untyped library
    try:
        import weasyprint  # noqa: PLC0415  # slow to import, and absent where pango is
    except (ImportError, OSError) as problem:
        raise EngineMissing.of("rendering.weasyprint-missing", what=str(problem)[:200]) from problem
    return weasyprint


def _write(document: Any, job: PdfJob) -> bytes:  # noqa: ANN401  # the engine's document
    def finish(_: object, pdf: Any) -> None:  # noqa: ANN401  # pydyf's file
        streams = _page_streams(pdf)
        for number, (page, stream) in enumerate(zip(document.pages, streams, strict=True), start=1):
            width, height = page.width * PT_PER_PX, page.height * PT_PER_PX
            if job.draft or job.watermark:
                word = DRAFT_WORD if job.draft else job.watermark
                stream.stream.insert(0, draft_drawing(job.shared / MARK_FONT, width, height, word))
            if job.page_code is not None and not job.draft:
                zone = code_zone(number, width=width, height=height)
                drawn = code_drawing(matrix(job.page_code(number, len(document.pages))), zone, page_height=height)
                stream.stream[:] = [b"q", *stream.stream, b"Q", drawn]

        freeze(pdf)

    data: bytes = document.write_pdf(finisher=finish, pdf_variant="pdf/a-2a", optimize_images=False)
    return data


def _page_streams(pdf: Any) -> list[Any]:  # noqa: ANN401  # pydyf's file
    by_number = {item.number: item for item in pdf.objects}
    kids = pdf.pages["Kids"]
    pages = [by_number[int(number)] for number in kids[::3]]
    return [by_number[int(page["Contents"].split()[0])] for page in pages]


def _refuse(findings: Iterable[Finding]) -> None:
    found = list(findings)
    if found:
        raise TemplateRefused(found)


def _code_zones(document: Any) -> list[Zone]:  # noqa: ANN401  # the engine's document
    return [
        code_zone(number, width=page.width * PT_PER_PX, height=page.height * PT_PER_PX)
        for number, page in enumerate(document.pages, start=1)
    ]


def _page_text(placed: tuple[PlacedText, ...], page: int) -> str:
    return "\n".join(text.text for text in placed if text.page == page)


@contextmanager
def _listening() -> Iterator[list[str]]:
    """Collect what WeasyPrint complains about in this thread; it logs where we want to refuse."""
    heard: list[str] = []
    me = threading.get_ident()

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.thread == me and record.levelno >= logging.WARNING:
                heard.append(record.getMessage()[:200])

    logger, ear = logging.getLogger("weasyprint"), Ear()
    logger.addHandler(ear)
    try:
        yield heard
    finally:
        logger.removeHandler(ear)
