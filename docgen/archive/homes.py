"""The customers' folders as they stood when last looked at; only those that changed since are looked at again.

A new contract's number may stand in any customer's folder, and a new customer may have one already, whatever the tables
say. Reading ten thousand folders for each of ten thousand deals took hours; asking each when it last changed takes
milliseconds. A folder that changed in the last seconds is read again even so: a later change might bear the same time.
"""

from __future__ import annotations

import os
import stat
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from docgen.archive import disk, plain
from docgen.archive.names import fold

CUSTOMER = "_customer"
SETTLED_NS = 3_000_000_000
"""How long ago a folder must have changed for its time to be believed; FAT counts in steps of two seconds."""


@dataclass(frozen=True, slots=True)
class Home:
    """A customer's folder: where it is, whose, the names in it, folded (docgen.archive.names.fold), and its stamp."""

    path: Path
    customer_id: str
    names: frozenset[str]
    changed_ns: int
    inode: int


class Homes:
    """All customers' folders below one root, for the length of a process."""

    def __init__(self, root: Path) -> None:
        """Look at nothing yet."""
        self._root = root
        self._known: dict[str, Home] = {}

    def look(self) -> list[Home]:
        """Return every customer's folder as it is now, in no order."""
        known, found = self._known, []
        with os.scandir(self._root) as entries:
            for entry in entries:
                if entry.name[0] in "_.":
                    continue
                with suppress(FileNotFoundError):  # it went while we looked
                    status = entry.stat(follow_symlinks=False)
                    home = known.get(entry.name)
                    if home is None or home.changed_ns != status.st_mtime_ns or home.inode != status.st_ino:
                        home = self._read(entry.name, status)
                    if home is not None:
                        found.append(home)
        return found

    def _read(self, name: str, status: os.stat_result) -> Home | None:
        if not stat.S_ISDIR(status.st_mode):
            return None
        now, path = time.time_ns(), self._root / name
        customer = read_customer(path / CUSTOMER)
        names = frozenset(fold(each) for each in disk.names(path))
        home = Home(path, customer["id"] if customer else "", names, status.st_mtime_ns, status.st_ino)
        if now - status.st_mtime_ns > SETTLED_NS:
            self._known[name] = home
        return home


def read_customer(path: Path) -> dict[str, str] | None:
    """Return what `customer.json` in a `_customer` folder states; None where it is missing or unreadable."""
    table = read_table(path / "customer.json")
    if table is None or not all(isinstance(table.get(key), str) for key in ("id", "name")):
        return None
    return {key: value for key, value in table.items() if isinstance(value, str)}


def read_table(path: Path) -> dict[str, object] | None:
    """Return the table in a JSON file; None where it is missing or unreadable."""
    try:
        return dict(plain.parse(disk.read(path)))
    except (OSError, ValueError):
        return None
