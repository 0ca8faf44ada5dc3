"""Where a paper stands: floors hold, holds move no date, and only what is neither known nor past stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from docgen.retention.reckoning import Starts, reckon
from docgen.retention.standing import Ground, Standing, State, stand
from docgen.retention.table import SHIPPED, read_table
from docgen.retention.trail import Act, Extension, Hold, Scope, Target, Trail, replay

TABLE = read_table(SHIPPED.read_text(encoding="utf-8"), name="retention.toml")
ITEM, CONTRACT, OTHER = (Target(Scope.ITEM, "a1"), Target(Scope.CONTRACT, "HT1"), Target(Scope.CONTRACT, "HT2"))
ENDED, LAST = date(2024, 6, 30), date(2029, 6, 30)
ACT = Act("li", "李四", date(2029, 1, 1), "诉讼")
NOTHING = Trail()
DAYS = st.dates(date(2000, 1, 1), date(2060, 1, 1))


def at(as_of: date, *, ended: date | None = ENDED, promised: date | None = None, trail: Trail = NOTHING) -> Standing:
    terms = reckon(TABLE, ("contract-paper",), Starts(ended, ENDED, ENDED, ENDED))
    return stand(terms, targets={ITEM, CONTRACT}, trail=trail, as_of=as_of, promised=promised)


def held(*holds: Hold) -> Trail:
    return Trail(holds=holds)


def test_the_last_day_is_kept_and_the_next_may_be_proposed() -> None:
    assert (at(LAST).state, at(LAST).disposable_from) == (State.RUNNING, date(2029, 7, 1))
    assert at(LAST + timedelta(days=1)).state is State.DISPOSABLE


def test_without_an_end_nothing_may_be_proposed_whatever_was_promised() -> None:
    found = at(date(2090, 1, 1), ended=None, promised=LAST)
    assert (found.state, found.until, found.promised) == (State.UNKNOWN, None, LAST)


def test_a_promise_is_a_floor_under_a_corrected_end() -> None:
    earlier = at(LAST, ended=date(2023, 6, 30), promised=LAST)
    assert (earlier.until, earlier.reckoned, earlier.ground) == (LAST, date(2028, 6, 30), Ground.PROMISE)
    later = at(LAST, ended=date(2025, 6, 30), promised=LAST)
    assert (later.until, later.ground) == (date(2030, 6, 30), Ground.TERM)


def test_a_hold_keeps_past_the_day_and_moves_it_not() -> None:
    found = at(date(2029, 8, 1), trail=held(Hold("甲案", CONTRACT, ACT)))
    assert (found.state, found.until) == (State.HELD, LAST)
    assert at(LAST, trail=held(Hold("甲案", CONTRACT, ACT))).state is State.RUNNING
    assert at(date(2029, 8, 1), trail=held(Hold("甲案", OTHER, ACT))).state is State.DISPOSABLE


def test_two_cases_are_two_holds_and_each_goes_alone() -> None:
    one, two = Hold("甲案", CONTRACT, ACT), Hold("乙案", ITEM, ACT)
    released = replace(one, released=replace(ACT, on=date(2029, 9, 1)))
    day = date(2029, 9, 1)
    assert [each.case for each in at(day, trail=held(one, two)).holds] == ["甲案", "乙案"]
    assert [each.case for each in at(day, trail=held(released, two)).holds] == ["乙案"]
    assert at(day, trail=held(released, two)).state is State.HELD


def test_a_hold_counts_on_days_before_it_was_placed_so_a_clock_set_back_lifts_none() -> None:
    late = Hold("甲案", CONTRACT, replace(ACT, on=date(2040, 1, 1)))
    assert at(date(2035, 1, 1), trail=held(late)).state is State.HELD


def test_an_extension_lengthens_and_a_shorter_one_changes_nothing() -> None:
    longer = Trail(extensions=(Extension(CONTRACT, date(2031, 1, 1), ACT),))
    shorter = Trail(extensions=(Extension(CONTRACT, date(2026, 1, 1), ACT),))
    assert (at(LAST, trail=longer).until, at(LAST, trail=longer).ground) == (date(2031, 1, 1), Ground.EXTENSION)
    assert (at(LAST, trail=shorter).until, at(LAST, trail=shorter).ground) == (LAST, Ground.TERM)


def test_the_log_tells_holds_and_their_release() -> None:
    base = {"scope": "contract", "target": "HT1", "user": "li", "display": "李四", "on": "2029-01-01", "reason": "诉讼"}
    events = [
        ("hold.placed", {**base, "case": "甲案"}),
        ("hold.placed", {**base, "case": "乙案"}),
        ("fact.recorded", {}),
        ("hold.released", {**base, "case": "甲案", "user": "wang", "on": "2030-01-01"}),
        ("hold.placed", {**base, "case": "甲案", "on": "2031-01-01"}),
        ("term.extended", {**base, "until": "2035-01-01"}),
    ]
    trail = replay(events)
    assert [(each.case, each.released is not None) for each in trail.holds] == [
        ("甲案", True),
        ("乙案", False),
        ("甲案", False),
    ]
    assert trail.extensions[0].until == date(2035, 1, 1)
    assert trail.standing(CONTRACT, "乙案") is not None
    assert trail.standing(ITEM, "乙案") is None


@given(st.none() | DAYS, st.none() | DAYS, st.lists(DAYS, max_size=3), DAYS)
def test_nothing_shortens_below_promise_and_extensions(
    ended: date | None, promised: date | None, extended: list[date], as_of: date
) -> None:
    trail = Trail(extensions=tuple(Extension(ITEM, day, ACT) for day in extended))
    found = at(as_of, ended=ended, promised=promised, trail=trail)
    assert (found.until is None) == (ended is None)
    for floor in (promised, found.reckoned, *extended):
        assert found.until is None or floor is None or found.until >= floor
    assert (found.state is State.DISPOSABLE) == (found.until is not None and as_of > found.until)
