"""What could not be placed waits for a person, in `review/<date>-<hash8>/`: the file as it came, and the reasons.

A waiting item is a folder anybody can open: the original bytes, pages made from it under `derived/`, and `reason.json`
with findings in words, ranked candidates and evidence by page. It is built aside and appears by one rename,
`reason.json` written last, every step on disk before the next. It leaves only when a person has decided: filed, once
the archive has read back the same bytes; or rejected, which moves it to `review/_rejected/` and destroys nothing.
"""

from __future__ import annotations

import re
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path, PurePath
from typing import Protocol

from docgen.errors import Damage, NotFound, Refused
from docgen.findings import Finding
from docgen.intake import durable
from docgen.intake.decision import Decision
from docgen.intake.inbox import shown_name
from docgen.intake.inlet import Inlet
from docgen.intake.partof import PartOf
from docgen.intake.reasonfile import REASON, Again, Reason, from_text, make_reason, to_text

OUTCOME = "outcome.json"
DERIVED = "derived"
REJECTED = "_rejected"
PART = "part.pdf"
_NEW, _DONE = ".new-", ".done-"
_ID = re.compile(r"\d{4}-\d{2}-\d{2}-[0-9a-f]{8}(?:-\d{1,3})?")
_ENDING = re.compile(r"\.[A-Za-z0-9]{1,5}")
_STALE_SECONDS = 3600.0


class KeptFile(Protocol):
    """A file whose bytes are safe in the archive's `_incoming/`, hashed while they were copied."""

    @property
    def path(self) -> Path:
        """Where it lies."""

    @property
    def sha256(self) -> str:
        """Its hash, in hex."""

    @property
    def size(self) -> int:
        """Its length in bytes."""


@dataclass(frozen=True, slots=True)
class WaitingItem:
    """One file that waits for a person; `id` is its folder's name."""

    path: Path
    reason: Reason

    @property
    def id(self) -> str:
        """Return the item's id, such as 2024-03-15-1a2b3c4d."""
        return self.reason.id

    @property
    def file(self) -> Path:
        """Return where the original bytes lie."""
        return self.path / self.reason.original

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Return why it waits."""
        return self.reason.as_findings()


@dataclass(frozen=True, slots=True)
class Filed:
    """A person's decision to file: what it became, and the hash the archive read back after its commit."""

    item_id: str
    archived_sha256: str
    at: datetime
    actor: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """A person's decision that this is none of our papers, with the reason."""

    reason: str
    at: datetime
    actor: str


def put_aside(  # noqa: PLR0913  # all of it is the reason file
    review_root: Path,
    kept: KeptFile,
    *,
    original_name: str,
    decision: Decision,
    received_at: datetime,
    day: date | None = None,
    derived: Mapping[str, bytes] | None = None,
    part_of: PartOf | None = None,
    inlet: Inlet | None = None,
) -> WaitingItem:
    """Let a kept file wait for a person; the same bytes a second time are noted on the item that waits already.

    `day` names the folder (the business date; without it the date of `received_at` as given). Nothing is removed from
    where it was kept: that is the caller's last step. With `part_of` what waits is a part cut from a file, a PDF.

    Raises:
        Damage: the kept bytes are not those that were hashed.
        StorageProblem: the disk is full or the review folder cannot be written.
    """
    with durable.storage(str(review_root)), durable.alone(review_root):
        waiting = _same_bytes(review_root, kept.sha256)
        if waiting:
            return _note_again(waiting, original_name, received_at)
        item_id = _free_id(review_root, f"{(day or received_at.date()).isoformat()}-{kept.sha256[:8]}")
        with _building(review_root) as building:
            original = PART if part_of else "original" + _ending(original_name)
            if durable.copy(kept.path, building / original) != kept.sha256:
                raise Damage.of("intake.kept-differs", shown_name(original_name), path=str(kept.path))
            _write_derived(building / DERIVED, derived or {})
            reason = make_reason(
                decision, item_id=item_id, sha256=kept.sha256, size=kept.size, original=original,
                original_name=shown_name(original_name), received_at=received_at, part_of=part_of,
                inlet=inlet,
            )  # fmt: skip
            durable.write(building / REASON, to_text(reason))
            durable.move(building, review_root / item_id)
    return WaitingItem(review_root / item_id, reason)


@contextmanager
def _building(review_root: Path) -> Iterator[Path]:
    """Make a folder to build an item in; where the disk refuses, it goes again, lest each try fill the disk further."""
    building = review_root / f"{_NEW}{secrets.token_hex(8)}"
    building.mkdir(parents=True)
    try:
        yield building
    except OSError:
        shutil.rmtree(building, ignore_errors=True)
        raise


def waiting_items(review_root: Path) -> list[WaitingItem]:
    """Return everything that waits, by date and hash; an item whose reasons cannot be read is skipped (see `damaged`).

    Raises:
        StorageProblem: the review folder cannot be read.
    """
    return [item for path in _folders(review_root) if isinstance(item := _open(path), WaitingItem)]


def rejected_items(review_root: Path) -> list[WaitingItem]:
    """Return everything a person has rejected."""
    return waiting_items(review_root / REJECTED)


def damaged(review_root: Path) -> list[Finding]:
    """Return a finding for each folder whose reasons cannot be read; its original is still there and still counts."""
    return [problem for path in _folders(review_root) if isinstance(problem := _open(path), Finding)]


def get(review_root: Path, item_id: str) -> WaitingItem:
    """Return one waiting item.

    Raises:
        NotFound: nothing waits under this id.
        Refused: its reason.json cannot be read, or was written by a newer version.
    """
    path = review_root / item_id
    if not _ID.fullmatch(item_id) or not path.is_dir():
        raise NotFound.of("intake.no-such-item", item_id)
    found = _open(path)
    if isinstance(found, Finding):
        raise Refused([found])
    return found


def settle(item: WaitingItem, outcome: Filed | Rejected) -> Path | None:
    """Take an item out of the waiting room: removed once filed (None), moved to `_rejected/` once rejected (its path).

    Raises:
        Refused: the archive's read-back hash is not the item's; nothing has been touched.
        StorageProblem: the review folder cannot be written.
    """
    if isinstance(outcome, Filed) and outcome.archived_sha256 != item.reason.sha256:
        raise Refused.of("intake.not-yet-archived", item.id, number=outcome.item_id)
    with durable.storage(str(item.path)), durable.alone(item.path.parent):
        durable.write(item.path / OUTCOME, durable.plain_json(_outcome(outcome)))
        if isinstance(outcome, Rejected):
            rejected = item.path.parent / REJECTED
            rejected.mkdir(exist_ok=True)
            target = rejected / _free_id(rejected, item.id)
            durable.move(item.path, target)
            return target
        done = item.path.with_name(f"{_DONE}{item.id}-{secrets.token_hex(4)}")
        durable.move(item.path, done)
        shutil.rmtree(done)
    return None


def sweep(review_root: Path, *, now: datetime) -> None:
    """Remove what a crash left half built or half removed; by order of steps its bytes lie elsewhere.

    Whoever builds or removes holds the folder's lock, so with the lock in hand all that lies here is dead and goes at
    once, lest the same bytes lie in two places. Where the file system knows no locks, it goes after an hour.

    Raises:
        StorageProblem: the review folder may not be read.
    """
    if not review_root.is_dir():
        return
    with durable.storage(str(review_root)), durable.alone(review_root) as is_sure:
        for path in review_root.glob(".*"):
            is_ours = path.is_dir() and path.name.startswith((_NEW, _DONE))
            if is_ours and (is_sure or now.timestamp() - path.stat().st_mtime > _STALE_SECONDS):
                shutil.rmtree(path, ignore_errors=True)


def _folders(review_root: Path) -> list[Path]:
    if not review_root.is_dir():
        return []
    with durable.storage(str(review_root)):
        return sorted(path for path in review_root.iterdir() if _ID.fullmatch(path.name) and path.is_dir())


def _open(path: Path) -> WaitingItem | Finding:
    reason = from_text(path / REASON)
    return reason if isinstance(reason, Finding) else WaitingItem(path, reason)


def _same_bytes(review_root: Path, sha256: str) -> WaitingItem | None:
    near = [path for path in _folders(review_root) if sha256[:8] in path.name]
    items = [item for path in near if isinstance(item := _open(path), WaitingItem)]
    return next((item for item in items if item.reason.sha256 == sha256), None)


def _note_again(item: WaitingItem, original_name: str, received_at: datetime) -> WaitingItem:
    again = Again(original_name=shown_name(original_name), received_at=received_at.astimezone(UTC).isoformat())
    reason = item.reason.model_copy(update={"again": (*item.reason.again, again)})
    with durable.storage(str(item.path)):
        durable.write(item.path / REASON, to_text(reason))
    return WaitingItem(item.path, reason)


def _free_id(folder: Path, wanted: str) -> str:
    names = [wanted, *(f"{wanted}-{count}" for count in range(2, 1000))]
    return next(name for name in names if not (folder / name).exists())


def _ending(original_name: str) -> str:
    suffix = PurePath(original_name).suffix
    return suffix.lower() if _ENDING.fullmatch(suffix) else ""


def _write_derived(folder: Path, derived: Mapping[str, bytes]) -> None:
    if derived:
        folder.mkdir()
    for name, data in derived.items():
        durable.write(folder / PurePath(name).name, data)


def _outcome(outcome: Filed | Rejected) -> dict[str, object]:
    common = {"schema": 1, "at": outcome.at.astimezone(UTC).isoformat(), "actor": outcome.actor}
    if isinstance(outcome, Filed):
        return {**common, "outcome": "filed", "item_id": outcome.item_id, "sha256": outcome.archived_sha256}
    return {**common, "outcome": "rejected", "reason": outcome.reason}
