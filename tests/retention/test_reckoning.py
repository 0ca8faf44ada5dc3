"""Terms reckoned by hand: the corresponding day, the fiscal year's first day, and what an unknown start means."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.retention.reckoning import Starts, deciding, fiscal_start, reckon
from docgen.retention.table import SHIPPED, read_table

TABLE = read_table(SHIPPED.read_text(encoding="utf-8"), name="retention.toml")
FILED = date(2024, 3, 27)


def starts(terminated_on: date | None = None, *, accounted_on: date | None = FILED) -> Starts:
    return Starts(terminated_on, FILED, accounted_on, date(2024, 5, 6))


def until(*classes: str, at: Starts) -> date | None:
    return deciding(reckon(TABLE, classes, at)).until


@pytest.mark.parametrize(
    ("ended", "last"),
    [
        (date(2025, 5, 8), date(2030, 5, 8)),
        (date(2024, 2, 29), date(2029, 2, 28)),
        (date(2023, 2, 28), date(2028, 2, 28)),
        (date(2024, 12, 31), date(2029, 12, 31)),
    ],
)
def test_contract_papers_are_kept_to_the_corresponding_day_five_years_on(ended: date, last: date) -> None:
    assert until("contract-paper", at=starts(ended)) == last


def test_an_unknown_end_keeps_for_as_long_as_it_is_unknown() -> None:
    term = deciding(reckon(TABLE, ("contract-paper",), starts()))
    assert (term.until, term.is_unknown, term.is_permanent) == (None, True, False)


@pytest.mark.parametrize(
    ("day", "begins", "first"),
    [
        (date(2024, 3, 11), 1, date(2025, 1, 1)),
        (date(2024, 12, 31), 1, date(2025, 1, 1)),
        (date(2025, 1, 1), 1, date(2026, 1, 1)),
        (date(2024, 3, 31), 4, date(2024, 4, 1)),
        (date(2024, 4, 1), 4, date(2025, 4, 1)),
    ],
)
def test_the_fiscal_year_a_day_falls_in_ends_before_this_first_day(day: date, begins: int, first: date) -> None:
    assert fiscal_start(day, begins=begins) == first


def test_thirty_years_count_from_the_first_day_after_the_fiscal_year() -> None:
    term = deciding(reckon(TABLE, ("accounting-voucher",), starts()))
    assert (term.start_on, term.until) == (date(2025, 1, 1), date(2054, 12, 31))
    assert until("other-accounting", at=starts()) == date(2034, 12, 31)
    assert until("other-accounting", at=starts(accounted_on=None)) is None


def test_personal_data_from_before_a_deal_is_kept_two_years_from_the_last_contact() -> None:
    assert until("presale-personal", at=starts()) == date(2026, 5, 6)


def test_of_several_classes_the_longest_wins() -> None:
    ended = starts(date(2024, 6, 30))
    assert until("contract-paper", "accounting-voucher", at=ended) == date(2054, 12, 31)
    assert until("contract-paper", "presale-personal", at=ended) == date(2029, 6, 30)
    late = starts(date(2052, 6, 30))
    assert until("contract-paper", "accounting-voucher", at=late) == date(2057, 6, 30)


def test_an_unknown_class_outlasts_a_known_one_and_for_ever_outlasts_both() -> None:
    assert until("contract-paper", "accounting-voucher", at=starts()) is None
    ever = deciding(reckon(TABLE, ("contract-paper", "permanent"), starts(date(2020, 1, 1))))
    assert ever.is_permanent
    gone = deciding(reckon(TABLE, ("struck-out", "contract-paper"), starts(date(2020, 1, 1))))
    assert (gone.class_id, gone.until, gone.is_unknown) == ("struck-out", None, True)


def test_a_term_promised_at_filing_is_not_cut_by_a_table_edited_later() -> None:
    found = reckon(TABLE, ("contract-paper",), starts(date(2024, 6, 30)), promised={"contract-paper": 120})
    assert (found[0].until, found[0].rule) == (date(2034, 6, 30), "合同终止后10年")


@given(
    st.lists(st.sampled_from([each.id for each in TABLE.classes]), min_size=1, max_size=5),
    st.sampled_from([each.id for each in TABLE.classes]),
    st.none() | st.dates(date(2000, 1, 1), date(2060, 1, 1)),
)
def test_one_more_class_never_shortens(classes: list[str], more: str, ended: date | None) -> None:
    def rank(names: list[str]) -> tuple[bool, bool, date]:
        term = deciding(reckon(TABLE, names, starts(ended)))
        return term.is_permanent, term.is_unknown, term.until or date.min

    assert rank([*classes, more]) >= rank(classes)
