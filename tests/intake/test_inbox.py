from __future__ import annotations

import os
from pathlib import Path

import pytest

from docgen.errors import Refused, StorageProblem
from docgen.intake.inbox import CLAIMED, WatchedFolder, candidates, ensure_apart, listing, shown_name


def inbox_at(path: Path) -> WatchedFolder:
    path.mkdir(parents=True, exist_ok=True)
    return WatchedFolder(path, "前台扫描仪")


@pytest.mark.parametrize(
    "name",
    [
        ".hidden.pdf", "~$验收报告.docx", "~WRL0001.tmp", "SCAN.PDF.part", "a.crdownload", "a.TMP", "Thumbs.db",
        "desktop.ini", ".~lock.x.docx#", "scan.filepart", CLAIMED,
    ],
)  # fmt: skip
def test_passing_names_are_not_candidates(tmp_path: Path, name: str) -> None:
    inbox = inbox_at(tmp_path / "inbox")
    (inbox.path / name).write_bytes(b"x")
    assert candidates(inbox) == []
    assert listing(inbox).passed_over == ()


def test_plain_files_are_candidates_whatever_their_name(tmp_path: Path) -> None:
    inbox = inbox_at(tmp_path / "inbox")
    names = ["SCAN0001.PDF", "a file; rm -rf.pdf", "无后缀", "验收报告（签回）.tif"]
    for name in names:
        (inbox.path / name).write_bytes(b"x")
    assert sorted(path.name for path in candidates(inbox)) == sorted(names)


def test_links_pipes_folders_and_twice_linked_files_are_passed_over_with_a_reason(tmp_path: Path) -> None:
    inbox = inbox_at(tmp_path / "inbox")
    (tmp_path / "elsewhere.pdf").write_bytes(b"x")
    (inbox.path / "link.pdf").symlink_to(tmp_path / "elsewhere.pdf")
    (inbox.path / "dangling.pdf").symlink_to(tmp_path / "nowhere")
    os.mkfifo(inbox.path / "pipe.pdf")
    (inbox.path / "folder").mkdir()
    (inbox.path / "hard.pdf").hardlink_to(tmp_path / "elsewhere.pdf")
    found = listing(inbox)
    assert found.candidates == ()
    assert {finding.where: finding.code for finding in found.passed_over} == {
        "link.pdf": "intake.passed-special",
        "dangling.pdf": "intake.passed-special",
        "pipe.pdf": "intake.passed-special",
        "folder": "intake.passed-folder",
        "hard.pdf": "intake.passed-hard-link",
    }


def test_an_inbox_that_is_gone_is_said_in_words(tmp_path: Path) -> None:
    with pytest.raises(StorageProblem) as caught:
        listing(WatchedFolder(tmp_path / "gone", "共享盘"))
    assert "共享盘" in caught.value.findings[0].sentence("zh")


@pytest.mark.parametrize(
    ("inbox", "kept"),
    [("inbox", "inbox"), ("inbox", "inbox/archive"), ("archive/inbox", "archive"), ("link", "archive")],
)
def test_an_inbox_inside_the_archive_or_the_other_way_round_is_refused(tmp_path: Path, inbox: str, kept: str) -> None:
    (tmp_path / kept).mkdir(parents=True)
    if inbox == "link":
        (tmp_path / "link").symlink_to(tmp_path / "archive")
    folder = inbox_at(tmp_path / inbox)
    with pytest.raises(Refused) as caught:
        ensure_apart([folder], kept={"归档": tmp_path / kept})
    codes = [finding.code for finding in caught.value.findings]
    assert codes == ["intake.inbox-is-link"] * (inbox == "link") + ["intake.inbox-overlaps"]


def test_a_link_as_inbox_is_refused_wherever_it_leads(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    folder = WatchedFolder(tmp_path / "elsewhere", "前台扫描仪", as_named=tmp_path / "link")
    with pytest.raises(Refused) as caught:
        ensure_apart([folder], kept={})
    (finding,) = caught.value.findings
    assert (finding.code, finding.where) == ("intake.inbox-is-link", str(tmp_path / "link"))


@pytest.mark.parametrize("way", ["link/sub/inbox", "archive/../archive/inbox", "other/../link/inbox"])
def test_no_way_of_naming_hides_an_inbox_in_the_archive(tmp_path: Path, way: str) -> None:
    for name in ("archive/inbox", "archive/sub/inbox", "other"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "archive")
    with pytest.raises(Refused) as caught:
        ensure_apart([WatchedFolder(tmp_path / way, "x")], kept={"archive": tmp_path / "archive"})
    assert [finding.code for finding in caught.value.findings] == ["intake.inbox-overlaps"]


def test_inboxes_inside_one_another_and_missing_ones_are_all_named(tmp_path: Path) -> None:
    outer, inner = inbox_at(tmp_path / "inbox"), inbox_at(tmp_path / "inbox" / "inner")
    with pytest.raises(Refused) as caught:
        ensure_apart([outer, inner, WatchedFolder(tmp_path / "gone", "x")], kept={})
    assert sorted(finding.code for finding in caught.value.findings) == [
        "intake.inbox-missing",
        "intake.inbox-overlaps",
    ]


def test_folders_apart_are_fine_even_with_names_that_begin_alike(tmp_path: Path) -> None:
    (tmp_path / "inbox-archive").mkdir()
    inbox = inbox_at(tmp_path / "inbox")
    ensure_apart([inbox], kept={"归档": tmp_path / "inbox-archive"})
    with pytest.raises(Refused):
        ensure_apart([inbox], kept={"归档": tmp_path / "inbox" / "archive"})


def test_names_are_shown_without_tricks() -> None:
    assert shown_name("a\nb\x1b[31m.pdf") == "a□b□[31m.pdf"
    assert shown_name("\u202efdp.exe") == "□fdp.exe"
    assert shown_name(os.fsdecode("验收报告.pdf".encode("gb18030"))) == "验收报告.pdf"
    assert shown_name("\ud800.pdf") == "?.pdf"
