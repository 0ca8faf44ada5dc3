"""`docgen mirror status`: where the mirror is, how far it got, what waits; with `online` whether the store would do."""

from __future__ import annotations

from dataclasses import dataclass

from docgen.errors import DocgenError
from docgen.findings import Finding
from docgen.services.mirror_notes import Notes
from docgen.services.mirror_run import opened_notes
from docgen.services.mirror_settings import MirrorSettings, keys_for, open_mirror, read_settings
from docgen.services.mirror_waiting import Waiting, waiting
from docgen.services.office import Office


@dataclass(frozen=True, slots=True)
class LastRun:
    """The last run: when it began and ended (UTC, ISO), how it went out, how much it sent; None: never, or not yet."""

    began: str | None
    ended: str | None
    outcome: str | None
    sent: int
    bytes: int


@dataclass(frozen=True, slots=True)
class MirrorStatus:
    """How the mirror stands. `keys` is where keys are found, never what they are; None: nowhere, see the findings."""

    settings: MirrorSettings
    keys: str | None
    last: LastRun
    mirrored_files: int
    mirrored_bytes: int
    waiting: Waiting
    findings: tuple[Finding, ...]


def mirror_status(office: Office, *, online: bool = False) -> MirrorStatus:
    """Return how the mirror stands; the store is asked only with `online`.

    Raises:
        NotFound: no mirror is set up.
        Refused: mirror.toml cannot be read.
    """
    settings = read_settings(office.workspace)
    findings: list[Finding] = []
    keys = None
    try:
        keys = keys_for(office.workspace, settings).source
        if online:
            open_mirror(office.workspace, settings).store.require_lock()
    except DocgenError as problem:
        findings += problem.findings
    with opened_notes(office.workspace, settings) as notes:
        files, size = notes.counts()
        found = waiting(office.archive, notes)
        return MirrorStatus(settings, keys, _last(notes), files, size, found, tuple(findings))


def _last(notes: Notes) -> LastRun:
    sent, size = (int(notes.fact(name) or 0) for name in ("sent", "bytes"))
    return LastRun(notes.fact("began"), notes.fact("ended"), notes.fact("outcome"), sent, size)
