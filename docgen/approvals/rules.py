"""Who may act on a request now: proper post, right turn, nobody's own request, nobody twice in one round."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from docgen.approvals.delegation import Person
from docgen.approvals.trail import Approval, Waiting
from docgen.deals.workdays import Calendar
from docgen.findings import Finding, error


@dataclass(frozen=True, slots=True)
class Capacity:
    """How somebody acts: at which step, for whom (None: themselves), under which post, and whether it is late."""

    waiting: Waiting
    principal: Person | None
    acted_as: str
    is_late: bool


def capacity(  # noqa: PLR0913  # who acts on what, for whom, when
    approval: Approval,
    actor: Person,
    principals: Sequence[Person],
    *,
    on: date,
    calendar: Calendar,
    post: str | None = None,
) -> Capacity | None:
    """Return how somebody may act now, in person before by delegation; None where they may not. `post` picks a step."""
    if actor.name in approval.requesters or actor.name in approval.involved:
        return None
    for waiting in approval.waiting():
        if post is not None and waiting.step.post != post:
            continue
        for principal in _able(approval, principals):
            held = (principal or actor).posts
            late = waiting.is_late(on, calendar)
            if waiting.step.post in held:
                return Capacity(waiting, principal, waiting.step.post, late)
            if late and waiting.step.escalate_to in held:
                return Capacity(waiting, principal, str(waiting.step.escalate_to), late)
    return None


def refusals(approval: Approval, actor: Person) -> list[Finding]:
    """Return why somebody may not act on a request now."""
    if approval.status != "open":
        return [error("approvals.not-open", approval.id, status=approval.status, by=approval.used_by or "—")]
    if actor.name in approval.requesters:
        return [error("approvals.own-request", approval.id, user=actor.display)]
    if actor.name in approval.involved:
        return [error("approvals.acted-already", approval.id, user=actor.display)]
    waiting = "、".join(each.step.post for each in approval.waiting())
    posts = "、".join(actor.posts) or "—"
    return [error("approvals.not-your-step", approval.id, user=actor.display, posts=posts, waiting=waiting)]


def _able(approval: Approval, principals: Sequence[Person]) -> Iterator[Person | None]:
    """Yield in whose name somebody may act: their own, then each principal who neither asked nor acted."""
    yield None
    for each in principals:
        if each.name not in approval.requesters and each.name not in approval.involved:
            yield each
