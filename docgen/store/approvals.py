"""Requests for approval, delegations and decisions on routes, as the tables hold them: projected from logs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from docgen.approvals.delegation import Delegation
from docgen.approvals.trail import APPROVAL_EVENTS, ISSUED, REQUESTED, Approval, ApprovalEvent, replay
from docgen.errors import NotFound
from docgen.store import (
    database,  # noqa: F401  # sets Django up before the models
    direct,
    models,
)
from docgen.store.models import Event

GRANTED = "delegation.granted"
ENDED = "delegation.ended"
DELEGATION_EVENTS = (GRANTED, ENDED)
ROUTES_ACCEPTED = "approval.routes-accepted"
ASKED_TOGETHER = "approval.asked-together"


@dataclass(frozen=True, slots=True)
class ApprovalLine:
    """One row of the list of requests; `waiting` names the posts whose turn it is."""

    id: str
    contract_no: str
    kind: str
    title: str
    subject: str
    amount: str
    status: str
    round: int
    waiting: tuple[str, ...]
    requested_by: str
    requested_on: str
    used_by: str | None


def lines(*, contract_no: str | None = None, status: str | None = None) -> tuple[ApprovalLine, ...]:
    """Return the requests of a contract or of all, in order of contract and number."""
    rows = models.Approval.objects.order_by("contract_no", "n")
    if contract_no is not None:
        rows = rows.filter(contract_no=contract_no)
    if status is not None:
        rows = rows.filter(status=status)
    return tuple(
        ApprovalLine(
            id=row.id,
            contract_no=row.contract_no,
            kind=row.kind,
            title=row.title,
            subject=row.subject,
            amount=row.amount,
            status=row.status,
            round=row.round,
            waiting=tuple(row.waiting),
            requested_by=row.requested_by,
            requested_on=row.requested_on,
            used_by=row.used_by or None,
        )
        for row in rows
    )


def approval(approval_id: str) -> Approval:
    """Return a request with its whole trail.

    Raises:
        NotFound: no request bears the id.
    """
    row = models.Approval.objects.filter(id=approval_id).first()
    if row is None:
        raise NotFound.of("approvals.no-such-request", approval_id)
    return approvals_of(row.contract_no)[row.id]


def approvals_of(contract_no: str) -> dict[str, Approval]:
    """Return every request of a contract by id, with its trail, in the order they were made."""
    if not direct.one("SELECT 1 FROM store_event WHERE key = %s AND type = %s LIMIT 1", contract_no, REQUESTED):
        return {}
    rows = Event.objects.filter(key=contract_no, type__in=(*APPROVAL_EVENTS, ISSUED)).order_by("seq")
    return replay(contract_no, (ApprovalEvent(row.type, datetime.fromisoformat(row.at), row.payload) for row in rows))


def asked_together(bulk_id: str) -> Mapping[str, Any]:
    """Return what a list of letters asked approval for at once.

    Raises:
        NotFound: there is no such list; the last ones are named.
    """
    rows = Event.objects.filter(type=ASKED_TOGETHER)
    row = rows.filter(payload__id=bulk_id).first()
    if row is None:
        known = [str(each.payload["id"]) for each in rows.order_by("-at")[:5]]
        raise NotFound.of("approvals.no-such-list", bulk_id, known="、".join(known) or "—")
    return dict(row.payload)


def approvals_in(bulk_id: str) -> tuple[Approval, ...]:
    """Return the requests that are on a list now, by contract; those that left it are not."""
    rows = Event.objects.filter(type=REQUESTED, payload__bulk=bulk_id)
    contracts = rows.order_by("key").values_list("key", flat=True).distinct()
    return tuple(each for key in contracts for each in approvals_of(key).values() if each.bulk == bulk_id)


def refresh(contract_no: str) -> None:
    """Write a contract's rows anew from its events."""
    for each in approvals_of(contract_no).values():
        models.Approval.objects.update_or_create(
            id=each.id,
            defaults={
                "contract_no": contract_no,
                "n": each.n,
                "kind": each.kind,
                "title": each.title,
                "subject": each.subject,
                "amount": each.amount,
                "status": each.status,
                "round": each.round,
                "waiting": [waiting.step.post for waiting in each.waiting()],
                "requested_by": each.requested_by,
                "requested_on": each.requested_on.isoformat(),
                "digest": each.digest,
                "used_by": each.used_by or "",
            },
        )


def takes_up_approval(event_type: str, payload: Mapping[str, Any]) -> bool:
    """Tell whether an event is a paper that rests on an approval."""
    sidecar = payload.get("sidecar")
    return event_type == ISSUED and isinstance(sidecar, Mapping) and bool((sidecar.get("extra") or {}).get("approval"))


def project_delegation(key: str, event_type: str, payload: Mapping[str, Any]) -> None:
    """Bring the table up to one event of a company's log."""
    if event_type == ENDED:
        models.Delegation.objects.filter(id=payload["id"]).update(is_ended=True)
        return
    models.Delegation.objects.update_or_create(
        id=payload["id"],
        defaults={
            "key": key,
            "giver": payload["from"],
            "taker": payload["to"],
            "first": payload["first"],
            "last": payload["last"],
            "reason": payload["reason"],
        },
    )


def delegations() -> tuple[Delegation, ...]:
    """Return all delegations in the order of their ids."""
    return tuple(_delegation(row) for row in models.Delegation.objects.order_by("id"))


def delegation(delegation_id: str) -> tuple[str, Delegation]:
    """Return the key of the log a delegation stands in, and the delegation.

    Raises:
        NotFound: there is none of that id.
    """
    row = models.Delegation.objects.filter(id=delegation_id).first()
    if row is None:
        raise NotFound.of("approvals.no-such-delegation", delegation_id)
    return row.key, _delegation(row)


def accepted_routes(kind: str) -> frozenset[str]:
    """Return the digests of a kind's own routes that an administrator accepted in place of the shipped ones."""
    rows = Event.objects.filter(type=ROUTES_ACCEPTED, payload__kind=kind)
    return frozenset(str(row.payload["digest"]) for row in rows)


def _delegation(row: models.Delegation) -> Delegation:
    first, last = date.fromisoformat(row.first), date.fromisoformat(row.last)
    return Delegation(row.id, row.giver, row.taker, first, last, row.reason, row.is_ended)
