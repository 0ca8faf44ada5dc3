"""`docgen mirror verify`: every file of the archive against its object: bytes, hash, lock; and what else lies there.

The archive's files are read again, the store is asked about each object: the size, the hash noted when it was sent, the
hash it reckoned itself, the lock. With `full` the bytes are fetched and hashed as well. Nothing is changed there or
in the archive; this machine only forgets what it took for sent or locked and is not, so that the next run sees to it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby

from docgen.archive.layout import Folder
from docgen.findings import Finding, error, note, warning
from docgen.remote.objects import Stored, Version
from docgen.remote.store import composite_checksum, whole_checksum
from docgen.services import logging as log
from docgen.services.mirror_run import opened_notes
from docgen.services.mirror_settings import Mirror, open_mirror
from docgen.services.mirror_take import LOG, FolderTaken, Taken, take, take_root
from docgen.services.mirror_terms import FolderTerms, Locksmith, TermsDesk
from docgen.services.mirror_waiting import ROOT
from docgen.services.office import Office

Progress = Callable[[str, int, int], None]
"""Called with a folder's name, its number, and how many there are."""
_MENDED_BY_A_RUN = frozenset(("mirror.missing", "mirror.lock-short", "mirror.held-still"))
_DEPTH = 2
"""Every folder of the archive lies two levels below its root."""


@dataclass(frozen=True, slots=True)
class MirrorVerified:
    """What was compared, and all that differs: folders, files, bytes of the archive; objects that lie in the store."""

    folders: int
    files: int
    bytes: int
    objects: int
    findings: tuple[Finding, ...]


@dataclass(slots=True)
class _Look:
    """What is needed while looking, and what was seen so far."""

    office: Office
    mirror: Mirror
    smith: Locksmith
    desk: TermsDesk
    pool: Executor
    is_full: bool
    files: int = 0
    bytes: int = 0
    objects: int = 0
    findings: list[Finding] = field(default_factory=list)


def verify_mirror(
    office: Office, mirror: Mirror | None = None, *, jobs: int = 4, full: bool = False, progress: Progress | None = None
) -> MirrorVerified:
    """Compare the archive with its mirror and return everything found.

    Raises:
        NotFound: no mirror is set up.
        Refused, StorageProblem: the store cannot be asked.
    """
    mirror = mirror or open_mirror(office.workspace)
    mirror.store.require_lock()
    folders = {office.archive.relative(each.path): each for each in office.archive.folders()}
    smith = Locksmith(mirror.settings, office.workspace.timezone, office.now())
    seen: set[str] = set()
    with ThreadPoolExecutor(max_workers=jobs, thread_name_prefix="mirror") as pool:
        looking = _Look(office, mirror, smith, TermsDesk(office), pool, full)
        for name, versions in grouped(mirror):
            if name not in seen and progress is not None:
                progress(name, len(seen) + 1, len(folders) + 1)
            seen.add(name)
            _compare(looking, name, folders.get(name), newest(versions))
        for name in sorted({ROOT, *folders} - seen):
            _compare(looking, name, folders.get(name), {})
    _forget(office, mirror, looking.findings)
    log.record("mirror-verified", count=looking.files)
    return MirrorVerified(len(folders), looking.files, looking.bytes, looking.objects, tuple(looking.findings))


def _forget(office: Office, mirror: Mirror, findings: Iterable[Finding]) -> None:
    """Let the next run ask the store anew about whatever it would wrongly believe to be in order."""
    wrong = [each.where for each in findings if each.code in _MENDED_BY_A_RUN]
    if wrong:
        with opened_notes(office.workspace, mirror.settings) as notes:
            notes.forget(wrong)


def grouped(mirror: Mirror) -> Iterator[tuple[str, Iterator[Version]]]:
    """Yield the bucket's versions folder by folder, under the folder's name in the archive; "" for what lies beside."""
    return groupby(mirror.store.versions(mirror.settings.prefix), lambda each: folder_of_path(mirror.path(each.key)))


def folder_of_path(path: str) -> str:
    """Return the folder a path of the archive belongs to, "" where it lies beside the folders."""
    parts = path.split("/")
    return "/".join(parts[:_DEPTH]) if len(parts) > _DEPTH else ROOT


def newest(versions: Iterator[Version]) -> dict[str, Version]:
    """Return the newest version or marker of each key."""
    return {each.key: each for each in versions if each.is_latest}


def _compare(looking: _Look, name: str, folder: Folder | None, there: dict[str, Version]) -> None:
    taken, terms = _taken(looking, name, folder)
    looking.objects += len(there)
    looking.files += len(taken.files)
    looking.bytes += sum(each.size for each in taken.files)
    looking.findings += taken.findings
    versions = [there.pop(looking.mirror.key(each.path), None) for each in taken.files]
    for found in looking.pool.map(partial(_differences, looking, terms), taken.files, versions):
        looking.findings += found
    told = {each.where for each in taken.findings}
    for key, version in there.items():
        path = looking.mirror.path(key)
        if version.is_marker or path in told:
            continue
        is_known = path in taken.disposed
        looking.findings.append(note("mirror.disposed-kept", path) if is_known else warning("mirror.not-ours", path))


def _taken(looking: _Look, name: str, folder: Folder | None) -> tuple[FolderTaken, FolderTerms]:
    if folder is not None:
        taken = take(looking.office.archive, folder, {}, is_full=True)
        return taken, looking.desk.of(folder, taken.sidecars)
    return (take_root(looking.office.archive) if name == ROOT else FolderTaken(())), FolderTerms()


def _differences(looking: _Look, terms: FolderTerms, taken: Taken, version: Version | None) -> list[Finding]:
    return list(_differing(looking, terms, taken, version))


def _differing(looking: _Look, terms: FolderTerms, taken: Taken, version: Version | None) -> Iterator[Finding]:
    if version is None:
        yield error("mirror.missing", taken.path)
        return
    if version.is_marker:
        yield error("mirror.hidden", taken.path)
        return
    found = looking.mirror.store.look(version.key, version=version.version)
    if found is None:
        yield error("mirror.missing", taken.path)
        return
    yield from _in_bytes(looking, taken, found)
    yield from _in_lock(looking, taken, found, terms)


def _in_bytes(looking: _Look, taken: Taken, found: Stored) -> Iterator[Finding]:
    if (found.size, found.sha256) != (taken.size, taken.sha256):
        is_behind = taken.inside == LOG and _begins_so(taken, found)
        if is_behind:
            yield warning("mirror.behind", taken.path)
        else:
            yield error("mirror.differs", taken.path, size=found.size, expected=taken.size)
    elif found.checksum is not None and found.checksum not in _checksums(taken, found):
        yield error("mirror.store-reckons-differently", taken.path)
    if looking.is_full and looking.mirror.store.read_digest(found.key, found.version) != found.sha256:
        yield error("mirror.bytes-damaged", taken.path)


def _begins_so(taken: Taken, found: Stored) -> bool:
    return taken.data is not None and hashlib.sha256(taken.data[: found.size]).hexdigest() == found.sha256


def _checksums(taken: Taken, found: Stored) -> set[str]:
    known = {whole_checksum(taken.sha256)}
    return known | {composite_checksum(taken.file, taken.size, found.part)} if found.part else known


def _in_lock(looking: _Look, taken: Taken, found: Stored, terms: FolderTerms) -> Iterator[Finding]:
    term = terms.of(taken.inside)
    if not looking.smith.is_kept_by(term, found.lock):
        until = found.lock.until.date().isoformat() if found.lock.until else "—"
        yield error("mirror.lock-short", taken.path, until=until, expected=term.until or "∞")
    elif found.lock.is_held and not term.is_held and term.until is not None:
        yield warning("mirror.held-still", taken.path)
