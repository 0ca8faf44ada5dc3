"""The archive's only door to the file system: every call that writes, syncs, moves or removes goes through here.

A paper that was signed once cannot be signed again, so the archive must survive a power cut at any moment. That is only
provable when all calls stand in one small place, where a test can stop the process at the n-th of them. Rules kept
here: nothing is ever overwritten except by an atomic replace, data is synced before its name appears, and a name counts
only after its folder is synced (`man 2 fsync`).
"""
# ruff: noqa: PTH102, PTH104, PTH105, PTH106, PTH108, PTH208
# (plain os calls, one system call each, are what the fault tests count and stop)

from __future__ import annotations

import ctypes
import errno
import fcntl
import hashlib
import os
import re
import secrets
import stat
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from docgen.archive.renameat import rename_noreplace
from docgen.errors import StorageProblem

CHUNK = 1024 * 1024
_ROOM = 128 * 1024
READ_ONLY = 0o444
"""Kept files get no write permission, so that Word on a network drive opens them read-only (umask still applies)."""

_CODES = {
    errno.ENOSPC: "archive.disk-full",
    errno.EDQUOT: "archive.disk-full",
    errno.EACCES: "archive.no-rights",
    errno.EPERM: "archive.no-rights",
    errno.EROFS: "archive.read-only",
    errno.EIO: "archive.disk-error",
    errno.ENAMETOOLONG: "archive.name-too-long",
    errno.ENOENT: "archive.vanished",
    errno.ESTALE: "archive.vanished",
}
_NO_LINKS = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EXDEV, errno.EINVAL}
_NO_DIR_SYNC = {errno.EINVAL, errno.EOPNOTSUPP, errno.ENOSYS, errno.EBADF}
_TELLS_ERRORS_FROM = (5, 8)
"""Before this Linux, syncfs(2) did not tell when bytes could not be written."""


@dataclass(frozen=True, slots=True)
class Digest:
    """What a file is, whatever it is called: SHA-256 (64 lower-case hex digits) and size in bytes."""

    sha256: str
    size: int


class _Scope(threading.local):
    root: int | None = None
    """The handle whose disk is synced as a whole; None while every call syncs for itself."""
    device: int | None = None


_scope = _Scope()


@contextmanager
def together(root: Path) -> Iterator[Callable[[], None]]:
    """Put off every sync on the root's disk inside the block; yield what makes all of it durable at once.

    `syncfs(2)` gives for a whole file system what fsync gives for each file of it (`man 2 sync`), and tells errors from
    Linux 5.8 on. The caller calls it wherever the next step must not come before the last one is durable. Where there
    is no such call, each sync is done at once as ever, and the function yielded does nothing.
    """
    if not _can_sync_whole() or _scope.root is not None:
        yield lambda: None
        return
    handle = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    _scope.root, _scope.device = handle, os.fstat(handle).st_dev
    try:
        yield lambda: _sync_whole(handle)
    finally:
        _scope.root = _scope.device = None
        os.close(handle)


@contextmanager
def storage(where: str) -> Iterator[None]:
    """Turn operating system errors inside the block into StorageProblem; `where` names contract or path."""
    try:
        yield
    except OSError as problem:
        code = _CODES.get(problem.errno or 0, "archive.storage-failed")
        path = str(problem.filename or "")
        raise StorageProblem.of(code, where, path=path, reason=problem.strerror or str(problem)) from problem


def exists(path: Path) -> bool:
    """Tell whether the name is taken, by whatever (a dangling link counts)."""
    return os.path.lexists(path)


def is_folder(path: Path) -> bool:
    """Tell whether this is a real folder; a link to one is not."""
    try:
        return stat.S_ISDIR(os.lstat(path).st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False


def is_plain_file(path: Path) -> bool:
    """Tell whether this is a regular file; links, pipes and devices are not."""
    try:
        return stat.S_ISREG(os.lstat(path).st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False


def names(folder: Path) -> list[str]:
    """Return the names in a folder, sorted; none if the folder is not there."""
    try:
        return sorted(os.listdir(folder))
    except (FileNotFoundError, NotADirectoryError):
        return []


def size(path: Path) -> int:
    """Return a file's size in bytes."""
    return os.lstat(path).st_size


def read(path: Path, *, offset: int = 0, length: int | None = None) -> bytes:
    """Return a file's bytes from `offset`, all of the rest or at most `length`."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        os.lseek(handle, offset, os.SEEK_SET)
        return b"".join(_chunks(handle, length))
    finally:
        os.close(handle)


def digest(path: Path, room: memoryview | None = None) -> Digest:
    """Return hash and size of a file, read once from the start, into `room` where it is lent; never follows a link."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        total, seen, room = hashlib.sha256(), 0, room or memoryview(bytearray(_ROOM))
        while got := os.readv(handle, [room]):
            total.update(room[:got])
            seen += got
        return Digest(total.hexdigest(), seen)
    finally:
        os.close(handle)


def are_same(one: Path, other: Path) -> bool:
    """Tell whether two files hold the same bytes, both read from the start; never follows a link."""
    first = os.open(one, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        second = os.open(other, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        try:
            pieces = zip_longest(_chunks(first, None), _chunks(second, None))
            return all(mine == theirs for mine, theirs in pieces)
        finally:
            os.close(second)
    finally:
        os.close(first)


def is_one_file(one: Path, other: Path) -> bool:
    """Tell whether two names mean one file (hard links), so that removing either name loses no byte."""
    try:
        mine, theirs = os.lstat(one), os.lstat(other)
    except (FileNotFoundError, NotADirectoryError):
        return False
    return stat.S_ISREG(mine.st_mode) and (mine.st_dev, mine.st_ino) == (theirs.st_dev, theirs.st_ino)


def digest_of(data: bytes) -> Digest:
    """Return hash and size of bytes in memory."""
    return Digest(hashlib.sha256(data).hexdigest(), len(data))


def make_folder(path: Path) -> None:
    """Create a folder (its parent must stand) durably; one that stands already is fine."""
    with suppress(FileExistsError):
        os.mkdir(path)
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Make the names in a folder durable; file systems that cannot (some shares) are let pass."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        _sync(handle)
    except OSError as problem:
        if problem.errno not in _NO_DIR_SYNC:
            raise
    finally:
        os.close(handle)


def write_new(path: Path, data: bytes, *, mode: int = 0o666) -> None:
    """Create a file that must not exist yet and sync its bytes; the caller syncs the folder."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    try:
        _write_all(handle, data)
        _sync(handle)
    finally:
        os.close(handle)


def copy_new(source: Path, target: Path) -> Digest:
    """Copy a plain file to a name that must not exist yet, sync it, and return the digest of the bytes copied."""
    reader = os.open(source, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        return stream_new(target, _chunks(reader, None))
    finally:
        os.close(reader)


def stream_new(path: Path, chunks: Iterable[bytes], *, mode: int = READ_ONLY) -> Digest:
    """Create a file that must not exist yet from chunks of bytes, sync it, and return the digest of what came."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    total, seen = hashlib.sha256(), 0
    try:
        for chunk in chunks:
            _write_all(handle, chunk)
            total.update(chunk)
            seen += len(chunk)
        _sync(handle)
    finally:
        os.close(handle)
    return Digest(total.hexdigest(), seen)


def replace(path: Path, data: bytes) -> None:
    """Give a file new bytes in one atomic step: it holds the old ones or the new ones, never a mixture."""
    swap(scratch_of(path, data), path)
    sync_folder(path.parent)


def scratch_of(path: Path, data: bytes) -> Path:
    """Write a file's bytes to be beside it and return where; once they are durable, `swap` puts them in its place."""
    scratch = path.with_name(f".{secrets.token_hex(6)}.tmp")
    write_new(scratch, data)
    return scratch


def swap(scratch: Path, path: Path) -> None:
    """Put durable scratch bytes in a file's place; the caller syncs the folder."""
    os.replace(scratch, path)


def append(path: Path, data: bytes) -> None:
    """Add bytes to the end of an existing file and sync them; a crash may leave a beginning of them."""
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        _write_all(handle, data)
        _sync(handle)
    finally:
        os.close(handle)


def sync_file(path: Path) -> None:
    """Make a file's bytes durable, whoever wrote them."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        _sync(handle)
    finally:
        os.close(handle)


def cut(path: Path, length: int) -> None:
    """Shorten a file to `length` bytes and sync it."""
    handle = os.open(path, os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        os.ftruncate(handle, length)
        _sync(handle)
    finally:
        os.close(handle)


def link(source: Path, target: Path) -> bool:
    """Give a file a second name; False where the file system knows no hard links. FileExistsError if taken."""
    try:
        os.link(source, target, follow_symlinks=False)
    except FileExistsError:
        raise
    except OSError as problem:
        if problem.errno in _NO_LINKS:
            return False
        raise
    return True


def move_new(source: Path, target: Path) -> None:
    """Move a file to a name that must not exist yet; the caller syncs both folders.

    A hard link fails by itself when the name is taken, so nothing can be overwritten even by a person working in the
    same folder. Where there are no links, Linux' renameat2(RENAME_NOREPLACE) does the same.

    Raises:
        FileExistsError: the name is taken.
    """
    if link(source, target):
        os.unlink(source)
        return
    if not rename_noreplace(source, target):
        if exists(target):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))
        os.rename(source, target)


def move_folder_new(source: Path, target: Path) -> None:
    """Move a folder to a name that must not exist yet and sync both parents.

    Raises:
        FileExistsError: the name is taken.
    """
    if exists(target):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))
    os.rename(source, target)
    sync_folder(target.parent)
    sync_folder(source.parent)


def remove(path: Path) -> None:
    """Remove a file; one that is gone already is fine."""
    with suppress(FileNotFoundError):
        os.unlink(path)


def remove_folder(path: Path) -> None:
    """Remove an empty folder durably; one that is gone already is fine."""
    with suppress(FileNotFoundError):
        os.rmdir(path)
        sync_folder(path.parent)


def open_lock(path: Path, *, create: bool) -> int:
    """Open a lock file and return its handle; it carries no content."""
    flags = os.O_RDWR | os.O_CREAT if create else os.O_RDONLY
    return os.open(path, flags | os.O_CLOEXEC | os.O_NOFOLLOW, 0o666)


def try_lock(handle: int, *, shared: bool = False) -> bool:
    """Take the lock if it is free at this moment."""
    try:
        fcntl.flock(handle, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def close_lock(handle: int) -> None:
    """Release a lock and close its file; a forked child that inherited the handle holds nothing afterwards."""
    with suppress(OSError):
        fcntl.flock(handle, fcntl.LOCK_UN)
    os.close(handle)


def _sync(handle: int) -> None:
    if _scope.device is None or os.fstat(handle).st_dev != _scope.device:
        os.fsync(handle)


def _can_sync_whole() -> bool:
    found = re.match(r"(\d+)\.(\d+)", os.uname().release)
    is_new = found is not None and (int(found[1]), int(found[2])) >= _TELLS_ERRORS_FROM
    return sys.platform == "linux" and is_new and hasattr(ctypes.CDLL(None), "syncfs")


def _sync_whole(handle: int) -> None:
    call = getattr(os, "syncfs", None)  # a machine that breaks on purpose has its own
    if call is not None:
        call(handle)
    elif ctypes.CDLL(None, use_errno=True).syncfs(handle) != 0:
        problem = ctypes.get_errno()
        raise OSError(problem, os.strerror(problem))


def _chunks(handle: int, length: int | None) -> Iterator[bytes]:
    left = length
    while left is None or left > 0:
        chunk = os.read(handle, CHUNK if left is None else min(CHUNK, left))
        if not chunk:
            return
        left = None if left is None else left - len(chunk)
        yield chunk


def _write_all(handle: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(handle, rest[:CHUNK]) :]
