"""Refill: an empty archive is given its files back, as they come from elsewhere, each proven before it gets its name.

Who brings them is not trusted: a path must be one that an archive could have, and nothing that stands is overwritten.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from docgen.archive import disk
from docgen.archive.layout import INCOMING, ROOT_FILES, Archive
from docgen.errors import Damage, Refused

_GROWING = frozenset({"events.jsonl", "manifest-sha256.txt"})
_LONGEST = 400
_DEEPEST = 5
_CONTROL = 0x20
MARK = ".refilling"


def begin(archive: Archive) -> bool:
    """Mark an empty archive as being refilled; return whether an interrupted refill is gone on with.

    Raises:
        Refused: the archive holds something already.
        StorageProblem: the disk refuses.
    """
    with disk.storage(str(archive.root)):
        archive.root.mkdir(parents=True, exist_ok=True)
        mark = archive.root / INCOMING / MARK
        if disk.exists(mark):
            return True
        waiting = [name for name in disk.names(archive.root / INCOMING) if not name.startswith(".")]
        if waiting or set(disk.names(archive.root)) - {INCOMING, *ROOT_FILES}:
            raise Refused.of("archive.refill-not-empty", str(archive.root), path=str(archive.root))
        disk.write_new(archive.incoming / MARK, b"")
        disk.sync_folder(archive.incoming)
    return False


def place(archive: Archive, path: str, chunks: Iterable[bytes], wanted: disk.Digest) -> bool:
    """Write one file durably; False where it stands already with just these bytes.

    Raises:
        Damage: other bytes came than were announced, or other ones stand there; nothing is overwritten.
        StorageProblem: the disk refuses.
    """
    target = archive.root / path
    with disk.storage(path):
        if disk.exists(target):
            if path not in ROOT_FILES and disk.digest(target) != wanted:
                raise Damage.of("archive.refill-other-file", path, path=path)
            return False
        _make_folders(archive.root, target.parent)
        part = archive.incoming / f".part-{disk.digest_of(path.encode()).sha256[:24]}"
        disk.remove(part)
        try:
            mode = 0o666 if target.name in _GROWING else disk.READ_ONLY
            if disk.stream_new(part, chunks, mode=mode) != wanted:
                raise Damage.of("archive.refill-came-differently", path, path=path)
            disk.move_new(part, target)
            disk.sync_folder(target.parent)
        finally:
            disk.remove(part)
    return True


def finish(archive: Archive) -> None:
    """Give every folder what a store of objects does not keep, its empty folders and lock; then take the mark away."""
    with disk.storage(str(archive.root)):
        for folder in archive.folders():
            for inner in (folder.records, folder.derived, folder.templates, folder.pending, folder.unfinished):
                disk.make_folder(inner)
            if not disk.exists(folder.lock):
                disk.write_new(folder.lock, b"")
            disk.sync_folder(folder.ours)
        disk.remove(archive.incoming / MARK)
        disk.sync_folder(archive.incoming)


def is_archive_path(path: str) -> bool:
    """Tell whether a path could be one of an archive: plain parts, none of them leading elsewhere or hidden."""
    parts = PurePosixPath(path).parts
    is_plain = "/".join(parts) == path and len(parts) <= _DEEPEST and len(path) <= _LONGEST
    has_strange = any(ord(sign) < _CONTROL or sign == "\\" for sign in path)
    is_hidden = any(part.startswith(".") for part in parts) or parts[:1] == (INCOMING,)
    return bool(parts) and is_plain and not has_strange and not is_hidden


def _make_folders(root: Path, folder: Path) -> None:
    for each in reversed([folder, *folder.parents]):
        if each.is_relative_to(root) and not disk.is_folder(each):
            disk.make_folder(each)
