"""Holds, extensions and appraisals as the logs tell them: placed, released one by one, and only ever adding time.

A hold (封存) bears the name of the case it is for; two cases are two holds, and releasing one leaves the other. It
suspends disposal and moves no date. An extension (延长) is a later last day with its reason; nothing takes it back. An
appraisal (鉴定) is what somebody who looked at the paper found; that it may be destroyed shortens no term.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

HELD = "hold.placed"
RELEASED = "hold.released"
EXTENDED = "term.extended"
APPRAISED = "appraisal.recorded"
TRAIL_EVENTS = (HELD, RELEASED, EXTENDED, APPRAISED)


class Scope(StrEnum):
    """What a hold or an extension covers."""

    CUSTOMER = "customer"
    CONTRACT = "contract"
    ITEM = "item"


@dataclass(frozen=True, slots=True)
class Target:
    """One customer, contract or item, by its id or number."""

    scope: Scope
    id: str


@dataclass(frozen=True, slots=True)
class Act:
    """Who did something, under which name, when (business day), and why."""

    user: str
    display: str
    on: date
    reason: str


@dataclass(frozen=True, slots=True)
class Hold:
    """A hold for one case on one target; `released` None while it stands."""

    case: str
    target: Target
    placed: Act
    released: Act | None = None

    def stands(self, as_of: date) -> bool:
        """Tell whether it keeps papers from disposal on a day.

        It counts for every day until its release, those before it was placed too: a clock set back lifts no hold.
        """
        return self.released is None or as_of < self.released.on


@dataclass(frozen=True, slots=True)
class Extension:
    """A last day to keep something, later than what it had."""

    target: Target
    until: date
    act: Act


class Verdict(StrEnum):
    """What an appraisal finds: kept until somebody finds otherwise; until a day; for ever; may be destroyed."""

    KEEP = "keep"
    EXTEND = "extend"
    PERMANENT = "permanent"
    MAY_BE_DESTROYED = "may-be-destroyed"


@dataclass(frozen=True, slots=True)
class Appraisal:
    """What one person found of an item, or of all items of a contract; `until` with the verdict to extend only."""

    target: Target
    verdict: Verdict
    until: date | None
    act: Act


@dataclass(frozen=True, slots=True)
class Trail:
    """All holds, released ones too, all extensions and appraisals, in the order they were recorded."""

    holds: tuple[Hold, ...] = ()
    extensions: tuple[Extension, ...] = ()
    appraisals: tuple[Appraisal, ...] = ()

    def standing(self, target: Target, case: str) -> Hold | None:
        """Return the hold of a case on exactly this target that was not released."""
        same = (each for each in self.holds if each.target == target and each.case == case and not each.released)
        return next(same, None)


def replay(events: Iterable[tuple[str, Mapping[str, Any]]]) -> Trail:
    """Return what the events (type, payload) leave of holds, extensions, appraisals; other types are passed over."""
    holds: list[Hold] = []
    extensions: list[Extension] = []
    appraisals: list[Appraisal] = []
    for event_type, payload in events:
        if event_type == HELD:
            holds.append(Hold(str(payload["case"]), _target(payload), _act(payload)))
        elif event_type == RELEASED:
            holds = [_released(each, payload) for each in holds]
        elif event_type == EXTENDED:
            extensions.append(Extension(_target(payload), date.fromisoformat(payload["until"]), _act(payload)))
        elif event_type == APPRAISED:
            appraisals.append(_appraisal(payload))
    return Trail(tuple(holds), tuple(extensions), tuple(appraisals))


def case_name(text: str) -> str:
    """Return a case's name as it is compared: NFC, no white space around it."""
    return unicodedata.normalize("NFC", text).strip()


def _released(hold: Hold, payload: Mapping[str, Any]) -> Hold:
    is_meant = hold.target == _target(payload) and hold.case == payload["case"] and hold.released is None
    return replace(hold, released=_act(payload)) if is_meant else hold


def _appraisal(payload: Mapping[str, Any]) -> Appraisal:
    until = date.fromisoformat(payload["until"]) if payload["until"] else None
    return Appraisal(_target(payload), Verdict(payload["result"]), until, _act(payload))


def _target(payload: Mapping[str, Any]) -> Target:
    return Target(Scope(payload["scope"]), str(payload["target"]))


def _act(payload: Mapping[str, Any]) -> Act:
    on = date.fromisoformat(payload["on"])
    return Act(str(payload["user"]), str(payload["display"]), on, str(payload["reason"]))
