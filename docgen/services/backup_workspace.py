"""`docgen backup`: everything a workspace is, copied while the office works, in steps that a crash cannot spoil.

The database is taken before the archive: a restored database is then never ahead of the logs, and is brought up to
them. Files that did not change since the last backup are only named again. What scanners dropped and nobody has taken
yet (the inboxes) is left out and said so.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from docgen import __version__
from docgen.archive import disk, lock, plain
from docgen.archive.objects import Objects
from docgen.archive.snapshot import Entry, Taker
from docgen.errors import Damage
from docgen.findings import Finding, error, note, warning
from docgen.services import logging as log
from docgen.services.backups import (
    HEAD,
    OBJECTS,
    SCHEMA,
    TABLES,
    Backup,
    Line,
    backups,
    known_entries,
    lines_of,
    unreadable_backups,
    write_list,
)
from docgen.services.office import Office
from docgen.store import database
from docgen.workspace import Workspace

Progress = Callable[[str, int, int], None]
_LOCK = ".lock"
_DATABASE = ".database-"
_PRIVATE = 0o700


@dataclass(frozen=True, slots=True)
class BackedUp:
    """A finished backup, and what was worth saying about it."""

    backup: Backup
    findings: tuple[Finding, ...]


def back_up(
    office: Office, *, to: Path | None = None, is_full: bool = False, progress: Progress | None = None
) -> BackedUp:
    """Back a workspace up into its backup folder, or another; `is_full` reads every file again.

    Raises:
        StorageProblem: the disk refuses or is full; earlier backups stay as they are.
        Damage: what was written reads back differently.
    """
    root = to or office.workspace.backup
    with disk.storage(str(root)):
        root.mkdir(parents=True, exist_ok=True)
        root.chmod(_PRIVATE)
    with lock.exclusive(_lock_file(root), str(root)), disk.storage(str(root)):
        made = _take(office, root, is_full=is_full, progress=progress or (lambda *_: None))
    log.record("backed-up", count=made.files)
    return BackedUp(made, tuple(_remarks(office.workspace, root)))


def _lock_file(root: Path) -> Path:
    path = root / _LOCK
    path.touch()
    return path


def _take(office: Office, root: Path, *, is_full: bool, progress: Progress) -> Backup:
    began = office.now()
    objects, earlier = Objects(root / OBJECTS), backups(root)
    last = earlier[-1] if earlier else None
    objects.sweep()
    _sweep(root)
    folder = _new_folder(root, f"{began:%Y%m%dT%H%M%SZ}")
    had = set(objects)
    counted = last.files if last else 0
    lines = list(_lines(office.workspace, objects, last, is_full=is_full, told=_counter(progress, counted)))
    new = {line.entry.sha256: line.entry.size for line in lines if line.entry.sha256 and line.entry.sha256 not in had}
    files, size, listed = write_list(folder, lines)
    head = {
        "schema": SCHEMA,
        "program": __version__,
        "began": began.isoformat(),
        "ended": office.now().isoformat(),
        "files": files,
        "bytes": size,
        "new_bytes": sum(new.values()),
        "list_sha256": listed,
    }
    disk.sync_folder(folder)
    disk.replace(folder / HEAD, plain.pretty(head))  # in one step: a head half-written would look like damage
    disk.sync_folder(root)
    return next(each for each in backups(root) if each.path == folder)


def _counter(progress: Progress, total: int) -> Callable[[str], None]:
    done = 0

    def told(name: str) -> None:
        nonlocal done
        done += 1
        progress(name, done, max(total, done))

    return told


def _new_folder(root: Path, name: str) -> Path:
    taken = {path.name for path in root.iterdir()}
    free = next(each for number in range(1, 1000) if (each := name if number == 1 else f"{name}-{number}") not in taken)
    disk.make_folder(root / free)
    return root / free


def _sweep(root: Path) -> None:
    """Remove the lists of backups that were cut off, and copies of the database left by them; objects stay."""
    for name in disk.names(root):
        path = root / name
        if name.startswith(_DATABASE):
            disk.remove(path)
        elif name != OBJECTS and disk.is_folder(path) and not disk.is_plain_file(path / HEAD):
            for each in disk.names(path):
                disk.remove(path / each)
            disk.remove_folder(path)


def _lines(
    workspace: Workspace, objects: Objects, last: Backup | None, *, is_full: bool, told: Callable[[str], None]
) -> Iterator[Line]:
    def taker(section: str) -> Taker:
        return Taker(objects, known_entries(last, section), is_full, told)

    yield Line("settings", taker("settings").file(workspace.config, workspace.config.name))
    yield Line("key", taker("key").file(workspace.key_file, workspace.key_file.name))
    for path in (workspace.root / name for name in TABLES):
        if path.is_file():
            yield Line("tables", taker("tables").file(path, path.name))
    yield Line("database", _database(workspace, objects))
    for section, root in (("companies", workspace.companies), ("templates", workspace.templates)):
        yield from (Line(section, entry) for entry in taker(section).tree(root))
    yield from (Line("review", entry) for entry in taker("review").tree(workspace.review))
    archive = Office(workspace).archive
    yield from (Line("archive", entry) for entry in taker("archive").archive(archive))


def _database(workspace: Workspace, objects: Objects) -> Entry:
    copy = objects.root.parent / f"{_DATABASE}{secrets.token_hex(6)}"
    objects.root.mkdir(parents=True, exist_ok=True)
    try:
        database.copied(workspace.database, copy)
        if not database.is_whole(copy):
            raise Damage.of("services.database-damaged", str(workspace.database))
        return Taker(objects, {}).file(copy, workspace.database.name)
    finally:
        disk.remove(copy)


def _remarks(workspace: Workspace, root: Path) -> Iterator[Finding]:
    if root.stat().st_dev == workspace.archive.stat().st_dev:
        yield warning("services.backup-same-disk", str(root), path=str(root))
    yield from unreadable_backups(root)
    waiting = sum(
        1 for inbox in workspace.inboxes if inbox.path.is_dir() for path in inbox.path.iterdir() if path.is_file()
    )
    if waiting:
        yield note("services.backup-without-inbox", "inbox", count=waiting)


def check_backup(backup: Backup, *, progress: Progress | None = None) -> tuple[Finding, ...]:
    """Read every content a backup names and prove it; return what is missing or changed.

    Raises:
        Damage: the backup's own list was changed.
    """
    lines = [line for line in lines_of(backup) if line.entry.digest]
    objects, bad, seen = backup.objects, [], set()
    for number, line in enumerate(lines, start=1):
        digest = line.entry.digest
        if digest and digest.sha256 not in seen:
            seen.add(digest.sha256)
            if not objects.is_whole(digest):
                bad.append(error("services.backup-content-damaged", line.key, backup=backup.name, sha256=digest.sha256))
        if progress is not None:
            progress(line.key, number, len(lines))
    return tuple(bad)
