"""A scan that was filed in the wrong place: moved to the right one, with no byte altered and nothing taken away.

The old contract's log says first that the scan does not belong there; from then on it answers nothing, shows as
misfiled, stays out of what is exported, and may be filed anew. Then the same bytes are deposited where they belong. The
old file and its sidecar stay: a log that once said "filed" is not rewritten. A run that was cut off between the two is
simply repeated.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from docgen.archive.keep import keep
from docgen.archive.record import Sidecar, Source
from docgen.errors import Damage, NotFound, Refused
from docgen.findings import Finding, warning
from docgen.intake.inlet import Inlet
from docgen.intake.signed import with_signatures
from docgen.papers.pictures import PDF
from docgen.papers.signatures import signatures
from docgen.services import logging as log
from docgen.services.deposit_scan import Arrival, Placement, deposit_scan
from docgen.services.file_scan import OCTETS, Readers, understand
from docgen.services.office import Office
from docgen.services.placed_by_hand import placement_for
from docgen.services.places import folder_of, is_ours
from docgen.store import ledger
from docgen.store.journal import writing
from docgen.store.projection import MISFILED


@dataclass(frozen=True, slots=True)
class Refiled:
    """A filed scan that was moved: its old item and contract, its new item, and where it lies now."""

    old_item: str
    old_contract: str
    item: str
    contract_no: str
    number: str | None
    title: str
    path: Path
    version: int
    findings: tuple[Finding, ...] = ()


def refile(  # noqa: PLR0913  # the three ways to name a place, and why
    office: Office,
    named: str,
    *,
    document: str | None = None,
    deal: str | None = None,
    document_type: str | None = None,
    reason: str,
) -> Refiled:
    """Move a filed scan to the paper or contract it belongs to; `named` is its item id, its file, or a paper's number.

    A paper's number means the newest scan filed as its answer. `findings` name what still rests on the old place.

    Raises:
        NotFound: no such scan, paper or contract.
        Refused: no reason; it lies there already; it was moved before, completed from halves, or destroyed.
        Damage: the filed bytes are not those of the record.
        StorageProblem: the disk refuses; the same command again goes on.
    """
    if not reason.strip():
        raise Refused.of("services.reason-missing", named)
    row = _filed(named)
    placement = replace(placement_for(document, deal, document_type, actor=office.actor), reason=reason.strip())
    if (placement.contract_no, placement.paper and placement.paper.document_id, placement.title) == _place_of(row):
        raise Refused.of("services.refile-same-place", row.title, contract=row.key, title=row.title)
    kept = keep(office.archive, folder_of(office, row.key).path / row.files[0])
    if kept.sha256 != row.hashes[0]:
        raise Damage.of("services.filed-changed", row.title, path=row.files[0], contract=row.key)
    seen = understand(office, kept.path, original_name=row.files[0], readers=Readers(reads_print=False))
    media_type = seen.scan.media_type if seen.scan else OCTETS
    decision = with_signatures(seen.decision, signatures(kept.path.read_bytes()) if media_type == PDF else ())
    source, inlet = _came_as(row)
    arrival = Arrival(
        kept,
        source.name,
        source.received_at,
        media_type,
        (len(seen.scan.pages) or None) if seen.scan else None,
        inlet=inlet,
        moved_from=row.id,
    )
    _say_misfiled(office, row, placement)
    done = deposit_scan(office, arrival, placement.with_decision(decision))
    log.record("refiled", item=done.item_id, contract=placement.contract_no, sha256=kept.sha256)
    number = placement.paper.number if placement.paper else None
    return Refiled(
        row.id,
        row.key,
        done.item_id,
        placement.contract_no,
        number,
        placement.title,
        done.path,
        done.version,
        (*_still_resting(row), *done.findings),
    )


def _filed(named: str) -> ledger.PaperLine:
    """Return the filed scan a person means, if it may be moved."""
    row = ledger.archived_item(named) or _by_file(Path(named)) or _newest_answer(named)
    if row is None or row.item_type not in {"filed", MISFILED}:
        raise NotFound.of("services.no-such-filed", named)
    if row.is_disposed:
        raise Refused.of("services.refile-destroyed", row.title, contract=row.key)
    if len(row.files) > 1:
        raise Refused.of("services.refile-halves", row.title, contract=row.key, files="、".join(row.files))
    if row.item_type == MISFILED and (now := ledger.filed_from(row.hashes[0])) is not None:
        raise Refused.of("services.refiled-already", row.title, contract=now.key, file=now.files[0])
    return row


def _by_file(path: Path) -> ledger.PaperLine | None:
    """Return the item a file of the archive belongs to; of two items with the same bytes the one in that folder."""
    if not path.is_file():
        return None
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    rows = [row for row in ledger.items_holding(sha256) if path.name in row.files]
    return next((row for row in rows if row.key == path.resolve().parent.name), rows[0] if len(rows) == 1 else None)


def _newest_answer(number: str) -> ledger.PaperLine | None:
    issued = ledger.issued_by_number(number)
    answers = ledger.answers_to(issued.document_id) if issued and issued.document_id else ()
    return answers[-1] if answers else None


def _place_of(row: ledger.PaperLine) -> tuple[str, str | None, str]:
    return row.key, row.answers or None, row.title


def _came_as(row: ledger.PaperLine) -> tuple[Source, Inlet | None]:
    """Return under which name, when, and by which inbox the scan came in."""
    sidecar = Sidecar.model_validate(row.sidecar)
    inbox = sidecar.extra.get("inbox")
    inlet = Inlet(**{name: str(value) for name, value in inbox.items()}) if isinstance(inbox, Mapping) else None
    return sidecar.source or Source(name=row.files[0], sha256=row.hashes[0], received_at=sidecar.at), inlet


def _say_misfiled(office: Office, row: ledger.PaperLine, placement: Placement) -> None:
    """Note in the old contract's own log, once, that the scan is not its; this line never leaves the house."""
    to = {"contract_no": placement.contract_no, "number": placement.paper.number if placement.paper else None}
    with writing(folder_of(office, row.key), at=office.now(), actor=office.actor) as journal:
        now = ledger.archived_item(row.id)
        if now is not None and now.item_type == "filed":
            payload = {"id": row.id, "sha256": row.hashes[0], "to": to, "reason": placement.reason}
            journal.append("paper.misfiled", payload)


def _still_resting(row: ledger.PaperLine) -> tuple[Finding, ...]:
    """Return a warning where facts of the old contract name the scan as their evidence."""
    if is_ours(row.key) or row.id not in ledger.deal(row.key).record.model_dump_json():
        return ()
    return (warning("services.refile-is-evidence", row.key, contract=row.key, item=row.id),)
