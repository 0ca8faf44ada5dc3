"""The limitation clock of a claim: until when a court still helps, and what has started the period anew.

Three years (民法典 188), from the last due day where one debt is paid in instalments (189). A demand that arrived, a
part payment or a promise starts it anew (195; 诉讼时效规定 8, 9, 14). How a court counts is not known beforehand, so
two days are told: `lawful_until` counts the debt as a whole, `until` is the careful one, by which people act: this
instalment's own due day, and only what is proved and concerns this instalment.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from docgen.deals.workdays import add_months

YEARS = 3
LONGEST_YEARS = 20
"""However often it was interrupted, no longer than this from the due day (188 II)."""
ALERT_DAYS = (30, 90, 180)


class Interruption(StrEnum):
    """What starts the period anew (195)."""

    LETTER = "letter"
    PAYMENT = "payment"
    PROMISE = "promise"


@dataclass(frozen=True, slots=True)
class Interrupted:
    """One interruption: the day it counts from, what it was, what proves it (empty: nothing does).

    Money on our account proves itself.
    """

    on: date
    kind: Interruption
    proof: str = ""

    @property
    def is_proved(self) -> bool:
        """Tell whether it would stand in court by what is kept."""
        return self.kind is Interruption.PAYMENT or bool(self.proof)


@dataclass(frozen=True, slots=True)
class Limitation:
    """The clock of one instalment as of a day; `alert`: 180, 90, 30 when so few days are left, 0 once it ran out."""

    until: date
    lawful_until: date | None
    days_left: int
    alert: int | None
    reset_by: Interrupted | None
    unproved: tuple[Interrupted, ...]


def limitation(
    due: date,
    *,
    as_of: date,
    last_due: date | None,
    own: Iterable[Interrupted] = (),
    debt: Iterable[Interrupted] = (),
) -> Limitation | None:
    """Return the clock of an instalment that is late; None where it is not.

    `last_due` is the last due day of the same debt, None while one is not known; `own` are the interruptions that
    concern this instalment, `debt` those of the whole debt (they hold for its rest too, 规定 9).
    """
    if as_of <= due:
        return None
    mine = sorted((each for each in own if each.on <= as_of), key=lambda each: each.on)
    proved = [each for each in mine if each.is_proved and each.on > due]
    until = _period(due, proved[-1].on if proved else due)
    known = [each.on for each in (*mine, *debt) if each.on <= as_of and each.is_proved]
    lawful = _period(last_due, max([last_due, *known])) if last_due else None
    left = (until - as_of).days
    return Limitation(
        until=until,
        lawful_until=lawful,
        days_left=left,
        alert=_alert(left),
        reset_by=proved[-1] if proved else None,
        unproved=tuple(each for each in mine if not each.is_proved),
    )


def _period(due: date, start: date) -> date:
    return min(add_months(start, 12 * YEARS), add_months(due, 12 * LONGEST_YEARS))


def _alert(left: int) -> int | None:
    if left < 0:
        return 0
    return next((days for days in ALERT_DAYS if left <= days), None)
