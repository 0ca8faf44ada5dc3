from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping

import docx
import pytest
from docx.oxml import parse_xml

from docgen.errors import UnreadableFile
from docgen.findings import Severity, has_errors, message_table
from docgen.papers.docx import check_docx, docx_texts, footer_texts, header_texts

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
DOCUMENT_RELS = "word/_rels/document.xml.rels"


def a_contract() -> bytes:
    document = docx.Document()
    document.add_paragraph("第一条 标的")
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip(table._cells, ["名称", "金额", "软件", "285,000.00"], strict=True):
        cell.text = text
    document.add_paragraph("")
    document.add_paragraph("第二条\t付款\n分三期")
    document.sections[0].header.paragraphs[0].text = "合同编号 SO2024031001"
    document.sections[0].footer.paragraphs[0].text = "第 1 页"
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def parts_of(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {name: package.read(name) for name in package.namelist()}


def packed(parts: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return out.getvalue()


def changed(name: str, change: Callable[[bytes], bytes]) -> bytes:
    parts = parts_of(a_contract())
    parts[name] = change(parts[name])
    return packed(parts)


def with_relationship(kind: str, target: str, mode: str = ' TargetMode="External"') -> bytes:
    extra = f'<Relationship Id="rId99" Type="{REL}{kind}" Target="{target}"{mode}/></Relationships>'.encode()
    return changed(DOCUMENT_RELS, lambda rels: rels.replace(b"</Relationships>", extra))


def with_body(xml: str) -> bytes:
    document = docx.Document()
    document._body._element.insert(0, parse_xml(xml))
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def codes(data: bytes) -> set[str]:
    return {finding.code for finding in check_docx(data)}


def test_paragraphs_and_cells_come_in_document_order() -> None:
    assert docx_texts(a_contract()) == ("第一条 标的", "名称", "金额", "软件", "285,000.00", "第二条\t付款\n分三期")


def test_headers_and_footers_are_apart() -> None:
    assert header_texts(a_contract()) == ("合同编号 SO2024031001",)
    assert footer_texts(a_contract()) == ("第 1 页",)


def test_tracked_changes_are_read_as_accepted() -> None:
    data = with_body(
        f'<w:p {W}><w:r><w:t xml:space="preserve">金额 </w:t></w:r>'
        "<w:del><w:r><w:delText>285,000</w:delText></w:r></w:del><w:ins><w:r><w:t>185,000</w:t></w:r></w:ins>"
        "<w:moveFrom><w:r><w:t>旧处</w:t></w:r></w:moveFrom></w:p>"
    )
    assert docx_texts(data) == ("金额 185,000",)


def test_a_text_box_is_read_once_after_its_paragraph() -> None:
    box = f"<w:txbxContent {W}><w:p><w:r><w:t>框内</w:t></w:r></w:p></w:txbxContent>"
    data = with_body(
        f'<w:p {W} xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><w:r><w:t>框外</w:t></w:r>'
        f'<w:r><mc:AlternateContent><mc:Choice Requires="wps">{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback>'
        "</mc:AlternateContent></w:r></w:p>"
    )
    assert docx_texts(data) == ("框外", "框内")


def test_an_ordinary_file_has_nothing_found() -> None:
    assert check_docx(a_contract()) == []


def test_a_web_link_is_only_noted() -> None:
    (finding,) = check_docx(with_relationship("hyperlink", "https://example.invalid/"))
    assert (finding.code, finding.severity) == ("papers.docx-link", Severity.NOTE)


@pytest.mark.parametrize(
    ("kind", "target", "mode"),
    [
        ("attachedTemplate", "file:///C:/evil.dotm", ' TargetMode="External"'),
        ("attachedTemplate", "https://example.invalid/t.dotm", ' TargetMode="External"'),
        ("image", "\\\\server\\share\\pixel.png", ' TargetMode="External"'),
        ("image", "https://example.invalid/pixel.png", ' TargetMode="External"'),
        ("hyperlink", "file://server/share", ' TargetMode="External"'),
        ("image", "file:///etc/passwd", ""),
        ("image", "//server/share/pixel.png", ""),
    ],
)
def test_references_out_of_the_file_are_refused(kind: str, target: str, mode: str) -> None:
    findings = check_docx(with_relationship(kind, target, mode))
    assert [(one.code, one.where) for one in findings] == [("papers.docx-external", DOCUMENT_RELS)]
    assert has_errors(findings)


@pytest.mark.parametrize("kind", ["oleObject", "vbaProject", "aFChunk", "attachedTemplate", "control"])
def test_active_parts_are_refused_inside_the_file_too(kind: str) -> None:
    assert codes(with_relationship(kind, "embeddings/thing.xml", "")) == {"papers.docx-active"}


def test_macros_are_refused() -> None:
    found = codes(changed("[Content_Types].xml", lambda types: types.replace(b"document.main+xml", b"macroEnabled.x")))
    assert found == {"papers.docx-macro"}
    assert codes(packed({**parts_of(a_contract()), "word/vbaProject.bin": b"x"})) == {"papers.docx-active"}


@pytest.mark.parametrize("words", ["DDEAUTO c:\\\\windows\\\\cmd.exe", " INCLUDEPICTURE http://example.invalid/x "])
def test_fields_that_fetch_are_refused_even_split_over_runs(words: str) -> None:
    runs = "".join(f'<w:r><w:instrText xml:space="preserve">{letter}</w:instrText></w:r>' for letter in words)
    assert codes(with_body(f"<w:p {W}>{runs}</w:p>")) == {"papers.docx-live-field"}
    assert codes(with_body(f'<w:p {W}><w:fldSimple w:instr="{words}"/></w:p>')) == {"papers.docx-live-field"}


def test_page_numbers_are_no_live_fields() -> None:
    assert codes(with_body(f'<w:p {W}><w:fldSimple w:instr=" PAGE \\* MERGEFORMAT "/></w:p>')) == set()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_doctype_is_refused_in_any_encoding(encoding: str) -> None:
    bomb = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbb">]><a>&b;</a>'.encode(encoding)
    data = changed("word/styles.xml", lambda _: bomb)
    assert [(one.code, one.where) for one in check_docx(data)] == [("papers.docx-doctype", "word/styles.xml")]
    with pytest.raises(UnreadableFile):
        docx_texts(data)


def test_broken_xml_is_named_by_part() -> None:
    findings = check_docx(changed("word/document.xml", lambda xml: xml[:-20]))
    assert [(one.code, one.where) for one in findings] == [("papers.docx-broken-part", "word/document.xml")]


def test_too_many_parts_are_refused() -> None:
    many = {f"word/part{number}.xml": b"<a/>" for number in range(2001)}
    assert codes(packed({**parts_of(a_contract()), **many})) == {"papers.docx-too-many-parts"}


def test_a_part_of_more_than_ten_megabytes_is_refused() -> None:
    bomb = packed({**parts_of(a_contract()), "word/media/big.png": bytes(10 * 1024 * 1024 + 1)})
    assert len(bomb) < 100_000
    assert codes(bomb) == {"papers.docx-part-too-large"}


def test_more_than_fifty_megabytes_in_all_are_refused() -> None:
    media = {f"word/media/{number}.png": bytes(9 * 1024 * 1024) for number in range(6)}
    assert codes(packed({**parts_of(a_contract()), **media})) == {"papers.docx-too-large"}


@pytest.mark.parametrize("told", [10, 100_000])
def test_a_part_that_lies_about_its_size_is_refused(told: int) -> None:
    body = bytes(20 * 1024)
    data = bytearray(packed({**parts_of(a_contract()), "word/media/lie.png": body}))
    # The size stands after the checksum and the packed size in the local head and in the directory (APPNOTE 4.3.7).
    truth, lie = (struct.pack("<I", zlib.crc32(body)), struct.pack("<I", told))
    place = data.find(truth)
    while place != -1:
        data[place + 8 : place + 12] = lie
        place = data.find(truth, place + 1)
    findings = check_docx(bytes(data))
    assert [(one.code, one.where) for one in findings] == [("papers.docx-lying-size", "word/media/lie.png")]


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("twin", ["word/document.xml", "Word/Document.xml"])
def test_a_part_that_stands_twice_is_refused(twin: str) -> None:
    out = io.BytesIO(a_contract())
    with zipfile.ZipFile(out, "a") as package:
        package.writestr(twin, b"<a/>")
    assert codes(out.getvalue()) == {"papers.docx-twice"}


@pytest.mark.parametrize("name", ["../evil.xml", "/etc/evil.xml", "word\\evil.xml", "word/../../evil.xml"])
def test_part_names_that_lead_outside_are_refused(name: str) -> None:
    assert codes(packed({**parts_of(a_contract()), name: b"<a/>"})) == {"papers.docx-bad-name"}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "papers.docx-not-a-package"),
        (b"%PDF-1.7", "papers.docx-not-a-package"),
        (b"PK\x03\x04 cut", "papers.docx-not-a-package"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 an old or locked file", "papers.docx-locked-or-old"),
        (packed({"a.txt": b"x"}), "papers.docx-not-word"),
        (packed({"[Content_Types].xml": b"<a/>", "xl/workbook.xml": b"<a/>"}), "papers.docx-not-word"),
    ],
)
def test_what_is_no_word_file_is_refused(data: bytes, code: str) -> None:
    assert codes(data) == {code}
    with pytest.raises(UnreadableFile) as caught:
        docx_texts(data)
    assert caught.value.findings[0].code == code


def test_a_file_cut_or_spoiled_anywhere_is_found_bad_but_never_crashes() -> None:
    data = a_contract()
    for length in range(0, len(data), len(data) // 30):
        assert has_errors(check_docx(data[:length]))
    for place in range(0, len(data), len(data) // 100):
        check_docx(data[:place] + bytes([data[place] ^ 0x55]) + data[place + 1 :])


def test_every_code_of_this_room_has_both_languages_and_remedies() -> None:
    rows = {code: row for code, row in message_table().items() if code.startswith("papers.")}
    assert len(rows) >= 25
    assert all(row.zh and row.en and row.zh_next and row.en_next for row in rows.values())
