"""`docgen watch --status` as a monitor sees it, and an observer that dies and is started again."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver

from docgen.cli.main import main
from docgen.services import heartbeat, watch_inboxes
from docgen.services.heartbeat import STALE_SECONDS, ObservedFolder, Pulse, beat, watch_status
from docgen.services.office import Office, open_office
from docgen.services.placing import Filed
from docgen.services.watch_inboxes import InboxWatch, Trouble
from docgen.store import database

Status = Callable[..., str]


@pytest.fixture
def live(root: Path) -> Iterator[Office]:
    """An office by the clock on the wall, as the command line has it."""
    yield open_office(root, actor="张三")
    database.disconnect()


@pytest.fixture
def status(root: Path, capsys: pytest.CaptureFixture[str]) -> Status:
    def ask(*words: str, code: int) -> str:
        database.disconnect()
        found = main(["-w", str(root), "watch", "--status", *words])
        said = capsys.readouterr()
        assert found == code, said.out + said.err
        return said.out

    return ask


def folder(office: Office, *, is_alive: bool) -> ObservedFolder:
    return ObservedFolder("前台", str(office.workspace.inboxes[0].path), False, is_alive, 2, "销售部 王五")


def aged(office: Office, **by: float) -> Office:
    return Office(office.workspace, clock=lambda: datetime.now(UTC) - timedelta(**by), actor=office.actor)


def test_red_before_the_first_beat(status: Status) -> None:
    assert json.loads(status("--json", code=1)) == {**json.loads(status("--json", code=1)), "pulse": "never"}


def test_green_while_it_beats_and_says_whose_each_inbox_is(live: Office, status: Status) -> None:
    beat(live, [folder(live, is_alive=True)])
    assert json.loads(status("--json", code=0))["is_green"] is True
    told = status(code=0)
    assert "前台" in told
    assert "销售部 王五" in told


def test_red_with_a_dead_observer(live: Office, status: Status) -> None:
    beat(live, [folder(live, is_alive=True), folder(live, is_alive=False)])
    seen = json.loads(status("--json", code=1))
    assert (seen["pulse"], [one["is_alive"] for one in seen["folders"]]) == ("observer-dead", [True, False])
    status(code=1)


@pytest.mark.parametrize(("seconds", "code"), [(STALE_SECONDS - 30, 0), (STALE_SECONDS + 5, 1)])
def test_an_old_beat_is_red(live: Office, status: Status, seconds: float, code: int) -> None:
    beat(aged(live, seconds=seconds), [folder(live, is_alive=True)])
    assert json.loads(status("--json", code=code))["pulse"] == ("alive", "silent")[code]


def test_red_once_it_has_ended_and_where_the_beat_cannot_be_read(live: Office, status: Status) -> None:
    beat(live, [folder(live, is_alive=True)], is_last=True)
    assert json.loads(status("--json", code=1))["pulse"] == "ended"
    (live.workspace.log / "watch-heartbeat.json").write_text("{", encoding="utf-8")
    assert json.loads(status("--json", code=1))["pulse"] == "silent"


def test_a_dead_observer_is_started_again_and_its_inbox_watched_on(
    live: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[BaseObserver] = []

    def making() -> BaseObserver:
        made.append(Observer())
        return made[-1]

    monkeypatch.setattr(watch_inboxes, "Observer", making)
    monkeypatch.setattr(watch_inboxes, "RELIST_SECONDS", 0.2)
    with at_work(live, lambda _: None):
        made[0].stop()
        made[0].join(timeout=10)
        assert until(lambda: len(made) == 2 and [one.restarts for one in watch_status(live).folders] == [1])
        assert until(lambda: watch_status(live).is_green)
        assert made[1].is_alive()
        dropped = live.workspace.inboxes[0].path / "a.xml"
        dropped.write_bytes(b"<a/>")
        assert until(lambda: not dropped.exists())
    assert watch_status(live).pulse is Pulse.ENDED


@pytest.fixture
def watching(live: Office, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Filed | Trouble]]:
    """A watcher at work, and all it reports."""
    monkeypatch.setattr(watch_inboxes, "RELIST_SECONDS", 0.2)
    told: list[Filed | Trouble] = []
    with at_work(live, told.append):
        yield told


@contextmanager
def at_work(live: Office, report: Callable[[Filed | Trouble], None]) -> Iterator[None]:
    """Have a watcher at work, green, while the block runs."""
    stop = threading.Event()

    def run() -> None:
        try:
            InboxWatch(live, report, give_up_seconds=0.1).run(stop)
        finally:
            database.disconnect()

    running = threading.Thread(target=run)
    running.start()
    try:
        assert until(lambda: watch_status(live).is_green)
        yield
    finally:
        stop.set()
        running.join(timeout=60)


@pytest.mark.parametrize("place", ["elsewhere", "archive", "review"])
def test_an_inbox_that_becomes_a_link_gives_nothing_until_it_is_a_folder_again(
    live: Office, watching: list[Filed | Trouble], place: str, tmp_path: Path, status: Status
) -> None:
    """Whoever may write beside it could send the watcher into the archive, and have its papers taken for new ones."""
    inbox = live.workspace.inboxes[0].path
    target = {"elsewhere": tmp_path / "elsewhere"}.get(place, live.workspace.root / place)
    target.mkdir(exist_ok=True)
    for name in ("a.xml", "b.xml"):
        (target / name).write_bytes(b"<a/>")
    inbox.rename(inbox.with_name("away"))
    inbox.symlink_to(target)
    assert until(lambda: watch_status(live).pulse is Pulse.INBOX_STUCK)
    assert until(lambda: _codes(watching) >= {"intake.inbox-is-link"})
    assert until(lambda: "链接" in status(code=1))
    assert json.loads(status("--json", code=1))["folders"][0]["trouble"]["code"] == "intake.inbox-is-link"
    assert (target / "a.xml").exists()
    assert (target / "b.xml").exists()
    inbox.unlink()
    inbox.with_name("away").rename(inbox)
    (inbox / "c.xml").write_bytes(b"<a/>")
    assert until(lambda: not (inbox / "c.xml").exists() and watch_status(live).is_green)
    assert {path.name for path in target.iterdir()} >= {"a.xml", "b.xml"}


def test_an_inbox_that_is_unplugged_shows_red_and_goes_on_by_itself(
    live: Office, watching: list[Filed | Trouble], status: Status
) -> None:
    inbox = live.workspace.inboxes[0].path
    inbox.rename(inbox.with_name("away"))
    assert until(lambda: watch_status(live).pulse is Pulse.INBOX_STUCK)
    assert "读不出来" in status(code=1)
    inbox.with_name("away").rename(inbox)
    (inbox / "c.xml").write_bytes(b"<a/>")
    assert until(lambda: not (inbox / "c.xml").exists() and watch_status(live).is_green)
    assert "正常" in status(code=0)
    assert [code for code in _codes(watching) if code.startswith("intake.inbox")] == ["intake.inbox-unreadable"]


def test_a_second_watcher_is_told_of_the_first(live: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    first = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        with monkeypatch.context() as patch:
            patch.setattr(heartbeat.os, "getpid", lambda: first.pid)
            beat(live, [folder(live, is_alive=True)])
        assert heartbeat.other_watcher(live) == first.pid
        stop = threading.Event()
        stop.set()
        told: list[Filed | Trouble] = []
        InboxWatch(live, told.append).run(stop)
        assert _codes(told) == {"intake.second-watcher"}
        with monkeypatch.context() as patch:
            patch.setattr(heartbeat.os, "getpid", lambda: first.pid)
            beat(live, [folder(live, is_alive=True)])
    finally:
        first.communicate()
    assert heartbeat.other_watcher(live) is None


def _codes(told: list[Filed | Trouble]) -> set[str]:
    return {finding.code for one in told if isinstance(one, Trouble) for finding in one.findings}


def until(what: Callable[[], bool], seconds: float = 60) -> bool:
    """Wait until something is so; machines under load take their time."""
    end = time.monotonic() + seconds
    while not what() and time.monotonic() < end:
        time.sleep(0.02)
    return what()


def test_a_long_backlog_neither_silences_the_beat_nor_holds_up_a_stop(
    live: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox = live.workspace.inboxes[0].path
    for number in range(12):
        (inbox / f"{number:02}.xml").write_bytes(f"<a>{number}</a>".encode())
    beats: list[int] = []
    stop = threading.Event()

    def beating(*given: object, **how: object) -> None:
        beats.append(len(list(inbox.glob("*.xml"))))

    def told(_: object) -> None:
        if len(list(inbox.glob("*.xml"))) <= 8:
            stop.set()

    monkeypatch.setattr(watch_inboxes, "beat", beating)
    monkeypatch.setattr(watch_inboxes, "RELIST_SECONDS", 0.0)
    monkeypatch.setattr(watch_inboxes, "BURST", 2)
    InboxWatch(live, told, give_up_seconds=0.1).run(stop)
    assert {12, 10, 8} <= set(beats)
    assert len(beats) >= 12  # within a burst, too: at each file that is looked at or read
    assert len(list(inbox.glob("*.xml"))) == 8
