"""Until when each file of the archive is locked in the store: as long as the papers it belongs to must be kept.

A paper's files, its record and the texts made from it are locked to the end of its last day. What speaks of the whole
folder (log, manifest, labels) is locked like the longest of its papers. Where the end is not known, or there is none,
an object is held without end and locked for a term that every run renews: a stolen right to lift holds does not open
it at once, and a contract that ends later is not locked beyond its own day by much.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import reduce
from zoneinfo import ZoneInfo

from docgen.archive.layout import Folder
from docgen.archive.record import Sidecar
from docgen.errors import NotFound
from docgen.remote.objects import Lock
from docgen.services.mirror_settings import MirrorSettings
from docgen.services.office import Office
from docgen.services.retention import Desk
from docgen.services.retention_rules import table_of

_LONGEST = timedelta(days=36_500)
"""The longest retention S3 takes; what must be kept longer is treated as having no end."""


@dataclass(frozen=True, slots=True)
class Term:
    """How long something is kept: its last day, None where that is open; `is_held` by a case of ours."""

    until: date | None
    is_held: bool = False

    def with_(self, other: Term) -> Term:
        """Return the longer of two, held if either is; an open end is the longest."""
        is_open = self.until is None or other.until is None
        until = None if is_open else max(filter(None, (self.until, other.until)))
        return Term(until, self.is_held or other.is_held)


OPEN = Term(None)


@dataclass(frozen=True, slots=True)
class FolderTerms:
    """The terms of a folder's files by path inside it; `whole` is for what speaks of all of them."""

    by_path: Mapping[str, Term] = field(default_factory=dict)
    whole: Term = OPEN

    def of(self, path: str) -> Term:
        """Return the term of one file."""
        return self.by_path.get(path, self.whole)


class TermsDesk:
    """Reckons terms by the retention table, the facts, extensions and holds as they are now."""

    def __init__(self, office: Office) -> None:
        """Read the table first: a wrong one stops everything."""
        table_of(office)
        self._office = office

    def of(self, folder: Folder, sidecars: Iterable[Sidecar]) -> FolderTerms:
        """Return the terms of a folder's files; what retention knows nothing of has an open end."""
        standing = self._standing(folder)
        found: dict[str, Term] = {}
        for sidecar in sidecars:
            term = standing.get(sidecar.id, OPEN)
            for path in (*sidecar.paths(), f"_docgen/records/{sidecar.id}.json"):
                found[path] = found[path].with_(term) if path in found else term
        return FolderTerms(found, reduce(Term.with_, found.values()) if found else OPEN)

    def _standing(self, folder: Folder) -> dict[str, Term]:
        try:
            items = Desk(self._office).contract(folder.key, as_of=self._office.today())
        except NotFound:
            return {}
        return {each.id: Term(each.standing.until, bool(each.standing.holds)) for each in items}


@dataclass(frozen=True, slots=True)
class Locksmith:
    """Turns terms into locks, as of one instant; never into a shorter one than stands."""

    settings: MirrorSettings
    zone: ZoneInfo
    now: datetime

    def new(self, term: Term) -> Lock:
        """Return the lock of a version that is about to be sent."""
        return self.next(term, Lock(None, is_held=False))

    def next(self, term: Term, stands: Lock, *, is_current: bool = True) -> Lock:
        """Return the lock a version should have that is locked as `stands`; of an old version only holds move."""
        mode = self.settings.lock_mode
        if not is_current:
            return Lock(stands.until, term.is_held, mode)
        end = self.end(term)
        if end is None:
            return Lock(self._renewed(stands.until), is_held=True, mode=mode)
        later = max(filter(None, (stands.until, end if end > self.now else None)), default=None)
        return Lock(later, term.is_held, mode)

    def is_kept_by(self, term: Term, stands: Lock) -> bool:
        """Tell whether a lock does now what a term asks for; an open end that only wants renewal is fine."""
        end = self.end(term)
        if end is None:
            return stands.is_held and stands.until is not None and stands.until > self.now
        return (end <= self.now or Lock(stands.until, is_held=False).covers(Lock(end, is_held=False))) and (
            stands.is_held or not term.is_held
        )

    def end(self, term: Term) -> datetime | None:
        """Return the instant a term's last day ends in the office's time zone; None for an open end."""
        if term.until is None or term.until >= (self.now + _LONGEST).date():
            return None
        midnight = datetime.combine(term.until + timedelta(days=1), time.min, tzinfo=self.zone)
        return midnight.astimezone(UTC)

    def _renewed(self, until: datetime | None) -> datetime:
        days = timedelta(days=self.settings.open_term_days)
        if until is not None and until - self.now >= days / 2:
            return until
        return (self.now + days).replace(microsecond=0)
