"""The archive moved to another disk: every byte proven, no writer meanwhile, and a kill at any step loses nothing."""

from __future__ import annotations

import os
import shutil
import signal
import threading
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from docgen.archive import disk, relocation
from docgen.archive.keep import keep
from docgen.archive.lock import exclusive
from docgen.archive.moved import MOVED
from docgen.cli.main import main
from docgen.errors import Damage, DocgenError, Refused, StorageProblem
from docgen.services import heartbeat
from docgen.services import move_archive as service
from docgen.services.archive_care import rebuild_database, verify_archive
from docgen.services.backup_workspace import back_up
from docgen.services.deposit_scan import Arrival, Placement, deposit_scan
from docgen.services.move_archive import move_archive
from docgen.services.office import Office, open_office
from docgen.store import database, ledger
from docgen.store.history import past_events

NO = "HT2024031001"
MEMORY = Path("/dev/shm")  # a file system in memory, another than the workspace's


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    """A folder that does not exist yet, on another file system where there is one."""
    if not os.access(MEMORY, os.W_OK):
        yield tmp_path / "elsewhere"
        return
    folder = MEMORY / f"docgen-move-{uuid4().hex}"
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def filled(office: Office, contract_no: str) -> Office:
    assert contract_no == NO
    for title in ("质检报告", "验收纪要", "往来函件"):
        filed(office, title)
    return office


def filed(office: Office, title: str) -> str:
    source = office.workspace.root / f"{title}.txt"
    source.write_text(f"{title}\n" * 5, encoding="utf-8")
    arrival = Arrival(keep(office.archive, source), source.name, office.now(), "text/plain", 1)
    return deposit_scan(office, arrival, Placement(NO, title)).item_id


def reopened(office: Office) -> Office:
    database.disconnect()
    return open_office(office.workspace.root, clock=office.clock, actor="张三")


def content(root: Path) -> dict[str, bytes]:
    return {each.path: (root / each.path).read_bytes() for each in relocation.pieces(root) if not each.is_folder}


def errors(office: Office) -> list[str]:
    return [each.code for each in verify_archive(office).findings if each.severity.value == "error"]


def codes(problem: pytest.ExceptionInfo[DocgenError]) -> set[str]:
    return {finding.code for finding in problem.value.findings}


def test_every_byte_arrives_and_the_workspace_goes_on_in_the_new_place(filled: Office, place: Path) -> None:
    old = filled.workspace.archive
    before, papers = content(old), ledger.papers()
    seen: list[tuple[str, int, int]] = []
    done = move_archive(filled, place, progress=lambda *one: seen.append(one))
    assert content(old) == before
    assert {path: data for path, data in content(place).items() if path in before and "_company" not in path} == {
        path: data for path, data in before.items() if "_company" not in path
    }
    assert done.files == len(before)
    assert done.bytes == sum(map(len, before.values()))
    assert seen[-1][1] == seen[-1][2]
    new = reopened(filled)
    assert new.workspace.archive == place
    assert (place / "README.md").stat().st_mode == (old / "README.md").stat().st_mode
    assert errors(new) == []
    assert ledger.papers() == papers
    filed(new, "第四份")
    assert content(old) == before
    rebuild_database(new.workspace)
    new = reopened(new)
    assert len(ledger.papers()) == len(papers) + 1
    assert [each.payload["to"] for each in past_events(types=["archive.moved"])] == [str(place)]
    assert str(place) in (old / MOVED).read_text("utf-8")
    assert not (place / relocation.RECORD).exists()
    assert back_up(new).backup.files > len(before)


def test_other_settings_stay_as_people_wrote_them(filled: Office, place: Path, tmp_path: Path) -> None:
    config = filled.workspace.config
    written = "# 我们的说明\n" + config.read_text("utf-8") + '\n[paths]  # 各处\nbackup = "backup" # 备份\n'
    config.write_text(written, "utf-8")
    move_archive(reopened(filled), place)
    text = config.read_text("utf-8")
    assert [line for line in text.splitlines() if not line.startswith("archive =")] == written.splitlines()
    assert tomllib.loads(text)["paths"]["archive"] == str(place)
    move_archive(reopened(filled), tmp_path / "third")
    text = config.read_text("utf-8")
    assert tomllib.loads(text)["paths"] == {"backup": "backup", "archive": str(tmp_path / "third")}
    assert "# 备份" in text


def test_places_that_will_not_do(filled: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = filled.workspace
    full = tmp_path / "full"
    full.mkdir()
    (full / "假期照片.jpg").write_bytes(b"x")
    wanted = [
        (workspace.archive, "services.move-same"),
        (workspace.archive / "inner", "services.move-inside"),
        (workspace.root, "services.move-inside"),
        (workspace.inboxes[0].path / "archive", "services.move-inside"),
        (workspace.backup / "archive", "services.move-inside"),
        (full, "services.move-place-taken"),
        (full / "假期照片.jpg", "services.move-place-taken"),
    ]
    for target, code in wanted:
        with pytest.raises(Refused) as problem:
            move_archive(filled, target)
        assert codes(problem) == {code}
    monkeypatch.setattr(service, "_SPARE", 10**12)
    with pytest.raises(Refused) as problem:
        move_archive(filled, tmp_path / "new")
    assert codes(problem) == {"services.move-no-room"}
    monkeypatch.undo()
    monkeypatch.setattr(disk, "try_lock", lambda *_, **__: True)
    with pytest.raises(Refused) as problem:
        move_archive(filled, tmp_path / "lockless")
    assert codes(problem) == {"services.move-no-locks"}
    monkeypatch.undo()
    (workspace.archive / "link").symlink_to(full)
    with pytest.raises(Refused) as problem:
        move_archive(filled, tmp_path / "new")
    assert codes(problem) == {"services.move-odd-file"}
    assert not (tmp_path / "new").exists()
    assert reopened(filled).workspace.archive == workspace.archive


def test_a_running_watcher_must_be_stopped_first(filled: Office, place: Path) -> None:
    heartbeat.beat(filled, [])
    with pytest.raises(Refused) as problem:
        move_archive(filled, place)
    assert codes(problem) == {"services.move-watcher"}
    heartbeat.beat(filled, [], is_last=True)
    move_archive(filled, place)


def test_writers_are_kept_out_and_those_of_yesterday_too(filled: Office, place: Path) -> None:
    met: list[BaseException] = []

    def elsewhere(act: Callable[[], object]) -> None:
        def run() -> None:
            try:
                act()
            except StorageProblem as problem:
                met.append(problem)

        thread = threading.Thread(target=run)
        thread.start()
        thread.join(20)

    def told(name: str, *_: int) -> None:
        if name == "stage:switch":
            elsewhere(lambda: keep(filled.archive, filled.workspace.config))
            elsewhere(lambda: filled.archive.company(1999))

    move_archive(filled, place, progress=told)
    assert [each.findings[0].code for each in met if isinstance(each, StorageProblem)] == ["archive.moving"] * 2
    with pytest.raises(StorageProblem) as problem:
        filed(filled, "昨天打开的程序")
    assert codes(problem) == {"archive.moved"}
    assert filed(reopened(filled), "昨天打开的程序")


def test_what_is_written_while_it_is_copied_arrives_too(filled: Office, place: Path) -> None:
    late: list[str] = []

    def told(name: str, *_: int) -> None:
        if name.endswith("验收纪要.txt") and not late:
            late.append(filed(filled, "迟到的文件"))

    move_archive(filled, place, progress=told)
    new = reopened(filled)
    assert late[0] in {row.id for row in ledger.papers()}
    assert errors(new) == []
    assert list(place.rglob("迟到的文件.txt"))


def test_a_writer_who_does_not_finish_stops_the_move(
    filled: Office, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relocation.lock.exclusive.__wrapped__, "__kwdefaults__", {"seconds": 0.2})  # type: ignore[attr-defined]
    folder = next(each for each in filled.archive.folders() if each.key == NO)
    holding, done = threading.Event(), threading.Event()

    def hold() -> None:
        with exclusive(folder.lock, "x"):
            holding.set()
            done.wait(20)

    thread = threading.Thread(target=hold)
    thread.start()
    holding.wait(5)
    with pytest.raises(StorageProblem) as problem:
        move_archive(filled, place)
    done.set()
    thread.join()
    assert codes(problem) == {"archive.locked"}
    filed(filled, "照常归档")
    assert move_archive(filled, place).files


def test_a_disk_that_changes_bytes_is_found_out(filled: Office, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = relocation._copy_one

    def lying(source: Path, copied: Path) -> None:
        honest(source, copied)
        if source.name == "验收纪要.txt":
            found = copied.stat()
            copied.chmod(0o644)
            copied.write_bytes(copied.read_bytes().replace(b"\n", b" "))
            os.utime(copied, ns=(found.st_mtime_ns, found.st_mtime_ns))

    with monkeypatch.context() as patch:
        patch.setattr(relocation, "_copy_one", lying)
        with pytest.raises(Damage) as problem:
            move_archive(filled, place)
    assert codes(problem) == {"archive.copy-differs"}
    assert reopened(filled).workspace.archive == filled.workspace.archive
    filed(filled, "照常归档")
    move_archive(filled, place)
    assert errors(reopened(filled)) == []


def test_damage_that_was_there_before_stops_the_move(filled: Office, place: Path) -> None:
    paper = next(filled.workspace.archive.rglob("质检报告.txt"))
    paper.chmod(0o644)
    paper.write_bytes(b"changed")
    with pytest.raises(Damage) as problem:
        move_archive(filled, place)
    assert "services.move-not-whole" in codes(problem)
    assert reopened(filled).workspace.archive == filled.workspace.archive


def killed_at(office: Office, place: Path, count: int) -> bool:
    """Run the move in a child that is killed at its n-th step; tell whether it got that far."""
    database.disconnect()
    child = os.fork()
    if child == 0:
        steps = 0

        def told(*_: object) -> None:
            nonlocal steps
            steps += 1
            if steps == count:
                os.kill(os.getpid(), signal.SIGKILL)

        try:
            move_archive(open_office(office.workspace.root, clock=office.clock, actor="张三"), place, progress=told)
        finally:
            os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def steps_of(office: Office, tmp_path: Path) -> tuple[int, dict[str, int]]:
    """Count the steps of a move, on a copy of the workspace."""
    database.disconnect()
    shutil.copytree(office.workspace.root, tmp_path / "trial")
    names: list[str] = []
    trial = open_office(tmp_path / "trial", clock=office.clock, actor="张三")
    move_archive(trial, tmp_path / "trial-target", progress=lambda name, *_: names.append(name))
    database.disconnect()
    return len(names), {name: n for n, name in enumerate(names, 1) if name.startswith("stage:")}


def test_killed_anywhere_nothing_is_lost_and_the_same_command_finishes(
    filled: Office, place: Path, tmp_path: Path
) -> None:
    before = content(filled.workspace.archive)
    total, stages = steps_of(filled, tmp_path)
    assert set(stages) == {"stage:still", "stage:switch", "stage:switched"}
    points = sorted({1, 7, total // 3, *(n + more for n in stages.values() for more in (0, 1)), total})
    for count in (each for each in points if each <= total):
        root = tmp_path / f"at-{count}"
        shutil.copytree(filled.workspace.root, root)
        target = place / str(count)
        place.mkdir(exist_ok=True)
        office = open_office(root, clock=filled.clock, actor="张三")
        assert killed_at(office, target, count)
        office = open_office(root, clock=filled.clock, actor="张三")
        assert office.workspace.archive == (target if count >= stages["stage:switched"] else root / "archive")
        assert errors(office) == []
        item = filed(office, "中断之后")
        assert move_archive(office, target).files >= len(before)
        database.disconnect()
        office = open_office(root, clock=filled.clock, actor="张三")
        assert office.workspace.archive == target
        assert errors(office) == []
        assert item in {row.id for row in ledger.papers()}
        assert (root / "archive" / MOVED).is_file()
        assert len(past_events(types=["archive.moved"])) == 1
        assert before.keys() - content(target).keys() == set()
        assert not list(target.rglob(".part-*"))
        database.disconnect()


def test_the_command_line_tells_old_and_new(filled: Office, place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = str(filled.workspace.root)
    database.disconnect()
    assert main(["-w", root, "archive", "move", str(place)]) == 0
    told = capsys.readouterr().out
    assert str(place) in told
    assert "MOVED.txt" in told
    database.disconnect()
    assert main(["-w", root, "archive", "move", str(place)]) == 1
    assert "归档已经在" in capsys.readouterr().err
    database.disconnect()
    assert main(["-w", root, "archive", "verify"]) == 0
