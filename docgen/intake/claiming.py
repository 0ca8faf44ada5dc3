"""Claiming a file of the inbox, so that exactly one process works on it and a crash loses nothing.

A claim is a rename into `.docgen-claimed/<token>/`, with a lock file `<token>.lock` beside it that the claiming
process keeps locked while it lives (flock: the kernel lets go when the process dies, whatever the cause). What lies
there unlocked was left by a crash and is taken over by `reclaim`.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from docgen.errors import StorageProblem
from docgen.findings import Finding, warning
from docgen.intake.inbox import CLAIMED, Stamp, shown_name

_BUSY_ON_WINDOWS = 32
_CHUNK = 1 << 20
_LONGEST_NAME = 255
"""Bytes of a name, on every file system we know."""
_FULL = {errno.ENOSPC, errno.EDQUOT}


@dataclass(frozen=True, slots=True)
class Claimed:
    """A file that is ours alone for now: where it lies, the inbox it came from, and what it looked like."""

    path: Path
    inbox: Path
    stamp: Stamp
    _lock: int = field(repr=False, compare=False)

    @property
    def name(self) -> str:
        """Return the file's name as people see it."""
        return shown_name(self.path)


def claim(path: Path, *, settled: Stamp | None = None) -> Claimed | None:
    """Claim a file of an inbox; None where another process was quicker, or the file is no longer the one that settled.

    Raises:
        StorageProblem: the inbox may not be written to.
    """
    with _worded(path.parent):
        token, lock = _new_token(path.parent / CLAIMED)
    taken = token / path.name
    try:
        path.rename(taken)
    except FileNotFoundError:
        _drop_token(token, lock)
        return None
    except OSError as problem:
        with suppress(OSError):
            _drop_token(token, lock)
        if getattr(problem, "winerror", None) == _BUSY_ON_WINDOWS:
            return None  # the scanner still holds it open
        raise _refusal(path.parent, problem) from problem
    claimed = Claimed(taken, path.parent, Stamp.of(taken), lock)
    if settled is not None and claimed.stamp != settled:
        release(claimed)  # a new file under the old name, or still being written
        return None
    return claimed


def release(claimed: Claimed) -> Path:
    """Put a claimed file back into its inbox, never over another; return where it lies now.

    Raises:
        StorageProblem: the inbox may not be written to; the file stays claimed until the next start.
    """
    with _worded(claimed.inbox):
        target = _put_back(claimed.path, claimed.inbox / claimed.path.name)
        _drop_token(claimed.path.parent, claimed._lock)  # noqa: SLF001  # the lock is this module's own
    return target


def discard(claimed: Claimed, *, sha256: str) -> list[Finding]:
    """Remove a claimed file, last of all, if its bytes are still those that were kept; else put it back and say so.

    `sha256` is what the archive read back after its commit. A writer that kept the file open through the rename shows
    up here: the changed file returns to the inbox and is taken again.

    Raises:
        StorageProblem: the inbox may not be written to; the file stays claimed until the next start.
    """
    with _worded(claimed.inbox):
        if fingerprint(claimed.path) != sha256:
            back = release(claimed)
            return [warning("intake.changed-after-copy", shown_name(back))]
        claimed.path.unlink()
        _drop_token(claimed.path.parent, claimed._lock)  # noqa: SLF001  # the lock is this module's own
    return []


def reclaim(inbox: Path) -> list[Claimed]:
    """Take over what processes that died had claimed; claims of living processes are left alone.

    Raises:
        StorageProblem: the inbox may not be written to.
    """
    place = inbox / CLAIMED
    with _worded(inbox):
        if not place.is_dir():
            return []
        tokens = sorted({entry.with_suffix("") for entry in place.iterdir() if _is_token(entry.stem)})
        return [found for token in tokens if (found := _take_over(token, inbox)) is not None]


def fingerprint(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hex, read in pieces."""
    digest = hashlib.sha256()
    with path.open("rb") as source:
        while piece := source.read(_CHUNK):
            digest.update(piece)
    return digest.hexdigest()


def _new_token(place: Path) -> tuple[Path, int]:
    place.mkdir(exist_ok=True)
    while True:
        token = place / secrets.token_hex(8)
        lock = _locked(token.with_suffix(".lock"))
        if lock is None:
            continue
        try:
            token.mkdir()
        except OSError:
            with suppress(OSError):
                _drop_token(token, lock)
            raise
        return token, lock


def _locked(path: Path) -> int | None:
    """Create and lock a lock file; None where somebody alive holds it, or swept it away between the two steps."""
    lock = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if path.stat().st_ino == os.fstat(lock).st_ino:
            return lock
    except (BlockingIOError, FileNotFoundError):
        os.close(lock)
        return None
    except OSError:
        os.close(lock)
        raise
    os.close(lock)
    return None


def _drop_token(token: Path, lock: int) -> None:
    try:
        with suppress(FileNotFoundError):
            token.rmdir()
        with suppress(FileNotFoundError):
            token.with_suffix(".lock").unlink()
    finally:
        os.close(lock)


def _take_over(token: Path, inbox: Path) -> Claimed | None:
    lock = _locked(token.with_suffix(".lock"))
    if lock is None:
        return None
    held = sorted(token.iterdir()) if token.is_dir() else []
    if not held:  # died before the rename, or after the removal
        _drop_token(token, lock)
        return None
    return Claimed(held[0], inbox, Stamp.of(held[0]), lock)


def _put_back(source: Path, wanted: Path) -> Path:
    for attempt in range(1, 10_000):
        target = wanted if attempt == 1 else _numbered(wanted, attempt)
        try:
            os.link(source, target)
        except FileExistsError:
            continue
        except OSError:  # a file system without hard links, such as many shares
            if target.exists():
                continue
            source.rename(target)
            return target
        source.unlink()
        return target
    raise StorageProblem.of("intake.inbox-unwritable", shown_name(wanted), reason="")


def _numbered(wanted: Path, number: int) -> Path:
    """Return `name (2).pdf`; a name of 255 bytes loses the end of its stem for it."""
    mark = f" ({number}){wanted.suffix}"
    room = _LONGEST_NAME - len(os.fsencode(mark))
    stem = os.fsencode(wanted.stem)[:room].decode("utf-8", "ignore") if len(os.fsencode(wanted.name)) > room else None
    return wanted.with_name((wanted.stem if stem is None else stem) + mark)


def _is_token(name: str) -> bool:
    return len(name) == 16 and set(name) <= set("0123456789abcdef")  # noqa: PLR2004  # 8 bytes in hex


@contextmanager
def _worded(inbox: Path) -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        raise _refusal(inbox, problem) from problem


def _refusal(inbox: Path, problem: OSError) -> StorageProblem:
    code = "intake.inbox-full" if problem.errno in _FULL else "intake.inbox-unwritable"
    return StorageProblem.of(code, str(inbox), reason=problem.strerror or "")
