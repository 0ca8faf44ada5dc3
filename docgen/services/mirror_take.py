"""What of a folder goes into the mirror, taken as of one moment under the folder's lock, without keeping it long.

Only what the archive vouches for is sent: what the manifest lists, and exactly those bytes. A file that was changed
behind the archive's back is told and left alone, so that a spoilt disk never becomes a newer version in the store. The
log counts up to its last whole line and must go on where the version sent before it ended.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from docgen.archive import disk, lock, manifest
from docgen.archive.layout import OURS, ROOT_FILES, Archive, Folder
from docgen.archive.rebuild import contents
from docgen.archive.record import Sidecar
from docgen.errors import Damage, Refused
from docgen.findings import Finding, error
from docgen.services.mirror_notes import Sent

LOG, MANIFEST, RECORDS = f"{OURS}/events.jsonl", f"{OURS}/manifest-sha256.txt", f"{OURS}/records"
_LAST = (MANIFEST, LOG)
_DISPOSED = "item.disposed"


@dataclass(frozen=True, slots=True)
class Taken:
    """One file as it was: path in the archive and in its folder, bytes, hash; `data` where it may grow meanwhile."""

    path: str
    inside: str
    file: Path
    size: int
    mtime_ns: int
    sha256: str
    data: bytes | None = None

    @property
    def comes_last(self) -> bool:
        """Tell whether it speaks of other files, which must be there before it."""
        return self.inside in _LAST


@dataclass(frozen=True, slots=True)
class FolderTaken:
    """A folder's files, the records its log holds, the paths of papers that were lawfully destroyed, and troubles."""

    files: tuple[Taken, ...]
    sidecars: tuple[Sidecar, ...] = ()
    disposed: frozenset[str] = frozenset()
    findings: tuple[Finding, ...] = ()


@dataclass(slots=True)
class _Taking:
    archive: Archive
    folder: Folder
    known: Mapping[str, Sent]
    is_full: bool
    findings: list[Finding] = field(default_factory=list)

    def path(self, inside: str) -> str:
        return f"{self.archive.relative(self.folder.path)}/{inside}"

    def report(self, code: str, inside: str) -> None:
        self.findings.append(error(code, self.path(inside), contract=self.folder.key, file=inside))


def take(archive: Archive, folder: Folder, known: Mapping[str, Sent], *, is_full: bool = False) -> FolderTaken:
    """Return what of a folder belongs into the mirror; `known` (by path) need not be read again unless `is_full`.

    Raises:
        StorageProblem: the folder cannot be read, or a writer keeps it locked.
    """
    taking = _Taking(archive, folder, known, is_full)
    with lock.shared(folder.lock, folder.key), disk.storage(folder.key):
        files = list(_files(taking))
        try:
            told = contents(folder)
        except (Damage, Refused) as problem:
            return FolderTaken(tuple(files), findings=(*taking.findings, *problem.findings))
        log = _log(taking)
    gone = {_disposed_id(each.payload) for each in told.entries if each.type == _DISPOSED}
    disposed = {taking.path(path) for each in told.sidecars if each.id in gone for path in each.paths()}
    files += [log] if log else []
    return FolderTaken(tuple(files), told.sidecars, frozenset(disposed), tuple(taking.findings))


def take_root(archive: Archive) -> FolderTaken:
    """Return the files beside the folders that explain the archive to a person."""
    files = []
    for name in sorted(ROOT_FILES - {".gitignore"}):
        file = archive.root / name
        if disk.is_plain_file(file):
            data = disk.read(file)
            files.append(Taken(name, name, file, len(data), file.lstat().st_mtime_ns, _sha256(data), data))
    return FolderTaken(tuple(files))


def names_in(folder: Folder) -> Iterator[tuple[str, str | None]]:
    """Yield the paths inside a folder that belong to the archive, with the hash the manifest states."""
    data = disk.read(folder.manifest) if disk.is_plain_file(folder.manifest) else b""
    for sha256, inside in manifest.parse(data)[0]:
        yield inside, sha256
    for name in disk.names(folder.records):
        if name.endswith(".json") and not name.startswith("."):
            yield f"{RECORDS}/{name}", None


def _files(taking: _Taking) -> Iterator[Taken]:
    for inside, sha256 in names_in(taking.folder):
        found = _file(taking, inside, sha256)
        if found is not None:
            yield found
    if disk.is_plain_file(taking.folder.manifest):
        seen, data = taking.folder.manifest.lstat(), disk.read(taking.folder.manifest)
        size = len(data)
        yield Taken(
            taking.path(MANIFEST), MANIFEST, taking.folder.manifest, size, seen.st_mtime_ns, _sha256(data), data
        )
    else:
        taking.report("mirror.file-missing", MANIFEST)


def _file(taking: _Taking, inside: str, stated: str | None) -> Taken | None:
    file, path = taking.folder.path / inside, taking.path(inside)
    if not disk.is_plain_file(file):
        taking.report("mirror.file-missing", inside)
        return None
    seen, known = file.lstat(), taking.known.get(path)
    if known and not taking.is_full and known.is_like(seen.st_size, seen.st_mtime_ns):
        return Taken(path, inside, file, seen.st_size, seen.st_mtime_ns, known.sha256)
    digest = disk.digest(file)
    if stated not in {None, digest.sha256}:
        taking.report("mirror.file-damaged", inside)
        return None
    return Taken(path, inside, file, digest.size, seen.st_mtime_ns, digest.sha256)


def _log(taking: _Taking) -> Taken | None:
    file, path = taking.folder.events, taking.path(LOG)
    seen, data = file.lstat(), disk.read(file)
    data = data[: data.rfind(b"\n") + 1]
    known = taking.known.get(path)
    if known and _sha256(data[: known.size]) != known.sha256:
        taking.report("mirror.log-rewritten", LOG)
        return None
    return Taken(path, LOG, file, len(data), seen.st_mtime_ns, _sha256(data), data)


def _disposed_id(payload: Mapping[str, object]) -> object:
    stone = payload.get("tombstone")
    return stone.get("id") if isinstance(stone, dict) else payload.get("id")


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
