from __future__ import annotations

import io

from docx import Document

from docgen.rendering.faces import FaceDifference, compare_faces, docx_blocks, html_blocks

HTML = """<!DOCTYPE html><html><head><title>x</title><style>p { color: red }</style></head><body><h1>标题</h1>
<p>甲<span>乙</span>丙<br>丁</p><table><thead><tr><th>头</th></tr></thead><tbody><tr><td><p>一</p><p>二</p></td></tr>
<tr><td>　　</td></tr></tbody></table><div data-zone="seal"></div></body></html>"""


def word(*texts: str) -> bytes:
    document = Document()
    for text in texts[:2]:
        document.add_paragraph(text)
    table = document.add_table(rows=1, cols=len(texts[2:]))
    for cell, text in zip(table.rows[0].cells, texts[2:], strict=True):
        cell.text = text
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def test_blocks_of_html_are_paragraphs_heads_and_cells_in_order() -> None:
    assert html_blocks(HTML) == ("标题", "甲乙丙\n丁", "头", "一", "二")


def test_blocks_of_word_are_paragraphs_and_cells_in_order() -> None:
    assert docx_blocks(word("标题", "甲\n乙", "一", "", "二")) == ("标题", "甲\n乙", "一", "二")


def test_white_space_and_blanks_to_fill_in_do_not_count() -> None:
    assert compare_faces(("日期：　年", "甲 乙"), ("日期：　　　年", "", "甲乙")) == ()


def test_a_changed_and_a_missing_block_are_told_with_both_sides() -> None:
    found = compare_faces(("甲", "¥85,500.00", "乙", "丙"), ("甲", "¥85,000.00", "乙"))
    assert found == (FaceDifference(("¥85,500.00",), ("¥85,000.00",)), FaceDifference(("丙",), ()))
