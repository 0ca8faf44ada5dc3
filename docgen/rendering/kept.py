"""What a long-running process keeps of files it has read: good only while the files are the same ones, unchanged.

A worker makes hundreds of papers from the same templates. It reads, parses and compiles each once, and before every use
asks the file system whether name, size, time of change and inode still are what they were. An office that mends a
template while a batch runs gets the mended one from the next paper on, never a mixture within one paper's own file.
"""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from pathlib import Path
from typing import Generic, TypeVar

Seen = tuple[str, int, int, int]
"""A file as it was when read: path, time of change (ns), size, inode."""

_T = TypeVar("_T")


def seen(path: Path) -> Seen:
    """Return what a file looks like from outside.

    Raises:
        OSError: there is no such file.
    """
    return seen_as(str(path), path.stat())


def seen_as(path: str, found: os.stat_result) -> Seen:
    """Return what a file of this status looks like from outside."""
    return path, found.st_mtime_ns, found.st_size, found.st_ino


def all_seen(paths: Iterable[Path]) -> tuple[Seen, ...]:
    """Return what files look like from outside, in their order."""
    return tuple(seen(path) for path in paths)


class Kept(Generic[_T]):
    """A small store of things made from files, the oldest unused going first; safe between threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._things: OrderedDict[Hashable, _T] = OrderedDict()
        self._lock = threading.Lock()

    def peek(self, key: Hashable) -> _T | None:
        """Return what stands under the key, if anything does."""
        with self._lock:
            if key not in self._things:
                return None
            self._things.move_to_end(key)
            return self._things[key]

    def put(self, key: Hashable, thing: _T) -> None:
        """Keep a thing under a key, in place of what stood there."""
        with self._lock:
            self._things[key] = thing
            self._things.move_to_end(key)
            while len(self._things) > self._most:
                self._things.popitem(last=False)

    def clear(self) -> None:
        """Let go of everything."""
        with self._lock:
            self._things.clear()

    def get(self, key: Hashable, make: Callable[[], _T]) -> _T:
        """Return what stands under the key, made now if it does not; what raises while being made is not kept."""
        found = self.peek(key)
        if found is None:
            found = make()
            self.put(key, found)
        return found

    def __len__(self) -> int:
        return len(self._things)
