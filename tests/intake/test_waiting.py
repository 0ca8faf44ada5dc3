from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import shutil
import threading
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from docgen.errors import Damage, NotFound, Refused, StorageProblem
from docgen.findings import error
from docgen.intake import durable
from docgen.intake.decision import Candidate, Decision, Evidence, IssuedPaper, Outcome, Source
from docgen.intake.waiting import (
    Filed,
    Rejected,
    WaitingItem,
    damaged,
    get,
    put_aside,
    settle,
    sweep,
    waiting_items,
)

BYTES = b"%PDF-1.7 a scan nobody knows"
SHA256 = hashlib.sha256(BYTES).hexdigest()
RECEIVED = datetime(2024, 3, 15, 1, 2, 3, tzinfo=UTC)
PAPER = IssuedPaper("AAAAAAA1", "HT2024031001-YF1-01", "n", "预付款通知单", "HT2024031001", "C1", "XX科技有限公司", 2)
DECISION = Decision(
    Outcome.WAIT,
    paper=PAPER,
    evidence=(Evidence(Source.CODE, 1, "AAAAAAA1 1/2", 99, "AAAAAAA1"),),
    findings=(error("intake.pages-missing", PAPER.number, seen="1", missing="2", pages=2),),
    candidates=(Candidate(PAPER, 99, (Source.CODE,)),),
    page_order=(1,),
    seen_pages=(1,),
    missing_pages=(2,),
)


@dataclass(frozen=True)
class Kept:
    path: Path
    sha256: str
    size: int


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    path = tmp_path / "incoming.pdf"
    path.write_bytes(BYTES)
    path.chmod(0o444)
    return Kept(path, SHA256, len(BYTES))


def aside(root: Path, kept: Kept, *, name: str = "SCAN0001.PDF") -> WaitingItem:
    return put_aside(root / "review", kept, original_name=name, decision=DECISION, received_at=RECEIVED)


def test_the_original_and_the_reasons_lie_in_a_folder_anybody_can_open(tmp_path: Path, kept: Kept) -> None:
    item = aside(tmp_path, kept)
    assert item.path == tmp_path / "review" / f"2024-03-15-{SHA256[:8]}"
    assert item.file.name == "original.pdf"
    assert item.file.read_bytes() == BYTES
    assert kept.path.read_bytes() == BYTES  # removing it is the caller's last step
    reason = json.loads((item.path / "reason.json").read_text(encoding="utf-8"))
    assert reason["schema"] == 4
    assert (reason["id"], reason["sha256"], reason["size"]) == (item.id, SHA256, 28)
    assert (reason["original"], reason["original_name"]) == ("original.pdf", "SCAN0001.PDF")
    assert reason["received_at"] == "2024-03-15T01:02:03+00:00"
    assert "缺第 2 页" in reason["findings"][0]["sentence"]
    assert reason["evidence"][0] == {
        "kind": "code", "page": 1, "detail": "AAAAAAA1 1/2", "score": 99, "document_id": "AAAAAAA1",
    }  # fmt: skip
    assert reason["candidates"][0]["paper"]["number"] == PAPER.number
    assert reason["missing_pages"] == [2]


def test_what_was_put_aside_is_read_back_the_same(tmp_path: Path, kept: Kept) -> None:
    item = aside(tmp_path, kept)
    assert get(tmp_path / "review", item.id) == item
    assert waiting_items(tmp_path / "review") == [item]
    (finding,) = item.findings
    assert finding.sentence("en").startswith("HT2024031001-YF1-01 has 2 pages")
    assert item.reason.candidates == DECISION.candidates
    assert item.reason.evidence == DECISION.evidence


def test_the_folder_bears_the_business_day(tmp_path: Path, kept: Kept) -> None:
    item = put_aside(
        tmp_path, kept, original_name="x.tif", decision=DECISION, received_at=RECEIVED, day=date(2024, 3, 16),
        derived={"page-1.png": b"PNG"},
    )  # fmt: skip
    assert item.id.startswith("2024-03-16-")
    assert (item.path / "derived" / "page-1.png").read_bytes() == b"PNG"


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b\\c.pdf:x", "CON", "x." + "y" * 300, "", "...", "a\nb.PDF"])
def test_a_hostile_name_stays_words(tmp_path: Path, kept: Kept, name: str) -> None:
    item = aside(tmp_path, kept, name=name)
    assert item.file.parent == item.path
    assert item.file.name in {"original", "original.pdf"}
    assert "\n" not in item.reason.original_name
    assert [path.name for path in (tmp_path / "review").iterdir()] == [item.id]


def test_the_same_bytes_again_are_a_note_not_a_second_item(tmp_path: Path, kept: Kept) -> None:
    first = aside(tmp_path, kept)
    second = put_aside(
        tmp_path / "review",
        kept,
        original_name="again.pdf",
        decision=DECISION,
        received_at=RECEIVED + timedelta(days=3),
    )
    assert second.id == first.id
    assert [(again.original_name, again.received_at) for again in second.reason.again] == [
        ("again.pdf", "2024-03-18T01:02:03+00:00")
    ]
    assert waiting_items(tmp_path / "review") == [second]


def test_other_bytes_with_the_same_eight_digits_are_another_item(tmp_path: Path, kept: Kept) -> None:
    first = aside(tmp_path, kept)
    changed = first.reason.model_copy(update={"sha256": SHA256[:8] + "0" * 56})
    (first.path / "reason.json").write_text(changed.model_dump_json(by_alias=True), encoding="utf-8")
    assert aside(tmp_path, kept).id == f"{first.id}-2"
    assert len(waiting_items(tmp_path / "review")) == 2


def test_damaged_kept_bytes_are_not_passed_on(tmp_path: Path, kept: Kept) -> None:
    with pytest.raises(Damage):
        aside(tmp_path, Kept(kept.path, "0" * 64, kept.size))
    assert waiting_items(tmp_path / "review") == []


def test_a_full_disk_is_said_in_words_and_nothing_half_waits(
    tmp_path: Path, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(durable.os, "fsync", full)
    with pytest.raises(StorageProblem) as caught:
        aside(tmp_path, kept)
    assert [finding.code for finding in caught.value.findings] == ["intake.disk-full"]
    assert waiting_items(tmp_path / "review") == []


class Killed(BaseException):
    """The process dies here."""


def test_killed_at_any_fsync_or_rename_nothing_half_waits_and_a_second_try_succeeds(
    tmp_path: Path, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = {name: getattr(os, name) for name in ("fsync", "replace", "rename")}
    steps, step, died = 0, 0, True
    while died:
        root = tmp_path / f"run{step}"
        root.mkdir()

        def counted(name: str, *args: object, limit: int = step) -> object:
            nonlocal steps
            if steps == limit:
                raise Killed
            steps += 1
            return real[name](*args)

        with monkeypatch.context() as patched:
            for name in real:
                patched.setattr(os, name, lambda *args, _name=name: counted(_name, *args))
            steps = 0
            try:
                aside(root, kept)
                died = False
            except Killed:
                died = True
        items = waiting_items(root / "review")
        assert all(item.file.read_bytes() == BYTES for item in items)
        item = aside(root, kept)
        assert waiting_items(root / "review") == [item]
        assert damaged(root / "review") == []
        step += 1
    assert step > 5


@pytest.mark.parametrize("outcome", [Filed("P1", SHA256, RECEIVED, "zhang"), Rejected("广告", RECEIVED, "zhang")])
def test_killed_while_settling_it_waits_whole_or_has_left(
    tmp_path: Path, kept: Kept, monkeypatch: pytest.MonkeyPatch, outcome: Filed | Rejected
) -> None:
    real = {name: getattr(os, name) for name in ("fsync", "replace", "rename", "unlink", "rmdir")}
    fates = set()
    for step in range(20):
        root = tmp_path / f"run{step}"
        root.mkdir()
        item, done = aside(root, kept), []

        def counted(name: str, args: tuple, options: dict, limit: int = step, done: list = done) -> object:
            if len(done) == limit:
                raise Killed
            done.append(name)
            return real[name](*args, **options)

        with monkeypatch.context() as patched, contextlib.suppress(Killed):
            for name in real:
                patched.setattr(os, name, lambda *args, _name=name, **options: counted(_name, args, options))
            settle(item, outcome)
        waits = waiting_items(root / "review")
        assert damaged(root / "review") == []
        assert waits in ([], [item])
        assert not waits or waits[0].file.read_bytes() == BYTES
        if isinstance(outcome, Rejected) and not waits:
            assert (root / "review" / "_rejected" / item.id / "original.pdf").read_bytes() == BYTES
        fates.add(len(waits))
    assert fates == {0, 1}


def litter(review: Path) -> None:
    for name in (".new-0123", ".done-2024", ".git"):
        (review / name).mkdir()
        (review / name / "x").touch()


def test_leftovers_of_a_crash_go_at_once_and_nothing_else(tmp_path: Path, kept: Kept) -> None:
    item = aside(tmp_path, kept)
    review = item.path.parent
    litter(review)
    sweep(review, now=datetime.now(UTC))
    assert sorted(path.name for path in review.iterdir()) == [".git", item.id]
    sweep(tmp_path / "nowhere", now=datetime.now(UTC))
    assert not (tmp_path / "nowhere").exists()


def test_where_no_lock_tells_leftovers_from_work_they_go_after_an_hour(
    tmp_path: Path, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_locks(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(durable.fcntl, "flock", no_locks)
    item = aside(tmp_path, kept)
    review = item.path.parent
    litter(review)
    sweep(review, now=datetime.now(UTC))
    assert len(list(review.iterdir())) == 4
    sweep(review, now=datetime.now(UTC) + timedelta(hours=2))
    assert sorted(path.name for path in review.iterdir()) == [".git", item.id]


@pytest.mark.parametrize("is_settled", [False, True], ids=["built", "removed"])
def test_what_a_living_process_builds_or_removes_is_not_swept(
    tmp_path: Path, kept: Kept, monkeypatch: pytest.MonkeyPatch, *, is_settled: bool
) -> None:
    """The sweeper waits until the one at work has finished: a rename is held up until it has had its chance."""
    item = aside(tmp_path, kept)
    review = item.path.parent
    swept, sweepers = [], []
    real = durable.move

    def slow_move(source: Path, target: Path) -> None:
        sweeper = threading.Thread(target=lambda: swept.append(sweep(review, now=datetime.now(UTC))))
        sweeper.start()
        sweepers.append(sweeper)
        sweeper.join(0.3)
        assert swept == []
        assert source.is_dir()
        real(source, target)

    monkeypatch.setattr(durable, "move", slow_move)
    if is_settled:
        settle(item, Filed("P1", SHA256, RECEIVED, "zhang"))
    else:
        other = kept.path.with_name("other.pdf")
        other.write_bytes(BYTES + b"2")
        aside(tmp_path, Kept(other, hashlib.sha256(BYTES + b"2").hexdigest(), len(BYTES) + 1))
    for sweeper in sweepers:
        sweeper.join(10)
    assert swept == [None]
    assert len(waiting_items(review)) == (0 if is_settled else 2)


def test_nothing_leaves_before_the_archive_read_back_the_same_bytes(tmp_path: Path, kept: Kept) -> None:
    item = aside(tmp_path, kept)
    with pytest.raises(Refused) as caught:
        settle(item, Filed("P1", "0" * 64, RECEIVED, "zhang"))
    assert [finding.code for finding in caught.value.findings] == ["intake.not-yet-archived"]
    assert sorted(path.name for path in item.path.iterdir()) == ["original.pdf", "reason.json"]
    settle(item, Filed("P1", SHA256, RECEIVED, "zhang"))
    assert list(item.path.parent.iterdir()) == []


def test_rejecting_destroys_nothing(tmp_path: Path, kept: Kept) -> None:
    item = aside(tmp_path, kept)
    place = settle(item, Rejected("广告", RECEIVED, "zhang"))
    assert place == tmp_path / "review" / "_rejected" / item.id
    assert (place / "original.pdf").read_bytes() == BYTES
    outcome = json.loads((place / "outcome.json").read_text(encoding="utf-8"))
    assert (outcome["outcome"], outcome["reason"], outcome["actor"]) == ("rejected", "广告", "zhang")
    assert waiting_items(tmp_path / "review") == []
    again = aside(tmp_path, kept)
    assert settle(again, Rejected("还是广告", RECEIVED, "li")) == place.with_name(f"{item.id}-2")


@pytest.mark.parametrize("item_id", ["2024-03-15-00000000", "../review", "", ".", "_rejected", "a/b"])
def test_unknown_ids_are_refused_by_name(tmp_path: Path, kept: Kept, item_id: str) -> None:
    aside(tmp_path, kept)
    with pytest.raises(NotFound):
        get(tmp_path / "review", item_id)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "intake.reason-unreadable"),
        ("{}", "intake.reason-unreadable"),
        ("[]", "intake.reason-unreadable"),
        ("[" * 100_000, "intake.reason-unreadable"),
        ('{"schema": 99, "words": "from the future"}', "intake.reason-newer"),
    ],
)
def test_a_reason_file_that_cannot_be_read_hides_no_other_item(
    tmp_path: Path, kept: Kept, text: str, code: str
) -> None:
    item = aside(tmp_path, kept)
    broken = item.path.with_name("2024-03-01-0badf00d")
    shutil.copytree(item.path, broken)
    (broken / "reason.json").write_text(text, encoding="utf-8")
    assert waiting_items(tmp_path / "review") == [item]
    assert [(finding.code, finding.where) for finding in damaged(tmp_path / "review")] == [(code, broken.name)]
    with pytest.raises(Refused):
        get(tmp_path / "review", broken.name)
    assert (broken / "original.pdf").read_bytes() == BYTES


def test_no_review_folder_means_nothing_waits(tmp_path: Path) -> None:
    assert waiting_items(tmp_path / "review") == []


def test_a_reason_of_the_first_schema_is_lifted_to_whole_points(tmp_path: Path, kept: Kept) -> None:
    item = aside(tmp_path, kept)
    old = json.loads((item.path / "reason.json").read_text(encoding="utf-8"))
    old["schema"] = 1
    for one in (*old["evidence"], *old["candidates"]):
        one["score"] = one["score"] / 100
    (item.path / "reason.json").write_text(json.dumps(old), encoding="utf-8")
    assert get(tmp_path / "review", item.id) == item
