"""`docgen mirror fetch`: an empty archive is filled from the mirror, each file proven by hash while it is written.

What was deleted in the store on purpose or by an intruder is only hidden there, and a version written over it is only
newer: with an instant given, the archive comes back as it was mirrored then. Papers that the folder's own manifest does
not list (destroyed lawfully since, or slipped in) are left where they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

from docgen.archive import disk, manifest, refill
from docgen.archive.layout import OURS, Archive
from docgen.errors import Damage
from docgen.findings import Finding, error, note, warning
from docgen.remote.objects import Version
from docgen.services import logging as log
from docgen.services.mirror_settings import Mirror, open_mirror
from docgen.services.mirror_take import LOG, MANIFEST, RECORDS
from docgen.services.mirror_verify import grouped
from docgen.services.mirror_waiting import ROOT
from docgen.services.office import Office

Progress = Callable[[str, int, int], None]
_LABEL = f"{OURS}/folder.json"


@dataclass(frozen=True, slots=True)
class MirrorFetched:
    """What came back: folders, files, bytes; `standing` were there from an interrupted fetch."""

    folders: int
    files: int
    bytes: int
    standing: int
    findings: tuple[Finding, ...]


@dataclass(slots=True)
class _Fetching:
    archive: Archive
    mirror: Mirror
    until: datetime | None
    progress: Progress | None
    folders: int = 0
    files: int = 0
    bytes: int = 0
    standing: int = 0
    findings: list[Finding] = field(default_factory=list)


def fetch_mirror(
    office: Office, mirror: Mirror | None = None, *, as_of: datetime | None = None, progress: Progress | None = None
) -> MirrorFetched:
    """Fill the workspace's empty archive from its mirror; the tables are then made by `docgen archive rebuild`.

    Args:
        office: a workspace whose archive is empty, or was being filled when it was interrupted.
        mirror: which; by default the one that is set up.
        as_of: take what was in the store at that instant, not what came later.
        progress: told about each file.

    Raises:
        Refused: the archive is not empty; wrong keys.
        StorageProblem: the store cannot be reached or the disk refuses; the same call again goes on.
    """
    mirror = mirror or open_mirror(office.workspace)
    archive = Archive(office.workspace.archive)
    refill.begin(archive)
    fetching = _Fetching(archive, mirror, as_of, progress)
    for name, versions in grouped(mirror):
        _fetch_folder(fetching, name, _chosen(fetching, versions))
    refill.finish(archive)
    log.record("mirror-fetched", count=fetching.files)
    counts = (fetching.folders, fetching.files, fetching.bytes, fetching.standing)
    return MirrorFetched(*counts, tuple(fetching.findings))


def _chosen(fetching: _Fetching, versions: Iterable[Version]) -> dict[str, Version]:
    """Return the newest version of each path up to the instant; what a delete marker hides is taken and told."""
    chosen: dict[str, Version] = {}
    for key, rows in groupby(versions, lambda each: each.key):
        path = fetching.mirror.path(key)
        known = [each for each in rows if fetching.until is None or each.at <= fetching.until]
        known.sort(key=lambda each: (each.at, each.is_latest))
        real = [each for each in known if not each.is_marker]
        if not real:
            continue
        if not refill.is_archive_path(path):
            fetching.findings.append(error("mirror.key-leads-out", path[:200]))
            continue
        if known[-1].is_marker:
            fetching.findings.append(warning("mirror.hidden", path))
        chosen[path] = real[-1]
    return chosen


def _fetch_folder(fetching: _Fetching, name: str, chosen: dict[str, Version]) -> None:
    if not chosen:
        return
    first = [f"{name}/{inside}" for inside in (_LABEL, MANIFEST) if f"{name}/{inside}" in chosen]
    for path in first:
        _fetch(fetching, path, chosen.pop(path))
    listed = _listed(fetching.archive, name)
    for path, version in chosen.items():
        inside = path.removeprefix(f"{name}/") if name else path
        if name != ROOT and listed is not None and not _belongs(inside, listed):
            fetching.findings.append(note("mirror.not-listed", path))
            continue
        _fetch(fetching, path, version)
    fetching.folders += name != ROOT


def _listed(archive: Archive, name: str) -> frozenset[str] | None:
    """Return what a folder's manifest lists; None where there is none."""
    path = archive.root / name / MANIFEST
    if name == ROOT or not disk.is_plain_file(path):
        return None
    return frozenset(inside for _, inside in manifest.parse(disk.read(path))[0])


def _belongs(inside: str, listed: frozenset[str]) -> bool:
    return inside in listed or inside == LOG or inside.startswith(f"{RECORDS}/")


def _fetch(fetching: _Fetching, path: str, version: Version) -> None:
    found = fetching.mirror.store.look(version.key, version=version.version)
    if found is None:
        fetching.findings.append(error("mirror.missing", path))
        return
    wanted = disk.Digest(found.sha256, found.size)
    try:
        is_new = refill.place(fetching.archive, path, fetching.mirror.store.read(version.key, version.version), wanted)
    except Damage as problem:
        fetching.findings += problem.findings
        return
    fetching.files += is_new
    fetching.standing += not is_new
    fetching.bytes += found.size if is_new else 0
    if fetching.progress is not None:
        fetching.progress(path, fetching.bytes, 0)
