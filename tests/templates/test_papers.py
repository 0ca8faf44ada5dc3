"""What a paper must look like beyond its words: room for seals, amounts twice, no word that means another thing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal

import pytest
from lxml import etree

from docgen.deals.money import to_fen, uppercase_rmb
from docgen.kinds.kind import Audience
from docgen.papers.pdf import text_runs
from docgen.rendering.docx import render_docx
from docgen.rendering.golden import Case, Rendered, docx_job, pdf_job
from docgen.rendering.ooxml import Package, w
from docgen.rendering.pdf import render_pdf

MM = 72 / 25.4
LISTS = {"prepayment-notice": 0, "clause-checklist": 1}
"""Kind → how many of its tables repeat their heads at least, where that is not three."""


def squeezed(blocks: Iterable[str]) -> str:
    return "".join("".join(blocks).split())


def test_a_seal_of_45_mm_finds_room_clear_of_text_and_code(case: Case, rendered: Rendered) -> None:
    if not any(zone.role.value == "seal" for zone in case.kind.spec.zones):
        pytest.skip("by design: a paper nobody seals")
    runs = text_runs(rendered.pdf.data)
    seals = [zone for zone in rendered.pdf.zones if zone.role == "seal"]
    if case.kind.spec.audience is Audience.INTERNAL:
        pytest.skip("by design: an internal form bears no seal")
    assert seals
    for seal in seals:
        assert seal.width >= 45 * MM - 0.1
        assert seal.height >= 45 * MM - 0.1
        others = [zone for zone in rendered.pdf.zones if zone.page == seal.page and zone.role == "code"]
        for thing in (*runs[seal.page - 1], *others):
            if hasattr(thing, "text") and not thing.text.strip():
                continue
            apart = (
                thing.x >= seal.x + seal.width - 0.1
                or seal.x >= thing.x + thing.width - 0.1
                or thing.y >= seal.y + seal.height - 0.1
                or seal.y >= thing.y + thing.height - 0.1
            )
            assert apart, thing


def test_a_signature_stands_on_the_page_of_its_seal_with_two_lines_of_text(rendered: Rendered) -> None:
    pages = {zone.page for zone in rendered.pdf.zones if zone.role == "sign" and zone.party == "customer"}
    assert pages == {zone.page for zone in rendered.pdf.zones if zone.role == "seal" and zone.party == "customer"}
    for page in pages:
        assert len(rendered.pdf.page_texts[page - 1].splitlines()) > 10


def test_each_page_says_which_it_is(rendered: Rendered) -> None:
    for number, text in enumerate(rendered.pdf.page_texts, start=1):
        assert f"第{number}页共{rendered.pdf.pages}页" in "".join(text.split())


def test_every_amount_in_words_is_the_amount_in_figures_beside_it(rendered: Rendered) -> None:
    text = squeezed(rendered.pdf_blocks)
    pairs = re.findall(r"¥([\d,]+\.\d\d)（?人民币([^¥，。）;；\d（]+?[整分])", text)
    for figures, words in pairs:
        assert uppercase_rmb(to_fen(Decimal(figures.replace(",", "")))) == words
    printed = [value for value in rendered.pdf.values if value.kind == "amount_words"]
    assert bool(printed) == bool(re.search("人民币", text))


@pytest.mark.parametrize("wrong", ["定金", "订金", "押金", "{{", "{%", "None", "底线", "A类", "服务器运维成本高"])
def test_no_paper_says_deposit_or_shows_what_is_internal(case: Case, rendered: Rendered, wrong: str) -> None:
    if case.kind.spec.id == "clause-checklist" and wrong in {"定金", "订金", "押金"}:
        pytest.skip("by design: the checklist says that these words were looked for")
    for blocks in (rendered.pdf_blocks, rendered.docx_blocks):
        assert wrong not in squeezed(blocks)


def test_the_conclusion_of_an_acceptance_is_a_single_choice(case: Case, rendered: Rendered) -> None:
    if case.kind.spec.id != "acceptance-report":
        pytest.skip("by design: only acceptance reports conclude")
    (conclusion,) = [text for text in rendered.pdf_blocks if "未通过（" in text]
    assert (conclusion.count("■"), conclusion.count("□")) == (1, 1)
    assert conclusion.startswith("■" if case.folder.name == "manual" else "□")


def test_the_agreement_prints_old_value_new_value_and_clause(case: Case, rendered: Rendered) -> None:
    if case.kind.spec.id != "supplementary-agreement":
        pytest.skip("by design: only agreements change something")
    blocks = list(rendered.pdf_blocks)
    at = blocks.index("交付日期")
    days = {"manual": ("2024年3月25日", "2024年4月1日"), "price-increase": ("2024年4月1日", "2024年4月8日")}
    assert (blocks[at - 1], *blocks[at + 1 : at + 3]) == ("第五条", *days[case.folder.name])


def test_word_names_east_asian_fonts_repeats_heads_and_keeps_rows_whole(case: Case) -> None:
    template = Package.read(docx_job(case).template, "template")
    document = etree.fromstring(template.parts["word/document.xml"])
    fonts = {fonts.get(w("eastAsia")) for fonts in document.iter(w("rFonts"))}
    assert fonts == {"宋体", "黑体"}
    tables = list(document.iter(w("tbl")))
    assert all(row.find(f".//{w('cantSplit')}") is not None for row in _content_rows(tables))
    heads = {"supplementary-agreement": 3, "acceptance-report": 3, "proposal": 3, "quotation": 2}
    wanted = heads.get(case.kind.spec.id, 0)
    assert sum(1 for _ in document.iter(w("tblHeader"))) >= wanted
    footer = b"".join(template.parts[name] for name in template.by_kind("footer+xml")).decode()
    assert " PAGE " in footer
    assert " NUMPAGES " in footer


def said(block: etree._Element) -> str:
    return "".join(text.text or "" for text in block.iter(w("t")))


def _content_rows(tables: Iterable[etree._Element]) -> Iterator[etree._Element]:
    for table in tables:
        for row in table.iter(w("tr")):
            if "{%tr" not in "".join(text.text or "" for text in row.iter(w("t"))):
                yield row


def test_word_keeps_the_signatures_with_the_text_before(case: Case) -> None:
    if case.kind.spec.has_letter_number or case.kind.spec.id == "warranty-certificate":
        pytest.skip("by design: a letter is signed beside its last lines")
    if case.kind.spec.audience is Audience.INTERNAL:
        pytest.skip("by design: an internal form is approved with a password, not signed")
    package = Package.read(docx_job(case).template, "template")
    body = etree.fromstring(package.parts["word/document.xml"]).find(w("body"))
    blocks = [child for child in body if child.tag in {w("p"), w("tbl")}]
    tables = [place for place, block in enumerate(blocks) if block.tag == w("tbl")]
    last = next((place for place in tables if "w.left_signer" in said(blocks[place])), tables[-1])
    for paragraph in blocks[last - 2 : last]:
        assert paragraph.find(f"{w('pPr')}/{w('keepNext')}") is not None
    rows = list(blocks[last].iter(w("tr")))
    for row in rows[:-1]:
        assert all(p.find(f"{w('pPr')}/{w('keepNext')}") is not None for p in row.iter(w("p")))


def test_a_draft_shows_no_number_and_no_code(case: Case) -> None:

    draft = replace(case, paper=replace(case.paper, number=None, letter_number=None, is_draft=True))
    pdf = render_pdf(pdf_job(draft))
    assert not [zone for zone in pdf.zones if zone.role == "code"]
    assert "草稿未编号" in "".join(pdf.body_text.split())
    assert (case.paper.number or "?") not in pdf.body_text
    assert render_docx(docx_job(draft)).data[:2] == b"PK"
