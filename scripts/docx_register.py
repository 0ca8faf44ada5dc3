"""What the Word faces of registers share: a wide page, its heading, and the rows to sign in."""

from __future__ import annotations

from collections.abc import Sequence

from docx_sheet import CENTRE, RIGHT, Cell, Look, Page, Row, Sheet, wording

WIDTH = 251.0
"""Millimetres between the margins of a wide page, as in register.css."""
ABOUT = (25.0, 100.5, 25.0, 100.5)
SIGNING = (34.0, 91.5, 34.0, 91.5)


def register(*, subtitle: bool = False) -> Sheet:
    """Return a wide sheet with the title, its subtitle if wanted, and the number of a register."""
    sheet = Sheet(Page(top=22, bottom=22, size=10.5, line=16, is_wide=True))
    sheet.title(18)
    if subtitle:
        sheet.add(wording("subtitle"), Look(11, 15, align=CENTRE, after=0))
    sheet.add(wording("document_number"), Look(10, 14, align=RIGHT, after=4))
    return sheet


def kept(cells: Sequence[Cell]) -> list[Cell]:
    """Return a row that stays on the page of the next."""
    return [cell.marked("keep") for cell in cells]


def listed(sheet: Sheet, widths: Sequence[float], rows: Sequence[Row]) -> None:
    """Add a register's list, its head repeated on each page."""
    sheet.table(widths, rows, size=8, head=True)
