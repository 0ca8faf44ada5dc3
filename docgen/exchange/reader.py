"""Read a workbook's sheets as they are: values by row, and which cells hold formulas. Runs in a contained child.

Calamine is built for speed: 20,000 rows in about a second. What a value means is decided later, in
docgen.exchange.cells.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass, field
from datetime import time, timedelta
from typing import Any

from lxml import etree
from openpyxl.utils import get_column_letter
from python_calamine import CalamineError, CalamineWorkbook

from docgen.contained.limits import Limits
from docgen.contained.run import run
from docgen.errors import LimitExceeded, UnreadableFile
from docgen.exchange.cells import Raw
from docgen.exchange.package import MAX_CELLS, MAX_COLUMNS, MAX_ROWS, inspect

LIMITS = Limits(seconds=60, memory_mb=2048, output_mb=256)
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


@dataclass(frozen=True, slots=True)
class RawSheet:
    """One sheet as typed: rows from the first on, row 1 at index 0; special cells by name (D7)."""

    title: str
    rows: list[list[Raw]]
    special: dict[str, str] = field(default_factory=dict)


def read_workbook(data: bytes) -> tuple[RawSheet, ...]:
    """Return the visible and hidden sheets of a workbook, read in a contained child.

    Raises:
        UnreadableFile: it is no xlsx, or holds macros or links to other files.
        LimitExceeded: it reaches too far, or reading took too much.
    """
    told = run("docgen.exchange.reader:sheets_of", data, limits=LIMITS)
    return tuple(RawSheet(str(one["title"]), one["rows"], one["special"]) for one in told)


def sheets_of(data: bytes) -> list[dict[str, Any]]:
    """Return title, rows and special cells of each sheet as plain values; for the contained child."""
    special = inspect(data)
    parts = _parts_by_title(data)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            return [_sheet(book, title, special.get(parts.get(title, ""), {})) for title in book.sheet_names]
    except CalamineError as problem:
        raise UnreadableFile.of("exchange.not-a-workbook") from problem


def _sheet(book: CalamineWorkbook, title: str, special: dict[str, str]) -> dict[str, Any]:
    sheet = book.get_sheet_by_name(title)
    rows, columns = sheet.total_height, sheet.total_width
    if rows > MAX_ROWS or columns > MAX_COLUMNS or rows * columns > MAX_CELLS:
        raise LimitExceeded.of("exchange.reaches-too-far", title, rows=MAX_ROWS, columns=MAX_COLUMNS)
    values = sheet.to_python(skip_empty_area=False)
    times = {cell_name(at, index): "time" for at, row in enumerate(values) for index, value in enumerate(row)
             if isinstance(value, time | timedelta)}  # fmt: skip
    return {"title": title, "rows": [_trimmed(row) for row in values], "special": {**special, **times}}


def cell_name(row: int, column: int) -> str:
    """Return a cell's name from positions counted from 0: D7."""
    return f"{get_column_letter(column + 1)}{row + 1}"


def _trimmed(row: list[Any]) -> list[Any]:
    """Drop the empty end of a row; what travels between processes is JSON, which knows no time of day."""
    last = max((index for index, value in enumerate(row) if value != ""), default=-1)
    return [_plain(value) for value in row[: last + 1]]


def _plain(value: Any) -> Any:  # noqa: ANN401  # whatever a cell holds
    if value == "":
        return None
    return str(value) if isinstance(value, time | timedelta) else value


def _parts_by_title(data: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        book = _parsed(package.read("xl/workbook.xml"))
        names = package.namelist()
        links = _parsed(package.read("xl/_rels/workbook.xml.rels")) if "xl/_rels/workbook.xml.rels" in names else []
    targets = {one.get("Id"): str(one.get("Target", "")) for one in links}
    sheets = [one for one in book.iter() if etree.QName(one).localname == "sheet"]
    return {str(one.get("name")): _part(targets.get(one.get(_RELATION), "")) for one in sheets}


def _part(target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _parsed(content: bytes) -> Any:  # noqa: ANN401  # an XML element
    try:
        return etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    except etree.XMLSyntaxError as problem:
        raise UnreadableFile.of("exchange.not-a-workbook") from problem
