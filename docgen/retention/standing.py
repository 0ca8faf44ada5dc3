"""Where a paper stands: until when it is kept and why, whether it may be proposed for disposal, what holds it back.

Nothing shortens what was promised: the day told at filing and every extension are floors under what is reckoned. The
reckoned day itself follows the facts: a corrected termination moves it, a withdrawn one opens it again. What people
found when they looked (鉴定) lengthens at one person's word; that something may be destroyed is said by as many as the
table asks for, and takes back only an earlier "keep".
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from docgen.retention.reckoning import ClassTerm, deciding
from docgen.retention.trail import Appraisal, Extension, Hold, Target, Trail, Verdict


class State(StrEnum):
    """For ever; since an end is not known; term running; over but held; over but found worth keeping; proposable."""

    PERMANENT = "permanent"
    UNKNOWN = "unknown"
    RUNNING = "running"
    HELD = "held"
    KEPT = "kept"
    DISPOSABLE = "disposable"


class Ground(StrEnum):
    """What the last day rests on: the class's own term, the promise at filing, an extension, or an appraisal."""

    TERM = "term"
    PROMISE = "promise"
    EXTENSION = "extension"
    APPRAISAL = "appraisal"


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
    appraisals: tuple[Appraisal, ...] = ()
    appraisers_wanted: int = 1

    @property
    def kept_by(self) -> Appraisal | None:
        """The appraisal that found it worth keeping without a day, while not enough people found otherwise since."""
        return _kept_by(self.appraisals, self.appraisers_wanted)

    @property
    def destroyers(self) -> tuple[Appraisal, ...]:
        """The appraisals, one a person, that since the last other finding say that it may be destroyed."""
        return _destroyers(self.appraisals)

    @property
    def is_found_worthless(self) -> bool:
        """Tell whether as many different people as the table asks for found that it may be destroyed."""
        return len(self.destroyers) >= self.appraisers_wanted

    @property
    def disposable_from(self) -> date | None:
        """The first day on which disposal may be proposed, were there no hold."""
        return self.until + timedelta(days=1) if self.until else None

    @property
    def classes(self) -> tuple[str, ...]:
        """The ids of all classes."""
        return tuple(each.class_id for each in self.terms)


def stand(  # noqa: PLR0913  # all that a standing follows from
    terms: Sequence[ClassTerm],
    *,
    targets: Collection[Target],
    trail: Trail,
    as_of: date,
    promised: date | None = None,
    appraisers: int = 1,
) -> Standing:
    """Return where a paper stands; `targets` are all that cover it: itself, its contract, its customer.

    `appraisers` is how many different people must find that something may be destroyed.
    """
    winner = deciding(terms)
    extensions = tuple(each for each in trail.extensions if each.target in targets)
    appraisals = tuple(each for each in trail.appraisals if each.target in targets)
    holds = tuple(each for each in trail.holds if each.target in targets and each.stands(as_of))
    until, ground = _last_day(winner, promised, extensions, appraisals)
    is_kept = _kept_by(appraisals, appraisers) is not None
    return Standing(
        terms=tuple(terms),
        decided_by=winner,
        reckoned=winner.until,
        promised=promised,
        extensions=extensions,
        holds=holds,
        until=until,
        ground=ground,
        state=_state(winner, until, (bool(holds), is_kept, _is_permanent(appraisals)), as_of=as_of),
        appraisals=appraisals,
        appraisers_wanted=appraisers,
    )


def _last_day(
    winner: ClassTerm, promised: date | None, extensions: Iterable[Extension], appraisals: Sequence[Appraisal]
) -> tuple[date | None, Ground]:
    """Return the latest of what is reckoned, promised and lengthened; an open end stays open whatever was promised."""
    if _is_permanent(appraisals) and not winner.is_permanent:
        return None, Ground.APPRAISAL
    if winner.until is None:
        return None, Ground.TERM
    floors = [(winner.until, Ground.TERM)]
    floors += [(promised, Ground.PROMISE)] if promised else []
    floors += [(each.until, Ground.EXTENSION) for each in extensions]
    floors += [(each.until, Ground.APPRAISAL) for each in appraisals if each.until]
    return max(floors, key=lambda each: each[0])


def _state(winner: ClassTerm, until: date | None, kept: tuple[bool, bool, bool], *, as_of: date) -> State:
    is_held, is_kept, is_permanent = kept
    if winner.is_permanent or is_permanent:
        return State.PERMANENT
    if until is None:
        return State.UNKNOWN
    if as_of <= until:
        return State.RUNNING
    if is_held:
        return State.HELD
    return State.KEPT if is_kept else State.DISPOSABLE


def _is_permanent(appraisals: Iterable[Appraisal]) -> bool:
    return any(each.verdict is Verdict.PERMANENT for each in appraisals)


def _kept_by(appraisals: Iterable[Appraisal], wanted: int) -> Appraisal | None:
    kept: Appraisal | None = None
    against: set[str] = set()
    for each in appraisals:
        if each.verdict is Verdict.MAY_BE_DESTROYED:
            against.add(each.act.user)
            kept = None if len(against) >= wanted else kept
        else:
            against = set()
            kept = each if each.verdict is Verdict.KEEP else kept
    return kept


def _destroyers(appraisals: Sequence[Appraisal]) -> tuple[Appraisal, ...]:
    last = max((n for n, each in enumerate(appraisals) if each.verdict is not Verdict.MAY_BE_DESTROYED), default=-1)
    by_person = {each.act.user: each for each in reversed(appraisals[last + 1 :])}
    return tuple(reversed(by_person.values()))
