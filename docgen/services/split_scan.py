"""File a pile: each paper of one file by itself, what nobody claims before a person, the file itself kept whole.

The order is the safety. The original stays in `_incoming/` through all of it. First every part is cut, in memory; then
each complete paper is archived, its event being its commit, and each other part put before a person; the original goes
into the archive last, whole and bit for bit. Stopped anywhere, the same file is taken apart again at the next start:
the ids of its parts follow from its bytes, so what stands is found and only what is missing is done.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path, PurePath

from pydantic import JsonValue

from docgen.archive import disk
from docgen.archive.deposit import Content, deposit
from docgen.archive.keep import Kept
from docgen.archive.record import SCAN_ORIGINAL, CustomerRef, Item, Source
from docgen.deals.retention import CONTRACT_PAPER
from docgen.errors import LimitExceeded, UnreadableFile
from docgen.findings import note
from docgen.intake import waiting
from docgen.intake.bundles import Bundle, Part
from docgen.intake.decision import Outcome
from docgen.intake.partof import PartOf, original_id
from docgen.papers.assembly import cut_up
from docgen.services.deposit_scan import Arrival, came_by
from docgen.services.halves import filed_whole, joined, other_half, settle_half
from docgen.services.office import Office
from docgen.services.places import folder_of, is_ours
from docgen.services.placing import Fate, Filed, Ready, archive_scan, let_wait, placement_of
from docgen.services.retention_rules import NewPaper, Promise, promise
from docgen.store import ledger
from docgen.store.journal import writing
from docgen.store.projection import MISFILED

_PDF = "application/pdf"
_TITLE = "多份文书合扫原件"
TAKEN_APART = "scan.taken-apart"
PERMANENT = "permanent"


@dataclass(frozen=True, slots=True)
class _Cut:
    """A part with its derived copy."""

    part: Part
    of: PartOf
    copy: Kept


def file_bundle(office: Office, arrival: Arrival, bundle: Bundle) -> Filed | None:
    """File a file of several papers part by part and archive the original last; None where it cannot be cut.

    Raises:
        StorageProblem: the disk refuses; the original stays kept and is taken up again, nothing is filed twice.
    """
    home = next(part.paper.contract_no for part in bundle.parts if part.paper is not None)
    try:
        copies = cut_up(arrival.kept.path.read_bytes(), [part.sheets for part in bundle.parts])
    except (UnreadableFile, LimitExceeded):
        return None
    with _on_disk(arrival, bundle, home, copies) as cuts:
        done = [_placed(office, arrival, cut) for cut in cuts]
        path = _keep_original(office, arrival, bundle, [*zip(cuts, done, strict=True)])
    told = note("services.taken-apart", arrival.original_name, count=len(done), contract=home)
    return Filed(
        Fate.TAKEN_APART, arrival.original_name, arrival.kept.sha256, home, path=path, findings=(told,), parts=done
    )


@contextmanager
def _on_disk(arrival: Arrival, bundle: Bundle, home: str, copies: Sequence[bytes]) -> Iterator[list[_Cut]]:
    """Lay the parts out as files: derived ones, which a crash may take, for the original is kept."""
    with disk.storage(arrival.original_name), tempfile.TemporaryDirectory(prefix="docgen-parts-") as place:
        cuts = []
        for number, (part, data) in enumerate(zip(bundle.parts, copies, strict=True)):
            path = Path(place) / f"{number}.pdf"
            disk.write_new(path, data, mode=disk.READ_ONLY)
            digest = disk.digest_of(data)
            of = PartOf(arrival.kept.sha256, arrival.original_name, home, part.sheets)
            cuts.append(_Cut(part, of, Kept(path, digest.sha256, digest.size)))
        yield cuts


def _placed(office: Office, whole: Arrival, cut: _Cut) -> Filed:
    """Place one part, or find that an earlier run has placed it."""
    standing = _standing(office, cut)
    if standing is not None:
        return standing
    decision = cut.part.decision
    arrival = replace(whole, kept=cut.copy, media_type=_PDF, pages=len(cut.part.sheets), print_text=b"", part_of=cut.of)
    half = other_half(office, decision)
    if half is not None:
        arrival, decision = joined(office, arrival, decision, half)
    if decision.outcome is Outcome.FILE and decision.paper is not None:
        return archive_scan(office, Ready(arrival, placement_of(decision)))
    return let_wait(office, arrival, decision)


def _standing(office: Office, cut: _Cut) -> Filed | None:
    """Return what became of a part that was filed, is waiting, was completed or rejected before; None if it is new."""
    row = _filed(cut) or _completed(cut)
    if row is not None:
        settle_half(office, row.hashes, row.id)
        path = folder_of(office, row.key).path / row.files[0]
        return Filed(
            Fate.SEEN_AGAIN, cut.of.name, cut.copy.sha256, row.key, row.number or None, row.title, path,
            row.version, pages=cut.of.pages,
        )  # fmt: skip
    root = office.workspace.review
    known = [*waiting.waiting_items(root), *waiting.rejected_items(root)]
    item = next((one for one in known if _is_same(one.reason.part_of, cut.of)), None)
    if item is None:
        return None
    paper = item.reason.paper
    return Filed(
        Fate.WAITING, cut.of.name, item.reason.sha256, paper.contract_no if paper else None,
        paper.number if paper else None, paper.title if paper else None, item.path, review_id=item.id,
        findings=item.findings, missing_pages=item.reason.missing_pages, pages=cut.of.pages,
    )  # fmt: skip


def _filed(cut: _Cut) -> ledger.PaperLine | None:
    """Return the item a part became: where it lies now, if a person has moved it since and the move is whole."""
    row = ledger.archived_item(cut.of.item_id)
    moved = ledger.filed_from(row.hashes[0]) if row is not None and row.item_type == MISFILED else None
    return moved or row


def _completed(cut: _Cut) -> ledger.PaperLine | None:
    paper = cut.part.paper
    return filed_whole(paper.document_id, cut.copy.sha256) if paper else None


def _is_same(one: PartOf | None, two: PartOf) -> bool:
    return one is not None and one.item_id == two.item_id


def _keep_original(office: Office, arrival: Arrival, bundle: Bundle, done: Sequence[tuple[_Cut, Filed]]) -> Path:
    """Archive the original, for our own eyes: it may show one customer another's papers."""
    home = done[0][0].of.contract_no
    folder = folder_of(office, home)
    suffix = PurePath(arrival.original_name).suffix.lower() or ".bin"
    name = f"{_TITLE} {PurePath(arrival.original_name).stem}{suffix}"
    with writing(folder, at=office.now(), actor=office.actor) as journal:
        sidecar = deposit(
            folder,
            _original(office, arrival, bundle, home, done),
            [Content(name, "scan", arrival.kept, arrival.media_type, arrival.pages)],
            event_type=TAKEN_APART,
            payload={},
            at=journal.at,
            actor=journal.actor,
        )
    return folder.path / sidecar.files[0].name


def _original(office: Office, arrival: Arrival, bundle: Bundle, home: str, done: Sequence[tuple[_Cut, Filed]]) -> Item:
    stored = None if is_ours(home) else ledger.deal(home)
    kept = _longest(office, {home, *(part.contract_no for _, part in done if part.contract_no)})
    return Item(
        id=original_id(arrival.kept.sha256),
        item_type=SCAN_ORIGINAL,
        kind="other",
        title=_TITLE,
        direction="in",
        contract_no=home if stored else None,
        customer=CustomerRef(id=stored.customer_id, name=stored.record.customer.name) if stored else None,
        retention=kept.retention,
        source=Source(name=arrival.original_name, sha256=arrival.kept.sha256, received_at=arrival.received_at),
        extra={
            "audience": "internal",
            **came_by(arrival.inlet),
            "pages": arrival.pages or 0,
            "blank_pages": list(bundle.blank),
            "parts": [_reference(cut, part) for cut, part in done],
            **kept.extra,
        },
    )


def _reference(cut: _Cut, part: Filed) -> dict[str, JsonValue]:
    return {
        "item": cut.of.item_id,
        "pages": list(cut.of.pages),
        "contract_no": part.contract_no,
        "number": part.number,
        "sha256": cut.copy.sha256,
        "waiting": part.review_id,
    }


def _longest(office: Office, contracts: set[str]) -> Promise:
    """Return the longest promise of all contracts a pile holds papers of; unknown for one is unknown for all.

    A pile with a paper of our own in it is kept as long as that paper may be: without end.
    """
    told = NewPaper("other", _TITLE, office.today(), also=(CONTRACT_PAPER,))
    ours = replace(told, also=(PERMANENT,))
    found = [
        promise(office, None, ours, must_file=True)
        if is_ours(number)
        else promise(office, ledger.deal(number).record, told, must_file=True)
        for number in sorted(contracts)
    ]
    return max(found, key=lambda one: (one.retention.until is None, one.retention.until or date.min))
