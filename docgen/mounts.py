"""On which kind of disk a path lies: the archive may live on a share, the database may not.

SQLite keeps writers apart by file locks and shared memory. Network file systems promise both and keep neither, so that
two office machines writing at once would ruin the tables (sqlite.org, "How To Corrupt An SQLite Database File", 2.1).
"""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

_ESCAPED = re.compile(r"\\([0-7]{3})")
_TABLE = Path("/proc/mounts")

# fmt: off
SHARES = frozenset(
    {
        "9p", "afs", "beegfs", "ceph", "cifs", "coda", "davfs", "drvfs", "glusterfs",
        "gpfs", "lustre", "ncpfs", "nfs", "nfs4", "prl_fs", "smb3", "smbfs", "vboxsf",
        "fuse.ceph", "fuse.davfs2", "fuse.glusterfs", "fuse.rclone", "fuse.s3fs", "fuse.sshfs", "fuse.vmhgfs-fuse",
    }
)
# fmt: on
"""File systems on which SQLite's locks and shared memory cannot be relied on."""


def mount_table() -> str:
    """Return the kernel's list of mounts; empty where there is none to read (not Linux)."""
    with suppress(OSError):
        return _TABLE.read_text(encoding="utf-8", errors="surrogateescape")
    return ""


def share_type(path: Path, *, mounts: str) -> str | None:
    """Return the type of the network file system a path lies on, or None where it lies on a disk of this machine.

    `mounts` is the text of /proc/mounts; the longest mount point above the path decides, the last one of equal length.
    """
    real = path.resolve()
    best, kind = -1, ""
    for line in mounts.splitlines():
        fields = line.split(" ")
        if len(fields) > 2:  # noqa: PLR2004  # device, mount point, type
            point = Path(_ESCAPED.sub(lambda match: chr(int(match[1], 8)), fields[1]))
            if real.is_relative_to(point) and len(point.parts) >= best:
                best, kind = len(point.parts), fields[2]
    return kind if kind in SHARES else None
