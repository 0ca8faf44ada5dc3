"""What is kept between papers must never show: neither in the next paper's bytes, nor after a file has changed."""

from __future__ import annotations

import gc
import hashlib
import inspect
import threading
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment
from weasyprint import __version__, css
from weasyprint.layout import page

from docgen.errors import TemplateRefused
from docgen.kinds.catalogue import load_catalogue
from docgen.rendering import pdf as pdf_module
from docgen.rendering import spelled as spelled_module
from docgen.rendering import styles, warm
from docgen.rendering.assets import Assets
from docgen.rendering.golden import load_case, pdf_job
from docgen.rendering.pdf import PdfJob, fill_html, render_pdf
from docgen.rendering.spelled import Spelled, freeze

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = load_catalogue(ROOT / "templates")
INSIDE = {
    "StyleFor.set_computed_styles": "b5b15856b8beff3f",
    "StyleFor.get_computed_styles": "d9f0c5b836707e17",
    "StyleFor.get_cascaded_styles": "e8b389efb965dfb8",
    "get_all_computed_styles": "e4063ec7d60e70be",
    "ComputedStyle": "4ff0512c0af12674",
    "set_page_type_computed_styles": "4e68b396b35c4a06",
    "_standardize_page_based_counters": "6c3791760c3fbe13",
    "make_page": "656f183328e8b1b5",
    "make_margin_boxes": "4a2d2e301eb3bc47",
}


@pytest.fixture(autouse=True)
def _cold() -> Iterator[None]:
    warm.let_go()
    yield
    warm.let_go()


def golden_job(kind: str, case: str = "manual") -> PdfJob:
    found = CATALOGUE.get(kind)
    return pdf_job(load_case(found.folder / "golden" / case, found, root=ROOT))


def without_keeping(job: PdfJob, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """Render the ordinary way: WeasyPrint reads the sheets and fonts of this document itself."""
    with monkeypatch.context() as patch:
        patch.setattr(pdf_module, "dressing", lambda *_: None)
        return render_pdf(job).data


@pytest.mark.parametrize("first", ["prepayment-notice", "acceptance-report"])
def test_a_paper_is_the_same_whatever_was_made_before(first: str, monkeypatch: pytest.MonkeyPatch) -> None:
    job = golden_job("prepayment-notice")
    cold = without_keeping(job, monkeypatch)
    for _ in range(2):
        render_pdf(golden_job(first))
        assert render_pdf(job).data == cold


def test_the_second_paper_of_a_kind_reads_no_sheet_and_no_font_again(monkeypatch: pytest.MonkeyPatch) -> None:
    fetched: list[str] = []
    fetch = Assets.fetch

    def noting(self: Assets, url: str) -> tuple[bytes, str]:
        fetched.append(url)
        return fetch(self, url)

    monkeypatch.setattr(Assets, "fetch", noting)
    render_pdf(golden_job("prepayment-notice"))
    assert [url for url in fetched if url.endswith(".css")] != []
    assert [url for url in fetched if url.endswith(".ttf")] != []
    fetched.clear()
    render_pdf(golden_job("prepayment-notice"))
    assert fetched == []


def test_computed_styles_are_kept_and_their_number_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[styles.Closet] = []
    worn = styles.worn
    monkeypatch.setattr(pdf_module, "worn", lambda closet, root: (seen.append(closet), worn(closet, root))[1])
    render_pdf(golden_job("prepayment-notice"))
    assert isinstance(seen[0], styles.Closet)
    count = len(seen[0].styles)
    assert count > 20
    render_pdf(golden_job("prepayment-notice"))
    assert seen[1] is seen[0]
    assert len(seen[0].styles) == count


def test_another_version_of_the_engine_keeps_no_styles_and_says_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    job = golden_job("prepayment-notice")
    cold = without_keeping(job, monkeypatch)
    monkeypatch.setattr(styles, "PROVED_WITH", frozenset(("69.0",)))
    assert not styles.may_keep(b"p { color: red }")
    assert render_pdf(job).data == cold


def test_the_inside_we_reach_into_is_the_one_that_was_proved() -> None:
    """A new WeasyPrint fails here first: read what changed, then prove it and add it to PROVED_WITH."""
    assert __version__ in styles.PROVED_WITH
    base = next(
        each for each in css.StyleFor.__mro__ if each.__module__ == "weasyprint.css" and "is_docgen" not in vars(each)
    )
    holder = SimpleNamespace(StyleFor=base, get_all_computed_styles=css.get_all_computed_styles)
    vars(holder).update(ComputedStyle=css.ComputedStyle, **vars(page))
    for name, digest in INSIDE.items():
        thing: object = holder
        for part in name.split("."):
            thing = getattr(thing, part)
        source = inspect.getsource(thing)  # type: ignore[arg-type]  # a function
        assert hashlib.sha256(source.encode()).hexdigest()[:16] == digest, name


@pytest.mark.parametrize(
    ("sheet", "may"),
    [
        (b"p { color: red; overflow-wrap: anywhere }", True),
        (b"/* overflow: hidden */ p { color: red }", True),
        (b"p { overflow: hidden }", False),
        (b"p { width: 10vw }", False),
        (b"p::first-line { color: red }", False),
        (b":root { --ink: red } p { color: var(--ink) }", False),
    ],
)
def test_sheets_whose_styles_depend_on_more_than_rules_keep_none(sheet: bytes, *, may: bool) -> None:
    assert styles.may_keep(sheet) is may


@pytest.fixture
def own(tmp_path: Path) -> Callable[[str, str], PdfJob]:
    """Return how to make a job of a kind of one's own beside the shipped shared folder, its sheet and page given."""
    folder = tmp_path / "own"
    folder.mkdir()

    def make(sheet: str, page: str) -> PdfJob:
        (folder / "own.css").write_text(sheet, encoding="utf-8")
        (folder / "own.html").write_text(
            '{% extends "base.html" %}{% block style %}<link rel="stylesheet" href="own.css">{% endblock %}'
            "{% block body %}" + page + "{% endblock %}",
            encoding="utf-8",
        )
        job = golden_job("prepayment-notice")
        return PdfJob(folder, "own.html", job.shared, job.context, job.meta, readable_number="1")

    return make


def test_a_mended_sheet_and_template_count_from_the_next_paper_on(
    own: Callable[[str, str], PdfJob], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = render_pdf(own("p.a { color: #f00 }", '<p class="a">甲方</p>')).data
    later = own("p.a { color: #00f }", '<p class="a">乙方</p>')
    after = render_pdf(later)
    assert after.data != before
    assert "乙方" in after.page_texts[0]
    assert after.data == without_keeping(later, monkeypatch)


def test_a_file_of_the_kind_that_comes_to_stand_before_the_shared_one_counts(own: Callable[[str, str], PdfJob]) -> None:
    job = own("", "<p>甲方</p>")
    before = render_pdf(job).data
    (job.kind_folder / "base.css").write_bytes(
        (job.shared / "base.css").read_bytes().replace(b"font-size: 12pt", b"font-size: 24pt")
    )
    assert render_pdf(job).data != before


@pytest.mark.parametrize(
    "sheet", ["p.a { color: #f00 !important }", '@import "trade.css"; p.a { color: #f00 }', "p.a { color: \\72 ed }"]
)
def test_sheets_out_of_bounds_are_laid_out_the_ordinary_way(
    sheet: str, own: Callable[[str, str], PdfJob], monkeypatch: pytest.MonkeyPatch
) -> None:
    job = own(sheet, '<p class="a" style="color: #00f">甲方</p>')
    assert warm.dressing(pdf_module._engine(), ("base.css", "own.css"), Assets(job.kind_folder, job.shared), []) is None
    assert render_pdf(job).data == without_keeping(job, monkeypatch)


def test_a_missing_sheet_is_refused_by_name(own: Callable[[str, str], PdfJob]) -> None:
    job = own("", "<p>甲方</p>")
    (job.kind_folder / "own.css").unlink()
    with pytest.raises(TemplateRefused) as refused:
        render_pdf(job)
    assert [(each.code, each.params["url"]) for each in refused.value.findings] == [
        ("rendering.asset-refused", "http://paper.invalid/own.css")
    ]


def test_a_sheet_that_is_not_utf_8_is_refused_and_no_crash(own: Callable[[str, str], PdfJob]) -> None:
    job = own("", '<p class="a">甲方</p>')
    (job.kind_folder / "own.css").write_bytes('@charset "gbk"; p.a { color: #f00 } /* 甲方 */'.encode("gbk"))
    with pytest.raises(TemplateRefused) as refused:
        render_pdf(job)
    assert [each.code for each in refused.value.findings] == ["rendering.layout-complaint"]


def test_style_attributes_still_win_over_kept_sheets(
    own: Callable[[str, str], PdfJob], monkeypatch: pytest.MonkeyPatch
) -> None:
    job = own("p.a { color: #f00 }", '<p class="a" style="color: #00f">甲方</p><p class="a">乙方</p>')
    render_pdf(job)
    assert render_pdf(job).data == without_keeping(job, monkeypatch)


def test_threads_share_no_fonts() -> None:
    job = golden_job("prepayment-notice")
    made: list[bytes] = [render_pdf(job).data]
    threads = [threading.Thread(target=lambda: made.append(render_pdf(job).data)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 3
    assert len(set(made)) == 1


def test_letting_go_removes_the_engines_copies_of_the_fonts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    render_pdf(golden_job("prepayment-notice"))
    assert len(list(tmp_path.iterdir())) == 1
    warm.let_go()
    gc.collect()
    assert list(tmp_path.iterdir()) == []


def test_a_spelled_file_says_the_same_and_its_catalogue_stands_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    pydyf = pytest.importorskip("pydyf")
    pdf = pydyf.PDF()
    pdf.add_object(pydyf.Stream([b"0 0 m"], compress=True))
    meant = [(each.number, each.data, each.compressible) for each in pdf.objects if each.free != "f"]
    monkeypatch.setattr(spelled_module, "LEVEL", 9)  # pydyf's own, as is zlib
    monkeypatch.setattr(spelled_module, "deflate", SimpleNamespace(zlib_compress=zlib.compress))
    spelled_module._packed.cache_clear()
    freeze(pdf)
    spelled_module._packed.cache_clear()
    spelled = [each for each in pdf.objects if each.free != "f"]
    assert all(isinstance(each, Spelled) for each in spelled)
    assert [(each.number, each.data) for each in spelled] == [(number, data) for number, data, _ in meant]
    assert [each.compressible for each in spelled] == [may and number != pdf.catalog.number for number, _, may in meant]


@given(st.binary(max_size=2000))
def test_what_a_stream_says_is_what_it_said(plain: bytes) -> None:
    assert zlib.decompress(spelled_module._packed(plain)) == plain


def test_filling_compiles_each_sentence_once(monkeypatch: pytest.MonkeyPatch) -> None:
    job = golden_job("prepayment-notice")
    html = fill_html(job)[0]
    monkeypatch.setattr(Environment, "compile", lambda *_, **__: pytest.fail("compiled again"))
    assert fill_html(job)[0] == html
