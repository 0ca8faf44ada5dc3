"""Keep first, understand later: foreign bytes are safe in `_incoming/` before anybody looks into them.

A scan in the watched folder is somebody's only copy. It is copied, synced, and compared with the source read a second
time (a scanner may still be writing) before anything else is tried. The source goes last of all, and not here.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from docgen.archive import disk, lock
from docgen.archive.layout import INCOMING, Archive
from docgen.archive.moved import require_here
from docgen.archive.names import numbered_name, safe_name
from docgen.errors import Refused, StorageProblem

_PART = ".part-"
_HASH_DIGITS = 16
_LIMIT = 120
_LOCK = ".lock-parts"


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that is safe in `_incoming/`: where, its SHA-256 and size in bytes."""

    path: Path
    sha256: str
    size: int


def keep(archive: Archive, source: Path) -> Kept:
    """Copy a file into `_incoming/` durably and return the copy; the source stays.

    The same bytes under the same name, kept before, are not kept twice.

    Raises:
        Refused: archive.not-a-plain-file (a link, a pipe), archive.source-changing (still being written).
        StorageProblem: the disk's troubles.
    """
    with disk.storage(str(source)):
        incoming = archive.incoming
        with lock.shared(lock_of_parts(archive), str(source), create=True):
            require_here(archive.root)
            part = incoming / part_name()
            try:
                kept = finish_keeping(source, part, start_keeping(source, part))
            except OSError:
                with suppress(OSError):
                    disk.remove(part)  # else each try on a full disk would fill it further
                raise
            disk.sync_folder(incoming)
    return kept


def kept_files(archive: Archive) -> Iterator[Kept]:
    """Yield what lies safe in `_incoming/` and is filed nowhere yet, sorted by name."""
    for name in disk.names(archive.root / INCOMING):
        path = archive.root / INCOMING / name
        if not name.startswith(".") and disk.is_plain_file(path):
            found = disk.digest(path)
            yield Kept(path, found.sha256, found.size)


def is_as_kept(kept: Kept) -> bool:
    """Tell whether a kept file's name and bytes still agree."""
    return kept.path.name.startswith(f"{kept.sha256[:_HASH_DIGITS]}-")


def let_go(kept: Kept, filed: Path) -> bool:
    """Remove a kept copy whose bytes are proven to lie at `filed` (the same paper dropped twice); tell whether it went.

    Only after the second copy was read and found equal.
    """
    with disk.storage(str(kept.path)):
        if not disk.is_plain_file(filed) or disk.digest(filed) != disk.Digest(kept.sha256, kept.size):
            return False
        disk.remove(kept.path)
        disk.sync_folder(kept.path.parent)
        return True


def sweep_parts(archive: Archive) -> None:
    """Remove copies that a stopped process left half-written; nothing is touched while a living process copies."""
    incoming = archive.incoming
    with suppress(StorageProblem), lock.exclusive(incoming / _LOCK, INCOMING, seconds=0), disk.storage(INCOMING):
        for name in disk.names(incoming):
            if name.startswith(_PART):
                disk.remove(incoming / name)


def lock_of_parts(archive: Archive) -> Path:
    """Return the lock that is shared while copies are under way."""
    return archive.incoming / _LOCK


def part_name() -> str:
    """Return a fresh name for a copy under way; `sweep_parts` removes those nobody works on."""
    return f"{_PART}{secrets.token_hex(6)}"


def start_keeping(source: Path, part: Path) -> disk.Digest:
    """Copy a source to `part` and return its digest, the source having been read twice and found the same.

    Raises:
        Refused: archive.not-a-plain-file, archive.source-changing.
    """
    if not disk.is_plain_file(source):
        raise Refused.of("archive.not-a-plain-file", str(source), file=source.name)
    digest = disk.copy_new(source, part)
    if not disk.are_same(source, part):
        disk.remove(part)
        raise Refused.of("archive.source-changing", str(source), file=source.name)
    return digest


def finish_keeping(source: Path, part: Path, digest: disk.Digest) -> Kept:
    """Give a durable copy its name in `_incoming/`; the caller syncs the folder."""
    mark = f"{digest.sha256[:_HASH_DIGITS]}-"
    name = safe_name(mark + safe_name(source.name, limit=_LIMIT), limit=len(mark) + _LIMIT)  # 255 bytes with the mark
    target = _settle(part, name, digest)
    return Kept(target, digest.sha256, digest.size)


def _settle(part: Path, name: str, digest: disk.Digest) -> Path:
    target, number = part.with_name(name), 1
    while disk.exists(target):
        if disk.digest(target) == digest:
            disk.remove(part)
            return target
        number += 1
        target = part.with_name(numbered_name(name, number, limit=_LIMIT + _HASH_DIGITS + 8))
    disk.move_new(part, target)
    return target
