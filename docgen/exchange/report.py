"""A workbook to be read: headings that stay, filters, sums that follow the filter, and no formula made of data.

The only formulas are the sums this module writes itself, in the row above the headings; every value from a record is
text, a number or a date, whatever it begins with.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from openpyxl import Workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.chart.label import DataLabelList
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from docgen.exchange.sheetwork import put_text

Value = str | Decimal | int | date | None
TITLE_ROW, SUM_ROW, HEADER_ROW = 1, 2, 3
_FONT = "微软雅黑"
_LINE = Side(style="thin", color="D0D0D0")
_BORDER = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_HEAD = PatternFill(fgColor="2F5597", fill_type="solid")
_SUMS = PatternFill(fgColor="D9E2F3", fill_type="solid")
_LATE = PatternFill(fgColor="FCE4D6", fill_type="solid")
_VISIBLE_SUM = 109
"""SUBTOTAL's sum over rows that a filter shows."""


class Form(StrEnum):
    """How a column's values are written and shown."""

    TEXT = "text"
    MONEY = "money"
    DAY = "day"
    COUNT = "count"


_FORMATS = {Form.TEXT: "General", Form.MONEY: "#,##0.00", Form.DAY: "yyyy-mm-dd", Form.COUNT: "0"}
PROVISIONAL = 'yyyy-mm-dd"（暂定）"'


@dataclass(frozen=True, slots=True)
class ReportColumn:
    """A column: heading, form, width in characters, and whether it is summed."""

    title: str
    form: Form = Form.TEXT
    width: int = 14
    is_summed: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """A sheet: name, a line above it, columns and rows; `marked` rows stand out, `provisional` day cells say so."""

    name: str
    heading: str
    columns: tuple[ReportColumn, ...]
    rows: Sequence[Sequence[Value]]
    marked: frozenset[int] = frozenset()
    provisional: frozenset[tuple[int, int]] = frozenset()
    frozen_columns: int = 1
    printed_columns: int | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """A small table of the second sheet: title, headings, rows of a name and amounts."""

    title: str
    headings: tuple[str, ...]
    rows: Sequence[tuple[str, ...] | tuple[str | Decimal, ...]]


def report_workbook(report: Report, *, summary: str, blocks: Sequence[Block], chart_title: str | None) -> bytes:
    """Return xlsx bytes: the report, and a second sheet of blocks with a column chart of the first block's first row.

    Without a chart's title there is no chart.

    Raises:
        Refused: `exchange.control-character`.
    """
    book = Workbook()
    sheet = book.active
    sheet.title = report.name
    _fill(sheet, report)
    _summarise(book.create_sheet(summary), blocks, chart_title)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def list_workbook(report: Report, *more: Report) -> bytes:
    """Return xlsx bytes of one sheet, or of a sheet for each report.

    Raises:
        Refused: `exchange.control-character`.
    """
    book = Workbook()
    sheet = book.active
    sheet.title = report.name
    _fill(sheet, report)
    for each in more:
        _fill(book.create_sheet(each.name), each)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _fill(sheet: Worksheet, report: Report) -> None:
    put_text(sheet.cell(TITLE_ROW, 1), report.heading).font = Font(name=_FONT, size=11, bold=True, color="1F3864")
    first, last = HEADER_ROW + 1, HEADER_ROW + max(len(report.rows), 1)
    for index, column in enumerate(report.columns, 1):
        letter = get_column_letter(index)
        head = put_text(sheet.cell(HEADER_ROW, index), column.title)
        head.font, head.fill, head.border = Font(name=_FONT, size=10, bold=True, color="FFFFFF"), _HEAD, _BORDER
        head.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        total = sheet.cell(SUM_ROW, index)
        total.fill, total.font, total.border = _SUMS, Font(name=_FONT, size=10, bold=True), _BORDER
        if column.is_summed:
            total.value = f"=SUBTOTAL({_VISIBLE_SUM},{letter}{first}:{letter}{last})"
            total.number_format = _FORMATS[column.form]
        sheet.column_dimensions[letter].width = column.width
    put_text(sheet.cell(SUM_ROW, 1), "合计（随筛选变化）")
    _fill_rows(sheet, report)
    sheet.row_dimensions[HEADER_ROW].height = 30
    sheet.freeze_panes = sheet.cell(first, report.frozen_columns + 1)
    sheet.auto_filter.ref = f"A{HEADER_ROW}:{get_column_letter(len(report.columns))}{last}"
    if report.printed_columns:
        sheet.print_area = f"A1:{get_column_letter(report.printed_columns)}{last}"
    _set_page(sheet)


def _fill_rows(sheet: Worksheet, report: Report) -> None:
    font = Font(name=_FONT, size=10)
    left, right = Alignment(vertical="top", wrap_text=True), Alignment(horizontal="right", vertical="top")
    for number, row in enumerate(report.rows):
        for index, (column, value) in enumerate(zip(report.columns, row, strict=True)):
            cell = sheet.cell(HEADER_ROW + 1 + number, index + 1)
            _write(cell, value)
            cell.font, cell.border = font, _BORDER
            cell.alignment = left if column.form is Form.TEXT else right
            if column.form is not Form.TEXT and not isinstance(value, str):
                is_open = (number, index) in report.provisional
                cell.number_format = PROVISIONAL if is_open else _FORMATS[column.form]
            if number in report.marked:
                cell.fill = _LATE


def _write(cell: Any, value: Value) -> None:  # noqa: ANN401  # openpyxl's cells have several types
    if isinstance(value, str):
        put_text(cell, value)
    elif value is not None:
        cell.value = value


def _set_page(sheet: Worksheet) -> None:
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = f"{HEADER_ROW}:{HEADER_ROW}"
    sheet.oddFooter.center.text = "&P / &N"
    sheet.sheet_view.showGridLines = False


def _summarise(sheet: Worksheet, blocks: Sequence[Block], chart_title: str | None) -> None:
    at = 1
    for number, block in enumerate(blocks):
        at = _write_block(sheet, block, at)
        if number == 0 and chart_title is not None:
            _draw(sheet, block, chart_title, anchor=f"A{at}")
            at += 17
    sheet.column_dimensions["A"].width = 30
    for index in range(2, 2 + max(len(block.headings) for block in blocks)):
        sheet.column_dimensions[get_column_letter(index)].width = 17
    _set_page(sheet)
    sheet.print_title_rows = None


def _write_block(sheet: Worksheet, block: Block, at: int) -> int:
    put_text(sheet.cell(at, 1), block.title).font = Font(name=_FONT, size=11, bold=True, color="1F3864")
    for index, heading in enumerate(block.headings, 1):
        head = put_text(sheet.cell(at + 1, index), heading)
        head.font, head.fill, head.border = Font(name=_FONT, size=10, bold=True, color="FFFFFF"), _HEAD, _BORDER
        head.alignment = Alignment(horizontal="center")
    for offset, row in enumerate(block.rows, at + 2):
        for index, value in enumerate(row, 1):
            cell = sheet.cell(offset, index)
            _write(cell, value)
            cell.font, cell.border = Font(name=_FONT, size=10), _BORDER
            if isinstance(value, Decimal):
                cell.number_format, cell.alignment = _FORMATS[Form.MONEY], Alignment(horizontal="right")
    return at + 3 + len(block.rows)


def _draw(sheet: Worksheet, block: Block, title: str, *, anchor: str) -> None:
    """Draw the first row's amounts as columns, the headings below them; the last two columns are sums, not drawn."""
    chart = BarChart()
    chart.type, chart.style, chart.title, chart.legend = "col", 10, title, None
    last = len(block.headings) - 2
    chart.add_data(Reference(sheet, min_col=2, max_col=last, min_row=3), from_rows=True, titles_from_data=False)
    chart.set_categories(Reference(sheet, min_col=2, max_col=last, min_row=2))
    chart.y_axis.number_format, chart.y_axis.title, chart.y_axis.delete, chart.x_axis.delete = (
        "#,##0",
        "元",
        False,
        False,
    )
    chart.y_axis.scaling.min = 0
    chart.gapWidth = 60
    chart.dataLabels = DataLabelList(showVal=True, showSerName=False, showCatName=False, showLegendKey=False)
    chart.series[0].graphicalProperties.solidFill = "2F5597"
    chart.width, chart.height = 24, 8
    sheet.add_chart(chart, anchor)
