"""One writer at a time: a lock per folder, held by the operating system, so that a dead process holds nothing.

Two people file papers of one contract at the same moment; without a lock two log entries would take the same place in
the chain. The lock is `flock(2)` on a file that never changes. Within one thread it may be taken again (a service holds
it while a deposit takes it, too).
"""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from docgen.archive import disk
from docgen.errors import StorageProblem

WAIT = 30.0
"""Seconds to wait for another writer before giving up."""
_PAUSES = (0.001, 0.012)
"""Shortest and longest wait between two tries; drawn at random, and short, so that a busy writer starves nobody."""
_PATHS_KEPT = 4096


class _Held(threading.local):
    def __init__(self) -> None:
        self.depth: dict[tuple[int, str], int] = {}


_held = _Held()


@contextmanager
def exclusive(path: Path, where: str, *, seconds: float = WAIT) -> Iterator[None]:
    """Hold the lock file alone for the length of the block; `where` names the contract in the message.

    Raises:
        StorageProblem: archive.locked, when another writer keeps it longer than `seconds`; disk problems.
    """
    key = _key(path)
    if _held.depth.get(key):
        _held.depth[key] += 1
        try:
            yield
        finally:
            _held.depth[key] -= 1
        return
    with disk.storage(where):
        handle = disk.open_lock(path, create=True)
    try:
        _wait(handle, where, seconds, shared=False)
        _held.depth[key] = 1
        yield
    finally:
        _held.depth.pop(key, None)
        disk.close_lock(handle)


@contextmanager
def shared(path: Path, where: str, *, seconds: float = WAIT, create: bool = False) -> Iterator[None]:
    """Keep writers out for the length of the block without being one.

    A lock file that is not there is made with `create`, else goes without: a copy on a read-only disc has no writers.

    Raises:
        StorageProblem: archive.locked.
    """
    if _held.depth.get(_key(path)) or not (create or disk.is_plain_file(path)):
        yield
        return
    with disk.storage(where):
        handle = disk.open_lock(path, create=create)
    try:
        _wait(handle, where, seconds, shared=True)
        yield
    finally:
        disk.close_lock(handle)


def is_held(path: Path) -> bool:
    """Tell whether this thread holds the lock file alone."""
    return bool(_held.depth.get(_key(path)))


def _key(path: Path) -> tuple[int, str]:
    return os.getpid(), _real(os.fspath(path))


@lru_cache(maxsize=_PATHS_KEPT)
def _real(path: str) -> str:
    """Return where a path leads; asked of the disk once, for one act asks five times whether it holds its lock."""
    return os.path.realpath(path)


def _wait(handle: int, where: str, seconds: float, *, shared: bool) -> None:
    until = time.monotonic() + seconds
    while not disk.try_lock(handle, shared=shared):
        if time.monotonic() >= until:
            raise StorageProblem.of("archive.locked", where, seconds=f"{seconds:g}")
        time.sleep(random.uniform(*_PAUSES))  # noqa: S311  # no secret
