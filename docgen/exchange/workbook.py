"""The ready workbook: a sheet for each part of the record, drop-downs, notes, examples, and headings that stay put.

Everything a person types lands in a cell of the right kind: numbers and dates of the trade are text cells, so that
Excel leaves `0012`, `3-4` and eighteen-digit accounts alone; amounts are number cells, so that they can be summed.
"""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, field
from typing import Any

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from docgen.deals.deal import Deal
from docgen.errors import Refused
from docgen.exchange.columns import Column, Typed
from docgen.exchange.layout import COMPANY_TITLE, CONDITIONS_READ, EXAMPLE_MARK, KEY_TITLE, Sheet, sheets
from docgen.exchange.rows import Row, conditions_needed, rows_of
from docgen.exchange.sheetwork import put, put_text

EXAMPLE_KEY = f"{EXAMPLE_MARK}（导入时忽略）"
GUIDE_TITLE = "填写说明"
CHOICES_TITLE = "选项"
HEADER_ROW = 2
ROOM = 5000
"""Rows that the drop-downs reach beyond what is filled in."""
_EXAMPLES = 2

_NARROW = 7
_WIDE = 42
_WIDTHS = {
    Typed.DAY: 12, Typed.DECIMAL: 14, Typed.COUNT: 8, Typed.FLAG: 8, Typed.CHOICE: 14, Typed.TEXT: 14,
    Typed.CODE: 18, Typed.LONG: 28, Typed.NAMES: 16, Typed.COUNTS: 10,
}  # fmt: skip
_FONT = "微软雅黑"
_LINE = Side(style="thin", color="BFBFBF")
_BORDER = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_FILLS = {"joining": "44546A", "required": "2F5597", "optional": "8EA9DB", "internal": "7F6000", "band": "D9E2F3"}
_TEXT_FORMAT = "@"
_GUIDE = (
    "本工作簿用来批量录入或修改成交记录，填好后运行：docgen deal import 文件名.xlsx",
    "“合同”表一行一笔成交；其他表用“合同或订单编号”与它对应。新合同可不填合同编号（导入时自动编号），但须填订单编号。",
    "深蓝色标题必填，浅蓝色选填（同一组里填了一项，组内必填项也要填），褐色为内部资料，不会出现在给客户的文书上。",
    "鼠标停在标题上可看说明；有下拉箭头的格子请从列表选择。标题行已锁定（无密码），列可以调整次序，不要改标题文字。",
    "日期写 2024-03-11；2024/3/11、2024年3月11日、20240311 和 Excel 日期也认；03/04/2024 这种分不清月日的会退回。",
    "编号、账号、日期的格子是文本格式：0012、3-4、18 位账号照原样保存。请勿改成“常规”或“数值”，否则 Excel 会改动内容。",
    "灰色斜体的“示例”行只供参考，导入时忽略，可以删除。",
    "公式可以用，导入时取已算出的结果。",
    "有错时一条都不导入，并生成一份“待改正”副本：错误格子标红、批注写明原因和改法。改好副本再导入即可，已导入的不会重复。",
)


@dataclass
class _Choices:
    """The hidden sheet of drop-down words; each list stands in a column of its own and is shared."""

    sheet: Worksheet
    places: dict[tuple[str, ...], str] = field(default_factory=dict)

    def reference(self, words: tuple[str, ...]) -> str:
        """Return where a list of words stands, writing it first if it is new."""
        if words not in self.places:
            column = len(self.places) + 1
            for row, word in enumerate(words, 1):
                put_text(self.sheet.cell(row, column), word)
            letter = get_column_letter(column)
            self.places[words] = f"{CHOICES_TITLE}!${letter}$1:${letter}${len(words)}"
        return self.places[words]


def make_workbook(*, companies: Sequence[str], deals: Sequence[Deal] = (), examples: Sequence[Deal] = ()) -> bytes:
    """Return a workbook as xlsx bytes: filled with `deals`, or empty with example rows taken from `examples`.

    `companies` are the full names of our companies, for the drop-down.

    Raises:
        Refused: `exchange.too-many-conditions`, a payment hangs on more conditions than a row can hold.
    """
    shown = list(deals or examples)
    if conditions_needed(shown) > CONDITIONS_READ:
        raise Refused.of("exchange.too-many-conditions", limit=CONDITIONS_READ)
    book = Workbook()
    guide = book.active
    choices = _Choices(book.create_sheet(CHOICES_TITLE))
    for sheet in sheets(conditions_needed(shown)):
        rows = _rows(sheet, deals, examples)
        _write(book.create_sheet(sheet.title), sheet, rows, choices, tuple(companies), is_example=not deals)
    _write_guide(guide)
    book.move_sheet(CHOICES_TITLE, len(book.sheetnames))
    choices.sheet.sheet_state = "hidden"
    book.active = 1
    guide.sheet_view.tabSelected = False
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _rows(sheet: Sheet, deals: Sequence[Deal], examples: Sequence[Deal]) -> list[Row]:
    """Return the rows to show: all of the deals, or the first rows of the first example that has any."""
    if deals:
        return [row for deal in deals for row in rows_of(deal, sheet)]
    found = (rows_of(example, sheet, key=EXAMPLE_KEY) for example in examples)
    return next((rows[:_EXAMPLES] for rows in found if rows), [])


def _write(  # noqa: PLR0913  # everything one sheet is made of
    paper: Worksheet,
    sheet: Sheet,
    rows: Sequence[Row],
    choices: _Choices,
    companies: tuple[str, ...],
    *,
    is_example: bool,
) -> None:
    columns = _all_columns(sheet)
    last = HEADER_ROW + len(rows) + ROOM
    _write_band(paper, sheet, columns)
    for index, column in enumerate(columns, 1):
        _write_heading(paper, index, column, is_joining=index <= len(sheet.leading))
        _prepare_column(paper, index, column, [row[index - 1] for row in rows])
        words = companies if column.title == COMPANY_TITLE else _words(column)
        if words:
            _offer(paper, get_column_letter(index), choices.reference(words), last, column)
    _write_rows(paper, rows, columns, is_example=is_example)
    _fix(paper, sheet, len(columns))


def _all_columns(sheet: Sheet) -> list[Column]:
    notes = {KEY_TITLE: "与“合同”表的合同编号或订单编号一致"}
    leading = [
        Column((), title, notes.get(title, f"对应哪一个{title}"), Typed.CODE if title == KEY_TITLE else Typed.COUNT,
               is_required=True, is_internal=sheet.is_internal)
        for title in sheet.leading
    ]  # fmt: skip
    return [*leading, *sheet.columns]


def _words(column: Column) -> tuple[str, ...]:
    return ("是", "否") if column.typed is Typed.FLAG else tuple(column.words)


def _write_band(paper: Worksheet, sheet: Sheet, columns: Sequence[Column]) -> None:
    """Write the groups above the headings, each over its own columns."""
    start = 1
    for index, column in enumerate(columns, 1):
        following = columns[index].group if index < len(columns) else None
        cell = paper.cell(1, index)
        cell.fill = PatternFill(fgColor=_FILLS["band"], fill_type="solid")
        if following != column.group or index == len(sheet.leading):
            internal = "内部资料，不外传" if column.is_internal else ""
            title = column.group or internal
            first = paper.cell(1, start)
            put_text(first, f"{title}（{internal}）" if column.group and internal else title)
            first.font = Font(name=_FONT, size=9, color="1F3864")
            first.alignment = Alignment(horizontal="left")
            start = index + 1


def _write_heading(paper: Worksheet, index: int, column: Column, *, is_joining: bool) -> None:
    cell = put_text(paper.cell(HEADER_ROW, index), column.title)
    kind = "internal" if column.is_internal else "joining" if is_joining else "required" if column.is_required else ""
    cell.fill = PatternFill(fgColor=_FILLS[kind or "optional"], fill_type="solid")
    cell.font = Font(name=_FONT, bold=True, color="FFFFFF", size=10)
    cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    cell.border = _BORDER
    words = [column.title, "必填" if column.is_required else "选填", column.description, _how(column)]
    if column.is_internal:
        words.append("内部资料：不会出现在给客户的文书上")
    text = "\n".join(dict.fromkeys(word for word in words if word))
    cell.comment = Comment(text, "docgen", height=40 + 20 * text.count("\n"), width=260)


def _how(column: Column) -> str:
    """Return how a column is written, for its note."""
    match column.typed:
        case Typed.DAY:
            return "日期写 2024-03-11"
        case Typed.CHOICE:
            return "从列表选择：" + "、".join(column.words)
        case Typed.DECIMAL:
            return f"数字，最多 {column.places} 位小数" if column.places else "数字"
        case Typed.NAMES | Typed.COUNTS:
            return "可填多个，用“、”分开或一行一个"
        case Typed.COUNT:
            return "整数"
    return ""


def _prepare_column(paper: Worksheet, index: int, column: Column, values: Sequence[object]) -> None:
    """Format the whole column, so that cells nobody has touched yet are unlocked and of the right kind too."""
    dimension = paper.column_dimensions[get_column_letter(index)]
    dimension.number_format = _number_format(column)
    dimension.protection = Protection(locked=False)
    dimension.font = Font(name=_FONT, size=10)
    dimension.alignment = _alignment(column)
    heading = min(_shown_width(column.title) + 3, 18)
    content = max((_shown_width(line) + 2 for value in values for line in str(value or "").split("\n")), default=0)
    dimension.width = min(max(_WIDTHS[column.typed], heading, content, _NARROW), _WIDE)


def _write_rows(paper: Worksheet, rows: Sequence[Row], columns: Sequence[Column], *, is_example: bool) -> None:
    """Write the rows; a column's look is worked out once, at its first row, and shared by the cells below."""
    styles = [_styled(paper.cell(HEADER_ROW + 1, index), column, is_example=is_example)._style  # noqa: SLF001  # openpyxl's own way is a thousand times slower
              for index, column in enumerate(columns, 1)] if rows else []  # fmt: skip
    for at, row in enumerate(rows, HEADER_ROW + 1):
        for index, value in enumerate(row, 1):
            if value is not None or is_example:
                cell = paper.cell(at, index)
                cell._style = copy(styles[index - 1])  # noqa: SLF001  # as above
                put(cell, value)


def _styled(cell: Any, column: Column, *, is_example: bool) -> Any:  # noqa: ANN401  # openpyxl's cells have several types
    cell.number_format = _number_format(column)
    cell.protection = Protection(locked=False)
    cell.alignment = _alignment(column)
    cell.font = Font(name=_FONT, size=10, italic=is_example, color="808080" if is_example else "000000")
    if is_example:
        cell.fill = PatternFill(fgColor="F2F2F2", fill_type="solid")
    return cell


def _number_format(column: Column) -> str:
    if column.typed is Typed.DECIMAL:
        return "#,##0.00" if column.places == 2 else "General"  # noqa: PLR2004  # amounts have 分
    return "0" if column.typed is Typed.COUNT else _TEXT_FORMAT


def _alignment(column: Column) -> Alignment:
    is_number = column.typed in {Typed.DECIMAL, Typed.COUNT}
    is_short = column.typed in {Typed.FLAG, Typed.CHOICE, Typed.DAY}
    horizontal = "right" if is_number else "center" if is_short else "left"
    return Alignment(horizontal=horizontal, vertical="top", wrap_text=column.typed in {Typed.LONG, Typed.NAMES})


def _offer(paper: Worksheet, letter: str, reference: str, last: int, column: Column) -> None:
    offered = DataValidation(type="list", formula1=f"={reference}", allow_blank=True, showErrorMessage=True)
    offered.errorTitle, offered.error = column.title, "请从下拉列表选择"
    offered.add(f"{letter}{HEADER_ROW + 1}:{letter}{last}")
    paper.add_data_validation(offered)


def _fix(paper: Worksheet, sheet: Sheet, columns: int) -> None:
    """Freeze the headings and the joining columns, lock the headings, set up the print."""
    fixed = max(len(sheet.leading), 2 if sheet.is_main else 1)
    paper.freeze_panes = paper.cell(HEADER_ROW + 1, fixed + 1)
    paper.row_dimensions[HEADER_ROW].height = 34
    paper.sheet_properties.tabColor = _FILLS["internal"] if sheet.is_internal else "2F5597" if sheet.is_main else None
    guard = paper.protection
    guard.sheet = True
    guard.formatCells = guard.formatColumns = guard.formatRows = False
    guard.insertRows = guard.deleteRows = guard.sort = guard.autoFilter = False
    paper.auto_filter.ref = f"A{HEADER_ROW}:{get_column_letter(columns)}{HEADER_ROW}"
    paper.page_setup.orientation, paper.page_setup.paperSize = "landscape", paper.PAPERSIZE_A4
    paper.page_setup.fitToHeight = 0
    paper.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    paper.print_title_rows = f"1:{HEADER_ROW}"


def _write_guide(paper: Worksheet) -> None:
    paper.title = GUIDE_TITLE
    put_text(paper["B1"], "成交记录工作簿 · 填写说明").font = Font(name=_FONT, bold=True, size=14)
    for row, line in enumerate(_GUIDE, 3):
        paper.cell(row, 1, row - 2).alignment = Alignment(vertical="top", horizontal="right")
        cell = put_text(paper.cell(row, 2), line)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        cell.font = Font(name=_FONT, size=11)
        paper.row_dimensions[row].height = 36 if _shown_width(line) > 90 else 20  # noqa: PLR2004  # one line holds so much
    paper.column_dimensions["A"].width = 4
    paper.column_dimensions["B"].width = 100
    paper.page_setup.orientation, paper.page_setup.fitToHeight = "landscape", 0
    paper.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    paper.sheet_view.showGridLines = False
    paper.protection.sheet = True


def _shown_width(text: str) -> int:
    """Return how many columns text takes: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
