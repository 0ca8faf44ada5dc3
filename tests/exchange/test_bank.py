"""Bank statements in every shape banks give them: encodings, delimiters, columns, dates, amounts, odd rows."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal

import pytest
from openpyxl import Workbook

from docgen.errors import Refused, UnreadableFile
from docgen.exchange.bank import read_amount, read_day, read_statement

TEXT = (
    "账号,6222\n交易日期,贷方金额,借方金额,对方户名,摘要,附言,流水号\n"
    '2024-07-01,"94,444.42",0.00,恒泰示例,货款,HT2024040801,R1\n'
    '2024-07-02,,"1,000.00",某房东,房租,,R2\n,,,,,,\n合计,"94,444.42","1,000.00",,,,\n'
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("mark", [",", "\t", ";", "|"])
def test_encodings_and_delimiters(encoding: str, mark: str) -> None:
    rows = TEXT.replace('"94,444.42"', "94444.42").replace('"1,000.00"', "1000.00").replace(",", mark)
    read = read_statement(rows.encode(encoding), name="流水.csv")
    assert not read.findings
    assert [(line.on, line.amount, line.is_ours, line.payer, line.memo) for line in read.lines] == [
        (date(2024, 7, 1), Decimal("94444.42"), False, "恒泰示例", "货款 HT2024040801"),
        (date(2024, 7, 2), Decimal("1000.00"), True, "某房东", "房租"),
    ]


def test_a_workbook_reads_like_its_csv() -> None:
    book = Workbook()
    book.active.append(["交易时间", "借贷标志", "交易金额", "对方名称", "用途"])
    book.active.append([date(2024, 7, 1), "贷", 94444.42, "恒泰示例", "货款"])
    book.active.append([date(2024, 7, 2), "借", 1000, "某房东", "房租"])
    out = io.BytesIO()
    book.save(out)
    read = read_statement(out.getvalue(), name="流水.xlsx")
    assert [(line.on, line.amount, line.is_ours) for line in read.lines] == [
        (date(2024, 7, 1), Decimal("94444.42"), False),
        (date(2024, 7, 2), Decimal("1000.00"), True),
    ]


@pytest.mark.parametrize(
    "text", ["2024-03-05", "2024/3/5", "2024.3.5", "2024年3月5日", "20240305", "２０２４-０３-０５",
             "2024-03-05 10:22:33", "20240305 102233"]
)  # fmt: skip
def test_a_day_in_many_ways(text: str) -> None:
    assert read_day(text) == date(2024, 3, 5)


@pytest.mark.parametrize("text", ["03/05/2024", "5.3.24", "2024-02-30", "三月五日", "", None, 45356.0])
def test_what_is_no_day(text: object) -> None:
    assert read_day(text) is None


@pytest.mark.parametrize(
    ("text", "amount"),
    [("94,444.42", "94444.42"), ("６６６.６７", "666.67"), ("￥1,000", "1000.00"), ("¥5.5元", "5.50"),
     ("(20.00)", "-20.00"), ("-20", "-20.00"), (94444.42, "94444.42"), (3, "3.00")],
)  # fmt: skip
def test_an_amount_in_many_ways(text: object, amount: str) -> None:
    assert read_amount(text) == Decimal(amount)


@pytest.mark.parametrize("text", ["1.234", "壹佰", "NaN", "1E5e", True, ""])
def test_what_is_no_amount(text: object) -> None:
    assert read_amount(text) is None


def test_a_line_that_cannot_be_read_is_named_with_its_row() -> None:
    rows = "交易日期,收入,对方户名\n2024-07-01,100.00,甲\n07/02/2024,1.00,乙\n2024-07-03,一百,丙\n"
    read = read_statement(rows.encode(), name="a.csv")
    assert [(one.code, one.where) for one in read.findings] == [
        ("exchange.statement-day", "第 3 行"), ("exchange.statement-amount", "第 4 行")
    ]  # fmt: skip


def test_reversals() -> None:
    rows = (
        "日期,贷方金额,借方金额,对方户名,摘要\n2024-07-01,-100.00,,甲,冲正\n2024-07-02,,100.00,乙,退票\n"
        "2024-07-03,,-5.00,我方供应商,红字\n"
    )
    lines = read_statement(rows.encode(), name="a.csv").lines
    assert [(line.amount, line.is_ours) for line in lines] == [
        (Decimal("-100.00"), False), (Decimal("-100.00"), False), (Decimal("-5.00"), True)
    ]  # fmt: skip


def test_twins_without_a_reference_are_two_and_stay_the_same_two() -> None:
    row = "2024-07-01,100.00,甲\n"
    first = read_statement(("日期,收入,付款人\n" + row * 2).encode(), name="a.csv").lines
    again = read_statement(("日期,收入,付款人\n2024-06-30,1.00,乙\n" + row * 2).encode(), name="b.csv").lines
    assert len({line.reference for line in first}) == 2
    assert [line.reference for line in first] == [line.reference for line in again[1:]]


def test_what_a_person_says_of_the_columns_is_remembered_by_layout() -> None:
    rows = "交易日,进账,来款单位,说明\n2024-07-01,100.00,甲,货款\n".encode()
    with pytest.raises(Refused) as refused:
        read_statement(rows, name="a.csv")
    assert refused.value.findings[0].code == "exchange.statement-no-headings"
    told = read_statement(rows, name="a.csv", columns={"credit": "进账", "payer": "来款单位"})
    assert (told.lines[0].amount, told.lines[0].payer) == (Decimal("100.00"), "甲")
    known = {told.layout.fingerprint: told.layout}
    assert read_statement(rows, name="a.csv", known=known).lines == told.lines


def test_a_direction_column_is_no_amount() -> None:
    rows = "交易日期,借贷方向,发生额,对方账号,对方户名,摘要\n2024-07-01,贷,100.00,6222,甲,货款\n".encode()
    read = read_statement(rows, name="a.csv")
    assert (read.layout.columns["direction"], read.layout.columns["payer"]) == ("借贷方向", "对方户名")
    assert not read.lines[0].is_ours


def test_what_is_no_statement() -> None:
    with pytest.raises(UnreadableFile):
        read_statement(b"\x89PNG\x00\x00\x00\xff\xfe", name="a.csv")


HEAD = "交易日期,贷方金额,对方户名,摘要,流水号\n"


def lines_of(text: str) -> list[tuple[Decimal, str]]:
    read = read_statement((HEAD + text).encode(), name="流水.csv")
    assert not read.findings
    return [(line.amount, line.payer) for line in read.lines]


def test_formulas_stay_text_and_full_width_digits_are_digits() -> None:
    text = "２０２４-０７-０１,￥１，０００．５０,=HYPERLINK(1),+cmd|' /C calc'!A0,R1\n"
    text = text.replace("￥１，０００．５０", '"￥１，０００．５０"')
    assert lines_of(text) == [(Decimal("1000.50"), "=HYPERLINK(1)")]


@pytest.mark.parametrize("told", ["-12.50", "(12.50)", "－12.50"])
def test_a_negative_amount_is_taken_back_money(told: str) -> None:
    assert lines_of(f"2024-07-01,{told},恒泰示例,冲正,R1\n") == [(Decimal("-12.50"), "恒泰示例")]


@pytest.mark.parametrize(
    "text",
    [
        '2024-07-01,1.00,恒泰示例,"货款,R1\n2024-07-02,2.00,甲,货款,R2\n',
        '2024-07-01,1.00,恒泰示例,"货款,R1\n2024-07-02,2.00,甲,"货款,R2\n2024-07-03,3.00,乙,货款,R3\n',
        '2024-07-01,1.00,恒泰示例,"' + "货" * 140_000 + "\n",
    ],
)
def test_a_quotation_mark_that_never_closes_swallows_no_line(text: str) -> None:
    with pytest.raises(Refused) as refused:
        lines_of(text)
    (found,) = refused.value.findings
    assert (found.code, found.params["row"]) == ("exchange.statement-open-quote", 2)


def test_a_memo_of_two_lines_in_quotes_is_one_memo() -> None:
    assert lines_of('2024-07-01,1.00,恒泰示例,"货款\n，第二期",R1\n') == [(Decimal("1.00"), "恒泰示例")]


def test_a_heading_that_stands_twice_is_read_from_the_first_and_shown() -> None:
    text = "交易日期,金额,金额,对方户名,流水号\n2024-07-01,5.00,900.00,恒泰示例,R1\n"
    read = read_statement(text.encode(), name="流水.csv")
    assert read.layout.headings == ("交易日期", "金额", "金额#3", "对方户名", "流水号")
    assert [line.amount for line in read.lines] == [Decimal("5.00")]


def test_nul_bytes_are_no_statement_and_mixed_encodings_make_no_name() -> None:
    with pytest.raises(UnreadableFile):
        lines_of("2024-07-01,1.00,恒泰\x00示例,货款,R1\n")
    mixed = (HEAD + "2024-07-01,1.00,恒泰示例,货款,R1\n").encode("gb18030") + "2024-07-02,2.00,甲乙,货款,R2\n".encode()
    first, second = read_statement(mixed, name="流水.csv").lines
    assert first.payer == "恒泰示例"
    assert second.payer != "甲乙"  # nobody's name: the line waits for a person


def test_merged_headings_above_the_row_of_headings_do_no_harm() -> None:
    book = Workbook()
    sheet = book.active
    for row in (["账户明细", None, None, None], ["交易", None, "对方", None],
                ["交易日期", "收入金额", "对方户名", "流水号"],
                [date(2024, 7, 1), 94444.42, "恒泰示例", "R1"]):  # fmt: skip
        sheet.append(row)
    for cells in ("A1:D1", "A2:B2", "C2:D2"):
        sheet.merge_cells(cells)
    out = io.BytesIO()
    book.save(out)
    (line,) = read_statement(out.getvalue(), name="流水.xlsx").lines
    assert (line.amount, line.payer, line.reference) == (Decimal("94444.42"), "恒泰示例", "R1")


def test_a_day_that_excel_holds_as_a_bare_number_is_asked_about() -> None:
    book = Workbook()
    book.active.append(["交易日期", "收入金额", "对方户名"])
    book.active.append([45474, 1, "恒泰示例"])
    out = io.BytesIO()
    book.save(out)
    (found,) = read_statement(out.getvalue(), name="流水.xlsx").findings
    assert (found.code, found.where) == ("exchange.statement-day", "第 2 行")
