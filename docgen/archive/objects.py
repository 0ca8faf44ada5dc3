"""A store of files by their hash: each content lies there once, whatever it is called and however often it is kept.

Backups share it: a paper that never changes is copied once, and each later backup only names it. An object's name is
its SHA-256, so anybody can prove it with `sha256sum`.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

from docgen.archive import disk
from docgen.errors import Damage

_PART = ".part-"
_SHELF = 2


class Objects:
    """The folder `objects/` of a backup: `objects/ab/abcdef…`."""

    def __init__(self, root: Path) -> None:
        """Use a folder; it is made at the first write."""
        self.root = root

    def place(self, sha256: str) -> Path:
        """Return where an object lies, or would."""
        return self.root / sha256[:_SHELF] / sha256

    def has(self, found: disk.Digest) -> bool:
        """Tell whether an object of that hash and size lies there; its bytes are not read."""
        place = self.place(found.sha256)
        return disk.is_plain_file(place) and disk.size(place) == found.size

    def put(self, source: Path) -> disk.Digest:
        """Copy a file in durably and return what was copied; the copy is read again before it counts.

        Raises:
            Damage: what was written reads back differently; the disk is not to be trusted.
            OSError: the disk's troubles; the caller words them.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        part = self.root / f"{_PART}{secrets.token_hex(6)}"
        try:
            found = disk.copy_new(source, part)
            if self.has(found):
                return found
            if disk.digest(part) != found:
                raise Damage.of("archive.object-reads-differently", str(part), path=str(part))
            place = self.place(found.sha256)
            disk.remove(place)  # a cut-off object of that name is worth nothing
            disk.make_folder(place.parent)
            disk.move_new(part, place)
            disk.sync_folder(place.parent)
        finally:
            disk.remove(part)
        return found

    def get(self, wanted: disk.Digest, target: Path) -> None:
        """Copy an object out to a name that must not exist yet, and prove the copy.

        Raises:
            Damage: the object is missing, or is not what its name says.
        """
        place = self.place(wanted.sha256)
        if not disk.is_plain_file(place):
            raise Damage.of("archive.object-missing", str(target), path=str(place))
        if disk.copy_new(place, target) != wanted or disk.digest(target) != wanted:
            raise Damage.of("archive.object-damaged", str(target), path=str(place))

    def is_whole(self, wanted: disk.Digest) -> bool:
        """Tell whether an object lies there and its bytes are what its name says."""
        place = self.place(wanted.sha256)
        return disk.is_plain_file(place) and disk.digest(place) == wanted

    def sweep(self) -> None:
        """Remove copies that a stopped process left half-written."""
        for name in disk.names(self.root):
            if name.startswith(_PART):
                disk.remove(self.root / name)

    def __iter__(self) -> Iterator[str]:
        """Yield the hash of every object."""
        for shelf in disk.names(self.root):
            if not shelf.startswith("."):
                yield from disk.names(self.root / shelf)
