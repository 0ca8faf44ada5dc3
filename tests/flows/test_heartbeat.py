"""The watcher shows whether it is alive: green only while it beats and every observer lives."""

from __future__ import annotations

import pytest

from docgen.services import watch_inboxes
from docgen.services.heartbeat import STALE_SECONDS, ObservedFolder, Pulse, beat, watch_status
from docgen.services.office import Office
from docgen.services.watch_inboxes import InboxWatch

FINE = ObservedFolder("inbox", "/x", is_polled=False, is_alive=True, restarts=0)
DEAD = ObservedFolder("inbox", "/x", is_polled=False, is_alive=False, restarts=2)


def test_never_alive_dead_silent_ended(office: Office, clock: object) -> None:
    assert watch_status(office).pulse is Pulse.NEVER
    beat(office, [FINE])
    assert watch_status(office).is_green
    beat(office, [FINE, DEAD])
    assert (watch_status(office).pulse, watch_status(office).is_green) == (Pulse.OBSERVER_DEAD, False)
    beat(office, [FINE])
    clock.move(seconds=int(STALE_SECONDS) + 1)  # type: ignore[attr-defined]
    assert watch_status(office).pulse is Pulse.SILENT
    beat(office, [FINE], is_last=True)
    assert watch_status(office).pulse is Pulse.ENDED


def test_an_inbox_on_a_share_is_polled_without_being_told(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    watch = InboxWatch(office, lambda _: None)
    assert not any(folder.use_polling for folder in watch.folders())
    (inbox, *_) = office.workspace.inboxes
    monkeypatch.setattr(watch_inboxes, "mount_table", lambda: f"//nas/scan {inbox.path} cifs rw 0 0\n")
    assert watch.folders()[0].use_polling
