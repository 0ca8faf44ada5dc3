"""A rename that never overwrites: renameat2(2) with RENAME_NOREPLACE, which Python's own `os` does not offer."""

from __future__ import annotations

import ctypes
import errno
import os
from pathlib import Path

_RENAME_NOREPLACE = 1
_AT_FDCWD = -100


def rename_noreplace(source: Path, target: Path) -> bool:
    """Rename unless the target exists; False where the system or the file system does not have the call.

    Raises:
        OSError: the disk refuses; FileExistsError where the target exists.
    """
    call = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if call is None:
        return False
    if call(_AT_FDCWD, os.fsencode(source), _AT_FDCWD, os.fsencode(target), _RENAME_NOREPLACE) == 0:
        return True
    problem = ctypes.get_errno()
    if problem in {errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP}:
        return False
    raise OSError(problem, os.strerror(problem), str(target))
