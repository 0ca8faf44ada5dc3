"""A copy of a whole archive somewhere else, proven byte by byte: made while people work, finished while nobody writes.

Going over it again copies what is missing or differs in size or time only, so a copy that was cut off is taken up where
it stopped. Whether a file is really the same is not believed but read: on both sides, at the end, with its hash.
"""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from docgen.archive import disk, lock
from docgen.archive.keep import lock_of_parts
from docgen.archive.layout import INCOMING, Archive
from docgen.archive.moved import MARK, MOVED
from docgen.errors import Damage

RECORD = f"{INCOMING}/.move.json"
"""Stands in the new place while it is not yet the archive: whose copy it is."""
_SCRATCH = (".part-", ".new-")
_ASIDE = frozenset({MARK, MOVED, RECORD})

Told = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Piece:
    """One file or folder of an archive by its path inside, with mode, time of change in ns, and bytes."""

    path: str
    is_folder: bool
    mode: int
    mtime_ns: int
    size: int


@dataclass(frozen=True, slots=True)
class Proof:
    """What was read on both sides and found equal."""

    files: int
    bytes: int


def pieces(root: Path) -> list[Piece]:
    """Return everything in an archive but half-made copies and the marks of a move, folders before what is in them."""
    return list(_inside(root, ""))


def odd_ones(root: Path) -> list[str]:
    """Return what is neither file nor folder (links, pipes): an archive has none, and none is copied."""
    return [
        Path(place, name).relative_to(root).as_posix()
        for place, folders, files in os.walk(root)
        for name in (*folders, *files)
        if not disk.is_folder(Path(place, name)) and not disk.is_plain_file(Path(place, name))
    ]


def missing_bytes(root: Path, target: Path) -> int:
    """Return how many bytes are still to be copied."""
    return sum(each.size for each in pieces(root) if not each.is_folder and not _looks_same(each, target / each.path))


def copy(root: Path, target: Path, told: Told) -> None:
    """Bring a copy up to the archive; what vanished meanwhile is passed over. Durable when this returns.

    Raises:
        OSError: the disk refuses or is full.
    """
    with disk.together(target) as make_durable:
        found = pieces(root)
        for each in found:
            if each.is_folder:
                disk.make_folder(target / each.path)
            elif not _looks_same(each, target / each.path):
                with suppress(FileNotFoundError):
                    _copy_one(root / each.path, target / each.path)
            told(each.path)
        for each in reversed([one for one in found if one.is_folder]):
            (target / each.path).chmod(each.mode)
        make_durable()


def wait_for_writers(archive: Archive) -> None:
    """Take and release every lock once: whoever wrote when the move was marked has finished afterwards.

    Raises:
        StorageProblem: archive.locked, when somebody holds one too long.
    """
    incoming = archive.root / INCOMING
    for path, where in ((incoming / ".lock", INCOMING), (lock_of_parts(archive), INCOMING)):
        with lock.exclusive(path, where):
            pass
    for folder in archive.folders():
        with lock.exclusive(folder.lock, folder.key):
            pass


def prove(root: Path, target: Path, told: Told) -> Proof:
    """Read every file on both sides and make the copy exact: what differs is copied anew, what is too much goes.

    Nobody may write in either place meanwhile.

    Raises:
        Damage: archive.copy-differs, a file reads differently in the copy even after it was copied again.
        OSError: the disk refuses.
    """
    found = pieces(root)
    _drop_extra({each.path for each in found}, target)
    files = total = 0
    for each in found:
        if not each.is_folder:
            _prove_one(root / each.path, target / each.path, each.path)
            files, total = files + 1, total + each.size
        told(each.path)
    return Proof(files, total)


def _prove_one(source: Path, copied: Path, path: str) -> None:
    wanted = disk.digest(source)
    if disk.is_plain_file(copied) and disk.digest(copied) == wanted:
        return
    _copy_one(source, copied)
    disk.sync_folder(copied.parent)
    if disk.digest(copied) != wanted:
        raise Damage.of("archive.copy-differs", path, file=path)


def _drop_extra(wanted: set[str], target: Path) -> None:
    """Remove from the copy what is no longer in the archive: a deposit under way when it was first copied."""
    for place, _, files in os.walk(target):
        for name in files:
            if name.startswith(_SCRATCH):
                disk.remove(Path(place, name))
    for each in reversed(pieces(target)):
        if each.path not in wanted and each.is_folder:
            disk.remove_folder(target / each.path)
        elif each.path not in wanted:
            disk.remove(target / each.path)


def _copy_one(source: Path, copied: Path) -> None:
    found = source.lstat()
    part = copied.with_name(f"{_SCRATCH[0]}{secrets.token_hex(6)}")
    disk.copy_new(source, part)
    part.chmod(stat.S_IMODE(found.st_mode))
    os.utime(part, ns=(found.st_mtime_ns, found.st_mtime_ns))
    disk.swap(part, copied)


def _looks_same(each: Piece, copied: Path) -> bool:
    try:
        found = copied.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return stat.S_ISREG(found.st_mode) and (found.st_size, found.st_mtime_ns) == (each.size, each.mtime_ns)


def _inside(root: Path, prefix: str) -> Iterator[Piece]:
    for name in disk.names(root / prefix):
        path = f"{prefix}{name}"
        if name.startswith(_SCRATCH) or path in _ASIDE:
            continue
        try:
            found = (root / path).lstat()
        except FileNotFoundError:
            continue
        mode = stat.S_IMODE(found.st_mode)
        if stat.S_ISDIR(found.st_mode):
            yield Piece(path, True, mode, found.st_mtime_ns, 0)
            yield from _inside(root, f"{path}/")
        elif stat.S_ISREG(found.st_mode):
            yield Piece(path, False, mode, found.st_mtime_ns, found.st_size)
