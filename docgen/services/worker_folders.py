"""A worker's own temporary folder, and the ones that workers killed outright have left behind.

The layout engine copies its fonts there, ten megabytes; a worker that is killed cannot tidy up. So each works in a
folder of its own and holds a lock in it, which the system lets go of with the process. Whoever starts workers next
removes the folders of this user whose lock nobody holds.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PREFIX = "docgen-worker-"
_LOCK = ".alive"
_YOUNG = 60.0
"""Seconds in which a new folder may not have its lock yet."""


@contextmanager
def own_folder() -> Iterator[Path]:
    """Make every temporary file of this process in a folder of its own inside the block, and remove it after."""
    before = tempfile.tempdir
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    handle = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    fcntl.flock(handle, fcntl.LOCK_EX)
    tempfile.tempdir = str(folder)
    try:
        yield folder
    finally:
        tempfile.tempdir = before
        shutil.rmtree(folder, ignore_errors=True)
        os.close(handle)


def sweep_folders(*, older_than: float = _YOUNG) -> int:
    """Remove what dead workers of this user left; return how many folders. Those in use stay, and what is not ours.

    Args:
        older_than: seconds a folder must have stood unchanged.
    """
    return sum(_is_swept(path, older_than) for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"))


def _is_swept(path: Path, older_than: float) -> bool:
    try:
        found = path.lstat()
        is_old = time.time() - found.st_mtime > older_than
        if not (stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and is_old):
            return False
        handle = os.open(path / _LOCK, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    else:
        with suppress(OSError):
            shutil.rmtree(path)
        return not path.exists()
    finally:
        os.close(handle)
