"""Export: a closed copy of one contract's folder for a court, an auditor or a WORM store: a BagIt 1.0 bag (RFC 8493).

The bag's payload is the contract folder; beside it stands `index.html`, which any browser shows without docgen. What is
for our own eyes stays out unless it is asked for: papers marked internal with all that belongs to them, and the text of
every event that is not about an outward paper (docs/archive-format.md, "Export").
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

from pydantic import JsonValue

from docgen.archive import disk, lock, plain
from docgen.archive.disposition import disposals
from docgen.archive.eventlog import LogEntry, read
from docgen.archive.export_page import Listing, index_page
from docgen.archive.layout import LABEL, Archive, Folder
from docgen.archive.rebuild import sidecar_of
from docgen.archive.record import Sidecar, sidecar_bytes
from docgen.errors import Damage, Refused

EXTERNAL = "external"
MISFILED = "paper.misfiled"
_BAGIT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
_LEFT_OUT = ("_docgen/pending/", "_docgen/unfinished/")


@dataclass(frozen=True, slots=True)
class _Selection:
    """What goes into the bag: files to copy with their hashes, files to write, and what is listed."""

    copies: Mapping[str, str | None]
    texts: Mapping[str, bytes]
    sidecars: tuple[Sidecar, ...]
    withheld_papers: int
    withheld_events: int


def export_bag(  # noqa: PLR0913  # what, where, and what its page tells
    folder: Folder,
    out: Path,
    *,
    include_internal: bool = False,
    at: datetime | None = None,
    kept: Mapping[str, str] = MappingProxyType({}),
    originals: Mapping[str, str] = MappingProxyType({}),
    archive_numbers: Mapping[str, str] = MappingProxyType({}),
) -> Path:
    """Write a contract as a bag into the new folder `out` and return it; the contract stays as it is.

    Args:
        folder: what to export.
        out: where; must not exist, its parent must, and it must lie outside the archive.
        include_internal: take the folder whole, with internal papers and the complete log.
        at: the instant printed as date of export; now by default.
        kept: until when each item is kept, in words by item id, for the index page.
        originals: where the paper original of an item lies, in words by item id, for the index page.
        archive_numbers: the archive number of each item that has one, by item id; listed in metadata.json, too.

    Raises:
        Refused: archive.export-target-exists, archive.export-inside-archive.
        Damage: archive.export-damaged, when a paper does not bear out its hash: damage is never passed on as good.
        StorageProblem: the disk's troubles.
    """
    if disk.exists(out):
        raise Refused.of("archive.export-target-exists", str(out), path=str(out))
    root = folder.path.parent.parent.resolve()
    if out.resolve().is_relative_to(root):
        raise Refused.of("archive.export-inside-archive", str(out), path=str(out))
    bag = out.with_name(f".{secrets.token_hex(6)}.part")
    with disk.storage(str(out)), lock.shared(folder.lock, folder.key):
        selection = _whole(folder) if include_internal else _outward(folder)
        disk.make_folder(bag)
        payload = _write_payload(folder, bag, selection)
        customer = Archive(folder.path.parent.parent).customer_of(folder) or {}
        listing = Listing(
            key=folder.key,
            customer=customer.get("name", ""),
            at=at or datetime.now(UTC),
            sidecars=selection.sidecars,
            withheld_papers=selection.withheld_papers,
            withheld_events=selection.withheld_events,
            kept=kept,
            originals=originals,
            archive_numbers=archive_numbers,
        )
        _write_tags(bag, listing, payload)
        disk.move_folder_new(bag, out)
    return out


def _whole(folder: Folder) -> _Selection:
    """Choose everything but locks and interrupted deposits."""
    entries, _ = read(folder)
    stones = disposals(entries)
    sidecars = tuple(stones.get(each.id, each) for each in filter(None, map(sidecar_of, entries)))
    known = {path: sha256 for sidecar in sidecars for path, sha256 in sidecar.paths().items()}
    copies: dict[str, str | None] = dict(known)
    for path in _files(folder.path, ""):
        if not path.startswith(_LEFT_OUT) and path != "_docgen/.lock":
            copies.setdefault(path, None)
    return _Selection(copies, {}, sidecars, 0, 0)


def _outward(folder: Folder) -> _Selection:
    """Choose outward papers with their records, and an extract of the log."""
    entries, _ = read(folder)
    stones = disposals(entries)
    found = tuple(stones.get(each.id, each) for each in filter(None, map(sidecar_of, entries)))
    astray = {str(entry.payload.get("id")) for entry in entries if entry.type == MISFILED}
    sidecars = tuple(sidecar for sidecar in found if not (sidecar.is_internal or sidecar.id in astray))
    copies: dict[str, str | None] = {LABEL: None}
    texts: dict[str, bytes] = {}
    for sidecar in sidecars:
        copies |= sidecar.paths()
        texts[f"_docgen/records/{sidecar.id}.json"] = sidecar_bytes(sidecar)
    lines = [_extract(entry, stones, astray) for entry in entries]
    texts["_docgen/events-extract.jsonl"] = b"".join(plain.canonical(line) + b"\n" for line in lines)
    withheld = sum("withheld" in line for line in lines)
    return _Selection(copies, texts, sidecars, len(found) - len(sidecars), withheld)


def _extract(entry: LogEntry, stones: Mapping[str, Sidecar], astray: Collection[str]) -> dict[str, object]:
    """Return an event whole if it is about an outward paper or marked external; else its place in the chain only.

    What the log said of a paper that was destroyed since stays in the house: it may quote the paper. So does what it
    says of a scan that was filed here by mistake: it may be another customer's.
    """
    chain: dict[str, object] = {
        "seq": entry.seq,
        "at": entry.at.isoformat(),
        "type": entry.type,
        "prev": entry.prev,
        "hash": entry.hash,
    }
    sidecar = sidecar_of(entry)
    is_kept = sidecar is not None and not sidecar.is_internal and sidecar.id not in {*stones, *astray}
    is_outward = is_kept if sidecar else entry.payload.get("audience") == EXTERNAL
    if is_outward:
        return {**chain, "actor": entry.actor, "payload": entry.payload}
    return {**chain, "withheld": True}


def _files(place: Path, prefix: str) -> Iterator[str]:
    for name in disk.names(place):
        if disk.is_folder(place / name):
            yield from _files(place / name, f"{prefix}{name}/")
        elif disk.is_plain_file(place / name):
            yield f"{prefix}{name}"


def _write_payload(folder: Folder, bag: Path, selection: _Selection) -> dict[str, disk.Digest]:
    """Copy and write all payload files and return their digests by path in the bag."""
    payload: dict[str, disk.Digest] = {}
    for path, sha256 in sorted(selection.copies.items()):
        target = _place_for(bag, f"data/{path}")
        if sha256 is not None and not disk.is_plain_file(folder.path / path):
            raise Damage.of("archive.export-damaged", f"{folder.key}/{path}", contract=folder.key, file=path)
        found = disk.copy_new(folder.path / path, target)
        if sha256 is not None and found.sha256 != sha256:
            raise Damage.of("archive.export-damaged", f"{folder.key}/{path}", contract=folder.key, file=path)
        payload[f"data/{path}"] = found
    for path, data in selection.texts.items():
        disk.write_new(_place_for(bag, f"data/{path}"), data)
        payload[f"data/{path}"] = disk.digest_of(data)
    return payload


def _place_for(bag: Path, path: str) -> Path:
    target = bag / path
    missing = [parent for parent in target.parents if parent.is_relative_to(bag) and not disk.is_folder(parent)]
    for parent in reversed(missing):
        disk.make_folder(parent)
    return target


def _write_tags(bag: Path, listing: Listing, payload: Mapping[str, disk.Digest]) -> None:
    """Write the bag's own files: declaration, information, index page, and the two manifests."""
    tags = {
        "bagit.txt": _BAGIT,
        "bag-info.txt": _bag_info(listing, payload),
        "index.html": index_page(listing),
        "manifest-sha256.txt": _lines({path: found.sha256 for path, found in payload.items()}),
    }
    if listing.numbered:
        rows: list[JsonValue] = [{"id": item, "archive_no": number} for item, number in listing.numbered.items()]
        tags["metadata.json"] = plain.pretty({"schema": 1, "items": rows})
    hashes = {name: disk.digest_of(data).sha256 for name, data in tags.items()}
    for name, data in {**tags, "tagmanifest-sha256.txt": _lines(hashes)}.items():
        disk.write_new(bag / name, data)
    disk.sync_folder(bag)


def _bag_info(listing: Listing, payload: Mapping[str, disk.Digest]) -> bytes:
    octets = sum(found.size for found in payload.values())
    fields = {
        "Bagging-Date": listing.at.date().isoformat(),
        "External-Identifier": listing.key,
        "External-Description": f"{listing.customer} 合同文件 {listing.key}".strip(),
        "Payload-Oxum": f"{octets}.{len(payload)}",
        "Docgen-Archive-Format": "1",
        "Docgen-Customer": listing.customer,
        "Docgen-Papers": str(len(listing.sidecars)),
        "Docgen-Withheld-Papers": str(listing.withheld_papers),
        "Docgen-Withheld-Events": str(listing.withheld_events),
    }
    return "".join(f"{key}: {' '.join(value.split())}\n" for key, value in fields.items() if value).encode()


def _lines(hashes: Mapping[str, str]) -> bytes:
    return "".join(f"{sha256}  {path}\n" for path, sha256 in sorted(hashes.items())).encode()
