"""Deposit: put a paper into its contract's folder so that it is either wholly there or not there at all.

The order is the safety (each step durable before the next begins):

1. intent — what is going to be done, in `_docgen/pending/<id>/`;
2. stage — the bytes, beside the intent, synced;
3. place — each file to its readable name, never over another;
4. event — one line in the log. **This is the moment the paper counts.**
5. manifest — the lines for `sha256sum -c`;
6. sidecar — last; 7. tidy — the copy in `_incoming/` and the intent go.

Stopped before 4, `recover` takes everything back; stopped after 4, it does the rest (docgen/archive/recovery.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from docgen.archive import disk, manifest
from docgen.archive.eventlog import append, locked
from docgen.archive.keep import Kept, let_go
from docgen.archive.layout import Folder
from docgen.archive.names import fold, free_name, split_ending
from docgen.archive.plan import Move, Plan, discard, incoming, write_plan
from docgen.archive.record import DerivedRecord, FileRecord, Item, Sidecar, TemplateRecord
from docgen.archive.recovery import committed, finish, recover_pending, take_back
from docgen.errors import Damage, Refused, StorageProblem

_TRIES = 5
_TOGETHER_FROM = 8
"""From so many files on, one sync of the whole disk takes less than a sync of each."""


@dataclass(frozen=True, slots=True)
class Content:
    """One file of a paper: wished name, role (pdf, docx, scan, …), bytes or a kept file, media type, page count."""

    name: str
    role: str
    data: bytes | Kept
    media_type: str
    pages: int | None = None


@dataclass(frozen=True, slots=True)
class Derived:
    """A text or report made from the paper, with its wished name."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Template:
    """A template the paper was made with; kept once per contract under its hash."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Parcel:
    """All that one deposit brings, and its event; several at once go through docgen.archive.burst."""

    item: Item
    contents: Sequence[Content]
    derived: Sequence[Derived]
    templates: Sequence[Template]
    event_type: str
    payload: Mapping[str, object]
    at: datetime
    actor: str


def deposit(  # noqa: PLR0913  # the three kinds of bytes and the event's four facts are one act
    folder: Folder,
    item: Item,
    contents: Sequence[Content],
    derived: Sequence[Derived] = (),
    templates: Sequence[Template] = (),
    *,
    event_type: str,
    payload: Mapping[str, object],
    at: datetime,
    actor: str,
) -> Sidecar:
    """Put a paper into the archive with its event and return its sidecar; the files' final names stand there.

    Files, derived files and templates keep their order. A name that is or ever was taken becomes ` (2)`. The same item
    id with the same bytes a second time changes nothing and returns what stands. A kept file's copy in `_incoming/`
    goes once the paper counts.

    Args:
        folder: where to.
        item: what the service knows about the paper; `item.id` makes the deposit repeatable.
        contents: the paper's files, at least one.
        derived: texts and reports made from them.
        templates: the bytes it was made with.
        event_type: the event's type.
        payload: the event's facts; the key `sidecar` is added.
        at: the instant, with its offset.
        actor: who did it.

    Raises:
        Refused: archive.id-taken, archive.not-plain.
        Damage: archive.kept-changed, archive.template-damaged, a broken log.
        StorageProblem: nothing counts then; a retry begins by recovering.
    """
    parcel = Parcel(item, contents, derived, templates, event_type, payload, at, actor)
    with locked(folder), disk.storage(folder.key):
        recover_pending(folder)
        filed = standing(folder, parcel)
        if filed is not None:
            return filed
        plan = _put(folder, parcel)
        append(folder, plan.event_type, plan.event_payload(), at=at, actor=actor)
        finish(folder, plan)
        return plan.sidecar


def standing(folder: Folder, parcel: Parcel) -> Sidecar | None:
    """Return the sidecar of an earlier deposit of the same id and bytes."""
    sidecar = committed(folder, parcel.item.id)
    if sidecar is None:
        return None
    if [file.sha256 for file in sidecar.files] != [_digest(content.data).sha256 for content in parcel.contents]:
        raise Refused.of("archive.id-taken", folder.key, contract=folder.key, id=parcel.item.id)
    for content, file in zip(parcel.contents, sidecar.files, strict=True):
        if isinstance(content.data, Kept) and content.data.path.parent.resolve() == incoming(folder).resolve():
            let_go(content.data, folder.path / file.name)
    return sidecar


def _put(folder: Folder, parcel: Parcel) -> Plan:
    """Do steps 1 to 3; when a person takes a chosen name meanwhile, take back and choose again."""
    for _ in range(_TRIES):
        sidecar, ways = arrange(folder, parcel)
        plan = Plan(sidecar, parcel.event_type, parcel.payload, tuple(move for move, _ in ways))
        write_plan(folder, plan)
        _stage_all(folder, plan, ways)
        try:
            place(folder, plan)
        except FileExistsError:
            take_back(folder, plan)
            discard(plan.staging(folder))
        else:
            return plan
    raise StorageProblem.of("archive.name-contested", folder.key, contract=folder.key)


def _stage_all(folder: Folder, plan: Plan, ways: Sequence[tuple[Move, bytes | Kept]]) -> None:
    """Stage every file, durably before the next step.

    A contract's first paper brings the templates it was made with, some fifty files: they share one sync.
    """
    many = len(ways) >= _TOGETHER_FROM
    with disk.together(folder.path) if many else nullcontext(lambda: None) as settle:
        staging = plan.staging(folder)
        for move, data in ways:
            stage(folder, staging, move, data)
        disk.sync_folder(staging)
        settle()


def arrange(
    folder: Folder, parcel: Parcel, *, taken: dict[str, set[str]] | None = None
) -> tuple[Sidecar, list[tuple[Move, bytes | Kept]]]:
    """Choose every final name and write the sidecar to be; names chosen are added to `taken` (see `taken_names`)."""
    taken = taken_names(folder) if taken is None else taken
    files = [_file_record(content, _choose(content.name, taken[""])) for content in parcel.contents]
    derived = [
        DerivedRecord(name=_choose(one.name, taken["_docgen/derived"]), sha256=_digest(one.data).sha256)
        for one in parcel.derived
    ]
    templates = [TemplateRecord(name=one.name, sha256=_digest(one.data).sha256) for one in parcel.templates]
    targets = [(file.name, content.data) for file, content in zip(files, parcel.contents, strict=True)]
    targets += [(f"_docgen/derived/{one.name}", new.data) for one, new in zip(derived, parcel.derived, strict=True)]
    ways = [_way(folder, number, target, data) for number, (target, data) in enumerate(targets)]
    ways.extend(_template_ways(folder, parcel.templates, first=len(ways)))
    facts = {name: getattr(parcel.item, name) for name in Item.model_fields}
    sidecar = Sidecar(
        **facts,
        files=tuple(files),
        derived=tuple(derived),
        templates=tuple(templates),
        at=parcel.at,
        actor=parcel.actor,
    )
    return sidecar, ways


def _file_record(content: Content, name: str) -> FileRecord:
    digest = _digest(content.data)
    return FileRecord(
        name=name,
        role=content.role,
        sha256=digest.sha256,
        size=digest.size,
        media_type=content.media_type,
        pages=content.pages,
    )


def taken_names(folder: Folder) -> dict[str, set[str]]:
    """Return the folded names that are taken now, or were ever, by folder inside the contract folder."""
    taken = {"": set(disk.names(folder.path)), "_docgen/derived": set(disk.names(folder.derived))}
    data = disk.read(folder.manifest) if disk.exists(folder.manifest) else b""
    for _, path in (*manifest.parse(data)[0], *manifest.struck(data)):
        taken.setdefault(path.rpartition("/")[0], set()).add(path.rpartition("/")[2])
    return {place: {fold(name) for name in names} for place, names in taken.items()}


def _choose(wanted: str, taken: set[str]) -> str:
    name = free_name(wanted, taken.__contains__)
    taken.add(fold(name))
    return name


def _way(folder: Folder, number: int, target: str, data: bytes | Kept) -> tuple[Move, bytes | Kept]:
    digest = _digest(data)
    kept = data.path.name if isinstance(data, Kept) and _lies_in(incoming(folder), data.path) else None
    return Move(f"{number}{split_ending(target)[1].lower()}", target, digest.sha256, digest.size, kept), data


def _lies_in(folder: Path, path: Path) -> bool:
    return path.parent == folder or path.parent.resolve() == folder.resolve()


def _template_ways(folder: Folder, templates: Sequence[Template], *, first: int) -> Iterator[tuple[Move, bytes]]:
    new = {_digest(template.data).sha256: template.data for template in templates}
    number, frozen = first, set(disk.names(folder.templates))
    for sha256, data in new.items():
        if sha256 not in frozen:
            yield Move(f"{number}.template", f"_docgen/templates/{sha256}", sha256, len(data)), data
            number += 1
        elif disk.digest(folder.templates / sha256).sha256 != sha256:
            raise Damage.of("archive.template-damaged", folder.key, contract=folder.key, file=sha256)


def _digest(data: bytes | Kept) -> disk.Digest:
    return disk.Digest(data.sha256, data.size) if isinstance(data, Kept) else disk.digest_of(data)


def stage(folder: Folder, staging: Path, move: Move, data: bytes | Kept) -> None:
    """Bring one file's bytes beside the intent, proven to be those that were promised."""
    staged = staging / move.staged
    if isinstance(data, bytes):
        disk.write_new(staged, data, mode=disk.READ_ONLY)
        return
    if not disk.link(data.path, staged):
        disk.copy_new(data.path, staged)
    if disk.digest(staged) != disk.Digest(move.sha256, move.size):
        disk.remove(staged)
        raise Damage.of("archive.kept-changed", folder.key, contract=folder.key, file=data.path.name)


def place(folder: Folder, plan: Plan) -> None:
    """Move the staged files to their readable names, never over another.

    Raises:
        FileExistsError: a name was taken meanwhile.
    """
    staging = plan.staging(folder)
    for move in plan.moves:
        disk.move_new(staging / move.staged, folder.path / move.target)
    for place in {move.target.rpartition("/")[0] for move in plan.moves}:
        disk.sync_folder(folder.path / place)
