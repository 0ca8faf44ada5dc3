"""File a burst of scans: a copier sends thirty in a minute, and they share the syncs that make them durable.

The order is that of docgen.services.file_scan: all are kept before any is opened; each is read and decided by itself;
those that a code places are deposited as one burst. Scans that bear no code of ours may take minutes (their print is
read), so they come after the burst. Whatever is no plain case (waits, completes a half, came before), and everything
where the disk refused the burst, goes its way one by one. A scan that fails in a way nobody foresaw waits for a person.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from docgen.archive.burst import keep_together
from docgen.archive.keep import Kept
from docgen.codes.payload import has_form
from docgen.errors import DocgenError
from docgen.intake.inbox import shown_name
from docgen.intake.inlet import Inlet
from docgen.services import logging as log
from docgen.services.deposit_scan import deposit_scans
from docgen.services.file_scan import AT_NEED, Readers, decided, file_scan, place_kept, set_aside
from docgen.services.office import Office
from docgen.services.placing import Filed, Ready, archive_scan, filed_as
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
    office: Office, drops: Sequence[Drop], *, readers: Readers = AT_NEED, tick: Callable[[], None] = lambda: None
) -> Iterator[tuple[Drop, Filed | DocgenError]]:
    """File scans in bursts and yield each with what became of it; the sources are left alone.

    An error is that of its own scan; the others go on. `tick` is called after each scan that was read.

    Raises:
        Refused: the actor is a user who may only read.
    """
    people.require_writer(office.actor)
    for start in range(0, len(drops), BURST):
        part = drops[start : start + BURST]
        yield from zip(part, _filed(office, part, readers, tick), strict=True)


def _filed(
    office: Office, drops: Sequence[Drop], readers: Readers, tick: Callable[[], None]
) -> list[Filed | DocgenError]:
    if len(drops) == 1:
        return [_alone(office, drops[0], readers)]
    try:
        kept = keep_together(office.archive, [drop.source for drop in drops])
    except DocgenError as problem:
        return [problem] * len(drops)
    done: dict[int, Filed | DocgenError] = {}
    ready: dict[int, Ready] = {}
    later: list[int] = []
    for number, (drop, one) in enumerate(zip(drops, kept, strict=True)):
        if isinstance(one, DocgenError):
            done[number] = one
        elif _has_twin(one, ready) or not _bears_code(one, readers):
            later.append(number)  # once its twin is filed, it is known to have come before
        else:
            found = _one(office, drop, lambda one=one, drop=drop: _decided(office, one, drop, readers))  # type: ignore[misc]  # bound now
            (ready if isinstance(found, Ready) else done)[number] = found  # type: ignore[assignment]  # by type
        tick()
    done |= _together(office, ready, drops)
    for number in later:
        done[number] = _later(office, kept[number], drops[number], readers)  # type: ignore[arg-type]  # it was kept
        tick()
    return [done[number] for number in range(len(drops))]


def _has_twin(kept: Kept, ready: dict[int, Ready]) -> bool:
    return any(kept.sha256 == other.arrival.kept.sha256 for other in ready.values())


def _bears_code(kept: Kept, readers: Readers) -> bool:
    """Tell whether a kept scan has a code that looks like ours; what it shows is remembered for the decision."""
    try:
        reading = readers.once.look(kept.sha256, kept.path, worker=readers.worker)
    except DocgenError:
        return False
    return any(has_form(code.text) for page in reading.pages for code in page.codes)


def _alone(office: Office, drop: Drop, readers: Readers) -> Filed | DocgenError:
    def work() -> Filed:
        return file_scan(office, drop.source, readers=readers, name=drop.name, inlet=drop.inlet)

    return _one(office, drop, work)  # type: ignore[return-value]  # never Ready


def _decided(office: Office, kept: Kept, drop: Drop, readers: Readers) -> Filed | Ready:
    return decided(office, kept, drop.shown, readers=readers, inlet=drop.inlet)


def _later(office: Office, kept: Kept, drop: Drop, readers: Readers) -> Filed | DocgenError:
    def work() -> Filed:
        return place_kept(office, kept, drop.shown, readers=readers, inlet=drop.inlet)

    return _one(office, drop, work)  # type: ignore[return-value]  # never Ready


def _one(office: Office, drop: Drop, work: Callable[[], Filed | Ready]) -> Filed | Ready | DocgenError:
    """Do one scan's work; whatever nobody foresaw lets this scan wait for a person, and never stops the rest."""
    try:
        return work()
    except DocgenError as problem:
        return problem
    except Exception as problem:  # noqa: BLE001  # the last net
        log.unexpected(problem)
    try:
        return set_aside(office, drop.source, name=drop.shown, inlet=drop.inlet)
    except DocgenError as problem:
        return problem


def _together(office: Office, ready: dict[int, Ready], drops: Sequence[Drop]) -> dict[int, Filed | DocgenError]:
    """Deposit what is ready as one burst; where that fails, one by one, each with its own outcome."""
    work: dict[int, Callable[[], Filed]] = {
        number: lambda one=one: archive_scan(office, one)  # type: ignore[misc]  # bound now
        for number, one in ready.items()
    }
    if len(ready) > 1:
        try:
            placed = deposit_scans(office, [(one.arrival, one.placement) for one in ready.values()])
        except DocgenError as problem:
            log.refused(problem)
        except Exception as problem:  # noqa: BLE001  # one scan's fault: it shows when each goes by itself
            log.unexpected(problem)
        else:
            for (number, one), deposited in zip(ready.items(), placed, strict=True):
                work[number] = lambda one=one, deposited=deposited: filed_as(office, one, deposited)  # type: ignore[misc]  # bound now
    return {number: _one(office, drops[number], each) for number, each in work.items()}  # type: ignore[misc]  # never Ready
