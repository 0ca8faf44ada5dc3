"""From deals to rows: what each sheet of a filled workbook holds. The way back is docgen.exchange.reading."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from docgen.deals.deal import Deal
from docgen.exchange.cells import DIGITS_KEPT, Raw, join_names
from docgen.exchange.columns import Column, Path, Typed
from docgen.exchange.layout import CONDITIONS_SHOWN, Names, Sheet

Row = list[Raw]


def rows_of(deal: Deal, sheet: Sheet, *, key: str | None = None) -> list[Row]:
    """Return a deal's rows on one sheet, cells in the order of `sheet.titles`.

    `key` stands in place of the deal's number; the main sheet then bears it as its contract number.
    """
    record = _record(deal)
    joining = key or deal_key(deal)
    if key and sheet.is_main:
        record["terms"]["contract"].update(number=key, order_number=None)
    rows = []
    for parent, item in _items(record, sheet.steps):
        cells = [_cell(_at(item, column.path), column) for column in sheet.columns]
        if any(cell is not None for cell in cells):
            leading = [joining, parent] if sheet.parent_title else [joining]
            rows.append([*([] if sheet.is_main else leading), *cells])
    return rows


def _record(deal: Deal) -> dict[str, Any]:
    record = deal.model_dump(mode="json", by_alias=True)
    record["company"] = deal.company.name
    return record


def deal_key(deal: Deal) -> str:
    """Return what joins the rows of a deal: its contract number, else its order number."""
    contract = deal.terms.contract
    return contract.number or contract.order_number or ""


def conditions_needed(deals: Sequence[Deal]) -> int:
    """Return how many conditions a row of the payment plan must have room for."""
    plans = [deal.terms.plan for deal in deals] + [change.new.plan or () for deal in deals for change in deal.changes]
    needed = max((len(part.trigger.all_of) for plan in plans for part in plan), default=0)
    return max(needed, CONDITIONS_SHOWN)


def _items(record: Mapping[str, Any], steps: tuple[Names, ...]) -> Iterator[tuple[Raw, Mapping[str, Any]]]:
    """Yield the parent's number and each entry of a list, lists within lists included."""
    level: list[tuple[Raw, Mapping[str, Any]]] = [(None, record)]
    for step in steps:
        level = [(item.get("seq"), inner) for _, item in level for inner in _at(item, step) or ()]
    yield from level


def _at(item: Mapping[str, Any], path: Path) -> Any:  # noqa: ANN401  # any JSON value
    value: Any = item
    for step in path:
        if isinstance(step, int):
            value = value[step] if isinstance(value, list) and step < len(value) else None
        else:
            value = value.get(step) if isinstance(value, Mapping) else None
    return value


def _cell(value: Any, column: Column) -> Raw:  # noqa: ANN401  # any JSON value
    if value is None or value == []:
        return None
    if column.typed is Typed.DECIMAL:
        return _number(str(value))
    if column.typed is Typed.COUNT:
        return int(value)
    return _words(value, column)


def _words(value: Any, column: Column) -> str:  # noqa: ANN401  # any JSON value
    if column.typed is Typed.FLAG:
        return "是" if value else "否"
    if column.typed is Typed.CHOICE:
        return (column.choices or {}).get(str(value), str(value))
    return join_names([str(each) for each in value]) if isinstance(value, list) else str(value)


def _number(text: str) -> Raw:
    """Return an amount as a number where Excel keeps it exactly, else as text."""
    number = Decimal(text)
    if len(number.normalize().as_tuple().digits) > DIGITS_KEPT or abs(number.adjusted()) >= DIGITS_KEPT:
        return text
    return int(number) if number == number.to_integral_value() else float(number)
