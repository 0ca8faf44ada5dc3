"""Writing to a folder: lock, finish what a crash left, append to the log first, then bring the tables up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from docgen.archive import eventlog
from docgen.archive.layout import Folder
from docgen.archive.lock import is_held
from docgen.archive.recovery import needs_recovery, recover
from docgen.store import projection


@dataclass(frozen=True, slots=True)
class Journal:
    """A folder held for writing by one actor at one instant."""

    folder: Folder
    at: datetime
    actor: str

    def append(self, event_type: str, payload: Mapping[str, object]) -> None:
        """Append one fact to the folder's log and project it."""
        eventlog.append(self.folder, event_type, payload, at=self.at, actor=self.actor)
        projection.catch_up(self.folder)


@contextmanager
def writing(folder: Folder, *, at: datetime, actor: str) -> Iterator[Journal]:
    """Hold a folder for writing; on leaving, the tables hold everything its log holds. May be nested within a thread.

    Raises:
        StorageProblem: the lock is not to be had, or the disk refuses.
    """
    is_inner = is_held(folder.lock)
    with eventlog.locked(folder):
        if is_inner:
            yield Journal(folder, at, actor)
            projection.catch_up(folder)
            return
        projection.set_dirty(folder, is_dirty=True)
        if needs_recovery(folder):
            recover(folder)
        projection.catch_up(folder)
        try:
            yield Journal(folder, at, actor)
        finally:
            projection.catch_up(folder)
        projection.set_dirty(folder, is_dirty=False)
