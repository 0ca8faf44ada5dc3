from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from docgen.errors import StorageProblem
from docgen.intake.claiming import claim, discard, fingerprint, reclaim, release
from docgen.intake.inbox import CLAIMED, Stamp, WatchedFolder, candidates

BYTES = b"%PDF-1.7 a scan"
SHA256 = hashlib.sha256(BYTES).hexdigest()

RACER = """
import os, sys
from pathlib import Path
from docgen.intake.claiming import claim
inbox = Path(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
won = [path.name for path in sorted(inbox.glob("*.pdf")) if claim(path) is not None]
print(",".join(won), flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    path = tmp_path / "inbox"
    path.mkdir()
    return path


def drop(inbox: Path, name: str = "SCAN0001.pdf", data: bytes = BYTES) -> Path:
    (inbox / name).write_bytes(data)
    return inbox / name


def leftovers(inbox: Path) -> list[Path]:
    return list((inbox / CLAIMED).iterdir())


def test_a_claimed_file_is_out_of_the_inbox_and_keeps_name_and_bytes(inbox: Path) -> None:
    claimed = claim(drop(inbox, "验收报告.pdf"))
    assert claimed is not None
    assert claimed.name == "验收报告.pdf"
    assert claimed.path.parent.parent == inbox / CLAIMED
    assert fingerprint(claimed.path) == SHA256
    assert candidates(WatchedFolder(inbox, "x")) == []


def test_a_second_claim_gets_nothing(inbox: Path) -> None:
    path = drop(inbox)
    first, second = claim(path), claim(path)
    assert first is not None
    assert second is None


def test_of_three_processes_exactly_one_gets_each_file(inbox: Path) -> None:
    expected = sorted(drop(inbox, f"{number:03}.pdf").name for number in range(60))
    command = [sys.executable, "-c", RACER, str(inbox)]
    racers = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    for racer in racers:
        assert racer.stdout is not None
        assert racer.stdout.readline() == "ready\n"
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("go\n")
        racer.stdin.flush()
    won = [name for racer in racers for name in racer.stdout.readline().strip().split(",") if racer.stdout and name]
    assert sorted(won) == expected
    assert reclaim(inbox) == []  # all claims are held by living processes
    for racer in racers:
        racer.kill()
        racer.wait()
    found = reclaim(inbox)
    assert sorted(each.name for each in found) == expected
    assert reclaim(inbox) == []  # now they are ours
    for each in found:
        assert discard(each, sha256=SHA256) == []
    assert leftovers(inbox) == []


def test_a_new_file_under_the_name_of_the_settled_one_is_left_alone(inbox: Path) -> None:
    path = drop(inbox)
    settled = Stamp.of(path)
    path.unlink()
    drop(inbox, data=b"half of the nex")
    assert claim(path, settled=settled) is None
    assert path.read_bytes() == b"half of the nex"
    assert leftovers(inbox) == []


def test_the_settled_file_is_claimed(inbox: Path) -> None:
    path = drop(inbox)
    assert claim(path, settled=Stamp.of(path)) is not None


def test_release_never_overwrites_a_newer_file(inbox: Path) -> None:
    claimed = claim(drop(inbox))
    assert claimed is not None
    drop(inbox, data=b"newer")
    back = release(claimed)
    assert back.name == "SCAN0001 (2).pdf"
    assert back.read_bytes() == BYTES
    assert (inbox / "SCAN0001.pdf").read_bytes() == b"newer"
    assert back.stat().st_nlink == 1
    assert leftovers(inbox) == []


def test_release_works_where_there_are_no_hard_links(inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "link", refuse)
    claimed = claim(drop(inbox))
    assert claimed is not None
    drop(inbox, data=b"newer")
    assert release(claimed).name == "SCAN0001 (2).pdf"


def test_the_source_goes_last_and_only_with_the_bytes_that_were_kept(inbox: Path) -> None:
    claimed = claim(drop(inbox))
    assert claimed is not None
    assert discard(claimed, sha256=SHA256) == []
    assert list(inbox.glob("*.pdf")) == []
    assert leftovers(inbox) == []


def test_a_writer_that_kept_the_file_open_is_noticed(inbox: Path) -> None:
    path = drop(inbox)
    with path.open("ab") as writer:
        claimed = claim(path)
        assert claimed is not None
        writer.write(b" page 2")
        writer.flush()
        assert [finding.code for finding in discard(claimed, sha256=SHA256)] == ["intake.changed-after-copy"]
    assert path.read_bytes() == BYTES + b" page 2"


def test_a_claim_that_died_before_the_rename_leaves_nothing(inbox: Path) -> None:
    (inbox / CLAIMED / "0123456789abcdef").mkdir(parents=True)
    (inbox / CLAIMED / "0123456789abcdef.lock").touch()
    (inbox / CLAIMED / "fedcba9876543210.lock").touch()
    assert reclaim(inbox) == []
    assert leftovers(inbox) == []


def test_a_claimed_file_whose_lock_file_is_gone_is_still_found(inbox: Path) -> None:
    claimed = claim(drop(inbox))
    assert claimed is not None
    claimed.path.parent.with_suffix(".lock").unlink()
    (found,) = reclaim(inbox)
    assert found.path == claimed.path


def test_an_inbox_without_claims_has_nothing_to_reclaim(inbox: Path) -> None:
    assert reclaim(inbox) == []


def test_an_inbox_that_cannot_be_written_is_said_in_words(inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    path = drop(inbox)
    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(StorageProblem) as caught:
        claim(path)
    assert "Permission denied" in caught.value.findings[0].sentence("zh")


def test_a_name_of_255_bytes_is_put_back_beside_another(inbox: Path) -> None:
    name = "名" * 83 + "12.pdf"
    claimed = claim(drop(inbox, name))
    assert claimed is not None
    drop(inbox, name, b"another")
    back = release(claimed)
    assert (back.read_bytes(), back.suffix, back.stem[-4:]) == (BYTES, ".pdf", " (2)")
    assert (inbox / name).read_bytes() == b"another"
    assert leftovers(inbox) == []
