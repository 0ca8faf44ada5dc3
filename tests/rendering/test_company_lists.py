from __future__ import annotations

import importlib.util
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from docgen.kinds.catalogue import load_catalogue
from docgen.kinds.kind import Content, Kind
from docgen.papers.pdf import facts
from docgen.rendering.faces import compare_faces
from docgen.rendering.golden import Rendered, render_case

ROOT = Path(__file__).resolve().parents[2]
_SPEC = importlib.util.spec_from_file_location("awkward", ROOT / "scripts" / "awkward.py")
assert _SPEC
assert _SPEC.loader
awkward = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(awkward)
LONG = 400


def kind_of(content: Content) -> Kind:
    return next(kind for kind in load_catalogue(ROOT / "templates") if kind.spec.content is content)


def drawn(content: Content, rows: int) -> Rendered:
    return render_case(awkward.list_case(kind_of(content), awkward.edge_list(content, rows=rows)))


def feet(made: Rendered) -> list[tuple[int, int]]:
    """Return what the foot of each page that ends in the list says: up to which item, how much so far."""
    found = [re.search(r"已列至第(\d+)件，累计(\d+)", "".join(text.split())) for text in made.pdf.page_texts]
    return [(int(one[1]), int(one[2])) for one in found if one]


@pytest.mark.parametrize("rows", [1, 3, 40, pytest.param(LONG, marks=pytest.mark.slow)])
@pytest.mark.parametrize("content", list(Content))
def test_a_list_of_any_length_breaks_between_rows_and_says_at_each_foot_how_far_it_goes(
    content: Content, rows: int
) -> None:
    made = drawn(content, rows)
    told = awkward.edge_list(content, rows=rows)
    assert made.pdf.clipped == ()
    assert compare_faces(made.pdf_blocks, made.docx_blocks) == ()
    said = feet(made)
    assert said == sorted(said)
    counted = told["totals"]["pages" if content is Content.DESTRUCTION else "copies"]
    assert said[-1] == (rows, counted)
    assert len(made.pdf.page_texts) <= 2 + rows // 3 + 1
    listed = [text for text in made.pdf.page_texts if "档号" in text]
    assert all("序号" in text for text in listed)
    assert len(listed) >= len(set(said))
    assert sum("（签字）" in text for text in made.pdf.page_texts) == 1


def test_a_destruction_list_without_any_destroyed_item_claims_no_destruction() -> None:
    kind = kind_of(Content.DESTRUCTION)
    told = awkward.edge_list(Content.DESTRUCTION, rows=10)
    told["items"], told["totals"] = [], {"items": 0, "pages": 0, "files": 0}
    made = render_case(awkward.list_case(kind, told))
    said = "".join("".join(made.pdf_blocks).split())
    assert "本清册没有列入销毁的档案。" in said
    assert "由系统删除" not in said
    assert compare_faces(made.pdf_blocks, made.docx_blocks) == ()


def test_every_hash_stands_whole_on_a_line_of_its_own_in_both_faces() -> None:
    told = awkward.edge_list(Content.DESTRUCTION, rows=40)
    told["items"][4]["sha256"] = [f"{n:x}" * 64 for n in range(16)]  # of a paper with many files, the widest digits too
    told["totals"]["files"] += 15
    made = render_case(awkward.list_case(kind_of(Content.DESTRUCTION), told))
    hashes = [each for item in told["items"] for each in item["sha256"]]
    assert len(hashes) == 40 + 8 + 15
    printed = {line.strip() for page in made.pdf.page_texts for line in page.splitlines()}
    wide = {f"{n:x}" * 64 for n in range(16)}
    assert {*hashes} - wide <= printed
    for blocks in (made.pdf_blocks, made.docx_blocks):
        assert {*hashes} <= {line for block in blocks for line in block.split()}
    assert compare_faces(made.pdf_blocks, made.docx_blocks) == ()


def test_fifteen_items_of_a_usual_list_fit_on_a_page() -> None:
    told = awkward.edge_list(Content.DESTRUCTION, rows=40)
    for item in told["items"]:
        item |= {"customer": "星河（示例）科技有限公司", "title": "验收报告 签回件", "reason": told["reason"]}
        item |= {"class": "合同文书", "rule": "合同终止后5年，自 2018-06-30 起算", "sha256": item["sha256"][:1]}
    told["skipped"], told["totals"]["files"] = [], 40
    said = feet(render_case(awkward.list_case(kind_of(Content.DESTRUCTION), told)))
    assert [upto for upto, _ in said][1] - said[0][0] >= 15


@pytest.mark.parametrize("content", list(Content))
def test_a_wide_list_passes_verapdf(content: Content, verapdf: Callable[[Path], str], tmp_path: Path) -> None:
    path = tmp_path / "list.pdf"
    path.write_bytes(drawn(content, 12).pdf.data)
    width, height = facts(path.read_bytes()).page_sizes[0]
    assert width > height
    assert verapdf(path) == "PASS"
