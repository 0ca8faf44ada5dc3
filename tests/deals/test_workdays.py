"""Working days: 2024's 调休 from the State Council's notice, terms by the civil code, and what is still open."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.deals.plan import TermUnit
from docgen.deals.workdays import Calendar, Rolled, add_months, add_term

CALENDAR = Calendar()


@pytest.mark.parametrize(
    "day", ["2024-02-04", "2024-02-18", "2024-04-07", "2024-04-28", "2024-05-11", "2024-09-14", "2024-10-12"]
)
def test_worked_weekends_of_2024(day: str) -> None:
    assert date.fromisoformat(day).weekday() >= 5
    assert CALENDAR.is_workday(date.fromisoformat(day))
    assert CALENDAR.roll(date.fromisoformat(day)).day == date.fromisoformat(day)


@pytest.mark.parametrize(
    "day", ["2024-01-01", "2024-02-12", "2024-02-16", "2024-04-05", "2024-05-03", "2024-10-07", "2024-03-10"]
)
def test_rest_days_of_2024(day: str) -> None:
    assert not CALENDAR.is_workday(date.fromisoformat(day))


@pytest.mark.parametrize(
    ("day", "rolled"),
    [
        ("2024-05-25", "2024-05-27"),
        ("2025-04-05", "2025-04-07"),
        ("2024-02-10", "2024-02-18"),
        ("2024-03-25", "2024-03-25"),
    ],
)
def test_a_rest_day_rolls_to_the_next_working_day(day: str, rolled: str) -> None:
    assert CALENDAR.roll(date.fromisoformat(day)) == Rolled(date.fromisoformat(rolled))


@pytest.mark.parametrize(
    ("start", "count", "reached"),
    [
        ("2024-03-10", 1, "2024-03-11"),  # from a Sunday
        ("2024-03-08", 1, "2024-03-11"),
        ("2024-02-02", 3, "2024-02-06"),  # Sunday 02-04 is worked
        ("2024-02-09", 1, "2024-02-18"),
        ("2024-04-10", -3, "2024-04-07"),
        ("2024-05-25", 0, "2024-05-27"),
    ],
)
def test_counting_working_days(start: str, count: int, reached: str) -> None:
    assert CALENDAR.add_workdays(date.fromisoformat(start), count).day == date.fromisoformat(reached)


@pytest.mark.parametrize(
    ("start", "count", "unit", "ends"),
    [
        ("2024-03-11", 7, TermUnit.DAY, "2024-03-18"),
        ("2024-03-26", 60, TermUnit.DAY, "2024-05-25"),
        ("2024-03-26", 12, TermUnit.MONTH, "2025-03-26"),
        ("2024-01-31", 1, TermUnit.MONTH, "2024-02-29"),
        ("2023-01-31", 1, TermUnit.MONTH, "2023-02-28"),
        ("2024-02-29", 60, TermUnit.MONTH, "2029-02-28"),
        ("2024-12-15", 1, TermUnit.MONTH, "2025-01-15"),
        ("2024-03-10", 1, TermUnit.WORKDAY, "2024-03-11"),
        ("2024-05-25", 0, TermUnit.WORKDAY, "2024-05-25"),
    ],
)
def test_terms_do_not_count_their_first_day(start: str, count: int, unit: TermUnit, ends: str) -> None:
    assert add_term(date.fromisoformat(start), count, unit=unit, calendar=CALENDAR).day == date.fromisoformat(ends)


@pytest.mark.parametrize(
    ("day", "rolled", "is_provisional"),
    [
        ("2027-07-14", "2027-07-14", False),  # a Wednesday far from any feast
        ("2027-07-17", "2027-07-19", False),  # a Saturday far from any feast
        (
            "2027-02-06",
            "2027-02-11",
            True,
        ),  # Spring Festival by the lunar table: Saturday 6 to Monday 8, two days in lieu
        ("2027-06-09", "2027-06-10", True),  # 端午
        ("2027-10-09", "2027-10-11", True),  # a Saturday that may be worked for the National Day week
        ("2027-10-08", "2027-10-08", True),  # a Friday that may become a rest day
    ],
)
def test_years_without_a_notice_are_computed_and_marked_only_near_feasts(
    day: str,
    rolled: str,
    is_provisional: bool,  # noqa: FBT001  # a case of the table
) -> None:
    assert CALENDAR.roll(date.fromisoformat(day)) == Rolled(date.fromisoformat(rolled), is_provisional)


def test_a_count_over_a_coming_feast_is_provisional() -> None:
    assert CALENDAR.add_workdays(date(2027, 1, 20), 10).is_provisional
    assert not CALENDAR.add_workdays(date(2027, 7, 1), 10).is_provisional
    assert not CALENDAR.add_workdays(date(2024, 1, 20), 10).is_provisional


def test_an_entered_notice_settles_its_year() -> None:
    off = {date(2027, 2, 5) + timedelta(days=offset): False for offset in range(8)}
    notice = Calendar({**off, date(2027, 2, 20): True}, published=frozenset({2027}))
    assert notice.roll(date(2027, 2, 6)) == Rolled(date(2027, 2, 15))
    assert notice.is_workday(date(2027, 2, 20))
    assert not notice.add_workdays(date(2027, 1, 20), 10).is_provisional
    assert notice.version != CALENDAR.version


def test_one_override_beats_the_notice_and_names_another_version() -> None:
    own = Calendar({date(2024, 3, 25): False})
    assert own.roll(date(2024, 3, 25)).day == date(2024, 3, 26)
    assert own.version != CALENDAR.version
    assert own.version == Calendar({date(2024, 3, 25): False}).version


@given(st.dates(date(2005, 1, 1), date(2040, 12, 31)))
def test_rolling_lands_on_the_first_working_day(day: date) -> None:
    rolled = CALENDAR.roll(day).day
    assert CALENDAR.is_workday(rolled)
    assert 0 <= (rolled - day).days <= 12
    assert not any(CALENDAR.is_workday(day + timedelta(days=n)) for n in range((rolled - day).days))


@given(st.dates(date(2005, 1, 1), date(2035, 12, 31)), st.integers(1, 30))
def test_counting_there_and_back(day: date, count: int) -> None:
    start = CALENDAR.roll(day).day
    assert CALENDAR.add_workdays(CALENDAR.add_workdays(start, count).day, -count).day == start


@given(st.dates(date(1990, 1, 1), date(2100, 12, 31)), st.integers(0, 240))
def test_months_end_on_the_corresponding_day_or_the_last(day: date, months: int) -> None:
    ends = add_months(day, months)
    assert (ends.year - day.year) * 12 + ends.month - day.month == months
    assert ends.day == day.day or (ends.day < day.day and (ends + timedelta(days=1)).day == 1)
