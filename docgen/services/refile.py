"""A scan that was filed in the wrong place: moved to the right one, with no byte altered and nothing taken away.

The old contract's log says first that the scan does not belong there; from then on it answers nothing, shows as
misfiled, stays out of what is exported, and may be filed anew. Then the same bytes are deposited where they belong: of
a paper that came in two halves both originals, in one deposit. The old files and their sidecar stay: a log that once
said "filed" is not rewritten. A run that was cut off between the two is simply repeated.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

from docgen.errors import NotFound, Refused
from docgen.findings import Finding, warning
from docgen.services import logging as log
from docgen.services.deposit_scan import Placement, deposit_scan
from docgen.services.moving import taken_along
from docgen.services.office import Office
from docgen.services.placed_by_hand import placement_for
from docgen.services.places import folder_of, is_ours
from docgen.store import ledger
from docgen.store.journal import writing
from docgen.store.projection import MISFILED


@dataclass(frozen=True, slots=True)
class Refiled:
    """A filed scan that was moved: its old item and contract, its new item, and where it lies now.

    `originals` are the names of its files there: two where the paper came in two halves.
    """

    old_item: str
    old_contract: str
    item: str
    contract_no: str
    number: str | None
    title: str
    path: Path
    version: int
    originals: tuple[str, ...]
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
        Refused: no reason; it lies there already; it was moved before, or destroyed.
        Damage: the filed bytes, or those of what was derived from them, are not those of the record.
        StorageProblem: the disk refuses; the same command again goes on.
    """
    if not reason.strip():
        raise Refused.of("services.reason-missing", named)
    row = _filed(named)
    placement = replace(placement_for(document, deal, document_type, actor=office.actor), reason=reason.strip())
    if (placement.contract_no, placement.paper and placement.paper.document_id, placement.title) == _place_of(row):
        raise Refused.of("services.refile-same-place", row.title, contract=row.key, title=row.title)
    arrival, decision = taken_along(office, row)
    _say_misfiled(office, row, placement)
    done = deposit_scan(office, arrival, placement.with_decision(decision))
    log.record("refiled", item=done.item_id, contract=placement.contract_no, sha256=arrival.kept.sha256)
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
        _file_names(done.item_id),
        (*_still_resting(row), *done.findings),
    )


def _file_names(item_id: str) -> tuple[str, ...]:
    row = ledger.archived_item(item_id)
    return row.files if row else ()


def _filed(named: str) -> ledger.PaperLine:
    """Return the filed scan a person means, if it may be moved."""
    row = ledger.archived_item(named) or _by_file(Path(named)) or _newest_answer(named)
    if row is None or row.item_type not in {"filed", MISFILED}:
        raise NotFound.of("services.no-such-filed", named)
    if row.is_disposed:
        raise Refused.of("services.refile-destroyed", row.title, contract=row.key)
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
