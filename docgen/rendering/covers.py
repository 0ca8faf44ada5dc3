"""Sheets that go with papers and are none themselves: they bear no code, no number of their own, and are not issued.

They are always laid out with the shipped templates (`templates/_covers`), never with an office's own, for they say
what the program did.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from docgen.rendering.paper import PaperMeta
from docgen.rendering.pdf import PdfJob, RenderedPdf, render_pdf

FOLDER = "_covers"


def render_cover(  # noqa: PLR0913  # what is printed, and what the file says of itself
    templates: Path, name: str, values: Mapping[str, object], *, title: str, company: str, number: str, at: datetime
) -> RenderedPdf:
    """Lay out one cover of `templates`, the folder of all shipped templates; `number` stands in its header.

    Raises:
        TemplateRefused: a value cannot be printed (a character no font has).
    """
    meta = PaperMeta(title, company, title, "zh-CN", at, number)
    job = PdfJob(
        kind_folder=templates / FOLDER,
        template=f"{name}.html",
        shared=templates / "_shared",
        context=values,
        meta=meta,
        readable_number=number,
    )
    return render_pdf(job)
