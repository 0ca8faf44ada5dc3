"""What makes the engine quick must not show: the same bytes as its own way, whatever was made before."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.etree.ElementTree import Element

import cffi
import pydyf
import pytest
import tinyhtml5
import weasyprint
from hypothesis import given
from hypothesis import strategies as st
from weasyprint import css, draw, html
from weasyprint.css import StyleFor
from weasyprint.draw import border
from weasyprint.draw import text as drawn_text
from weasyprint.formatting_structure.boxes import Box
from weasyprint.layout import background, block, inline
from weasyprint.pdf.fonts import Font
from weasyprint.pdf.stream import Stream
from weasyprint.text import line_break
from weasyprint.text.ffi import ffi, harfbuzz

from docgen.kinds.catalogue import load_catalogue
from docgen.rendering import quick, quick_fonts, quick_spelling, quick_text, styles, warm
from docgen.rendering.golden import load_case, pdf_job
from docgen.rendering.pdf import PdfJob, fill_html, render_pdf
from docgen.rendering.quick_parse import parsed

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = load_catalogue(ROOT / "templates")
KINDS = sorted(path.parent.name for path in (ROOT / "templates").glob("*/kind.toml"))
INSIDE = {
    "split_first_line": (inline.split_first_line, "39ad1016863ca34d"),
    "strut": (inline.strut, "b57885b70dd08efe"),
    "Layout": (line_break.Layout, "681b737d1ba5e004"),
    "draw_text": (draw.draw_text, "ebaf96239c6ca363"),
    "draw_first_line": (drawn_text.draw_first_line, "1bb8eae6d88e71b1"),
    "_harfbuzz_subset": (Font._harfbuzz_subset, "f80805663ede8080"),
    "Font": (Font.__init__, "1f281166b10302a4"),
    "resolve_percentages": (block.resolve_percentages, "71673078096fcf87"),
    "resolve_radii_percentages": (background.resolve_radii_percentages, "4980b3798c671710"),
    "rounded_box": (Box.rounded_box, "e2709d984c246556"),
    "draw_border": (draw.draw_border, "8ba918f30893929f"),
    "clip_border_segment": (border.clip_border_segment, "624eca4b7d452596"),
    "draw_rounded_border": (border.draw_rounded_border, "a211edc980cb7a38"),
    "_to_bytes": (pydyf._to_bytes, "1cefd02c285d3aee"),
    "artifact": (Stream.artifact, "be61e42186804e99"),
    "stacked": (Stream.stacked, "241f5cdfb961363b"),
    "clip": (pydyf.Stream.clip, "7db0963c52fcb130"),
    "rectangle": (pydyf.Stream.rectangle, "d7ad963aff13c4ff"),
    "set_color": (Stream.set_color, "d289ec41ef8285c2"),
    "set_color_rgb": (pydyf.Stream.set_color_rgb, "c64335d569ba1041"),
    "descendants": (Box.descendants, "c15a877f61361343"),
    "is_in_normal_flow": (Box.is_in_normal_flow, "5f49d6ab23da7e51"),
    "layout_box_backgrounds": (background.layout_box_backgrounds, "617a870678c82755"),
    "avoid_collisions": (block.avoid_collisions, "5fc7793c573af328"),
    "get_html_metadata": (html.get_html_metadata, "bc30b27717b2a9f8"),
    "find_stylesheets": (css.find_stylesheets, "ac92dbb80c3fd936"),
    "HTML": (weasyprint.HTML.__init__, "5f19f40b81837f87"),
    "StyleFor": (
        next(each for each in StyleFor.__mro__ if "is_docgen" not in vars(each)).__init__,  # type: ignore[misc]  # any
        "b1e725a7552502aa",
    ),
}


@pytest.fixture(autouse=True)
def _cold() -> Iterator[None]:
    warm.let_go()
    yield
    warm.let_go()


def golden_job(kind: str, case: str = "manual") -> PdfJob:
    found = CATALOGUE.get(kind)
    return pdf_job(load_case(found.folder / "golden" / case, found, root=ROOT))


def engines_own(job: PdfJob, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """Render as if the engine were a version nobody has looked into."""
    with monkeypatch.context() as patch:
        patch.setattr(quick, "PROVED_WITH", frozenset[str]())
        patch.setattr(styles, "PROVED_WITH", frozenset[str]())
        warm.let_go()
        data = render_pdf(job).data
    warm.let_go()
    return data


@pytest.mark.parametrize("kind", ["prepayment-notice", "acceptance-report", "overdue-letter", "sales-contract"])
def test_the_bytes_are_the_engines_own(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    own = engines_own(golden_job(kind), monkeypatch)
    render_pdf(golden_job("statement"))
    assert [render_pdf(golden_job(kind)).data == own for _ in range(2)] == [True, True]


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_every_case_of_every_kind_comes_out_the_same(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for case in sorted(path.parent.name for path in (ROOT / "templates" / kind / "golden").glob("*/pdf.txt")):
        own = engines_own(golden_job(kind, case), monkeypatch)
        assert [render_pdf(golden_job(kind, case)).data == own for _ in range(2)] == [True, True], case


@pytest.mark.parametrize("missing", ["library", "face"])
def test_a_harfbuzz_that_cannot_look_a_font_over_cuts_it_all_the_same(
    missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = golden_job("prepayment-notice")
    prepared = render_pdf(job).data
    own, library = quick_fonts._library()
    assert library is not None
    without = {"library": None, "face": SimpleNamespace(hb_subset_preprocess=lambda _: own.NULL)}[missing]
    warm.let_go()
    monkeypatch.setattr(quick_fonts, "_library", lambda: (own, without))
    assert render_pdf(job).data == prepared


def face_of(path: Path) -> Any:  # noqa: ANN401  # HarfBuzz' face
    own = cffi.FFI()
    own.cdef("""
        typedef struct hb_blob_t hb_blob_t; typedef struct hb_face_t hb_face_t;
        hb_blob_t *hb_blob_create_from_file(const char *path); hb_face_t *hb_face_create(hb_blob_t *blob, unsigned at);
    """)
    library = own.dlopen("libharfbuzz.so.0")
    face = library.hb_face_create(library.hb_blob_create_from_file(str(path).encode()), 0)
    return ffi.cast("hb_face_t *", int(own.cast("size_t", face)))


FACES = {path.name: face_of(path) for path in sorted((ROOT / "templates" / "_shared" / "fonts").glob("*.ttf"))}


@pytest.mark.parametrize("name", FACES)
@given(
    glyphs=st.one_of(st.sets(st.integers(1, 9400), min_size=1, max_size=300), st.sets(st.integers(1, 400), min_size=1)),
    hinting=st.sampled_from(["hinted", ""]),
)
def test_a_font_is_cut_as_the_engine_cuts_it(name: str, glyphs: set[int], hinting: str) -> None:
    count = harfbuzz.hb_face_get_glyph_count(FACES[name])
    asked = sorted(glyph for glyph in glyphs if glyph < count) or [1]
    font: Any = SimpleNamespace(hb_face=FACES[name], name=name, index=0, missing={}, family=name, file_content=b"")
    Font._harfbuzz_subset(font, dict.fromkeys(asked, ""), bool(hinting))  # outside a rendering: the engine's own
    made = quick_fonts._cut(quick.Memory(), font, asked, is_hinted=bool(hinting))
    assert made == font.file_content
    assert len(font.file_content) > 500


def test_a_font_is_looked_over_once(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[quick.Memory] = []
    made = warm.Memory
    monkeypatch.setattr(warm, "Memory", lambda: (seen.append(made()), seen[-1])[1])
    render_pdf(golden_job("prepayment-notice"))
    faces = dict(seen[0].faces)
    assert 1 <= len(faces) <= 3
    render_pdf(golden_job("overdue-letter"))
    assert all(seen[0].faces[address] is face for address, face in faces.items())


def test_the_second_letter_shapes_no_line_again(monkeypatch: pytest.MonkeyPatch) -> None:
    job = golden_job("prepayment-notice")
    first = render_pdf(job).data
    shaped: list[str] = []
    shape = quick_text._shaped
    monkeypatch.setattr(quick_text, "_shaped", lambda *about: (shaped.append(about[1].text), shape(*about))[1])
    assert render_pdf(job).data == first
    assert shaped == []


def test_little_is_remembered_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[quick.Memory] = []
    made = warm.Memory
    monkeypatch.setattr(warm, "Memory", lambda: (seen.append(made()), seen[-1])[1])
    job = golden_job("prepayment-notice")
    whole = render_pdf(job).data
    assert len(seen[0].drawn) > 40
    warm.let_go()
    monkeypatch.setattr(quick_text, "LINES_KEPT", 5)
    assert [render_pdf(job).data == whole for _ in range(2)] == [True, True]
    assert max(len(seen[1].drawn), len(seen[1].measured)) <= 5


def test_lines_of_few_sets_of_fonts_are_remembered() -> None:
    memories = [quick.Memory() for _ in range(quick.MEMORIES_KEPT + 1)]
    for each in memories:
        each.drawn["line"] = []
        with quick.quickened(each):
            assert quick.memory() is each
    assert [len(each.drawn) for each in memories] == [0, *[1] * quick.MEMORIES_KEPT]


def test_outside_its_block_the_engine_is_itself() -> None:
    render_pdf(golden_job("prepayment-notice"))
    assert quick.memory() is None
    html = (
        "<style>@page{size:A6;margin:1cm} p{border-bottom:1px solid} td{border:2px solid red}</style><p>a<table><td>b"
    )
    document = weasyprint.HTML(string=html).render()
    assert document.write_pdf() == weasyprint.HTML(string=html).render().write_pdf()


def test_the_inside_we_reach_into_is_the_one_that_was_proved() -> None:
    """A new WeasyPrint fails here first: read what changed, prove it with the slow test, add it to PROVED_WITH."""
    assert weasyprint.__version__ in quick.PROVED_WITH
    assert pydyf.VERSION in quick_spelling.PROVED_WITH
    for name, (thing, digest) in INSIDE.items():
        source = inspect.getsource(getattr(thing, quick._MARK, thing))
        assert hashlib.sha256(source.encode()).hexdigest()[:16] == digest, name


def told(element: Element) -> object:
    children = [told(each) for each in element]
    return element.tag, dict(element.attrib), element.text or "", element.tail or "", children


@pytest.mark.parametrize("kind", KINDS)
def test_a_filled_template_is_read_as_the_standard_says(kind: str) -> None:
    html, _, _ = fill_html(golden_job(kind))
    tree = parsed(html)
    assert tree is not None
    assert told(tree) == told(tinyhtml5.parse(html, namespace_html_elements=False))


PAGE = "<!DOCTYPE html>\n<html lang='zh'><head><title>a</title></head>\n<body>{}</body>\n</html>\n".replace("'", '"')


@pytest.mark.parametrize(
    "body",
    [
        *("<p>a<p>b</p>", "<p>a<div>b</div></p>", "<table><tr><p>a</p></tr></table>", "<p>a</div>", "<p>a < b</p>"),
        *("<p>a &copy b</p>", "<p>a & b</p>", "<!-- a --><p>b</p>", "<p>a\r\nb</p>", "<P>a</P>", "<p x=1>a</p>"),
        *('<p class="a" class="b">a</p>', "<table>a<tr><td>b</td></tr></table>", "<ul><li>a</li></ul>", "<p>a</p"),
        *("<table><tr><td>a</td></tr><thead><tr><td>b</td></tr></thead></table>", "<b><p>a</p></b>", "</p>", "<p>"),
        *("</body><p>a</p>", "<body><p>a</p></body>", "<style>p { color: red }</style>", '<p title="a<b">a</p>'),
    ],
)
def test_what_is_not_plain_is_left_to_the_engines_parser(body: str) -> None:
    assert parsed(PAGE.format(body)) is None


PIECES = (
    *("<p>", "</p>", "<div>", "</div>", "<table>", "</table>", "<tr>", "</tr>", "<td>", "</td>", "<b>", "</b>", "<br>"),
    *("<tbody>", "</tbody>", "<thead>", "</thead>", '<span class="x y">', "</span>", "a", " ", "\n", "&amp;", "&lt;b"),
    *("<colgroup>", '<col class="c">', "</colgroup>", "<h1>", "</h1>", "&#39;", "中 文", "<th>", "</th>", "<strong>"),
)


@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_whatever_is_read_is_read_as_the_standard_says(body: str) -> None:
    html = PAGE.format(body)
    tree = parsed(html)
    assert tree is None or told(tree) == told(tinyhtml5.parse(html, namespace_html_elements=False))


@pytest.mark.parametrize(
    ("sheet", "may"),
    [
        (b"p.a td > b { color: red }", True),
        (b"@page :first { margin: 0 } tr > :first-child::before { content: 'a:b' }", True),
        (b"/* p + p { } */ p { color: red; }", True),
        (b"p + p { color: red }", False),
        (b"p ~ p { color: red }", False),
        (b"p:nth-child(2) { color: red }", False),
        (b"p { } b:last-child { color: red }", False),
        (b"tr[data-upto] { color: red }", False),
    ],
)
def test_styles_go_by_place_only_where_the_place_decides(sheet: bytes, *, may: bool) -> None:
    assert styles.places_decide(sheet) is may
