"""The proof must bite: a finished file that says anything but what was rendered is refused, whatever the lie is."""

from __future__ import annotations

import base64
import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DecodedStreamObject, NameObject

from docgen.codes.draw import matrix
from docgen.codes.payload import Keyring, Payload, encode, new_document_id
from docgen.errors import ProofFailed
from docgen.issuing import proof
from docgen.issuing.proof import Expected, prove
from docgen.kinds.catalogue import load_catalogue
from docgen.papers import pdf as pdf_papers
from docgen.rendering.docx import RenderedDocx, render_docx
from docgen.rendering.golden import docx_job, load_case, pdf_job
from docgen.rendering.pdf import PdfJob, RenderedPdf, render_pdf

ROOT = Path(__file__).resolve().parents[2]
KIND = load_catalogue(ROOT / "templates").get("prepayment-notice")
RING = Keyring.fresh()
DOCUMENT = new_document_id()


def job() -> PdfJob:
    case = load_case(KIND.folder / "golden" / "manual", KIND, root=ROOT)
    return replace(pdf_job(case), page_code=lambda page, pages: encode(Payload(DOCUMENT, page, pages), RING))


def expected(given: PdfJob) -> Expected:
    return Expected(given.readable_number, given.meta.title, given.meta.author, DOCUMENT, RING)


@pytest.fixture(scope="module")
def letter() -> RenderedPdf:
    return render_pdf(job())


@pytest.fixture(scope="module")
def word() -> RenderedDocx:
    case = load_case(KIND.folder / "golden" / "manual", KIND, root=ROOT)
    return render_docx(replace(docx_job(case), header_code=encode(Payload(DOCUMENT, 0, 0), RING)))


def found(pdf: RenderedPdf | None, docx: RenderedDocx | None = None, *, wanted: Expected | None = None) -> list[str]:
    """Return the codes of what the proof finds; nothing where it is content."""
    try:
        prove(pdf, docx, expected=wanted or expected(job()))
    except ProofFailed as problem:
        return [each.code for each in problem.findings]
    return []


def changed(data: bytes, change: Callable[[PdfWriter], object]) -> bytes:
    """Return a file after a change of its structure, its claims and structure kept."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def drawn_over(data: bytes, operators: bytes) -> bytes:
    """Return a file with something more drawn on its first page."""

    def change(writer: PdfWriter) -> None:
        page, more = writer.pages[0], DecodedStreamObject()
        more.set_data(b"\nq " + operators + b" Q\n")
        page[NameObject("/Contents")] = ArrayObject([page.raw_get("/Contents"), writer._add_object(more)])

    return changed(data, change)


def test_what_was_rendered_is_proved(letter: RenderedPdf, word: RenderedDocx) -> None:
    assert found(letter) == []
    assert found(None, word) == []
    assert found(replace(letter, data=changed(letter.data, lambda _: None))) == []


def test_one_character_that_differs_is_refused(letter: RenderedPdf) -> None:
    first, *rest = letter.page_texts
    other = first.replace("85,500.00", "85,600.00")
    assert other != first
    with pytest.raises(ProofFailed) as caught:
        prove(replace(letter, page_texts=(other, *rest)), None, expected=expected(job()))
    (finding,) = caught.value.findings
    assert (finding.code, finding.params["page"]) == ("issuing.proof-text", 1)
    assert str(finding.params["expected"]) != str(finding.params["found"])


def test_another_number_of_pages_is_refused(letter: RenderedPdf) -> None:
    assert "issuing.proof-pages" in found(replace(letter, pages=letter.pages + 1, page_texts=letter.page_texts))


def test_another_title_or_author_is_refused(letter: RenderedPdf) -> None:
    wanted = replace(expected(job()), title="别的标题", author="别的公司")
    assert found(letter, wanted=wanted) == ["issuing.proof-property"] * 2


def test_a_file_that_claims_no_pdfa_is_refused(letter: RenderedPdf) -> None:
    def strip(writer: PdfWriter) -> None:
        del writer.root_object["/Metadata"]

    assert found(replace(letter, data=changed(letter.data, strip))) == ["issuing.proof-not-pdfa"]


def test_text_that_did_not_fit_is_refused(letter: RenderedPdf) -> None:
    assert found(replace(letter, clipped=("1: 被截断的字",))) == ["issuing.proof-clipped"]


def test_a_code_of_another_paper_or_of_another_key_is_refused(letter: RenderedPdf) -> None:
    wanted = expected(job())
    assert found(letter, wanted=replace(wanted, document_id=new_document_id())) == ["issuing.proof-code"]
    assert found(letter, wanted=replace(wanted, keyring=Keyring.fresh())) == ["issuing.proof-code"]


def test_a_code_that_is_drawn_over_is_refused(letter: RenderedPdf) -> None:
    (zone,) = [each for each in letter.zones if each.role == "code"][:1]
    height = pdf_papers.facts(letter.data).page_sizes[0][1]
    box = f"0 g {zone.x:.1f} {height - zone.y - zone.height:.1f} {zone.width:.1f} {zone.height:.1f} re f"
    assert found(replace(letter, data=drawn_over(letter.data, box.encode()))) == ["issuing.proof-code"]
    bar = f"0 g {zone.x - 3:.1f} {height - zone.y - zone.height / 2:.1f} {zone.width + 6:.1f} 5 re f"
    assert found(replace(letter, data=drawn_over(letter.data, bar.encode()))) == ["issuing.proof-code"]


def test_a_page_without_its_code_is_refused() -> None:
    bare = render_pdf(replace(job(), page_code=None))
    assert found(bare) == ["issuing.proof-code"]


@pytest.mark.parametrize("where", ["top", "beside"])
def test_a_second_code_in_a_picture_is_refused_wherever_it_stands(letter: RenderedPdf, where: str) -> None:
    """A scan of an earlier paper pasted into a template would file this one under the other's number."""
    other = encode(Payload(new_document_id(), 1, 1), RING)
    picture = Image.new("L", (len(matrix(other)) + 4,) * 2, 255)
    for y, row in enumerate(matrix(other)):
        for x, dark in enumerate(row):
            picture.putpixel((x + 2, y + 2), 0 if dark else 255)
    out = io.BytesIO()
    picture.resize((picture.width * 8, picture.height * 8), Image.Resampling.NEAREST).save(out, "PDF", resolution=300)
    at = (60, 640) if where == "top" else (440, 30)

    def paste(writer: PdfWriter) -> None:
        stamp = PdfReader(io.BytesIO(out.getvalue())).pages[0]
        writer.pages[0].merge_translated_page(stamp, *at)

    assert found(replace(letter, data=changed(letter.data, paste))) == ["issuing.proof-code"]


def test_a_paper_with_pictures_is_drawn_whole_and_one_without_only_around_its_codes(
    letter: RenderedPdf, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[tuple[int, ...]] = []
    look = proof.read_codes
    monkeypatch.setattr(proof, "read_codes", lambda image: (sizes.append(image.shape), look(image))[1])
    assert found(letter) == []
    monkeypatch.setattr(pdf_papers, "has_pictures", lambda _: True)
    assert found(letter) == []
    around, whole = sizes[: letter.pages], sizes[letter.pages :]
    assert all(max(each) < 200 for each in around)
    assert all(max(each) > 1700 for each in whole)


def test_a_picture_is_known_from_the_bytes(letter: RenderedPdf) -> None:
    assert not pdf_papers.has_pictures(letter.data)
    dot = io.BytesIO()
    Image.new("RGB", (2, 2), "red").save(dot, "PNG")
    source = base64.b64encode(dot.getvalue()).decode()
    import weasyprint  # noqa: PLC0415  # slow to import

    page = f'<img src="data:image/png;base64,{source}">'
    assert pdf_papers.has_pictures(weasyprint.HTML(string=page).write_pdf(pdf_variant="pdf/a-2a"))


def test_a_word_file_that_lacks_a_value_its_number_or_its_code_is_refused(word: RenderedDocx) -> None:
    wanted = expected(job())
    assert found(None, word, wanted=replace(wanted, number="HT-0")) == ["issuing.proof-header"]
    assert found(None, word, wanted=replace(wanted, document_id=new_document_id())) == ["issuing.proof-word-code"]
    swapped = replace(word, values=(*word.values, replace(word.values[0], text="不在文中的值")))
    assert found(None, swapped) == ["issuing.proof-value"]
    assert "issuing.proof-value" in found(None, replace(word, data=edited(word.data, "85,500.00", "85,600.00")))


def edited(data: bytes, was: str, now: str) -> bytes:
    """Return a Word file with some characters of its text changed, wherever the tags between them stand."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "word/document.xml":
                pattern = "(?:<[^>]*>)*".join(map(re.escape, was))
                part = re.sub(pattern, now, part.decode()).encode()
            new.writestr(name, part)
    return out.getvalue()
