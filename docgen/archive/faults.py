"""A machine that breaks on purpose: stands in for `os` under the archive and fails, or stops, at the n-th call.

Shipped with the package so that every room that writes files can prove what a power cut does to it. Used only in tests:
`monkeypatch.setattr(disk, "os", FaultyOs(at=7, kind="kill"))`.
"""

from __future__ import annotations

import os as real_os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

# ruff: noqa: PTH115, PTH116, ANN401
# (the machine speaks the system's own words, whatever their types)


class Stopped(BaseException):
    """The process was killed: nothing after this call happens any more."""


class FaultyOs:
    """Stand in for `os` inside docgen.archive.disk and fail, or stop for good, at the n-th changing call.

    Kinds: "kill" stops before the call, "kill-after" right after it, "half" writes half of the bytes and stops;
    an errno fails that call only and lets the process live. `log` collects the calls for the messages.
    """

    changing: ClassVar = ("mkdir", "write", "fsync", "link", "unlink", "rename", "replace", "rmdir", "ftruncate")

    def __init__(self, at: int, kind: str | int) -> None:
        self.at, self.kind, self.count, self.stopped = at, kind, 0, False
        self.log: list[str] = []

    def __getattr__(self, name: str) -> Any:
        value = getattr(real_os, name)
        if name in (*self.changing, "open"):
            return lambda *args, **kwargs: self._call(name, value, args, kwargs)
        return value

    def syncfs(self, handle: int) -> None:
        """Sync a whole disk (Python's own `os` has no such call; docgen.archive.disk asks for this one first)."""
        self._call("syncfs", lambda _: None, (handle,), {})

    def _call(self, name: str, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        is_lock = name == "open" and str(args[0]).endswith((".lock", ".lock-parts"))
        if (name == "open" and not args[1] & (real_os.O_WRONLY | real_os.O_RDWR)) or is_lock:
            return function(*args, **kwargs)
        if self.stopped:
            raise Stopped(name)
        self.count += 1
        self.log.append(f"{name} {args[0]}")
        if self.count != self.at:
            return self._go(name, function, args, kwargs)
        if isinstance(self.kind, int):
            raise OSError(self.kind, real_os.strerror(self.kind), str(args[0]))
        if self.kind == "half" and name == "write":
            function(args[0], bytes(args[1])[: len(args[1]) // 2])
        elif self.kind == "kill-after":
            self._go(name, function, args, kwargs)
        self.stopped = True
        raise Stopped(name)

    def _go(self, name: str, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Do the call; a sync only counts, since no real power is cut and tests should not wait for the disk."""
        return None if name == "fsync" else function(*args, **kwargs)


class PowerCutOs(FaultyOs):
    """As FaultyOs, and `lose` takes away everything that was not synced when the power went: the worst case.

    Bytes not synced are cut off; names made, moved or removed and not synced through their folder are as before.
    """

    def __init__(self, at: int, kind: str | int, stash: Path) -> None:
        super().__init__(at, kind)
        stash.mkdir()
        self.stash = stash
        self.synced: dict[int, int] = {}
        self.undo: list[tuple[Path, Callable[[], object]]] = []
        self.inodes: dict[int, Path] = {}

    def _go(self, name: str, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if name == "fsync":
            self._note_sync(args[0])
            return None
        if name == "syncfs":
            self._note_whole_sync()
            return None
        before = self._before(name, args)
        result = function(*args, **kwargs)
        if before is not None:
            self.undo.append(before)
        if name == "open" and args[1] & real_os.O_CREAT:
            self._born(Path(args[0]))
        return result

    def _keep(self, path: Path) -> Path:
        """Hold on to an inode so that a removal that was never synced can be undone."""
        spare = self.stash / str(len(list(self.stash.iterdir())))
        real_os.link(path, spare)
        return spare

    def _born(self, path: Path) -> None:
        inode = real_os.stat(path).st_ino
        self.synced.setdefault(inode, 0)
        self.inodes[inode] = self._keep(path)
        self.undo.append((path.parent, lambda: path.unlink(missing_ok=True)))

    def _before(self, name: str, args: tuple[Any, ...]) -> tuple[Path, Callable[[], object]] | None:
        if name == "mkdir":
            path = Path(args[0])
            return None if path.exists() else (path.parent, lambda: shutil.rmtree(path, ignore_errors=True))
        if name == "link":
            path = Path(args[1])
            return None if path.exists() else (path.parent, lambda: path.unlink(missing_ok=True))
        if name == "unlink" and Path(args[0]).exists():
            path = Path(args[0])
            spare = self._keep(path)
            return path.parent, lambda: _restore(spare, path)
        if name == "replace":
            return self._before_replace(Path(args[0]), Path(args[1]))
        return None  # folder moves and removals are followed by a sync at once; their loss is the kill case

    def _before_replace(self, source: Path, target: Path) -> tuple[Path, Callable[[], object]]:
        new, old = self._keep(source), self._keep(target) if target.exists() else None

        def back() -> None:
            target.unlink(missing_ok=True)
            if old is not None:
                real_os.link(old, target)
            if not source.exists():
                real_os.link(new, source)

        return target.parent, back

    def _note_sync(self, handle: int) -> None:
        path = Path(real_os.readlink(f"/proc/self/fd/{handle}"))
        if path.is_dir():
            self.undo = [one for one in self.undo if one[0] != path]
        else:
            status = real_os.fstat(handle)
            self.synced[status.st_ino] = status.st_size

    def _note_whole_sync(self) -> None:
        self.undo = []
        self.synced |= {inode: spare.stat().st_size for inode, spare in self.inodes.items()}

    def lose(self) -> None:
        """Take away what was not durable."""
        for _, back in reversed(self.undo):
            back()
        for inode, spare in self.inodes.items():
            if spare.stat().st_size > self.synced.get(inode, 0):
                real_os.truncate(spare, self.synced.get(inode, 0))
        shutil.rmtree(self.stash)


def _restore(spare: Path, path: Path) -> None:
    if path.parent.exists() and not path.exists():
        real_os.link(spare, path)
