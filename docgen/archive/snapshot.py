"""A tree of files as of one moment: what lies where, under which hash, taken while the office goes on working.

Each contract's folder is taken under its own lock, so that its log, papers and records agree with each other; the
office waits for one folder at a time. Folders without anything in them are named too: an archive has some.
"""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from docgen.archive import disk, eventlog
from docgen.archive.layout import INCOMING, Archive, Folder
from docgen.archive.objects import Objects

_SCRATCH = (".part-", ".new-")


@dataclass(frozen=True, slots=True)
class Entry:
    """One file or folder: path inside the tree (forward slashes), mode, time of change in ns; a folder has no hash."""

    path: str
    sha256: str | None
    size: int
    mode: int
    mtime_ns: int

    @property
    def digest(self) -> disk.Digest | None:
        """Return what the file is; None for a folder."""
        return disk.Digest(self.sha256, self.size) if self.sha256 else None


@dataclass(frozen=True, slots=True)
class Taker:
    """Takes trees into a store; a file that has size and time as in `before` is not read again unless `is_full`."""

    objects: Objects
    before: Mapping[str, Entry]
    is_full: bool = False
    told: Callable[[str], None] = lambda _path: None

    def archive(self, archive: Archive) -> Iterator[Entry]:
        """Yield everything in an archive, each folder that holds a log under its lock.

        What waits in `_incoming/` comes first: a file that is filed meanwhile is then taken twice, never not at all.
        """
        logs = {folder.path: folder for folder in archive.folders()}
        for first in (True, False):
            for name in disk.names(archive.root):
                if (name == INCOMING) is first:
                    yield from self._one(archive.root, archive.root / name, logs)

    def tree(self, root: Path) -> Iterator[Entry]:
        """Yield everything in a folder; nothing where there is no such folder."""
        yield from self._inside(root, root, {})

    def file(self, path: Path, name: str) -> Entry:
        """Return one file, taken in under a name."""
        found = path.lstat()
        known = self.before.get(name)
        same = known and (known.size, known.mtime_ns) == (found.st_size, found.st_mtime_ns)
        if known and known.digest and same and not self.is_full and self.objects.has(known.digest):
            digest = known.digest
        else:
            digest = self.objects.put(path)
        self.told(name)
        return Entry(name, digest.sha256, digest.size, stat.S_IMODE(found.st_mode), found.st_mtime_ns)

    def _inside(self, root: Path, folder: Path, logs: Mapping[Path, Folder]) -> Iterator[Entry]:
        held = logs.get(folder)
        if held is None:
            yield from self._listed(root, folder, logs)
            return
        with eventlog.locked(held):
            taken = list(self._listed(root, folder, logs))
        yield from taken

    def _listed(self, root: Path, folder: Path, logs: Mapping[Path, Folder]) -> Iterator[Entry]:
        for name in disk.names(folder):
            yield from self._one(root, folder / name, logs)

    def _one(self, root: Path, path: Path, logs: Mapping[Path, Folder]) -> Iterator[Entry]:
        """Yield a file, or a folder with what is in it; what is half made, no file, or just gone, is passed over."""
        if path.name.startswith(_SCRATCH):
            return
        inside = path.relative_to(root).as_posix()
        if disk.is_folder(path):
            found = path.lstat()
            yield Entry(inside, None, 0, stat.S_IMODE(found.st_mode), found.st_mtime_ns)
            yield from self._inside(root, path, logs)
        elif disk.is_plain_file(path):
            with suppress(FileNotFoundError):
                yield self.file(path, inside)
