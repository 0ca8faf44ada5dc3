"""Caring for the archive: verify it, rebuild the tables from it, hand a contract's folder out as a bag."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from docgen.archive.export import export_bag
from docgen.archive.layout import Archive
from docgen.archive.recovery import recover_archive
from docgen.archive.verify import VerifyReport, verify, verify_review
from docgen.errors import Damage
from docgen.findings import Finding, warning
from docgen.services.office import Office
from docgen.services.places import folder_of
from docgen.store import database, ledger, people, projection
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


def verify_archive(
    office: Office, *, part: tuple[int, int] | None = None, progress: Progress | None = None
) -> VerifyReport:
    """Check every byte of the archive and the review folder against their records; nothing is written.

    Raises:
        StorageProblem: the archive cannot be read.
    """
    report = verify(office.archive, part=part, anchors=ledger.anchors(), known=ledger.known_items(), progress=progress)
    if part is not None and part[0] != 1:
        return report
    waiting = tuple(verify_review(office.workspace.review))
    return VerifyReport((*report.findings, *waiting), report.folders, report.files, report.bytes)


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
    folders = list(archive.folders())
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
    """Write a contract's folder as a BagIt bag (RFC 8493) for a court, an auditor or a store.

    Raises:
        NotFound: no deal bears the number.
        Refused: the target exists.
    """
    contract_no = ledger.deal(reference).contract_no
    out.parent.mkdir(parents=True, exist_ok=True)
    return export_bag(folder_of(office, contract_no), out, include_internal=include_internal)
