"""Look at a foreign workbook before anything opens it: its zip, its parts, and how far its cells reach.

An xlsx is a zip of XML parts (ECMA-376). Sizes are counted while unpacking, never believed; macros, links to other
workbooks and data connections are refused, for what a cell says must stand in the file itself.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator

from lxml import etree

from docgen.errors import LimitExceeded, UnreadableFile
from docgen.findings import Finding, error
from docgen.papers.docx_parts import ZIP_TROUBLE

MAX_BYTES = 30 * 1024 * 1024
MAX_PARTS = 2000
MAX_PART_BYTES = 150 * 1024 * 1024
MAX_TOTAL_BYTES = 300 * 1024 * 1024
MAX_ROWS = 100_000
MAX_COLUMNS = 500
MAX_CELLS = 3_000_000

_CHUNK = 1024 * 1024
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = 0x1
_WORKBOOK = "xl/workbook.xml"
_MACROS = re.compile(r"(^|/)(vbaproject|vbadata|activex|macrosheets|dialogsheets|embeddings)", re.IGNORECASE)
_REACHES_OUT = re.compile(r"^xl/(externallinks/|connections\.xml|querytables/|webextensions/)", re.IGNORECASE)
_CELL = re.compile(rb"<(?:\w+:)?c\s[^>]*?\br\s*=\s*[\"']([A-Z]{1,3})(\d{1,7})[\"']")
_SPECIAL = re.compile(rb"<(?:\w+:)?f[\s>/]|\bt\s*=\s*[\"']e[\"']")
_DOCTYPE = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_STRICT = "{http://purl.oclc.org/ooxml/spreadsheetml/main}"
_LOST_IN_COPY = re.compile(
    r"^xl/(charts/|diagrams/|media/|slicers/|timelines/|ctrlprops/|threadedcomments/)", re.IGNORECASE
)

Special = dict[str, str]
"""Cell → `formula` (with its result), `unsolved` (a formula without), `error` (#N/A and the like)."""


def inspect(data: bytes) -> dict[str, Special]:
    """Return the special cells by the sheet's part name.

    Raises:
        UnreadableFile: no xlsx, encrypted, or holding what is refused.
        LimitExceeded: too large in bytes, parts, rows or columns.
    """
    if len(data) > MAX_BYTES:
        raise LimitExceeded.of("exchange.too-large", megabytes=MAX_BYTES // (1024 * 1024))
    if data.startswith(_OLD_OFFICE):
        raise UnreadableFile.of("exchange.locked-or-old")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            _check_directory(package.infolist())
            return _special_cells(package)
    except ZIP_TROUBLE as problem:
        raise UnreadableFile.of("exchange.not-a-workbook") from problem


def lost_in_copy(data: bytes) -> tuple[str, ...]:
    """Return the parts that a rewritten copy may not carry: charts, pictures, controls."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return tuple(sorted(name for name in package.namelist() if _LOST_IN_COPY.match(name)))


def _check_directory(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MAX_PARTS or sum(entry.file_size for entry in entries) > MAX_TOTAL_BYTES:
        raise LimitExceeded.of("exchange.unpacks-too-large", megabytes=MAX_TOTAL_BYTES // (1024 * 1024))
    if any(entry.file_size > MAX_PART_BYTES for entry in entries):
        raise LimitExceeded.of("exchange.unpacks-too-large", megabytes=MAX_PART_BYTES // (1024 * 1024))
    names = Counter(entry.filename.lower() for entry in entries)
    findings = [one for entry in entries for one in _check_entry(entry, names[entry.filename.lower()])]
    if not findings and _WORKBOOK not in names:
        findings.append(error("exchange.not-a-workbook"))
    if findings:
        raise UnreadableFile(_once(findings))


def _once(findings: list[Finding]) -> list[Finding]:
    return list({finding.code: finding for finding in findings}.values())


def _check_entry(entry: zipfile.ZipInfo, times: int) -> Iterator[Finding]:
    name = entry.filename
    if times > 1 or name.startswith("/") or "\\" in name or ".." in name.split("/"):
        yield error("exchange.not-a-workbook")
    if entry.flag_bits & _ENCRYPTED:
        yield error("exchange.locked-or-old")
    if _MACROS.search(name):
        yield error("exchange.has-macros", name)
    if _REACHES_OUT.match(name):
        yield error("exchange.links-out", name)


def _special_cells(package: zipfile.ZipFile) -> dict[str, Special]:
    found: dict[str, Special] = {}
    total = 0
    for entry in package.infolist():
        content = _read(package, entry)
        total += len(content)
        if total > MAX_TOTAL_BYTES:
            raise LimitExceeded.of("exchange.unpacks-too-large", megabytes=MAX_TOTAL_BYTES // (1024 * 1024))
        if entry.filename.endswith((".xml", ".rels")) and _DOCTYPE.search(content):
            raise UnreadableFile.of("exchange.not-a-workbook")
        if entry.filename.startswith("xl/worksheets/") and entry.filename.endswith(".xml"):
            _check_extent(content, entry.filename)
            found[entry.filename] = dict(_special(content)) if _SPECIAL.search(content) else {}
    return found


def _read(package: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """Read one part; zipfile stops at the size told and then checks the sum, so a lie either way shows here."""
    content = bytearray()
    with package.open(entry) as part:
        while chunk := part.read(_CHUNK):
            content += chunk
            if len(content) > MAX_PART_BYTES:
                raise LimitExceeded.of("exchange.unpacks-too-large", megabytes=MAX_PART_BYTES // (1024 * 1024))
    return bytes(content)


def _check_extent(content: bytes, name: str) -> None:
    last_row = last_column = cells = 0
    for match in _CELL.finditer(content):
        cells += 1
        last_row = max(last_row, int(match[2]))
        last_column = max(last_column, _column_number(match[1]))
    if last_row > MAX_ROWS or last_column > MAX_COLUMNS or cells > MAX_CELLS:
        raise LimitExceeded.of("exchange.reaches-too-far", name, rows=MAX_ROWS, columns=MAX_COLUMNS)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _special(content: bytes) -> Iterator[tuple[str, str]]:
    settings = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}
    try:
        for _, cell in etree.iterparse(io.BytesIO(content), tag=(_MAIN + "c", _STRICT + "c"), **settings):
            kind = _kind(cell)
            if kind:
                yield cell.get("r") or "", kind
            cell.clear()
    except etree.XMLSyntaxError as problem:
        raise UnreadableFile.of("exchange.not-a-workbook") from problem


def _kind(cell: etree._Element) -> str:
    if cell.get("t") == "e":
        return "error"
    names = {etree.QName(child).localname: child.text or "" for child in cell}
    if "f" not in names:
        return ""
    return "formula" if names.get("v") or cell.get("t") == "str" else "unsolved"
