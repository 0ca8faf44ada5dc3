"""Every kind of damage is done by hand to a sound archive, and verify must name it — by code, contract and file."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from docgen.archive.eventlog import append, head, locked
from docgen.archive.layout import Archive, Folder
from docgen.archive.record import Sidecar
from docgen.archive.verify import Anchor, VerifyReport, slice_of, verify, verify_review
from docgen.errors import WrongUsage
from docgen.findings import Severity

Put = Callable[..., Sidecar]
AT = datetime(2024, 3, 11, 2, 0, tzinfo=UTC)
NO = "SO2024031001"
LOG = "_docgen/events.jsonl"
MANIFEST = "_docgen/manifest-sha256.txt"


def overwrite(path: Path, data: bytes) -> None:
    path.chmod(0o644)
    path.write_bytes(data)


def edit(path: Path, old: bytes, new: bytes) -> None:
    assert old in path.read_bytes()
    overwrite(path, path.read_bytes().replace(old, new, 1))


def told(report: VerifyReport) -> set[tuple[str, str, str]]:
    return {
        (one.code.removeprefix("archive."), str(one.params.get("contract")), str(one.params.get("file", "")))
        for one in report.findings
        if one.severity is Severity.ERROR
    }


@pytest.fixture
def other(archive: Archive, put: Put) -> Folder:
    folder = archive.contract(customer_id="C002", customer_name="远山贸易（示例）", contract_no="SO2024031002")
    put(folder, "z9", data=b"%PDF other", contract_no="SO2024031002")
    return folder


@pytest.fixture
def sound(archive: Archive, folder: Folder, other: Folder, put: Put) -> Folder:
    put(folder)
    put(folder, "b2", data=b"%PDF second", name="补充协议.pdf")
    assert verify(archive).findings == ()
    return folder


DAMAGE: dict[str, tuple[Callable[[Path], object], set[tuple[str, str, str]]]] = {
    "one bit flipped": (
        lambda p: edit(p / "通知单.pdf", b"notice", b"notjce"),
        {("file-changed", NO, "通知单.pdf")},
    ),
    "cut short": (
        lambda p: overwrite(p / "通知单.pdf", b"%PDF"),
        {("file-truncated", NO, "通知单.pdf")},
    ),
    "deleted": (lambda p: (p / "通知单.pdf").unlink(), {("file-missing", NO, "通知单.pdf")}),
    "renamed": (
        lambda p: (p / "通知单.pdf").rename(p / "新名.pdf"),
        {("file-renamed", NO, "通知单.pdf")},
    ),
    "replaced by a link": (
        lambda p: (
            shutil.copy(p / "通知单.pdf", p.parent.parent.parent / "x"),
            (p / "通知单.pdf").unlink(),
            (p / "通知单.pdf").symlink_to(p.parent.parent.parent / "x"),
        ),
        {("file-not-plain", NO, "通知单.pdf"), ("file-missing", NO, "通知单.pdf")},
    ),
    "extra paper": (lambda p: (p / "私货.pdf").write_bytes(b"x"), {("extra-file", NO, "私货.pdf")}),
    "extra folder": (lambda p: (p / "新建文件夹").mkdir(), {("extra-folder", NO, "新建文件夹")}),
    "extra file of ours": (
        lambda p: (p / "_docgen/notes.txt").write_bytes(b"x"),
        {("extra-file", NO, "_docgen/notes.txt")},
    ),
    "derived text edited": (
        lambda p: edit(p / "_docgen/derived/通知单.pdf.txt", b"a1", b"a2"),
        {("file-changed", NO, "_docgen/derived/通知单.pdf.txt")},
    ),
    "manifest edited to fit": (
        lambda p: edit(p / MANIFEST, b"\n", b"\n" + b"0" * 64 + b"  planted.pdf\n"),
        {("manifest-line-extra", NO, MANIFEST)},
    ),
    "manifest hash edited": (
        lambda p: overwrite(p / MANIFEST, (p / MANIFEST).read_bytes()[:90].replace(b"\n", b"\n0") + b"x\n"),
        {("manifest-line-missing", NO, MANIFEST), ("manifest-line-broken", NO, MANIFEST)},
    ),
    "manifest gone": (lambda p: (p / MANIFEST).unlink(), {("manifest-missing", NO, MANIFEST)}),
    "sidecar edited": (
        lambda p: edit(p / "_docgen/records/a1.json", b"HT-1", b"HT-2"),
        {("sidecar-edited", NO, "_docgen/records/a1.json")},
    ),
    "sidecar gone": (
        lambda p: (p / "_docgen/records/a1.json").unlink(),
        {("sidecar-missing", NO, "_docgen/records/a1.json")},
    ),
    "label edited": (
        lambda p: edit(p / "_docgen/folder.json", b'"kind": "contract"', b'"kind":  "contract"'),
        {("label-edited", NO, "_docgen/folder.json")},
    ),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_damage_is_named_by_code_contract_and_file(archive: Archive, sound: Folder, name: str) -> None:
    harm, expected = DAMAGE[name]
    harm(sound.path)
    assert told(verify(archive)) == expected


def test_verify_repairs_nothing(archive: Archive, sound: Folder, tree: Callable[[Path], dict[str, bytes]]) -> None:
    (sound.path / "通知单.pdf").unlink()
    (sound.records / "a1.json").unlink()
    sound.manifest.unlink()
    before = tree(archive.root)
    verify(archive)
    assert tree(archive.root) == before


def test_papers_swapped_between_contracts(archive: Archive, sound: Folder, other: Folder) -> None:
    first, second = sound.path / "通知单.pdf", other.path / "通知单.pdf"
    one, two = first.read_bytes(), second.read_bytes()
    overwrite(first, two)
    overwrite(second, one)
    report = verify(archive)
    assert told(report) == {("file-swapped", NO, "通知单.pdf"), ("file-swapped", "SO2024031002", "通知单.pdf")}
    assert report.findings[0].params["origin"] in {"SO2024031002/通知单.pdf", f"{NO}/通知单.pdf"}


def test_a_paper_moved_to_another_contract(archive: Archive, sound: Folder, other: Folder) -> None:
    (sound.path / "补充协议.pdf").rename(other.path / "补充协议.pdf")
    report = verify(archive)
    assert told(report) == {("file-missing", NO, "补充协议.pdf"), ("file-strayed", "SO2024031002", "补充协议.pdf")}


def test_a_whole_log_swapped_between_contracts_breaks_at_its_first_line(
    archive: Archive, sound: Folder, other: Folder
) -> None:
    shutil.copy(other.events, sound.events)
    assert ("log-chain-broken", NO, "") in told(verify(archive))


@pytest.mark.parametrize(
    ("harm", "code"),
    [
        (lambda lines: [lines[0].replace(b"HT-1", b"HT-9"), *lines[1:]], "log-line-broken"),
        (lambda lines: [lines[0].replace(b'"actor":', b'"actor": '), *lines[1:]], "log-line-broken"),
        (lambda lines: lines[1:], "log-chain-broken"),
        (lambda lines: [lines[1], lines[0], *lines[2:]], "log-chain-broken"),
        (lambda lines: [lines[0], *lines[2:]], "log-chain-broken"),
        (lambda lines: [*lines, b'{"half'], "log-torn"),
        (lambda lines: [b"\xff\xfe\n", *lines[1:]], "log-line-broken"),
        (lambda lines: [b"[" * 100_000 + b"\n", *lines[1:]], "log-line-broken"),
    ],
)
def test_an_edited_log_is_named(
    archive: Archive, sound: Folder, harm: Callable[[list[bytes]], list[bytes]], code: str
) -> None:
    with locked(sound):
        append(sound, "payment-received", {"amount": "85500.00"}, at=AT, actor="王五")
    sound.events.write_bytes(b"".join(harm(sound.events.read_bytes().splitlines(keepends=True))))
    assert (code, NO) in {(one[0], one[1]) for one in told(verify(archive))}


def test_a_log_cut_at_its_end_shows_by_its_papers_or_by_its_anchor(archive: Archive, sound: Folder) -> None:
    with locked(sound):
        append(sound, "payment-received", {"amount": "85500.00"}, at=AT, actor="王五")
    last = head(sound)
    lines = sound.events.read_bytes().splitlines(keepends=True)
    sound.events.write_bytes(b"".join(lines[:2]))
    assert verify(archive).findings == ()  # a plain fact cut off: the folder alone cannot show it
    anchors = {NO: Anchor(last.seq, last.hash)}
    assert {one[0] for one in told(verify(archive, anchors=anchors))} == {"log-cut"}
    sound.events.write_bytes(lines[0])
    assert ("sidecar-without-event", NO, "_docgen/records/b2.json") in told(verify(archive))
    sound.events.unlink()
    assert "log-missing" in {one[0] for one in told(verify(archive))}


def test_a_log_written_anew_differs_from_its_anchor(archive: Archive, sound: Folder) -> None:
    assert told(verify(archive, anchors={NO: Anchor(head(sound).seq, head(sound).hash)})) == set()
    assert {one[0] for one in told(verify(archive, anchors={NO: Anchor(1, "0" * 64)}))} == {"log-rewritten"}
    assert {one[0] for one in told(verify(archive, anchors={"SO-GONE": Anchor(1, "0" * 64)}))} == {"folder-missing"}


def test_rows_missing_and_stale(archive: Archive, sound: Folder) -> None:
    known = {NO: {"a1", "gone"}, "SO2024031002": {"z9"}, "SO-GONE": {"x"}}
    findings = [
        (one.code, one.params["contract"], one.params.get("id")) for one in verify(archive, known=known).findings
    ]
    assert sorted(findings) == [
        ("archive.folder-missing", "SO-GONE", None),
        ("archive.row-missing", NO, "b2"),
        ("archive.row-stale", NO, "gone"),
    ]
    assert told(verify(archive, known={NO: {"a1", "b2"}, "SO2024031002": {"z9"}})) == set()


def test_folders_renamed_moved_copied_or_unlabelled(archive: Archive, sound: Folder, other: Folder) -> None:
    home, away = sound.path.parent, other.path.parent
    shutil.copytree(sound.path, away / sound.path.name)
    assert {("folder-twice", NO, ""), ("folder-moved", NO, "")} <= told(verify(archive))
    shutil.rmtree(away / sound.path.name)
    sound.path.rename(home / "改名")
    assert told(verify(archive)) == {("folder-renamed", NO, "")}
    (home / "改名").rename(sound.path)
    home.rename(home.with_name("改名公司"))
    assert ("customer-renamed", NO, "") in told(verify(archive))
    home.with_name("改名公司").rename(home)
    (home / "_customer" / "customer.json").unlink()
    assert "customer-label-missing" in {one[0] for one in told(verify(archive))}


def test_strangers_at_the_root_and_in_customers(archive: Archive, sound: Folder) -> None:
    (archive.root / "README.md").write_text("说明", encoding="utf-8")
    (archive.root / "杂物").mkdir()
    (archive.root / "a.txt").write_bytes(b"x")
    (sound.path.parent / "b.pdf").write_bytes(b"x")
    found = sorted((one.code.removeprefix("archive."), one.where) for one in verify(archive).findings)
    assert found == [
        ("customer-label-missing", "杂物/_customer/customer.json"),
        ("unknown-at-root", "a.txt"),
        ("unknown-in-customer", "星河科技（示例）/b.pdf"),
    ]


def test_what_windows_and_word_leave_behind_is_a_note(archive: Archive, sound: Folder) -> None:
    for name in ("Thumbs.db", "~$通知单.docx", "desktop.ini"):
        (sound.path / name).write_bytes(b"x")
    report = verify(archive)
    assert told(report) == set()
    assert [one.code for one in report.findings] == ["archive.system-file"] * 3


def test_slices_cover_everything_once_and_always_the_same(archive: Archive, put: Put) -> None:
    for number in range(12):
        name = f"SO20240311{number:02d}"
        folder = archive.contract(customer_id="C001", customer_name="星河科技（示例）", contract_no=name)
        put(folder, contract_no=name)
        (folder.path / "通知单.pdf").unlink()
    parts = [verify(archive, part=(n, 3)) for n in (1, 2, 3)]
    assert sum(part.folders for part in parts) == verify(archive).folders == 13
    broken = [str(one.params["contract"]) for part in parts for one in part.findings]
    assert sorted(broken) == [f"SO20240311{number:02d}" for number in range(12)]
    assert all(
        slice_of(str(one.params["contract"]), 3) == n for n, part in enumerate(parts, 1) for one in part.findings
    )
    assert slice_of(NO, 7) == 1  # worked out once: a folder must not change its slice between versions
    for bad in ((0, 3), (4, 3)):
        with pytest.raises(WrongUsage):
            verify(archive, part=bad)


def test_the_report_counts_what_was_read_and_progress_is_told(archive: Archive, sound: Folder) -> None:
    heard: list[tuple[str, int, int]] = []
    report = verify(archive, progress=lambda *step: heard.append(step))
    assert [step[1:] for step in heard] == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert report.folders == 4
    assert report.files == 7 + 4 + 4 + 2  # papers, texts and a template each; four contract labels; two customer.json
    ours = {"events.jsonl", "manifest-sha256.txt", ".lock", "a1.json", "b2.json", "z9.json"}
    read = [path for path in archive.root.rglob("*") if path.is_file() and path.name not in ours]
    assert len(read) == report.files
    assert report.bytes == sum(path.stat().st_size for path in read)


def test_a_kept_file_that_was_damaged_is_told(archive: Archive, tmp_path: Path) -> None:
    (archive.incoming / f"{'0' * 16}-scan.pdf").write_bytes(b"not these bytes")
    assert [one.code for one in verify(archive).findings] == ["archive.kept-changed"]


def test_a_folder_that_a_writer_keeps_is_told_as_not_verified(
    archive: Archive, sound: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("docgen.archive.disk.try_lock", lambda *_, **__: False)
    monkeypatch.setattr("docgen.archive.lock.WAIT", 0)
    monkeypatch.setattr("docgen.archive.lock.shared.__wrapped__.__kwdefaults__", {"seconds": 0, "create": False})
    codes = {one.code for one in verify(archive).findings}
    assert codes == {"archive.not-verified", "archive.locked"}


def test_the_review_folder_is_checked_against_its_reasons(tmp_path: Path) -> None:
    review = tmp_path / "review"
    good = {
        "schema": 1,
        "sha256": hashlib.sha256(b"scan").hexdigest(),
        "size": 4,
        "original": "SCAN.pdf",
        "findings": [],
    }
    for name in (
        "2024-03-11-0123abcd",
        "20240311-0123abcd",
        "2024-03-11-00000001",
        "2024-03-11-00000002",
        "2024-03-11-00000003",
    ):
        (review / name).mkdir(parents=True)
        (review / name / "SCAN.pdf").write_bytes(b"scan")
        (review / name / "reason.json").write_text(json.dumps(good), encoding="utf-8")
    assert verify_review(review) == []
    (review / "2024-03-11-00000001" / "SCAN.pdf").write_bytes(b"scam")
    (review / "2024-03-11-00000002" / "SCAN.pdf").unlink()
    (review / "2024-03-11-00000003" / "reason.json").write_text(
        json.dumps({**good, "original": "../x"}), encoding="utf-8"
    )
    (review / "2024-03-11-0123abcd" / "reason.json").write_text("{", encoding="utf-8")
    assert {(one.code.removeprefix("archive.review-"), one.where.split("/")[1]) for one in verify_review(review)} == {
        ("original-changed", "2024-03-11-00000001"),
        ("original-missing", "2024-03-11-00000002"),
        ("original-missing", "2024-03-11-00000003"),
        ("reason-broken", "2024-03-11-0123abcd"),
    }
