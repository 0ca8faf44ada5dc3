"""A backup taken while the office works, proven, and a workspace made anew from it that answers alike."""

from __future__ import annotations

import json
import os
import shutil
import threading
from pathlib import Path

import pytest

from docgen.archive import disk
from docgen.archive.objects import Objects
from docgen.archive.snapshot import Entry
from docgen.cli.main import main
from docgen.demo.people import agreed
from docgen.errors import Damage, NotFound, Refused, StorageProblem
from docgen.findings import Severity, has_errors
from docgen.services.backup_workspace import back_up, check_backup
from docgen.services.backups import FILES, HEAD, Backup, Line, backup_named, backups, lines_of, write_list
from docgen.services.deals import show_deal
from docgen.services.import_deal import import_deal
from docgen.services.issue_document import issue_document
from docgen.services.office import Office, open_office
from docgen.services.prepare_issue import Request
from docgen.services.record_fact import NewFact, add_fact
from docgen.services.restore_workspace import MARKER, restore
from docgen.store import database
from docgen.workspace import data_root

SAMPLES = data_root() / "samples" / "deals"


def _tree(root: Path) -> dict[str, bytes]:
    files = (path for path in sorted(root.rglob("*")) if path.is_file() and not path.name.startswith(".lock"))
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in files}


@pytest.fixture
def issued(office: Office) -> Office:
    contract_no = import_deal(office, SAMPLES / "xx-tech.yaml").contract_no
    agreed(office, contract_no, "supplementary-agreement")
    issue_document(office, Request(contract_no, "supplementary-agreement", faces=("docx",)))
    import_deal(office, SAMPLES / "hengtai-line.yaml")
    return office


def test_a_restored_workspace_is_the_same_byte_for_byte_and_answers_alike(issued: Office, tmp_path: Path) -> None:
    before = _tree(issued.workspace.archive)
    (issued.workspace.root / "bank-mappings.toml").write_text("# ours\n", encoding="utf-8")
    told = {no: show_deal(issued, no) for no in ("SO2024031001",)}
    made = back_up(issued, to=tmp_path / "elsewhere").backup
    database.disconnect()
    done = restore(made, tmp_path / "new", clock=issued.clock)
    assert not has_errors(done.report.findings)
    assert _tree(tmp_path / "new" / "archive") == before
    for name in ("bank-mappings.toml", "retention.toml"):
        assert (tmp_path / "new" / name).read_bytes() == (issued.workspace.root / name).read_bytes()
    assert (tmp_path / "new" / "docgen.key").stat().st_mode & 0o777 == 0o600
    anew = open_office(tmp_path / "new", clock=issued.clock)
    assert {no: show_deal(anew, no) for no in told} == told
    assert anew.keyring == issued.keyring
    agreed(anew, "SO2024031001", "supplementary-agreement")
    number = issue_document(
        anew, Request("SO2024031001", "supplementary-agreement", faces=("docx",), again=True)
    ).number
    assert number.endswith("-BC02")


def test_the_second_backup_copies_only_what_is_new(issued: Office) -> None:
    first = back_up(issued).backup
    assert first.new_bytes > 0
    second = back_up(issued).backup
    known = {line.key: line.entry.sha256 for line in lines_of(first)}
    changed = {line.key for line in lines_of(second) if known.get(line.key) != line.entry.sha256}
    assert changed <= {"database/docgen.db"}
    assert [each.name for each in backups(issued.workspace.backup)] == [first.name, second.name]
    add_fact(issued, "SO2024031001", NewFact("payment", {"on": "2024-06-01", "amount": "1.00"}))
    third = {line.key: line.entry.sha256 for line in lines_of(back_up(issued).backup)}
    grown = {key for key, sha256 in third.items() if known.get(key) != sha256}
    assert any(key.endswith("events.jsonl") for key in grown)
    assert all(key.endswith(("events.jsonl", "docgen.db")) for key in grown)


def test_an_unchanged_file_is_read_again_only_when_asked(issued: Office) -> None:
    back_up(issued)
    victim = next(issued.workspace.archive.rglob("*.docx"))
    seen = victim.stat()
    victim.chmod(0o644)
    victim.write_bytes(bytes(seen.st_size))
    os.utime(victim, ns=(seen.st_atime_ns, seen.st_mtime_ns))
    name = f"archive/{victim.relative_to(issued.workspace.archive).as_posix()}"

    def taken(*, is_full: bool) -> str | None:
        return {line.key: line.entry.sha256 for line in lines_of(back_up(issued, is_full=is_full).backup)}[name]

    rotten = disk.digest(victim).sha256
    assert taken(is_full=False) != rotten
    assert taken(is_full=True) == rotten


def test_what_goes_on_while_a_backup_is_taken_does_not_spoil_it(issued: Office, tmp_path: Path) -> None:
    stop, counted = threading.Event(), []

    def write() -> None:
        mine = open_office(issued.workspace.root, clock=issued.clock)
        while not stop.is_set():
            add_fact(mine, "SO2024031001", NewFact("payment", {"on": "2024-06-01", "amount": "0.01"}))
            counted.append(1)
        database.disconnect()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        made = [back_up(issued, to=tmp_path / "out").backup for _ in range(3)]
    finally:
        stop.set()
        writer.join()
    assert counted
    for number, each in enumerate(made):
        done = restore(each, tmp_path / f"new-{number}", clock=issued.clock)
        assert not has_errors(done.report.findings)
        database.disconnect()


def test_damage_in_a_backup_is_found_named_and_never_restored(issued: Office, tmp_path: Path) -> None:
    made = back_up(issued, to=tmp_path / "out").backup
    assert check_backup(made) == ()
    line = next(each for each in lines_of(made) if each.entry.path.endswith(".docx") and each.section == "archive")
    digest = line.entry.digest
    assert digest
    victim = made.objects.place(digest.sha256)
    victim.chmod(0o600)
    victim.write_bytes(victim.read_bytes()[:-1] + b"?")
    assert [(f.code, f.where) for f in check_backup(made)] == [("services.backup-content-damaged", line.key)]
    with pytest.raises(Damage) as caught:
        restore(made, tmp_path / "new", clock=issued.clock)
    assert [f.code for f in caught.value.findings] == ["archive.object-damaged"]
    victim.unlink()
    with pytest.raises(Damage) as gone:
        restore(made, tmp_path / "newer", clock=issued.clock)
    assert [f.code for f in gone.value.findings] == ["archive.object-missing"]
    assert back_up(issued, to=tmp_path / "out").backup.new_bytes >= digest.size
    assert check_backup(backups(tmp_path / "out")[-1]) == ()


def _forged(made: Backup, key: str, path: str) -> Backup:
    lines = [Line(each.section, each.entry) for each in lines_of(made)]
    at = next(number for number, each in enumerate(lines) if each.key.startswith(key))
    old = lines[at].entry
    lines[at] = Line(lines[at].section, Entry(path, old.sha256, old.size, old.mode, old.mtime_ns))
    (made.path / FILES).unlink()
    *_, listed = write_list(made.path, lines)
    head = json.loads((made.path / HEAD).read_bytes())
    (made.path / HEAD).write_text(json.dumps(head | {"list_sha256": listed}), encoding="utf-8")
    return backup_named(made.path, None)


@pytest.mark.parametrize("path", ["../out.txt", "a/../../out.txt", "/etc/out.txt", "a//b", "..\\out.txt"])
def test_a_list_that_leads_out_of_the_workspace_is_not_followed(issued: Office, tmp_path: Path, path: str) -> None:
    made = _forged(back_up(issued, to=tmp_path / "out").backup, "companies/", path)
    with pytest.raises(Damage) as caught:
        restore(made, tmp_path / "new" / "deep", clock=issued.clock)
    assert [f.code for f in caught.value.findings] == ["services.backup-leads-out"]


def test_a_changed_list_a_newer_one_and_a_missing_one_are_refused(issued: Office, tmp_path: Path) -> None:
    made = back_up(issued, to=tmp_path / "out").backup
    (made.path / FILES).chmod(0o600)
    with (made.path / FILES).open("a", encoding="utf-8") as file:
        file.write("\n")
    with pytest.raises(Damage) as changed:
        list(lines_of(made))
    assert [f.code for f in changed.value.findings] == ["services.backup-list-changed"]
    head = json.loads((made.path / HEAD).read_bytes())
    (made.path / HEAD).write_text(json.dumps(head | {"schema": 2}), encoding="utf-8")
    with pytest.raises(Refused) as newer:
        backup_named(tmp_path / "out", None)
    assert [f.code for f in newer.value.findings] == ["services.backup-newer"]
    with pytest.raises(NotFound):
        backup_named(tmp_path / "nothing", None)


def test_a_backup_that_was_cut_off_does_not_count_and_is_swept(issued: Office, tmp_path: Path) -> None:
    made = back_up(issued, to=tmp_path / "out").backup
    half = tmp_path / "out" / "20240101T000000Z"
    shutil.copytree(made.path, half)
    (half / HEAD).unlink()
    (tmp_path / "out" / "objects" / ".part-x").write_bytes(b"half")
    assert [each.name for each in backups(tmp_path / "out")] == [made.name]
    back_up(issued, to=tmp_path / "out")
    assert not half.exists()
    assert not (tmp_path / "out" / "objects" / ".part-x").exists()


def test_a_backup_that_cannot_be_read_stands_in_no_other_ones_way(
    issued: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    older, spoilt = back_up(issued, to=out).backup, out / "20991231T000000Z"
    shutil.copytree(older.path, spoilt)
    (spoilt / HEAD).write_bytes(b"")
    made = back_up(issued, to=out)
    assert [each.name for each in backups(out)] == [older.name, made.backup.name]
    warned = [each for each in made.findings if each.code == "services.backup-unreadable"]
    assert [(each.where, each.severity) for each in warned] == [(str(spoilt), Severity.WARNING)]
    assert backup_named(out, older.name) == older
    for name in (None, spoilt.name):  # the newest is not passed over in silence
        with pytest.raises(Damage) as problem:
            backup_named(out, name)
        assert problem.value.findings[0].code == "services.backup-unreadable"
    database.disconnect()
    restored = restore(older, tmp_path / "new")
    assert "services.backup-unreadable" in {each.code for each in restored.findings}
    database.disconnect()
    assert main(["backup", "list", "--to", str(out), "-w", str(issued.workspace.root)]) == 0
    said = capsys.readouterr()
    assert older.name in said.out
    assert spoilt.name in said.out + said.err
    assert spoilt.exists(), "it is not swept: what is in it may still be of use"


def test_a_backup_killed_before_its_head_is_whole_is_swept(issued: Office, tmp_path: Path) -> None:
    made = back_up(issued, to=tmp_path / "out").backup
    half = tmp_path / "out" / "20240101T000000Z"
    shutil.copytree(made.path, half)
    (half / HEAD).rename(half / ".0123456789ab.tmp")
    back_up(issued, to=tmp_path / "out")
    assert not half.exists()


def test_nothing_is_restored_into_a_folder_that_holds_something(issued: Office, tmp_path: Path) -> None:
    made = back_up(issued).backup
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(Refused):
        restore(made, tmp_path / "full")
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["letter.txt"]


def test_from_the_command_line(issued: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root, out, new = str(issued.workspace.root), str(tmp_path / "out"), str(tmp_path / "new")
    database.disconnect()
    assert main(["backup", "--to", out, "-w", root, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert [finding["code"] for finding in said["findings"]] == ["services.backup-same-disk"]
    assert main(["backup", "list", "--to", out, "-w", root]) == 0
    assert said["backup"]["name"] in capsys.readouterr().out
    assert main(["backup", "verify", "--to", out, "-w", root]) == 0
    database.disconnect()
    assert main(["restore", out, new]) == 0
    database.disconnect()
    assert main(["deal", "show", "SO2024031001", "-w", new]) == 0


def test_a_restore_that_was_cut_off_goes_on_and_only_with_its_own_backup(
    issued: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = back_up(issued).backup
    add_fact(issued, "SO2024031001", NewFact("payment", {"on": "2024-06-01", "amount": "1.00"}))
    second = back_up(issued).backup
    database.disconnect()
    new, copied = tmp_path / "new", []
    real = Objects.get

    def failing(self: Objects, wanted: disk.Digest, target: Path) -> None:
        copied.append(target)
        if len(copied) == 20:
            target.write_bytes(b"half of it")
            raise OSError(5, "I/O error")
        real(self, wanted, target)

    monkeypatch.setattr(Objects, "get", failing)
    with pytest.raises(StorageProblem):
        restore(first, new, clock=issued.clock)
    assert not (new / "docgen.toml").exists()
    with pytest.raises(Refused) as refused:
        restore(second, new, clock=issued.clock)
    assert [each.code for each in refused.value.findings] == ["services.restore-other-begun"]
    before = len(copied)
    done = restore(first, new, clock=issued.clock)
    assert not has_errors(done.report.findings)
    assert len(copied) - before == done.files - 19
    assert MARKER not in {path.name for path in new.iterdir()}
    with pytest.raises(Refused):
        restore(first, new, clock=issued.clock)
