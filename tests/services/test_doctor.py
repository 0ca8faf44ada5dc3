from __future__ import annotations

import dataclasses
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from docgen.findings import Severity
from docgen.services import keyring_file
from docgen.services.doctor import DoctorReport, examine
from docgen.services.machine import Machine, this_machine
from docgen.workspace import Inbox, Workspace, data_root

NOW = datetime(2100, 1, 1, 8, 0, tzinfo=UTC)
GB = 1_000_000_000

MOUNTS = """\
/dev/sda1 / ext4 rw,relatime 0 0
proc /proc proc rw 0 0
server:/vol /mnt/share nfs4 rw 0 0
//nas/销售 /mnt/sales\\040office cifs rw 0 0
/dev/sdb1 /mnt/share/local xfs rw 0 0
colleague@host:/x /mnt/over fuse.sshfs rw 0 0
/dev/sdc1 /mnt/over ext4 rw 0 0
"""


@pytest.fixture
def machine() -> Machine:
    return Machine(
        python=(3, 11, 2),
        sqlite=(3, 40, 1),
        can_load=lambda _: True,
        has_module=lambda _: True,
        free_bytes=lambda _: 50 * GB,
        can_contain=lambda: True,
        mounts=MOUNTS,
    )


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    root = tmp_path / "office"
    made = Workspace(
        root=root,
        archive=root / "archive",
        review=root / "review",
        inboxes=(Inbox(root / "inbox", "扫描件"),),
        templates=data_root() / "templates",
        companies=root / "companies",
        database=root / "docgen.db",
        key_file=root / "docgen.key",
        log=root / "log",
        backup=root / "backup",
        timezone=ZoneInfo("Asia/Shanghai"),
        company=None,
        settle_seconds=2,
    )
    for folder in made.folders():
        if folder != made.templates:
            folder.mkdir(parents=True)
            folder.chmod(0o755)
    made.database.write_bytes(b"")
    keyring_file.create(made.key_file)
    return made


def _codes(report: DoctorReport, *, above: Severity = Severity.NOTE) -> list[str]:
    wanted = {Severity.NOTE: set(Severity), Severity.WARNING: {Severity.WARNING, Severity.ERROR}}
    return [finding.code for finding in report.findings if finding.severity in wanted.get(above, {Severity.ERROR})]


def _bad(workspace: Workspace, machine: Machine, *, now: datetime = NOW) -> list[str]:
    return _codes(examine(workspace, now=now, on=machine), above=Severity.WARNING)


def test_a_good_workspace_has_nothing_but_notes(workspace: Workspace, machine: Machine) -> None:
    report = examine(workspace, now=NOW, on=machine)
    assert report.is_ready
    assert _codes(report, above=Severity.WARNING) == []
    assert _codes(report) == [
        "doctor.python-ok",
        "doctor.sqlite-ok",
        "doctor.pango-ok",
        "doctor.ocr-ok",
        "doctor.contained-ok",
        "doctor.clock-ok",
        "doctor.fonts-ok",
        "doctor.folders-ok",
        "doctor.key-ok",
        "doctor.database-ok",
        "doctor.disk-ok",
    ]


def test_every_finding_has_its_sentence_filled_in(workspace: Workspace, machine: Machine) -> None:
    shown = [finding.sentence(language) for finding in examine(workspace, now=NOW, on=machine).findings
             for language in ("zh", "en")]  # fmt: skip
    assert [sentence for sentence in shown if "{" in sentence or sentence.startswith("doctor.")] == []


def test_without_a_workspace_only_the_machine_is_examined(machine: Machine) -> None:
    report = examine(None, now=NOW, on=machine)
    assert report.root is None
    assert "doctor.folders-ok" not in _codes(report)


def test_this_very_machine_can_lay_out_papers() -> None:
    wanted = {"doctor.python-ok", "doctor.sqlite-ok", "doctor.pango-ok", "doctor.contained-ok"}
    assert wanted <= set(_codes(examine(None, now=NOW)))


def test_a_machine_without_limits_is_an_error(workspace: Workspace, machine: Machine) -> None:
    assert _bad(workspace, dataclasses.replace(machine, can_contain=lambda: False)) == ["doctor.not-contained"]


def test_an_old_python_and_an_old_sqlite_stop_the_work(workspace: Workspace, machine: Machine) -> None:
    old = dataclasses.replace(machine, python=(3, 10, 12), sqlite=(3, 30, 9))
    report = examine(workspace, now=NOW, on=old)
    assert not report.is_ready
    assert _codes(report, above=Severity.WARNING) == ["doctor.python-old", "doctor.sqlite-old"]


def test_a_missing_library_is_named(workspace: Workspace, machine: Machine) -> None:
    lacking = dataclasses.replace(machine, can_load=lambda name: not name.startswith("libpango-"))
    [finding] = [found for found in examine(workspace, now=NOW, on=lacking).findings if "pango" in found.code]
    assert finding.code == "doctor.pango-missing"
    assert finding.params["names"] == "Pango"


def test_missing_ocr_is_told_but_stops_nothing(workspace: Workspace, machine: Machine) -> None:
    report = examine(workspace, now=NOW, on=dataclasses.replace(machine, has_module=lambda name: name != "rapidocr"))
    assert report.is_ready
    [finding] = [found for found in report.findings if found.code == "doctor.ocr-missing"]
    assert finding.params["names"] == "rapidocr"


@pytest.mark.parametrize(
    ("free", "code"),
    [(199_999_999, "doctor.disk-full"), (200_000_000, "doctor.disk-low"), (1_999_999_999, "doctor.disk-low")],
)
def test_a_disk_is_told_of_before_and_when_it_is_full(
    workspace: Workspace, machine: Machine, free: int, code: str
) -> None:
    assert _bad(workspace, dataclasses.replace(machine, free_bytes=lambda _: free)) == [code]


def test_one_disk_is_told_of_once(workspace: Workspace, machine: Machine) -> None:
    codes = _codes(examine(workspace, now=NOW, on=machine))
    assert codes.count("doctor.disk-ok") == 1


def test_a_clock_behind_the_last_written_file_is_wrong(workspace: Workspace, machine: Machine) -> None:
    written = datetime(2099, 12, 31, tzinfo=UTC)
    os.utime(workspace.database, (written.timestamp(), written.timestamp()))
    assert _bad(workspace, machine, now=written - timedelta(minutes=6)) == ["doctor.clock-behind"]
    assert _bad(workspace, machine, now=written - timedelta(minutes=4)) == []


def test_a_clock_before_the_programs_making_is_wrong(machine: Machine) -> None:
    assert _codes(examine(None, now=datetime(1970, 1, 1, tzinfo=UTC), on=machine))[-1] == "doctor.clock-behind"


def test_the_clock_is_shown_in_the_offices_time_zone(workspace: Workspace, machine: Machine) -> None:
    [shown] = [found for found in examine(workspace, now=NOW, on=machine).findings if found.code == "doctor.clock-ok"]
    assert shown.params["now"] == "2100-01-01 16:00 CST"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_key_others_can_read_is_an_error(workspace: Workspace, machine: Machine, mode: int) -> None:
    workspace.key_file.chmod(mode)
    report = examine(workspace, now=NOW, on=machine)
    [finding] = [found for found in report.findings if found.code == "doctor.key-open"]
    assert finding.params["mode"] == f"{mode:o}"
    assert not report.is_ready


def test_a_key_only_its_owner_reads_is_good_even_read_only(workspace: Workspace, machine: Machine) -> None:
    workspace.key_file.chmod(0o400)
    assert _bad(workspace, machine) == []


def test_a_missing_or_damaged_key_is_an_error(workspace: Workspace, machine: Machine) -> None:
    workspace.key_file.write_text("{}", encoding="utf-8")
    assert _bad(workspace, machine) == ["services.key-file-unreadable"]
    workspace.key_file.unlink()
    assert _bad(workspace, machine) == ["services.no-key-file"]


def test_missing_folders_are_all_named(workspace: Workspace, machine: Machine) -> None:
    workspace.review.rmdir()
    workspace.backup.rmdir()
    found = [finding for finding in examine(workspace, now=NOW, on=machine).findings if "folder" in finding.code]
    assert {(finding.code, finding.where) for finding in found} == {
        ("doctor.folder-missing", str(workspace.review)),
        ("doctor.folder-missing", str(workspace.backup)),
    }


def test_a_folder_everybody_may_write_is_a_warning_unless_sticky(workspace: Workspace, machine: Machine) -> None:
    workspace.archive.chmod(0o777)
    assert _bad(workspace, machine) == ["doctor.folder-open"]
    workspace.archive.chmod(0o1777)
    assert _bad(workspace, machine) == []


def test_a_folder_without_rights_is_an_error(
    workspace: Workspace, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def may(path: str | Path, mode: int) -> bool:
        return not (Path(path) == workspace.archive and mode & os.W_OK) and Path(path) != workspace.companies

    monkeypatch.setattr(os, "access", may)  # root may do anything, so rights cannot be taken away for real
    found = [finding for finding in examine(workspace, now=NOW, on=machine).findings if "folder" in finding.code]
    assert [(finding.code, finding.where) for finding in found] == [
        ("doctor.folder-no-rights", str(workspace.archive)),
        ("doctor.folder-no-rights", str(workspace.companies)),
    ]


def test_templates_need_not_be_writable(
    workspace: Workspace, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: not (path == workspace.templates and mode & os.W_OK))
    assert _bad(workspace, machine) == []


def test_the_archive_in_a_git_tree_is_a_warning(workspace: Workspace, machine: Machine) -> None:
    (workspace.root.parent / ".git").mkdir()
    report = examine(workspace, now=NOW, on=machine)
    assert _codes(report, above=Severity.WARNING) == ["doctor.archive-in-git"]
    assert report.is_ready


def test_a_missing_font_and_one_of_another_kind_are_errors(workspace: Workspace, machine: Machine) -> None:
    own = workspace.root / "templates"
    fonts = own / "_shared" / "fonts"
    fonts.mkdir(parents=True)
    sheet = '@font-face { src: url("fonts/a.ttf"); }\n@font-face { src: url(fonts/b.ttf) }\n'
    (own / "_shared" / "base.css").write_text(sheet, encoding="utf-8")
    (fonts / "a.ttf").write_bytes(b"OTTO" + bytes(60))
    moved = dataclasses.replace(workspace, templates=own)
    assert _bad(moved, machine) == ["doctor.font-not-truetype", "doctor.font-missing"]
    (own / "_shared" / "base.css").write_text("p { color: red }", encoding="utf-8")
    assert _bad(moved, machine) == ["doctor.font-missing"]


def test_a_database_on_a_share_is_refused(workspace: Workspace, machine: Machine) -> None:
    shared = dataclasses.replace(machine, mounts=f"nas:/x {workspace.root.resolve()} nfs rw 0 0\n")
    report = examine(workspace, now=NOW, on=shared)
    [finding] = [found for found in report.findings if found.code == "doctor.database-on-share"]
    assert finding.params["kind"] == "nfs"
    assert not report.is_ready


def test_a_missing_database_is_told(workspace: Workspace, machine: Machine) -> None:
    workspace.database.unlink()
    assert _bad(workspace, machine) == ["store.no-database"]


def test_examining_changes_nothing(workspace: Workspace, machine: Machine) -> None:
    before = sorted((path, path.stat().st_mtime_ns) for path in workspace.root.rglob("*"))
    examine(workspace, now=NOW, on=machine)
    assert sorted((path, path.stat().st_mtime_ns) for path in workspace.root.rglob("*")) == before


def test_the_real_machine_tells_real_facts() -> None:
    real = this_machine()
    assert real.python[:2] == sys.version_info[:2]
    assert not real.can_load("libno-such-thing.so.9")
    assert not real.has_module("no_such_module")
    assert real.free_bytes(Path.cwd()) > 0
