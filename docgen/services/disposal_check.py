"""What keeps an item from being destroyed at this very moment, and whether this moment is what the clock says.

Asked when a proposal is carried out, whatever was found when it was made: terms are reckoned anew, holds, open money
and running claims are looked for, and the bytes are read and compared with those that were approved.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from pathlib import Path

from docgen.archive import disk
from docgen.archive.disposition import doomed
from docgen.archive.layout import Folder
from docgen.archive.record import SCAN_ORIGINAL, Sidecar
from docgen.errors import DocgenError, NotFound, Refused
from docgen.findings import Finding, note
from docgen.intake.waiting import waiting_items
from docgen.retention.disposal import ProposedItem
from docgen.retention.standing import State
from docgen.services.backups import backups
from docgen.services.office import Office
from docgen.services.retention import Desk, ItemRetention, list_items, until_words
from docgen.services.retention_review import QUIET, TOLERANCE, Obstacles, obstacles
from docgen.store import disposals, ledger, projection, retention


@dataclass
class Check:
    """One look at many items; what concerns a whole contract is looked at once, for all `contracts` together."""

    office: Office
    contracts: Collection[str] = ()
    _standing: dict[str, Mapping[str, ItemRetention]] = field(default_factory=dict)

    @cached_property
    def _desk(self) -> Desk:
        desk = Desk(self.office)
        desk.read(self.contracts)
        return desk

    @cached_property
    def _in_the_way(self) -> Obstacles:
        return Obstacles(self.office, self._desk, self.contracts)

    def against(self, item: ProposedItem) -> tuple[Finding, ...]:
        """Return everything that keeps an item from being destroyed now; empty where nothing does."""
        row = ledger.archived_item(item.id)
        if row is None or row.is_disposed:
            return (note("retention.back-gone", item.id, title=item.title),)
        sidecar = Sidecar.model_validate(row.sidecar)
        return (
            *self._term(item.id, row.contract_no),
            *self._of_contract(row.contract_no),
            *self._parts(sidecar),
            *_bytes_differ(self.office, item, sidecar),
        )

    def _term(self, item_id: str, contract_no: str) -> Iterator[Finding]:
        found = self._items(contract_no).get(item_id)
        if found is None:
            yield note("retention.back-term", item_id, item=item_id, until="—")
            return
        standing = found.standing
        if standing.state not in {State.HELD, State.DISPOSABLE}:
            yield note("retention.back-term", item_id, item=item_id, until=until_words(standing))
        for hold in standing.holds:
            yield note("retention.back-held", item_id, case=hold.case, target=hold.target.id, on=hold.placed.on)

    def _of_contract(self, contract_no: str) -> tuple[Finding, ...]:
        if not contract_no:
            return ()
        return (
            self._in_the_way.of(contract_no) if contract_no in self.contracts else obstacles(self.office, contract_no)
        )

    def _parts(self, sidecar: Sidecar) -> Iterator[Finding]:
        """A file that was taken apart goes no sooner than any paper that was cut from it, wherever that lies now.

        A part that still waits for a person holds it back too: nobody knows yet how long that one is to be kept.
        """
        if sidecar.item_type != SCAN_ORIGINAL:
            return
        for part in self._cuttings.get(sidecar.id, ()):
            found = self._items(part.contract_no).get(part.id)
            if found is None or found.standing.state is not State.DISPOSABLE:
                yield note("retention.back-parts", sidecar.id, title=part.title, contract=part.contract_no)
        for waits in self._waiting_parts.get(sidecar.id, ()):
            yield note("retention.back-part-waits", sidecar.id, waiting=waits)

    @cached_property
    def _cuttings(self) -> Mapping[str, tuple[disposals.Cutting, ...]]:
        return disposals.cuttings()

    @cached_property
    def _waiting_parts(self) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = {}
        for item in waiting_items(self.office.workspace.review):
            if (part := item.reason.part_of) is not None:
                found.setdefault(part.original_id, []).append(item.id)
        return found

    def _items(self, contract_no: str) -> Mapping[str, ItemRetention]:
        if contract_no not in self._standing:
            today = self.office.today()
            rows = self._desk.contract(contract_no, as_of=today) if contract_no else list_items(self.office)
            self._standing[contract_no] = {each.id: each for each in rows}
        return self._standing[contract_no]


def folder_of_item(office: Office, item_id: str) -> Folder:
    """Return the folder an archived item lies in.

    Raises:
        NotFound: nothing bears the id, or its folder is gone.
    """
    key = disposals.key_of(item_id)
    folder = projection.known_folder(office.archive, key) if key else None
    if folder is None:
        raise NotFound.of("retention.no-such-item", item_id)
    return folder


def require_true_day(office: Office, *, confirmed: date | None) -> None:
    """Refuse where the clock may be wrong: set back, or ahead of a long silence that nobody has vouched for.

    Raises:
        Refused: retention.clock-behind, retention.date-unconfirmed, retention.date-differs.
    """
    now, today = office.now(), office.today()
    latest = retention.newest_instant()
    if latest and now < datetime.fromisoformat(latest) - TOLERANCE:
        raise Refused.of("retention.clock-behind", "", now=now, last=latest)
    if confirmed is not None and confirmed != today:
        raise Refused.of("retention.date-differs", "--confirm-date", given=confirmed, today=today)
    silence = disposals.longest_silence(now, witnesses=_backed_up(office))
    if silence and silence[1] - silence[0] > QUIET and confirmed is None:
        told = {"last": silence[0].date(), "next": silence[1].date(), "today": today}
        raise Refused.of("retention.date-unconfirmed", "--confirm-date", **told)


def _backed_up(office: Office) -> tuple[datetime, ...]:
    with suppress(DocgenError, OSError, ValueError):
        return tuple(datetime.fromisoformat(each.began) for each in backups(office.workspace.backup))
    return ()


def _bytes_differ(office: Office, item: ProposedItem, sidecar: Sidecar) -> Iterator[Finding]:
    paths, folder = doomed(sidecar), folder_of_item(office, item.id).path
    wrong = sorted({path for path, _ in set(paths.items()) ^ set(item.paths.items())})
    wrong += [path for path, sha256 in paths.items() if not _bears(folder / path, sha256)]
    if wrong:
        yield note("retention.back-bytes", item.id, file=wrong[0])


def _bears(path: Path, sha256: str) -> bool:
    return disk.is_plain_file(path) and disk.digest(path).sha256 == sha256
