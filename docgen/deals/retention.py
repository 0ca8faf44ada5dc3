"""How long a paper must be kept: the longest of its classes, counted from an event that may not have come yet.

Contract papers: not less than five years after the contract's end (manual 三.3), here to the same day five years on,
or the month's last day (P6). An end nobody has recorded is no end: the date stays open and nothing may be disposed of.
Disposal is only ever proposed, from the day after, never done by the program.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from docgen.deals.deal import Deal
from docgen.deals.milestones import terminated_on
from docgen.deals.workdays import add_months
from docgen.errors import Refused

CONTRACT_PAPER = "contract-paper"
_YEARS: Mapping[str, int] = MappingProxyType({CONTRACT_PAPER: 5})


@dataclass(frozen=True, slots=True)
class Retention:
    """Until when a paper must be kept, by which rule, counted from which event; `until` None = not known yet."""

    classes: tuple[str, ...]
    until: date | None
    rule: str
    start_event: str
    start_on: date | None


def retention_of(deal: Deal, *, class_name: str = CONTRACT_PAPER, as_of: date = date.max) -> Retention:
    """Return how long a paper of this deal must be kept, as known on a day.

    Raises:
        Refused: `deals.retention-class-unknown`.
    """
    years = _YEARS.get(class_name)
    if years is None:
        raise Refused.of("deals.retention-class-unknown", class_name=class_name, known="、".join(_YEARS))
    ended = terminated_on(deal, as_of=as_of)
    return Retention(
        classes=(class_name,),
        until=add_months(ended, 12 * years) if ended else None,
        rule=f"合同终止后{years}年",
        start_event="termination",
        start_on=ended,
    )
