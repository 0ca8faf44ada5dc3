"""The copy to correct: the user's own workbook with each faulty cell marked and explained. Runs in a contained child.

A mark is a comment and a conditional format, so that the user's own fills, number formats and formulas stay as they
are. Marks of an earlier round are taken away first; a user's own comment on a marked cell stays above ours.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from typing import Any

from openpyxl import load_workbook
from openpyxl.comments import Comment
from openpyxl.formatting.formatting import ConditionalFormattingList
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Font, PatternFill
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from docgen.contained.limits import Limits
from docgen.contained.run import run
from docgen.exchange.package import lost_in_copy
from docgen.exchange.sheetwork import put_text
from docgen.findings import Finding, Severity, note

LIMITS = Limits(seconds=180, memory_mb=3072, output_mb=128)
LIST_TITLE = "待改正清单"
_MARK = "【待改正】"
_RULE = 'LEN("docgen")=6'
_AUTHOR = "docgen"
_CELL = re.compile(r"(?P<sheet>.+)!(?P<cell>[A-Z]{1,3}[1-9]\d{0,6})\Z")
_LIST_COLUMNS = (("位置", 22), ("问题", 60), ("怎么改", 60))


def marked_copy(data: bytes, findings: Iterable[Finding]) -> tuple[bytes, tuple[Finding, ...]]:
    """Return a copy of a workbook with its errors marked, and notes on what the copy could not carry."""
    marks = [[one.where, one.sentence(), one.remedy()] for one in findings if one.severity is Severity.ERROR]
    made = run("docgen.exchange.marking:mark", data, marks, limits=LIMITS)
    lost = tuple(str(name) for name in made["lost"])
    return bytes(made["data"]), (note("exchange.copy-lacks", parts=len(lost)),) if lost else ()


def mark(data: bytes, marks: Sequence[Sequence[str]]) -> dict[str, Any]:
    """Return the marked workbook as bytes; `marks` are place, sentence and remedy. For the contained child."""
    book = load_workbook(io.BytesIO(data))
    for sheet in book.worksheets:
        _take_marks_away(sheet)
    if LIST_TITLE in book.sheetnames:
        book.remove(book[LIST_TITLE])
    _mark_cells(book, marks)
    _list_marks(book, marks)
    out = io.BytesIO()
    book.save(out)
    return {"data": out.getvalue(), "lost": list(lost_in_copy(data))}


def _mark_cells(book: Workbook, marks: Sequence[Sequence[str]]) -> None:
    by_sheet: dict[str, dict[str, list[str]]] = {}
    for where, sentence, remedy in marks:
        match = _CELL.match(where)
        sheet = _titled(book, match["sheet"]) if match else None
        if match and sheet is not None:
            by_sheet.setdefault(sheet.title, {}).setdefault(match["cell"], []).append(f"{sentence}\n→ {remedy}")
    for title, cells in by_sheet.items():
        for cell, words in cells.items():
            _comment(book[title][cell], "\n".join(words))
        rule = FormulaRule(
            formula=[_RULE],
            fill=PatternFill(bgColor="FFC7CE", fill_type="solid"),
            font=Font(color="9C0006"),
        )
        book[title].conditional_formatting.add(" ".join(cells), rule)


def _titled(book: Workbook, title: str) -> Worksheet | None:
    return next((sheet for sheet in book.worksheets if sheet.title.strip() == title), None)


def _comment(cell: Any, words: str) -> None:  # noqa: ANN401  # openpyxl's cells have several types
    own = f"{cell.comment.text}\n" if cell.comment else ""
    cell.comment = Comment(f"{own}{_MARK}{words}", _AUTHOR, height=60 + 18 * (words.count("\n") + 1), width=320)


def _take_marks_away(sheet: Worksheet) -> None:
    kept = ConditionalFormattingList()
    for ranges in sheet.conditional_formatting:
        for rule in ranges.rules:
            if rule.formula != [_RULE]:
                kept.add(str(ranges.sqref), rule)
    sheet.conditional_formatting = kept
    for row in sheet.iter_rows():
        for cell in row:
            if cell.comment and _MARK in cell.comment.text:
                own = cell.comment.text.partition(_MARK)[0].rstrip("\n")
                cell.comment = Comment(own, cell.comment.author) if own else None


def _list_marks(book: Workbook, marks: Sequence[Sequence[str]]) -> None:
    sheet = book.create_sheet(LIST_TITLE)
    for column, (title, width) in enumerate(_LIST_COLUMNS, 1):
        put_text(sheet.cell(1, column), title).font = Font(bold=True)
        sheet.column_dimensions["ABC"[column - 1]].width = width
    for row, (where, sentence, remedy) in enumerate(marks, 2):
        for column, text in enumerate((where, sentence, remedy), 1):
            put_text(sheet.cell(row, column), text)
        match = _CELL.match(where)
        target = _titled(book, match["sheet"]) if match else None
        if match and target is not None:
            sheet.cell(row, 1).hyperlink = f"#'{target.title}'!{match['cell']}"
            sheet.cell(row, 1).font = Font(color="0563C1", underline="single")
    sheet.freeze_panes = "A2"
