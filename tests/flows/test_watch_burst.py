"""The watcher takes what has settled as a burst: read once, filed together, and stopped anywhere nothing is lost."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from docgen.archive import disk
from docgen.archive.faults import FaultyOs, Stopped
from docgen.archive.keep import Kept
from docgen.contained.run import Worker
from docgen.demo.simulate import ScanSpec, print_and_scan
from docgen.intake.claiming import Claimed, claim
from docgen.services import file_burst, watch_inboxes
from docgen.services.archive_care import verify_archive
from docgen.services.import_deal import import_deal
from docgen.services.issue_document import issue_document
from docgen.services.office import Office, open_office
from docgen.services.placing import Fate, Filed, Ready
from docgen.services.prepare_issue import Request
from docgen.services.watch_inboxes import InboxWatch, Trouble
from docgen.store import database, ledger
from docgen.workspace import data_root

SAMPLE = data_root() / "samples" / "deals" / "xx-tech.yaml"
FONTS = data_root() / "templates" / "_shared" / "fonts"
NAMES = ("SCAN0001.pdf", "SCAN0002.pdf", "SCAN0003.pdf")
Dropped = tuple[Path, tuple[bytes, ...]]
READING = "docgen.papers.scan:read_scan"


@pytest.fixture(scope="module")
def dropped(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Dropped:
    """Prepare a workspace with one issued report, and three scans of it that differ."""
    root = tmp_path_factory.mktemp("burst") / "office"
    shutil.copytree(prepared, root)
    office = open_office(root, actor="张三")
    report = issue_document(office, Request(import_deal(office, SAMPLE).contract_no, "acceptance-report"))
    database.disconnect()
    paper = next(path for path in report.files if path.suffix == ".pdf").read_bytes()
    scan = print_and_scan(paper, ScanSpec(fonts=FONTS, zones=(), seals={}, signed={}), seed=1)
    return root, tuple(scan + b"\n%" * number for number in range(len(NAMES)))


def opened(root: Path) -> Office:
    return open_office(root, actor="张三")


def inbox_of(root: Path) -> Path:
    return opened(root).workspace.inboxes[0].path


@pytest.fixture
def root(dropped: Dropped, tmp_path: Path) -> Iterator[Path]:
    """Return a copy of the workspace with the three scans in its inbox."""
    yield copied(dropped, tmp_path / "office")
    database.disconnect()


def copied(dropped: Dropped, to: Path) -> Path:
    shutil.copytree(dropped[0], to)
    for name, data in zip(NAMES, dropped[1], strict=True):
        (inbox_of(to) / name).write_bytes(data)
    return to


def watch(root: Path) -> list[Filed | Trouble]:
    reports: list[Filed | Trouble] = []
    InboxWatch(opened(root), reports.append, give_up_seconds=0.1).run_once()
    return reports


def fates(reports: list[Filed | Trouble]) -> dict[str, Fate]:
    return {one.original_name: one.fate for one in reports if isinstance(one, Filed)}


def places_of(root: Path, data: bytes) -> list[str]:
    wanted = hashlib.sha256(data).hexdigest()
    return [
        top
        for top in ("archive", "review", "inbox")
        for path in (root / top).rglob("*")
        if path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == wanted
    ]


def test_what_settled_together_shares_its_syncs_and_is_read_once(
    root: Path, dropped: Dropped, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox = inbox_of(root)
    (inbox / "SCAN0004.pdf").write_bytes(dropped[1][0])  # the first once more, byte for byte
    (inbox / "broken.pdf").write_bytes(b"%PDF-1.4 not really")
    read: Counter[str] = Counter()
    bursts: list[int] = []
    real_run, real_deposit = Worker.run, file_burst.deposit_scans

    def run(self: Worker, function: str, /, *args: object, **options: object) -> object:
        if function == READING:
            read[hashlib.sha256(args[0]).hexdigest()] += 1  # type: ignore[arg-type]  # bytes
        return real_run(self, function, *args, **options)

    def deposit(office: Office, scans: list[object]) -> object:
        bursts.append(len(scans))
        return real_deposit(office, scans)  # type: ignore[arg-type]  # passed on

    monkeypatch.setattr(Worker, "run", run)
    monkeypatch.setattr(file_burst, "deposit_scans", deposit)
    told = fates(watch(root))
    assert told == {
        **dict.fromkeys(NAMES, Fate.FILED),
        "SCAN0004.pdf": Fate.SEEN_AGAIN,
        "broken.pdf": Fate.WAITING,
    }
    assert bursts == [3]
    assert read[hashlib.sha256(dropped[1][0]).hexdigest()] == 2  # two files of these bytes, each seen to be whole
    assert [read[hashlib.sha256(data).hexdigest()] for data in dropped[1][1:]] == [1, 1]
    assert sorted(row.version for row in ledger.papers() if row.item_type == "filed") == [1, 2, 3]
    assert [path for path in inbox.rglob("*") if path.is_file()] == []
    assert verify_archive(opened(root)).findings == ()


def test_one_scan_that_breaks_the_decision_waits_and_the_burst_goes_on(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = file_burst.decided

    def decided(office: Office, kept: Kept, name: str, **options: object) -> Filed | Ready:
        if name == NAMES[1]:
            raise ZeroDivisionError
        return real(office, kept, name, **options)  # type: ignore[arg-type]  # passed on

    monkeypatch.setattr(file_burst, "decided", decided)
    told = fates(watch(root))
    assert told == {NAMES[0]: Fate.FILED, NAMES[1]: Fate.WAITING, NAMES[2]: Fate.FILED}
    assert verify_archive(opened(root)).findings == ()


def test_a_burst_that_fails_as_one_is_filed_one_by_one(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def deposit(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(file_burst, "deposit_scans", deposit)
    assert fates(watch(root)) == dict.fromkeys(NAMES, Fate.FILED)
    assert verify_archive(opened(root)).findings == ()


def test_syncs_that_are_refused_leave_no_half_copies_and_the_files_in_the_inbox(
    root: Path, dropped: Dropped, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as broken:
        broken.setattr(disk, "_sync_whole", refuse)
        reports = watch(root)
    assert [one.findings[0].code for one in reports if isinstance(one, Trouble)] == ["archive.disk-full"]
    assert sorted(path.name for path in inbox_of(root).glob("*.pdf")) == list(NAMES)
    assert [path.name for path in (root / "archive" / "_incoming").glob(".part-*")] == []
    assert fates(watch(root)) == dict.fromkeys(NAMES, Fate.FILED)


def sweep(
    dropped: Dropped,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    kind: str | int,
    *,
    first: int,
    step: int,
) -> int:
    """Break the archive's disk at call `first`, `first` + step … of a watcher's round; start it again each time."""
    at = first
    while True:
        root = copied(dropped, tmp_path / f"office{at}")
        faulty = FaultyOs(at, kind)
        held: list[Claimed] = []

        def noting(path: Path, *, settled: object = None, held: list[Claimed] = held) -> Claimed | None:
            one = claim(path, settled=settled)  # type: ignore[arg-type]  # passed on
            held.extend([one] if one else [])
            return one

        with monkeypatch.context() as broken:
            broken.setattr(watch_inboxes, "claim", noting)
            broken.setattr(disk, "os", faulty)
            try:
                watch(root)
            except Stopped:
                for one in held:
                    os.close(one._lock)  # the kernel does this for a process that died
        database.disconnect()
        watch(root)
        for data in dropped[1]:
            assert places_of(root, data) == ["archive"], faulty.log[min(at, faulty.count) - 1]
        assert verify_archive(opened(root)).findings == ()
        assert sorted(row.version for row in ledger.papers() if row.item_type == "filed") == [1, 2, 3]
        database.disconnect()
        shutil.rmtree(root)
        if faulty.count < at:
            return faulty.count
        at += step


@pytest.mark.parametrize(("kind", "first"), [("kill", 9), ("half", 22), (errno.ENOSPC, 33)])
def test_a_watcher_stopped_in_a_burst_loses_and_doubles_nothing(
    dropped: Dropped,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    kind: str | int,
    first: int,
) -> None:
    assert sweep(dropped, tmp_path, monkeypatch, kind, first=first, step=37) > 60


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["kill", "kill-after", "half", errno.ENOSPC, errno.EIO])
def test_the_whole_sweep_of_a_watchers_burst(
    dropped: Dropped, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str | int
) -> None:
    assert sweep(dropped, tmp_path, monkeypatch, kind, first=1, step=1) > 60
