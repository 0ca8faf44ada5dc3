"""Destroying an item: wholly there or a tombstone, whatever stops it; and verification knows the difference."""

from __future__ import annotations

import errno
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from docgen.archive import disk
from docgen.archive.disposition import EVENT, Disposal, dispose, doomed
from docgen.archive.eventlog import append, locked, read
from docgen.archive.export import export_bag
from docgen.archive.faults import FaultyOs, PowerCutOs, Stopped
from docgen.archive.layout import Archive, Folder
from docgen.archive.manifest import struck
from docgen.archive.record import Sidecar, load_sidecar, sidecar_bytes
from docgen.archive.recovery import needs_recovery, recover, recover_archive
from docgen.archive.verify import verify
from docgen.errors import Damage, NotFound, Refused, StorageProblem
from docgen.findings import Severity

AT = datetime(2030, 5, 20, 2, 0, tzinfo=UTC)
APPROVERS = ({"name": "甲", "post": "法务部", "at": "2030-05-19"}, {"name": "乙", "post": "综合部", "at": "2030-05-19"})
ORDER = Disposal("XH2030-001", "销册2030-001", "保管期满", APPROVERS, AT, "档案员")
Put = Callable[..., Sidecar]
Tree = Callable[[Path], dict[str, bytes]]
SECRET = "李四的手机号 13800000000"


def gone(folder: Folder, sidecar: Sidecar) -> Sidecar:
    return dispose(folder, sidecar.id, ORDER, expected=doomed(sidecar))


def codes(archive: Archive) -> set[str]:
    return {each.code for each in verify(archive).findings if each.severity is not Severity.NOTE}


@pytest.fixture
def filed(folder: Folder, put: Put) -> Sidecar:
    put(folder, "other", name="往来函.pdf")
    extra = {"dated": "2024-03-11", "assigned_reason": SECRET, "audience": "customer"}
    return put(folder, "a1", evidence=[{"detail": SECRET}], extra=extra)


def test_what_goes_and_what_stays(archive: Archive, folder: Folder, filed: Sidecar, tree: Tree) -> None:
    before = tree(folder.path)
    gone(folder, filed)
    after = tree(folder.path)
    assert set(before) - set(after) == {"通知单.pdf", "通知单.docx", "_docgen/derived/通知单.pdf.txt"}
    assert set(after) <= set(before)
    stone = load_sidecar(json.loads(after["_docgen/records/a1.json"]))
    assert stone.is_disposed
    assert (stone.id, stone.number, stone.files) == ("a1", "HT-1", filed.files)
    assert SECRET not in after["_docgen/records/a1.json"].decode()
    assert stone.extra["dated"] == "2024-03-11"
    event = read(folder)[0][-1]
    assert (event.type, event.actor, event.payload["list"], event.payload["proposal"]) == (
        EVENT,
        "档案员",
        "销册2030-001",
        "XH2030-001",
    )
    derived: object = event.payload["derived"]
    assert derived == [{"name": "通知单.pdf.txt", "sha256": filed.derived[0].sha256, "size": 27}]
    assert [each["name"] for each in event.payload["approvers"]] == ["甲", "乙"]  # type: ignore[union-attr,index,call-overload]
    assert codes(archive) == set()
    assert not needs_recovery(folder)


def test_the_manifest_still_checks_without_the_program(folder: Folder, filed: Sidecar) -> None:
    gone(folder, filed)
    check = ["sha256sum", "--strict", "-c", "_docgen/manifest-sha256.txt"]
    done = subprocess.run(check, cwd=folder.path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert {path for _, path in struck(folder.manifest.read_bytes())} == set(doomed(filed))


def test_a_second_call_changes_nothing(folder: Folder, filed: Sidecar, tree: Tree) -> None:
    stone = gone(folder, filed)
    before = tree(folder.path)
    assert gone(folder, filed) == stone
    assert tree(folder.path) == before


def test_a_name_that_was_destroyed_is_never_given_away(
    archive: Archive, folder: Folder, filed: Sidecar, put: Put
) -> None:
    gone(folder, filed)
    assert [each.name for each in put(folder, "new").files] == ["通知单 (2).pdf", "通知单 (2).docx"]
    assert codes(archive) == set()


def test_other_bytes_than_approved_are_not_destroyed(folder: Folder, filed: Sidecar, tree: Tree) -> None:
    before = tree(folder.path)
    with pytest.raises(Damage) as problem:
        dispose(folder, "a1", ORDER, expected=doomed(filed) | {"通知单.pdf": "0" * 64})
    assert problem.value.findings[0].code == "archive.disposal-bytes-differ"
    with pytest.raises(Damage):
        dispose(folder, "a1", ORDER, expected={})
    path = folder.path / "通知单.pdf"
    path.chmod(0o644)
    path.write_bytes(b"%PDF other bytes")
    with pytest.raises(Damage):
        gone(folder, filed)
    assert tree(folder.path) == before | {"通知单.pdf": b"%PDF other bytes"}
    with pytest.raises(NotFound):
        dispose(folder, "nobody", ORDER, expected={})


def test_a_deposit_under_way_comes_first(folder: Folder, filed: Sidecar) -> None:
    (folder.pending / "a1").mkdir()
    with pytest.raises(Refused) as problem:
        gone(folder, filed)
    assert problem.value.findings[0].code == "archive.disposal-after-recovery"


def test_bytes_put_back_are_found_under_any_name(archive: Archive, folder: Folder, filed: Sidecar) -> None:
    data = (folder.path / "通知单.pdf").read_bytes()
    gone(folder, filed)
    (folder.path / "通知单.pdf").write_bytes(data)
    assert codes(archive) == {"archive.disposed-bytes-remain"}
    (folder.path / "通知单.pdf").rename(folder.path / "别名.pdf")
    assert codes(archive) == {"archive.disposed-bytes-remain"}


def test_a_file_gone_without_a_tombstone_is_an_error(archive: Archive, folder: Folder, filed: Sidecar) -> None:
    (folder.path / filed.files[0].name).unlink()
    assert codes(archive) == {"archive.file-missing"}


def test_a_tombstone_without_an_event_hides_nothing(archive: Archive, folder: Folder, filed: Sidecar) -> None:
    for path in doomed(filed):
        (folder.path / path).unlink()
    mark = {"at": AT.isoformat(), "actor": "x", "list": "假", "proposal": "假", "reason": "假"}
    forged = filed.model_copy(update={"extra": {"disposed": mark}})
    path = folder.records / "a1.json"
    path.chmod(0o644)
    path.write_bytes(sidecar_bytes(forged))
    assert codes(archive) == {"archive.tombstone-without-event", "archive.file-missing"}


def test_a_tombstone_that_was_changed_is_found(archive: Archive, folder: Folder, filed: Sidecar) -> None:
    gone(folder, filed)
    path = folder.records / "a1.json"
    path.chmod(0o644)
    path.write_bytes(path.read_bytes().replace("保管期满".encode(), "客户要求".encode()))
    assert codes(archive) == {"archive.tombstone-edited"}
    path.write_bytes(sidecar_bytes(filed))
    assert codes(archive) == {"archive.tombstone-edited"}
    path.unlink()
    assert "archive.sidecar-missing" in codes(archive)
    assert {each.code for each in recover(folder)} == {"archive.sidecar-remade"}
    assert codes(archive) == set()


@pytest.mark.parametrize("what", ["hash", "reason", "nobody"])
def test_an_event_that_does_not_fit_the_deposit_destroys_nothing(
    archive: Archive, folder: Folder, filed: Sidecar, what: str
) -> None:
    gone(folder, filed)
    payload = dict(read(folder)[0][-1].payload)
    text = json.dumps(payload, ensure_ascii=False)
    other = json.loads(text.replace('"a1"', '"zz"' if what == "nobody" else '"other"'))
    if what == "reason":
        other = {**payload, "reason": "另一个理由"}
    (folder.path / "往来函.pdf").unlink()
    with locked(folder):
        append(folder, EVENT, other, at=AT, actor="x")
    assert codes(archive) == {"archive.disposal-forged", "archive.file-missing"}


def test_a_manifest_that_strikes_more_than_the_log_is_found(archive: Archive, folder: Folder, filed: Sidecar) -> None:
    gone(folder, filed)
    text = folder.manifest.read_text("utf-8")
    folder.manifest.write_text(
        re.sub(r"^([0-9a-f]{64}  往来函.pdf)$", r"# disposed \1", text, flags=re.MULTILINE), "utf-8"
    )
    assert codes(archive) == {"archive.manifest-edited", "archive.manifest-line-missing"}


@pytest.mark.parametrize("is_whole", [True, False])
def test_a_bag_tells_of_the_destruction_in_words(
    folder: Folder, filed: Sidecar, tmp_path: Path, *, is_whole: bool
) -> None:
    gone(folder, filed)
    bag = export_bag(folder, tmp_path / "bag", include_internal=is_whole)
    page = (bag / "index.html").read_text("utf-8")
    assert "已于 2030-05-20（UTC）销毁，见销毁清册 销册2030-001；原因：保管期满" in page
    assert filed.files[0].sha256 in page
    assert 'href="data/%E9%80%9A%E7%9F%A5%E5%8D%95.pdf"' not in page
    assert not (bag / "data" / "通知单.pdf").exists()
    assert (bag / "data" / "往来函.pdf").exists()
    done = subprocess.run(["sha256sum", "-c", "manifest-sha256.txt"], cwd=bag, capture_output=True, check=False)
    assert done.returncode == 0
    if not is_whole:
        assert SECRET not in "".join(path.read_text("utf-8") for path in (bag / "data" / "_docgen").rglob("*.json*"))


class Vault:
    """A small archive in which one item of two is to be destroyed."""

    def __init__(self, root: Path) -> None:
        self.root, self.archive = root, Archive(root / "archive")
        folder = self.archive.find("SO2024031001")
        assert folder is not None
        self.folder = folder

    def dispose(self) -> None:
        dispose(self.folder, "a1", ORDER, expected=doomed(self.sidecar()))

    def sidecar(self) -> Sidecar:
        return next(load_sidecar(each.payload["sidecar"]) for each in read(self.folder)[0] if "a1" in str(each.payload))  # type: ignore[arg-type]

    def is_disposed(self) -> bool:
        return any(each.type == EVENT for each in read(self.folder)[0])

    def require_one_or_the_other(self) -> None:
        """Hold the archive to the law after recovery: all the bytes without an event, or none of them with one."""
        assert codes(self.archive) - {"archive.unfinished-waiting"} == set()
        there = [disk.exists(self.folder.path / path) for path in doomed(self.sidecar())]
        assert there == [not self.is_disposed()] * 3
        assert disk.names(self.folder.pending) == []
        assert disk.exists(self.folder.path / "往来函.pdf")
        assert not needs_recovery(self.folder)


def prepared(root: Path, put: Put) -> Path:
    root.mkdir()
    archive = Archive.create(root / "archive")
    folder = archive.contract(customer_id="C001", customer_name="星河科技（示例）", contract_no="SO2024031001")
    put(folder, "a1")
    put(folder, "other", name="往来函.pdf")
    return root


Make = Callable[[int, Path], FaultyOs]


def sweep(tmp_path: Path, machine: SimpleNamespace, put: Put, make: Make) -> int:
    """Fail at every call in turn until a run goes through; return how many calls a run makes."""
    start = prepared(tmp_path / "prepared", put)
    at = 1
    while True:
        shutil.copytree(start, tmp_path / str(at))
        vault = Vault(tmp_path / str(at))
        faulty = make(at, tmp_path / f"stash{at}")
        machine.break_(faulty)
        try:
            vault.dispose()
        except (Stopped, StorageProblem):
            assert faulty.count >= at
        finally:
            machine.repair()
        if isinstance(faulty, PowerCutOs) and faulty.count >= at:
            faulty.lose()
        try:
            recover_archive(vault.archive)
            recover_archive(vault.archive)
            vault.require_one_or_the_other()
            vault.dispose()
            vault.require_one_or_the_other()
            assert vault.is_disposed()
            assert [each.type for each in read(vault.folder)[0]].count(EVENT) == 1
        except BaseException as problem:
            problem.add_note(f"{faulty.kind} at call {at}: {faulty.log[min(at, len(faulty.log)) - 1]}")
            raise
        if faulty.count < at:
            return faulty.count
        shutil.rmtree(vault.root)
        at += 1


@pytest.mark.parametrize("kind", ["kill", "kill-after", "half", errno.ENOSPC, errno.EIO])
def test_a_stop_or_an_error_at_any_call_leaves_all_or_a_tombstone(
    tmp_path: Path, machine: SimpleNamespace, put: Put, kind: str | int
) -> None:
    assert sweep(tmp_path, machine, put, lambda at, _: FaultyOs(at, kind)) > 25


@pytest.mark.parametrize("kind", ["kill", "kill-after"])
def test_a_power_cut_at_any_call_leaves_all_or_a_tombstone(
    tmp_path: Path, machine: SimpleNamespace, put: Put, kind: str
) -> None:
    assert sweep(tmp_path, machine, put, lambda at, stash: PowerCutOs(at, kind, stash)) > 25


@pytest.mark.parametrize("forgotten", ["put_tombstone", "manifest.strike", "_write_intent"])
def test_the_sweep_sees_a_step_that_was_forgotten(
    tmp_path: Path, machine: SimpleNamespace, put: Put, monkeypatch: pytest.MonkeyPatch, forgotten: str
) -> None:
    monkeypatch.setattr(f"docgen.archive.disposition.{forgotten}", lambda *_: None)
    with pytest.raises((AssertionError, StorageProblem)):
        sweep(tmp_path, machine, put, lambda at, stash: PowerCutOs(at, "kill", stash))


CHILD = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from docgen.archive.disposition import Disposal, deposited, dispose, doomed
from docgen.archive.eventlog import read
from docgen.archive.layout import Archive
folder = Archive(Path(sys.argv[1]) / "archive").find("SO2024031001")
order = Disposal("XH2030-001", "L1", "R", (), datetime(2030, 5, 20, tzinfo=UTC), "a")
dispose(folder, "a1", order, expected=doomed(deposited(read(folder)[0], "a1")))
"""


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
@pytest.mark.parametrize(("call", "number"), [("fsync", 3), ("fsync", 6), ("unlink", 2), ("rename", 2), ("rename", 3)])
def test_a_real_process_killed_inside_a_real_call(tmp_path: Path, put: Put, call: str, number: int) -> None:
    vault = Vault(prepared(tmp_path / "vault", put))
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
    killed = subprocess.run([*command, str(vault.root)], capture_output=True, check=False)
    assert killed.returncode in {-9, 137}, killed.stderr
    recover_archive(vault.archive)
    vault.require_one_or_the_other()
    subprocess.run([sys.executable, "-c", CHILD, str(vault.root)], check=True)
    vault.require_one_or_the_other()
    assert vault.is_disposed()
