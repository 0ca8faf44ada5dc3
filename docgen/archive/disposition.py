"""Disposition: destroy the bytes of one archived item, so that it is either wholly there or a tombstone.

This is the only code that removes archived papers. Whether one may go is decided elsewhere, by two people and by what
holds it back at that very moment. Here is the act; its order is the safety, each step durable before the next:

1. intent — `_docgen/pending/<id>.disposal/`, so that a start after a crash knows where to look;
2. event — `item.disposed`, one line in the log. **This is the moment the item is gone**;
3. bytes — the paper's files and all that was derived from them, each removed only where it bears its hash;
4. manifest — the lines become remarks that `sha256sum -c` passes over; a name once used is never given away;
5. tombstone — takes the sidecar's place: what it was, its hashes, why it went, and nothing that quotes it;
6. tidy — the intent goes.

Stopped before 2, nothing happened; stopped after 2, `finish_disposal` does the rest (docgen/archive/recovery.py).
The log keeps what it said when the item came: it is a chain and cannot be rewritten (docs/retention.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import JsonValue

from docgen.archive import disk, manifest, plain
from docgen.archive.eventlog import LogEntry, append, locked, read
from docgen.archive.layout import Folder
from docgen.archive.plan import discard
from docgen.archive.record import DISPOSED, Sidecar, load_sidecar, sidecar_bytes
from docgen.errors import Damage, DocgenError, NotFound, Refused
from docgen.findings import Finding, note

EVENT = "item.disposed"
SUFFIX = ".disposal"
_INTENT = "disposal.json"
_DERIVED = "_docgen/derived/"
_LASTING = frozenset(
    {
        "subject",
        "letter_number",
        "dated",
        "as_of",
        "pages",
        "audience",
        "returns_signed",
        "supersedes",
        "revision",
        "approval",
        "batch",
        "split",
        "parts",
        "letter",
        "archive_no",
        "retention_terms",
    }
)
"""What of `extra` a tombstone keeps: numbers, days and ids by which an item is found; nothing that quotes the paper."""


@dataclass(frozen=True, slots=True)
class Disposal:
    """On what an item's destruction rests: proposal, number of the 销毁清册, reason, who approved, when, who did it."""

    proposal: str
    list_number: str
    reason: str
    approvers: tuple[Mapping[str, str], ...]
    at: datetime
    actor: str


def dispose(folder: Folder, item_id: str, order: Disposal, *, expected: Mapping[str, str]) -> Sidecar:
    """Destroy an item's bytes and return its tombstone; a second call returns the one that stands.

    Args:
        folder: where the item lies; a writer that was interrupted there must have been recovered.
        item_id: which item.
        order: on what its destruction rests.
        expected: hash of each file and derived file by its path, as it was approved.

    Raises:
        NotFound: archive.no-such-item.
        Refused: archive.disposal-after-recovery, while a deposit of the item is under way.
        Damage: archive.disposal-bytes-differ: what lies there is not what was approved; nothing happened.
        StorageProblem: the disk refuses; recovery takes back or finishes.
    """
    with locked(folder), disk.storage(folder.key):
        if disk.exists(folder.pending / item_id):
            raise Refused.of("archive.disposal-after-recovery", folder.key, contract=folder.key, id=item_id)
        entries = read(folder)[0]
        gone = _stone_of(entries, item_id)
        if gone is not None:
            finish_disposal(folder, item_id, gone)
            return gone
        sidecar = deposited(entries, item_id)
        if sidecar is None:
            raise NotFound.of("archive.no-such-item", folder.key, contract=folder.key, id=item_id)
        sizes = _require_same(folder, sidecar, expected)
        _write_intent(folder, item_id, order)
        told = _event(sidecar, order, sizes)
        append(folder, EVENT, told, at=order.at, actor=order.actor)
        stone = tombstone_of(sidecar, order)
        finish_disposal(folder, item_id, stone)
        return stone


def finish_disposal(folder: Folder, item_id: str, stone: Sidecar) -> None:
    """Do what follows the event: bytes, manifest, tombstone, tidying; may be repeated."""
    paths = doomed(stone)
    for path, sha256 in paths.items():
        if _bears(folder, path, sha256):
            disk.remove(folder.path / path)
    for place in sorted({(folder.path / path).parent for path in paths}):
        disk.sync_folder(place)
    manifest.strike(folder, paths)
    put_tombstone(folder, stone)
    if disk.exists(_staging(folder, item_id)):
        discard(_staging(folder, item_id))


def recover_disposal(folder: Folder, name: str) -> Finding:
    """Finish a disposal whose event stands, or forget one whose event never did; the caller holds the lock."""
    item_id = name.removesuffix(SUFFIX)
    stone = _stone_of(read(folder)[0], item_id)
    if stone is None:
        discard(_staging(folder, item_id))
        return note("archive.disposal-undone", folder.key, contract=folder.key, id=item_id)
    disk.sync_file(folder.events)
    finish_disposal(folder, item_id, stone)
    return note("archive.disposal-finished", folder.key, contract=folder.key, title=stone.title)


def doomed(sidecar: Sidecar) -> dict[str, str]:
    """Return path → hash of what goes with an item: its files and all derived from them; templates are shared."""
    found = {file.name: file.sha256 for file in sidecar.files}
    return found | {f"{_DERIVED}{each.name}": each.sha256 for each in sidecar.derived}


def disposals(entries: Iterable[LogEntry]) -> dict[str, Sidecar]:
    """Return the tombstones of a log by item id."""
    found = (stone_in(entry) for entry in entries)
    return {stone.id: stone for stone in found if stone is not None}


def _stone_of(entries: Iterable[LogEntry], item_id: str) -> Sidecar | None:
    """Return the tombstone of one item; those of others are not built, for a contract may have hundreds."""
    found = (stone_in(entry) for entry in entries if entry.payload.get("id") == item_id)
    return next((stone for stone in found if stone is not None), None)


def stone_in(entry: LogEntry) -> Sidecar | None:
    """Return the tombstone an event carries; None for any other event.

    Raises:
        Damage: archive.sidecar-unreadable.
    """
    if entry.type != EVENT:
        return None
    raw = entry.payload.get("tombstone")
    return load_sidecar(raw if isinstance(raw, dict) else {}, where=f"#{entry.seq}")


def bears_out(stone: Sidecar, sidecar: Sidecar | None, payload: Mapping[str, JsonValue]) -> bool:
    """Tell whether a tombstone speaks of the item that was deposited, with its hashes, by the list its event names."""
    if sidecar is None:
        return False
    same = ("id", "item_type", "kind", "title", "number", "contract_no", "document_id", "answers", "version")
    mark = stone.extra.get(DISPOSED)
    return (
        all(getattr(stone, name) == getattr(sidecar, name) for name in same)
        and (stone.files, stone.derived, stone.templates) == (sidecar.files, sidecar.derived, sidecar.templates)
        and isinstance(mark, dict)
        and all(mark.get(name) == payload.get(name) for name in ("list", "proposal", "reason"))
    )


def deposited(entries: Iterable[LogEntry], item_id: str) -> Sidecar | None:
    """Return the sidecar an item came with; None if no event put it there."""
    for entry in entries:
        raw = entry.payload.get("sidecar")
        if isinstance(raw, dict) and raw.get("id") == item_id:
            return load_sidecar(raw, where=f"#{entry.seq}")
    return None


def tombstone_of(sidecar: Sidecar, order: Disposal) -> Sidecar:
    """Return what stays of an item: identity, hashes, retention, and why it went; no words of the paper."""
    mark: dict[str, JsonValue] = {
        "at": order.at.isoformat(),
        "actor": order.actor,
        "list": order.list_number,
        "proposal": order.proposal,
        "reason": order.reason,
    }
    extra = {name: value for name, value in sidecar.extra.items() if name in _LASTING}
    source = sidecar.source.model_copy(update={"name": ""}) if sidecar.source else None
    kept: dict[str, object] = {"evidence": [], "findings": [], "source": source, "extra": {**extra, DISPOSED: mark}}
    return sidecar.model_copy(update=kept)


def put_tombstone(folder: Folder, stone: Sidecar) -> None:
    """Put a tombstone in the sidecar's place, in one atomic step."""
    target = folder.records / f"{stone.id}.json"
    if disk.is_plain_file(target) and disk.read(target) == sidecar_bytes(stone):
        return
    scratch = folder.records / f".{stone.id}.tmp"
    disk.remove(scratch)
    disk.write_new(scratch, sidecar_bytes(stone), mode=disk.READ_ONLY)
    disk.swap(scratch, target)
    disk.sync_folder(folder.records)


def claims_disposal(data: bytes) -> bool:
    """Tell whether a sidecar file's bytes say that the item was destroyed, true or not."""
    try:
        return load_sidecar(plain.parse(data)).is_disposed
    except (ValueError, DocgenError):
        return False


def _require_same(folder: Folder, sidecar: Sidecar, expected: Mapping[str, str]) -> dict[str, int]:
    """Return sizes by path; the bytes that lie there must be those of the sidecar, and those that were approved."""
    paths = doomed(sidecar)
    wrong = sorted(set(paths.items()) ^ set(expected.items()))
    wrong += [(path, sha256) for path, sha256 in paths.items() if not _bears(folder, path, sha256)]
    if wrong:
        file = wrong[0][0]
        raise Damage.of("archive.disposal-bytes-differ", f"{folder.key}/{file}", contract=folder.key, file=file)
    return {path: disk.size(folder.path / path) for path in paths}


def _bears(folder: Folder, path: str, sha256: str) -> bool:
    place = folder.path / path
    return disk.is_plain_file(place) and disk.digest(place).sha256 == sha256


def _write_intent(folder: Folder, item_id: str, order: Disposal) -> None:
    disk.make_folder(folder.pending)
    staging = _staging(folder, item_id)
    disk.make_folder(staging)
    intent = {"schema": 1, "id": item_id, "proposal": order.proposal, "list": order.list_number}
    disk.replace(staging / _INTENT, plain.pretty(intent))


def _event(sidecar: Sidecar, order: Disposal, sizes: Mapping[str, int]) -> dict[str, object]:
    stone = tombstone_of(sidecar, order)
    return {
        "id": sidecar.id,
        "item_type": sidecar.item_type,
        "kind": sidecar.kind,
        "title": sidecar.title,
        "number": sidecar.number,
        "contract_no": sidecar.contract_no,
        "files": [file.model_dump(mode="json") for file in sidecar.files],
        "derived": [
            {"name": each.name, "sha256": each.sha256, "size": sizes[f"{_DERIVED}{each.name}"]}
            for each in sidecar.derived
        ],
        "reason": order.reason,
        "proposal": order.proposal,
        "list": order.list_number,
        "approvers": [dict(each) for each in order.approvers],
        "tombstone": stone.as_json(),
    }


def _staging(folder: Folder, item_id: str) -> Path:
    return folder.pending / f"{item_id}{SUFFIX}"
