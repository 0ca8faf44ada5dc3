from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import BooleanObject, DecodedStreamObject, DictionaryObject, NameObject, NumberObject, StreamObject

from docgen.demo.telephone import photograph
from docgen.errors import UnreadableFile
from docgen.papers.other_kinds import EXCEL, OFD, OLE, WORD, XML
from docgen.papers.reading import read_paper

HERE = Path(__file__).parent
Picture = Callable[[int], Image.Image]


def packed(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for name in names:
            package.writestr(name, "<a/>")
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (packed("OFD.xml", "Doc_0/Document.xml"), OFD),
        (packed("[Content_Types].xml", "word/document.xml"), WORD),
        (packed("[Content_Types].xml", "xl/workbook.xml"), EXCEL),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, OLE),
        (b"<?xml version='1.0' encoding='utf-8'?><EInvoice><No>1</No></EInvoice>", XML),
    ],
    ids=["ofd", "word", "excel", "ole", "xml"],
)
def test_files_that_are_no_scans_are_known_by_their_content(tmp_path: Path, data: bytes, kind: str) -> None:
    path = tmp_path / "any.bin"
    path.write_bytes(data)
    found = read_paper(path)
    assert (found.media_type, found.pages) == (kind, ())


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(packed("OFD.xml")[:-30], id="ofd-cut-short"),
        pytest.param(b"<a><b></a>", id="xml-not-closed"),
        pytest.param(b"<html><p>x</p></html>", id="html"),
        pytest.param(packed("a.txt"), id="zip"),
    ],
)
def test_what_is_cut_short_or_something_else_is_no_such_file(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "any.bin"
    path.write_bytes(data)
    with pytest.raises(UnreadableFile):
        read_paper(path)


def test_a_heic_photograph_is_read_upright() -> None:
    found = read_paper(HERE / "files" / "photo.heic")
    (page,) = found.pages
    assert found.media_type == "image/heic"
    assert [code.text for code in page.codes] == ["FOREIGN-HEIC-SAMPLE-000001"]
    assert page.height_mm > page.width_mm
    assert page.codes[0].x_mm > 150
    assert page.codes[0].y_mm > 240


def in_a_pdf(jpeg: bytes, margin: float) -> bytes:
    """Lay a photograph upon an A4 page, so many points from its edges, as telephone apps do."""
    document = pypdfium2.PdfDocument.new()
    page, picture = document.new_page(595, 842), pypdfium2.PdfImage.new(document)
    picture.load_jpeg(io.BytesIO(jpeg), inline=True)
    width = 595 - 2 * margin
    tall = width * 4 / 3
    picture.set_matrix(pypdfium2.PdfMatrix().scale(width, tall).translate(margin, (842 - tall) / 2))
    page.insert_obj(picture)
    page.gen_content()
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def as_a_pdf(jpeg: bytes) -> bytes:
    """Make a page as large as the photograph, at the 72 dpi of programs that know nothing."""
    out = io.BytesIO()
    with Image.open(io.BytesIO(jpeg)) as picture:
        picture.save(out, "PDF", resolution=72, quality=90)
    return out.getvalue()


@pytest.mark.parametrize("seed", [1, 20])
def test_a_photographed_page_is_read_askew_and_in_shadow_by_itself_and_in_a_pdf(
    page_picture: Picture, code_text: str, tmp_path: Path, seed: int
) -> None:
    taken = photograph(np.asarray(page_picture(300)), tilt=0.3, seed=seed, shadow=0.3)
    for name, data in (("a.jpg", taken), ("full.pdf", as_a_pdf(taken)), ("boxed.pdf", in_a_pdf(taken, 20))):
        (tmp_path / name).write_bytes(data)
        (page,) = read_paper(tmp_path / name).pages
        assert [code.text for code in page.codes] == [code_text], name


def fax_pdf(page: Image.Image, strips: int) -> bytes:
    """Hand-build a PDF whose page is so many fax-coded strips, as copiers write them."""
    writer = PdfWriter()
    sheet = writer.add_blank_page(595, 842)
    height = page.height // strips
    drawn, images = "", DictionaryObject()
    for number in range(strips):
        part, out = page.crop((0, number * height, page.width, (number + 1) * height)).convert("1"), io.BytesIO()
        part.save(out, "TIFF", compression="group4", tiffinfo={278: part.height})
        with Image.open(io.BytesIO(out.getvalue())) as tiff:
            (at,), (size,) = tiff.tag_v2[273], tiff.tag_v2[279]
            is_black_one = tiff.tag_v2[262] == 1
        stream = StreamObject()
        stream._data = out.getvalue()[at : at + size]
        for key, value in (("Width", part.width), ("Height", part.height), ("BitsPerComponent", 1)):
            stream[NameObject(f"/{key}")] = NumberObject(value)
        stream[NameObject("/Type")], stream[NameObject("/Subtype")] = NameObject("/XObject"), NameObject("/Image")
        stream[NameObject("/ColorSpace")] = NameObject("/DeviceGray")
        stream[NameObject("/Filter")] = NameObject("/CCITTFaxDecode")
        stream[NameObject("/DecodeParms")] = DictionaryObject(
            {
                NameObject("/K"): NumberObject(-1),
                NameObject("/Columns"): NumberObject(part.width),
                NameObject("/Rows"): NumberObject(part.height),
                NameObject("/BlackIs1"): BooleanObject(is_black_one),
            }
        )
        images[NameObject(f"/I{number}")] = writer._add_object(stream)
        tall = 842 / strips
        drawn += f"q 595 0 0 {tall} 0 {842 - (number + 1) * tall} cm /I{number} Do Q\n"
    content = DecodedStreamObject()
    content.set_data(drawn.encode())
    sheet[NameObject("/Resources")] = DictionaryObject({NameObject("/XObject"): images})
    sheet[NameObject("/Contents")] = writer._add_object(content)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize("strips", [1, 6])
def test_a_fax_coded_pdf_in_strips_is_read_as_one_page(
    tmp_path: Path, page_picture: Picture, code_text: str, strips: int
) -> None:
    path = tmp_path / "copier.pdf"
    path.write_bytes(fax_pdf(page_picture(200), strips))
    assert len(PdfReader(path).pages) == 1
    (page,) = read_paper(path).pages
    assert [code.text for code in page.codes] == [code_text]
