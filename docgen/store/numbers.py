"""Numbers: allotted one after the other, written to the archive's log before anybody sees them, never used again.

A number whose paper was never finished stays a gap. The counter is not kept anywhere: it is the highest number that the
logs have ever given out in the series.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from docgen.archive.layout import Folder
from docgen.store import direct
from docgen.store.journal import Journal, writing
from docgen.store.models import Event, Number

ALLOTTED = "number.allotted"


@dataclass(frozen=True, slots=True)
class Series:
    """A row of running numbers in one folder's log, and how the n-th is written."""

    name: str
    write: Callable[[int], str]


def allot(folder: Folder, series: Series, *, at: datetime, actor: str) -> str:
    """Take the next number of a series for ever.

    Raises:
        StorageProblem: the folder's lock is not to be had, or the disk refuses.
    """
    with writing(folder, at=at, actor=actor) as journal:
        n, number = _free(series)
        journal.append(ALLOTTED, {"series": series.name, "n": n, "number": number})
    return number


def next_number(series: Series) -> str:
    """Return the number that the next allotment gives; true for as long as the series' folder is held for writing."""
    return _free(series)[1]


def _free(series: Series) -> tuple[int, str]:
    n = 1 + _last(series)
    number = series.write(n)
    while direct.one("SELECT 1 FROM store_number WHERE number = %s", number):
        n += 1
        number = series.write(n)
    return n, number


def _last(series: Series) -> int:
    """Return the highest number the series ever gave out."""
    row = direct.one("SELECT MAX(n) FROM store_number WHERE series = %s", series.name)
    return int(row[0]) if row and row[0] is not None else 0


def allot_for(journal: Journal, series: Series, item: str) -> str:
    """Return the number allotted for an item, in the log the journal holds; the next of its series where it has none.

    Cut off before the number was used, the same item takes the same number at the next try: no gap, and no repeat.
    """
    known = Event.objects.filter(type=ALLOTTED, payload__item=item).order_by("id").last()
    if known is not None:
        return str(known.payload["number"])
    n = 1 + _last(series)
    while Number.objects.filter(number=series.write(n)).exists():
        n += 1
    number = series.write(n)
    journal.append(ALLOTTED, {"series": series.name, "n": n, "number": number, "item": item})
    return number
