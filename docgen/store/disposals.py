"""Proposals to destroy as the tables hold them, and the witnesses of time: replayed from the logs' events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from django.db.models import Max, TextField
from django.db.models.functions import Cast

from docgen.archive.disposition import EVENT
from docgen.errors import NotFound
from docgen.retention.disposal import DISPOSAL_EVENTS, Proposal, Status, replay
from docgen.store import (
    database,  # noqa: F401  # sets Django up before the models
    models,
)
from docgen.store.models import Event, Paper

_LOOK_BACK = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class ProposalLine:
    """One row of the list of proposals."""

    id: str
    status: str
    as_of: str
    reason: str
    proposed_by: str
    proposed_on: str
    items: int
    approvals: int
    list_number: str


@dataclass(frozen=True, slots=True)
class Cutting:
    """An item that holds sheets of a scan which was taken apart, where it lies today."""

    id: str
    contract_no: str
    title: str


def cuttings() -> Mapping[str, tuple[Cutting, ...]]:
    """Return, by the item id of each scan that was taken apart, all items that still hold sheets of it.

    Parts count that were moved since, and papers that a part was only one half of. Goes through all archived items
    once: for a look at many, not at each.
    """
    found: dict[str, list[Cutting]] = {}
    rows = Paper.objects.annotate(told=Cast("sidecar", TextField())).filter(told__contains='"split"', is_disposed=False)
    for row in rows.order_by("id"):
        extra = row.sidecar.get("extra", {})
        told = (extra, *extra.get("sources", ()))
        for pile in {str(each["split"]["item"]) for each in told if "split" in each}:
            found.setdefault(pile, []).append(Cutting(row.id, row.contract_no, row.title))
    return {pile: tuple(items) for pile, items in found.items()}


def proposals() -> tuple[ProposalLine, ...]:
    """Return all proposals in the order of their ids."""
    return tuple(
        ProposalLine(
            id=row.id,
            status=row.status,
            as_of=row.as_of,
            reason=row.reason,
            proposed_by=row.proposed_by,
            proposed_on=row.proposed_on,
            items=row.items,
            approvals=row.approvals,
            list_number=row.list_number,
        )
        for row in models.DisposalProposal.objects.order_by("id")
    )


def proposal(proposal_id: str) -> Proposal:
    """Return a proposal with all that became of it.

    Raises:
        NotFound: there is none of that id.
    """
    row = models.DisposalProposal.objects.filter(id=proposal_id).first()
    if row is None:
        known = "、".join(models.DisposalProposal.objects.order_by("-id").values_list("id", flat=True)[:3])
        raise NotFound.of("retention.no-such-proposal", proposal_id, known=known or "—")
    return _of_log(row.key, row.id)[row.id]


def with_status(*statuses: Status) -> tuple[Proposal, ...]:
    """Return the proposals in one of these states."""
    rows = models.DisposalProposal.objects.filter(status__in=[each.value for each in statuses])
    logs = sorted(set(rows.values_list("key", flat=True)))
    return tuple(each for key in logs for each in _of_log(key).values() if each.status in statuses)


def refresh(key: str, proposal_id: str) -> None:
    """Write a proposal's row anew from its log's events."""
    for each in _of_log(key, proposal_id).values():
        models.DisposalProposal.objects.update_or_create(
            id=each.id,
            defaults={
                "key": key,
                "status": each.status.value,
                "as_of": each.as_of.isoformat(),
                "reason": each.reason,
                "proposed_by": each.proposed.display,
                "proposed_on": each.proposed.on.isoformat(),
                "items": len(each.standing),
                "approvals": len(each.approvals),
                "list_number": each.list_number,
            },
        )


def project_disposal(payload: Mapping[str, Any]) -> None:
    """Bring an item's row up to its destruction: the tombstone takes the sidecar's place."""
    Paper.objects.filter(id=payload["id"]).update(is_disposed=True, sidecar=payload["tombstone"])


def is_disposed(item_id: str) -> bool:
    """Tell whether an item's bytes were destroyed."""
    return Paper.objects.filter(id=item_id, is_disposed=True).exists()


def is_back(item_id: str) -> bool:
    """Tell whether an item that was destroyed elsewhere is here with its bytes."""
    return Paper.objects.filter(id=item_id, is_disposed=False).exists()


def key_of(item_id: str) -> str | None:
    """Return the key of the log an archived item stands in."""
    found: str | None = Paper.objects.filter(id=item_id).values_list("key", flat=True).first()
    return found


def disposed_items() -> tuple[tuple[str, str, str], ...]:
    """Return (contract, item, list) of every item that was destroyed, in order of log and place in it."""
    rows = Event.objects.filter(type=EVENT).order_by("key", "seq")
    return tuple((str(row.payload["contract_no"]), str(row.payload["id"]), str(row.payload["list"])) for row in rows)


def longest_silence(now: datetime, *, witnesses: tuple[datetime, ...] = ()) -> tuple[datetime, datetime] | None:
    """Return the longest stretch of the last year in which no log said anything, as its two ends; None without logs.

    A clock that was set forward shows as such a stretch, even when work went on at the wrong time afterwards.
    `witnesses` are instants known from elsewhere, such as backups.
    """
    since = now - _LOOK_BACK
    before = Event.objects.filter(at__lt=since.isoformat()).aggregate(last=Max("at"))["last"]
    rows = Event.objects.filter(at__gte=since.isoformat(), at__lte=now.isoformat()).values_list("at", flat=True)
    instants = {datetime.fromisoformat(at) for at in {*rows, *([before] if before else [])}}
    instants |= {at for at in witnesses if at <= now}
    if not instants:
        return None
    return max(pairwise(sorted({*instants, now})), key=lambda ends: ends[1] - ends[0], default=None)


def _of_log(key: str, proposal_id: str | None = None) -> dict[str, Proposal]:
    rows = Event.objects.filter(key=key, type__in=DISPOSAL_EVENTS).order_by("seq")
    rows = rows.filter(payload__id=proposal_id) if proposal_id else rows
    return replay((row.type, row.key, row.at, row.payload) for row in rows)
