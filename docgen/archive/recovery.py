"""Recovery: after a power cut, finish the deposits that count and take back the ones that do not.

Run on every start (`recover_archive`) and before every deposit. It never guesses: the log says which deposit counts.
Nothing is thrown away unless the same bytes are proven to lie elsewhere; what remains goes to `_docgen/unfinished/` and
is reported until a person has looked.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from docgen.archive import disk, manifest
from docgen.archive.disposition import SUFFIX, disposals, put_tombstone, recover_disposal
from docgen.archive.eventlog import append, locked, mend_tail, needs_mending, read
from docgen.archive.keep import sweep_parts
from docgen.archive.layout import Archive, Folder
from docgen.archive.plan import Move, Plan, discard, incoming, load_plan
from docgen.archive.record import Sidecar, load_sidecar, sidecar_bytes
from docgen.errors import Damage
from docgen.findings import Finding, note, warning

ACTOR = "docgen-recover"
ABANDONED = "deposit-abandoned"


def recover_archive(archive: Archive) -> list[Finding]:
    """Recover every folder that needs it, and tidy `_incoming/`; damage in one folder does not stop the others."""
    archive.sweep()
    sweep_parts(archive)
    findings: list[Finding] = []
    for folder in archive.folders():
        if needs_recovery(folder):
            findings.extend(recover(folder))
    return findings


def needs_recovery(folder: Folder) -> bool:
    """Tell whether an interrupted write left something behind; quick, takes no lock."""
    with disk.storage(folder.key):
        return bool(disk.names(folder.pending) or _scratch(folder) or needs_mending(folder))


def recover(folder: Folder) -> list[Finding]:
    """Bring a folder back to a valid state after an interruption and tell what was done.

    Finishes or takes back deposits, sets the beginning of a torn log line aside, and writes sidecars anew that the log
    knows and the disk has not. Damage is reported, not mended.
    """
    findings: list[Finding] = []
    with locked(folder), disk.storage(folder.key):
        try:
            findings += mend_tail(folder)
            findings += recover_pending(folder)
            findings += _remake_sidecars(folder)
        except Damage as damage:
            findings += damage.findings
        for scratch in _scratch(folder):
            disk.remove(folder.path / scratch)
    return findings


def recover_pending(folder: Folder) -> list[Finding]:
    """Finish or take back every deposit that was interrupted; the caller holds the lock, so none is alive."""
    findings: list[Finding] = []
    for name in disk.names(folder.pending):
        if name.endswith(SUFFIX):
            findings.append(recover_disposal(folder, name))
            continue
        try:
            plan = load_plan(folder.pending / name)
        except (ValueError, Damage):
            findings.append(_put_aside(folder, name, "archive.intent-unreadable"))
            continue
        if plan is None:
            findings += _without_plan(folder, name)
        elif committed(folder, plan.sidecar.id) is not None:
            disk.sync_file(folder.events)
            finish(folder, plan)
            findings.append(note("archive.deposit-finished", folder.key, contract=folder.key, title=plan.sidecar.title))
        else:
            findings.append(_abandon(folder, plan))
    return findings


def committed(folder: Folder, item_id: str) -> Sidecar | None:
    """Return the sidecar a log holds for an item id; None if no event ever put it there."""
    if item_id.encode() not in disk.read(folder.events):
        return None
    for entry in read(folder)[0]:
        sidecar = entry.payload.get("sidecar")
        if isinstance(sidecar, dict) and sidecar.get("id") == item_id:
            return load_sidecar(sidecar, where=f"{folder.key}#{entry.seq}")
    return None


def finish(folder: Folder, plan: Plan) -> None:
    """Do what follows the event: manifest, sidecar, tidying; may be repeated."""
    staging = plan.staging(folder)
    left = set(disk.names(staging))
    for move in plan.moves:
        if move.staged in left:
            _place_late(folder, staging, move)
    manifest.add(folder, plan.sidecar.paths())
    write_sidecar(folder, plan.sidecar)
    drop_spares(folder, plan)
    discard(staging)


def drop_spares(folder: Folder, plan: Plan) -> None:
    """Remove the copies that a filed paper leaves elsewhere: aside from earlier attempts, and in `_incoming/`."""
    _drop_leftovers(folder, plan.sidecar)
    for move in plan.moves:
        _drop_kept(folder, move)


def write_sidecar(folder: Folder, sidecar: Sidecar) -> bool:
    """Write a sidecar that does not stand yet; return whether it was written."""
    target = folder.records / f"{sidecar.id}.json"
    if disk.exists(target):
        return False
    disk.move_new(scratch_sidecar(folder, sidecar), target)
    disk.sync_folder(folder.records)
    return True


def scratch_sidecar(folder: Folder, sidecar: Sidecar) -> Path:
    """Write a sidecar's bytes beside its place to be, and return where."""
    scratch = folder.records / f".{sidecar.id}.tmp"
    disk.remove(scratch)
    disk.write_new(scratch, sidecar_bytes(sidecar), mode=disk.READ_ONLY)
    return scratch


def take_back(folder: Folder, plan: Plan) -> None:
    """Move placed files back into staging; a stranger's file of the same name stays where it is."""
    for move in plan.moves:
        staged, target = plan.staging(folder) / move.staged, folder.path / move.target
        if not _holds(target, move):
            continue
        if _holds(staged, move):
            disk.remove(target)
        else:
            disk.remove(staged)
            disk.move_new(target, staged)
    disk.sync_folder(plan.staging(folder))
    for place in {(folder.path / move.target).parent for move in plan.moves}:
        disk.sync_folder(place)


def _abandon(folder: Folder, plan: Plan) -> Finding:
    """Record that a deposit came to nothing, take its files back, and keep those that lie nowhere else."""
    _record_abandoned(folder, plan)
    take_back(folder, plan)
    staging = plan.staging(folder)
    for move in plan.moves:
        lies_in_incoming = move.kept is not None and _holds(incoming(folder) / move.kept, move)
        if lies_in_incoming or not _holds(staging / move.staged, move):
            disk.remove(staging / move.staged)
    if any(disk.exists(staging / move.staged) for move in plan.moves):
        return _put_aside(folder, staging.name, "archive.deposit-set-aside", title=plan.sidecar.title)
    discard(staging)
    return note("archive.deposit-undone", folder.key, contract=folder.key, title=plan.sidecar.title)


def _record_abandoned(folder: Folder, plan: Plan) -> None:
    """Say in the log, once per attempt, that an allotted number led to no paper, so that it is not used again."""
    if plan.attempt.encode() in disk.read(folder.events):
        return
    payload = {
        "attempt": plan.attempt,
        "id": plan.sidecar.id,
        "item_type": plan.sidecar.item_type,
        "kind": plan.sidecar.kind,
        "title": plan.sidecar.title,
        "number": plan.sidecar.number,
        "document_id": plan.sidecar.document_id,
    }
    append(folder, ABANDONED, payload, at=datetime.now(UTC), actor=ACTOR)


def _without_plan(folder: Folder, name: str) -> list[Finding]:
    """Remove a staging folder in which nothing had begun; anything unexpected in it is set aside."""
    if all(inner.endswith(".tmp") for inner in disk.names(folder.pending / name)):
        discard(folder.pending / name)
        return []
    return [_put_aside(folder, name, "archive.intent-unreadable")]


def _put_aside(folder: Folder, name: str, code: str, **params: object) -> Finding:
    target, number = folder.unfinished / name, 1
    while disk.exists(target):
        number += 1
        target = folder.unfinished / f"{name}-{number}"
    disk.make_folder(folder.unfinished)
    disk.move_folder_new(folder.pending / name, target)
    file = target.relative_to(folder.path).as_posix()
    return warning(code, f"{folder.key}/{file}", contract=folder.key, file=file, **params)


def _remake_sidecars(folder: Folder) -> list[Finding]:
    findings = []
    entries = read(folder)[0]
    stones = disposals(entries)
    for entry in entries:
        raw = entry.payload.get("sidecar")
        if isinstance(raw, dict) and not disk.exists(folder.records / f"{raw.get('id')}.json"):
            sidecar = load_sidecar(raw, where=f"{folder.key}#{entry.seq}")
            if sidecar.id in stones:
                put_tombstone(folder, stones[sidecar.id])
            else:
                write_sidecar(folder, sidecar)
            file = f"_docgen/records/{sidecar.id}.json"
            findings.append(warning("archive.sidecar-remade", f"{folder.key}/{file}", contract=folder.key, file=file))
    return findings


def _place_late(folder: Folder, staging: Path, move: Move) -> None:
    target = folder.path / move.target
    if disk.exists(target):
        return
    staged = staging / move.staged
    if _holds(staged, move):
        disk.move_new(staged, target)
        disk.sync_folder(target.parent)


def _drop_kept(folder: Folder, move: Move) -> None:
    """Remove the kept copy: it is the filed file's second name, or the filed file is read and found whole."""
    if move.kept is None:
        return
    filed, kept = folder.path / move.target, incoming(folder) / move.kept
    if disk.is_one_file(filed, kept) or _holds(filed, move):
        disk.remove(kept)
        disk.sync_folder(kept.parent)


def _drop_leftovers(folder: Folder, sidecar: Sidecar) -> None:
    """Remove what earlier attempts at this very deposit left aside, now that the same bytes are filed."""
    filed = set(sidecar.paths().values())
    for name in disk.names(folder.unfinished):
        path = folder.unfinished / name
        plan = _plan_aside(folder, name, sidecar.id)
        if plan is not None and all(move.sha256 in filed for move in plan.moves if disk.exists(path / move.staged)):
            discard(path)


def _plan_aside(folder: Folder, name: str, item_id: str) -> Plan | None:
    if name != item_id and not name.startswith(f"{item_id}-"):
        return None
    try:
        plan = load_plan(folder.unfinished / name)
    except (ValueError, Damage):
        return None
    return plan if plan is not None and plan.sidecar.id == item_id else None


def _holds(path: Path, move: Move) -> bool:
    return disk.is_plain_file(path) and disk.digest(path) == disk.Digest(move.sha256, move.size)


def _scratch(folder: Folder) -> list[str]:
    """Return the scratch files that a stopped atomic write left, as paths in the folder."""
    places = {"_docgen": folder.ours, "_docgen/records": folder.records, "_docgen/unfinished": folder.unfinished}
    return [
        f"{place}/{name}"
        for place, path in places.items()
        for name in disk.names(path)
        if name.startswith(".") and name.endswith(".tmp")
    ]
