"""Kill the office's other acts in system calls: approvals, answers, bank statements, keys, backup, restore, holds.

As in test_kills.py: strace stops the command at the n-th call of one kind; the same command runs once more, and then
nothing is half there, nothing is there twice, the archive verifies and the tables are those a rebuild makes.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from docgen.archive.eventlog import read
from docgen.demo.people import PASSWORD, agreed, hire, who
from docgen.findings import Severity, has_errors
from docgen.services.approvals import request_approval
from docgen.services.archive_care import rebuild_database, verify_archive
from docgen.services.backup_workspace import back_up, check_backup
from docgen.services.backups import backups
from docgen.services.deals import show_deal
from docgen.services.import_deal import import_deal
from docgen.services.issue_document import issue_document
from docgen.services.keys import fingerprint, list_keys
from docgen.services.office import Office, open_office
from docgen.services.prepare_issue import Request
from docgen.services.waiting_payments import waiting_lines
from docgen.store import database
from docgen.store.models import Approval, Deal, Event, LogCursor, Number, Paper
from docgen.workspace import data_root

pytestmark = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")

SAMPLES = data_root() / "samples" / "deals"
NO = "HT2024031001"
AT = datetime(2024, 7, 15, 2, 0, tzinfo=UTC)
KILLED = {-9, 137}
STATEMENT = (
    "交易日期,贷方金额,借方金额,对方户名,摘要,流水号\n"
    '2024/7/1,"94,444.42",,恒泰示例制造有限公司,货款,R1\n'
    "20240702,66666.67,,YY制造有限公司,SO2024031002 尾款,R2\n"
    "2024-07-04,500.00,,陌生公司,往来,R4\n"
)
PEOPLE = ("--password-stdin", "--user")


@dataclass(frozen=True)
class Act:
    """A command, what it may say when it is run again, and what must hold afterwards."""

    words: tuple[str, ...]
    holds: Callable[[Office, Path], None]
    already: tuple[str, ...] = ()
    passwords: int = 0


def events(office: Office) -> Counter[str]:
    return Counter(entry.type for folder in office.archive.folders() for entry in read(folder)[0])


def approved_once(office: Office, _: Path) -> None:
    given = [
        each.actor for each in Event.objects.filter(type="approval.approved") if each.payload["id"] == "SQ2024031001-01"
    ]
    assert given == ["wuzhuguan"]
    assert office


def answered(office: Office, _: Path) -> None:
    assert events(office)["review.answered"] in {1, 2}  # the same answer given again is an answer again


def paid_once(office: Office, _: Path) -> None:
    paid = [
        (str(each.payload["value"]["amount"]))
        for each in Event.objects.filter(type="fact.recorded")
        if each.payload["fact"] == "payments" and each.payload["value"]["amount"] in {"94444.42", "66666.67"}
    ]
    assert sorted(paid) == ["66666.67", "94444.42"]
    assert events(office)["bank.imported"] == 1
    assert [line.amount for line in waiting_lines(office)] == ["500.00"]


def keys_are_sound(office: Office, _: Path) -> None:
    ring = office.keyring
    assert office.workspace.key_file.stat().st_mode & 0o777 == 0o600
    assert len(ring.keys) in {2, 3}
    assert ring.current == max(ring.keys)
    noted = {line.fingerprint for line in list_keys(office) if line.noted_at}
    assert {fingerprint(key) for key in ring.keys.values()} <= noted


def backed_up_whole(office: Office, _: Path) -> None:
    root = office.workspace.backup
    made = backups(root)
    assert len(made) in {2, 3}
    for each in made:
        assert not has_errors(check_backup(each))
    assert [path.name for path in root.iterdir() if path.name.startswith((".database-", ".part-"))] == []
    assert list((root / "objects").glob(".part-*")) == []


def restored_whole(office: Office, new: Path) -> None:
    assert tree(office.workspace.archive) == tree(new / "archive")
    assert sorted(path.name for path in new.iterdir() if "restoring" in path.name) == []
    told = show_deal(office, NO)
    database.disconnect()
    assert show_deal(open_office(new, clock=lambda: AT), NO) == told


def held(office: Office, _: Path) -> None:
    assert events(office)["hold.placed"] == 1


ACTS = {
    "approve": Act(
        ("approve", "SQ2024031001-01", "--remark", "同意", *PEOPLE, "wuzhuguan"),
        approved_once,
        ("approvals.acted-already",),
        1,
    ),
    "answer": Act(("review", "answer", NO, "BM-01", "是", "--remark", "第十条"), answered),
    "bank": Act(("payment", "import", "ROOT/desk/statement.csv"), paid_once),
    "key": Act(("key", "rotate"), keys_are_sound),
    "backup": Act(("backup",), backed_up_whole),
    "restore": Act(("restore", "ROOT/backup", "ROOT-new"), restored_whole, ("services.restore-place-taken",)),
    "hold": Act(
        ("retention", "hold", NO, "--case", "（2024）示民初1号", "--reason", "诉讼", *PEOPLE, "guanli"),
        held,
        ("retention.held-already",),
        1,
    ),
}


@dataclass(frozen=True)
class Room:
    """A workspace and what runs commands in it (of the class forking.Commands)."""

    root: Path
    commands: Any

    def words(self, name: str) -> list[str]:
        return [word.replace("ROOT", str(self.root)) for word in ACTS[name].words]

    def run(self, name: str, *, strace: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
        typed = f"{PASSWORD}\n" * ACTS[name].passwords
        done: subprocess.CompletedProcess[str] = self.commands.run(
            self.words(name), self.root, typed=typed, strace=strace
        )
        return done


@pytest.fixture(scope="session")
def busy_office(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with people, three deals, a paper, an approval that waits, a bank statement and one backup."""
    root = tmp_path_factory.mktemp("acts") / "office"
    shutil.copytree(prepared, root)
    office = open_office(root, clock=lambda: AT, actor="张三")
    for name in ("xx-tech", "yy-manufacturing", "hengtai-line"):
        import_deal(office, SAMPLES / f"{name}.yaml")
    hire(office)
    agreed(office, "SO2024031002", "order-approval", seq=0)
    issue_document(office, Request("SO2024031002", "order-approval", seq=0, faces=("docx",)))
    request_approval(office, NO, "order-approval", who("zhangsan"), seq=0)
    (root / "desk").mkdir()
    (root / "desk" / "statement.csv").write_bytes(STATEMENT.encode("gb18030"))
    back_up(office)
    database.disconnect()
    return root


@pytest.fixture
def room(busy_office: Path, commands: Any, tmp_path: Path) -> Iterator[Room]:  # noqa: ANN401
    shutil.copytree(busy_office, tmp_path / "office")
    yield Room(tmp_path / "office", commands)
    database.disconnect()


def tree(root: Path) -> dict[str, bytes]:
    files = (path for path in sorted(root.rglob("*")) if path.is_file() and not path.name.startswith(".lock"))
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in files}


def tables() -> dict[str, list[dict[str, object]]]:
    rows = {each.__name__: sorted(each.objects.values(), key=repr) for each in (Deal, Paper, Number, Approval)}
    rows["Event"] = sorted(Event.objects.values("key", "seq", "at", "type", "actor", "payload"), key=repr)
    rows["LogCursor"] = [row for row in sorted(LogCursor.objects.values(), key=repr) if row["seq"]]
    return rows


def require_whole(name: str, root: Path) -> None:
    office = open_office(root, clock=lambda: AT, actor="张三")
    assert [one for one in verify_archive(office).findings if one.severity is Severity.ERROR] == []
    assert list((root / "archive").glob("*/*/_docgen/pending/*")) == []
    before = tables()
    rebuild_database(office.workspace)
    assert tables() == before
    ACTS[name].holds(open_office(root, clock=lambda: AT, actor="张三"), root.with_name(root.name + "-new"))


def repeat(name: str, room: Room) -> None:
    again = room.run(name)
    told = again.stdout + again.stderr
    assert again.returncode == 0 or any(code in told for code in ACTS[name].already), told
    require_whole(name, room.root)


def kill_and_repeat(name: str, room: Room, call: str, number: int) -> None:
    killed = room.run(name, strace=room.commands.inject(call, "signal=KILL", number))
    assert killed.returncode in KILLED, f"{call} {number} was never reached: {killed.stdout}{killed.stderr}"
    repeat(name, room)


SAMPLE = [
    ("approve", "fsync", 1),
    ("approve", "fdatasync", 3),
    ("answer", "fsync", 1),
    ("bank", "fsync", 2),
    ("bank", "fdatasync", 6),
    ("key", "rename", 1),
    ("backup", "fsync", 4),
    ("backup", "mkdir", 2),
    ("backup", "write", 3),
    ("restore", "fsync", 20),
    ("restore", "unlink", 1),
    ("restore", "fdatasync", 4),
    ("hold", "fsync", 1),
]


@pytest.mark.parametrize(("name", "call", "number"), SAMPLE)
def test_an_act_killed_in_a_call_is_simply_done_again(room: Room, name: str, call: str, number: int) -> None:
    kill_and_repeat(name, room, call, number)


CALLS = ("fsync", "fdatasync", "linkat", "rename", "renameat2", "unlink", "mkdir", "ftruncate", "pwrite64", "write")
COARSE = {"pwrite64": 9, "write": 5, "fsync": 3, "unlink": 3, "mkdir": 3}


COUNTED: dict[str, Counter[str]] = {}
"""How often each act makes each call; counted once a session."""


@pytest.mark.slow
@pytest.mark.parametrize("name", list(ACTS))
@pytest.mark.parametrize("call", CALLS)
def test_the_wide_sweep_over_acts(
    busy_office: Path,
    commands: Any,  # noqa: ANN401
    name: str,
    call: str,
    tmp_path: Path,
) -> None:
    wrong = {}
    if name not in COUNTED:
        room = Room(tmp_path / "counted", commands)
        shutil.copytree(busy_office, room.root)
        typed = f"{PASSWORD}\n" * ACTS[name].passwords
        COUNTED[name] = commands.count(room.words(name), room.root, CALLS, typed=typed)
    total = COUNTED[name][call]
    for number in commands.points(total, COARSE.get(call, 1), name, call):
        place = tmp_path / f"{number}" / "office"
        shutil.copytree(busy_office, place)
        try:
            kill_and_repeat(name, Room(place, commands), call, number)
        except AssertionError as problem:
            wrong[f"{name} {call} {number}"] = str(problem)[:2000]
        finally:
            database.disconnect()
            shutil.rmtree(place.parent)
    assert wrong == {}, json.dumps(wrong, ensure_ascii=False, indent=1)
