"""A disk that is really full, and one that is really read-only: docgen says so, waits, and loses nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from docgen.cli.main import main
from docgen.demo.simulate import ScanSpec, print_and_scan
from docgen.services.archive_care import verify_archive
from docgen.services.file_scan import Fate, Filed, file_scan
from docgen.services.import_deal import import_deal
from docgen.services.issue_document import issue_document
from docgen.services.office import Office, open_office
from docgen.services.prepare_issue import Request
from docgen.services.watch_inboxes import InboxWatch, Trouble
from docgen.store import database, ledger
from docgen.workspace import data_root

SAMPLE = data_root() / "samples" / "deals" / "xx-tech.yaml"
FONTS = data_root() / "templates" / "_shared" / "fonts"
SIZE = "8m"
SOON = 40.0


@dataclass(frozen=True)
class SmallDisk:
    """A file system of a few megabytes, in memory."""

    path: Path

    def fill(self) -> None:
        with (self.path / "ballast").open("wb", buffering=0) as ballast:
            try:
                while True:
                    ballast.write(bytes(4096))
            except OSError:
                return

    def free(self) -> None:
        (self.path / "ballast").unlink()

    def turn(self, access: str) -> None:
        subprocess.run(["mount", "-o", f"remount,{access}", str(self.path)], check=True, capture_output=True)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    if os.geteuid() != 0:
        pytest.skip("by design: only root can mount a small disk")
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(place)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("by design: this machine lets nobody mount a small disk")
    try:
        yield SmallDisk(place)
    finally:
        database.disconnect()
        subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.fixture
def office(root: Path, disk: SmallDisk) -> Iterator[Office]:
    shutil.move(root / "archive", disk.path / "archive")
    with (root / "docgen.toml").open("a", encoding="utf-8") as settings:
        settings.write(f'\n[paths]\narchive = "{disk.path / "archive"}"\n')
    yield open_office(root, actor="张三")
    database.disconnect()


@pytest.fixture
def scan(office: Office) -> bytes:
    contract_no = import_deal(office, SAMPLE).contract_no
    report = issue_document(office, Request(contract_no, "acceptance-report"))
    paper = next(path for path in report.files if path.suffix == ".pdf").read_bytes()
    return print_and_scan(paper, ScanSpec(fonts=FONTS, zones=(), seals={}, signed={}), seed=1)


def until(happened: Callable[[], bool]) -> None:
    end = time.monotonic() + SOON
    while not happened():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


def test_filing_onto_a_full_disk_is_refused_in_words_and_works_once_there_is_room(
    office: Office, disk: SmallDisk, scan: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "SCAN0001.pdf"
    source.write_bytes(scan)
    disk.fill()
    assert main(["-w", str(office.workspace.root), "file", str(source)]) == 1
    assert "磁盘已满" in capsys.readouterr().err
    assert source.read_bytes() == scan
    disk.free()
    assert file_scan(office, source).fate is Fate.FILED
    assert verify_archive(office).findings == ()


def test_the_watcher_pauses_on_a_full_disk_and_goes_on_by_itself(office: Office, disk: SmallDisk, scan: bytes) -> None:
    inbox = office.workspace.inboxes[0].path
    reports: list[Filed | Trouble] = []
    disk.fill()
    stop = threading.Event()

    def watch() -> None:
        InboxWatch(office, reports.append, give_up_seconds=1.0).run(stop)
        database.disconnect()

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        (inbox / "SCAN0001.pdf").write_bytes(scan)
        (inbox / "SCAN0002.pdf").write_bytes(scan + b"\n%")
        until(lambda: bool(reports))
        time.sleep(6)  # longer than a listing's pause: it has tried again, and says nothing new
        assert [one.findings[0].code for one in reports if isinstance(one, Trouble)] == ["archive.disk-full"]
        assert not list((office.archive.root / "_incoming").glob(".part-*"))  # no try takes room from the next
        disk.free()
        until(lambda: len([one for one in reports if isinstance(one, Filed)]) == 2)
    finally:
        stop.set()
        thread.join()
    assert not [path for path in inbox.rglob("*") if path.is_file()]
    assert len([row for row in ledger.papers() if row.item_type == "filed"]) == 2
    assert verify_archive(office).findings == ()


def test_one_run_of_the_watcher_ends_on_a_full_disk_and_leaves_all_files(
    office: Office, disk: SmallDisk, scan: bytes
) -> None:
    inbox = office.workspace.inboxes[0].path
    for number in range(3):
        (inbox / f"SCAN000{number}.pdf").write_bytes(scan + b"\n%" * number)
    disk.fill()
    reports: list[Filed | Trouble] = []
    assert not InboxWatch(office, reports.append).run_once()
    assert [one.findings[0].code for one in reports if isinstance(one, Trouble)] == ["archive.disk-full"]
    assert len(list(inbox.glob("*.pdf"))) == 3


def test_a_read_only_archive_can_be_read_and_says_why_it_takes_nothing(
    office: Office, disk: SmallDisk, scan: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "SCAN0001.pdf"
    source.write_bytes(scan)
    root = str(office.workspace.root)
    disk.turn("ro")
    assert main(["-w", root, "deal", "list"]) == 0
    assert main(["-w", root, "archive", "verify"]) == 0
    capsys.readouterr()
    assert main(["-w", root, "file", str(source)]) == 1
    assert main(["-w", root, "watch", "--once"]) == 1
    told = capsys.readouterr().err
    assert "archive.read-only" in told
    assert "core.unexpected" not in told
    disk.turn("rw")
    assert file_scan(office, source).fate is Fate.FILED
