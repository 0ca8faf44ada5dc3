"""Kill the real commands inside real system calls, or let the disk refuse one: do it again, and all is as it should be.

strace stops a command at the n-th call of one kind, or lets that call fail. Then the same command runs once more, as a
person would run it, and the workspace must be whole: the archive verifies, every scan lies in exactly one place, no
number was given twice, and the tables are those a rebuild makes. A small sample runs each time, the wide one is slow;
KILLS_EVERY=n takes every n-th of its points, each kind of call from another one on. Commands run in forks of a process
that has docgen imported (forking.py). Folders are watched without print being read, which takes seconds a scan and
writes nothing; "read" and "wait" read it.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfWriter

from docgen.archive.eventlog import read
from docgen.demo.people import agreed
from docgen.demo.simulate import ScanSpec, foreign_letter, print_and_scan
from docgen.findings import Severity
from docgen.services.archive_care import rebuild_database, verify_archive
from docgen.services.file_scan import file_scan
from docgen.services.import_deal import import_deal
from docgen.services.issue_document import issue_document
from docgen.services.office import open_office
from docgen.services.prepare_issue import Request
from docgen.store import database, ledger
from docgen.store.models import Alias, Customer, Deal, Event, LogCursor, Number, Paper
from docgen.workspace import data_root

pytestmark = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")

SAMPLE = data_root() / "samples" / "deals" / "xx-tech.yaml"
FONTS = data_root() / "templates" / "_shared" / "fonts"
AT = datetime(2024, 3, 26, 9, 0, tzinfo=UTC)
KILLED = {-9, 137}
ISSUED = {"已出具", "issuing.already-issued"}


@dataclass(frozen=True)
class Desk:
    """A workspace in which one thing is to be done, the scans that lie around, and what runs the command."""

    root: Path
    scans: tuple[bytes, ...]
    commands: Any
    """Of the class forking.Commands."""

    def words(self, name: str) -> list[str]:
        return [word.replace("ROOT", str(self.root)) for word in COMMANDS[name]]

    def run(self, name: str, *, strace: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
        done: subprocess.CompletedProcess[str] = self.commands.run(
            self.words(name), self.root, strace=strace, reads_print=COMMANDS[name][0] != "watch"
        )
        return done


COMMANDS = {
    "import": ("deal", "import", str(SAMPLE)),
    "issue": ("issue", "SO2024031001", "supplementary-agreement", "--face", "docx"),
    "file": ("file", "ROOT/desk/ours.pdf"),
    "read": ("file", "ROOT/desk/blotted.pdf"),
    "half": ("file", "ROOT/desk/second.pdf"),
    "pile": ("file", "ROOT/desk/pile.pdf"),
    "wait": ("file", "ROOT/desk/foreign.pdf"),
    "watch": ("watch", "--once"),
    "drops": ("watch", "--once"),
    "burst": ("file", "ROOT/desk/ours.pdf", "ROOT/desk/again.pdf"),
    "fact": ("payment", "add", "SO2024031001", "--on", "2024-03-20", "--amount", "100"),
    "assign": ("inbox", "assign", "ID", "--deal", "SO2024031001", "--type", "来函"),
    "refile": ("inbox", "refile", "ID", "--deal", "SO2024031001", "--type", "来函", "--reason", "不是验收报告"),
}


@pytest.fixture(scope="session")
def desks(prepared: Path, commands: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Desk]:  # noqa: ANN401
    """Prepare, once a session, one workspace for each command; tests work on copies."""
    base = tmp_path_factory.mktemp("kills")
    empty, full = base / "empty", base / "full"
    shutil.copytree(prepared, empty)
    shutil.copytree(prepared, full)
    office = open_office(full, clock=lambda: AT, actor="张三")
    contract_no = import_deal(office, SAMPLE).contract_no
    agreed(office, contract_no, "supplementary-agreement")
    report = issue_document(office, Request(contract_no, "acceptance-report"))
    paper = next(path for path in report.files if path.suffix == ".pdf").read_bytes()
    ours = print_and_scan(paper, ScanSpec(fonts=FONTS, zones=(), seals={}, signed={}), seed=1)
    foreign = foreign_letter(5, fonts=FONTS)
    (full / "desk").mkdir()
    again = ours + b"\n% the copier sent it once more\n"
    (full / "desk" / "again.pdf").write_bytes(again)
    (full / "desk" / "ours.pdf").write_bytes(ours)
    (full / "desk" / "foreign.pdf").write_bytes(foreign)
    blotted = print_and_scan(paper, ScanSpec(fonts=FONTS, blotted=frozenset({1, 2})), seed=2)
    (full / "desk" / "blotted.pdf").write_bytes(blotted)
    database.disconnect()
    halves = base / "halves"
    shutil.copytree(full, halves)
    first, second = (
        print_and_scan(paper, ScanSpec(fonts=FONTS, dropped=frozenset({3 - page})), seed=page) for page in (1, 2)
    )
    (base / "first.pdf").write_bytes(first)
    (halves / "desk" / "second.pdf").write_bytes(second)
    file_scan(open_office(halves, clock=lambda: AT, actor="张三"), base / "first.pdf")
    database.disconnect()
    joined = joined_desk(halves, base, str(report.document_id))
    piles = base / "piles"
    shutil.copytree(full, piles)
    office = open_office(piles, clock=lambda: AT, actor="张三")
    other = issue_document(office, Request(contract_no, "supplementary-agreement"))
    database.disconnect()
    writer = PdfWriter()
    for each in (next(path for path in other.files if path.suffix == ".pdf").read_bytes(), paper):
        scanned = print_and_scan(each, ScanSpec(fonts=FONTS), seed=7)
        writer.append(io.BytesIO(scanned))
    writer.write(piles / "desk" / "pile.pdf")
    watched, waiting = base / "watched", base / "waiting"
    shutil.copytree(full, watched)
    shutil.copy(full / "desk" / "ours.pdf", watched / "inbox" / "SCAN0001.pdf")
    shutil.copy(full / "desk" / "foreign.pdf", watched / "inbox" / "SCAN0002.pdf")
    drops = base / "drops"
    shutil.copytree(full, drops)
    for number, name in enumerate(("ours", "again", "foreign"), start=1):
        shutil.copy(full / "desk" / f"{name}.pdf", drops / "inbox" / f"SCAN000{number}.pdf")
    shutil.copytree(full, waiting)
    item = file_scan(open_office(waiting, clock=lambda: AT, actor="张三"), waiting / "desk" / "foreign.pdf")
    database.disconnect()
    COMMANDS["assign"] = tuple(word if word != "ID" else str(item.review_id) for word in COMMANDS["assign"])
    made: dict[str, tuple[Path, tuple[bytes, ...]]] = {
        "import": (empty, ()),
        "issue": (full, ()),
        "file": (full, (ours,)),
        "burst": (full, (ours, again)),
        "fact": (full, ()),
        "read": (full, (blotted,)),
        "half": (halves, (first, second)),
        "pile": (piles, ((piles / "desk" / "pile.pdf").read_bytes(),)),
        "wait": (full, (foreign,)),
        "watch": (watched, (ours, foreign)),
        "drops": (drops, (ours, again, foreign)),
        "assign": (waiting, (foreign,)),
        "refile": (joined, (first, second)),
    }
    return {name: Desk(root, scans, commands) for name, (root, scans) in made.items()}


def joined_desk(halves: Path, base: Path, document_id: str) -> Path:
    """Return a copy in which the second half has completed the paper; the command that moves it names its item."""
    joined = base / "joined"
    shutil.copytree(halves, joined)
    file_scan(open_office(joined, clock=lambda: AT, actor="张三"), halves / "desk" / "second.pdf")
    (answer,) = ledger.answers_to(document_id)
    database.disconnect()
    COMMANDS["refile"] = tuple(word if word != "ID" else answer.id for word in COMMANDS["refile"])
    return joined


@pytest.fixture
def desk(desks: dict[str, Desk], name: str, tmp_path: Path) -> Iterator[Desk]:
    yield copied(desks[name], tmp_path / "office")
    database.disconnect()


def copied(desk: Desk, to: Path) -> Desk:
    shutil.copytree(desk.root, to)
    return replace(desk, root=to)


def require_whole(desk: Desk, name: str) -> None:
    """Hold the workspace to what it must be once the command has been repeated."""
    office = open_office(desk.root, clock=lambda: AT, actor="张三")
    report = verify_archive(office)
    assert [one for one in report.findings if one.severity is Severity.ERROR] == []
    folders = list(office.archive.folders())
    events = [entry for folder in folders for entry in read(folder)[0]]
    kinds = Counter(entry.type for entry in events)
    numbers = [str(entry.payload["number"]) for entry in events if entry.type == "number.allotted"]
    assert len(numbers) == len(set(numbers))
    assert kinds["deal.recorded"] == 1
    assert kinds["paper.issued"] == {"import": 0, "issue": 2, "pile": 2}.get(name, 1)
    filed = {"file": 1, "burst": 2, "read": 1, "half": 1, "watch": 1, "drops": 2, "assign": 1, "pile": 2}
    assert kinds["paper.filed"] == {**filed, "refile": 2}.get(name, 0)
    assert kinds["paper.misfiled"] == (name == "refile")
    for data in desk.scans:  # what was moved lies where it was and where it belongs
        assert len(places_of(desk.root, data)) == (2 if name == "refile" else 1), places_of(desk.root, data)
    assert left_over(desk.root) == []
    before = tables()
    rebuild_database(office.workspace)
    assert tables() == before
    assert not list((desk.root / "archive" / "_incoming").glob(".part-*"))


def tables() -> dict[str, list[dict[str, object]]]:
    """Return the content of every table, without row numbers and without folders that hold nothing yet."""
    rows = {
        model.__name__: sorted(model.objects.values(), key=repr) for model in (Customer, Deal, Paper, Number, LogCursor)
    }
    rows["Event"] = sorted(Event.objects.values("key", "seq", "at", "type", "actor", "payload"), key=repr)
    rows["Alias"] = sorted(Alias.objects.values("value", "deal_id"), key=repr)
    rows["LogCursor"] = [row for row in rows["LogCursor"] if row["seq"]]
    return rows


def places_of(root: Path, data: bytes) -> list[str]:
    """Return where these bytes lie; what was half copied or half built is no place yet."""
    wanted = hashlib.sha256(data).hexdigest()
    files = [path for top in ("archive", "review", "inbox") for path in (root / top).rglob("*") if path.is_file()]
    return [
        str(path.relative_to(root))
        for path in files
        if not any(mark in str(path) for mark in (".new-", ".done-", ".part-"))
        if hashlib.sha256(path.read_bytes()).hexdigest() == wanted
    ]


def left_over(root: Path) -> list[str]:
    """Return what a crash left where the next start should have tidied up."""
    incoming = [path.name for path in (root / "archive" / "_incoming").glob("*")]
    pending = [str(path) for path in (root / "archive").glob("*/*/_docgen/pending/*")]
    claimed = [str(path) for path in (root / "inbox").rglob("*") if path.is_file()]
    return [*[name for name in incoming if not name.startswith(".")], *pending, *claimed]


def kill_and_repeat(desk: Desk, name: str, call: str, number: int) -> None:
    killed = desk.run(name, strace=desk.commands.inject(call, "signal=KILL", number))
    assert killed.returncode in KILLED, f"{call} {number} was never reached: {killed.stderr}"
    for data in desk.scans:
        assert places_of(desk.root, data) or name in {"file", "burst", "read", "half", "wait", "pile"}, "lost"
    repeat(desk, name)


def repeat(desk: Desk, name: str) -> None:
    again = desk.run(name)
    told = again.stdout + again.stderr
    if name == "assign" and "intake.no-such-item" in told:
        pass  # it was filed and settled before the end
    elif name == "refile" and "services.refiled-already" in told:
        pass  # the move counted before the end
    elif name.startswith("issue"):
        assert any(word in told for word in ISSUED), told
    else:
        assert again.returncode == (1 if name == "wait" else 0), told
    require_whole(desk, name)


SAMPLE_OF_KILLS = [
    ("import", "fdatasync", 12),
    ("issue", "fsync", 12),
    ("issue", "syncfs", 1),
    ("file", "linkat", 3),
    ("fact", "fsync", 1),
    ("fact", "fdatasync", 5),
    ("burst", "linkat", 6),
    ("burst", "syncfs", 7),
    ("read", "linkat", 5),
    ("half", "linkat", 6),
    ("half", "rename", 3),
    ("pile", "linkat", 4),
    ("pile", "linkat", 7),
    ("pile", "fsync", 30),
    ("wait", "rename", 2),
    ("watch", "unlink", 5),
    ("drops", "syncfs", 2),
    ("drops", "syncfs", 8),
    ("drops", "linkat", 6),
    ("drops", "unlink", 12),
    ("assign", "rename", 2),
    ("refile", "linkat", 2),
    ("refile", "fsync", 12),
    ("refile", "fdatasync", 3),
]


@pytest.mark.parametrize(("name", "call", "number"), SAMPLE_OF_KILLS)
def test_a_command_killed_in_a_call_is_simply_run_again(desk: Desk, name: str, call: str, number: int) -> None:
    kill_and_repeat(desk, name, call, number)


SAMPLE_OF_REFUSALS = [
    ("import", "pwrite64", "ENOSPC", 40),
    ("file", "fsync", "EIO", 6),
    ("burst", "syncfs", "EIO", 8),
    ("fact", "write", "ENOSPC", 1),
    ("watch", "linkat", "EIO", 3),
    ("drops", "syncfs", "EIO", 1),
    ("drops", "syncfs", "ENOSPC", 8),
    ("watch", "mkdir", "ENOSPC", 6),
]


@pytest.mark.parametrize(("name", "call", "error", "number"), SAMPLE_OF_REFUSALS)
def test_a_disk_that_refuses_is_named_and_nothing_is_lost(
    desk: Desk, name: str, call: str, error: str, number: int
) -> None:
    refuse_and_repeat(desk, name, call, error, number)


def refuse_and_repeat(desk: Desk, name: str, call: str, error: str, number: int) -> None:
    """Let one call fail as a full or broken disk would: words and exit code 1, or no harm at all; never a crash."""
    refused = desk.run(name, strace=desk.commands.inject(call, f"error={error}", number))
    told = refused.stdout + refused.stderr
    assert refused.returncode in {0, 1}, told
    assert "core.unexpected" not in told
    assert "Traceback" not in told, told
    if refused.returncode == 1 and name != "wait":
        assert re.search(r"\[(archive|intake|store|services|issuing)\.[a-z-]+", told), told
    repeat(desk, name)


CALLS = (
    "fsync",
    "fdatasync",
    "syncfs",
    "linkat",
    "rename",
    "unlink",
    "unlinkat",
    "rmdir",
    "mkdir",
    "ftruncate",
    "pwrite64",
    "chmod",
    "fchmod",
)
COARSE = {"pwrite64": 9, "write": 5}
MEANS = [
    *((call, how) for call in CALLS for how in ("KILL", "ENOSPC", "EIO")),
    ("write", "KILL"),  # never refused here: it writes to pipes as well, which know no full disk
]


CHANGING = (
    "creat,write,pwrite64,writev,pwritev,pwritev2,sendfile,copy_file_range,splice,fallocate,truncate,ftruncate,"
    "rename,renameat,renameat2,link,linkat,symlink,symlinkat,unlink,unlinkat,mkdir,mkdirat,rmdir,mknod,mknodat,fsync,"
    "fdatasync,syncfs,sync,sync_file_range,msync,chmod,fchmod,fchmodat,chown,fchown,lchown,setxattr,fsetxattr"
)
"""The system calls that change what lies on a disk; making a file by openat is seen through what is written to it."""
HARMLESS = {"fchown"}
"""SQLite gives its -wal and -shm files the database's owner; whatever comes of it is not looked at."""


@pytest.mark.parametrize("name", ["import", "issue", "file", "burst", "drops", "fact"])
def test_a_command_makes_no_changing_call_that_no_sweep_covers(desk: Desk, name: str, tmp_path: Path) -> None:
    log = tmp_path / "calls"
    done = desk.commands.run_anew(desk.words(name), desk.root, strace=("-o", str(log), f"--trace={CHANGING}"))
    assert done.returncode == 0, done.stderr
    made = set(re.findall(r"^\d+ +(\w+)\(", log.read_text(errors="replace"), flags=re.MULTILINE))
    assert {"fsync", "pwrite64"} <= made
    assert made - HARMLESS - {call for call, _ in MEANS} == set()


COUNTED: dict[str, Counter[str]] = {}


def calls_made(desk: Desk, name: str, place: Path) -> Counter[str]:
    """Return how often a command makes each call; counted once a session."""
    if name not in COUNTED:
        there = copied(desk, place)
        COUNTED[name] = there.commands.count(
            there.words(name), there.root, (*CALLS, "write"), reads_print=COMMANDS[name][0] != "watch"
        )
    return COUNTED[name]


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    ["import", "issue", "file", "burst", "fact", "read", "half", "pile", "wait", "watch", "drops", "assign", "refile"],
)
@pytest.mark.parametrize(("call", "how"), MEANS)
def test_the_wide_sweep(desks: dict[str, Desk], name: str, call: str, how: str, tmp_path: Path) -> None:
    total = calls_made(desks[name], name, tmp_path / "counted")[call]
    wrong: dict[str, str] = {}
    for number in desks[name].commands.points(total, COARSE.get(call, 1), name, call, how):
        desk = copied(desks[name], tmp_path / "office")
        try:
            if how == "KILL":
                kill_and_repeat(desk, name, call, number)
            else:
                refuse_and_repeat(desk, name, call, how, number)
        except AssertionError as problem:
            wrong[f"{name} {call} {how} {number}"] = str(problem)[:2000]
        finally:
            database.disconnect()
            shutil.rmtree(desk.root)
    assert wrong == {}, json.dumps(wrong, ensure_ascii=False, indent=1)
