"""What a filed scan takes along when it is moved: its originals as they came in, and what was derived from them.

A paper completed from two scans has two originals. They go together, for neither is the paper without the other; each
keeps the name it came under, its day, its inbox, and the pile it was cut from. Derived texts and the bound copy of all
pages go beside them, the same bytes: OCR is not asked a second time, and nothing is put together anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

from docgen.archive import disk
from docgen.archive.keep import Kept, keep
from docgen.archive.record import FileRecord, Sidecar, Source
from docgen.errors import Damage
from docgen.intake.decision import Decision
from docgen.intake.inlet import Inlet
from docgen.intake.partof import PartOf
from docgen.intake.signed import with_signatures
from docgen.papers.pictures import PDF
from docgen.papers.signatures import signatures
from docgen.services.deposit_scan import TEXT, WHOLE, Arrival, Companion
from docgen.services.file_scan import OCTETS, Readers, understand
from docgen.services.halves import MISSING, told_once
from docgen.services.office import Office
from docgen.services.places import folder_of
from docgen.store import ledger


@dataclass(frozen=True, slots=True)
class _Original:
    """One original: kept anew, what it came as, and what the machine sees in it."""

    kept: Kept
    came: Source
    inlet: Inlet | None
    part_of: PartOf | None
    ending: str
    media_type: str
    pages: int | None
    decision: Decision


def taken_along(office: Office, row: ledger.PaperLine) -> tuple[Arrival, Decision]:
    """Keep all originals of a filed scan once more and return them as one arrival, with what the machine sees in them.

    Raises:
        Damage: the bytes of an original, or of what was derived from it, are not those of the record.
        StorageProblem: the disk refuses; what was kept stays, and the same command again goes on.
    """
    sidecar = Sidecar.model_validate(row.sidecar)
    folder = folder_of(office, row.key)
    with disk.storage(row.key):
        for path, sha256 in sidecar.paths().items():
            _require_as_filed(folder.path / path, sha256, row)
        derived = {each.name: disk.read(folder.derived / each.name) for each in sidecar.derived}
    kept = [keep(office.archive, folder.path / file.name) for file in sidecar.files]
    late, *rest = [_original(office, one, file, sidecar) for one, file in zip(kept, sidecar.files, strict=True)]
    early = rest[0] if rest else None  # a paper is joined from two scans, never from more
    arrival = Arrival(
        late.kept,
        late.came.name,
        late.came.received_at,
        late.media_type,
        late.pages,
        print_text=_made(derived, TEXT),
        companion=_companion(early) if early else None,
        whole=_made(derived, WHOLE),
        part_of=late.part_of,
        inlet=late.inlet,
        moved_from=row.id,
        ending=late.ending,
    )
    return arrival, _as_one(late.decision, early.decision) if early else late.decision


def _require_as_filed(path: Path, sha256: str, row: ledger.PaperLine) -> None:
    """Refuse what is not as it was filed before it is kept: a damaged copy in `_incoming/` would be filed as new."""
    if not disk.is_plain_file(path) or disk.digest(path).sha256 != sha256:
        raise Damage.of("services.filed-changed", row.title, path=path.name, contract=row.key)


def _original(office: Office, kept: Kept, file: FileRecord, sidecar: Sidecar) -> _Original:
    came, told = _came_as(file, sidecar)
    seen = understand(office, kept.path, original_name=file.name, readers=Readers(reads_print=False))
    media_type = seen.scan.media_type if seen.scan else OCTETS
    decision = with_signatures(seen.decision, signatures(kept.path.read_bytes()) if media_type == PDF else ())
    pages = (len(seen.scan.pages) or None) if seen.scan else None
    cut_from = _cut_from(told, came)
    return _Original(kept, came, _inlet(told), cut_from, PurePath(file.name).suffix, media_type, pages, decision)


def _came_as(file: FileRecord, sidecar: Sidecar) -> tuple[Source, Mapping[str, object]]:
    """Return under which name and when an original came in, and what else is told of it; each half for itself."""
    halves = sidecar.extra.get("sources")
    told = halves if isinstance(halves, list) else []
    half = next((each for each in told if isinstance(each, Mapping) and each.get("sha256") == file.sha256), None)
    if half is not None:
        return Source.model_validate({name: half[name] for name in Source.model_fields}), half
    return sidecar.source or Source(name=file.name, sha256=file.sha256, received_at=sidecar.at), sidecar.extra


def _cut_from(told: Mapping[str, object], came: Source) -> PartOf | None:
    """Return the file an original was cut from; None for one that came by itself, or whose pile is not yet archived."""
    split = told.get("split")
    if not isinstance(split, Mapping) or (whole := ledger.archived_item(str(split["item"]))) is None:
        return None
    return PartOf(str(split["original"]), came.name, whole.key, tuple(int(page) for page in split["pages"]))


def _inlet(told: Mapping[str, object]) -> Inlet | None:
    inbox = told.get("inbox")
    return Inlet(**{name: str(value) for name, value in inbox.items()}) if isinstance(inbox, Mapping) else None


def _companion(early: _Original) -> Companion:
    return Companion(
        early.kept, early.came.name, early.came.received_at, early.media_type, early.part_of, early.inlet, early.ending
    )


def _made(derived: Mapping[str, bytes], ending: str) -> bytes:
    """Return the derived file of that kind; none where none was made."""
    return next((data for name, data in derived.items() if PurePath(name).suffix == ending), b"")


def _as_one(late: Decision, early: Decision) -> Decision:
    """Return what the machine sees in both halves: only a page that neither has is missing."""
    both = replace(
        late,
        evidence=(*late.evidence, *early.evidence),
        findings=told_once((*late.findings, *early.findings)),
    )
    if late.paper is None or early.paper is None or late.paper.document_id != early.paper.document_id:
        return both
    missing = tuple(page for page in late.missing_pages if page in early.missing_pages)
    findings = tuple(each for each in both.findings if missing or each.code != MISSING)
    return replace(both, findings=findings, missing_pages=missing)
