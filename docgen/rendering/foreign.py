"""Templates from outside, filled in a contained child: the sandbox bounds what they reach, this what they use up.

`{% for a in range(1000) %}` nested four deep is plain Jinja and would never end. A template that is not one of ours, or
not yet taken into use, is filled with a clock and a memory limit, in a process that holds no keys: page codes are made
by the caller, from the page count of a first layout.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from docgen.contained.run import Limits, run
from docgen.rendering.docx import DocxJob, RenderedDocx, render_docx
from docgen.rendering.laidout import Zone
from docgen.rendering.paper import PaperMeta
from docgen.rendering.pdf import PdfJob, RenderedPdf, render_pdf
from docgen.rendering.printed import PrintedValue

LIMITS = Limits(seconds=60, memory_mb=1536)


def render_foreign_pdf(job: PdfJob, *, limits: Limits = LIMITS) -> RenderedPdf:
    """Lay out a foreign HTML template in a child.

    Raises:
        LimitExceeded: it took too much time or memory.
        DocgenError: whatever `render_pdf` raises.
    """
    first = _pdf_in_child(job, None, limits)
    if job.page_code is None or job.draft:
        return first
    return _pdf_in_child(job, [job.page_code(page, first.pages) for page in range(1, first.pages + 1)], limits)


def render_foreign_docx(job: DocxJob, *, limits: Limits = LIMITS) -> RenderedDocx:
    """Fill a foreign Word template in a child; raises as `render_foreign_pdf`."""
    told = {
        **{
            name: getattr(job, name)
            for name in ("template", "header_code", "readable_number", "draft", "watermark", "name")
        },
        "context": dict(job.context),
        "meta": asdict(job.meta),
        "kind_folder": _text(job.kind_folder),
        "shared": _text(job.shared),
    }
    answer = run("docgen.rendering.foreign:docx_in_child", told, limits=limits)
    return RenderedDocx(bytes(answer["data"]), _values(answer["values"]))


def _pdf_in_child(job: PdfJob, codes: list[str] | None, limits: Limits) -> RenderedPdf:
    told = {
        **{name: getattr(job, name) for name in ("template", "readable_number", "draft", "watermark")},
        "context": dict(job.context),
        "meta": asdict(job.meta),
        "kind_folder": str(job.kind_folder.resolve()),
        "shared": str(job.shared.resolve()),
    }
    answer = run("docgen.rendering.foreign:pdf_in_child", told, codes, limits=limits)
    return RenderedPdf(
        data=bytes(answer["data"]),
        pages=int(answer["pages"]),
        page_texts=tuple(str(text) for text in answer["page_texts"]),
        body_text=str(answer["body_text"]),
        zones=tuple(Zone(**zone) for zone in answer["zones"]),
        values=_values(answer["values"]),
        clipped=tuple(str(text) for text in answer["clipped"]),
    )


def _values(told: list[dict[str, Any]]) -> tuple[PrintedValue, ...]:
    return tuple(PrintedValue(**value) for value in told)


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path.resolve())


def pdf_in_child(told: Mapping[str, Any], codes: list[str] | None) -> dict[str, Any]:
    """Lay out one job; runs in the child and speaks plain values only."""
    job = PdfJob(
        kind_folder=Path(told["kind_folder"]),
        template=told["template"],
        shared=Path(told["shared"]),
        context=told["context"],
        meta=_meta(told["meta"]),
        page_code=None if codes is None else (lambda page, _: codes[page - 1]),
        readable_number=told["readable_number"],
        draft=told["draft"],
        watermark=told["watermark"],
    )
    return asdict(render_pdf(job))


def docx_in_child(told: Mapping[str, Any]) -> dict[str, Any]:
    """Fill one job; runs in the child and speaks plain values only."""
    rest = {
        name: told[name]
        for name in ("template", "context", "header_code", "readable_number", "draft", "watermark", "name")
    }
    kind_folder, shared = (Path(told[name]) if told[name] else None for name in ("kind_folder", "shared"))
    return asdict(render_docx(DocxJob(**rest, kind_folder=kind_folder, shared=shared, meta=_meta(told["meta"]))))


def _meta(told: Mapping[str, Any]) -> PaperMeta:
    created = told["created"]
    return PaperMeta(
        **{**told, "created": created if isinstance(created, datetime) else datetime.fromisoformat(created)}
    )
