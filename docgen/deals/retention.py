"""How long a paper must be kept: the longest of its classes, counted from an event that may not have come yet.

Contract papers: not less than five years after the contract's end (manual 三.3), here to the same day five years on,
or the month's last day (P6). An end nobody has recorded is no end: the date stays open and nothing may be disposed of.
Disposal is only ever proposed, from the day after, never done by the program.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from docgen.deals.deal import Deal
from docgen.deals.milestones import terminated_on
from docgen.deals.workdays import add_months

CONTRACT_PAPER = "contract-paper"
_YEAR = 12


@dataclass(frozen=True, slots=True)
class Term:
    """How long contract papers are kept after the end: months, by the manual or by the office's own longer table."""

    months: int = 60

    @property
    def rule(self) -> str:
        """The rule in words: 合同终止后5年."""
        length = f"{self.months // _YEAR}年" if self.months % _YEAR == 0 else f"{self.months}个月"
        return f"合同终止后{length}"


MANUAL = Term()
"""Not less than five years (manual 三.3)."""


@dataclass(frozen=True, slots=True)
class Retention:
    """Until when a paper must be kept, by which rule, counted from which event; `until` None = not known yet."""

    classes: tuple[str, ...]
    until: date | None
    rule: str
    start_event: str
    start_on: date | None


def retention_of(deal: Deal, *, term: Term = MANUAL, as_of: date = date.max) -> Retention:
    """Return how long the contract papers of a deal must be kept, as known on a day."""
    ended = terminated_on(deal, as_of=as_of)
    return Retention(
        classes=(CONTRACT_PAPER,),
        until=add_months(ended, term.months) if ended else None,
        rule=term.rule,
        start_event="termination",
        start_on=ended,
    )
