"""Rows of tables as our Word faces use them, with the tags that repeat or choose them."""

from __future__ import annotations

from docx_sheet import Cell, Row

LABELLED = (25.0, 54.0, 25.0, 54.0)
"""Widths in mm of a table of two labels and two values."""


def heads(*names: str) -> list[Cell]:
    """Return the head row of a table."""
    return [Cell(name, "th") for name in names]


def one(label: str, value: str, marks: str = "") -> list[Cell]:
    """Return a row of one label and a value over the rest of the table."""
    return [Cell(label, "th"), Cell(value, marks, 3)]


def two(label: str, value: str, other: str, other_value: str, marks: str = "  ") -> list[Cell]:
    """Return a row of two labels and values; `marks` is "first second", each b or empty."""
    first, _, second = marks.partition(" ")
    return [Cell(label, "th"), Cell(value, first), Cell(other, "th"), Cell(other_value, second.strip())]


def or_dash(path: str, written: str = "") -> str:
    """Return the tag of a value that may be lacking, with its filter."""
    return "{% if " + path + " is none %}—{% else %}{{ " + path + written + " }}{% endif %}"


def or_blank(path: str, written: str = "") -> str:
    """Return the tag of a value that is left to be filled in by hand where the record lacks it."""
    return or_dash(path, written).replace("—", "　　　　　　")


def each(name: str, path: str, *rows: Row) -> list[Row]:
    """Return rows repeated for each member of a list."""
    return ["{%tr for " + name + " in " + path + " %}", *rows, "{%tr endfor %}"]


def either(condition: str, yes: list[Cell], no: list[Cell]) -> list[Row]:
    """Return one of two rows."""
    return ["{%tr if " + condition + " %}", yes, "{%tr else %}", no, "{%tr endif %}"]


def all_marked(cells: list[Cell], mark: str) -> list[Cell]:
    """Return the row with a mark on every cell."""
    return [cell.marked(mark) for cell in cells]
