"""Papers with data at the edge of what the record allows: nothing lost, nothing cut, rows whole, heads repeated."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from docgen.findings import has_errors
from docgen.kinds.catalogue import load_catalogue
from docgen.kinds.kind import Audience
from docgen.rendering.faces import compare_faces
from docgen.rendering.golden import Case, render_case

ROOT = Path(__file__).resolve().parents[2]
HEADS = {
    "supplementary-agreement": 5,
    "acceptance-report": 3,
    "progress-letter": 1,
    "warranty-form": 2,
    "sales-contract": 4,
    "destruction-list": 6,
    "transfer-list": 4,
}
"""Kind → how many heads of tables its awkward paper repeats at least."""
_SPEC = importlib.util.spec_from_file_location("awkward", ROOT / "scripts" / "awkward.py")
assert _SPEC
assert _SPEC.loader
awkward_data = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(awkward_data)


@pytest.fixture(params=sorted(load_catalogue(ROOT / "templates").kinds))
def awkward(request: pytest.FixtureRequest) -> Case:
    return awkward_data.awkward_case(load_catalogue(ROOT / "templates").get(request.param))


def test_awkward_papers_lose_nothing_break_between_rows_and_repeat_their_heads(awkward: Case) -> None:
    assert not has_errors(awkward.findings())
    made = render_case(awkward)
    assert made.pdf.clipped == ()
    assert compare_faces(made.pdf_blocks, made.docx_blocks) == ()
    assert awkward_data.NAME in "".join("".join(made.pdf_blocks).split())
    heads = HEADS.get(awkward.kind.spec.id, 0)
    assert sum("序号" in "".join(text.split()) for text in made.pdf.page_texts) >= heads
    last = made.pdf.page_texts[-1]
    assert "签字" in last
    if awkward.kind.spec.audience is not Audience.INTERNAL:
        assert len(last.splitlines()) > 10
