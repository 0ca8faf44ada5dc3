"""Where a value of the record stands in the workbook, so that every finding names sheet and cell: 价格明细!D7."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from docgen.exchange.columns import Column, Path
from docgen.exchange.layout import Sheet
from docgen.exchange.reader import cell_name

_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class View:
    """One sheet of ours as found in a file: where its headings stand, by position from 0."""

    sheet: Sheet
    header: int
    columns: Mapping[int, Column]
    leading: Mapping[str, int]

    def cell(self, row: int, column: int) -> str:
        """Return a cell as findings name it."""
        return f"{self.sheet.title}!{cell_name(row, column)}"

    def key_cell(self, row: int) -> str:
        """Return the cell of a row that joins it to its deal."""
        return self.cell(row, min(self.leading.values(), default=min(self.columns, default=0)))

    def cell_of(self, row: int, path: Path) -> str | None:
        """Return the cell of a field in a row; a group's first cell where a whole group is meant."""
        fitting = (index for index, column in self.columns.items() if column.path[: len(path)] == path)
        found = next(fitting, None) if path else None
        return None if found is None else self.cell(row, found)


@dataclass(frozen=True, slots=True)
class Place:
    """A row that a part of the record comes from; `shifts` leads from a list's position back to the row's."""

    view: View
    row: int
    shifts: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Places:
    """The rows of one deal by the part of the record that each describes."""

    rows: dict[Path, list[Place]] = field(default_factory=dict)

    def add(self, part: Path, place: Place) -> None:
        """Note a row for a part of the record."""
        self.rows.setdefault(part, []).append(place)

    def where(self, path: str) -> str:
        """Return the cell for a field path such as terms.lines[0].quantity; the nearest one where there is none."""
        whole = steps_of(path)
        for end in range(len(whole), -1, -1):
            part, rest = whole[:end], whole[end:]
            for place in self._at(part):
                shifted = tuple(place.shifts.get(each, each) if isinstance(each, int) else each for each in rest)
                cell = place.view.cell_of(place.row, shifted)
                if cell:
                    return cell
            if part and part in self.rows:
                return _key_of(self.rows[part][0])
            if part and (*part, 0) in self.rows:
                return _key_of(self.rows[*part, 0][0])
        return _key_of(self.rows[()][0])

    def _at(self, part: Path) -> Iterator[Place]:
        yield from self.rows.get(part, ())


def steps_of(path: str) -> Path:
    """Return the steps of a field path as people write it."""
    return tuple(name or int(index) for name, index in _STEP.findall(path))


def _key_of(place: Place) -> str:
    return place.view.key_cell(place.row)
