"""The watcher: files what people drop into the inboxes, one bad file never stopping the rest.

Events from the file system are hints that make it look sooner; what counts is its own regular listing of each inbox. At
its start it first finishes what a crash left: claimed files, and bytes kept but not yet placed.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver
from watchdog.observers.polling import PollingObserver

from docgen.archive.keep import kept_files
from docgen.archive.recovery import recover_archive
from docgen.contained.run import Worker
from docgen.errors import DocgenError, LimitExceeded, StorageProblem, UnreadableFile
from docgen.findings import Finding
from docgen.intake import waiting
from docgen.intake.claiming import Claimed, claim, discard, reclaim, release
from docgen.intake.inbox import WatchedFolder, candidates, ensure_apart, listing
from docgen.intake.settling import Settled, StabilityTracker
from docgen.papers.limits import READING
from docgen.papers.reading import read_paper
from docgen.services import logging as log
from docgen.services.file_scan import Filed, file_scan, place_kept, set_aside
from docgen.services.office import Office

RELIST_SECONDS = 5.0
"""How often each inbox is listed anew, events or not."""
PATIENCE = 600.0
"""How long `--once` works at most beyond the settling of the last file."""
GIVE_UP_SECONDS = 20.0
"""How long a file that stands still but does not read is left to its writer before it waits for a person."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """A file or inbox that could not be worked on now; it is tried again by itself."""

    where: str
    findings: tuple[Finding, ...]


Report = Callable[[Filed | Trouble], None]


@dataclass
class InboxWatch:
    """One process watching all inboxes of a workspace; `report` is told of every scan and every trouble."""

    office: Office
    report: Report
    give_up_seconds: float = GIVE_UP_SECONDS
    _trackers: dict[Path, StabilityTracker] = field(default_factory=dict)
    _worker: Worker | None = None
    _told: set[tuple[str, str]] = field(default_factory=set)

    def folders(self) -> tuple[WatchedFolder, ...]:
        """Return the inboxes of the workspace."""
        return tuple(WatchedFolder(one.path, one.name, one.use_polling) for one in self.office.workspace.inboxes)

    def run(self, stop: threading.Event) -> None:
        """Watch until `stop` is set.

        Raises:
            Refused: an inbox is missing or overlaps with the archive, the review folder or another inbox.
        """
        with ExitStack() as stack:
            self._begin(stack)
            wake = threading.Event()
            observers = self._observe(stack, wake)
            while not stop.is_set():
                self.look()
                self._revive(observers, wake)
                wake.wait(self._pause())
                wake.clear()

    def run_once(self) -> None:
        """File what lies in the inboxes now, waiting for each file to settle, then return."""
        with ExitStack() as stack:
            self._begin(stack)
            patience = time.monotonic() + self.office.workspace.settle_seconds + self.give_up_seconds + PATIENCE
            while any(candidates(folder) for folder in self.folders()) and time.monotonic() < patience:
                self.look()
                time.sleep(min(0.1, max(0.01, self.office.workspace.settle_seconds / 4)))

    def look(self) -> None:
        """List every inbox once and file what has settled."""
        for folder in self.folders():
            try:
                for settled in self._settled(folder):
                    self._file(settled)
            except StorageProblem as problem:
                self._trouble(folder.name, problem)

    def _begin(self, stack: ExitStack) -> None:
        workspace = self.office.workspace
        ensure_apart(self.folders(), kept={"archive": workspace.archive, "review": workspace.review})
        recover_archive(self.office.archive)
        waiting.sweep(workspace.review, now=self.office.now())
        self._worker = stack.enter_context(Worker(READING))
        for folder in self.folders():
            for claimed in reclaim(folder.path):
                self._finish(claimed)
        for kept in list(kept_files(self.office.archive)):
            self.report(place_kept(self.office, kept, kept.path.name.partition("-")[2], worker=self._worker))

    def _settled(self, folder: WatchedFolder) -> Iterator[Settled]:
        found = listing(folder)
        for finding in found.passed_over:
            self._tell_once(finding)
        tracker = self._trackers.setdefault(folder.path, self._tracker())
        yield from tracker.settled(found.candidates, now=time.monotonic())

    def _tracker(self) -> StabilityTracker:
        settle = self.office.workspace.settle_seconds
        return StabilityTracker(settle, reads_whole=self._reads_whole, give_up_seconds=self.give_up_seconds)

    def _reads_whole(self, path: Path) -> bool:
        try:
            read_paper(path, worker=self._worker)
        except (UnreadableFile, LimitExceeded):
            return False
        return True

    def _file(self, settled: Settled) -> None:
        claimed = claim(settled.path, settled=settled.stamp)
        if claimed is not None:
            self._finish(claimed)

    def _finish(self, claimed: Claimed) -> None:
        """File a claimed scan; the claimed file itself goes last, or back into the inbox if the disk refuses."""
        try:
            filed = self._placed(claimed)
        except DocgenError as problem:
            with suppress(StorageProblem):
                release(claimed)
            self._trouble(claimed.name, problem)
            return
        for finding in discard(claimed, sha256=filed.sha256):
            self.report(Trouble(claimed.name, (finding,)))
        self.report(filed)

    def _placed(self, claimed: Claimed) -> Filed:
        """File a scan; whatever nobody foresaw lets it wait for a person, and never stops the rest."""
        try:
            return file_scan(self.office, claimed.path, worker=self._worker, name=claimed.name)
        except DocgenError:
            raise
        except Exception as problem:  # noqa: BLE001  # the last net
            log.unexpected(problem)
            return set_aside(self.office, claimed.path, name=claimed.name)

    def _trouble(self, where: str, problem: DocgenError) -> None:
        key = (where, problem.findings[0].code if problem.findings else "")
        if key not in self._told:
            self._told.add(key)
            self.report(Trouble(where, problem.findings))

    def _tell_once(self, finding: Finding) -> None:
        key = (finding.where, finding.code)
        if key not in self._told:
            self._told.add(key)
            self.report(Trouble(finding.where, (finding,)))

    def _pause(self) -> float:
        waits = any(candidates(folder) for folder in self.folders() if folder.path.is_dir())
        settle = max(0.05, self.office.workspace.settle_seconds / 4)
        return min(settle, RELIST_SECONDS) if waits else RELIST_SECONDS

    def _observe(self, stack: ExitStack, wake: threading.Event) -> list[BaseObserver]:
        observers = [self._observer(folder, wake) for folder in self.folders()]
        stack.callback(_stop_all, observers)
        return observers

    def _observer(self, folder: WatchedFolder, wake: threading.Event) -> BaseObserver:
        observer = PollingObserver(timeout=RELIST_SECONDS) if folder.use_polling else Observer()
        observer.schedule(_Hint(wake), str(folder.path), recursive=False)
        observer.start()
        return observer

    def _revive(self, observers: list[BaseObserver], wake: threading.Event) -> None:
        """Start an observer again whose thread died; until then the regular listing goes on regardless."""
        for place, (folder, observer) in enumerate(zip(self.folders(), observers, strict=True)):
            if not observer.is_alive() and folder.path.is_dir():
                observers[place] = self._observer(folder, wake)


class _Hint(FileSystemEventHandler):
    """Something moved in an inbox: look sooner."""

    def __init__(self, wake: threading.Event) -> None:
        self._wake = wake

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Wake the watcher for anything but mere reading."""
        if event.event_type not in {"opened", "closed_no_write"}:
            self._wake.set()


def _stop_all(observers: list[BaseObserver]) -> None:
    for observer in observers:
        observer.stop()
        observer.join(timeout=2)
