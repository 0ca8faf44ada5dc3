"""Writing to a folder: lock, finish what a crash left, append to the log first, then bring the tables up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from docgen.archive import eventlog
from docgen.archive.layout import Folder
from docgen.archive.lock import is_held
from docgen.archive.recovery import needs_recovery, recover
from docgen.findings import Finding, warning
from docgen.store import people, projection
from docgen.store.history import CLOCK_SET_BACK

TOLERANCE = timedelta(minutes=1)
"""Writers who waited for each other may bear instants in the other order; a clock set back shows by more."""


@dataclass(frozen=True, slots=True)
class Journal:
    """A folder held for writing by one actor at one instant; `findings` say what was odd about it."""

    folder: Folder
    at: datetime
    actor: str
    findings: list[Finding] = field(default_factory=list)

    def append(self, event_type: str, payload: Mapping[str, object]) -> None:
        """Append one fact to the folder's log and project it."""
        eventlog.append(self.folder, event_type, payload, at=self.at, actor=self.actor)
        projection.catch_up(self.folder)

    def append_all(self, events: Sequence[tuple[str, Mapping[str, object]]]) -> None:
        """Append several facts, (type, payload) each, in one write, and project them at once; none is fine.

        A crash may leave the first few of them, as it may between single ones.
        """
        if events:
            eventlog.append_all(self.folder, events, at=self.at, actor=self.actor)
            projection.catch_up(self.folder)


@contextmanager
def writing(folder: Folder, *, at: datetime, actor: str) -> Iterator[Journal]:
    """Hold a folder for writing; on leaving, the tables hold everything its log holds. May be nested within a thread.

    Raises:
        StorageProblem: the lock is not to be had, or the disk refuses.
        Refused: the actor is a user who may only read.
    """
    people.require_writer(actor)
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
        journal = Journal(folder, at, actor)
        _note_clock(journal)
        try:
            yield journal
        finally:
            projection.catch_up(folder)
        projection.set_dirty(folder, is_dirty=False)


@contextmanager
def writing_all(folders: Sequence[Folder], *, at: datetime, actor: str) -> Iterator[Journal]:
    """Hold several folders for writing at once, with one transaction before and one after; yield the first's journal.

    The locks are taken in the order of the keys, so that two bursts never wait for each other in a circle.

    Raises:
        StorageProblem: a lock is not to be had, or the disk refuses.
        Refused: the actor is a user who may only read.
    """
    people.require_writer(actor)
    ordered = sorted(folders, key=lambda folder: folder.key)
    with ExitStack() as locks:
        for folder in ordered:
            locks.enter_context(eventlog.locked(folder))
        projection.set_dirty_all(ordered, is_dirty=True)
        for folder in ordered:
            if needs_recovery(folder):
                recover(folder)
        projection.catch_up_all(ordered)
        journals = [Journal(folder, at, actor) for folder in ordered]
        for journal in journals:
            _note_clock(journal)
        try:
            yield journals[0]
        except BaseException:
            projection.catch_up_all(ordered)
            raise
        projection.catch_up_all(ordered, is_clean=True)


def _note_clock(journal: Journal) -> None:
    """Say in the log, once, that the clock stands earlier than the log's last entry; the order stays that of `seq`."""
    last = eventlog.head(journal.folder)
    if last is None or journal.at >= last.at - TOLERANCE:
        return
    found = {"now": journal.at.isoformat(), "last": last.at.isoformat(), "last_seq": last.seq}
    journal.append(CLOCK_SET_BACK, found)
    contract = journal.folder.key
    journal.findings.append(warning("store.clock-set-back", contract, contract=contract, now=journal.at, last=last.at))
