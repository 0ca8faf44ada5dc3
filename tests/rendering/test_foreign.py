from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from docgen.contained.run import Limits
from docgen.errors import LimitExceeded, TemplateRefused
from docgen.rendering.docx import DocxJob, render_docx
from docgen.rendering.foreign import render_foreign_docx, render_foreign_pdf
from docgen.rendering.pdf import render_pdf

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Bench

    Word = Callable[..., bytes]

ENDLESS = "{% for a in range(1000) %}" * 4 + "{% endfor %}" * 4


def test_a_contained_rendering_is_the_same_as_our_own(bench: Bench) -> None:
    job = bench.job()
    assert render_foreign_pdf(job) == render_pdf(job)


def test_a_contained_word_file_is_the_same_as_our_own(bench: Bench, word: Word) -> None:
    job = DocxJob(word("{{ total|yuan }}"), bench.context, bench.meta, "1ABCDEFGH00000123456789ABC", "HT-1")
    assert render_foreign_docx(job) == render_docx(job)


def test_a_template_that_never_ends_is_stopped(bench: Bench) -> None:
    with pytest.raises(LimitExceeded):
        render_foreign_pdf(bench.page(ENDLESS), limits=Limits(seconds=5))


def test_refusals_come_back_with_their_findings(bench: Bench) -> None:
    with pytest.raises(TemplateRefused) as caught:
        render_foreign_pdf(bench.page("{{ nobody }}"))
    assert [(finding.code, finding.where) for finding in caught.value.findings] == [
        ("rendering.value-missing", "paper.html:1")
    ]
