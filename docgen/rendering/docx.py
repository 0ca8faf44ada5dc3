"""Word template and data become a Word file: the only module that knows docxtpl.

docxtpl's part is to make a template typed in Word into Jinja (tags healed across runs, `{%p`, `{%tr`, `{%tc`); the
filling is ours, with the sandbox's rules, escaping on and strict XML, because by default a name like `A&B公司` would
cut a paragraph short without a word. Each part is compiled once per template; a paragraph is a line to Jinja, so that
faults name paragraphs.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from docxtpl import DocxTemplate
from jinja2 import Template
from lxml import etree

from docgen.errors import TemplateRefused
from docgen.findings import Finding, has_errors
from docgen.papers.docx import check_docx
from docgen.rendering.ooxml import Package, parse, serialise
from docgen.rendering.paper import PaperMeta, paper_words
from docgen.rendering.printed import PrintedValue, recording
from docgen.rendering.sandbox import ItemEnvironment, check_context, compile_text, environment, fill
from docgen.rendering.wordfurniture import furnish, set_properties
from docgen.rendering.wording import Wording, wording_of

TEMPLATES_KEPT = 32
_DRAWING_ID = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr"
_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_MARKUP = re.compile(r"<[^>]*>")


@dataclass(frozen=True, slots=True)
class DocxJob:
    """One Word paper: template bytes, plain data, its furniture; the folders serve shared wording and may be missing.

    `header_code` is the text of the document's code; None prints none. A draft never bears a code. A `watermark` stands
    across each page of a paper that is issued all the same.
    """

    template: bytes
    context: Mapping[str, Any]
    meta: PaperMeta
    header_code: str | None = None
    readable_number: str = ""
    draft: bool = False
    watermark: str = ""
    kind_folder: Path | None = None
    shared: Path | None = None
    name: str = "template.docx"


@dataclass(frozen=True, slots=True)
class RenderedDocx:
    """The file's bytes and the critical values it prints."""

    data: bytes
    values: tuple[PrintedValue, ...]


@dataclass(frozen=True, slots=True)
class _Part:
    name: str
    template: Template
    lines: tuple[str, ...]
    widens: bool


def render_docx(job: DocxJob) -> RenderedDocx:
    """Fill a Word template.

    Raises:
        TemplateRefused: bad data, a hostile or broken template, a value missing; the finding names part and paragraph.
    """
    check_context(job.context)
    package, parts = _compiled(job.template, job.name)
    context = _context(job)
    made = package.copy()
    with recording() as printed:
        for part in parts:
            made.parts[part.name] = _fill_part(part, context)
    furnish(
        made, header_code=job.header_code, readable_number=job.readable_number, draft=job.draft, watermark=job.watermark
    )
    set_properties(made, job.meta)
    return RenderedDocx(made.write(), tuple(printed.values))


def _context(job: DocxJob) -> dict[str, Any]:
    bears_code = job.header_code is not None
    paper = paper_words(job.meta, readable_number=job.readable_number, draft=job.draft, bears_code=bears_code)
    context = {**job.context, "paper": {**job.context.get("paper", {}), **paper}}
    if job.kind_folder is None or job.shared is None:
        return {**context, "w": Wording({}, context)}
    return {**context, "w": wording_of(job.kind_folder, job.shared, context)}


@lru_cache(maxsize=TEMPLATES_KEPT)
def _compiled(data: bytes, name: str) -> tuple[Package, tuple[_Part, ...]]:
    """Check, read and compile a template once; the same bytes are not compiled again."""
    findings = check_docx(data)
    if has_errors(findings):
        raise TemplateRefused(findings)
    package = Package.read(data, name)
    env = environment()
    return package, tuple(_compile_part(env, part, package.parts[part]) for part in package.text_parts())


def _compile_part(env: ItemEnvironment, name: str, data: bytes) -> _Part:
    source = jinja_source(data, name)
    lines = tuple(source.split("\n"))
    try:
        template = compile_text(env, source, name)
    except TemplateRefused as problem:
        raise TemplateRefused(_named(problem.findings, lines)) from problem
    return _Part(name, template, lines, widens="{%tc" in "".join(parse(data, name).itertext()))


def jinja_source(data: bytes, where: str) -> str:
    """Return a part's XML as Jinja text, one Word paragraph a line (line 1 is what stands before the first)."""
    root = parse(data, where)
    text = etree.tostring(root, encoding="unicode").replace("\n", " ").replace("\r", " ")
    patched: str = _engine().patch_xml(re.sub(r"<w:p([ >])", r"\n<w:p\1", text))
    return patched


def _engine() -> DocxTemplate:
    return DocxTemplate(io.BytesIO())


def _fill_part(part: _Part, context: Mapping[str, Any]) -> bytes:
    try:
        text = fill(part.template, context, where=part.name)
    except TemplateRefused as problem:
        raise TemplateRefused(_named(problem.findings, part.lines)) from problem
    root = parse(_engine().resolve_listing(re.sub(r"\n<w:p([ >])", r"<w:p\1", text)), part.name)
    if part.widens:
        root = _engine().fix_tables(etree.tostring(root, encoding="unicode"))
    for number, drawing in enumerate(root.iter(_DRAWING_ID), start=1001):
        drawing.set("id", str(number))
    return serialise(root)


def _named(findings: tuple[Finding, ...], lines: tuple[str, ...]) -> list[Finding]:
    """Turn `part:line` into part, paragraph number and the tags standing there."""
    return [Finding(f.code, paragraph_place(f.where, lines), f.severity, f.params) for f in findings]


def paragraph_place(where: str, lines: tuple[str, ...]) -> str:
    """Return "word/document.xml 第12段 {{ sellr.name }}" for "word/document.xml:13"."""
    part, _, line = where.rpartition(":")
    if not part or not line.isdigit() or not 1 <= int(line) <= len(lines):
        return where
    tags = " ".join(_MARKUP.sub("", tag) for tag in _TAG.findall(lines[int(line) - 1]))
    return f"{part} 第{max(1, int(line) - 1)}段 {tags[:80]}".rstrip()
