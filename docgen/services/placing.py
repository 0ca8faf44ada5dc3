"""Where a scan goes once it is decided: into the archive, or into the waiting room; and how that is reported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from docgen.archive import disk
from docgen.findings import Finding
from docgen.intake.decision import Decision, Evidence
from docgen.intake.waiting import put_aside
from docgen.services import logging as log
from docgen.services.deposit_scan import Arrival, Deposited, Placement, deposit_scan
from docgen.services.halves import settle_half
from docgen.services.office import Office
from docgen.services.recognise import DERIVED_NAME


class Fate(StrEnum):
    """What became of a scan."""

    FILED = "filed"
    WAITING = "waiting"
    SEEN_AGAIN = "seen-again"
    TAKEN_APART = "taken-apart"


@dataclass(frozen=True, slots=True)
class Filed:
    """The outcome for one scan, with its evidence and everything worth saying.

    A file of several papers has `parts`, each an outcome of its own; `pages` are then the sheets it was cut from.
    """

    fate: Fate
    original_name: str
    sha256: str
    contract_no: str | None = None
    number: str | None = None
    title: str | None = None
    path: Path | None = None
    version: int | None = None
    retention_until: str | None = None
    review_id: str | None = None
    evidence: Sequence[Evidence] = ()
    findings: Sequence[Finding] = ()
    missing_pages: Sequence[int] = ()
    pages: Sequence[int] = ()
    parts: Sequence[Filed] = ()

    @property
    def waits(self) -> bool:
        """Tell whether a person must look at it, or at a part of it."""
        return self.fate is Fate.WAITING or any(part.waits for part in self.parts)


@dataclass(frozen=True, slots=True)
class Ready:
    """A scan that is identified: what came in, and where it goes."""

    arrival: Arrival
    placement: Placement


def placement_of(decision: Decision) -> Placement:
    """Return where a scan goes that is decided to be filed."""
    paper = decision.paper
    if paper is None:
        raise AssertionError("a decision to file names its paper")
    return Placement(paper.contract_no, paper.title, paper, decision.evidence, decision.findings)


def archive_scan(office: Office, ready: Ready) -> Filed:
    """Archive a scan under the paper it answers.

    Raises:
        StorageProblem: the disk refuses; the scan stays where it was.
    """
    return filed_as(office, ready, deposit_scan(office, ready.arrival, ready.placement))


def filed_as(office: Office, ready: Ready, done: Deposited) -> Filed:
    """Return what became of a scan that was deposited; a half that waited for it leaves the waiting room."""
    arrival, placement = ready.arrival, ready.placement
    if arrival.companion is not None:
        settle_half(office, {arrival.companion.kept.sha256}, done.item_id)
    return Filed(
        Fate.FILED if done.is_new else Fate.SEEN_AGAIN,
        arrival.original_name,
        done.sha256,
        placement.contract_no,
        placement.paper.number if placement.paper else None,
        placement.title,
        done.path,
        done.version,
        done.retention_until,
        evidence=placement.evidence,
        findings=(*placement.findings, *done.findings),
        pages=_sheets(arrival),
    )


def let_wait(office: Office, arrival: Arrival, decision: Decision) -> Filed:
    """Let a scan wait for a person with its reasons; the kept copy goes once it lies there.

    Raises:
        StorageProblem: the disk refuses; the kept copy stays.
    """
    kept = arrival.kept
    item = put_aside(
        office.workspace.review,
        kept,
        original_name=arrival.original_name,
        decision=decision,
        received_at=arrival.received_at,
        day=office.today(),
        derived={DERIVED_NAME: arrival.print_text} if arrival.print_text else None,
        part_of=arrival.part_of,
        inlet=arrival.inlet,
    )
    with disk.storage(str(kept.path)):
        disk.remove(kept.path)
    log.record("waits", waiting=item.id, codes=tuple(finding.code for finding in decision.findings))
    paper = decision.paper
    return Filed(
        Fate.WAITING,
        arrival.original_name,
        kept.sha256,
        paper.contract_no if paper else None,
        paper.number if paper else None,
        paper.title if paper else None,
        item.path,
        review_id=item.id,
        evidence=decision.evidence,
        findings=decision.findings,
        missing_pages=decision.missing_pages,
        pages=_sheets(arrival),
    )


def _sheets(arrival: Arrival) -> tuple[int, ...]:
    return arrival.part_of.pages if arrival.part_of else ()
