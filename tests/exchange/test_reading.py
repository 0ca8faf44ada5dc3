"""Every error named by its cell, all at once; nothing of a faulty deal, everything of the others."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.cell import Cell

from docgen.deals.deal import Deal
from docgen.errors import Refused
from docgen.exchange.marking import LIST_TITLE, marked_copy
from docgen.exchange.reading import Taken
from docgen.exchange.workbook import HEADER_ROW
from docgen.findings import Severity

Edit = Callable[[bytes, Callable[[Workbook], None]], bytes]
Take = Callable[[bytes], Taken]
Make = Callable[..., bytes]

FIRST, SECOND, THIRD, FOURTH, FIFTH = (f"SO202403100{n}" for n in range(1, 6))

PLANTED: list[tuple[str, str, str, int, Any]] = [
    ("合同", SECOND, "我方公司", 0, "无此公司"),
    ("合同", SECOND, "合同名称", 0, None),
    ("合同", SECOND, "合同日期", 0, "03/04/2024"),
    ("合同", SECOND, "份数", 0, "四"),
    ("合同", SECOND, "合同总额（含税，元）", 0, "28.5万"),
    ("合同", SECOND, "账号", 0, 622848001234567890),
    ("合同", SECOND, "质保约定·质保期（月）", 0, 121),
    ("合同", SECOND, "逾期付款违约金·计算基数", 0, "余额"),
    ("合同", SECOND, "逾期付款违约金·日费率", 0, "千分之一"),
    ("合同", SECOND, "应付日、交付日遇休息日顺延", 0, "也许"),
    ("客户", SECOND, "客户编号", 0, "A-1"),
    ("客户", SECOND, "地址", 0, None),
    ("联系人", SECOND, "姓名", 0, None),
    ("价格明细", SECOND, "类别", 0, "货物"),
    ("价格明细", SECOND, "数量", 0, 0),
    ("价格明细", SECOND, "数量", 1, "1E5"),
    ("价格明细", SECOND, "含税单价（元）", 1, -1),
    ("价格明细", SECOND, "税率", 0, 13),
    ("付款计划", FOURTH, "期次", 0, "首期"),
    ("付款计划", FOURTH, "条件1 事件", 1, "验收"),
    ("付款计划", FOURTH, "比例", 2, "四成"),
    ("付款计划", FOURTH, "期限", 0, 1.5),
    ("验收标准", FOURTH, "标准要求", 0, date(2024, 3, 4)),
    ("变更", FOURTH, "提出日期", 0, "2024-02-30"),
    ("变更后验收标准", FOURTH, "变更次序", 0, 9),
    ("签订与终止", FOURTH, "合同签订·客户签订日期", 0, 45362),
    ("验收", FOURTH, "验收结论", 0, "合格"),
    ("验收项目", FOURTH, "是否通过", 0, "√"),
    ("回款", FOURTH, "金额（元）", 0, "八万"),
    ("回款", FOURTH, "到账日期", 1, "24-5-25"),
]


def several(deal: Deal) -> list[Deal]:
    """Return five deals that differ by their order number."""
    made = []
    for number in (FIRST, SECOND, THIRD, FOURTH, FIFTH):
        contract = deal.terms.contract.model_copy(update={"order_number": number})
        made.append(deal.model_copy(update={"terms": deal.terms.model_copy(update={"contract": contract})}))
    return made


def cell_at(book: Workbook, sheet: str, key: str, title: str, nth: int = 0) -> Cell:
    """Return the cell under a heading in the nth row of a deal."""
    paper = book[sheet]
    column = next(cell.column for cell in paper[HEADER_ROW] if cell.value == title)
    rows = [
        row
        for row in range(HEADER_ROW + 1, paper.max_row + 1)
        if key in [paper.cell(row, 1).value, paper.cell(row, 2).value]
    ]
    return paper.cell(rows[nth], column)


def plant(book: Workbook) -> None:
    for sheet, key, title, nth, value in PLANTED:
        cell_at(book, sheet, key, title, nth).value = value


def places(book: Workbook) -> set[str]:
    return {f"{sheet}!{cell_at(book, sheet, key, title, nth).coordinate}" for sheet, key, title, nth, _ in PLANTED}


@pytest.fixture(scope="module")
def planted(deal: Deal, made: Make, edited: Edit) -> bytes:
    return edited(made(deals=several(deal)), plant)


def errors(taken: Taken) -> set[str]:
    return {one.where for one in taken.all_findings if one.severity is Severity.ERROR}


def test_thirty_planted_errors_are_named_by_their_cells_and_nothing_else(planted: bytes, taking: Take) -> None:
    assert len(PLANTED) == 30
    taken = taking(planted)
    assert errors(taken) == places(load_workbook(io.BytesIO(planted)))
    assert {draft.key for draft in taken.drafts if not draft.is_faulty} == {FIRST, THIRD, FIFTH}
    assert all(draft.deal is None for draft in taken.drafts if draft.is_faulty)


def test_the_copy_marks_exactly_the_planted_cells(planted: bytes, taking: Take) -> None:
    marked = load_workbook(io.BytesIO(marked_copy(planted, taking(planted).all_findings)[0]))
    assert _marked(marked) == places(load_workbook(io.BytesIO(planted)))
    assert marked[LIST_TITLE].max_row == 1 + 30


def _marked(book: Workbook) -> set[str]:
    commented = {
        f"{sheet.title}!{cell.coordinate}"
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.comment and "待改正" in cell.comment.text
    }
    red = {
        f"{sheet.title}!{cell}"
        for sheet in book.worksheets
        for ranges in sheet.conditional_formatting
        for cell in str(ranges.sqref).split()
    }
    singles = {cell for cell in red if ":" not in cell}
    assert singles <= commented
    return commented


def test_the_copy_leaves_everything_else_as_it_was(deal: Deal, made: Make, edited: Edit, taking: Take) -> None:
    def own(book: Workbook) -> None:
        plant(book)
        notes = book.create_sheet("我的表")
        notes["A1"], notes["A2"] = 5, "=A1*2"
        book["价格明细"]["A3"].number_format = "@"

    data = edited(made(deals=several(deal)), own)
    before = load_workbook(io.BytesIO(data))
    after = load_workbook(io.BytesIO(marked_copy(data, taking(data).all_findings)[0]))
    assert after["我的表"]["A2"].value == "=A1*2"
    for sheet in before.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                same = after[sheet.title][cell.coordinate]
                assert (same.value, same.number_format, same.fill.fgColor.rgb) == (
                    cell.value,
                    cell.number_format,
                    cell.fill.fgColor.rgb,
                )


def test_marks_of_an_earlier_round_go(deal: Deal, made: Make, edited: Edit, taking: Take, planted: bytes) -> None:
    first = marked_copy(planted, taking(planted).all_findings)[0]

    def correct(book: Workbook) -> None:
        good = load_workbook(io.BytesIO(made(deals=several(deal))))
        for sheet, key, title, nth, _ in PLANTED[1:]:
            cell = cell_at(book, sheet, key, title, nth)
            cell.value = good[sheet][cell.coordinate].value

    corrected = edited(first, correct)
    taken = taking(corrected)
    assert len(errors(taken)) == 1
    again = load_workbook(io.BytesIO(marked_copy(corrected, taken.all_findings)[0]))
    assert _marked(again) == errors(taken)
    assert again["合同"].cell(HEADER_ROW, 1).comment.text.startswith("合同编号")


def test_a_corrected_workbook_is_sound(deal: Deal, made: Make, taking: Take) -> None:
    taken = taking(made(deals=several(deal)))
    assert errors(taken) == set()
    assert [draft.deal for draft in taken.drafts] == several(deal)


def test_examples_are_never_imported(deal: Deal, made: Make, taking: Take) -> None:
    taken = taking(made(examples=[deal]))
    assert taken.drafts == ()
    assert [one.code for one in taken.findings] == ["exchange.no-deals"]


def test_another_workbook_is_refused(edited: Edit, made: Make, deal: Deal, taking: Take) -> None:
    with pytest.raises(Refused, match="no-main-sheet"):
        taking(edited(made(deals=[deal]), lambda book: book.remove(book["合同"])))


def _error_value(book: Workbook) -> None:
    book["价格明细"]["F3"].value = "#N/A"
    book["价格明细"]["F3"].data_type = "e"


CASES: list[tuple[Callable[[Workbook], Any], str, str]] = [
    (lambda book: book["价格明细"].cell(3, 1, "SO2024031099"), "价格明细!A3", "exchange.number-unknown"),
    (lambda book: book["价格明细"].cell(3, 1).__setattr__("value", None), "价格明细!A3", "exchange.row-without-number"),
    (lambda book: book["合同"].append([None, FIRST]), "合同!A4", "exchange.number-twice"),
    (lambda book: book["客户"].append([FIRST, None, "x"]), "客户!A4", "exchange.row-twice"),
    (lambda book: book["合同"].cell(3, 2).__setattr__("value", None), "合同!A3", "exchange.no-number"),
    (lambda book: book["价格明细"].cell(2, 3, "什么"), "价格明细!C2", "exchange.column-unknown"),
    (lambda book: book["价格明细"].cell(2, 3, "什么"), "价格明细!A2", "exchange.column-missing"),
    (lambda book: book["价格明细"].cell(2, 3, "名称"), "价格明细!C2", "exchange.column-twice"),
    (lambda book: book["价格明细"].delete_rows(2), "价格明细!A1", "exchange.no-headings"),
    (lambda book: book["价格明细"].cell(3, 6, "=2+3"), "价格明细!F3", "exchange.formula-without-value"),
    (_error_value, "价格明细!F3", "exchange.error-value"),
    (lambda book: book["付款计划"].delete_rows(3, 9), "合同!A3", "deals.field-missing"),
    (lambda book: cell_at(book, "合同", FIRST, "合同总额（含税，元）").__setattr__("value", 1), "合同!", "deals."),
]


@pytest.mark.parametrize(("change", "where", "code"), CASES)
def test_what_is_wrong_is_named_where_it_stands(
    change: Callable[[Workbook], Any], where: str, code: str, deal: Deal, made: Make, edited: Edit, taking: Take
) -> None:
    found = taking(edited(made(deals=[deal]), change)).all_findings
    assert any(one.where.startswith(where) and one.code.startswith(code) for one in found), found


def test_columns_in_another_order_and_a_row_above_are_fine(deal: Deal, made: Make, edited: Edit, taking: Take) -> None:
    def shuffle(book: Workbook) -> None:
        paper = book["价格明细"]
        paper.insert_rows(1)
        paper.insert_cols(2)
        paper.move_range("C1:C9", cols=20)

    taken = taking(edited(made(deals=[deal]), shuffle))
    assert [draft.deal for draft in taken.drafts] == [deal]
