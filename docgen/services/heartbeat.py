"""The watcher's heartbeat: a small file that says it is alive, so that silence can be told from peace.

Written at each look, replaced atomically. Whoever asks (`docgen watch --status`, a monitor) sees green only where the
file is fresh, the watcher has not ended, and every inbox has a living observer.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from docgen.services.office import Office

STALE_SECONDS = 300.0
"""One scan may take three minutes to read (docgen/papers/limits.py); twice that without a beat is no work any more."""
_NAME = "watch-heartbeat.json"


class Pulse(StrEnum):
    """How the watcher is: at work, an observer dead, an inbox it takes nothing from; silent; ended; never begun."""

    ALIVE = "alive"
    OBSERVER_DEAD = "observer-dead"
    INBOX_STUCK = "inbox-stuck"
    SILENT = "silent"
    ENDED = "ended"
    NEVER = "never"

    @property
    def is_at_work(self) -> bool:
        """Tell whether a watcher runs, well or not."""
        return self in {Pulse.ALIVE, Pulse.OBSERVER_DEAD, Pulse.INBOX_STUCK}


@dataclass(frozen=True, slots=True)
class ObservedFolder:
    """One inbox as the watcher has it: polled or by events, does its observer live, its restarts, and whose it is.

    `trouble` is the finding (code, where, params) that says why nothing is taken out of it now.
    """

    name: str
    path: str
    is_polled: bool
    is_alive: bool
    restarts: int
    whose: str = ""
    trouble: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True)
class WatchStatus:
    """What the heartbeat says; `at` is its instant, `is_green` all there is to know for a monitor."""

    pulse: Pulse
    is_green: bool
    at: str | None = None
    pid: int | None = None
    folders: Sequence[ObservedFolder] = ()


def beat(office: Office, folders: Sequence[ObservedFolder], *, is_last: bool = False) -> None:
    """Write the heartbeat; a disk that refuses costs the beat and nothing else, and then shows as silence."""
    path = _path(office)
    told = {"at": office.now().isoformat(), "pid": os.getpid(), "ended": is_last, "folders": [*map(asdict, folders)]}
    scratch = path.with_suffix(f".{os.getpid()}.tmp")
    try:
        scratch.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
        scratch.replace(path)
    except OSError:
        scratch.unlink(missing_ok=True)


def watch_status(office: Office) -> WatchStatus:
    """Return how the watcher of this workspace is."""
    try:
        told = json.loads(_path(office).read_text(encoding="utf-8"))
        folders = tuple(ObservedFolder(**one) for one in told["folders"])
        age = (office.now() - datetime.fromisoformat(told["at"])).total_seconds()
        pulse = _pulse(folders, age=age, has_ended=bool(told["ended"]))
        return WatchStatus(pulse, pulse is Pulse.ALIVE, told["at"], int(told["pid"]), folders)
    except FileNotFoundError:
        return WatchStatus(Pulse.NEVER, is_green=False)
    except (OSError, ValueError, KeyError, TypeError):
        return WatchStatus(Pulse.SILENT, is_green=False)


def other_watcher(office: Office) -> int | None:
    """Return the process id of another watcher that seems to work in this workspace, on this machine."""
    seen = watch_status(office)
    if not seen.pulse.is_at_work or seen.pid in {None, os.getpid()} or not _runs(seen.pid):
        return None
    return seen.pid


def _runs(pid: int | None) -> bool:
    try:
        os.kill(pid or 0, 0)
    except ProcessLookupError:
        return False
    except OSError:  # somebody else's
        return True
    return True


def _pulse(folders: Sequence[ObservedFolder], *, age: float, has_ended: bool) -> Pulse:
    if has_ended:
        return Pulse.ENDED
    if age > STALE_SECONDS:
        return Pulse.SILENT
    if any(folder.trouble for folder in folders):
        return Pulse.INBOX_STUCK
    return Pulse.ALIVE if all(folder.is_alive for folder in folders) else Pulse.OBSERVER_DEAD


def _path(office: Office) -> Path:
    return office.workspace.log / _NAME
