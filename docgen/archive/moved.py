"""An archive that is being moved, or was: nobody writes into the old place, whatever settings they read this morning.

While it is moved, one process holds `_incoming/.moving`; the operating system lets go of it when that process dies, so
a move that was cut off stops nobody. Afterwards `MOVED.txt` stands at the old root, until a person removes it all.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from docgen.archive import disk, lock
from docgen.errors import StorageProblem

MOVED = "MOVED.txt"
MARK = "_incoming/.moving"


def require_here(root: Path) -> None:
    """Refuse to write where the archive is no longer, or is just being moved away; asked once the lock is held.

    Raises:
        StorageProblem: archive.moved, archive.moving.
    """
    if disk.is_plain_file(root / MOVED):
        raise StorageProblem.of("archive.moved", str(root), path=str(root), note=str(root / MOVED))
    mark = root / MARK
    if not disk.is_plain_file(mark) or lock.is_held(mark):
        return
    handle = disk.open_lock(mark, create=False)
    try:
        if not disk.try_lock(handle, shared=True):
            raise StorageProblem.of("archive.moving", str(root), path=str(root))
    finally:
        disk.close_lock(handle)


@contextmanager
def moving(root: Path) -> Iterator[None]:
    """Keep every writer out of an archive that takes a lock from now on; those at work go on until they let go of it.

    Raises:
        StorageProblem: archive.locked, when somebody else moves it.
    """
    disk.make_folder((root / MARK).parent)
    with lock.exclusive(root / MARK, str(root)):
        yield


def note_moved(root: Path, text: str) -> None:
    """Write at the old root where the archive lies now; written before, it stays."""
    path = root / MOVED
    if not disk.is_plain_file(path):
        disk.write_new(path, text.encode(), mode=disk.READ_ONLY)
        disk.sync_folder(root)
