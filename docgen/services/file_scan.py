"""File a scan: keep the bytes first, read and identify, then archive it, or let it wait with its reasons.

The order keeps a scan from being lost: its bytes are safe in the archive's `_incoming/` before anything tries to
understand them, and the file it came from is removed by the caller only after this has returned.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from docgen.archive.keep import Kept, keep, let_go
from docgen.contained.run import Worker
from docgen.errors import LimitExceeded, UnreadableFile
from docgen.findings import error, note
from docgen.intake.bundles import Bundle, take_apart
from docgen.intake.decision import Decision, IssuedPaper, Outcome
from docgen.intake.identify import identify, undecided
from docgen.intake.inbox import shown_name
from docgen.intake.inlet import Inlet
from docgen.intake.scan import ScanFacts, scan_facts
from docgen.intake.signed import with_signatures
from docgen.papers import pdf
from docgen.papers.ocr import Recogniser
from docgen.papers.other_kinds import KEPT_AS_IS, OFD, XML
from docgen.papers.pictures import PDF
from docgen.papers.reading import PaperReading, ReadOnce, read_paper
from docgen.papers.signatures import signatures
from docgen.services.deposit_scan import Arrival
from docgen.services.halves import filed_whole, joined, other_half, settle_half
from docgen.services.office import Office
from docgen.services.paper_ledger import PaperLedger
from docgen.services.places import folder_of
from docgen.services.placing import Fate, Filed, Ready, archive_scan, let_wait, placement_of
from docgen.services.recognise import Understood, read_heads, understand_print
from docgen.services.repaying import promise_by
from docgen.services.split_scan import file_bundle
from docgen.store import ledger, people
from docgen.store.journal import writing

_KEPT_AS_IS = {OFD: "intake.ofd-file", XML: "intake.xml-file"}
OCTETS = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Readers:
    """The warm children that read scans: codes and text layer, and print; None starts one for each file.

    `reads_print` is false where the print was read before. `once` holds what was read of files that are being filed.
    """

    worker: Worker | None = None
    recogniser: Recogniser | None = None
    reads_print: bool = True
    once: ReadOnce = field(default_factory=ReadOnce)


AT_NEED = Readers()


def file_scan(
    office: Office, source: Path, *, readers: Readers = AT_NEED, name: str | None = None, inlet: Inlet | None = None
) -> Filed:
    """Keep, read, identify and place one scan; the source file itself is left alone. `inlet` is the inbox it came by.

    Raises:
        StorageProblem: the disk refuses; nothing is lost, the scan may be given again.
    """
    people.require_writer(office.actor)
    return place_kept(office, keep(office.archive, source), name or shown_name(source), readers=readers, inlet=inlet)


def set_aside(office: Office, source: Path, *, name: str, inlet: Inlet | None = None) -> Filed:
    """Let a scan wait for a person because filing it failed in a way nobody foresaw.

    Raises:
        StorageProblem: the disk refuses; the source is left alone.
    """
    kept = keep(office.archive, source)
    decision = undecided([error("services.filing-failed", name)], file_name=name, lookup=PaperLedger())
    return let_wait(office, Arrival(kept, name, office.now(), OCTETS, None, inlet=inlet), decision)


def place_kept(
    office: Office, kept: Kept, original_name: str, *, readers: Readers = AT_NEED, inlet: Inlet | None = None
) -> Filed:
    """Identify and place a scan whose bytes are safe in `_incoming/` already.

    Raises:
        StorageProblem: the disk refuses; the kept bytes stay and are taken up at the next start.
    """
    found = decided(office, kept, original_name, readers=readers, inlet=inlet)
    return found if isinstance(found, Filed) else archive_scan(office, found)


def decided(
    office: Office, kept: Kept, original_name: str, *, readers: Readers = AT_NEED, inlet: Inlet | None = None
) -> Filed | Ready:
    """Identify a kept scan: return it ready to be deposited, or what became of it where that is not the way.

    Raises:
        StorageProblem: the disk refuses; the kept bytes stay and are taken up at the next start.
    """
    received_at = office.now()
    known = ledger.filed_from(kept.sha256)
    if known is not None:
        return _note_again(office, kept, known, original_name)
    seen = understand(office, kept.path, original_name=original_name, readers=readers, sha256=kept.sha256)
    known = ledger.filed_from(kept.sha256)  # another process may have been quicker with the same bytes
    if known is not None:
        return _note_again(office, kept, known, original_name)
    decision = _unless_our_own(kept, seen.decision)
    scan = seen.scan
    if scan is not None and scan.media_type == PDF:
        decision = with_signatures(decision, signatures(kept.path.read_bytes()))
    media_type = scan.media_type if scan else OCTETS
    arrival = Arrival(kept, original_name, received_at, media_type, _pages(scan), seen.print_text, inlet=inlet)
    known = _among_answers(kept, decision)
    if known is not None:
        return _note_again(office, kept, known, original_name)
    piece = file_bundle(office, arrival, seen.bundle) if seen.bundle else None
    if piece is not None:
        return piece
    half = other_half(office, decision)
    if half is not None:
        arrival, decision = joined(office, arrival, decision, half)
    if decision.outcome is Outcome.FILE and decision.paper is not None:
        return Ready(arrival, placement_of(decision))
    return let_wait(office, arrival, decision)


def understand(
    office: Office, path: Path, *, original_name: str, readers: Readers = AT_NEED, sha256: str = ""
) -> Understood:
    """Read a kept file and decide what it is; a file that cannot be read is a decision to wait, never a crash.

    Where `sha256` is given and bytes of this hash were just read, they are not read again.
    """
    lookup = PaperLedger()
    try:
        scan = scan_facts(_reading(path, readers, sha256), office.keyring)
    except (UnreadableFile, LimitExceeded) as problem:
        named = [replace(finding, where=original_name) for finding in problem.findings]
        return Understood(None, undecided(named, file_name=original_name, lookup=lookup))

    if scan.media_type in KEPT_AS_IS:
        told = error(_KEPT_AS_IS.get(scan.media_type, "intake.office-file"), original_name)
        return Understood(scan, undecided([told], file_name=original_name, lookup=lookup))

    @cache
    def issued_text(paper: IssuedPaper) -> Sequence[str]:
        return _issued_text(office, paper)

    def decide(seen: ScanFacts) -> Decision:
        return identify(seen, file_name=original_name, lookup=lookup, issued_text=issued_text)

    def taken_apart(seen: ScanFacts) -> Bundle | None:
        return take_apart(seen, file_name=original_name, lookup=lookup, issued_text=issued_text)

    bundle = taken_apart(scan)
    if bundle is None:
        return understand_print(scan, path, decide, recogniser=readers.recogniser, is_asked=readers.reads_print)
    if bundle.has_incomplete and bundle.unclaimed and readers.reads_print:
        bundle = taken_apart(read_heads(scan, path, bundle.unclaimed, recogniser=readers.recogniser)) or bundle
    return Understood(scan, decide(scan), bundle=bundle)


def _reading(path: Path, readers: Readers, sha256: str) -> PaperReading:
    if not sha256:
        return read_paper(path, worker=readers.worker)
    return readers.once.take(sha256, path, worker=readers.worker)


def _among_answers(kept: Kept, decision: Decision) -> ledger.PaperLine | None:
    """Return the filed item that holds these very bytes as one of its files: a half that came before, come again."""
    return filed_whole(decision.paper.document_id, kept.sha256) if decision.paper else None


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
    if not names or row is None or row.is_disposed:
        return ()
    return pdf.page_texts((folder_of(office, paper.contract_no).path / names[0]).read_bytes())


def _note_again(office: Office, kept: Kept, known: ledger.PaperLine, original_name: str) -> Filed:
    """The same bytes came before: one record, and a note in the contract's log that they came again."""
    folder = folder_of(office, known.key)
    with writing(folder, at=office.now(), actor=office.actor) as journal:
        journal.append("scan.seen-again", {"id": known.id, "sha256": kept.sha256, "name": original_name})
        told = promise_by(office, known.id)  # a run that was cut off may not have come so far
    file = next(
        (name for name, sha in zip(known.files, known.hashes, strict=True) if sha == kept.sha256), known.files[0]
    )
    let_go(kept, folder.path / file)
    if len(known.files) > 1:
        settle_half(office, known.hashes, known.id)
    again = note("services.scan-seen-again", original_name, file=file, contract=known.key)
    return Filed(
        Fate.SEEN_AGAIN,
        original_name,
        kept.sha256,
        known.key,
        known.number or None,
        known.title,
        folder.path / file,
        known.version,
        findings=(again, *told),
    )


def _pages(scan: ScanFacts | None) -> int | None:
    return len(scan.pages) if scan and scan.pages else None
