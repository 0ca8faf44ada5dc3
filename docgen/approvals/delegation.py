"""Delegation: somebody acts for somebody else for a while, and both names stand on the paper.

A delegation passes on everything its giver may approve, for its days only, and is never passed on further.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may act: unique name, the name as printed, posts held."""

    name: str
    display: str
    posts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Delegation:
    """`giver` lets `taker` act from `first` to `last`, both days included, unless it was ended before."""

    id: str
    giver: str
    taker: str
    first: date
    last: date
    reason: str
    is_ended: bool = False

    def holds_on(self, day: date) -> bool:
        """Tell whether the delegation is in force on a day."""
        return not self.is_ended and self.first <= day <= self.last


def acted_for(taker: str, delegations: Iterable[Delegation], *, on: date) -> tuple[str, ...]:
    """Return whom somebody may act for on a day, in the order the delegations were given."""
    return tuple(dict.fromkeys(each.giver for each in delegations if each.taker == taker and each.holds_on(on)))


def signature(actor: Person, principal: Person | None) -> str:
    """Return the name as the trail prints it: 李四（代张三）."""
    return f"{actor.display}（代{principal.display}）" if principal else actor.display
