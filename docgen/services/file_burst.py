"""File a burst of scans: a copier sends thirty in a minute, and they share the syncs that make them durable.

The order is that of docgen.services.file_scan: all are kept before any is opened; each is read and decided by itself;
those that a code places are deposited as one burst. Whatever is no plain case (waits, completes a half, came before),
and everything where the disk refused the burst, goes its way one by one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from docgen.archive.burst import keep_together
from docgen.archive.keep import Kept
from docgen.errors import DocgenError
from docgen.intake.inbox import shown_name
from docgen.intake.inlet import Inlet
from docgen.services.deposit_scan import deposit_scans
from docgen.services.file_scan import AT_NEED, Readers, decided, file_scan, place_kept
from docgen.services.office import Office
from docgen.services.placing import Filed, Ready, filed_as
from docgen.store import people

BURST = 24
"""So many scans are filed together at most: their bytes lie in two places meanwhile."""


@dataclass(frozen=True, slots=True)
class Drop:
    """A file that came in, the name it came under where that is not its own, and the inbox it came by."""

    source: Path
    name: str | None = None
    inlet: Inlet | None = None

    @property
    def shown(self) -> str:
        """Return the name people know it by."""
        return self.name or shown_name(self.source)


def file_burst(
    office: Office, drops: Sequence[Drop], *, readers: Readers = AT_NEED
) -> Iterator[tuple[Drop, Filed | DocgenError]]:
    """File scans in bursts and yield each with what became of it; the sources are left alone.

    An error is that of its own scan; the others go on.
    """
    people.require_writer(office.actor)
    for start in range(0, len(drops), BURST):
        part = drops[start : start + BURST]
        yield from zip(part, _filed(office, part, readers), strict=True)


def _filed(office: Office, drops: Sequence[Drop], readers: Readers) -> list[Filed | DocgenError]:
    if len(drops) == 1:
        return [_alone(office, drops[0], readers)]
    try:
        kept = keep_together(office.archive, [drop.source for drop in drops])
    except DocgenError as problem:
        return [problem] * len(drops)
    done: dict[int, Filed | DocgenError] = {}
    ready: dict[int, Ready] = {}
    again: list[int] = []
    for number, (drop, one) in enumerate(zip(drops, kept, strict=True)):
        if isinstance(one, DocgenError):
            done[number] = one
        elif any(one.sha256 == other.arrival.kept.sha256 for other in ready.values()):
            again.append(number)  # once its twin is filed, it is known to have come before
        else:
            found = _one(office, one, drop, readers, decide=True)
            (ready if isinstance(found, Ready) else done)[number] = found  # type: ignore[assignment]  # by type
    done |= _together(office, ready, drops, readers)
    for number in again:
        done[number] = _one(office, kept[number], drops[number], readers)  # type: ignore[arg-type,assignment]  # kept
    return [done[number] for number in range(len(drops))]


def _alone(office: Office, drop: Drop, readers: Readers) -> Filed | DocgenError:
    try:
        return file_scan(office, drop.source, readers=readers, name=drop.name, inlet=drop.inlet)
    except DocgenError as problem:
        return problem


def _one(
    office: Office, kept: Kept, drop: Drop, readers: Readers, *, decide: bool = False
) -> Filed | Ready | DocgenError:
    try:
        return (decided if decide else place_kept)(office, kept, drop.shown, readers=readers, inlet=drop.inlet)
    except DocgenError as problem:
        return problem


def _together(
    office: Office, ready: dict[int, Ready], drops: Sequence[Drop], readers: Readers
) -> dict[int, Filed | DocgenError]:
    """Deposit what is ready as one burst; where that fails, one by one, each with its own outcome."""
    if len(ready) > 1:
        try:
            placed = deposit_scans(office, [(one.arrival, one.placement) for one in ready.values()])
        except DocgenError:
            pass
        else:
            each = zip(ready.items(), placed, strict=True)
            return {number: filed_as(office, one, deposited) for (number, one), deposited in each}
    return {number: _one(office, one.arrival.kept, drops[number], readers) for number, one in ready.items()}  # type: ignore[misc]  # never Ready
