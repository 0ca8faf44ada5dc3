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
_INFO = Path("/proc/self/mountinfo")

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
    return _text(_TABLE)


def mount_info() -> str:
    """Return the kernel's list of mounts with their origins; empty where there is none to read (not Linux)."""
    return _text(_INFO)


def share_type(path: Path, *, mounts: str) -> str | None:
    """Return the type of the network file system a path lies on, or None where it lies on a disk of this machine.

    `mounts` is the text of /proc/mounts; the longest mount point above the path decides, the last one of equal length.
    """
    real = path.resolve()
    best, kind = -1, ""
    for line in mounts.splitlines():
        fields = line.split(" ")
        if len(fields) > 2:  # noqa: PLR2004  # device, mount point, type
            point = _path(fields[1])
            if real.is_relative_to(point) and len(point.parts) >= best:
                best, kind = len(point.parts), fields[2]
    return kind if kind in SHARES else None


def overlaps(one: Path, two: Path, *, mounts: str) -> bool:
    """Tell whether two folders are one, or one lies in the other, by whatever way they are named.

    Paths are followed to their ends; the same disk and inode on the way up tells another spelling on a disk that knows
    no case; `mounts`, the text of /proc/self/mountinfo, tells where a bind mount comes from.
    """
    for first, second in ((one.resolve(), two.resolve()), (_origin(one, mounts), _origin(two, mounts))):
        if first == second or first in second.parents or second in first.parents:
            return True
    above, mine, theirs = _inodes(one), _inode(one), _inode(two)
    return (theirs is not None and theirs in above) or (mine is not None and mine in _inodes(two))


def _origin(path: Path, mounts: str) -> Path:
    """Return a path by its disk and the place on that disk, which a bind mount has in common with what it shows."""
    real = path.resolve()
    best, origin = -1, real
    for line in mounts.splitlines():
        fields = line.split(" ")
        if len(fields) > 4:  # noqa: PLR2004  # id, parent, device, place on the disk, mount point
            place, point = _path(fields[3]), _path(fields[4])
            if real.is_relative_to(point) and len(point.parts) >= best and place.is_absolute():
                best = len(point.parts)
                origin = Path("/", fields[2], place.relative_to("/"), real.relative_to(point))
    return origin


def _inodes(path: Path) -> set[tuple[int, int]]:
    real = path.resolve()
    return {found for folder in (real, *real.parents) if (found := _inode(folder)) is not None}


def _inode(path: Path) -> tuple[int, int] | None:
    with suppress(OSError):
        seen = path.stat()
        return (seen.st_dev, seen.st_ino) if seen.st_ino else None
    return None


def _path(field: str) -> Path:
    return Path(_ESCAPED.sub(lambda match: chr(int(match[1], 8)), field))


def _text(table: Path) -> str:
    with suppress(OSError):
        return table.read_text(encoding="utf-8", errors="surrogateescape")
    return ""
