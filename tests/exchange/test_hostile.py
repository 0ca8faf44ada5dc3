"""Workbooks made to hurt are refused or bounded, and quickly."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import pytest

from docgen.deals.deal import Deal
from docgen.errors import DocgenError
from docgen.exchange.package import inspect
from docgen.exchange.reader import read_workbook


@pytest.fixture(scope="module")
def good(made: Callable[..., bytes], deal: Deal) -> bytes:
    return made(deals=[deal])


def changed(
    data: bytes, *, add: dict[str, bytes] | None = None, sheet: Callable[[bytes], bytes] | None = None
) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, sheet(content) if sheet and name == "xl/worksheets/sheet3.xml" else content)
        for name, content in (add or {}).items():
            new.writestr(name, content)
    return out.getvalue()


def refused(data: bytes) -> str:
    with pytest.raises(DocgenError) as caught:
        read_workbook(data)
    return caught.value.findings[0].code


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "exchange.not-a-workbook"),
        (b"PK\x03\x04 nonsense", "exchange.not-a-workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "exchange.locked-or-old"),
        (b"a,b,c\n1,2,3\n", "exchange.not-a-workbook"),
    ],
)
def test_what_is_no_workbook_is_refused(data: bytes, code: str) -> None:
    assert refused(data) == code


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("xl/vbaProject.bin", "exchange.has-macros"),
        ("xl/embeddings/oleObject1.bin", "exchange.has-macros"),
        ("xl/externalLinks/externalLink1.xml", "exchange.links-out"),
        ("xl/connections.xml", "exchange.links-out"),
        ("../evil.xml", "exchange.not-a-workbook"),
        ("XL/workbook.xml", "exchange.not-a-workbook"),
    ],
)
def test_macros_links_and_odd_names_are_refused(good: bytes, name: str, code: str) -> None:
    assert refused(changed(good, add={name: b"<x/>"})) == code


def test_a_bomb_is_refused(good: bytes) -> None:
    assert refused(changed(good, add={"xl/media/bomb.bin": bytes(160 * 1024 * 1024)})) == "exchange.unpacks-too-large"


def test_a_lying_size_is_refused(good: bytes) -> None:
    data = bytearray(changed(good, add={"xl/media/last.bin": bytes(5000)}))
    at = data.rindex(b"PK\x01\x02")
    data[at + 24 : at + 28] = (10).to_bytes(4, "little")
    assert refused(bytes(data)) == "exchange.not-a-workbook"


def test_a_cell_at_the_far_end_is_refused(good: bytes) -> None:
    far = b'<row r="1048576"><c r="XFD1048576" t="n"><v>1</v></c></row></sheetData>'
    assert (
        refused(changed(good, sheet=lambda content: content.replace(b"</sheetData>", far)))
        == "exchange.reaches-too-far"
    )


def test_a_far_cell_written_oddly_is_bounded_too(good: bytes) -> None:
    far = b"<row r = '1048576'><c t='n'  r = 'XFD1048576'><v>1</v></c></row></sheetData>"
    code = refused(changed(good, sheet=lambda content: content.replace(b"</sheetData>", far)))
    assert code in {"exchange.reaches-too-far", "contained.memory", "contained.time", "contained.died"}


def test_declared_rows_alone_cost_nothing(good: bytes) -> None:
    def declare(content: bytes) -> bytes:
        start = content.index(b'<dimension ref="') + 16
        return content[:start] + b"A1:XFD1048576" + content[content.index(b'"', start) :]

    data = changed(good, sheet=declare)
    assert b"A1:XFD1048576" in zipfile.ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet3.xml")
    assert [sheet.rows for sheet in read_workbook(data)] == [sheet.rows for sheet in read_workbook(good)]


def test_an_entity_is_refused(good: bytes) -> None:
    entity = b'<!DOCTYPE x [<!ENTITY a "b">]>'
    assert refused(changed(good, sheet=lambda content: entity + content)) == "exchange.not-a-workbook"


def test_a_good_workbook_passes(good: bytes) -> None:
    assert len(inspect(good)) > 20
