"""`docgen restore`: a workspace made anew from a backup, in an empty place, with proof that it is the same.

Every content is proven while it is written; then the tables are brought up to the logs, and the archive verifies
itself. The new workspace keeps everything under its own folder, whatever other disks the old one used.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import tomli_w

from docgen.archive import disk
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
    """Make a workspace from a backup in an empty or new folder.

    Raises:
        Refused: the place is not empty.
        Damage: the backup lacks a content or one was changed; what was written so far stays for a look.
        StorageProblem: the disk refuses or is too small.
    """
    _require_empty(target)
    lines = list(lines_of(backup))
    _require_room(backup, lines, target)
    with disk.storage(str(target)):
        target.mkdir(parents=True, exist_ok=True)
        files = _write(backup, lines, target, progress or (lambda *_: None))
        moved = _settle_in(target)
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


def _require_empty(target: Path) -> None:
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise Refused.of("services.restore-place-taken", str(target))


def _require_room(backup: Backup, lines: list[Line], target: Path) -> None:
    there = next(folder for folder in (target, *target.resolve().parents) if folder.exists())
    found = os.statvfs(there)
    needed = sum(line.entry.size for line in lines)
    if found.f_bavail * found.f_frsize < needed:
        raise Refused.of("services.restore-no-room", str(target), needed=f"{needed / 1e6:.0f} MB", backup=backup.name)


def _write(backup: Backup, lines: list[Line], target: Path, progress: Progress) -> int:
    objects, files = backup.objects, 0
    late: list[tuple[Path, int]] = []
    for number, line in enumerate(lines, start=1):
        path, digest = _place(line, target), line.entry.digest
        if digest is None:
            path.mkdir(parents=True, exist_ok=True)
            late.append((path, line.entry.mode))
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            objects.get(digest, path)
            path.chmod(line.entry.mode)
            os.utime(path, ns=(line.entry.mtime_ns, line.entry.mtime_ns))
            files += 1
        progress(line.key, number, len(lines))
    for path, mode in reversed(late):
        path.chmod(mode)
        disk.sync_folder(path)
    return files


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
