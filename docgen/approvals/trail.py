"""The trail of a request for approval: replayed from the contract's log, round by round, step by step.

A request freezes what is to be approved. Each step is approved by somebody who holds its post; a rejection sets all of
them back and begins a new round, and so does asking again after the record was mended. A complete approval serves one
paper; the paper's own event takes it up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from docgen.approvals.route import Route, Step, route_of
from docgen.deals.workdays import Calendar
from docgen.kinds.routing import Order

REQUESTED = "approval.requested"
APPROVED = "approval.approved"
REJECTED = "approval.rejected"
WITHDRAWN = "approval.withdrawn"
ISSUED = "paper.issued"
APPROVAL_EVENTS = (REQUESTED, APPROVED, REJECTED, WITHDRAWN)


@dataclass(frozen=True, slots=True)
class ApprovalEvent:
    """One event of the contract's log, as far as approvals care."""

    type: str
    at: datetime
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Act:
    """One act: at which step of which round, by whom, for whom, with which words, on our business day."""

    round: int
    post: str
    user: str
    display: str
    for_user: str | None
    for_display: str | None
    verdict: str
    remark: str
    on: date
    at: datetime
    is_late: bool
    acted_as: str
    os_user: str

    @property
    def person(self) -> str:
        """Return the name as the trail prints it: 李四（代张三）."""
        return f"{self.display}（代{self.for_display}）" if self.for_display else self.display


@dataclass(frozen=True, slots=True)
class Waiting:
    """A step that may be taken now, and since which day it waits."""

    step: Step
    since: date

    def is_late(self, today: date, calendar: Calendar) -> bool:
        """Tell whether the step waits longer than its working days (超时)."""
        days = self.step.escalate_after_workdays
        return days is not None and today > calendar.add_workdays(self.since, days).day


@dataclass(frozen=True, slots=True)
class Approval:
    """A request as its events leave it. `status` is open, withdrawn or used; complete is an open one with all steps."""

    id: str
    n: int
    contract_no: str
    kind: str
    title: str
    subject: str
    subject_type: str
    subject_seq: int
    subject_name: str
    amount: str
    route: Route
    digest: str
    content: Mapping[str, Any]
    summary: tuple[tuple[str, str], ...]
    requested_by: str
    requested_display: str
    requested_on: date
    last_at: datetime
    began_on: date
    as_of: date | None
    round: int
    requesters: frozenset[str]
    acts: tuple[Act, ...] = ()
    is_withdrawn: bool = False
    used_by: str | None = None
    bulk: str = ""
    """The list of letters it was asked for with; a rejected request has left it."""

    @property
    def approvals(self) -> tuple[Act, ...]:
        """Return the approvals of the present round."""
        return tuple(act for act in self.acts if act.round == self.round and act.verdict == "approved")

    @property
    def done(self) -> frozenset[str]:
        """Return the posts whose steps are approved in the present round."""
        return frozenset(act.post for act in self.approvals)

    @property
    def involved(self) -> frozenset[str]:
        """Return who has approved a step of the present round, in person or through a delegate."""
        return frozenset(name for act in self.approvals for name in (act.user, act.for_user) if name)

    @property
    def is_complete(self) -> bool:
        """Tell whether every step of the present round is approved."""
        return not self.is_withdrawn and set(self.route.posts) <= self.done

    @property
    def status(self) -> str:
        """Return open, complete, used or withdrawn."""
        if self.is_withdrawn:
            return "withdrawn"
        if self.used_by:
            return "used"
        return "complete" if self.is_complete else "open"

    def waiting(self) -> tuple[Waiting, ...]:
        """Return the steps that may be taken now: the next one of a sequence, all open ones otherwise."""
        if self.status != "open":
            return ()
        left = [step for step in self.route.steps if step.post not in self.done]
        if self.route.order is Order.PARALLEL:
            return tuple(Waiting(step, self.began_on) for step in left)
        since = max((act.on for act in self.approvals), default=self.began_on)
        return (Waiting(left[0], since),)


def replay(contract_no: str, events: Iterable[ApprovalEvent]) -> dict[str, Approval]:
    """Return every request of a contract by id, in the order they were made, as the log's events leave them."""
    found: dict[str, Approval] = {}
    for event in events:
        told = event.payload
        if event.type == ISSUED:
            _take_up(found, told)
        elif event.type == REQUESTED:
            found[told["id"]] = _requested(contract_no, event, found.get(told["id"]))
        elif told.get("id") in found:
            before = found[told["id"]]
            found[before.id] = _acted(before, event)
    return found


def _requested(contract_no: str, event: ApprovalEvent, before: Approval | None) -> Approval:
    told = event.payload
    return Approval(
        id=told["id"],
        n=told["n"],
        contract_no=contract_no,
        kind=told["kind"],
        title=told["title"],
        subject=told["subject"],
        subject_type=told["subject_type"],
        subject_seq=told["subject_seq"],
        subject_name=told.get("subject_name") or "",
        amount=told["amount"],
        route=route_of(told["route"]),
        digest=told["digest"],
        content=told["content"],
        summary=tuple((label, text) for label, text in told["summary"]),
        requested_by=told["user"],
        requested_display=told["display"],
        requested_on=date.fromisoformat(told["on"]),
        last_at=event.at,
        began_on=date.fromisoformat(told["on"]),
        as_of=date.fromisoformat(told["as_of"]) if told.get("as_of") else None,
        round=before.round + 1 if before else 1,
        requesters=(before.requesters if before else frozenset()) | {told["user"]},
        acts=before.acts if before else (),
        bulk=told.get("bulk") or "",
    )


def _acted(before: Approval, event: ApprovalEvent) -> Approval:
    told = event.payload
    if event.type == WITHDRAWN:
        return replace(before, is_withdrawn=True, last_at=event.at)
    if told["round"] != before.round:
        return before
    act = _act(event)
    after = replace(before, acts=(*before.acts, act), last_at=event.at)
    if event.type == APPROVED:
        return after
    return replace(after, round=before.round + 1, began_on=act.on, bulk="")


def _act(event: ApprovalEvent) -> Act:
    told = event.payload
    return Act(
        round=told["round"],
        post=told["post"],
        user=told["user"],
        display=told["display"],
        for_user=told.get("for"),
        for_display=told.get("for_display"),
        verdict="approved" if event.type == APPROVED else "rejected",
        remark=told.get("remark") or "",
        on=date.fromisoformat(told["on"]),
        at=event.at,
        is_late=bool(told.get("is_late")),
        acted_as=told.get("acted_as") or told["post"],
        os_user=told.get("os_user") or "",
    )


def _take_up(found: dict[str, Approval], told: Mapping[str, Any]) -> None:
    """Note the paper that rests on an approval; a voided paper keeps it."""
    sidecar = told.get("sidecar") or {}
    name = (sidecar.get("extra") or {}).get("approval")
    if name in found:
        found[name] = replace(found[name], used_by=str(sidecar.get("number") or sidecar.get("id")))
