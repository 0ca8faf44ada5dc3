"""`docgen restore`: a workspace made anew from a backup, in an empty place, with proof that it is the same.

Every content is proven while it is written; then the tables are brought up to the logs, and the archive verifies
itself. The new workspace keeps everything under its own folder, whatever other disks the old one used.

A restore that was cut off is gone on with by the same command: a marker in the folder names the backup it is made from,
what lies there whole is not copied again, and the settings come last, so that half a workspace is never taken for one.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import tomli_w

from docgen.archive import disk
from docgen.archive.objects import Objects
from docgen.archive.recovery import recover_archive
from docgen.archive.verify import VerifyReport
from docgen.errors import Damage, Refused
from docgen.findings import Finding, note, warning
from docgen.services.archive_care import verify_archive
from docgen.services.backups import TABLES, Backup, Line, lines_of
from docgen.services.office import Clock, Office, system_clock
from docgen.services.restored_disposals import destroyed_since
from docgen.store import database, ledger, projection
from docgen.workspace import CONFIG_NAME, open_workspace

Progress = Callable[[str, int, int], None]
_FOLDERS = {"companies": "companies", "templates": "templates", "review": "review", "archive": "archive"}
_FILES = {"settings": CONFIG_NAME, "key": "docgen.key", "database": "docgen.db"}
MARKER = ".docgen-restoring"
"""Lies in a folder while a workspace is being restored into it; holds the hash of the backup's list."""
_OWN_PLACES = ("archive", "review", "templates", "companies", "database", "key_file", "log", "backup")


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored, and the proof: contents compared by hash, counts, and what verifying the archive said."""

    root: Path
    backup: str
    files: int
    bytes: int
    deals: int
    papers: int
    report: VerifyReport
    findings: tuple[Finding, ...]


def restore(backup: Backup, target: Path, *, clock: Clock = system_clock, progress: Progress | None = None) -> Restored:
    """Make a workspace from a backup in an empty or new folder, or go on where the same restore was cut off.

    Raises:
        Refused: the place is not empty, or another backup was being restored there.
        Damage: the backup lacks a content or one was changed; what was written so far stays for a look.
        StorageProblem: the disk refuses or is too small.
    """
    is_begun = _is_begun(backup, target)
    lines = list(lines_of(backup))
    if not is_begun:
        _require_room(backup, lines, target)
    with disk.storage(str(target)):
        target.mkdir(parents=True, exist_ok=True)
        if not is_begun:
            disk.write_new(target / MARKER, backup.list_sha256.encode())
            disk.sync_folder(target)
        files = _write(backup, lines, target, progress or (lambda *_: None))
        moved = _settle_in(target)
        disk.remove(target / MARKER)  # from here on people may work in it: never again restored over
        disk.sync_folder(target)
    workspace = open_workspace(target)
    for folder in workspace.folders():
        folder.mkdir(parents=True, exist_ok=True)
    database.connect(workspace.database)
    office = Office(workspace, clock)
    remarks = [*moved, *recover_archive(office.archive)]
    for each in office.archive.folders():
        projection.catch_up(each)
    report, counts = verify_archive(office), ledger.counts()
    remarks += destroyed_since(backup)
    size = sum(line.entry.size for line in lines)
    return Restored(target, backup.name, files, size, counts.deals, counts.papers, report, tuple(remarks))


def _is_begun(backup: Backup, target: Path) -> bool:
    """Tell whether this very restore was begun there and cut off; a place with anything else in it is refused."""
    there = disk.names(target)
    if (disk.exists(target) and not target.is_dir()) or (there and MARKER not in there):
        raise Refused.of("services.restore-place-taken", str(target))
    if not there:
        return False
    if disk.read(target / MARKER) == backup.list_sha256.encode():
        return True
    if there != [MARKER]:
        raise Refused.of("services.restore-other-begun", str(target), backup=backup.name)
    disk.remove(target / MARKER)  # nothing was written there yet
    return False


def _require_room(backup: Backup, lines: list[Line], target: Path) -> None:
    there = next(folder for folder in (target, *target.resolve().parents) if folder.exists())
    found = os.statvfs(there)
    needed = sum(line.entry.size for line in lines)
    if found.f_bavail * found.f_frsize < needed:
        raise Refused.of("services.restore-no-room", str(target), needed=f"{needed / 1e6:.0f} MB", backup=backup.name)


def _write(backup: Backup, lines: list[Line], target: Path, progress: Progress) -> int:
    files = 0
    late: list[tuple[Path, int]] = []
    for number, line in enumerate(sorted(lines, key=lambda each: each.section == "settings"), start=1):
        path, digest = _place(line, target), line.entry.digest
        if digest is None:
            path.mkdir(parents=True, exist_ok=True)
            late.append((path, line.entry.mode))
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            _put(backup.objects, digest, path)
            path.chmod(line.entry.mode)
            os.utime(path, ns=(line.entry.mtime_ns, line.entry.mtime_ns))
            files += 1
        progress(line.key, number, len(lines))
    for path, mode in reversed(late):
        path.chmod(mode)
        disk.sync_folder(path)
    disk.sync_folder(target)
    return files


def _put(objects: Objects, digest: disk.Digest, path: Path) -> None:
    """Copy a content to its place; what an earlier run that was cut off left there whole stays."""
    if disk.exists(path):
        if disk.is_plain_file(path) and disk.digest(path) == digest:
            return
        disk.remove(path)
    objects.get(digest, path)


def _place(line: Line, target: Path) -> Path:
    """Return where a line belongs in the new workspace; a path that leads out of it is damage, not an instruction."""
    if line.section in _FILES:
        return target / _FILES[line.section]
    if line.section == "tables" and line.entry.path in TABLES:
        return target / line.entry.path
    parts = line.entry.path.split("/")
    if line.section not in _FOLDERS or not all(parts) or {".", ".."} & set(parts) or "\\" in line.entry.path:
        raise Damage.of("services.backup-leads-out", line.key, path=line.key)
    return target.joinpath(_FOLDERS[line.section], *parts)


def _settle_in(target: Path) -> Iterator[Finding]:
    """Point the settings at the new places; a watched folder elsewhere stays as it is, with a word of warning."""
    path = target / CONFIG_NAME
    settings = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    places = settings.get("paths", {})
    moved = sorted(name for name in places if name in _OWN_PLACES)
    if moved:
        settings["paths"] = {name: value for name, value in places.items() if name not in _OWN_PLACES}
        disk.replace(path, tomli_w.dumps(settings).encode())
    findings = [note("services.restored-own-places", CONFIG_NAME, names="、".join(moved))] if moved else []
    outside = [str(box["path"]) for box in settings.get("inbox", []) if Path(str(box.get("path", ""))).is_absolute()]
    findings += [warning("services.restored-inbox-elsewhere", CONFIG_NAME, paths="、".join(outside))] if outside else []
    return iter(findings)
