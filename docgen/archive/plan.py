"""The intent of a deposit, written down before anything else, so that an interrupted one can be finished or undone.

`_docgen/pending/<item id>/intent.json` holds the whole event to be and where each file goes. The bytes are staged
beside it as `0.pdf`, `1.docx`, … on the same file system, and moved to their names only when all of them are synced.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from pathlib import Path
from typing import cast

from pydantic import JsonValue

from docgen.archive import disk, plain
from docgen.archive.layout import INCOMING, Folder
from docgen.archive.record import Sidecar, load_sidecar

INTENT = "intent.json"
_SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Move:
    """One file's way: staged name, path in the contract folder, hash, bytes; `kept` is its name in `_incoming/`."""

    staged: str
    target: str
    sha256: str
    size: int
    kept: str | None = None


@dataclass(frozen=True)
class Plan:
    """A deposit under way: the sidecar to be, the event to be, and the files' moves; `attempt` tells retries apart."""

    sidecar: Sidecar
    event_type: str
    payload: Mapping[str, object]
    moves: tuple[Move, ...]
    attempt: str = field(default_factory=lambda: secrets.token_hex(6))

    def event_payload(self) -> dict[str, object]:
        """Return what the event says: the caller's facts and the whole sidecar."""
        return {**self.payload, "sidecar": self.plain_sidecar}

    @cached_property
    def plain_sidecar(self) -> Mapping[str, JsonValue]:
        """Return the sidecar as plain values: the same in the intent, the event and the sidecar file."""
        return self.sidecar.as_json()

    def staging(self, folder: Folder) -> Path:
        """Return the folder the deposit works in."""
        return folder.pending / self.sidecar.id


def write_plan(folder: Folder, plan: Plan) -> None:
    """Write the intent down durably, in a staging folder of its own."""
    disk.replace(begin_plan(folder, plan), intent_bytes(plan))


def begin_plan(folder: Folder, plan: Plan) -> Path:
    """Make the staging folder and return where the intent goes."""
    if not disk.is_folder(folder.pending):  # it is made with the folder, and durable since
        disk.make_folder(folder.pending)
    disk.make_folder(plan.staging(folder))
    return plan.staging(folder) / INTENT


def intent_bytes(plan: Plan) -> bytes:
    """Return what is written down of a plan."""
    intent = {
        "schema": _SCHEMA,
        "attempt": plan.attempt,
        "event_type": plan.event_type,
        "payload": plan.payload,
        "sidecar": plan.plain_sidecar,
        "moves": [{each.name: getattr(move, each.name) for each in fields(Move)} for move in plan.moves],
    }
    return plain.canonical(intent) + b"\n"


def load_plan(staging: Path) -> Plan | None:
    """Return the plan a staging folder holds; None where no intent was written, so nothing had begun.

    Raises:
        ValueError: the intent is not what docgen wrote.
        Damage: its sidecar is not readable.
    """
    if not disk.exists(staging / INTENT):
        return None
    raw = plain.parse(disk.read(staging / INTENT))
    try:
        moves = tuple(Move(**cast("dict[str, object]", move)) for move in cast("list[JsonValue]", raw["moves"]))  # type: ignore[arg-type]  # checked by use
        sidecar = load_sidecar(cast("dict[str, JsonValue]", raw["sidecar"]), where=str(staging))
        return Plan(
            sidecar, str(raw["event_type"]), cast("dict[str, object]", raw["payload"]), moves, str(raw["attempt"])
        )
    except (KeyError, TypeError) as problem:
        raise ValueError("not an intent") from problem


def incoming(folder: Folder) -> Path:
    """Return the archive's `_incoming/`: every folder lies two levels below the root."""
    return folder.path.parent.parent / INCOMING


def discard(staging: Path) -> None:
    """Remove a staging folder, the intent last, so that an interruption leaves either the plan or nothing."""
    for name in disk.names(staging):
        if name != INTENT:
            disk.remove(staging / name)
    if disk.exists(staging):
        disk.sync_folder(staging)
    disk.remove(staging / INTENT)
    disk.remove_folder(staging)
