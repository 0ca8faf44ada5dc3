"""The ready workbook as a person finds it: drop-downs in Chinese, notes, locked headings, text cells, no formula."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from openpyxl import Workbook, load_workbook

from docgen.deals.deal import Deal
from docgen.errors import Refused
from docgen.exchange.layout import sheets
from docgen.exchange.sheetwork import put_text
from docgen.exchange.workbook import CHOICES_TITLE, EXAMPLE_KEY, HEADER_ROW


@pytest.fixture(scope="module")
def empty(made: Callable[..., bytes], deal: Deal) -> Workbook:
    return load_workbook(io.BytesIO(made(examples=[deal])))


def test_headings_are_locked_and_frozen_and_the_cells_below_are_not(empty: Workbook) -> None:
    for sheet in sheets():
        paper = empty[sheet.title]
        assert paper.protection.sheet
        assert all(cell.protection.locked for cell in paper[HEADER_ROW])
        assert not paper.column_dimensions["A"].protection.locked
        assert int("".join(filter(str.isdigit, paper.freeze_panes))) == HEADER_ROW + 1


def test_every_heading_has_a_note(empty: Workbook) -> None:
    for sheet in sheets():
        for cell, title in zip(empty[sheet.title][HEADER_ROW], sheet.titles, strict=True):
            assert cell.value == title
            assert cell.comment.text.startswith(title)


def test_drop_downs_offer_chinese_words(empty: Workbook) -> None:
    words = {
        empty[CHOICES_TITLE].cell(row, column).value
        for column in range(1, empty[CHOICES_TITLE].max_column + 1)
        for row in range(1, empty[CHOICES_TITLE].max_row + 1)
    }
    assert words >= {"产品", "服务", "预付款", "尾款", "验收合格", "是", "否", "履行完毕", "纸质原件", "工作日"}
    assert empty[CHOICES_TITLE].sheet_state == "hidden"
    ranges = [str(one.sqref) for one in empty["价格明细"].data_validations.dataValidation]
    assert any(one.startswith(f"C{HEADER_ROW + 1}:C") for one in ranges)


def test_no_choice_is_left_in_english() -> None:
    words = [word for sheet in sheets() for column in sheet.columns for word in column.words]
    assert [word for word in words if word.isascii()] == []


def test_numbers_and_days_of_the_trade_are_text_cells(empty: Workbook) -> None:
    paper = empty["合同"]
    formats = {cell.value: paper.column_dimensions[cell.column_letter].number_format for cell in paper[HEADER_ROW]}
    assert {formats[title] for title in ("合同编号", "订单编号", "合同日期", "账号", "联行号")} == {"@"}
    assert formats["合同总额（含税，元）"] == "#,##0.00"


def test_examples_are_marked(empty: Workbook) -> None:
    first = empty["价格明细"].cell(HEADER_ROW + 1, 1)
    assert first.value == EXAMPLE_KEY
    assert first.font.italic


def test_internal_columns_are_marked(empty: Workbook) -> None:
    notes = [cell.comment.text for cell in empty["内部资料"][HEADER_ROW]]
    assert all("不会出现在给客户的文书上" in note for note in notes)


@pytest.mark.parametrize("text", ["=1+1", "+86", "-x", "@SUM(A1)", "\t=1", '=HYPERLINK("http://x")'])
def test_no_formula_is_written_from_data(text: str, deal: Deal, made: Callable[..., bytes]) -> None:
    terms = deal.terms.model_copy(update={"dispute_clause": text})
    book = load_workbook(io.BytesIO(made(deals=[deal.model_copy(update={"terms": terms})])))
    cell = next(cell for row in book["合同"].iter_rows() for cell in row if cell.value == text)
    assert cell.data_type == "s"
    assert cell.quotePrefix
    assert [c for sheet in book.worksheets for row in sheet.iter_rows() for c in row if c.data_type == "f"] == []


@pytest.mark.parametrize("char", ["\x00", "\x0b", "\x1b", "\ud800"])
def test_control_characters_are_refused(char: str) -> None:
    with pytest.raises(Refused, match="control-character"):
        put_text(Workbook().active.cell(1, 1), f"a{char}")
