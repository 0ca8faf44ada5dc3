"""Workbook → deals → workbook loses nothing, whatever the texts begin with."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from docgen.deals.deal import Deal
from docgen.deals.parties import Company
from docgen.deals.workdays import Calendar
from docgen.exchange.columns import Path, Typed
from docgen.exchange.layout import CONDITIONS_READ, sheets
from docgen.exchange.reader import RawSheet, sheets_of
from docgen.exchange.reading import Taken, take
from docgen.exchange.workbook import make_workbook

AWKWARD = ["0012", "1E5", "3-4", "622848001234567890", "=1+1", "+86 10", "-x", "@SUM(A1)", "'x", "_x0041_",
           "_x005F_x0041_", "１２", "TRUE", "#N/A", "2024-03-11", "a&b<c>", "𠮷野", "、", "示例",
           '=HYPERLINK("x")', "NULL", "1,000"]  # fmt: skip
SEEN = st.characters(codec="utf-8", exclude_categories=["C", "Z"])
TEXTS = st.one_of(st.sampled_from(AWKWARD), st.text(SEEN, min_size=1, max_size=20))
FREE = [(sheet, column) for sheet in sheets() for column in sheet.columns
        if column.typed in {Typed.TEXT, Typed.LONG} and column.path != ("company",)]  # fmt: skip
CALENDAR = Calendar()


def read_here(data: bytes, companies: dict[str, Company]) -> Taken:
    """Read without a child process: the same function, many times over."""
    raws = [RawSheet(one["title"], one["rows"], one["special"]) for one in sheets_of(data)]
    return take(raws, companies=companies, calendar=CALENDAR)


def deals_in(taken: Taken) -> list[Deal | None]:
    assert [one for one in taken.all_findings if one.code.startswith("exchange.")] == []
    return [draft.deal for draft in taken.drafts]


def test_the_samples_come_back_whole(
    made: Callable[..., bytes], deals: list[Deal], taking: Callable[[bytes], Taken]
) -> None:
    taken = taking(made(deals=deals))
    assert deals_in(taken) == deals
    assert not any(draft.is_faulty for draft in taken.drafts)


def test_a_second_workbook_holds_the_same_cells(
    made: Callable[..., bytes], deals: list[Deal], taking: Callable[[bytes], Taken]
) -> None:
    first = made(deals=deals)
    second = made(deals=[draft.deal for draft in taking(first).drafts])
    assert _cells(first) == _cells(second)


def _cells(data: bytes) -> dict[str, list[tuple[Any, ...]]]:
    book = load_workbook(io.BytesIO(data))
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets}


@settings(max_examples=25, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(data=st.data())
def test_any_text_survives(data: st.DataObject, deals: list[Deal], companies: dict[str, Company]) -> None:
    record = data.draw(st.sampled_from(deals)).model_dump(mode="json", by_alias=True)
    for sheet, column in data.draw(st.lists(st.sampled_from(FREE), min_size=1, max_size=12)):
        for item in _items(record, sheet.steps):
            _replace(item, column.path, data.draw(TEXTS))
    deal = Deal.model_validate(record)
    book = make_workbook(companies=[deal.company.name], deals=[deal])
    taken = read_here(book, companies)
    parsed = Deal.model_validate({**taken.drafts[0].data, "company": record["company"]})
    assert parsed == deal


def _items(record: dict[str, Any], steps: Sequence[tuple[str, ...]]) -> list[dict[str, Any]]:
    level = [record]
    for step in steps:
        level = [inner for item in level for inner in _within(item, step) or []]
    return level


def _within(item: Any, path: Path) -> Any:  # noqa: ANN401  # any part of a record
    for step in path:
        item = item.get(step) if isinstance(item, dict) else None
    return item


def _replace(item: dict[str, Any], path: Path, text: str) -> None:
    """Put another text where one stands: nothing is added that would need more."""
    holder = _within(item, path[:-1])
    if isinstance(holder, dict) and holder.get(path[-1]) is not None:
        holder[path[-1]] = text


@pytest.mark.parametrize("amount", ["0.01", "285000.00", "123456789012.34", "99999999999999.99", "123456789012345.67"])
def test_any_amount_survives(
    amount: str, deal: Deal, made: Callable[..., bytes], companies: dict[str, Company]
) -> None:
    record = deal.model_dump(mode="json", by_alias=True)
    record["terms"]["total"] = amount
    big = Deal.model_validate(record)
    assert str(read_here(made(deals=[big]), companies).drafts[0].deal.terms.total) == amount  # type: ignore[union-attr]


def test_every_field_of_the_record_has_a_column() -> None:
    fields = {tuple(part for step in sheet.steps for part in step) + tuple(s for s in column.path if isinstance(s, str))
              for sheet in sheets() for column in sheet.columns}  # fmt: skip
    leaves = set(_leaves(Deal.model_json_schema(by_alias=True)))
    assert {path for path in leaves if path[0] not in {"company", "schema"}} <= fields


def _leaves(
    schema: dict[str, Any], node: dict[str, Any] | None = None, path: tuple[str, ...] = ()
) -> list[tuple[str, ...]]:
    node = schema if node is None else node
    options = [
        node,
        *node.get("anyOf", []),
        node.get("items", {}),
        *[each.get("items", {}) for each in node.get("anyOf", [])],
    ]
    for option in options:
        named = schema["$defs"][option["$ref"].rpartition("/")[2]] if "$ref" in option else option
        if "properties" in named:
            return [leaf for key, each in named["properties"].items() for leaf in _leaves(schema, each, (*path, key))]
    return [path]


def test_no_list_lies_deeper_than_a_workbook_joins() -> None:
    assert max(len(sheet.steps) for sheet in sheets()) <= 2
    assert all(sheet.parent_title for sheet in sheets() if len(sheet.steps) == 2)


def test_no_two_sheets_and_no_two_headings_are_named_alike() -> None:
    titles = [sheet.title for sheet in sheets(CONDITIONS_READ)]
    assert len(titles) == len(set(titles))
    assert all(len(title) <= 31 for title in titles)
    for sheet in sheets(CONDITIONS_READ):
        assert len(sheet.titles) == len(set(sheet.titles))


def test_four_conditions_of_one_payment_survive(
    deal: Deal, made: Callable[..., bytes], companies: dict[str, Company]
) -> None:
    record = deal.model_dump(mode="json", by_alias=True)
    events = ["signed", "delivered", "accepted", "invoice_received"]
    record["terms"]["plan"][1]["trigger"]["all_of"] = [{"event": event} for event in events]
    wide = Deal.model_validate(record)
    assert read_here(made(deals=[wide]), companies).drafts[0].deal == wide
