"""Rebuild: hand a folder's whole story back, so that a lost database can be made anew from the archive alone."""

from __future__ import annotations

from dataclasses import dataclass

from docgen.archive.eventlog import LogEntry, read
from docgen.archive.layout import Folder
from docgen.archive.record import Sidecar, load_sidecar


@dataclass(frozen=True, slots=True)
class FolderContents:
    """A folder's events in order, the sidecars they hold in order of deposit, and the byte offset reached."""

    entries: tuple[LogEntry, ...]
    sidecars: tuple[Sidecar, ...]
    offset: int


def contents(folder: Folder) -> FolderContents:
    """Return everything the log of a folder says.

    Raises:
        Damage: the log is broken; nothing is rebuilt from a log that cannot be trusted.
        Refused: archive.schema-too-new.
    """
    entries, offset = read(folder)
    return FolderContents(tuple(entries), tuple(filter(None, map(sidecar_of, entries))), offset)


def sidecar_of(entry: LogEntry) -> Sidecar | None:
    """Return the sidecar an event carries; None for an event that puts no paper into the archive."""
    raw = entry.payload.get("sidecar")
    return load_sidecar(raw, where=f"#{entry.seq}") if isinstance(raw, dict) else None
