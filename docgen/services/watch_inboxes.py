"""The watcher: files what people drop into the inboxes, one bad file never stopping the rest.

Events from the file system are hints that make it look sooner; what counts is its own regular listing of each inbox.
Files that have settled together are filed as a burst (docgen.services.file_burst); one alone is filed at once. Before
the first listing it finishes what a crash left: claimed files, and bytes kept but not yet placed. A full disk makes it
pause: it says so once, tries one file at each listing, and goes on by itself when there is room again.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver
from watchdog.observers.polling import PollingObserver

from docgen.archive.keep import Kept, kept_files
from docgen.archive.recovery import recover_archive
from docgen.contained.run import Worker
from docgen.errors import DocgenError, LimitExceeded, Refused, StorageProblem, UnreadableFile
from docgen.findings import Finding, error, warning
from docgen.intake import waiting
from docgen.intake.claiming import Claimed, claim, discard, reclaim, release
from docgen.intake.inbox import WatchedFolder, candidates, ensure_apart, listing, out_of_place
from docgen.intake.inlet import Inlet
from docgen.intake.settling import Settled, StabilityTracker
from docgen.mounts import mount_table, share_type
from docgen.papers.limits import READING
from docgen.papers.ocr import Recogniser
from docgen.services import logging as log
from docgen.services.file_burst import BURST, Drop, file_burst
from docgen.services.file_scan import AT_NEED, Readers, place_kept
from docgen.services.heartbeat import ObservedFolder, beat, other_watcher
from docgen.services.office import Office
from docgen.services.placing import Filed
from docgen.services.premises import kept_places, watched

RELIST_SECONDS = 5.0
"""How often each inbox is listed anew, events or not."""
PATIENCE = 600.0
"""How long `--once` works at most beyond the settling of the last file."""
GIVE_UP_SECONDS = 20.0
"""How long a file that stands still but does not read is left to its writer before it waits for a person."""


_FULL = frozenset({"archive.disk-full", "intake.disk-full", "intake.inbox-full", "store.disk-full"})
"""On a full disk every file would fail alike: the others wait untouched."""
_DISK = "disk"
_TRIES_AT_ONCE = 2
_WATCHDOG = logging.getLogger("watchdog.observers.inotify")


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
    _readers: Readers = AT_NEED
    _told: set[tuple[str, str]] = field(default_factory=set)
    _has_taken_up: bool = False
    _is_full: bool = False
    _was_full: bool = False
    _beat: Callable[[], None] = lambda: None
    _is_stopped: Callable[[], bool] = lambda: False
    _stuck: set[str] = field(default_factory=set)
    _ill: dict[str, Finding] = field(default_factory=dict)
    _failures: Counter[Path] = field(default_factory=Counter)
    _given_up: set[Path] = field(default_factory=set)
    _restarts: Counter[Path] = field(default_factory=Counter)
    _beaten: float = 0.0

    def folders(self) -> tuple[WatchedFolder, ...]:
        """Return the inboxes of the workspace; those on network file systems, which send no events, are polled."""
        mounts = mount_table()
        return tuple(
            replace(watched(one), use_polling=one.use_polling or share_type(one.path, mounts=mounts) is not None)
            for one in self.office.workspace.inboxes
        )

    def run(self, stop: threading.Event) -> None:
        """Watch until `stop` is set.

        Raises:
            Refused: an inbox is missing or overlaps with the archive, the review folder or another inbox.
        """
        with ExitStack() as stack:
            self._begin(stack)
            if (other := other_watcher(self.office)) is not None:
                self._tell_once(warning("intake.second-watcher", "", pid=other))
            wake = threading.Event()
            observers = self._observe(stack, wake)
            stack.callback(lambda: beat(self.office, self._observed(observers), is_last=True))
            self._beat = lambda: beat(self.office, self._observed(observers))
            self._is_stopped = stop.is_set
            while not stop.is_set():
                self._beat()
                self.look()
                self._beat()
                self._revive(observers, wake)
                wake.wait(self._pause())
                wake.clear()

    def run_once(self) -> bool:
        """File what lies in the inboxes now, waiting for each file to settle; return whether nothing was left over.

        Raises:
            Refused: as `run`.
        """
        with ExitStack() as stack:
            self._begin(stack)
            quiet_since = time.monotonic()
            allowance = self.office.workspace.settle_seconds + self.give_up_seconds + PATIENCE
            self.look()
            while self._can_go_on() and time.monotonic() < quiet_since + allowance:
                time.sleep(min(0.1, max(0.01, self.office.workspace.settle_seconds / 4)))
                self.look()
        return not (self._is_full or self._stuck or self._given_up or any(self._lying()))

    def look(self) -> None:
        """List every inbox once and file what has settled."""
        self._was_full, self._is_full = self._is_full, False
        self._stuck.clear()
        self._take_up()
        folders = self.folders()
        wrong = out_of_place(folders, kept=kept_places(self.office.workspace))
        for folder in folders:
            if self._is_full:
                return
            try:
                self._look_into(folder, wrong.get(folder.name, ()))
            except (StorageProblem, Refused) as problem:
                self._stuck.add(folder.name)
                self._ill[folder.name] = problem.findings[0]
                self._trouble(folder.name, problem)
            else:
                self._ill.pop(folder.name, None)
                self._forgive(folder.name)

    def _look_into(self, folder: WatchedFolder, wrong: Sequence[Finding]) -> None:
        """File what has settled, as many at once as a burst takes; on a full disk one file is a try.

        Raises:
            Refused: something is wrong with the inbox itself. StorageProblem: it cannot be read.
        """
        if wrong:
            raise Refused(wrong)
        settled = self._settled(folder)
        while not (self._is_full or self._is_stopped()):
            burst = list(islice(settled, 1 if self._was_full else BURST))
            if not burst:
                return
            self._file(burst)
            self._beat()

    def _can_go_on(self) -> bool:
        """Tell whether a file is left that was not tried in vain often enough for one run."""
        return not self._is_full and any(self._failures[path] < _TRIES_AT_ONCE for path in self._lying())

    def _lying(self) -> Iterator[Path]:
        for folder in self.folders():
            with suppress(StorageProblem):
                yield from (path for path in candidates(folder) if path not in self._given_up)

    def _begin(self, stack: ExitStack) -> None:
        workspace = self.office.workspace
        ensure_apart(self.folders(), kept=kept_places(workspace))
        worker, recogniser = stack.enter_context(Worker(READING)), stack.enter_context(Recogniser())
        self._readers = Readers(worker, recogniser)

    def _take_up(self) -> None:
        """Finish what a crash left; where the disk refuses, it is tried again at the next look."""
        if self._has_taken_up:
            return
        try:
            recover_archive(self.office.archive)
            waiting.sweep(self.office.workspace.review, now=self.office.now())
            left = [claimed for folder in self.folders() for claimed in reclaim(folder.path)]
            for start in range(0, len(left), BURST):
                self._finish(left[start : start + BURST])
            for kept in list(kept_files(self.office.archive)):
                self._place(kept)
        except StorageProblem as problem:
            self._stuck.add("archive")
            self._note_full(problem)
            self._trouble(str(self.office.archive.root), problem)
        else:
            self._has_taken_up = not self._is_full

    def _place(self, kept: Kept) -> None:
        name = kept.path.name.partition("-")[2]
        try:
            self.report(place_kept(self.office, kept, name, readers=self._readers))
        except DocgenError as problem:
            self._note_full(problem)
            self._trouble(name, problem)

    def _settled(self, folder: WatchedFolder) -> Iterator[Settled]:
        found = listing(folder)
        for finding in found.passed_over:
            self._tell_once(finding)
        tracker = self._trackers.setdefault(folder.path, self._tracker())
        wanted = [path for path in found.candidates if path not in self._given_up]
        for settled in tracker.settling(wanted, now=time.monotonic()):
            self._beat_on()
            yield settled

    def _beat_on(self) -> None:
        """Show life in the midst of a long burst, too."""
        if time.monotonic() - self._beaten > RELIST_SECONDS:
            self._beaten = time.monotonic()
            self._beat()

    def _tracker(self) -> StabilityTracker:
        settle = self.office.workspace.settle_seconds
        return StabilityTracker(settle, reads_whole=self._reads_whole, give_up_seconds=self.give_up_seconds)

    def _reads_whole(self, path: Path) -> bool:
        try:
            self._readers.once.read(path, worker=self._readers.worker)
        except (UnreadableFile, LimitExceeded):
            return False
        return True

    def _file(self, burst: Sequence[Settled]) -> None:
        """Claim what has settled and file it together; where a claim is refused, what was claimed before is filed."""
        claimed: list[Claimed] = []
        try:
            for settled in burst:
                one = claim(settled.path, settled=settled.stamp)
                if one is not None:
                    claimed.append(one)
        finally:
            self._finish(claimed)

    def _finish(self, burst: Sequence[Claimed]) -> None:
        """File claimed scans; each claimed file itself goes last, or back into the inbox if the disk refuses."""
        for claimed, found in self._filed(burst):
            if isinstance(found, Filed):
                self._let_go(claimed, found)
                self._forgive(claimed.name)
                self._forgive(_DISK)
                self._was_full = False
                self.report(found)
            elif isinstance(found, DocgenError):
                self._failures[claimed.inbox / claimed.path.name] += 1
                self._note_full(found)
                self._put_back(claimed)
                self._trouble(claimed.name, found)
            else:
                self._give_up(claimed, found)

    def _filed(self, burst: Sequence[Claimed]) -> list[tuple[Claimed, Filed | Exception]]:
        """Return what became of each; one file that nobody foresaw must not stop all others."""
        drops = [Drop(claimed.path, claimed.name, self._inlet(claimed)) for claimed in burst]
        try:
            found = [one for _, one in file_burst(self.office, drops, readers=self._readers, tick=self._beat_on)]
        except DocgenError as problem:
            return [(claimed, problem) for claimed in burst]
        except Exception as problem:  # noqa: BLE001  # the very last net
            if len(burst) > 1:
                return [one for claimed in burst for one in self._filed([claimed])]
            return [(claimed, problem) for claimed in burst]
        return list(zip(burst, found, strict=True))

    def _inlet(self, claimed: Claimed) -> Inlet | None:
        """Return whose inbox a file came through."""
        return next((one.inlet for one in self.folders() if one.path == claimed.inbox), None)

    def _let_go(self, claimed: Claimed, filed: Filed) -> None:
        """Remove the claimed file, last of all; where the inbox refuses, it is found to be filed at the next start."""
        try:
            for finding in discard(claimed, sha256=filed.sha256):
                self.report(Trouble(claimed.name, (finding,)))
        except StorageProblem as problem:
            self._trouble(claimed.name, problem)

    def _put_back(self, claimed: Claimed) -> Path | None:
        with suppress(StorageProblem):
            return release(claimed)
        return None

    def _give_up(self, claimed: Claimed, problem: Exception) -> None:
        """Leave a file that made the program fail in the inbox, untouched until the next start, and say so."""
        path = self._put_back(claimed)
        if path is not None:
            self._given_up.add(path)
        told = error("core.unexpected", claimed.name, what=type(problem).__name__, log=log.unexpected(problem))
        self.report(Trouble(claimed.name, (told,)))

    def _note_full(self, problem: DocgenError) -> None:
        self._is_full = self._is_full or any(finding.code in _FULL for finding in problem.findings)

    def _forgive(self, where: str) -> None:
        """Forget that something was told, so that it is told again should it happen again."""
        self._told = {key for key in self._told if key[0] != where}

    def _trouble(self, where: str, problem: DocgenError) -> None:
        code = problem.findings[0].code if problem.findings else ""
        key = (_DISK if code in _FULL else where, code)
        if key not in self._told:
            self._told.add(key)
            self.report(Trouble(where, problem.findings))

    def _tell_once(self, finding: Finding) -> None:
        key = (finding.where, finding.code)
        if key not in self._told:
            self._told.add(key)
            self.report(Trouble(finding.where, (finding,)))

    def _pause(self) -> float:
        waits = not self._is_full and any(self._failures[path] < _TRIES_AT_ONCE for path in self._lying())
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
                self._restarts[folder.path] += 1

    def _observed(self, observers: list[BaseObserver]) -> tuple[ObservedFolder, ...]:
        return tuple(
            ObservedFolder(
                one.name,
                str(one.path),
                one.use_polling,
                observer.is_alive(),
                self._restarts[one.path],
                one.inlet.whose,
                self._ill[one.name].as_json() if one.name in self._ill else None,
            )
            for one, observer in zip(self.folders(), observers, strict=True)
        )


class _Hint(FileSystemEventHandler):
    """Something moved in an inbox: look sooner."""

    def __init__(self, wake: threading.Event) -> None:
        self._wake = wake

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Wake the watcher for anything but mere reading."""
        if event.event_type not in {"opened", "closed_no_write"}:
            self._wake.set()


def _stop_all(observers: list[BaseObserver]) -> None:
    """Stop the observers; what one reports because it is stopped while it waits for events is no news to anybody."""
    _WATCHDOG.addFilter(_is_news)
    try:
        for observer in observers:
            observer.stop()
            observer.join(timeout=2)
    finally:
        _WATCHDOG.removeFilter(_is_news)


def _is_news(record: logging.LogRecord) -> bool:
    return record.funcName != "queue_events"
