"""From a really laid-out, stamped and scanned paper to a decision, through the real rooms."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from docgen.codes.payload import Keyring, Payload, encode
from docgen.contained.run import Worker
from docgen.demo.simulate import ScanSpec, foreign_letter, print_and_scan
from docgen.errors import UnreadableFile
from docgen.findings import Severity
from docgen.intake.decision import Decision, IssuedPaper, Outcome, Source
from docgen.intake.identify import identify, undecided
from docgen.intake.scan import ScanFacts, page_facts, read_scan
from docgen.papers.reading import CodeOnPage, PageReading
from docgen.rendering.paper import PaperMeta
from docgen.rendering.pdf import PdfJob, RenderedPdf, render_pdf

SHARED = Path(__file__).resolve().parents[2] / "templates" / "_shared"
RING = Keyring(2, {2: b"the key of these tests, 32 bytes"})
PAPER = IssuedPaper(
    "7K3M9QXA", "HT2024031001-BC01", "supplementary-agreement", "补充协议", "HT2024031001", "202403-001",
    "XX科技有限公司", 2,
)  # fmt: skip
TEMPLATE = """{% extends "base.html" %}{% block body %}<h1>补充协议</h1>
{% for line in lines %}<p class="para">{{ line }}</p>{% endfor %}
<div class="seal-zone" data-zone="seal" data-party="customer"></div>
<p>签字：<span data-zone="sign" data-party="customer">　　　　　　　　</span></p>{% endblock %}"""


class OneBook:
    """A ledger with one paper."""

    def by_document_id(self, document_id: str, /) -> IssuedPaper | None:
        return PAPER if document_id == PAPER.document_id else None

    def by_number(self, number: str, /) -> IssuedPaper | None:
        return PAPER if number == PAPER.number else None

    def by_contract(self, contract_no: str, /) -> Sequence[IssuedPaper]:
        return [PAPER] if contract_no == PAPER.contract_no else []


@pytest.fixture(scope="module")
def issued(tmp_path_factory: pytest.TempPathFactory) -> RenderedPdf:
    folder = tmp_path_factory.mktemp("kind")
    (folder / "paper.html").write_text(TEMPLATE, encoding="utf-8")
    lines = [f"第{n}款　双方经友好协商，就原合同的交付期限达成补充约定，以资共同遵守。" for n in range(1, 41)]
    meta = PaperMeta(
        "补充协议", "山海云图科技（示例）有限公司", "补充协议", "zh-CN", datetime(2024, 3, 15, tzinfo=UTC), ""
    )
    rendered = render_pdf(
        PdfJob(
            folder,
            "paper.html",
            SHARED,
            {"lines": lines},
            meta,
            page_code=lambda page, pages: encode(Payload(PAPER.document_id, page, pages), RING),
            readable_number=PAPER.number,
        )
    )
    assert rendered.pages == PAPER.pages
    return rendered


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    with Worker() as warm:
        yield warm


def spec_for(issued: RenderedPdf) -> ScanSpec:
    return ScanSpec(
        SHARED / "fonts",
        zones=issued.zones,
        seals={"customer": "XX科技有限公司"},
        signed={"customer": date(2024, 3, 18)},
    )


def read(data: bytes, folder: Path, worker: Worker, *, ring: Keyring = RING) -> ScanFacts:
    (folder / "SCAN0001").write_bytes(data)
    return read_scan(folder / "SCAN0001", ring, worker)


def decide(scan: ScanFacts, name: str = "SCAN0001.pdf") -> Decision:
    return identify(scan, file_name=name, lookup=OneBook())


def reasons(decision: Decision) -> list[str]:
    return [finding.code for finding in decision.findings if finding.severity is Severity.ERROR]


def test_a_signed_and_stamped_paper_files_itself(issued: RenderedPdf, tmp_path: Path, worker: Worker) -> None:
    spec = replace(spec_for(issued), order=(2, 1), turned=frozenset({1}), has_blank_backs=True)
    scan = read(print_and_scan(issued.data, spec, seed=1), tmp_path, worker)
    assert scan.media_type == "application/pdf"
    assert [page.is_blank for page in scan.pages] == [False, True, False, True]
    assert scan.pages[0].width_mm == pytest.approx(210, abs=1)
    decision = decide(scan)
    assert decision.outcome is Outcome.FILE
    assert decision.paper == PAPER
    assert decision.page_order == (3, 1)
    assert [(seen.kind, seen.page) for seen in decision.evidence] == [(Source.CODE, 1), (Source.CODE, 3)]


@pytest.mark.parametrize("media", ["tiff", "png"])
def test_other_kinds_of_scan_are_read_too(issued: RenderedPdf, tmp_path: Path, worker: Worker, media: str) -> None:
    spec = replace(spec_for(issued), format=media, is_colour=False, dropped=frozenset({2} if media == "png" else ()))
    decision = decide(read(print_and_scan(issued.data, spec, seed=2), tmp_path, worker))
    assert decision.outcome is (Outcome.FILE if media == "tiff" else Outcome.WAIT)
    assert decision.missing_pages == (() if media == "tiff" else (2,))


def test_a_blotted_code_waits_and_a_lost_page_waits(issued: RenderedPdf, tmp_path: Path, worker: Worker) -> None:
    blotted = replace(spec_for(issued), blotted=frozenset({2}))
    decision = decide(read(print_and_scan(issued.data, blotted, seed=3), tmp_path, worker))
    assert reasons(decision) == ["intake.page-without-code", "intake.pages-missing"]
    assert (decision.seen_pages, decision.missing_pages) == ((1,), (2,))
    lost = replace(spec_for(issued), dropped=frozenset({1}))
    decision = decide(read(print_and_scan(issued.data, lost, seed=3), tmp_path, worker))
    assert reasons(decision) == ["intake.pages-missing"]
    assert decision.missing_pages == (1,)


def test_a_foreign_letter_waits_with_its_own_code_as_evidence(tmp_path: Path, worker: Worker) -> None:
    decision = decide(read(foreign_letter(4, fonts=SHARED / "fonts"), tmp_path, worker))
    assert reasons(decision) == ["intake.nothing-recognised"]
    assert [(seen.kind, seen.detail) for seen in decision.evidence] == [(Source.FOREIGN_CODE, "YSYJ|4|1/1")]
    assert decision.candidates == ()


def test_with_another_key_our_own_code_is_an_imitation(issued: RenderedPdf, tmp_path: Path, worker: Worker) -> None:
    other = Keyring(2, {2: b"another office's key, not ours.."})
    scan = read(issued.data, tmp_path, worker, ring=other)
    assert [len(page.imitations) for page in scan.pages] == [1, 1]
    assert "intake.imitated-code" in reasons(decide(scan))


def test_the_real_text_layer_names_the_paper_where_every_code_is_gone(
    issued: RenderedPdf, tmp_path: Path, worker: Worker
) -> None:
    scan = read(issued.data, tmp_path, worker)
    bare = replace(scan, pages=tuple(replace(page, payloads=()) for page in scan.pages))
    decision = identify(bare, file_name="x.pdf", lookup=OneBook(), issued_text=lambda _: issued.page_texts)
    assert decision.outcome is Outcome.FILE
    assert decision.paper == PAPER
    assert {seen.kind for seen in decision.evidence} == {Source.TEXT}


def test_a_file_that_is_no_scan_waits_with_words(tmp_path: Path, worker: Worker) -> None:
    with pytest.raises(UnreadableFile) as caught:
        read(b"%PDF-1.7 cut off", tmp_path, worker)
    decision = undecided(caught.value.findings, file_name="HT2024031001-BC01.pdf", lookup=OneBook())
    assert decision.outcome is Outcome.WAIT
    assert decision.candidates[0].paper == PAPER
    assert all(finding.sentence("zh") != finding.code for finding in decision.findings)


def test_codes_on_a_page_are_sorted_into_ours_imitations_and_foreign() -> None:
    ours = encode(Payload(PAPER.document_id, 1, 2), RING)
    texts = (ours, ours, ours[:-1] + ("0" if ours[-1] != "0" else "1"), "OA-77")
    codes = tuple(CodeOnPage(text, 0, 0, 14, 14) for text in texts)
    facts = page_facts(PageReading(1, 210, 297, "", codes, 0.0), RING)
    assert facts.payloads == (Payload(PAPER.document_id, 1, 2),)
    assert facts.imitations == (texts[2],)
    assert facts.foreign_codes == ("OA-77",)
    assert not facts.is_blank


def test_a_page_of_dust_is_blank_and_a_page_with_one_seal_is_not(tmp_path: Path, worker: Worker) -> None:
    rng = np.random.default_rng(1)
    dust = (250 - rng.integers(0, 12, (1169, 827))).astype(np.uint8)
    dust[rng.integers(0, 1169, 20), rng.integers(0, 827, 20)] = 60
    sealed = dust.copy()
    sealed[500:660, 300:306] = 80
    out = io.BytesIO()
    Image.fromarray(dust).save(out, "TIFF", save_all=True, append_images=[Image.fromarray(sealed)], dpi=(100, 100))
    assert [page.is_blank for page in read(out.getvalue(), tmp_path, worker).pages] == [True, False]
