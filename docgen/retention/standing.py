"""Where a paper stands: until when it is kept and why, whether it may be proposed for disposal, what holds it back.

Nothing shortens what was promised: the day told at filing and every extension are floors under what is reckoned. The
reckoned day itself follows the facts: a corrected termination moves it, a withdrawn one opens it again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from docgen.retention.reckoning import ClassTerm, deciding
from docgen.retention.trail import Extension, Hold, Target, Trail


class State(StrEnum):
    """Kept for ever; kept since an end is not known; term running; term over but held; may be proposed."""

    PERMANENT = "permanent"
    UNKNOWN = "unknown"
    RUNNING = "running"
    HELD = "held"
    DISPOSABLE = "disposable"


class Ground(StrEnum):
    """What the last day rests on: the class's own term, the promise at filing, or an extension."""

    TERM = "term"
    PROMISE = "promise"
    EXTENSION = "extension"


@dataclass(frozen=True, slots=True)
class Standing:
    """A paper's retention as of a day.

    `terms` are all its classes, `decided_by` the one that wins, `reckoned` its day by the facts, `promised` the day
    told at filing, `until` the last day it must be kept (None: for ever, or not known), `ground` what that rests on.
    """

    terms: tuple[ClassTerm, ...]
    decided_by: ClassTerm
    reckoned: date | None
    promised: date | None
    extensions: tuple[Extension, ...]
    holds: tuple[Hold, ...]
    until: date | None
    ground: Ground
    state: State

    @property
    def disposable_from(self) -> date | None:
        """The first day on which disposal may be proposed, were there no hold."""
        return self.until + timedelta(days=1) if self.until else None

    @property
    def classes(self) -> tuple[str, ...]:
        """The ids of all classes."""
        return tuple(each.class_id for each in self.terms)


def stand(
    terms: Sequence[ClassTerm], *, targets: Collection[Target], trail: Trail, as_of: date, promised: date | None = None
) -> Standing:
    """Return where a paper stands; `targets` are all that cover it: itself, its contract, its customer."""
    winner = deciding(terms)
    extensions = tuple(each for each in trail.extensions if each.target in targets)
    holds = tuple(each for each in trail.holds if each.target in targets and each.stands(as_of))
    until, ground = _last_day(winner.until, promised, extensions)
    return Standing(
        terms=tuple(terms),
        decided_by=winner,
        reckoned=winner.until,
        promised=promised,
        extensions=extensions,
        holds=holds,
        until=until,
        ground=ground,
        state=_state(winner, until, is_held=bool(holds), as_of=as_of),
    )


def _last_day(
    reckoned: date | None, promised: date | None, extensions: Iterable[Extension]
) -> tuple[date | None, Ground]:
    """Return the latest of what is reckoned, promised and extended; an open end stays open whatever was promised."""
    if reckoned is None:
        return None, Ground.TERM
    floors = [(reckoned, Ground.TERM)]
    floors += [(promised, Ground.PROMISE)] if promised else []
    floors += [(each.until, Ground.EXTENSION) for each in extensions]
    return max(floors, key=lambda each: each[0])


def _state(winner: ClassTerm, until: date | None, *, is_held: bool, as_of: date) -> State:
    if winner.is_permanent:
        return State.PERMANENT
    if until is None:
        return State.UNKNOWN
    if as_of <= until:
        return State.RUNNING
    return State.HELD if is_held else State.DISPOSABLE
