"""Two people, one deal: whoever writes on what they read before must hear what the other has written since.

The revision somebody read travels with what they write (`--revision`). If the deal has moved on, nothing is written and
every event since is named with its writer, so that they can look and decide. Without a revision a fact is simply added:
facts do not overwrite each other.
"""

from __future__ import annotations

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from docgen.errors import StaleRevision
from docgen.findings import error, note
from docgen.services.deal_history import HistoryLine, lines_of
from docgen.services.office import Office


def require_revision(office: Office, contract_no: str, revision: int | None) -> None:
    """Refuse to write on a deal that has moved on since `revision` was read; call it under the folder's lock.

    Raises:
        StaleRevision: who wrote what since then, event by event; or no such revision was ever reached.
    """
    if revision is not None:
        require_same(contract_no, revision, lines_of(contract_no), zone=office.workspace.timezone)


def require_same(where: str, revision: int, lines: Iterable[HistoryLine], *, zone: ZoneInfo) -> None:
    """Refuse where lines of history go beyond a revision.

    Raises:
        StaleRevision: as `require_revision`.
    """
    told = [line for line in lines if line.revision is not None]
    now = len(told)
    if revision > now:
        raise StaleRevision.of("services.revision-ahead", where, revision=revision, now=now)
    if revision < now:
        since = (
            note(
                "services.written-since", where, revision=line.revision,
                at=f"{line.at.astimezone(zone):%Y-%m-%d %H:%M}", actor=line.actor, what=line.what,
            )
            for line in told[revision:]
        )  # fmt: skip
        raise StaleRevision([error("services.revision-stale", where, revision=revision, now=now), *since])
