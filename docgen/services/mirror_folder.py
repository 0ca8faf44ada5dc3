"""One folder's part of a run: send what is new, papers before the log; then see to the locks; then say what is gone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, Future, as_completed
from dataclasses import dataclass, field, replace

from docgen.archive.layout import Folder
from docgen.errors import DocgenError, Refused
from docgen.findings import Finding, error, note, warning
from docgen.remote.faults import ArrivedDifferently
from docgen.remote.objects import Lock, Stored, Version
from docgen.remote.store import Source
from docgen.services.mirror_notes import Notes, Sent, sent_as
from docgen.services.mirror_settings import Mirror
from docgen.services.mirror_take import FolderTaken, Taken
from docgen.services.mirror_terms import FolderTerms, Locksmith

Told = Callable[[str, int], None]
"""Called with a path and the bytes that are dealt with."""
_OWN_FAULT = frozenset({"remote.key-too-long"})


@dataclass(slots=True)
class Count:
    """What a run did so far."""

    sent: int = 0
    bytes: int = 0
    found: int = 0
    extended: int = 0
    holds: int = 0
    findings: list[Finding] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class FolderWork:
    """A folder that is being mirrored: its name in the archive, what was taken of it, its terms."""

    mirror: Mirror
    notes: Notes
    smith: Locksmith
    pool: Executor
    count: Count
    told: Told
    name: str
    folder: Folder | None
    taken: FolderTaken
    terms: FolderTerms

    def do(self) -> None:
        """Do everything for this folder.

        Raises:
            Refused, StorageProblem: the store will not go on; what was sent is noted.
        """
        self.count.findings += self.taken.findings
        known = {each.path: each for each in self.notes.folder(self.name) if each.is_current}
        new = [each for each in self.taken.files if each.path not in known or known[each.path].sha256 != each.sha256]
        self._note_touched(known)
        there = self._there(known) if new else {}
        left = [each for each in new if not self._is_found(each, known, there)]
        for last in (False, True):
            self._send([each for each in left if each.comes_last is last])
        self._relock()
        self._tell_gone(known)

    def _note_touched(self, known: Mapping[str, Sent]) -> None:
        for each in self.taken.files:
            sent = known.get(each.path)
            if sent and sent.sha256 == each.sha256 and not sent.is_like(each.size, each.mtime_ns):
                self.notes.relocked([replace(sent, mtime_ns=each.mtime_ns)])

    def _there(self, known: Mapping[str, Sent]) -> dict[str, Version]:
        """Return the newest version of each of the folder's keys; tell of versions that were not ours."""
        prefix = self.mirror.key(f"{self.name}/" if self.name else "")
        found: dict[str, Version] = {}
        for each in self.mirror.store.versions(prefix):
            path = self.mirror.path(each.key)
            if each.is_latest and (self.name or "/" not in path):
                found[path] = each
        for path, each in found.items():
            if path in known and each.version != known[path].version:
                code = "mirror.hidden" if each.is_marker else "mirror.other-version"
                self.count.findings.append(warning(code, path))
        return found

    def _is_found(self, taken: Taken, known: Mapping[str, Sent], there: Mapping[str, Version]) -> bool:
        """Tell whether the store has a file that the notes do not know: a run was cut off, or the notes are lost."""
        version = there.get(taken.path)
        if taken.path in known or version is None or version.is_marker or version.size != taken.size:
            return False
        found = self.mirror.store.look(version.key, version=version.version)
        if found is None or found.sha256 != taken.sha256:
            return False
        self._note(taken, found)
        self.count.found += 1
        return True

    def _send(self, files: Sequence[Taken]) -> None:
        under_way = {self.pool.submit(self._put, each): each for each in files}
        try:
            for done in as_completed(under_way):
                self._settle(done, under_way[done])
        except BaseException:
            for each in under_way:
                each.cancel()
            self._note_finished(under_way)
            raise

    def _put(self, taken: Taken) -> Stored:
        lock = self.smith.new(self.terms.of(taken.inside))
        source = Source(taken.file, taken.size, taken.sha256, taken.data)
        return self.mirror.store.put(self.mirror.key(taken.path), source, lock)

    def _settle(self, done: Future[Stored], taken: Taken) -> None:
        try:
            found = done.result()
        except (ArrivedDifferently, Refused) as problem:
            if isinstance(problem, Refused) and not {each.code for each in problem.findings} <= _OWN_FAULT:
                raise
            self.count.findings += problem.findings
            return
        self._note(taken, found)
        self.count.sent += 1
        self.count.bytes += taken.size

    def _note_finished(self, under_way: Mapping[Future[Stored], Taken]) -> None:
        """Write down what arrived while another file failed, so that it is not sent again."""
        for each, taken in under_way.items():
            if not each.cancelled() and each.exception() is None:
                self.notes.note(sent_as(each.result(), folder=self.name, path=taken.path, mtime_ns=taken.mtime_ns))

    def _note(self, taken: Taken, found: Stored) -> None:
        self.notes.note(sent_as(found, folder=self.name, path=taken.path, mtime_ns=taken.mtime_ns))
        self.told(taken.path, taken.size)

    def _relock(self) -> None:
        for sent in self.notes.folder(self.name):
            wanted = self.smith.next(self.terms.of(self._inside(sent.path)), sent.lock, is_current=sent.is_current)
            if sent.lock.covers(wanted):
                continue
            stored = Stored(self.mirror.key(sent.path), sent.version, sent.size, sent.sha256, None, 0, sent.lock)
            try:
                now = self.mirror.store.lock(stored, wanted).lock
            except DocgenError as problem:
                if {each.code for each in problem.findings} != {"remote.version-gone"}:
                    raise
                self.count.findings += problem.findings
                continue
            self.notes.relocked([replace(sent, lock=now)])
            self.count.extended += _is_longer(now, sent.lock)
            self.count.holds += now.is_held != sent.lock.is_held

    def _inside(self, path: str) -> str:
        return path.removeprefix(f"{self.name}/") if self.name else path

    def _tell_gone(self, known: Mapping[str, Sent]) -> None:
        told = {each.where for each in self.taken.findings}
        present = {each.path for each in self.taken.files} | told
        for path in sorted(known.keys() - present):
            sent = next(each for each in self.notes.folder(self.name) if each.path == path and each.is_current)
            self.count.findings.append(self._gone(path, sent))

    def _gone(self, path: str, sent: Sent) -> Finding:
        if path not in self.taken.disposed:
            return error("mirror.gone-here", path)
        if sent.lock.is_held or (sent.lock.until is not None and sent.lock.until > self.smith.now):
            until = sent.lock.until.astimezone(self.smith.zone).date().isoformat() if sent.lock.until else "—"
            return note("mirror.disposed-locked", path, until=until)
        return note("mirror.disposed-open", path)


def _is_longer(now: Lock, before: Lock) -> bool:
    return now.until is not None and (before.until is None or now.until > before.until)
