"""What waits for a person: the list with reasons, filing by hand, and rejecting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from docgen.archive.keep import keep
from docgen.errors import Damage, NotFound, Refused
from docgen.findings import Finding
from docgen.intake import waiting
from docgen.intake.decision import Candidate, Evidence
from docgen.intake.inlet import Inlet
from docgen.intake.partof import PartOf
from docgen.intake.signed import with_signatures
from docgen.papers.pictures import PDF
from docgen.papers.signatures import signatures
from docgen.services.deposit_scan import Arrival, Deposited, Placement, deposit_scan
from docgen.services.file_scan import OCTETS, Readers, understand
from docgen.services.office import Office
from docgen.services.placed_by_hand import placement_for
from docgen.services.premises import watched
from docgen.services.recognise import DERIVED_NAME, Understood
from docgen.store import people


@dataclass(frozen=True, slots=True)
class Waiting:
    """One file that waits: its id, the name it came under, why, and what it may be."""

    id: str
    original_name: str
    received_at: str
    file: Path
    findings: Sequence[Finding]
    candidates: Sequence[Candidate]
    evidence: Sequence[Evidence]
    missing_pages: Sequence[int]
    times_seen: int
    part_of: PartOf | None = None
    inlet: Inlet | None = None


@dataclass(frozen=True, slots=True)
class Assigned:
    """A waiting file that a person has filed."""

    id: str
    contract_no: str
    number: str | None
    title: str
    path: Path
    version: int


def damaged_waiting(office: Office) -> tuple[Finding, ...]:
    """Return a finding for each waiting file whose reasons can no longer be read."""
    return tuple(waiting.damaged(office.workspace.review))


def list_waiting(office: Office, *, owner: str | None = None) -> tuple[Waiting, ...]:
    """Return everything that waits for a person, oldest first; with `owner` what this person or department answers for.

    Raises:
        NotFound: no inbox and nothing that waits names this person or department.
    """
    rows = tuple(_waiting(item) for item in waiting.waiting_items(office.workspace.review))
    if owner is None:
        return rows
    inlets = [*(watched(one).inlet for one in office.workspace.inboxes), *(row.inlet for row in rows if row.inlet)]
    if not any(one.belongs_to(owner) for one in inlets):
        known = sorted({name for one in inlets for name in (one.department, one.owner) if name})
        raise NotFound.of("services.no-such-owner", owner, known="、".join(known) or "—")
    return tuple(row for row in rows if row.inlet is not None and row.inlet.belongs_to(owner))


def show_waiting(office: Office, item_id: str) -> Waiting:
    """Return one waiting file.

    Raises:
        NotFound: nothing waits under this id.
    """
    return _waiting(waiting.get(office.workspace.review, item_id))


def assign(  # noqa: PLR0913  # the three ways to name a place, and why
    office: Office,
    item_id: str,
    *,
    document: str | None = None,
    deal: str | None = None,
    document_type: str | None = None,
    reason: str | None = None,
) -> Assigned:
    """File a waiting scan where a person says: as the answer to an issued paper, or under a contract with a type.

    Filing half a paper as it is demands a reason, which is kept with it.

    Raises:
        NotFound: no such item, paper or contract.
        Refused: pages are missing and no reason was given.
        StorageProblem: the disk refuses; the item keeps waiting.
    """
    item = waiting.get(office.workspace.review, item_id)
    told = (reason or "").strip() or None
    placement = replace(placement_for(document, deal, document_type, actor=office.actor), reason=told)
    _require_reason(item, placement)
    kept = keep(office.archive, item.file)
    if kept.sha256 != item.reason.sha256:
        raise Damage.of("services.waiting-changed", item.id, path=str(item.file))
    seen = _seen(office, item, kept.path)
    scan = seen.scan
    is_pdf = scan is not None and scan.media_type == PDF
    decision = with_signatures(seen.decision, signatures(kept.path.read_bytes()) if is_pdf else ())
    arrival = Arrival(
        kept,
        item.reason.original_name,
        datetime.fromisoformat(item.reason.received_at),
        scan.media_type if scan else OCTETS,
        (len(scan.pages) or None) if scan else None,
        seen.print_text,
        part_of=item.reason.part_of,
        inlet=item.reason.inlet,
    )
    done = deposit_scan(office, arrival, placement.with_decision(decision))
    _settle(office, item, done)
    number = placement.paper.number if placement.paper else None
    return Assigned(item_id, placement.contract_no, number, placement.title, done.path, done.version)


def _require_reason(item: waiting.WaitingItem, placement: Placement) -> None:
    known, missing = item.reason.paper, item.reason.missing_pages
    if not missing or known is None or placement.paper is None:
        return
    if known.document_id == placement.paper.document_id and placement.reason is None:
        raise Refused.of("services.half-needs-reason", item.id, missing="、".join(str(page) for page in missing))


def _seen(office: Office, item: waiting.WaitingItem, path: Path) -> Understood:
    """Look at the file anew; print that was read when it came in is not read again, and its evidence stands."""
    text = item.path / waiting.DERIVED / DERIVED_NAME
    if not text.is_file():
        return understand(office, path, original_name=item.reason.original_name)
    seen = understand(office, path, original_name=item.reason.original_name, readers=Readers(reads_print=False))
    reason = item.reason
    known = replace(
        seen.decision,
        paper=reason.paper,
        evidence=reason.evidence,
        findings=item.findings,
        missing_pages=reason.missing_pages,
    )
    return replace(seen, decision=known, print_text=text.read_bytes())


def reject(office: Office, item_id: str, *, reason: str) -> Waiting:
    """Take a waiting file out of the list because it is none of our papers; its bytes stay under review/_rejected.

    Raises:
        NotFound: nothing waits under this id.
        Refused: no reason was given.
    """
    people.require_writer(office.actor)
    if not reason.strip():
        raise Refused.of("services.reason-missing", item_id)
    item = waiting.get(office.workspace.review, item_id)
    moved = waiting.settle(item, waiting.Rejected(reason.strip(), office.now(), office.actor))
    return _waiting(replace(item, path=moved) if moved else item)


def _settle(office: Office, item: waiting.WaitingItem, done: Deposited) -> None:
    waiting.settle(item, waiting.Filed(done.item_id, done.sha256, office.now(), office.actor))


def _waiting(item: waiting.WaitingItem) -> Waiting:
    reason = item.reason
    return Waiting(
        item.id,
        reason.original_name,
        reason.received_at,
        item.file,
        item.findings,
        reason.candidates,
        reason.evidence,
        reason.missing_pages,
        1 + len(reason.again),
        reason.part_of,
        reason.inlet,
    )
