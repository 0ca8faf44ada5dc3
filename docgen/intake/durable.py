"""Writes that stand after a power cut: temporary name, fsync, rename, fsync of the folder."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from docgen.errors import StorageProblem

_CHUNK = 1 << 20
_NO_LOCKS = {errno.EBADF, errno.EINVAL, errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS}
_FULL = {errno.ENOSPC, errno.EDQUOT}


@contextmanager
def storage(where: str) -> Iterator[None]:
    """Turn the disk's refusals into words.

    Raises:
        StorageProblem: the disk is full, or the place cannot be written.
    """
    try:
        yield
    except OSError as problem:
        code = "intake.disk-full" if problem.errno in _FULL else "intake.review-unwritable"
        raise StorageProblem.of(code, where, reason=problem.strerror or "") from problem


@contextmanager
def alone(folder: Path) -> Iterator[bool]:
    """Be the only one who adds to a folder or takes from it, for the length of the block; yield whether that is sure.

    A share without such locks goes without: False.
    """
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        yield _lock(handle)
    finally:
        os.close(handle)


def _lock(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
    except OSError as problem:
        if problem.errno not in _NO_LOCKS:
            raise
        return False
    return True


def write(path: Path, data: bytes) -> None:
    """Write a small file so that either the old or the new one stands, never half of it."""
    passing = path.with_name(f".{path.name}.part")
    with passing.open("wb") as target:
        target.write(data)
        target.flush()
        os.fsync(target.fileno())
    passing.replace(path)
    sync_folder(path.parent)


def copy(source: Path, target: Path) -> str:
    """Copy a file to a new name and return the SHA-256 of the bytes as they lie on disk now."""
    with source.open("rb") as reading, target.open("xb") as writing:
        while piece := reading.read(_CHUNK):
            writing.write(piece)
        writing.flush()
        os.fsync(writing.fileno())
    sync_folder(target.parent)
    with target.open("rb") as written:
        return hashlib.file_digest(written, "sha256").hexdigest()


def move(source: Path, target: Path) -> None:
    """Rename a folder within one file system and make the rename last; a folder with content is never replaced."""
    source.rename(target)
    sync_folder(target.parent)
    if source.parent != target.parent:
        sync_folder(source.parent)


def sync_folder(path: Path) -> None:
    """Make a folder's entries last; systems that cannot open folders do so by themselves."""
    if os.name == "nt":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def plain_json(values: Mapping[str, object]) -> bytes:
    """Return JSON a person can read, in UTF-8."""
    return (json.dumps(values, ensure_ascii=False, indent=2) + "\n").encode()
