"""`docgen archive move`: the archive in another place, a share or another disk, with proof; the old place stays.

The order is the safety. First everything is copied while people work. Then writers are kept out, what changed meanwhile
is copied, every file is read on both sides, and the copy verifies itself: hashes, chains, records, the tables' heads.
Only then docgen.toml names the new place, in one step; then the old place is marked. Stopped before that step, the old
place is the archive and the same command goes on; stopped after it, the new one is, and the command marks the old.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import tomli_w

from docgen.archive import disk, moved, plain, relocation
from docgen.archive.layout import INCOMING, Archive
from docgen.archive.verify import VerifyReport, verify
from docgen.errors import Damage, Refused
from docgen.findings import Severity, error
from docgen.mounts import mount_table, share_type
from docgen.services import logging as log
from docgen.services.heartbeat import watch_status
from docgen.services.office import Office
from docgen.store import ledger
from docgen.store.history import past_events
from docgen.store.journal import writing
from docgen.workspace import from_settings

MOVED = "archive.moved"
Progress = Callable[[str, int, int], None]
_PATHS = re.compile(r"^\s*\[\s*paths\s*\]\s*(#.*)?$")
_ARCHIVE = re.compile(r"^\s*archive\s*=")
_SPARE = 1.02
"""Folders and blocks take room, too."""
_MOST = 20


@dataclass(frozen=True, slots=True)
class MovedArchive:
    """What was moved where, and the proof: files and bytes read on both sides, and what verifying the copy said."""

    old: Path
    new: Path
    files: int
    bytes: int
    folders: int
    is_on_share: bool
    report: VerifyReport


def move_archive(office: Office, target: Path, *, progress: Progress | None = None) -> MovedArchive:
    """Move the archive to a new or empty place, or go on with a move to it that was cut off.

    Raises:
        Refused: the place will not do (inside what the workspace uses, not empty, too small, without locks), a watcher
            runs, or the archive holds what cannot be copied; nothing was changed.
        Damage: the copy differs or does not verify; the old place stays the archive.
        StorageProblem: the disk refuses, or a writer does not finish; the old place stays the archive.
    """
    old, new = office.workspace.archive, target.absolute().resolve()
    told = _Teller(progress or (lambda *_: None))
    finished = _finish(office, new, told)
    if finished is not None:
        return finished
    _require_fit(office, new)
    with disk.storage(str(new)):
        record = _begin(office, old, new)
        told.expect(relocation.pieces(old), stages=3)
        relocation.copy(old, new, told.one)
        with moved.moving(old):
            told.one("stage:still")
            relocation.wait_for_writers(office.archive)
            relocation.copy(old, new, told.one)
            proof = relocation.prove(old, new, told.one)
            report = _verified(new)
            told.one("stage:switch")
            _switch(office.workspace.config, new)
            told.one("stage:switched")
            _mark(old, new, record["began"])
    after = replace(office, workspace=replace(office.workspace, archive=new))
    _note(after, record, proof)
    disk.remove(new / relocation.RECORD)
    log.record("archive-moved", count=proof.files)
    return MovedArchive(old, new, proof.files, proof.bytes, report.folders, _is_on_share(new), report)


class _Teller:
    """Counts what was done against what there is to do."""

    def __init__(self, progress: Progress) -> None:
        self._progress, self._done, self._total = progress, 0, 0

    def expect(self, found: list[relocation.Piece], *, stages: int) -> None:
        """Say how much there is: everything is copied, looked at again, and read."""
        self._total = 3 * len(found) + stages

    def one(self, name: str) -> None:
        """Tell that one more was done."""
        self._done += 1
        self._progress(name, self._done, max(self._total, self._done))


def _require_fit(office: Office, new: Path) -> None:
    workspace, old = office.workspace, office.workspace.archive
    where = str(new)
    if new == old:
        raise Refused.of("services.move-same", where)
    used = (*workspace.folders(), workspace.database, workspace.key_file, workspace.config)
    for path in used:
        if new.is_relative_to(path) or path.is_relative_to(new):
            raise Refused.of("services.move-inside", where, path=str(path))
    if watch_status(office).pulse.is_at_work:
        raise Refused.of("services.move-watcher", where)
    if new.exists() and not _is_ours(new, old):
        raise Refused.of("services.move-place-taken", where)
    odd = relocation.odd_ones(old)
    if odd:
        raise Refused([error("services.move-odd-file", name) for name in odd[:_MOST]])
    _require_room(old, new)


def _is_ours(new: Path, old: Path) -> bool:
    """Tell whether a place is free: an empty folder, or the copy of this archive that an earlier run began."""
    if not new.is_dir():
        return False
    names = set(disk.names(new))
    record = _read_record(new)
    begun = not names or (names == {INCOMING} and not disk.names(new / INCOMING))
    return begun or (record is not None and record["from"] == str(old))


def _require_room(old: Path, new: Path) -> None:
    there = next(folder for folder in (new, *new.parents) if folder.exists())
    found = os.statvfs(there)
    needed = int(relocation.missing_bytes(old, new) * _SPARE)
    free = found.f_bavail * found.f_frsize
    if free < needed:
        raise Refused.of("services.move-no-room", str(new), needed=_size(needed), free=_size(free))


def _begin(office: Office, old: Path, new: Path) -> dict[str, str]:
    """Make the new place and write into it whose copy it is; prove that locks hold there."""
    new.mkdir(parents=True, exist_ok=True)
    disk.make_folder(new / INCOMING)
    record = _read_record(new)
    if record is None:
        record = {"from": str(old), "to": str(new), "began": office.now().isoformat()}
        disk.write_new(new / relocation.RECORD, plain.pretty({"schema": 1, **record}))
        disk.sync_folder(new / INCOMING)
    if not _locks_hold(new / relocation.RECORD):
        raise Refused.of("services.move-no-locks", str(new))
    return record


def _read_record(new: Path) -> dict[str, str] | None:
    try:
        found = plain.parse(disk.read(new / relocation.RECORD))
        return {name: str(found[name]) for name in ("from", "to", "began")}
    except (OSError, ValueError, KeyError):
        return None


def _locks_hold(path: Path) -> bool:
    """Tell whether a second lock on a file is refused there; some shares grant every lock, or none."""
    one, two = disk.open_lock(path, create=False), disk.open_lock(path, create=False)
    try:
        return disk.try_lock(one) and not disk.try_lock(two)
    except OSError:
        return False
    finally:
        disk.close_lock(two)
        disk.close_lock(one)


def _verified(new: Path) -> VerifyReport:
    """Verify the copy by itself; damage that the archive had before is copied exactly and stops the move, too."""
    report = verify(Archive(new), anchors=ledger.anchors(), known=ledger.known_items())
    bad = [each for each in report.findings if each.severity is Severity.ERROR]
    if bad:
        raise Damage([error("services.move-not-whole", str(new), count=len(bad)), *bad[:_MOST]])
    return report


def _switch(config: Path, new: Path) -> None:
    """Name the new place in docgen.toml in one step, leaving every other line as people wrote it."""
    text = config.read_text(encoding="utf-8-sig")
    settings = tomllib.loads(text)
    wanted = {**settings, "paths": {**settings.get("paths", {}), "archive": str(new)}}
    edited = _edited(text, tomli_w.dumps({"archive": str(new)}).strip())
    try:
        is_right = tomllib.loads(edited) == wanted
    except tomllib.TOMLDecodeError:
        is_right = False
    from_settings(config.parent, wanted)
    disk.replace(config, (edited if is_right else tomli_w.dumps(wanted)).encode())


def _edited(text: str, line: str) -> str:
    lines = text.splitlines()
    start = next((n for n, each in enumerate(lines) if _PATHS.match(each)), None)
    if start is None:
        return "\n".join([*lines, "", "[paths]", line, ""])
    end = next((n for n in range(start + 1, len(lines)) if lines[n].lstrip().startswith("[")), len(lines))
    at = next((n for n in range(start + 1, end) if _ARCHIVE.match(lines[n])), None)
    if at is None:
        return "\n".join([*lines[: start + 1], line, *lines[start + 1 :], ""])
    return "\n".join([*lines[:at], line, *lines[at + 1 :], ""])


def _mark(old: Path, new: Path, began: str) -> None:
    moved.note_moved(
        old,
        f"归档已于 {began} 开始迁移并核对无误，现在位于：\n{new}\n"
        "这里是旧副本，程序不再写入。请保留到新位置完成一次备份之后，再由人工删除。\n\n"
        f"The archive was moved; it now lies at\n{new}\n"
        "This is the old copy; the program writes here no more. Keep it until the new place has been backed up once, "
        "then remove it by hand.\n",
    )


def _note(office: Office, record: dict[str, str], proof: relocation.Proof) -> None:
    told = {**record, "files": proof.files, "bytes": proof.bytes}
    if any(each.payload.get("began") == record["began"] for each in past_events(types=[MOVED])):
        return
    with writing(office.archive.company(office.today().year), at=office.now(), actor=office.actor) as journal:
        journal.append(MOVED, told)


def _finish(office: Office, new: Path, told: _Teller) -> MovedArchive | None:
    """Finish a move whose settings were switched already: mark the old place; None where there is nothing to finish."""
    record = _read_record(new)
    if new != office.workspace.archive or record is None:
        return None
    old = Path(record["from"])
    told.expect([], stages=1)
    with disk.storage(str(new)):
        found = [each for each in relocation.pieces(new) if not each.is_folder]
        report = _verified(new)
        if old.is_dir():
            _mark(old, new, record["began"])
    proof = relocation.Proof(len(found), sum(each.size for each in found))
    _note(office, record, proof)
    disk.remove(new / relocation.RECORD)
    told.one("stage:finished")
    return MovedArchive(old, new, proof.files, proof.bytes, report.folders, _is_on_share(new), report)


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB"


def _is_on_share(path: Path) -> bool:
    return share_type(path, mounts=mount_table()) is not None
