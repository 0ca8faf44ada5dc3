from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from docgen.findings import Finding, message_table
from docgen.rendering.check import check_template, fields_used

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Bench

    Word = Callable[..., bytes]

GOOD_ROWS = (("{%tr for line in lines %}", ""), ("{{ line.name }}", "{{ line.amount|money }}"), ("{%tr endfor %}", ""))


def check_html(bench: Bench, inner: str) -> list[Finding]:
    bench.page(inner)
    return check_template(bench.folder / "paper.html", shared=bench.shared, sample=bench.context)


def check_word(bench: Bench, data: bytes) -> list[Finding]:
    path = bench.folder / "paper.docx"
    path.write_bytes(data)
    return check_template(path, shared=bench.shared, sample=bench.context)


def test_a_good_html_template_has_no_findings(bench: Bench) -> None:
    bench.job()
    assert check_template(bench.folder / "paper.html", shared=bench.shared, sample=bench.context) == []


def test_a_good_word_template_has_no_findings(bench: Bench, word: Word) -> None:
    data = word("甲方：{{ buyer.name }}", "{%p if note %}", "{{ note }}", "{%p endif %}", rows=GOOD_ROWS)
    assert check_word(bench, data) == []


@pytest.mark.parametrize(
    ("inner", "code", "words"),
    [
        ("<p>{{ buyer.nmae }}</p>", "rendering.unknown-field", "buyer.nmae"),
        ("{% for line in lines %}{{ lin.name }}{% endfor %}", "rendering.unknown-field", "lin"),
        ("{% if note %}{{ buyer.faks }}{% endif %}", "rendering.unknown-field", "buyer.faks"),
        ("{% for line in lines %}{{ line.name }}", "rendering.syntax", "endfor"),
        ("<p>｛｛ total ｝｝</p>", "rendering.full-width-braces", "total"),
        ("{{ buyer.__class__ }}", "rendering.forbidden", "__class__"),
        ("{{ buyer.name.upper() }}", "rendering.forbidden", "upper()"),
        ("{{ total|moneey }}", "rendering.unknown-filter", "moneey"),
        ('<img src="https://example.com/a.png">', "rendering.asset-refused", "https://example.com/a.png"),
        ('<img src="file:///etc/passwd">', "rendering.asset-refused", "file:///etc/passwd"),
        ("{{ w.nothing }}", "rendering.unknown-field", "w.nothing"),
    ],
)
def test_a_broken_html_template_is_refused_with_the_place(bench: Bench, inner: str, code: str, words: str) -> None:
    found = [finding for finding in check_html(bench, "\n\n" + inner) if finding.code == code]
    assert found
    assert found[0].where == ("paper.html:3" if code != "rendering.syntax" else found[0].where)
    assert any(words in str(value) for value in found[0].params.values())


@pytest.mark.parametrize(
    ("paragraph", "code"),
    [
        ("{{ buyer.nmae }}", "rendering.unknown-field"),
        ("{{ buyer.name", "rendering.tag-split"),
        ("｛｛ buyer.name ｝｝", "rendering.full-width-braces"),
        ("{％ if total ％}", "rendering.full-width-braces"),
        (["{{ buyer", ".name }}"], "rendering.tag-split"),
        ("{{ buyer\t.name }}", "rendering.tag-split"),
        ("{{ ''.__class__ }}", "rendering.forbidden"),
        ("{{ total|moneey }}", "rendering.unknown-filter"),
        ("{%p if total % 2 %}", "rendering.percent-in-tag"),
        ("甲方 {%p if total %}", "rendering.text-beside-tag"),
        ("{{r buyer.name }}", "rendering.tag-unsupported"),
        ("{% if total %}", "rendering.syntax"),
    ],
)
def test_a_broken_word_template_is_refused_with_the_paragraph(
    bench: Bench, word: Word, paragraph: str | list[str], code: str
) -> None:
    found = [finding for finding in check_word(bench, word("一", paragraph)) if finding.code == code]
    assert found
    assert found[0].where.startswith("word/document.xml 第2段")


def test_text_in_a_row_that_will_vanish_is_found(bench: Bench, word: Word) -> None:
    rows = (("{%tr for line in lines %}", "名称"), ("{{ line.name }}", ""), ("{%tr endfor %}", ""))
    assert [finding.code for finding in check_word(bench, word(rows=rows))] == ["rendering.text-beside-tag"]


def test_a_hostile_word_file_is_refused(bench: Bench, word: Word) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(word("一"))) as source, zipfile.ZipFile(made, "w") as target:
        for name in source.namelist():
            target.writestr(name, source.read(name))
        target.writestr(
            "word/_rels/settings.xml.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
            'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate" '
            'Target="file://host/share/t.dotm" TargetMode="External"/></Relationships>',
        )
    assert [finding.code.split(".")[0] for finding in check_word(bench, made.getvalue())][:1] == ["papers"]


def test_a_used_sentence_is_checked_and_an_unused_one_is_not(bench: Bench) -> None:
    (bench.folder / "wording.toml").write_text('used = "{{ buyer.nmae }}"\nunused = "{{ nobody }}"\n', encoding="utf-8")
    found = check_html(bench, "{{ w.used }}")
    assert [(finding.code, finding.where, finding.params["what"]) for finding in found] == [
        ("rendering.unknown-field", "wording.toml:used:1", "buyer.nmae")
    ]


def test_fields_are_listed_with_both_branches_loops_and_wording(bench: Bench) -> None:
    (bench.folder / "wording.toml").write_text('who = "{{ seller.account|account }}"\n', encoding="utf-8")
    bench.page(
        "{% set b = buyer %}{{ b.name }}{% if note %}{{ total|yuan }}{% else %}{{ share|percent }}{% endif %}"
        "{{ w.who }}"
        "{% for line in lines if line.amount %}{{ loop.index }}{{ line.name }}{% endfor %}{{ (lines|first).name }}"
    )
    paths = {use.path for use in fields_used(bench.folder / "paper.html", shared=bench.shared, sample=bench.context)}
    assert {"buyer.name", "note", "total", "share", "seller.account", "lines[].amount", "lines[].name"} <= paths
    assert "paper.company" in paths  # from the base
    assert not any(path.startswith("loop") for path in paths)


def test_a_macros_file_and_its_arguments_are_walked(bench: Bench) -> None:
    (bench.folder / "m.html").write_text("{% macro row(x) %}{{ x.any }}{{ nobody }}{% endmacro %}", encoding="utf-8")
    found = check_html(bench, '{% from "m.html" import row %}{{ row(buyer) }}')
    assert [(finding.where, finding.params["what"]) for finding in found] == [("m.html:1", "nobody")]


def test_every_code_used_in_rendering_has_its_words() -> None:
    folder = Path(__file__).resolve().parents[2] / "docgen" / "rendering"
    source = "".join(file.read_text(encoding="utf-8") for file in folder.glob("*.py"))
    codes = {part.split('"')[0] for part in source.split('"rendering.')[1:]}
    assert len(codes) > 20
    assert {code for code in codes if f"rendering.{code}" not in message_table()} == set()
