"""Stop the archive at every single call it makes to the disk: nothing may be lost, nothing may be there twice."""

from __future__ import annotations

import errno
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from docgen.archive import disk
from docgen.archive.burst import deposit_together, keep_together
from docgen.archive.deposit import Content, Derived, Parcel, Template, deposit
from docgen.archive.eventlog import append, locked, read
from docgen.archive.faults import FaultyOs, PowerCutOs, Stopped
from docgen.archive.keep import Kept, keep, kept_files
from docgen.archive.layout import Archive, Folder
from docgen.archive.rebuild import contents
from docgen.archive.record import Item, Sidecar
from docgen.archive.recovery import needs_recovery, recover_archive
from docgen.archive.verify import verify
from docgen.errors import Damage, StorageProblem
from docgen.findings import Severity

AT = datetime(2024, 3, 11, 2, 0, tzinfo=UTC)
PDF = b"%PDF-1.7 the notice"
TEMPLATE = b"PK the template"
SCAN = b"%PDF-1.4 the signed scan, somebody's only copy"
KINDS = ["kill", "kill-after", "half", errno.ENOSPC, errno.EIO]


@dataclass(frozen=True)
class Kit:
    put: Callable[..., Sidecar]
    item: Callable[..., Item]
    tree: Callable[[Path], dict[str, bytes]]

    def parcel(self, item_id: str, kept: Kept) -> Parcel:
        """Return what a scan's deposit brings, with a text made from it."""
        scan = Content("通知单 签回件.pdf", "scan", kept, "application/pdf", 1)
        text = Derived("通知单 签回件.txt", item_id.encode())
        return Parcel(self.item(item_id, item_type="filed"), [scan], [text], [], "paper.filed", {}, AT, "王五")


Make = Callable[[int, Path], FaultyOs]


@pytest.fixture
def kit(put: Callable[..., Sidecar], item: Callable[..., Item], tree: Callable[[Path], dict[str, bytes]]) -> Kit:
    return Kit(put, item, tree)


class Office:
    """One workspace in which a scan is to be filed, and the machine under it."""

    def __init__(self, root: Path, kit: Kit) -> None:
        self.root, self.kit = root, kit
        self.archive = Archive(root / "archive")
        self.source = root / "inbox" / "SCAN0001.pdf"

    @classmethod
    def prepare(cls, root: Path, kit: Kit) -> None:
        (root / "inbox").mkdir(parents=True)
        (root / "inbox" / "SCAN0001.pdf").write_bytes(SCAN)
        Archive.create(root / "archive")
        kit.put(cls(root, kit).contract(), "before")

    @classmethod
    def copy(cls, prepared: Path, root: Path, kit: Kit) -> Office:
        shutil.copytree(prepared, root)
        return cls(root, kit)

    def contract(self) -> Folder:
        name = "星河科技（示例）"
        return self.archive.contract(customer_id="C001", customer_name=name, contract_no="SO2024031001")

    def file_it(self) -> None:
        """Do what a service does: keep the scan, deposit it, note it, and only then remove the source."""
        folder = self.contract()
        other = self.archive.contract(customer_id="C002", customer_name="远山贸易（示例）", contract_no="SO2024031002")
        scan = keep(self.archive, self.source)
        self.kit.put(folder, "scan1", data=scan)
        with locked(other):
            if not read(other)[0]:
                append(other, "scan-noted", {"id": "scan1"}, at=AT, actor="王五")
        self.source.unlink()

    def is_filed(self) -> bool:
        return any(one.id == "scan1" for one in contents(self.contract()).sidecars)

    def require_clean(self) -> None:
        assert [one for one in verify(self.archive).findings if one.severity is Severity.ERROR] == []
        for folder in self.archive.folders():
            assert not needs_recovery(folder)

    def require_unfiled(self) -> None:
        places = self.places(SCAN)
        assert places.pop("inbox") == 1  # the source is where it was
        assert places in ({}, {"_incoming": 1})  # and at most its one safe copy

    def require_filed(self) -> None:
        assert self.places(SCAN) == {"SO2024031001": 1}
        assert list(kept_files(self.archive)) == []
        folder = self.contract()
        assert [one.id for one in contents(folder).sidecars] == ["before", "scan1"]
        assert list(self.kit.tree(self.root).values()).count(PDF) == 1
        assert list(self.kit.tree(self.root).values()).count(TEMPLATE) == 1
        assert [name for name in disk.names(folder.unfinished) if not name.startswith("torn-")] == []
        assert [name for name in disk.names(self.archive.incoming) if name.startswith((".part", ".new"))] == []
        assert len(read(self.archive.find("SO2024031002"))[0]) == 1

    def places(self, data: bytes) -> Counter[str]:
        return Counter(Path(name).parent.name for name, found in self.kit.tree(self.root).items() if found == data)

    def start_again(self) -> None:
        """Recover as every start does, twice, then do the work that is still to do."""
        recover_archive(self.archive)
        recover_archive(self.archive)
        self.require_clean()
        if not self.is_filed():
            self.require_unfiled()
        if any(self.source.parent.iterdir()):
            self.file_it()
        self.require_clean()
        self.require_filed()


class BurstOffice(Office):
    """The same workspace, in which the scan comes in a burst with two others, one of the same contract."""

    others = (b"%PDF-1.4 a second scan", b"%PDF-1.4 a third scan")

    @classmethod
    def prepare(cls, root: Path, kit: Kit) -> None:
        super().prepare(root, kit)
        for number, data in enumerate(cls.others, start=2):
            (root / "inbox" / f"SCAN000{number}.pdf").write_bytes(data)

    def file_it(self) -> None:
        first = self.contract()
        other = self.archive.contract(customer_id="C002", customer_name="远山贸易（示例）", contract_no="SO2024031002")
        sources = [path for path in sorted((self.root / "inbox").iterdir()) if path.name.startswith("SCAN")]
        kept = keep_together(self.archive, sources)
        with locked(first), locked(other):
            parcels = [
                (other if path.stem == "SCAN0003" else first, self.kit.parcel(f"scan{path.stem[-1]}", one))
                for path, one in zip(sources, kept, strict=True)
                if isinstance(one, Kept)
            ]
            deposit_together(self.archive, parcels)
        for source, one in zip(sources, kept, strict=True):
            if isinstance(one, Kept):
                source.unlink()
        for one in kept:
            if not isinstance(one, Kept):
                raise one

    def require_filed(self) -> None:
        assert list(kept_files(self.archive)) == []
        for data in (SCAN, *self.others):
            assert sum(self.places(data).values()) == 1
        assert {one.id for one in contents(self.contract()).sidecars} == {"before", "scan1", "scan2"}
        assert [one.id for one in contents(self.archive.find("SO2024031002")).sidecars] == ["scan3"]
        for folder in (self.contract(), self.archive.find("SO2024031002")):
            assert [name for name in disk.names(folder.unfinished) if not name.startswith("torn-")] == []
            assert disk.names(folder.pending) == []


class FirstPaperOffice(Office):
    """The same workspace, in which the paper brings a dozen templates that the contract does not hold yet."""

    templates = tuple(Template(f"part{n}.html", f"part {n}".encode()) for n in range(12))

    def file_it(self) -> None:
        folder = self.contract()
        scan = keep(self.archive, self.source)
        contents = [Content("通知单 签回件.pdf", "scan", scan, "application/pdf", 1)]
        about = {"event_type": "paper.filed", "payload": {}, "at": AT, "actor": "王五"}
        deposit(folder, self.kit.item("scan1", item_type="filed"), contents, [], self.templates, **about)
        self.source.unlink()

    def require_filed(self) -> None:
        assert self.places(SCAN) == {"SO2024031001": 1}
        assert list(kept_files(self.archive)) == []
        for template in self.templates:
            assert self.places(template.data) == {"templates": 1}
        assert [one.id for one in contents(self.contract()).sidecars] == ["before", "scan1"]
        assert disk.names(self.contract().pending) == []


def sweep(
    tmp_path: Path, machine: SimpleNamespace, kit: Kit, make: Make, *, step: int = 1, kind_of: type[Office] = Office
) -> int:
    """Fail at call 1, 1 + step … until a run goes through; return the number of calls a run makes."""
    kind_of.prepare(tmp_path / "prepared", kit)
    at = 1
    while True:
        office = kind_of.copy(tmp_path / "prepared", tmp_path / str(at), kit)
        faulty = make(at, tmp_path / f"stash{at}")
        machine.break_(faulty)
        try:
            office.file_it()
        except (Stopped, StorageProblem):
            assert faulty.count >= at
        finally:
            machine.repair()
        if faulty.count < at:
            office.require_clean()
            office.require_filed()
            return faulty.count
        if isinstance(faulty, PowerCutOs):
            faulty.lose()
        try:
            office.start_again()
        except BaseException as problem:
            problem.add_note(f"{faulty.kind} at call {at}: {faulty.log[at - 1]}")
            raise
        shutil.rmtree(office.root)
        at += step


@pytest.mark.parametrize("kind", KINDS)
def test_a_stop_or_an_error_at_any_call_loses_and_doubles_nothing(
    tmp_path: Path, machine: SimpleNamespace, kit: Kit, kind: str | int
) -> None:
    step = 3 if kind == "kill" else 5  # each call in the soak; the power cut below stops at each call here too
    assert sweep(tmp_path, machine, kit, lambda at, _: FaultyOs(at, kind), step=step) > 100


def test_a_power_cut_at_any_call_loses_and_doubles_nothing(tmp_path: Path, machine: SimpleNamespace, kit: Kit) -> None:
    assert sweep(tmp_path, machine, kit, lambda at, stash: PowerCutOs(at, "kill", stash)) > 100


@pytest.mark.parametrize("kind", KINDS)
def test_a_burst_stopped_at_any_call_loses_and_doubles_nothing(
    tmp_path: Path, machine: SimpleNamespace, kit: Kit, kind: str | int
) -> None:
    def make(at: int, _: Path) -> FaultyOs:
        return FaultyOs(at, kind)

    assert sweep(tmp_path, machine, kit, make, step=7, kind_of=BurstOffice) > 100


def test_a_power_cut_in_a_burst_loses_and_doubles_nothing(tmp_path: Path, machine: SimpleNamespace, kit: Kit) -> None:
    def make(at: int, stash: Path) -> FaultyOs:
        return PowerCutOs(at, "kill", stash)

    assert sweep(tmp_path, machine, kit, make, step=2, kind_of=BurstOffice) > 100


def test_files_that_share_a_sync_are_all_there_or_none(tmp_path: Path, machine: SimpleNamespace, kit: Kit) -> None:
    def killed(at: int, _: Path) -> FaultyOs:
        return FaultyOs(at, "kill")

    def cut(at: int, stash: Path) -> FaultyOs:
        return PowerCutOs(at, "kill", stash)

    calls = sweep(tmp_path, machine, kit, killed, step=11, kind_of=FirstPaperOffice)
    assert sweep(tmp_path / "power", machine, kit, cut, step=5, kind_of=FirstPaperOffice) == calls


@pytest.mark.parametrize("forgotten", [True, False])
def test_the_sweep_sees_that_a_shared_sync_was_forgotten(
    tmp_path: Path, machine: SimpleNamespace, kit: Kit, monkeypatch: pytest.MonkeyPatch, *, forgotten: bool
) -> None:
    if not forgotten:
        monkeypatch.setattr(disk, "_can_sync_whole", lambda: False)  # every file syncs for itself then
    else:
        monkeypatch.setattr(disk, "_sync_whole", lambda _: None)

    def cut(at: int, stash: Path) -> FaultyOs:
        return PowerCutOs(at, "kill", stash)

    if forgotten:
        with pytest.raises((AssertionError, StorageProblem, Damage, FileNotFoundError)):
            sweep(tmp_path, machine, kit, cut, kind_of=FirstPaperOffice)
    else:
        assert sweep(tmp_path, machine, kit, cut, step=5, kind_of=FirstPaperOffice) > 100


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_the_whole_sweep_of_a_burst(tmp_path: Path, machine: SimpleNamespace, kit: Kit, kind: str | int) -> None:
    def faulty(at: int, _: Path) -> FaultyOs:
        return FaultyOs(at, kind)

    def cut(at: int, stash: Path) -> FaultyOs:
        return PowerCutOs(at, kind, stash)

    assert sweep(tmp_path, machine, kit, faulty, kind_of=BurstOffice) > 100
    if isinstance(kind, str):
        assert sweep(tmp_path / "power", machine, kit, cut, kind_of=BurstOffice) > 100


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_the_whole_sweep(tmp_path: Path, machine: SimpleNamespace, kit: Kit, kind: str | int) -> None:
    assert sweep(tmp_path, machine, kit, lambda at, _: FaultyOs(at, kind)) > 100
    if isinstance(kind, str):
        assert sweep(tmp_path / "power", machine, kit, lambda at, stash: PowerCutOs(at, kind, stash)) > 100


@pytest.mark.parametrize("forgotten", ["sync_folder", "discard"])
def test_the_sweep_sees_a_step_that_was_forgotten(
    tmp_path: Path, machine: SimpleNamespace, kit: Kit, monkeypatch: pytest.MonkeyPatch, forgotten: str
) -> None:
    target = {"sync_folder": "docgen.archive.disk.sync_folder", "discard": "docgen.archive.recovery.discard"}[forgotten]
    monkeypatch.setattr(target, lambda *_: None)
    with pytest.raises((AssertionError, StorageProblem, Damage, FileNotFoundError)):
        sweep(tmp_path, machine, kit, lambda at, stash: PowerCutOs(at, "kill", stash))


CHILD = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from docgen.archive.deposit import Content, deposit
from docgen.archive.keep import keep
from docgen.archive.layout import Archive, Folder
from docgen.archive.record import Item
root = Path(sys.argv[1])
archive = Archive(root / "archive")
folder = archive.find("SO2024031001")
scan = keep(archive, root / "inbox" / "SCAN0001.pdf")
item = Item(id="scan1", item_type="filed", kind="scan", title="签回件")
deposit(folder, item, [Content("签回件.pdf", "scan", scan, "application/pdf")], event_type="scan-filed",
        payload={}, at=datetime(2024, 3, 11, tzinfo=UTC), actor="a")
(root / "inbox" / "SCAN0001.pdf").unlink()
"""


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
@pytest.mark.parametrize(
    ("call", "number"),
    [("fsync", 4), ("fsync", 12), ("fsync", 15), ("linkat", 2), ("linkat", 3), ("rename", 2), ("unlink", 4)],
)
def test_a_real_process_killed_inside_a_real_call(tmp_path: Path, kit: Kit, call: str, number: int) -> None:
    Office.prepare(tmp_path / "prepared", kit)
    office = Office.copy(tmp_path / "prepared", tmp_path / "office", kit)
    inject = f"inject={call}:signal=KILL:when={number}"
    command = [
        "strace",
        "-f",
        "-qq",
        "-o",
        "/dev/null",
        "-e",
        f"trace={call}",
        "-e",
        inject,
        sys.executable,
        "-c",
        CHILD,
    ]
    killed = subprocess.run([*command, str(office.root)], capture_output=True, check=False)
    assert killed.returncode in {-9, 137}, killed.stderr
    recover_archive(office.archive)
    office.require_clean()
    if not office.is_filed():
        office.require_unfiled()
    if office.source.exists():
        subprocess.run([sys.executable, "-c", CHILD, str(office.root)], check=True)
    office.require_clean()
    assert office.places(SCAN) == {"SO2024031001": 1}
    assert [one.id for one in contents(office.contract()).sidecars] == ["before", "scan1"]
