"""Caring for the archive: verify it, rebuild the tables from it, hand a contract's folder out as a bag."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from docgen.archive.anchors import heads, read_sheet, sheet
from docgen.archive.export import export_bag
from docgen.archive.layout import CUSTOMER, Archive, Folder
from docgen.archive.recovery import recover_archive
from docgen.archive.verify import VerifyReport, check_anchors, verify, verify_review
from docgen.errors import Damage
from docgen.findings import Finding, warning
from docgen.services.office import Office
from docgen.services.outside import require_outside
from docgen.services.places import folder_of, home_of
from docgen.services.retention import kept_words
from docgen.services.verify_run import VerifyRun
from docgen.store import archive_numbers, database, ledger, originals, people, projection
from docgen.workspace import Workspace

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild read and made."""

    folders: int
    events: int
    deals: int
    papers: int
    findings: tuple[Finding, ...]


def verify_archive(  # how much of it, against what, going on from where
    office: Office,
    *,
    part: tuple[int, int] | None = None,
    sheets: Sequence[Path] = (),
    resume: bool = False,
    progress: Progress | None = None,
) -> VerifyReport:
    """Check every byte of the archive and the review folder against their records; nothing in them is written.

    Logs must reach the heads the database noted, and those of anchor `sheets` kept elsewhere. A run that was broken off
    is gone on with by `resume`; what it had found is told again.

    Raises:
        StorageProblem: the archive cannot be read.
        Refused: a sheet was cut or changed.
    """
    run = VerifyRun(office.workspace.log, part)
    done = run.begun_before() if resume else {}
    report = verify(
        office.archive,
        part=part,
        anchors=ledger.anchors(),
        known=ledger.known_items(),
        progress=progress,
        done=done,
        noted=run.starting(done).note,
    )
    for path in sheets:
        report = replace(report, findings=(*report.findings, *_against(office, path, part=part)))
    run.finished()
    if part is not None and part[0] != 1:
        return report
    waiting = tuple(verify_review(office.workspace.review))
    return VerifyReport((*report.findings, *waiting), report.folders, report.files, report.bytes)


def _against(office: Office, path: Path, *, part: tuple[int, int] | None) -> Iterator[Finding]:
    """Compare every log with an anchor sheet; a log may have grown since, and must hold the line it had then."""
    noted = read_sheet(path.read_text(encoding="utf-8-sig"), where=str(path))
    return check_anchors(office.archive, noted, part=part)


def anchor_sheet(office: Office, out: Path) -> int:
    """Write the sheet of every log's head to a file; return how many it names.

    Raises:
        Damage: a log cannot be read.
        Refused: the file would lie in the archive.
    """
    require_outside(office, out)
    found = heads(office.archive)
    out.write_text(sheet(found, title=str(office.workspace.archive), at=office.now()), encoding="utf-8")
    return len(found)


def rebuild_database(workspace: Workspace, *, progress: Progress | None = None) -> Rebuilt:
    """Make the database anew from the archive alone; the old one is set aside until the new one is complete.

    Users stand in no log; they are carried over from the old database, where there is one.

    Raises:
        Damage: a log in the archive is broken; the old database stays as it was.
    """
    archive = Archive(workspace.archive)
    findings = tuple(recover_archive(archive))
    new = workspace.database.with_name(workspace.database.name + ".rebuilding")
    users = people.rows_in(workspace.database)
    database.remove(new)
    database.create(new)
    people.carry(users or [])
    events, damaged = _project_all(archive, progress)
    counts = ledger.counts()
    database.disconnect()
    if damaged:
        database.remove(new)
        raise Damage(damaged)
    _put_in_place(workspace.database, new)
    database.connect(workspace.database)
    lost = () if users is not None else (warning("people.not-carried", str(workspace.database)),)
    return Rebuilt(counts.folders, events, counts.deals, counts.papers, (*findings, *lost))


def _project_all(archive: Archive, progress: Progress | None) -> tuple[int, list[Finding]]:
    own = f"{CUSTOMER}/"
    folders = sorted(archive.folders(), key=lambda folder: not folder.key.startswith(own))  # else each deal names anew
    events = 0
    damaged: list[Finding] = []
    for number, folder in enumerate(folders, start=1):
        if progress is not None:
            progress(folder.key, number, len(folders))
        try:
            events += projection.catch_up(folder)
        except Damage as problem:
            damaged += problem.findings
    return events, damaged


def _put_in_place(old: Path, new: Path) -> None:
    if old.exists():
        stamp = time.strftime("%Y%m%d-%H%M%S")
        old.replace(old.with_name(f"{old.name}.before-{stamp}"))
        for suffix in ("-wal", "-shm"):
            old.with_name(old.name + suffix).unlink(missing_ok=True)
    database.checkpointed(new)
    new.replace(old)


def export_contract(office: Office, reference: str, out: Path, *, include_internal: bool = False) -> Path:
    """Write a contract's folder, or our own of a year (`_company/2024`), as a BagIt bag (RFC 8493).

    It is for a court, an auditor or a store.

    Raises:
        NotFound: no deal bears the number.
        Refused: the target exists.
    """
    home = home_of(reference)
    out.parent.mkdir(parents=True, exist_ok=True)
    kept, numbers = kept_words(office, home), archive_numbers.numbers()
    folder = folder_of(office, home)
    places = _places(folder) if include_internal else {}
    return export_bag(
        folder, out, include_internal=include_internal, kept=kept, originals=places, archive_numbers=numbers
    )


def _places(folder: Folder) -> dict[str, str]:
    """Return in words where the original of each item lies; for our own eyes, so only where all goes out."""
    keys = {row: f"{told.place}（{told.form}{told.copies}份）" for row, told in originals.originals().items()}
    return {item: keys[item] for item in ledger.known_items().get(folder.key, ()) if item in keys}
