"""`docgen upgrade`: a workspace of an older program made fit for this one, after a backup, in repeatable steps.

The archive is never changed: what older programs wrote is read by schema number, for ever. Only the tables are made
anew from it, beside the old ones, and take their place in one step; users, who stand in no log, are carried over. The
old tables stay as a file. A run that is cut off leaves the old tables or the new ones, and can simply be run again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from docgen.archive import plain
from docgen.archive.layout import SCHEMA as ARCHIVE_SCHEMA
from docgen.archive.layout import Archive
from docgen.errors import Refused
from docgen.findings import Finding
from docgen.services import logging as log
from docgen.services.archive_care import Rebuilt, rebuild_database
from docgen.services.backup_workspace import BackedUp, back_up
from docgen.services.office import Clock, Office, system_clock
from docgen.store import database
from docgen.workspace import open_workspace

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Upgraded:
    """What an upgrade did; nothing where none is needed, nor in a dry run."""

    root: Path
    is_needed: bool
    tables_before: str
    tables_now: str
    backup: BackedUp | None = None
    rebuilt: Rebuilt | None = None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Return what was worth saying on the way."""
        told = self.backup.findings if self.backup else ()
        return (*told, *(self.rebuilt.findings if self.rebuilt else ()))


def upgrade(
    root: Path,
    *,
    to: Path | None = None,
    is_dry: bool = False,
    clock: Clock = system_clock,
    progress: Progress | None = None,
) -> Upgraded:
    """Back a workspace up and make its tables fit this program; `is_dry` only tells whether that is needed.

    Raises:
        Refused: the database, the archive or docgen.toml was written by a newer program.
        Damage: a log cannot be trusted; the old tables stay as they were.
        StorageProblem: the disk refuses or is full; the old tables stay as they were.
    """
    workspace = open_workspace(root)
    _require_not_newer(Archive(workspace.archive))
    found = database.fitness(workspace.database)
    if found.is_newer:
        raise Refused.of("store.newer", str(workspace.database), found=found.words, known=database.wanted())
    before, now = found.words, database.wanted()
    if found.is_fit or is_dry:
        return Upgraded(root, not found.is_fit, before, now)
    saved = back_up(Office(workspace, clock), to=to, progress=progress)
    rebuilt = rebuild_database(workspace, progress=progress)
    log.record("upgraded", count=rebuilt.events)
    return Upgraded(root, is_needed=True, tables_before=before, tables_now=now, backup=saved, rebuilt=rebuilt)


def _require_not_newer(archive: Archive) -> None:
    for folder in archive.folders():
        label = plain.parse(folder.label.read_bytes()) if folder.label.is_file() else {}
        number = label.get("schema")
        if isinstance(number, int) and number > ARCHIVE_SCHEMA:
            raise Refused.of("archive.schema-too-new", folder.key, schema=number, known=ARCHIVE_SCHEMA)
