"""Verify: prove that nothing was changed, lost or slipped in — or say exactly what was. Never repairs.

A run over everything may be cut into slices (`part=(2, 7)`: every Tuesday a seventh); a folder always falls into the
same slice. What the folder alone cannot show (a log cut off at its end) is found through anchors, that is heads noted
elsewhere, and through the database's rows.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import closing
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from types import MappingProxyType

from docgen.archive import disk, eventlog, lock, manifest, plain
from docgen.archive.inspection import Elsewhere, Inspection, inspect_folder
from docgen.archive.keep import is_as_kept, kept_files
from docgen.archive.layout import COMPANY, CUSTOMER, INCOMING, OURS, ROOT_FILES, Archive, Folder, read_customer
from docgen.archive.verify_hands import in_order
from docgen.errors import StorageProblem, WrongUsage
from docgen.findings import Finding, error, note

Progress = Callable[[str, int, int], None]
"""Called with a folder's key, its number from 1, and how many there are."""

_ROOM = 256 * 1024
"""Read at once: small enough to lie in the processor's own memory while it is hashed."""
_REVIEW_NAME = re.compile(r"\d{4}-?\d{2}-?\d{2}-[0-9a-f]{8}(-\d+)?")


@dataclass(frozen=True, slots=True)
class Anchor:
    """The head of a folder's log as noted elsewhere: running number and hash of the last line then."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class FolderReport:
    """What one folder showed: findings, files and bytes read."""

    findings: tuple[Finding, ...]
    files: int
    bytes: int


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """What verification found, and how much it looked at: folders, files, bytes."""

    findings: tuple[Finding, ...]
    folders: int
    files: int
    bytes: int


def verify(  # noqa: PLR0913  # how much of it, against what, going on from where
    archive: Archive,
    *,
    part: tuple[int, int] | None = None,
    anchors: Mapping[str, Anchor] = MappingProxyType({}),
    known: Mapping[str, AbstractSet[str]] | None = None,
    progress: Progress | None = None,
    done: Mapping[str, FolderReport] = MappingProxyType({}),
    noted: Callable[[str, FolderReport], None] | None = None,
) -> VerifyReport:
    """Check the archive and return everything found; nothing is written.

    Args:
        archive: which archive.
        part: (n, t), n from 1 to t: only the n-th of t slices; things outside folders belong to slice 1.
        anchors: heads noted elsewhere, by folder key.
        known: item ids the database has, by folder key; None skips the comparison.
        progress: told about each folder before it is read.
        done: what a run that was broken off found, by folder key; these folders are not read again.
        noted: told what each folder showed, once it was read.

    Raises:
        WrongUsage: archive.bad-slice.
        StorageProblem: archive.root-missing.
    """
    if part is not None and not 1 <= part[0] <= part[1]:
        raise WrongUsage.of("archive.bad-slice", f"{part[0]}/{part[1]}")
    everything = list(archive.folders())
    chosen = [folder for folder in everything if _is_in(part, folder.key)]
    asks = (
        _Ask(folder, anchors.get(folder.key), None if known is None else known.get(folder.key, frozenset()))
        for folder in chosen
        if folder.key not in done
    )
    findings: list[Finding] = []
    files = total = 0
    with closing(in_order(partial(_Looker, archive.root), asks)) as looked:
        for number, folder in enumerate(chosen, start=1):
            if progress is not None:
                progress(folder.key, number, len(chosen))
            told = done.get(folder.key) or next(looked)
            if noted is not None and folder.key not in done:
                noted(folder.key, told)
            findings += told.findings
            files, total = files + told.files, total + told.bytes
    findings += _check_keys(everything, [*anchors, *(known or {})], part)
    if part is None or part[0] == 1:
        findings += _check_root(archive)
    return VerifyReport(tuple(findings), len(chosen), files, total)


@dataclass(frozen=True, slots=True)
class _Ask:
    """A folder to look through, the head noted elsewhere, the item ids the database has (None: not compared)."""

    folder: Folder
    anchor: Anchor | None
    rows: AbstractSet[str] | None


class _Looker:
    """Looks through folders of one archive, with room of its own to read into."""

    def __init__(self, root: Path) -> None:
        self._archive = Archive(root)
        self._room = memoryview(bytearray(_ROOM))
        self._elsewhere = _origins(self._archive)

    def __call__(self, ask: _Ask) -> FolderReport:
        seen = self._inspect(ask.folder)
        found = (*seen.findings, *_check_anchor(seen, ask.anchor), *_check_rows(seen, ask.rows))
        return FolderReport(found, seen.files, seen.bytes)

    def _inspect(self, folder: Folder) -> Inspection:
        try:
            with lock.shared(folder.lock, folder.key), disk.storage(folder.key):
                return inspect_folder(self._archive, folder, self._elsewhere(folder.key), self._room)
        except StorageProblem as problem:
            missed = [error("archive.not-verified", folder.key, contract=folder.key), *problem.findings]
            return Inspection(folder, findings=missed)


def check_anchors(
    archive: Archive, anchors: Mapping[str, Anchor], *, part: tuple[int, int] | None = None
) -> Iterator[Finding]:
    """Compare the logs alone with heads noted elsewhere: each must still hold the line it had then."""
    folders = [folder for folder in archive.folders() if _is_in(part, folder.key)]
    for folder in folders:
        if folder.key in anchors:
            entries = eventlog.scan(folder).entries
            yield from _check_anchor(Inspection(folder, entries=entries), anchors[folder.key])
    yield from _check_keys(folders, anchors, part)


def slice_of(key: str, slices: int) -> int:
    """Return the slice, 1 to `slices`, a folder key always falls into."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big") % slices + 1


def verify_review(review_root: Path) -> list[Finding]:
    """Check what waits for a person: each original against the hash its reason.json states."""
    findings: list[Finding] = []
    for name in disk.names(review_root):
        path = review_root / name
        if disk.is_folder(path) and _REVIEW_NAME.fullmatch(name):
            findings += _check_waiting(path)
    return findings


def _is_in(part: tuple[int, int] | None, key: str) -> bool:
    return part is None or slice_of(key, part[1]) == part[0]


def _origins(archive: Archive) -> Callable[[str], Elsewhere]:
    """Return, for a folder's key, the look-up of hashes in all other folders' manifests, read when first asked."""

    @cache
    def index() -> dict[str, list[tuple[str, str]]]:
        found: dict[str, list[tuple[str, str]]] = {}
        for folder in archive.folders():
            data = disk.read(folder.manifest) if disk.is_plain_file(folder.manifest) else b""
            for sha256, path in manifest.parse(data)[0]:
                found.setdefault(sha256, []).append((folder.key, path))
        return found

    def look_up(key: str) -> Elsewhere:
        def origin(sha256: str) -> tuple[str, str] | None:
            candidates = index().get(sha256, [])
            return next((one for one in candidates if one[0] != key), next(iter(candidates), None))

        return origin

    return look_up


def _check_anchor(seen: Inspection, anchor: Anchor | None) -> Iterator[Finding]:
    if anchor is None or anchor.seq == 0:
        return
    key = seen.folder.key
    last = seen.entries[-1].seq if seen.entries else 0
    if last < anchor.seq:
        yield error("archive.log-cut", f"{key}/{OURS}/events.jsonl", contract=key, line=last, expected=anchor.seq)
    elif not any(entry.seq == anchor.seq and entry.hash == anchor.hash for entry in seen.entries):
        yield error("archive.log-rewritten", f"{key}/{OURS}/events.jsonl", contract=key, line=anchor.seq)


def _check_rows(seen: Inspection, rows: AbstractSet[str] | None) -> Iterator[Finding]:
    if rows is None:
        return
    key = seen.folder.key
    for item_id, sidecar in seen.sidecars.items():
        if item_id not in rows:
            yield error("archive.row-missing", key, contract=key, id=item_id, file=sidecar.files[0].name)
    for item_id in sorted(rows - set(seen.sidecars)):
        yield error("archive.row-stale", key, contract=key, id=item_id)


def _check_keys(folders: Iterable[Folder], wanted: Iterable[str], part: tuple[int, int] | None) -> Iterator[Finding]:
    keys: dict[str, Folder] = {}
    for folder in folders:
        if folder.key in keys and _is_in(part, folder.key):
            yield error("archive.folder-twice", folder.key, contract=folder.key, path=folder.path.parent.name)
        keys[folder.key] = folder
    for key in sorted(set(wanted)):
        if key not in keys and _is_in(part, key):
            yield error("archive.folder-missing", key, contract=key)


def _check_root(archive: Archive) -> Iterator[Finding]:
    """Look at what lies outside the folders: strangers, customers without a label, bytes not filed yet."""
    for name in disk.names(archive.root):
        path = archive.root / name
        if name in {COMPANY, INCOMING} | ROOT_FILES:
            continue
        if name.startswith(("_", ".")) or not disk.is_folder(path):
            yield error("archive.unknown-at-root", name, file=name)
        elif read_customer(path / CUSTOMER) is None:
            yield error("archive.customer-label-missing", f"{name}/{CUSTOMER}/customer.json", contract=name, file=name)
    for home in [archive.root / COMPANY, *archive.customer_homes()]:
        for name in disk.names(home):
            if not disk.is_folder(home / name / OURS):
                yield error("archive.unknown-in-customer", archive.relative(home / name), file=name)
    for kept in kept_files(archive):
        code = "archive.waiting-in-incoming" if is_as_kept(kept) else "archive.kept-changed"
        make = note if is_as_kept(kept) else error
        yield make(code, f"{INCOMING}/{kept.path.name}", contract=INCOMING, file=kept.path.name)


def _check_waiting(path: Path) -> list[Finding]:
    where = f"review/{path.name}"
    try:
        reason = plain.parse(disk.read(path / "reason.json"))
        original, sha256 = reason["original"], reason["sha256"]
        if not isinstance(original, str) or not isinstance(sha256, str):
            raise ValueError("original or sha256 is no text")  # noqa: TRY004, TRY301  # one finding for all of these
    except (OSError, ValueError, KeyError):
        return [error("archive.review-reason-broken", f"{where}/reason.json", file=path.name)]
    file = path / original
    if file.parent != path or not disk.is_plain_file(file):
        return [error("archive.review-original-missing", f"{where}/{original}", file=original)]
    if disk.digest(file).sha256 != sha256:
        return [error("archive.review-original-changed", f"{where}/{original}", file=original)]
    return []
