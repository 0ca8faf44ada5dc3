"""Working days: which days count, where a due day rolls, and what is still open because no notice has appeared.

The State Council publishes each autumn which weekends of the next year are worked (调休) and which days are off. For
those years the notice decides (kept by chinesecalendar, or entered by hand as overrides). For later years weekends
and the statutory days count, computed from lunar tables, days off in lieu included (全国年节及纪念日放假办法 6 条);
调休 cannot be known. A date is provisional (暂定) only where the coming notice could still change it: measured over
the notices of 2008 to 2026, a rest day was never more than 4 days, a worked weekend never more than 10 days from a
statutory day; the margins here are 7 and 14.
"""

from __future__ import annotations

import hashlib
from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache, cached_property, lru_cache
from importlib.metadata import version as installed
from types import MappingProxyType

import chinese_calendar
import holidays
from chinese_calendar.constants import holidays as _published_rest

from docgen.deals.plan import TermUnit

_ONE_DAY = timedelta(days=1)
_SATURDAY = 5
_REST_MARGIN = timedelta(days=7)
_WORK_MARGIN = timedelta(days=14)
_FIRST_KNOWN = min(_published_rest).year
_LAST_KNOWN = max(_published_rest).year


@dataclass(frozen=True, slots=True)
class Rolled:
    """A day reached by rolling or counting, and whether a notice still to come could move it (暂定)."""

    day: date
    is_provisional: bool = False


@cache
def _statutory(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("CN", years=year).keys())


@lru_cache(maxsize=4096)
def _is_published_workday(day: date) -> bool:
    return bool(chinese_calendar.is_workday(day))


@dataclass(frozen=True)
class Calendar:
    """The working days, as known now.

    `overrides` says of single days whether they are worked and beats everything else; `published` names years whose
    notice was entered completely as overrides, so that nothing in them is provisional any more.
    """

    overrides: Mapping[date, bool] = field(default_factory=lambda: MappingProxyType({}))
    published: frozenset[int] = frozenset()

    def is_workday(self, day: date) -> bool:
        """Tell whether a day is worked; a worked weekend (调休) is."""
        if day in self.overrides:
            return self.overrides[day]
        is_weekday = day.weekday() < _SATURDAY
        if day.year in self.published:
            return is_weekday
        if _FIRST_KNOWN <= day.year <= _LAST_KNOWN:
            return _is_published_workday(day)
        return is_weekday and day not in _statutory(day.year)

    def roll(self, day: date) -> Rolled:
        """Move a due day that is no working day to the next one (民法典 203); others stay."""
        reached = next(each for each in _days(day) if self.is_workday(each))
        return Rolled(reached, self._is_open(day, reached))

    def add_workdays(self, day: date, count: int) -> Rolled:
        """Count `count` working days from the day after `day` (backwards when negative); 0 rolls the day itself."""
        if not count:
            return self.roll(day)
        step = _ONE_DAY if count > 0 else -_ONE_DAY
        reached, left = day, abs(count)
        while left:
            reached += step
            left -= self.is_workday(reached)
        return Rolled(reached, self._is_open(min(day, reached) + _ONE_DAY, max(day, reached)))

    @cached_property
    def version(self) -> str:
        """The calendar in words for snapshots: sources with versions and a hash of the overrides."""
        entered = "".join(f"{day.isoformat()}={int(worked)};" for day, worked in sorted(self.overrides.items()))
        digest = hashlib.sha256(f"{sorted(self.published)}{entered}".encode()).hexdigest()[:8]
        sources = f"chinesecalendar {installed('chinesecalendar')} (-{_LAST_KNOWN}), holidays {installed('holidays')}"
        return f"{sources}, overrides {digest if entered or self.published else '-'}"

    def _is_open(self, first: date, last: date) -> bool:
        return last.year >= _LAST_KNOWN and any(self._could_change(each) for each in _days(first, last))

    def _could_change(self, day: date) -> bool:
        if day in self.overrides:
            return False
        margin = _REST_MARGIN if self.is_workday(day) else _WORK_MARGIN
        years = {day.year, (day + margin).year}
        return any(
            abs(feast - day) <= margin and (feast != day or day.weekday() >= _SATURDAY)
            for year in years
            if year > _LAST_KNOWN and year not in self.published
            for feast in _statutory(year)
        )


def add_term(day: date, count: int, *, unit: TermUnit, calendar: Calendar) -> Rolled:
    """Return the nominal last day of a term that starts on `day`; day 0 is not counted (P1, 民法典 200-202).

    Days are natural days; a month term ends on the corresponding day, or on the last day of a shorter month. The
    result is not rolled; only a count of working days can be provisional.
    """
    if unit is TermUnit.WORKDAY and count:
        return calendar.add_workdays(day, count)
    return Rolled(add_months(day, count) if unit is TermUnit.MONTH else day + timedelta(days=count))


def add_months(day: date, count: int) -> date:
    """Return the corresponding day `count` months on, else that month's last day (民法典 202)."""
    years, month = divmod(day.month - 1 + count, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _days(first: date, last: date | None = None) -> Iterator[date]:
    each = first
    while last is None or each <= last:
        yield each
        each += _ONE_DAY
