"""Each way of typing a value has one reading; what Excel spoilt is said."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.exchange.cells import join_names, read_cell, split_names
from docgen.exchange.columns import Column, Typed
from docgen.findings import Severity


def column(typed: Typed) -> Column:
    choices = {"day": "日", "workday": "工作日"} if typed is Typed.CHOICE else None
    return Column(("x",), "标题", "", typed, choices=choices)


@pytest.mark.parametrize(
    "typed",
    ["2024-03-11", "2024/3/11", "2024年3月11日", "20240311", "２０２４－０３－１１", "2024.3.11", " 2024-3-11 ",
     date(2024, 3, 11), datetime(2024, 3, 11), 20240311.0],  # noqa: DTZ001  # Excel's times know no zone
)  # fmt: skip
def test_a_day_typed_in_any_clear_way_is_that_day(typed: object) -> None:
    reading = read_cell(typed, column(Typed.DAY))  # type: ignore[arg-type]
    assert (reading.value, reading.finding) == ("2024-03-11", None)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("03/04/2024", "exchange.day-ambiguous"),
        ("3-4-24", "exchange.day-ambiguous"),
        ("03.04.2024", "exchange.day-ambiguous"),
        (45362.0, "exchange.day-as-number"),
        (0.5, "exchange.day-as-number"),
    ],
)
def test_a_day_that_could_be_another_is_a_finding(typed: object, code: str) -> None:
    reading = read_cell(typed, column(Typed.DAY))  # type: ignore[arg-type]
    assert reading.finding
    assert (reading.finding.code, reading.finding.severity) == (code, Severity.ERROR)


def test_a_time_of_day_is_dropped_aloud() -> None:
    reading = read_cell(datetime(2024, 3, 11, 9, 30), column(Typed.DAY))  # noqa: DTZ001  # as above
    assert reading.value == "2024-03-11"
    assert reading.finding
    assert reading.finding.code == "exchange.time-dropped"


@pytest.mark.parametrize("typed", ["0012", "1E5", "3-4", "622848001234567890", "=1+1", "@x", "１２"])
def test_text_stays_as_typed(typed: str) -> None:
    assert read_cell(typed, column(Typed.TEXT)).value == typed


def test_full_width_digits_of_a_number_of_ours_become_plain() -> None:
    assert read_cell("ＨＴ２０２４０３１００１", column(Typed.CODE)).value == "HT2024031001"


def test_text_that_excel_took_for_a_date_is_lost() -> None:
    reading = read_cell(date(2024, 3, 4), column(Typed.TEXT))
    assert reading.finding
    assert reading.finding.code == "exchange.text-became-date"


@pytest.mark.parametrize("typed", [6.22848001234568e17, 622848001234567890, 1e15])
@pytest.mark.parametrize("kind", [Typed.TEXT, Typed.CODE, Typed.DECIMAL, Typed.COUNT])
def test_a_number_of_too_many_digits_has_lost_some(typed: float, kind: Typed) -> None:
    reading = read_cell(typed, column(kind))
    assert reading.finding
    assert (reading.finding.code, reading.finding.severity) == ("exchange.digits-lost", Severity.ERROR)


def test_a_short_number_in_a_text_cell_is_read_with_a_warning() -> None:
    reading = read_cell(13900000000.0, column(Typed.TEXT))
    assert reading.value == "13900000000"
    assert reading.finding
    assert reading.finding.severity is Severity.WARNING


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        (0.1, "0.1"),
        (85500.0, "85500"),
        (0.30000000000000004, "0.3"),
        (47999.999999999996, "48000"),
        (1e-05, "0.00001"),
        ("1,000.00", "1000.00"),
        ("￥２８５，０００．００", "285000.00"),
        ("285000元", "285000"),
        ("30%", "0.3"),
        ("０．０５％", "0.0005"),
        ("1,00.00", "1,00.00"),
        ("1E5", "1E5"),
        ("28.5万", "28.5万"),
    ],
)
def test_a_number_is_read_as_excel_shows_it(typed: object, read: str) -> None:
    assert read_cell(typed, column(Typed.DECIMAL)).value == read  # type: ignore[arg-type]


def test_a_number_that_excel_took_for_a_date_is_a_finding() -> None:
    reading = read_cell(date(2024, 3, 4), column(Typed.DECIMAL))
    assert reading.finding
    assert reading.finding.code == "exchange.number-became-date"


@pytest.mark.parametrize("typed", ["工作日", " 工作日 ", "workday"])
def test_a_choice_is_its_word_or_its_value(typed: str) -> None:
    assert read_cell(typed, column(Typed.CHOICE)).value == "workday"


def test_another_word_names_the_choices() -> None:
    reading = read_cell("天", column(Typed.CHOICE))
    assert reading.finding
    assert "日、工作日" in reading.finding.remedy()


@given(st.lists(st.text("张三A、；;，, ", min_size=1).map(str.strip).filter(bool), min_size=1, max_size=4))
def test_entries_of_a_cell_come_apart_as_they_were(names: list[str]) -> None:
    assert split_names(join_names(names)) == names


@given(st.floats(allow_nan=True, allow_infinity=True))
def test_no_number_is_read_as_another(number: float) -> None:
    value = read_cell(number, column(Typed.DECIMAL)).value
    assert value is None or abs(float(str(value)) - number) <= abs(number) * 1e-14
