"""Inspect one folder: does everything lie where the log says, bit for bit, and nothing else?

The log, the sidecars, the manifest and the papers tell the same story four times. Where they disagree, the finding
names the contract, the file, and which of the four was changed. Inspection only reads.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import JsonValue

from docgen.archive import disk, manifest, plain
from docgen.archive.disposition import EVENT, bears_out, claims_disposal, doomed, stone_in
from docgen.archive.eventlog import TORN, LogEntry, scan
from docgen.archive.layout import CUSTOMER, LABEL, OURS, Archive, Folder, contract_names, read_customer, read_label
from docgen.archive.record import Sidecar, load_sidecar, sidecar_bytes
from docgen.errors import DocgenError
from docgen.findings import Finding, Severity

Elsewhere = Callable[[str], tuple[str, str] | None]
"""Asked for a hash, tells in which contract and under which path a file of that hash belongs."""

_OURS_KNOWN = frozenset(
    {
        "events.jsonl",
        "folder.json",
        ".lock",
        "manifest-sha256.txt",
        "records",
        "derived",
        "templates",
        "pending",
        "unfinished",
    }
)
_SYSTEM_FILES = frozenset({"thumbs.db", "desktop.ini", ".ds_store"})


@dataclass(slots=True)
class Inspection:
    """What was found in one folder, growing while it is looked through.

    `types` are the names that lie there with their types (stat.S_IFMT), by place; `sidecars` are those the items came
    with, `told` their plain values as they stand in the log, `disposed` the tombstones of those that were destroyed.
    """

    folder: Folder
    room: memoryview | None = None
    types: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    entries: list[LogEntry] = field(default_factory=list)
    sidecars: dict[str, Sidecar] = field(default_factory=dict)
    told: dict[str, dict[str, JsonValue]] = field(default_factory=dict)
    disposed: dict[str, Sidecar] = field(default_factory=dict)
    is_log_whole: bool = True
    files: int = 0
    bytes: int = 0

    def report(self, code: str, file: str = "", severity: Severity = Severity.ERROR, **params: object) -> None:
        """Note a finding about a file of this folder."""
        where = f"{self.folder.key}/{file}".rstrip("/")
        self.findings.append(Finding(code, where, severity, {"contract": self.folder.key, "file": file, **params}))


def inspect_folder(archive: Archive, folder: Folder, elsewhere: Elsewhere, room: memoryview) -> Inspection:
    """Look through a folder and return everything that is wrong; the caller keeps writers out."""
    places = {"": folder.path, "_docgen/derived/": folder.derived, "_docgen/templates/": folder.templates}
    types = {prefix: _types_in(place) for prefix, place in places.items()}
    seen = Inspection(folder, room, types)
    _check_labels(archive, seen)
    _read_log(seen)
    _check_sidecars(seen)
    expected = _expected(seen)
    _check_manifest(seen, expected)
    _check_files(seen, expected, elsewhere)
    _check_interruptions(seen)
    return seen


def _check_labels(archive: Archive, seen: Inspection) -> None:
    folder = seen.folder
    label = read_label(folder.path)
    if label is None or not isinstance(label.get("key"), str):
        seen.report("archive.label-missing", "_docgen/folder.json")
        return
    home, name = folder.path.parent, folder.path.name
    kind = label.get("kind")
    if kind == "company":
        is_named = folder.key == f"{home.name}/{name}"
    else:
        is_named = name == CUSTOMER if kind == "customer" else name in contract_names(folder.key)
        customer = archive.customer_of(folder)
        if customer is None:
            seen.report("archive.customer-label-missing", f"../{CUSTOMER}/customer.json")
        elif customer["id"] != label.get("customer_id"):
            seen.report("archive.folder-moved", customer=customer["name"])
        elif customer.get("folder") != home.name:
            seen.report("archive.customer-renamed", name=customer.get("folder", ""), found=home.name)
    if not is_named:
        seen.report("archive.folder-renamed", found=name)


def _read_log(seen: Inspection) -> None:
    scanned = scan(seen.folder)
    seen.entries = scanned.entries
    seen.findings += scanned.findings
    seen.is_log_whole = not scanned.findings
    for entry in scanned.entries:
        if entry.type == EVENT:
            _note_disposal(seen, entry)
        raw = entry.payload.get("sidecar")
        if not isinstance(raw, dict):
            continue
        try:
            sidecar = load_sidecar(raw, where=f"{seen.folder.key}#{entry.seq}")
        except DocgenError as problem:
            seen.findings += problem.findings
            continue
        if sidecar.id in seen.sidecars:
            seen.report("archive.item-twice", "_docgen/events.jsonl", id=sidecar.id, line=entry.seq)
        seen.sidecars[sidecar.id] = sidecar
        seen.told[sidecar.id] = raw


def _note_disposal(seen: Inspection, entry: LogEntry) -> None:
    """Believe a tombstone only where it speaks of an item that came, with that item's hashes."""
    try:
        stone = stone_in(entry)
    except DocgenError as problem:
        seen.findings += problem.findings
        return
    item_id = str(entry.payload.get("id"))
    sidecar = seen.sidecars.get(item_id)
    if stone is None or item_id in seen.disposed or not bears_out(stone, sidecar, entry.payload):
        seen.report("archive.disposal-forged", "_docgen/events.jsonl", id=item_id, line=entry.seq)
        return
    seen.disposed[item_id] = stone


def _check_sidecars(seen: Inspection) -> None:
    present = set(disk.names(seen.folder.records))
    for item_id, sidecar in seen.sidecars.items():
        name = f"{item_id}.json"
        file = f"_docgen/records/{name}"
        if name not in present:
            seen.report("archive.sidecar-missing", file, title=sidecar.title)
        elif (found := _read(seen, file)) not in (None, _written(seen, sidecar)):
            seen.report(_edited(found, is_disposed=item_id in seen.disposed), file, title=sidecar.title)
    for name in sorted(present - {f"{item_id}.json" for item_id in seen.sidecars}):
        file = f"_docgen/records/{name}"
        if name.startswith(".") and name.endswith(".tmp"):
            continue
        if _is_system_file(name) or not name.endswith(".json"):
            _report_extra(seen, file, None)
        else:
            seen.report("archive.sidecar-without-event", file)
            _trust_orphan(seen, name)


def _written(seen: Inspection, sidecar: Sidecar) -> bytes:
    """Return the bytes a sidecar's file must have: what the log tells of it, or its tombstone."""
    stone = seen.disposed.get(sidecar.id)
    return plain.on_lines(seen.told[sidecar.id]) if stone is None else sidecar_bytes(stone)


def _edited(data: bytes | None, *, is_disposed: bool) -> str:
    if is_disposed:
        return "archive.tombstone-edited"
    return "archive.tombstone-without-event" if claims_disposal(data or b"") else "archive.sidecar-edited"


def _trust_orphan(seen: Inspection, name: str) -> None:
    """Let a sidecar the log has lost still vouch for its files, so that they are checked and not called strangers."""
    data = _read(seen, f"_docgen/records/{name}")
    try:
        sidecar = load_sidecar(plain.parse(data or b""), where=f"{seen.folder.key}/_docgen/records/{name}")
    except (ValueError, DocgenError):
        return
    seen.is_log_whole = False
    seen.sidecars.setdefault(sidecar.id, sidecar)


def _expected(seen: Inspection) -> dict[str, tuple[str, int | None]]:
    """Return hash and, where known, size of every file that must lie in the folder, by path."""
    expected: dict[str, tuple[str, int | None]] = {}
    for sidecar in _present_items(seen):
        sizes = {file.name: file.size for file in sidecar.files}
        for path, sha256 in sidecar.paths().items():
            expected[path] = (sha256, sizes.get(path))
    return expected


def _present_items(seen: Inspection) -> list[Sidecar]:
    return [seen.disposed.get(item_id, sidecar) for item_id, sidecar in seen.sidecars.items()]


def _gone(seen: Inspection) -> dict[str, str]:
    """Return path → hash of all that was destroyed."""
    return {path: sha256 for stone in seen.disposed.values() for path, sha256 in doomed(stone).items()}


def _check_manifest(seen: Inspection, expected: Mapping[str, tuple[str, int | None]]) -> None:
    file = "_docgen/manifest-sha256.txt"
    data = _read(seen, file) if disk.is_plain_file(seen.folder.manifest) else None
    if data is None:
        seen.report("archive.manifest-missing", file)
        return
    pairs, strange = manifest.parse(data)
    for number in strange:
        seen.report("archive.manifest-line-broken", file, line=number)
    listed: dict[str, str] = {}
    for sha256, path in pairs:
        if path in listed:
            seen.report("archive.manifest-edited", file, entry=path)
        listed[path] = sha256
    for path, (sha256, _) in expected.items():
        if path not in listed:
            seen.report("archive.manifest-line-missing", file, entry=path)
        elif listed[path] != sha256:
            seen.report("archive.manifest-edited", file, entry=path)
    labels = {LABEL, "customer.json"} if seen.folder.path.name == CUSTOMER else {LABEL}
    for path in sorted(labels):
        _check_label_line(seen, path, listed.get(path))
    gone = _gone(seen)
    _check_struck(seen, gone, {path: sha256 for sha256, path in manifest.struck(data)})
    for path in sorted(set(listed) - set(expected) - labels - set(gone)):
        seen.report("archive.manifest-line-extra", file, entry=path)
        seen.is_log_whole = False


def _check_struck(seen: Inspection, gone: Mapping[str, str], struck: Mapping[str, str]) -> None:
    """A line is struck where its file was destroyed, and nowhere else."""
    for path in sorted(path for path in gone.keys() | struck.keys() if gone.get(path) != struck.get(path)):
        seen.report("archive.manifest-edited", "_docgen/manifest-sha256.txt", entry=path)


def _check_label_line(seen: Inspection, path: str, sha256: str | None) -> None:
    if sha256 is None:
        seen.report("archive.manifest-line-missing", "_docgen/manifest-sha256.txt", entry=path)
    elif disk.exists(seen.folder.path / path):
        found = _digest(seen, path)
        if found is not None and found.sha256 != sha256:
            seen.report("archive.label-edited", path)


def _check_files(seen: Inspection, expected: Mapping[str, tuple[str, int | None]], elsewhere: Elsewhere) -> None:
    present = _present(seen)
    strangers = {path: _digest(seen, path) for path in sorted(present - set(expected))}
    for path, (sha256, size) in sorted(expected.items()):
        if path not in present:
            moved = next((name for name, found in strangers.items() if found and found.sha256 == sha256), None)
            if moved is None:
                seen.report("archive.file-missing", path)
            else:
                del strangers[moved]
                seen.report("archive.file-renamed", path, found=moved)
            continue
        found = _digest(seen, path)
        if found is not None and found.sha256 != sha256:
            _report_changed(seen, path, found, size, elsewhere)
    gone = _gone(seen)
    for path, found in strangers.items():
        if path in gone or (found and found.sha256 in gone.values()):
            seen.report("archive.disposed-bytes-remain", path)
            continue
        _report_extra(seen, path, elsewhere(found.sha256) if found else None)


def _report_changed(seen: Inspection, path: str, found: disk.Digest, size: int | None, elsewhere: Elsewhere) -> None:
    origin = elsewhere(found.sha256)
    if origin is not None:
        seen.report("archive.file-swapped", path, origin=f"{origin[0]}/{origin[1]}")
    elif size is not None and found.size < size:
        seen.report("archive.file-truncated", path, size=found.size, expected=size)
    else:
        seen.report("archive.file-changed", path)


def _report_extra(seen: Inspection, path: str, origin: tuple[str, str] | None) -> None:
    if _is_system_file(path.rpartition("/")[2]):
        seen.report("archive.system-file", path, Severity.NOTE)
    elif origin is not None:
        seen.report("archive.file-strayed", path, origin=f"{origin[0]}/{origin[1]}")
    else:
        seen.report("archive.extra-file", path)


def _present(seen: Inspection) -> set[str]:
    """Return the paths of all files that should be vouched for; report what is no plain file."""
    folder = seen.folder
    present: set[str] = set()
    for prefix, names in seen.types.items():
        for name, kind in names.items():
            if prefix == "" and (name == OURS or (name == "customer.json" and read_customer(folder.path))):
                continue
            if kind == stat.S_IFDIR:
                seen.report("archive.extra-folder", prefix + name)
            elif kind != stat.S_IFREG:
                seen.report("archive.file-not-plain", prefix + name)
            else:
                present.add(prefix + name)
    for name in disk.names(folder.ours):
        if name not in _OURS_KNOWN and not name.endswith(".tmp"):
            _report_extra(seen, f"_docgen/{name}", None)
    return present


def _types_in(place: Path) -> dict[str, int]:
    """Return the names in a folder, sorted, each with its type as in stat.S_IFMT; none if the folder is not there."""
    try:
        with os.scandir(place) as found:
            return {one.name: _type_of(one) for one in sorted(found, key=lambda one: one.name)}
    except (FileNotFoundError, NotADirectoryError):
        return {}


def _type_of(one: os.DirEntry[str]) -> int:
    """Return the type as in stat.S_IFMT; listing a folder tells it already of files and folders."""
    if one.is_file(follow_symlinks=False):
        return stat.S_IFREG
    if one.is_dir(follow_symlinks=False):
        return stat.S_IFDIR
    return stat.S_IFMT(one.stat(follow_symlinks=False).st_mode)


def _check_interruptions(seen: Inspection) -> None:
    folder = seen.folder
    scratch = [name for place in (folder.ours, folder.records) for name in disk.names(place) if name.endswith(".tmp")]
    is_torn = any(finding.code == TORN for finding in seen.findings)
    if disk.names(folder.pending) or scratch or is_torn:
        seen.report("archive.recovery-needed", "_docgen/pending", Severity.WARNING)
    for name in disk.names(folder.unfinished):
        seen.report("archive.unfinished-waiting", f"_docgen/unfinished/{name}", Severity.WARNING)


def _digest(seen: Inspection, path: str) -> disk.Digest | None:
    try:
        place = seen.folder.path / path
        found = disk.digest(place, seen.room)
    except OSError as problem:
        seen.report("archive.file-unreadable", path, reason=problem.strerror or str(problem))
        return None
    seen.files += 1
    seen.bytes += found.size
    return found


def _read(seen: Inspection, path: str) -> bytes | None:
    try:
        return disk.read(seen.folder.path / path)
    except OSError as problem:
        seen.report("archive.file-unreadable", path, reason=problem.strerror or str(problem))
        return None


def _is_system_file(name: str) -> bool:
    return name.casefold() in _SYSTEM_FILES or name.startswith(("~$", "._"))
