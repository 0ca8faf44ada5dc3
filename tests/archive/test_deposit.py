from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from docgen.archive import disk
from docgen.archive.eventlog import read
from docgen.archive.keep import Kept, keep, kept_files, let_go
from docgen.archive.layout import Archive, Folder
from docgen.archive.rebuild import contents
from docgen.archive.record import Sidecar, sidecar_bytes
from docgen.archive.recovery import recover
from docgen.archive.verify import verify
from docgen.errors import Damage, Refused

Put = Callable[..., Sidecar]


def test_a_deposit_leaves_paper_record_event_and_manifest(archive: Archive, folder: Folder, put: Put) -> None:
    sidecar = put(folder)
    assert (folder.path / "通知单.pdf").read_bytes() == b"%PDF-1.7 the notice"
    assert [file.name for file in sidecar.files] == ["通知单.pdf", "通知单.docx"]
    assert (folder.records / "a1.json").read_bytes() == sidecar_bytes(sidecar)
    assert (folder.templates / sidecar.templates[0].sha256).read_bytes() == b"PK the template"
    (entry,) = read(folder)[0]
    assert entry.payload == {"number": "HT-1", "sidecar": sidecar.as_json()}
    assert verify(archive).findings == ()
    assert disk.names(folder.pending) == []


def test_sha256sum_alone_can_check_the_folder(folder: Folder, put: Put) -> None:
    put(folder)
    put(folder, "b2")
    command = ["sha256sum", "--strict", "-c", "_docgen/manifest-sha256.txt"]
    check = subprocess.run(command, cwd=folder.path, capture_output=True, text=True, check=True)
    assert check.stdout.count(": OK") == 8  # the label, four faces, two texts, one template
    (folder.path / "通知单.pdf").chmod(0o644)
    (folder.path / "通知单.pdf").write_bytes(b"%PDF-1.7 the n0tice")
    assert subprocess.run(command, cwd=folder.path, capture_output=True, check=False).returncode == 1


def test_names_are_never_taken_twice_not_even_after_a_loss(folder: Folder, put: Put) -> None:
    put(folder)
    assert put(folder, "b2").files[0].name == "通知单 (2).pdf"
    assert put(folder, "c3", name="通知单 (2).pdf").files[0].name == "通知单 (2) (2).pdf"
    (folder.path / "通知单.pdf").unlink()
    assert put(folder, "d4").files[0].name == "通知单 (3).pdf"


def test_the_same_deposit_twice_is_one(folder: Folder, put: Put) -> None:
    first = put(folder)
    assert put(folder) == first
    assert len(read(folder)[0]) == 1
    with pytest.raises(Refused) as refused:
        put(folder, data=b"other bytes")
    assert refused.value.findings[0].code == "archive.id-taken"


def test_a_name_a_person_takes_at_the_last_moment_is_left_alone(
    archive: Archive, folder: Folder, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    true_move = disk.move_new

    def move(source: Path, target: Path) -> None:
        if target.name == "通知单.docx":
            target.write_bytes(b"a person's file")
        true_move(source, target)

    monkeypatch.setattr(disk, "move_new", move)
    sidecar = put(folder)
    assert [file.name for file in sidecar.files] == ["通知单.pdf", "通知单 (2).docx"]
    assert (folder.path / "通知单.docx").read_bytes() == b"a person's file"
    assert [finding.code for finding in verify(archive).findings] == ["archive.extra-file"]


@pytest.mark.parametrize("refusal", [errno.EPERM, errno.EOPNOTSUPP])
def test_a_share_without_hard_links_works_too(
    archive: Archive, folder: Folder, put: Put, monkeypatch: pytest.MonkeyPatch, refusal: int
) -> None:
    def no_link(source: Path, target: Path, *, follow_symlinks: bool) -> None:
        raise OSError(refusal, "no links here")

    monkeypatch.setattr(os, "link", no_link)
    source = archive.root.parent / "scan.pdf"
    source.write_bytes(b"%PDF scan")
    put(folder, data=keep(archive, source))
    put(folder, "b2")
    assert (folder.path / "通知单.pdf").read_bytes() == b"%PDF scan"
    assert verify(archive).findings == ()
    with pytest.raises(FileExistsError):
        disk.move_new(source, folder.path / "通知单.pdf")


def test_a_kept_scan_moves_from_incoming_into_the_contract(
    archive: Archive, folder: Folder, put: Put, tmp_path: Path
) -> None:
    source = tmp_path / "SCAN0001.pdf"
    source.write_bytes(b"%PDF scan")
    kept = keep(archive, source)
    assert kept == keep(archive, source)
    assert [one.path for one in kept_files(archive)] == [kept.path]
    assert [finding.code for finding in verify(archive).findings] == ["archive.waiting-in-incoming"]
    put(folder, data=kept)
    assert list(kept_files(archive)) == []
    assert source.exists()
    again = keep(archive, source)
    assert not let_go(again, folder.path / "通知单.docx")
    assert let_go(again, folder.path / "通知单.pdf")
    assert verify(archive).findings == ()


def test_keep_refuses_links_pipes_and_files_that_grow(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "a.pdf"
    source.write_bytes(b"one")
    (tmp_path / "link.pdf").symlink_to(source)
    os.mkfifo(tmp_path / "pipe.pdf")
    for name in ("link.pdf", "pipe.pdf"):
        with pytest.raises(Refused) as refused:
            keep(archive, tmp_path / name)
        assert refused.value.findings[0].code == "archive.not-a-plain-file"
    true_copy = disk.copy_new

    def copy(reader: Path, target: Path) -> disk.Digest:
        found = true_copy(reader, target)
        reader.write_bytes(b"one, and more")
        return found

    monkeypatch.setattr(disk, "copy_new", copy)
    with pytest.raises(Refused) as refused:
        keep(archive, source)
    assert refused.value.findings[0].code == "archive.source-changing"
    assert list(kept_files(archive)) == []


def test_a_name_of_255_bytes_is_kept_cut_and_found_again(archive: Archive, tmp_path: Path) -> None:
    source = tmp_path / ("名" * 83 + "12.pdf")
    assert len(os.fsencode(source.name)) == 255
    source.write_bytes(b"signed")
    kept = keep(archive, source)
    assert len(os.fsencode(kept.path.name)) <= 255
    assert kept.path.name.endswith(".pdf")
    assert keep(archive, source) == kept
    assert list(kept_files(archive)) == [kept]


def test_a_kept_file_that_changed_meanwhile_is_not_filed(
    archive: Archive, folder: Folder, put: Put, tmp_path: Path
) -> None:
    source = tmp_path / "scan.pdf"
    source.write_bytes(b"scan")
    kept = keep(archive, source)
    with pytest.raises(Damage) as damage:
        put(folder, data=Kept(kept.path, "0" * 64, 4))
    assert damage.value.findings[0].code == "archive.kept-changed"
    recover(folder)
    assert contents(folder).sidecars == ()
    assert kept.path.exists()


def test_an_abandoned_number_stays_in_the_log(folder: Folder, put: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("docgen.archive.deposit.append", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        put(folder)
    monkeypatch.undo()
    assert [finding.code for finding in recover(folder)] == ["archive.deposit-set-aside"]
    (entry,) = read(folder)[0]
    assert (entry.type, entry.payload["number"]) == ("deposit-abandoned", "HT-1")
    assert not (folder.path / "通知单.pdf").exists()
    assert len(disk.names(folder.unfinished / "a1")) == 5  # four files and the plan
    put(folder)
    assert disk.names(folder.unfinished) == []


def test_a_lost_sidecar_is_written_anew_from_the_log(archive: Archive, folder: Folder, put: Put) -> None:
    put(folder)
    record = folder.records / "a1.json"
    before = record.read_bytes()
    record.unlink()
    assert [finding.code for finding in recover(folder)] == ["archive.sidecar-remade"]
    assert record.read_bytes() == before
    assert verify(archive).findings == ()
