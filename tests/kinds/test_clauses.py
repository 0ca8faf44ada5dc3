"""The clause library: versions pinned by name, texts by what is sold, and no word that binds nobody."""

from __future__ import annotations

from pathlib import Path

import pytest

from docgen.deals.deal import Deal
from docgen.errors import TemplateRefused
from docgen.kinds.catalogue import Catalogue
from docgen.kinds.clauses import Variant, library, pinned, variant_of
from docgen.kinds.plain_words import deposit_words, vague_words

SHARED = Path(__file__).resolve().parents[2] / "templates" / "_shared"
LIBRARY = library(SHARED)
SENTENCES = [
    (f"{name}@{version.version} {place}", sentence)
    for name, clause in LIBRARY.items()
    for version in clause.versions
    for place, sentence in version.texts
]
TWO = """
title = "保密"
title_en = "Confidentiality"
[[versions]]
version = 1
since = 2026-01-01
reason = "首版"
paragraphs = ["甲。"]
[[versions]]
version = 2
since = 2026-06-01
reason = "补充个人信息"
goods = ["货。"]
service = ["服。", "务。"]
mixed = ["混。"]
"""


def written(folder: Path, text: str) -> Path:
    (folder / "clauses").mkdir()
    (folder / "clauses" / "confidentiality.toml").write_text(text, encoding="utf-8")
    return folder


def test_an_older_version_stays_and_each_is_found_by_its_name(tmp_path: Path) -> None:
    shared = written(tmp_path, TWO)
    _, first = pinned("confidentiality@1", shared)
    clause, second = pinned("confidentiality@2", shared)
    assert clause.title == "保密"
    assert [first.text(each) for each in Variant] == [("甲。",)] * 3
    assert [second.text(each) for each in Variant] == [("货。",), ("服。", "务。"), ("混。",)]


@pytest.mark.parametrize(
    ("asked", "known"), [("confidentiality@3", "confidentiality@1、confidentiality@2"), ("x@1", "—")]
)
def test_a_version_that_is_not_there_is_refused_with_those_that_are(tmp_path: Path, asked: str, known: str) -> None:
    with pytest.raises(TemplateRefused) as caught:
        pinned(asked, written(tmp_path, TWO))
    (finding,) = caught.value.findings
    assert (finding.code, finding.params["known"]) == ("kinds.no-such-clause", known)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('paragraphs = ["甲。"]', ""),
        ('goods = ["货。"]', ""),
        ('mixed = ["混。"]', 'mixed = ["混。"]\nparagraphs = ["丙。"]'),
        ("version = 2", "version = 3"),
        ("since = 2026-06-01", "since = 2025-06-01"),
        ('reason = "首版"', 'reason = ""'),
        ("version = 1", "version ="),
    ],
)
def test_a_wrong_library_file_is_refused_by_name(tmp_path: Path, old: str, new: str) -> None:
    with pytest.raises(TemplateRefused) as caught:
        library(written(tmp_path, TWO.replace(old, new)))
    assert {finding.code for finding in caught.value.findings} == {"kinds.bad-clause-file"}


def test_what_a_contract_sells_follows_from_its_lines(make_deal: object) -> None:
    deal: Deal = make_deal()  # type: ignore[operator]
    goods, service = deal.terms.lines
    assert variant_of(deal.terms) is Variant.MIXED
    assert variant_of(deal.terms.model_copy(update={"lines": (goods,)})) is Variant.GOODS
    assert variant_of(deal.terms.model_copy(update={"lines": (service,)})) is Variant.SERVICE


@pytest.mark.parametrize("sentence", [text for _, text in SENTENCES], ids=[name for name, _ in SENTENCES])
def test_no_clause_uses_a_vague_word_or_a_deposit(sentence: str) -> None:
    assert vague_words(sentence) == ()
    assert deposit_words(sentence) == ()


def test_every_clause_of_the_library_is_taken_by_the_contract(catalogue: Catalogue) -> None:
    taken = catalogue.get("合同").spec.clauses
    assert {each.partition("@")[0] for each in taken} == set(LIBRARY)
    for each in taken:
        assert pinned(each, SHARED)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("交付后约3日", ("约",)),
        ("按约定3日内", ()),
        ("大约十天内尽快完成", ("大约", "尽快", "约")),
        ("验收合格后30日内", ()),
        ("原则上及时处理", ("及时", "原则上")),
    ],
)
def test_vague_words_are_told_from_plain_ones(text: str, found: tuple[str, ...]) -> None:
    assert vague_words(text) == found
