"""File a scan: keep the bytes first, read and identify, then archive it, or let it wait with its reasons.

The order keeps a scan from being lost: its bytes are safe in the archive's `_incoming/` before anything tries to
understand them, and the file it came from is removed by the caller only after this has returned.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from pathlib import Path

from docgen.archive import disk
from docgen.archive.keep import Kept, keep, let_go
from docgen.contained.run import Worker
from docgen.errors import LimitExceeded, UnreadableFile
from docgen.findings import Finding, error, note
from docgen.intake.decision import Decision, Evidence, IssuedPaper, Outcome
from docgen.intake.identify import identify, undecided
from docgen.intake.inbox import shown_name
from docgen.intake.scan import ScanFacts, read_scan
from docgen.intake.waiting import put_aside
from docgen.papers import pdf
from docgen.papers.ocr import Recogniser
from docgen.services import logging as log
from docgen.services.deposit_scan import Arrival, Deposited, Placement, deposit_scan
from docgen.services.halves import joined, other_half, settle_half
from docgen.services.office import Office
from docgen.services.paper_ledger import PaperLedger
from docgen.services.places import folder_of
from docgen.services.recognise import DERIVED_NAME, Understood, understand_print
from docgen.store import ledger, people
from docgen.store.journal import writing

OCTETS = "application/octet-stream"


class Fate(StrEnum):
    """What became of a scan."""

    FILED = "filed"
    WAITING = "waiting"
    SEEN_AGAIN = "seen-again"


@dataclass(frozen=True, slots=True)
class Filed:
    """The outcome for one scan, with its evidence and everything worth saying."""

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


@dataclass(frozen=True, slots=True)
class Ready:
    """A scan that is identified: what came in, and where it goes."""

    arrival: Arrival
    placement: Placement


@dataclass(frozen=True, slots=True)
class Readers:
    """The warm children that read scans: codes and text layer, and print; None starts one for each file.

    `reads_print` is false where the print was read before.
    """

    worker: Worker | None = None
    recogniser: Recogniser | None = None
    reads_print: bool = True


AT_NEED = Readers()


def file_scan(office: Office, source: Path, *, readers: Readers = AT_NEED, name: str | None = None) -> Filed:
    """Keep, read, identify and place one scan; the source file itself is left alone.

    Raises:
        StorageProblem: the disk refuses; nothing is lost, the scan may be given again.
    """
    people.require_writer(office.actor)
    return place_kept(office, keep(office.archive, source), name or shown_name(source), readers=readers)


def set_aside(office: Office, source: Path, *, name: str) -> Filed:
    """Let a scan wait for a person because filing it failed in a way nobody foresaw.

    Raises:
        StorageProblem: the disk refuses; the source is left alone.
    """
    kept = keep(office.archive, source)
    decision = undecided([error("services.filing-failed", name)], file_name=name, lookup=PaperLedger())
    return _let_wait(office, Arrival(kept, name, office.now(), OCTETS, None), decision)


def place_kept(office: Office, kept: Kept, original_name: str, *, readers: Readers = AT_NEED) -> Filed:
    """Identify and place a scan whose bytes are safe in `_incoming/` already.

    Raises:
        StorageProblem: the disk refuses; the kept bytes stay and are taken up at the next start.
    """
    found = decided(office, kept, original_name, readers=readers)
    if isinstance(found, Filed):
        return found
    return filed_as(office, found, deposit_scan(office, found.arrival, found.placement))


def decided(office: Office, kept: Kept, original_name: str, *, readers: Readers = AT_NEED) -> Filed | Ready:
    """Identify a kept scan: return it ready to be deposited, or what became of it where that is not the way.

    Raises:
        StorageProblem: the disk refuses; the kept bytes stay and are taken up at the next start.
    """
    received_at = office.now()
    known = ledger.filed_from(kept.sha256)
    if known is not None:
        return _note_again(office, kept, known, original_name)
    seen = understand(office, kept.path, original_name=original_name, readers=readers)
    known = ledger.filed_from(kept.sha256)  # another process may have been quicker with the same bytes
    if known is not None:
        return _note_again(office, kept, known, original_name)
    decision = _unless_our_own(kept, seen.decision)
    scan = seen.scan
    media_type = scan.media_type if scan else OCTETS
    arrival = Arrival(kept, original_name, received_at, media_type, _pages(scan), seen.print_text)
    known = _among_answers(kept, decision)
    if known is not None:
        return _note_again(office, kept, known, original_name)
    half = other_half(office, decision)
    if half is not None:
        arrival, decision = joined(office, arrival, decision, half)
    if decision.outcome is Outcome.FILE and decision.paper is not None:
        paper = decision.paper
        return Ready(arrival, Placement(paper.contract_no, paper.title, paper, decision.evidence, decision.findings))
    return _let_wait(office, arrival, decision)


def understand(office: Office, path: Path, *, original_name: str, readers: Readers = AT_NEED) -> Understood:
    """Read a kept file and decide what it is; a file that cannot be read is a decision to wait, never a crash."""
    lookup = PaperLedger()
    try:
        scan = read_scan(path, office.keyring, readers.worker)
    except (UnreadableFile, LimitExceeded) as problem:
        named = [replace(finding, where=original_name) for finding in problem.findings]
        return Understood(None, undecided(named, file_name=original_name, lookup=lookup))

    @cache
    def issued_text(paper: IssuedPaper) -> Sequence[str]:
        return _issued_text(office, paper)

    def decide(seen: ScanFacts) -> Decision:
        return identify(seen, file_name=original_name, lookup=lookup, issued_text=issued_text)

    return understand_print(scan, path, decide, recogniser=readers.recogniser, is_asked=readers.reads_print)


def _among_answers(kept: Kept, decision: Decision) -> ledger.PaperLine | None:
    """Return the filed item that holds these very bytes as one of its files: a half that came before, come again."""
    rows = ledger.answers_to(decision.paper.document_id) if decision.paper else ()
    return next((row for row in rows if kept.sha256 in row.hashes), None)


def _unless_our_own(kept: Kept, decision: Decision) -> Decision:
    """Let the issued file itself wait: byte for byte what we sent out bears nobody's signature."""
    row = ledger.issued_by_document_id(decision.paper.document_id) if decision.paper else None
    if row is None or kept.sha256 not in row.hashes:
        return decision
    own = error("services.own-file", row.number, number=row.number)
    return replace(decision, outcome=Outcome.WAIT, findings=(*decision.findings, own))


def _issued_text(office: Office, paper: IssuedPaper) -> Sequence[str]:
    row = ledger.issued_by_document_id(paper.document_id)
    names = [name for name in row.files if name.endswith(".pdf")] if row else []
    if not names:
        return ()
    return pdf.page_texts((folder_of(office, paper.contract_no).path / names[0]).read_bytes())


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
        findings=placement.findings,
    )


def _let_wait(office: Office, arrival: Arrival, decision: Decision) -> Filed:
    kept = arrival.kept
    item = put_aside(
        office.workspace.review,
        kept,
        original_name=arrival.original_name,
        decision=decision,
        received_at=arrival.received_at,
        day=office.today(),
        derived={DERIVED_NAME: arrival.print_text} if arrival.print_text else None,
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
    )


def _note_again(office: Office, kept: Kept, known: ledger.PaperLine, original_name: str) -> Filed:
    """The same bytes came before: one record, and a note in the contract's log that they came again."""
    folder = folder_of(office, known.contract_no)
    with writing(folder, at=office.now(), actor=office.actor) as journal:
        journal.append("scan.seen-again", {"id": known.id, "sha256": kept.sha256, "name": original_name})
    file = next(
        (name for name, sha in zip(known.files, known.hashes, strict=True) if sha == kept.sha256), known.files[0]
    )
    let_go(kept, folder.path / file)
    if len(known.files) > 1:
        settle_half(office, known.hashes, known.id)
    again = note("services.scan-seen-again", original_name, file=file, contract=known.contract_no)
    return Filed(
        Fate.SEEN_AGAIN,
        original_name,
        kept.sha256,
        known.contract_no,
        known.number or None,
        known.title,
        folder.path / file,
        known.version,
        findings=(again,),
    )


def _pages(scan: ScanFacts | None) -> int | None:
    return len(scan.pages) if scan and scan.pages else None
