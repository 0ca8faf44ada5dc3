"""Stop the archive at every single call it makes to the disk, and see that nothing is lost and nothing is there twice."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from docgen.archive.eventlog import append, locked, read
from docgen.archive.faults import FaultyOs, PowerCutOs, Stopped
from docgen.archive.keep import keep, kept_files
from docgen.archive.layout import Archive
from docgen.archive.rebuild import contents
from docgen.archive.recovery import needs_recovery, recover_archive
from docgen.archive.verify import verify
from docgen.errors import StorageProblem
from docgen.findings import Severity

AT = datetime(2024, 3, 11, 2, 0, tzinfo=UTC)
PDF = b"%PDF-1.7 the notice"
TEMPLATE = b"PK the template"
SCAN = b"%PDF-1.4 the signed scan, somebody's only copy"
KINDS = ["kill", "kill-after", "half", errno.ENOSPC, errno.EIO]


class Office:
    """One workspace in which a scan is to be filed, and the machine under it."""

    def __init__(self, root: Path, put, tree) -> None:
        self.root, self.put, self.tree = root, put, tree
        self.source = root / "inbox" / "SCAN0001.pdf"
        self.source.parent.mkdir(parents=True)
        self.source.write_bytes(SCAN)
        put(self.contract(Archive.create(root / "archive")), "before")

    def contract(self, archive: Archive):
        return archive.contract(customer_id="C001", customer_name="星河科技（示例）", contract_no="SO2024031001")

    @property
    def archive(self) -> Archive:
        return Archive(self.root / "archive")

    def file_it(self) -> None:
        """Do what a service does: keep the scan, deposit it, note it, and only then remove the source."""
        folder = self.contract(self.archive)
        other = self.archive.contract(customer_id="C002", customer_name="远山贸易（示例）", contract_no="SO2024031002")
        scan = keep(self.archive, self.source)
        self.put(folder, "scan1", data=scan)
        with locked(other):
            if not read(other)[0]:
                append(other, "scan-noted", {"id": "scan1"}, at=AT, actor="王五")
        self.source.unlink()

    def is_filed(self) -> bool:
        return any(one.id == "scan1" for one in contents(self.contract(self.archive)).sidecars)

    def require_clean(self) -> None:
        assert [one for one in verify(self.archive).findings if one.severity is Severity.ERROR] == []
        for folder in self.archive.folders():
            assert not needs_recovery(folder)
            command = ["sha256sum", "--quiet", "-c", "_docgen/manifest-sha256.txt"]
            check = subprocess.run(command, cwd=folder.path, capture_output=True, check=False)
            assert check.returncode == 0, check.stdout

    def require_unfiled(self) -> None:
        places = self.places(SCAN)
        assert places.pop("inbox") == 1  # the source is where it was
        assert places in ({}, {"_incoming": 1})  # and at most its one safe copy

    def require_filed(self) -> None:
        assert self.places(SCAN) == {"SO2024031001": 1}
        assert list(kept_files(self.archive)) == []
        folder = self.contract(self.archive)
        assert [one.id for one in contents(folder).sidecars] == ["before", "scan1"]
        assert list(self.tree(self.root).values()).count(PDF) == 1
        assert list(self.tree(self.root).values()).count(TEMPLATE) == 1
        assert [name for name in os.listdir(folder.unfinished) if not name.startswith("torn-")] == []
        assert [name for name in os.listdir(self.archive.incoming) if name.startswith((".part", ".new"))] == []
        assert len(read(self.archive.find("SO2024031002"))[0]) == 1

    def places(self, data: bytes) -> Counter[str]:
        return Counter(Path(name).parent.name for name, found in self.tree(self.root).items() if found == data)

    def start_again(self) -> None:
        """Recover as every start does, twice, then do the work that is still to do."""
        recover_archive(self.archive)
        recover_archive(self.archive)
        self.require_clean()
        if not self.is_filed():
            self.require_unfiled()
        if self.source.exists():
            self.file_it()
        self.require_clean()
        self.require_filed()


def sweep(tmp_path: Path, machine, put, tree, make) -> int:
    """Fail at call 1, 2, 3 … until a run goes through; return how many calls were tried."""
    at = 0
    while True:
        at += 1
        office = Office(tmp_path / str(at), put, tree)
        faulty = make(at, office.root)
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
            return at - 1
        if isinstance(faulty, PowerCutOs):
            faulty.lose()
        try:
            office.start_again()
        except BaseException as problem:
            problem.add_note(f"{faulty.kind} at call {at}: {faulty.log[at - 1]}")
            raise
        shutil.rmtree(office.root)


@pytest.mark.parametrize("kind", KINDS)
def test_a_stop_or_an_error_at_any_call_loses_and_doubles_nothing(tmp_path, machine, put, tree, kind):
    assert sweep(tmp_path, machine, put, tree, lambda at, _: FaultyOs(at, kind)) > 50


@pytest.mark.parametrize("kind", ["kill", "half"])
def test_a_power_cut_at_any_call_loses_and_doubles_nothing(tmp_path, machine, put, tree, kind):
    assert sweep(tmp_path, machine, put, tree, lambda at, root: PowerCutOs(at, kind, root / "stash")) > 50
