from __future__ import annotations

import io

import pypdf
import pytest

from docgen.errors import DocgenError, LimitExceeded, UnreadableFile
from docgen.papers import runs
from docgen.papers.compare import squeeze
from docgen.papers.pdf import facts, opened, page_texts, pages_of, rasterise, read_whole, text_runs

A4_POINTS = (595.28, 841.89)


def code_of(caught: pytest.ExceptionInfo[DocgenError]) -> str:
    (finding,) = caught.value.findings
    return finding.code


def test_each_page_gives_its_text_in_order(letter: bytes) -> None:
    first, second = page_texts(letter)
    assert squeeze(first) == squeeze(
        "预付款通知单 合同 SO-2024-0311 a-line-that-is-broken-somewhere-between-its-hyphens 金额 285,000.00 元"
        "此处签章 第1页"
    )
    assert squeeze(second) == "第二张第2页"


@pytest.mark.parametrize("counted", ["alike", "otherwise"])
def test_a_page_read_at_once_has_the_characters_pdfium_gives_one_by_one(
    letter: bytes, counted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if counted == "otherwise":
        monkeypatch.setattr(runs.pdfium, "FPDFText_GetText", lambda *_: 0)
    seen: list[int] = []
    with opened(letter) as document:
        for page in pages_of(document):
            text_page = page.get_textpage()
            each = [runs.pdfium.FPDFText_GetUnicode(text_page, at) for at in range(text_page.count_chars())]
            assert runs._code_points(text_page) == [ord("-") if point == 2 else point for point in each]
            seen += each
            text_page.close()
    assert 2 in seen, "a hyphen that ends a line is the one that is told differently"


def test_runs_tell_where_the_words_stand(letter: bytes) -> None:
    runs = {run.text: run for run in text_runs(letter)[0]}
    place = runs["此处签章"]
    # Page margin 2 cm = 56.69 pt; the box is placed 100 pt right and 300 pt down of it; four characters of 12 pt.
    assert place.x == pytest.approx(56.69 + 100, abs=0.5)
    assert place.y == pytest.approx(56.69 + 300, abs=4)
    assert place.width == pytest.approx(4 * 12, abs=0.5)
    assert 12 <= place.height <= 20


def test_runs_hold_the_same_words_as_the_text(letter: bytes) -> None:
    for text, stretches in zip(page_texts(letter), text_runs(letter), strict=True):
        assert squeeze("".join(run.text for run in stretches)) == squeeze(text)


def test_runs_of_a_turned_page_stand_as_it_is_seen(letter: bytes) -> None:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(letter))
    writer.pages[0].rotate(90)
    out = io.BytesIO()
    writer.write(out)
    straight = next(run for run in text_runs(letter)[0] if run.text == "此处签章")
    turned = next(run for run in text_runs(out.getvalue())[0] if run.text == "此处签章")
    # A quarter turn clockwise: what was far down is now near the left, what was left is now near the top.
    assert turned.y == pytest.approx(straight.x, abs=0.1)
    assert turned.x == pytest.approx(A4_POINTS[1] - straight.y - straight.height, abs=0.1)
    assert (turned.width, turned.height) == pytest.approx((straight.height, straight.width), abs=0.1)


def test_facts_are_what_the_file_says(letter: bytes) -> None:
    found = facts(letter)
    assert (found.pages, found.title, found.author) == (2, "预付款通知单", "虚构科技有限公司")
    assert (found.language, found.tagged, found.pdfa) == ("zh-CN", True, "2A")
    assert found.page_sizes == (pytest.approx(A4_POINTS, abs=0.01), pytest.approx(A4_POINTS, abs=0.01))


def test_a_plain_pdf_claims_nothing(blank_pdf: object) -> None:
    assert callable(blank_pdf)
    found = facts(blank_pdf(1))
    assert (found.pages, found.title, found.language, found.tagged, found.pdfa) == (1, "", "", False, "")


def test_pages_become_gray_pictures_of_the_right_size(letter: bytes) -> None:
    first, second = rasterise(letter, 72)
    assert first.shape == second.shape == (842, 596)
    assert first.dtype.name == "uint8"
    assert (first < 128).sum() > (second < 128).sum() > 0
    (only,) = rasterise(letter, 144, 2)
    assert only.shape == (1684, 1191)


def test_a_file_read_once_for_everything_tells_what_it_tells_piece_by_piece(letter: bytes) -> None:
    whole = read_whole(letter, dpi=150)
    assert (whole.facts, whole.texts) == (facts(letter), page_texts(letter))
    pictures = rasterise(letter, 150)
    assert len(whole.pictures) == len(pictures) == 2
    assert all((one == other).all() for one, other in zip(whole.pictures, pictures, strict=True))
    assert read_whole(letter, dpi=None).pictures == ()


def test_a_part_of_a_page_is_the_same_part_of_its_picture(letter: bytes) -> None:
    part, whole = read_whole(letter, dpi=144, windows=[(100, 50, 200, 150)]).pictures
    first, second = rasterise(letter, 144)
    assert part.shape == (300, 400)
    assert (part == first[100:400, 200:600]).mean() > 0.99  # a glyph cut at the edge is drawn a shade lighter
    assert (part < 128).any()
    assert (whole == second).all()
    beyond, _ = read_whole(letter, dpi=144, windows=[(-10, -10, 2000, 2000), None, (0, 0, 1, 1)]).pictures
    assert (beyond == first).all()


def test_a_page_that_is_not_there_is_refused(letter: bytes) -> None:
    for page in (0, 3, -1):
        with pytest.raises(UnreadableFile) as caught:
            rasterise(letter, 72, page)
        assert code_of(caught) == "papers.no-such-page"


def test_a_picture_too_large_for_memory_is_refused(letter: bytes) -> None:
    with pytest.raises(LimitExceeded) as caught:
        rasterise(letter, 5000, 1)
    assert code_of(caught) == "papers.too-many-pixels"


def test_an_encrypted_pdf_is_refused(letter: bytes, locked: object) -> None:
    assert callable(locked)
    with pytest.raises(UnreadableFile) as caught:
        page_texts(locked(letter))
    assert code_of(caught) == "papers.encrypted"


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7\n", b"%PDF-1.7\n%%EOF", b"not a pdf", b"%PDF-" + bytes(5000)])
def test_what_is_no_pdf_is_corrupt(data: bytes) -> None:
    with pytest.raises(UnreadableFile) as caught:
        page_texts(data)
    assert code_of(caught) in {"papers.corrupt", "papers.no-pages"}


def test_too_many_pages_are_refused(blank_pdf: object) -> None:
    assert callable(blank_pdf)
    with pytest.raises(LimitExceeded) as caught:
        page_texts(blank_pdf(501))
    assert code_of(caught) == "papers.too-many-pages"
    assert len(page_texts(blank_pdf(500))) == 500


def test_a_file_cut_anywhere_is_read_or_refused_but_never_crashes(letter: bytes) -> None:
    for length in range(0, len(letter), len(letter) // 40):
        try:
            texts = page_texts(letter[:length])
        except UnreadableFile:
            continue
        assert len(texts) <= 2


def test_a_file_with_spoiled_bytes_is_read_or_refused_but_never_crashes(letter: bytes) -> None:
    for place in range(0, len(letter), len(letter) // 60):
        spoiled = letter[:place] + b"[[<<" + letter[place + 4 :]
        try:
            found = facts(spoiled)
        except UnreadableFile:
            continue
        assert found.pages <= 2
