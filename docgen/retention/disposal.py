"""Proposals to destroy (销毁建议): a frozen list, two approvals, and what became of each item, replayed from the log.

Whoever proposes does not approve, and two different people must. Striking an item off leaves the approvals as they are,
since only less is destroyed by it. Once begun, a proposal is carried out to its end: its list of destruction (销毁清册)
is numbered first, and what was kept back afterwards all the same is told in a list of corrections.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

PROPOSED = "disposal.proposed"
APPROVED = "disposal.approved"
REJECTED = "disposal.rejected"
WITHDRAWN = "disposal.withdrawn"
STRUCK = "disposal.item-struck"
BEGUN = "disposal.begun"
LISTED = "disposal.listed"
SPARED = "disposal.item-spared"
CLOSED = "disposal.closed"
DISPOSAL_EVENTS = (PROPOSED, APPROVED, REJECTED, WITHDRAWN, STRUCK, BEGUN, LISTED, SPARED, CLOSED)
NEEDED = 2
"""How many people must approve."""


class Status(StrEnum):
    """Waits for approval; approved; refused; taken back; being carried out; carried out."""

    OPEN = "open"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    BEGUN = "begun"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Signature:
    """Who did something, in which post, when (instant, ISO), on which business day, and why or with which remark."""

    user: str
    display: str
    post: str
    at: str
    on: date
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ProposedItem:
    """One item as frozen: identity, why its term is over (class, rule, start event and day, evidence), and its hashes.

    `paths` gives the hash of each file and derived file by its path in the folder, `hashes` those of the files alone.
    """

    id: str
    contract_no: str
    customer: str
    title: str
    number: str
    kind: str
    archive_no: str
    pages: int
    files: int
    class_title: str
    rule: str
    started_on: str
    evidence: str
    until: str
    hashes: tuple[str, ...]
    paths: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Removed:
    """An item that was taken out of a proposal, or kept back when it was carried out, and why."""

    item: str
    why: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposal as its events leave it; `key` is the log it stands in."""

    id: str
    key: str
    as_of: date
    reason: str
    items: tuple[ProposedItem, ...]
    proposed: Signature
    digest: str
    approvals: tuple[Signature, ...] = ()
    struck: tuple[Removed, ...] = ()
    ended: Signature | None = None
    status: Status = Status.OPEN
    begun_on: date | None = None
    chosen: tuple[str, ...] = ()
    skipped: tuple[Removed, ...] = ()
    content: Mapping[str, Any] | None = None
    list_number: str = ""
    spared: tuple[Removed, ...] = ()
    correction: str = ""

    @property
    def standing(self) -> tuple[ProposedItem, ...]:
        """Return the items that were not struck off."""
        gone = {each.item for each in self.struck}
        return tuple(each for each in self.items if each.id not in gone)

    def item(self, item_id: str) -> ProposedItem | None:
        """Return an item that was not struck off, by its id."""
        return next((each for each in self.standing if each.id == item_id), None)


def replay(events: Iterable[tuple[str, str, str, Mapping[str, Any]]]) -> dict[str, Proposal]:
    """Return all proposals by id as the events (type, log, instant, payload) leave them, oldest first."""
    found: dict[str, Proposal] = {}
    for event_type, key, at, payload in events:
        proposal_id = str(payload.get("id"))
        if event_type == PROPOSED:
            found[proposal_id] = _proposed(key, at, payload)
        elif proposal_id in found:
            found[proposal_id] = _after(found[proposal_id], event_type, at, payload)
    return found


def _after(before: Proposal, event_type: str, at: str, payload: Mapping[str, Any]) -> Proposal:  # noqa: PLR0911  # one line an event
    if event_type == APPROVED:
        if payload.get("digest") != before.digest or payload.get("user") == before.proposed.user:
            return before  # of another list, or the author's own: counts for nothing
        approvals = (*before.approvals, signature(at, payload))
        is_complete = len({each.user for each in approvals}) >= NEEDED
        return replace(before, approvals=approvals, status=Status.APPROVED if is_complete else before.status)
    if event_type in {REJECTED, WITHDRAWN}:
        status = Status.REJECTED if event_type == REJECTED else Status.WITHDRAWN
        return replace(before, ended=signature(at, payload), status=status)
    if event_type == STRUCK:
        return replace(before, struck=(*before.struck, Removed(str(payload["item"]), str(payload["reason"]))))
    if event_type == BEGUN:
        skipped = tuple(Removed(str(each["item"]), str(each["why"])) for each in payload["skipped"])
        begun_on, chosen = date.fromisoformat(payload["on"]), tuple(payload["items"])
        content = payload["content"]
        return replace(before, status=Status.BEGUN, begun_on=begun_on, chosen=chosen, skipped=skipped, content=content)
    if event_type == LISTED:
        return replace(before, list_number=str(payload["number"]))
    if event_type == SPARED:
        return replace(before, spared=(*before.spared, Removed(str(payload["item"]), str(payload["why"]))))
    return replace(before, status=Status.CLOSED, correction=str(payload.get("correction") or ""))


def signature(at: str, payload: Mapping[str, Any]) -> Signature:
    """Return who did what an event tells, and when."""
    return Signature(
        user=str(payload["user"]),
        display=str(payload["display"]),
        post=str(payload.get("post") or ""),
        at=at,
        on=date.fromisoformat(payload["on"]),
        reason=str(payload.get("reason") or payload.get("remark") or ""),
    )


def _proposed(key: str, at: str, payload: Mapping[str, Any]) -> Proposal:
    return Proposal(
        id=str(payload["id"]),
        key=key,
        as_of=date.fromisoformat(payload["as_of"]),
        reason=str(payload["reason"]),
        items=tuple(ProposedItem(**{**each, "hashes": tuple(each["hashes"])}) for each in payload["items"]),
        proposed=replace(signature(at, payload), reason=""),
        digest=str(payload["digest"]),
    )
