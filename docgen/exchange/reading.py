"""From the sheets of a workbook to deal records: rows joined by number, every problem named by its cell, all at once.

A deal is whole or it is not there: a draft with any error is never handed on as a deal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from docgen.deals.checks import check
from docgen.deals.deal import Deal
from docgen.deals.explaining import shown
from docgen.deals.parties import Company
from docgen.deals.reading import parse_record
from docgen.deals.workdays import Calendar
from docgen.errors import Refused
from docgen.exchange.cells import Raw, Reading, Value, read_cell, read_key
from docgen.exchange.columns import Column, Path
from docgen.exchange.layout import CONDITIONS_READ, EXAMPLE_MARK, KEY_TITLE, NUMBER, ORDER, Names, Sheet, sheets
from docgen.exchange.places import Place, Places, View
from docgen.exchange.reader import RawSheet, cell_name
from docgen.findings import Finding, Severity, error, has_errors, note

_HEADER_WITHIN = 10
_COMPANY: Path = ("company",)


@dataclass(slots=True)
class Draft:
    """One deal as the rows describe it: the record's plain values, where each stands, and what was found."""

    key: str
    data: dict[str, Any] = field(default_factory=dict)
    places: Places = field(default_factory=Places)
    findings: list[Finding] = field(default_factory=list)
    deal: Deal | None = None

    @property
    def is_faulty(self) -> bool:
        """Tell whether anything stops this deal."""
        return self.deal is None or has_errors(self.findings)

    def located(self, finding: Finding) -> Finding:
        """Return a finding about a field of the record under the name of its cell."""
        return replace(finding, where=self.places.where(finding.where))


@dataclass(frozen=True, slots=True)
class Taken:
    """A workbook as read: its deals, sound and faulty, and what belongs to no deal."""

    drafts: tuple[Draft, ...]
    findings: tuple[Finding, ...]

    @property
    def all_findings(self) -> tuple[Finding, ...]:
        """Return everything found, errors first, in the order of the sheets' rows otherwise."""
        found = [*self.findings, *(one for draft in self.drafts for one in draft.findings)]
        return tuple(sorted(found, key=lambda one: one.severity is not Severity.ERROR))


def take(raws: Sequence[RawSheet], *, companies: Mapping[str, Company], calendar: Calendar) -> Taken:
    """Return the deals of a workbook with everything found about them.

    Raises:
        Refused: `exchange.no-main-sheet`, the file is not a workbook of ours.
    """
    gathering = _Gathering(companies)
    by_title = {raw.title.strip(): raw for raw in raws}
    if sheets()[0].title not in by_title:
        raise Refused.of("exchange.no-main-sheet", title=sheets()[0].title)
    for sheet in sheets(CONDITIONS_READ):
        if sheet.title in by_title:
            gathering.sheet(sheet, by_title[sheet.title])
    drafts = tuple(dict.fromkeys(map(id, gathering.drafts.values())))
    found = {id(draft): draft for draft in gathering.drafts.values()}
    for one in drafts:
        _judge(found[one], companies, calendar)
    if not drafts and not has_errors(gathering.findings):
        gathering.findings.append(error("exchange.no-deals", sheets()[0].title))
    return Taken(tuple(found[one] for one in drafts), tuple(gathering.findings))


def _judge(draft: Draft, companies: Mapping[str, Company], calendar: Calendar) -> None:
    """Parse and check one deal; what a cell's own error brings about is not said a second time."""
    spoilt = {one.where for one in draft.findings if one.severity is Severity.ERROR}
    deal, findings = parse_record(draft.data, companies=companies)
    located = [draft.located(one) for one in findings]
    draft.findings += [one for one in located if one.where not in spoilt]
    if deal is not None and not spoilt:
        draft.deal = deal
        draft.findings += [draft.located(one) for one in check(deal, calendar=calendar)]


class _Gathering:
    """One pass over the sheets: the main sheet says which deals there are, the others add to them."""

    def __init__(self, companies: Mapping[str, Company]) -> None:
        self.drafts: dict[str, Draft] = {}
        self.findings: list[Finding] = []
        self._companies = {word: company.id for company in companies.values() for word in _names_of(company)}
        self._parents: dict[tuple[int, Names, str], tuple[dict[str, Any], Path]] = {}

    def sheet(self, sheet: Sheet, raw: RawSheet) -> None:
        """Add the rows of one sheet."""
        rows = [index for index, row in enumerate(raw.rows) if any(cell is not None for cell in row)]
        view = self._view(sheet, raw, rows)
        if view is None:
            return
        self._note_formulas(view, raw)
        for at in rows:
            if at > view.header and not _is_example(raw.rows[at], view):
                self._row(view, raw, at)

    def _view(self, sheet: Sheet, raw: RawSheet, rows: list[int]) -> View | None:
        header = _header(sheet, raw, rows)
        if header is None:
            if rows:
                self.findings.append(error("exchange.no-headings", f"{sheet.title}!A1", title=sheet.titles[0]))
            return None
        columns: dict[int, Column] = {}
        leading: dict[str, int] = {}
        known = {column.title: column for column in sheet.columns}
        for index, cell in enumerate(raw.rows[header]):
            title, where = str(cell or "").strip(), f"{sheet.title}!{cell_name(header, index)}"
            if title in leading or title in (column.title for column in columns.values()):
                self.findings.append(error("exchange.column-twice", where, title=title))
            elif title in sheet.leading:
                leading[title] = index
            elif title in known:
                columns[index] = known[title]
            elif title:
                self.findings.append(note("exchange.column-unknown", where, title=shown(title)))
        present = {column.title for column in columns.values()} | set(leading)
        wanted = [*sheet.leading, *(column.title for column in sheet.columns if column.is_required)]
        for title in wanted:
            if title not in present and rows[-1] > header:
                self.findings.append(
                    error("exchange.column-missing", f"{sheet.title}!{cell_name(header, 0)}", title=title)
                )
        return View(sheet, header, columns, leading) if set(sheet.leading) <= set(leading) else None

    def _note_formulas(self, view: View, raw: RawSheet) -> None:
        cells = [name for name, kind in raw.special.items() if kind == "formula"]
        if cells:
            where = f"{view.sheet.title}!{cells[0]}"
            self.findings.append(note("exchange.formula-value", where, count=len(cells)))

    def _row(self, view: View, raw: RawSheet, at: int) -> None:
        readings = {index: _read(raw, at, index, column) for index, column in view.columns.items()}
        draft = self._new_draft(view, at, readings) if view.sheet.is_main else self._draft_of(view, raw, at)
        if draft is None:
            return
        values: list[tuple[Column, Value]] = []
        for index, reading in readings.items():
            if reading.finding is not None:
                draft.findings.append(replace(reading.finding, where=view.cell(at, index)))
            if reading.value is not None and not (reading.finding and reading.finding.severity is Severity.ERROR):
                values.append((view.columns[index], self._company(reading.value, view.columns[index], draft, view, at)))
        self._place(draft, view, raw, at, values)

    def _new_draft(self, view: View, at: int, readings: Mapping[int, Reading]) -> Draft | None:
        by_path = {view.columns[index].path: reading.value for index, reading in readings.items()}
        keys = [key for path in (NUMBER, ORDER) if (key := read_key(_as_raw(by_path.get(path))))]
        draft = Draft(keys[0] if keys else "")
        if not keys:
            draft.findings.append(error("exchange.no-number", view.key_cell(at)))
            keys = [f"\0{at}"]
        for key in keys:
            if key in self.drafts:
                self.findings.append(error("exchange.number-twice", view.key_cell(at), number=shown(key)))
                return None
        self.drafts.update(dict.fromkeys(keys, draft))
        return draft

    def _draft_of(self, view: View, raw: RawSheet, at: int) -> Draft | None:
        index = view.leading[KEY_TITLE]
        row = raw.rows[at]
        key = read_key(row[index] if index < len(row) else None)
        if key in self.drafts:
            return self.drafts[key]
        code = "exchange.number-unknown" if key else "exchange.row-without-number"
        self.findings.append(error(code, view.cell(at, index), number=shown(key), title=sheets()[0].title))
        return None

    def _company(self, value: Value, column: Column, draft: Draft, view: View, at: int) -> Value:
        if column.path != _COMPANY or not isinstance(value, str):
            return value
        known = self._companies.get(value.strip())
        if known is None:
            where = view.cell_of(at, _COMPANY) or view.key_cell(at)
            names = "、".join(sorted(self._companies)) or "（尚未登记）"
            draft.findings.append(error("exchange.company-unknown", where, value=shown(value), names=names))
        return known

    def _place(self, draft: Draft, view: View, raw: RawSheet, at: int, values: list[tuple[Column, Value]]) -> None:
        """Put a row's values where they belong in the record, and remember the row."""
        shifts = _shifts([column.path for column, _ in values])
        holder, part = self._holder(draft, view, raw, at)
        if holder is None:
            return
        draft.places.add(part, Place(view, at, {new: old for old, new in shifts.items()}))
        for column, value in values:
            path = tuple(shifts.get(step, step) if isinstance(step, int) else step for step in column.path)
            _put(holder, path, value)
        if view.sheet.steps and "seq" in holder:
            self._parents[id(draft), view.sheet.steps[-1], str(holder["seq"])] = (holder, part)

    def _holder(self, draft: Draft, view: View, raw: RawSheet, at: int) -> tuple[dict[str, Any] | None, Path]:
        steps = view.sheet.steps
        if not steps:
            if any(place.view is view for place in draft.places.rows.get((), ())):
                draft.findings.append(error("exchange.row-twice", view.key_cell(at), title=view.sheet.title))
                return None, ()
            return draft.data, ()
        parent: dict[str, Any] | None = draft.data
        part: Path = ()
        if view.sheet.parent_title:
            parent, part = self._parent(draft, view, raw, at)
        if parent is None:
            return None, ()
        entries = _entries(parent, steps[-1])
        entries.append({})
        return entries[-1], (*part, *steps[-1], len(entries) - 1)

    def _parent(self, draft: Draft, view: View, raw: RawSheet, at: int) -> tuple[dict[str, Any] | None, Path]:
        title = view.sheet.parent_title
        index = view.leading[title]
        row = raw.rows[at]
        seq = str(row[index] if index < len(row) and row[index] is not None else "").strip().removesuffix(".0")
        found = self._parents.get((id(draft), view.sheet.steps[-2], read_key(seq)))
        if found is None:
            draft.findings.append(error("exchange.parent-unknown", view.cell(at, index), title=title, value=shown(seq)))
            return None, ()
        return found


def _header(sheet: Sheet, raw: RawSheet, rows: list[int]) -> int | None:
    """Return the row of the headings: the one among the first that names most of ours."""
    titles = set(sheet.titles)
    scores = [
        (sum(str(cell or "").strip() in titles for cell in raw.rows[at]), -at) for at in rows if at < _HEADER_WITHIN
    ]
    best = max(scores, default=(0, 0))
    return -best[1] if best[0] > 1 or (best[0] == 1 and len(titles) == 1) else None


def _is_example(row: Sequence[Raw], view: View) -> bool:
    at = view.leading.get(KEY_TITLE) if not view.sheet.is_main else min(
        (index for index, column in view.columns.items() if column.path == NUMBER), default=None)  # fmt: skip
    return at is not None and at < len(row) and str(row[at] or "").strip().startswith(EXAMPLE_MARK)


def _read(raw: RawSheet, at: int, index: int, column: Column) -> Reading:
    row = raw.rows[at]
    kind = raw.special.get(cell_name(at, index)) if raw.special else None
    if kind == "unsolved":
        return Reading(None, error("exchange.formula-without-value", title=column.title))
    if kind == "error":
        return Reading(None, error("exchange.error-value", title=column.title))
    if kind == "time":
        return Reading(None, error("exchange.time-in-cell", title=column.title))
    return read_cell(row[index], column) if index < len(row) else Reading(None)


def _as_raw(value: Value) -> Raw:
    return value if isinstance(value, str) else None


def _names_of(company: Company) -> Iterator[str]:
    yield from (company.name, company.short_name, company.id)


def _shifts(paths: Sequence[Path]) -> dict[int, int]:
    """Return row position → list position for conditions: empty ones in between are passed over."""
    used = sorted({step for path in paths for step in path if isinstance(step, int)})
    return {old: new for new, old in enumerate(used)}


def _entries(parent: dict[str, Any], step: Names) -> list[dict[str, Any]]:
    for name in step[:-1]:
        parent = parent.setdefault(name, {})
    entries: list[dict[str, Any]] = parent.setdefault(step[-1], [])
    return entries


def _put(holder: dict[str, Any], path: Path, value: Value) -> None:
    target: Any = holder
    for step, following in pairwise(path):
        if isinstance(step, int):
            target.extend({} for _ in range(step + 1 - len(target)))
            target = target[step]
        else:
            target = target.setdefault(step, [] if isinstance(following, int) else {})
    target[path[-1]] = value
