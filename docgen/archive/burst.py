"""A burst: a copier sends thirty scans in a minute. They are kept and deposited together and share every sync.

Each paper goes the way of docgen.archive.deposit, step by step in the same order; only, a step is done for all papers
of the burst before the disk is synced once and the next step begins. So at every step boundary exactly what a single
deposit would have made durable is durable, for all of them, and `recover` finishes or takes back each by itself. An
error before the events stand leaves nothing that counts; after that, recovery does the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from docgen.archive import disk, lock, manifest
from docgen.archive.deposit import Parcel, arrange, place, stage, standing, taken_names
from docgen.archive.eventlog import append_all
from docgen.archive.keep import Kept, finish_keeping, lock_of_parts, part_name, start_keeping
from docgen.archive.layout import Archive, Folder
from docgen.archive.moved import require_here
from docgen.archive.plan import Move, Plan, begin_plan, discard, intent_bytes
from docgen.archive.record import Sidecar
from docgen.archive.recovery import drop_spares, recover_pending, scratch_sidecar
from docgen.errors import DocgenError, StorageProblem


def keep_together(archive: Archive, sources: Sequence[Path]) -> list[Kept | DocgenError]:
    """Copy files into `_incoming/` durably, as `keep` does each; return the copies, or what stood in the way of one.

    Raises:
        StorageProblem: the disk refuses the syncs; nothing may be taken for safe, and the sources are untouched.
    """
    incoming = archive.incoming
    with (
        disk.storage(str(incoming)),
        lock.shared(lock_of_parts(archive), str(incoming), create=True),
        disk.together(archive.root) as settle,
    ):
        require_here(archive.root)
        copied = [_copied(source, incoming / part_name()) for source in sources]
        try:
            settle()
        except OSError:
            for one in copied:
                _forget(one)  # else each try on a full disk would fill it further
            raise
        kept = [_named(one) for one in copied]
        disk.sync_folder(incoming)
        settle()
    return kept


@dataclass(frozen=True, slots=True)
class _Copy:
    source: Path
    part: Path
    digest: disk.Digest


def _copied(source: Path, part: Path) -> _Copy | DocgenError:
    try:
        with disk.storage(str(source)):
            return _Copy(source, part, start_keeping(source, part))
    except DocgenError as problem:
        with suppress(OSError):
            disk.remove(part)
        return problem


def _forget(copy: _Copy | DocgenError) -> None:
    if isinstance(copy, _Copy):
        with suppress(OSError):
            disk.remove(copy.part)


def _named(copy: _Copy | DocgenError) -> Kept | DocgenError:
    if isinstance(copy, DocgenError):
        return copy
    try:
        with disk.storage(str(copy.source)):
            return finish_keeping(copy.source, copy.part, copy.digest)
    except DocgenError as problem:
        return problem


@dataclass
class _Work:
    """What a burst does in one folder: the plans under way with their bytes, and scratch files to be put in place."""

    folder: Folder
    plans: list[tuple[Plan, list[tuple[Move, bytes | Kept]]]] = field(default_factory=list)
    scratch: list[tuple[Path, Path]] = field(default_factory=list)

    def steps(self) -> Iterator[Callable[[], None]]:
        """Yield what is done between one sync and the next."""
        yield self.write_intents
        yield self.name_intents
        yield self.stage
        yield self.place
        yield self.append
        yield self.write_records
        yield self.name_records
        yield self.drop_spares
        yield self.tidy

    def write_intents(self) -> None:
        """Write each intent; none bears its name yet, so none can be met half-written."""
        for plan, _ in self.plans:
            target = begin_plan(self.folder, plan)
            self.scratch.append((disk.scratch_of(target, intent_bytes(plan)), target))

    def name_intents(self) -> None:
        """Give the intents their names: from here on it is known what lies in the staging folders, and why."""
        self._swap()
        for plan, _ in self.plans:
            disk.sync_folder(plan.staging(self.folder))

    def stage(self) -> None:
        """Stage the bytes beside the intents."""
        for plan, ways in self.plans:
            staging = plan.staging(self.folder)
            for move, data in ways:
                stage(self.folder, staging, move, data)
            disk.sync_folder(staging)

    def place(self) -> None:
        """Move each file to its readable name."""
        for plan, _ in self.plans:
            try:
                place(self.folder, plan)
            except FileExistsError as taken:
                raise StorageProblem.of("archive.name-contested", self.folder.key, contract=self.folder.key) from taken

    def append(self) -> None:
        """Append the events. Once they are durable, the papers count."""
        for (at, actor), plans in groupby(self.plans, key=lambda one: (one[0].sidecar.at, one[0].sidecar.actor)):
            events = [(plan.event_type, plan.event_payload()) for plan, _ in plans]
            append_all(self.folder, events, at=at, actor=actor)

    def write_records(self) -> None:
        """Write manifest and sidecars beside their places."""
        hashes = {path: sha256 for plan, _ in self.plans for path, sha256 in plan.sidecar.paths().items()}
        data = manifest.with_lines(self.folder, hashes)
        if data is not None:
            self.scratch.append((disk.scratch_of(self.folder.manifest, data), self.folder.manifest))
        for plan, _ in self.plans:
            target = self.folder.records / f"{plan.sidecar.id}.json"
            self.scratch.append((scratch_sidecar(self.folder, plan.sidecar), target))

    def name_records(self) -> None:
        """Put manifest and sidecars in their places."""
        self._swap()
        disk.sync_folder(self.folder.ours)
        disk.sync_folder(self.folder.records)

    def drop_spares(self) -> None:
        """Remove the copies in `_incoming/`."""
        for plan, _ in self.plans:
            drop_spares(self.folder, plan)

    def tidy(self) -> None:
        """Remove the intents."""
        for plan, _ in self.plans:
            discard(plan.staging(self.folder))

    def _swap(self) -> None:
        for scratch, target in self.scratch:
            disk.swap(scratch, target)
        self.scratch.clear()


def deposit_together(archive: Archive, parcels: Sequence[tuple[Folder, Parcel]]) -> list[Sidecar]:
    """Deposit papers of any folders as one burst and return their sidecars in order; the caller holds all their locks.

    Raises:
        Refused, Damage: as `deposit`, before anything counts.
        StorageProblem: the disk refuses. What counts then the logs tell; whoever goes on begins by recovering, and may
            then deposit one by one.
    """
    with disk.storage(str(archive.root)):
        for folder in {folder.key: folder for folder, _ in parcels}.values():
            recover_pending(folder)
        filed, work = _planned(parcels)
        with disk.together(archive.root) as settle:
            for steps in zip(*(one.steps() for one in work), strict=True):
                for step in steps:
                    step()
                settle()
    return filed


def _planned(parcels: Sequence[tuple[Folder, Parcel]]) -> tuple[list[Sidecar], list[_Work]]:
    """Choose every name; what is filed already is not filed again."""
    filed: list[Sidecar] = []
    work: dict[str, _Work] = {}
    taken: dict[str, dict[str, set[str]]] = {}
    for folder, parcel in parcels:
        known = standing(folder, parcel)
        if known is None:
            if folder.key not in taken:
                taken[folder.key] = taken_names(folder)
            known, ways = arrange(folder, parcel, taken=taken[folder.key])
            plan = Plan(known, parcel.event_type, parcel.payload, tuple(move for move, _ in ways))
            work.setdefault(folder.key, _Work(folder)).plans.append((plan, ways))
        filed.append(known)
    return filed, list(work.values())
