"""`docgen mirror run`: what is new in the archive is sent, proven and locked; what stands there is locked longer.

Folder by folder, papers before the log that speaks of them, so that a run may be stopped anywhere and gone on with:
what the notes have lost is found in the store. Nothing is deleted there and no lock is
shortened, whatever happened here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from docgen.archive import disk, lock
from docgen.archive.layout import Folder
from docgen.errors import StorageProblem
from docgen.findings import Finding, error, has_errors
from docgen.services import logging as log
from docgen.services.mirror_folder import Count, FolderWork
from docgen.services.mirror_notes import Notes
from docgen.services.mirror_settings import LOCK_NAME, NOTES_NAME, Mirror, MirrorSettings, open_mirror
from docgen.services.mirror_take import FolderTaken, take, take_root
from docgen.services.mirror_terms import FolderTerms, Locksmith, TermsDesk
from docgen.services.mirror_waiting import ROOT, waiting
from docgen.services.office import Office
from docgen.workspace import Workspace

Progress = Callable[[str, int, int], None]
"""Called with a path, the bytes done, and the bytes there are."""


@dataclass(frozen=True, slots=True)
class MirrorRun:
    """What a run did: files sent and their bytes, found in the store already, locks made longer, holds moved."""

    began: datetime
    ended: datetime
    sent: int
    bytes: int
    found: int
    extended: int
    holds: int
    findings: tuple[Finding, ...]


def run_mirror(
    office: Office, mirror: Mirror | None = None, *, jobs: int = 4, full: bool = False, progress: Progress | None = None
) -> MirrorRun:
    """Bring the mirror up to the archive; with `full` every file is read again, not only those of another size or time.

    Raises:
        NotFound: no mirror is set up.
        Refused: wrong keys, a bucket that is gone or lost its Object Lock, a clock that is off.
        StorageProblem: the store cannot be reached; another run is under way. What was sent stays noted.
    """
    mirror = mirror or open_mirror(office.workspace)
    began, count = office.now(), Count()
    workspace = office.workspace
    with (
        lock.exclusive(workspace.root / LOCK_NAME, LOCK_NAME, seconds=1),
        opened_notes(workspace, mirror.settings) as n,
    ):
        n.note_facts(began=began.isoformat(), outcome="broken-off")
        mirror.store.require_lock()
        mirror.store.sweep(mirror.settings.prefix)
        told = _counter(progress, waiting(office.archive, n).bytes)
        smith = Locksmith(mirror.settings, workspace.timezone, began)
        with ThreadPoolExecutor(max_workers=jobs, thread_name_prefix="mirror") as pool:
            for name, folder, taken, terms in _folders(office, n, count, full=full):
                FolderWork(mirror, n, smith, pool, count, told, name, folder, taken, terms).do()
        ended = office.now()
        outcome = "with-errors" if has_errors(count.findings) else "whole"
        n.note_facts(ended=ended.isoformat(), outcome=outcome, sent=count.sent, bytes=count.bytes)
    log.record("mirrored", count=count.sent)
    told_of = (count.sent, count.bytes, count.found, count.extended, count.holds)
    return MirrorRun(began, ended, *told_of, tuple(count.findings))


def _folders(
    office: Office, notes: Notes, count: Count, *, full: bool
) -> Iterator[tuple[str, Folder | None, FolderTaken, FolderTerms]]:
    desk = TermsDesk(office)
    yield ROOT, None, take_root(office.archive), FolderTerms()
    seen = {ROOT}
    for folder in office.archive.folders():
        name = office.archive.relative(folder.path)
        seen.add(name)
        known = {each.path: each for each in notes.folder(name) if each.is_current}
        try:
            taken = take(office.archive, folder, known, is_full=full)
        except StorageProblem as problem:
            count.findings += problem.findings
            continue
        yield name, folder, taken, desk.of(folder, taken.sidecars)
    count.findings += [error("mirror.folder-gone-here", name) for name in notes.folders() if name not in seen]


def _counter(progress: Progress | None, total: int) -> Callable[[str, int], None]:
    done = 0

    def told(path: str, size: int) -> None:
        nonlocal done
        done += size
        if progress is not None:
            progress(path, done, max(total, done))

    return told


@contextmanager
def opened_notes(workspace: Workspace, settings: MirrorSettings) -> Iterator[Notes]:
    """Open the notes of what was sent to this very bucket."""
    with disk.storage(NOTES_NAME):
        notes = Notes(notes_path(workspace), bucket=f"{settings.endpoint} {settings.bucket} {settings.prefix}")
    try:
        yield notes
    finally:
        notes.close()


def notes_path(workspace: Workspace) -> Path:
    """Return where the notes of what was sent lie."""
    return workspace.root / NOTES_NAME
