"""The archive's mirror in a store with Object Lock: sent, locked as long as retention says, verified, fetched back."""
# ruff: noqa: ANN401  # boto3, moto and what is loaded by path have no types

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from docgen.archive.keep import keep
from docgen.archive.layout import Folder
from docgen.cli.main import main
from docgen.errors import Refused, StorageProblem
from docgen.findings import Finding, has_errors
from docgen.remote.objects import Lock
from docgen.services import passwords
from docgen.services.archive_care import rebuild_database, verify_archive
from docgen.services.deals import show_deal
from docgen.services.deposit_scan import Arrival, Placement, deposit_scan
from docgen.services.import_deal import import_deal
from docgen.services.initialise import initialise
from docgen.services.mirror_fetch import fetch_mirror
from docgen.services.mirror_run import notes_path, run_mirror
from docgen.services.mirror_settings import MirrorSettings, read_settings, set_up, settings_path
from docgen.services.mirror_status import mirror_status
from docgen.services.mirror_terms import OPEN, Locksmith, Term
from docgen.services.mirror_verify import verify_mirror
from docgen.services.office import Office, open_office, read_companies
from docgen.services.people import Identity, NewUser, add_user
from docgen.services.places import folder_of
from docgen.services.record_fact import NewFact, add_fact
from docgen.services.retention_acts import extend, place_hold, release_hold
from docgen.store import database, ledger
from docgen.workspace import data_root

_spec = importlib.util.spec_from_file_location("strict_store", Path(__file__).parents[1] / "remote" / "strict_store.py")
assert _spec
assert _spec.loader
strict = importlib.util.module_from_spec(_spec)
sys.modules["strict_store"] = strict
_spec.loader.exec_module(strict)

NO = "HT2024031001"
SHANGHAI = ZoneInfo("Asia/Shanghai")
DOCGEN = [sys.executable, "-c", "from docgen.cli.main import run; run()"]
NOW = datetime.now(UTC).replace(microsecond=0)
"""The store's clock is the machine's: no lock can be placed in its past."""
PREFIX = "archive/"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", strict.KEY_ID)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", strict.SECRET)
    with strict.serving() as running:
        yield running


@pytest.fixture
def desk(office: Office, contract_no: str, clock: Any, server: Any) -> Office:
    """An office of today with the manual's deal, two papers in it, and a mirror set up."""
    clock.at = NOW
    assert contract_no == NO
    for name in ("补充协议", "验收 (终稿)+1 %20"):
        file(office, name)
    set_up(office.workspace, MirrorSettings(bucket=strict.BUCKET, endpoint=server.url))
    server.seen.clear()
    return office


def file(office: Office, title: str, data: bytes | None = None) -> str:
    source = office.workspace.root / f"{title}.txt"
    source.write_bytes(data if data is not None else f"{title} 正文".encode())
    arrival = Arrival(keep(office.archive, source), source.name, office.now(), "text/plain", 1)
    return deposit_scan(office, arrival, Placement(NO, title)).item_id


def end(office: Office, on: date) -> None:
    add_fact(office, NO, NewFact("termination", {"on": on.isoformat(), "ground": "agreed", "evidence": "协议"}))


def local(office: Office) -> dict[str, bytes]:
    """Return every file of the archive by path, but for locks and what waits."""
    root = office.workspace.archive
    found = {path.relative_to(root).as_posix(): path for path in root.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in found.items() if not Path(name).name.startswith(".")}


def remote(server: Any) -> dict[str, bytes]:
    return {each.name.removeprefix(PREFIX): each.value for each in server.versions()}


def codes(findings: tuple[Finding, ...]) -> Counter[str]:
    return Counter(each.code for each in findings)


def key(office: Office, ending: str) -> str:
    [found] = [name for name in local(office) if name.endswith(ending) and f"/{NO}/" in name]
    return PREFIX + found


def paper(office: Office) -> Path:
    """Return the first archived paper."""
    folder = folder_of(office, NO)
    return folder.path / ledger.papers(NO)[0].files[0]


def lock_of(server: Any, name: str) -> tuple[datetime, bool]:
    found = server.newest(name)
    return datetime.fromisoformat(found.lock_until), found.lock_legal_status == "ON"


def test_everything_of_the_archive_is_there_and_a_second_run_sends_nothing(desk: Office, server: Any) -> None:
    done = run_mirror(desk)
    assert done.findings == ()
    assert remote(server) == local(desk)
    assert done.sent == len(local(desk))
    verified = verify_mirror(desk, full=True)
    assert verified.findings == ()
    assert verified.files == verified.objects == done.sent
    server.seen.clear()
    again = run_mirror(desk)
    assert (again.sent, again.found, again.extended, again.holds) == (0, 0, 0, 0)
    assert server.puts() == []
    assert mirror_status(desk).waiting.files == 0


def test_a_log_that_grew_is_a_new_version_and_the_old_one_stays(desk: Office, server: Any) -> None:
    run_mirror(desk)
    log = key(desk, "events.jsonl")
    before = server.newest(log).value
    add_fact(desk, NO, NewFact("payment", {"on": "2024-06-01", "amount": "1.00"}))
    assert mirror_status(desk).waiting.files == 1
    assert codes(verify_mirror(desk).findings) == {"mirror.behind": 1}
    assert run_mirror(desk).sent == 1
    old, new = server.versions(log)
    assert old.value == before
    assert new.value.startswith(before)
    assert new.value == local(desk)[log.removeprefix(PREFIX)]
    assert (old.lock_legal_status, new.lock_legal_status) == ("OFF", "ON")
    assert verify_mirror(desk).findings == ()


def test_an_open_end_is_held_and_locked_for_a_term_that_is_renewed_in_time(
    desk: Office, server: Any, clock: Any
) -> None:
    run_mirror(desk)
    name = PREFIX + desk.archive.relative(paper(desk))
    assert lock_of(server, name) == (NOW + timedelta(days=365), True)
    clock.at = NOW + timedelta(days=182)
    assert run_mirror(desk).extended == 0
    clock.at = NOW + timedelta(days=183)
    assert run_mirror(desk).extended == len(local(desk))
    assert lock_of(server, name) == (NOW + timedelta(days=548), True)


def test_a_known_end_locks_to_the_end_of_its_last_day_and_an_extension_moves_it(desk: Office, server: Any) -> None:
    end(desk, date(2026, 2, 28))
    run_mirror(desk)
    name = PREFIX + desk.archive.relative(paper(desk))
    assert lock_of(server, name) == (datetime(2031, 2, 28, 16, 0, tzinfo=UTC), False)
    assert lock_of(server, key(desk, "events.jsonl"))[0] == datetime(2031, 2, 28, 16, 0, tzinfo=UTC)
    extend(desk, NO, until=date(2035, 1, 1), reason="诉讼时效")
    done = run_mirror(desk)
    assert lock_of(server, name) == (datetime(2035, 1, 1, 16, 0, tzinfo=UTC), False)
    assert done.extended > 0
    assert verify_mirror(desk).findings == ()


def test_an_end_that_becomes_known_lifts_our_hold_and_shortens_nothing(desk: Office, server: Any) -> None:
    settings_path(desk.workspace).unlink()
    set_up(desk.workspace, MirrorSettings(bucket=strict.BUCKET, endpoint=server.url, open_term_days=3660))
    run_mirror(desk)
    end(desk, date(2024, 6, 1))
    name = PREFIX + desk.archive.relative(paper(desk))
    done = run_mirror(desk)
    assert done.holds > 0
    assert lock_of(server, name) == (NOW + timedelta(days=3660), False)
    assert [each for each in server.seen if "retention" in each.query] == []
    assert verify_mirror(desk).findings == ()


def test_a_hold_of_ours_holds_every_version_and_its_release_lifts_it(
    desk: Office, server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = passwords.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "hasher", lambda: made)
    people = {name: Identity(name, f"云想衣裳花想容春风{sum(map(ord, name)):05}") for name in ("root", "fa", "dang")}
    for name, role in (("root", "admin"), ("fa", "legal"), ("dang", "archivist")):
        by = None if name == "root" else people["root"]
        add_user(desk, NewUser(name, role, (), name), people[name].password, by=by)
    end(desk, date(2026, 2, 28))
    run_mirror(desk)
    name, log = PREFIX + desk.archive.relative(paper(desk)), key(desk, "events.jsonl")
    place_hold(desk, NO, people["fa"], case="（2026）01民初1号", reason="起诉")
    run_mirror(desk)
    assert lock_of(server, name)[1]
    assert {each.lock_legal_status for each in server.versions(log)} == {"ON"}
    release_hold(desk, NO, people["dang"], case="（2026）01民初1号", reason="结案")
    run_mirror(desk)
    assert not lock_of(server, name)[1]
    assert {each.lock_legal_status for each in server.versions(log)} <= {"OFF", None}
    assert lock_of(server, name)[0] == datetime(2031, 2, 28, 16, 0, tzinfo=UTC)
    assert verify_mirror(desk).findings == ()


def test_what_was_spoilt_here_never_becomes_a_newer_version_there(desk: Office, server: Any) -> None:
    run_mirror(desk)
    victim, log = paper(desk), folder_of(desk, NO).events
    kept = victim.read_bytes()
    victim.chmod(0o644)
    victim.write_bytes(b"encrypted by somebody")
    log.write_bytes(log.read_bytes().replace(b"deal.recorded", b"deal.reworded", 1))
    done = run_mirror(desk)
    assert done.sent == 0
    assert "mirror.file-damaged" in codes(done.findings)
    assert "archive.log-line-broken" in codes(done.findings)
    assert [each.value for each in server.versions(PREFIX + desk.archive.relative(victim))] == [kept]


def test_a_log_put_back_to_an_earlier_state_is_told_and_not_sent(desk: Office, server: Any) -> None:
    log = folder_of(desk, NO).events
    earlier = log.read_bytes()
    add_fact(desk, NO, NewFact("payment", {"on": "2024-06-01", "amount": "1.00"}))
    run_mirror(desk)
    log.write_bytes(earlier)
    done = run_mirror(desk)
    assert codes(done.findings)["mirror.log-rewritten"] == 1
    assert len(server.versions(key(desk, "events.jsonl"))) == 1


def test_what_vanished_here_is_told_and_stays_there(desk: Office, server: Any) -> None:
    run_mirror(desk)
    victim = paper(desk)
    victim.unlink()
    (desk.workspace.archive / "README.md").unlink()
    done = run_mirror(desk)
    assert codes(done.findings) == {"mirror.file-missing": 1, "mirror.gone-here": 1}
    assert len(server.versions(PREFIX + desk.archive.relative(victim))) == 1
    shutil.rmtree(folder_of(desk, NO).path)
    assert "mirror.folder-gone-here" in codes(run_mirror(desk).findings)
    assert len(server.versions()) > 5


def disposed(office: Office, item: str) -> Path:
    """Do to an item what its destruction by order leaves: an event, no bytes, no line in the manifest."""
    from docgen.archive import eventlog  # noqa: PLC0415  # only here

    folder: Folder = folder_of(office, NO)
    row = next(each for each in ledger.papers(NO) if each.id == item)
    gone = folder.path / row.files[0]
    with eventlog.locked(folder):
        payload = {"tombstone": {"id": item}, "reason": "到期"}
        eventlog.append(folder, "item.disposed", payload, at=office.now(), actor="张三")
    lines = folder.manifest.read_text(encoding="utf-8").splitlines(keepends=True)
    names = {*row.files, *(each["name"] for each in row.sidecar["derived"])}
    kept = [line for line in lines if line[66:].strip().rpartition("/")[2] not in names]
    folder.manifest.write_text("".join(kept), encoding="utf-8")
    gone.unlink()
    for each in row.sidecar["derived"]:
        (folder.derived / each["name"]).unlink()
    return gone


def test_what_was_destroyed_by_order_is_told_with_the_day_its_lock_ends_and_not_brought_back(
    desk: Office, server: Any, clock: Any
) -> None:
    end(desk, date(2024, 6, 1))
    run_mirror(desk)
    item = ledger.papers(NO)[0].id
    gone = PREFIX + desk.archive.relative(disposed(desk, item))
    done = run_mirror(desk)
    assert "mirror.disposed-locked" in codes(done.findings)
    assert not has_errors(done.findings)
    [told] = [each for each in done.findings if each.where == gone.removeprefix(PREFIX)]
    assert told.params["until"] == "2029-06-02"
    assert len(server.versions(gone)) == 1
    clock.at = datetime(2029, 6, 3, 2, tzinfo=UTC)
    assert "mirror.disposed-open" in codes(run_mirror(desk).findings)
    assert "mirror.disposed-kept" in codes(verify_mirror(desk).findings)
    new = elsewhere(desk, server)
    found = fetch_mirror(new)
    assert "mirror.not-listed" in codes(found.findings)
    assert gone.removeprefix(PREFIX) not in local(new)


def elsewhere(office: Office, server: Any) -> Office:
    """Return a new workspace, empty but for the company, with the same mirror."""
    root = office.workspace.root.parent / "new"
    database.disconnect()
    initialise(root, read_companies(data_root() / "samples" / "companies")["shanhai"])
    new = open_office(root, clock=office.clock, actor="李四")
    set_up(new.workspace, MirrorSettings(bucket=strict.BUCKET, endpoint=server.url))
    return new


def test_an_empty_workspace_is_filled_from_the_mirror_verifies_and_answers_alike(desk: Office, server: Any) -> None:
    run_mirror(desk)
    before, told = local(desk), show_deal(desk, NO)
    new = elsewhere(desk, server)
    done = fetch_mirror(new)
    assert done.findings == ()
    assert local(new) == before
    rebuild_database(new.workspace)
    assert verify_archive(new).findings == ()
    assert show_deal(new, NO) == told
    assert not os.access(paper(new), os.W_OK) or os.geteuid() == 0
    assert paper(new).stat().st_mode & 0o222 == 0
    file(new, "第三份")
    assert run_mirror(new).found > 0
    assert verify_mirror(new).findings == ()


def test_what_an_intruder_hid_or_wrote_over_comes_back_as_it_was(desk: Office, server: Any) -> None:
    run_mirror(desk)
    before = local(desk)
    client = server.client()
    hidden, over = key(desk, "events.jsonl"), PREFIX + desk.archive.relative(paper(desk))
    time.sleep(1.1)
    at = datetime.now(UTC)
    time.sleep(1.1)
    client.delete_object(Bucket=strict.BUCKET, Key=hidden)
    client.put_object(Bucket=strict.BUCKET, Key=over, Body=b"pay me", Metadata={"sha256": "0" * 64})
    client.put_object(Bucket=strict.BUCKET, Key=f"{PREFIX}../../etc/cron.txt", Body=b"x")
    client.put_object(Bucket=strict.BUCKET, Key=f"{PREFIX}云帆/{NO}/付款.txt", Body=b"slipped in")
    seen = codes(verify_mirror(desk).findings)
    assert (seen["mirror.hidden"], seen["mirror.differs"], seen["mirror.not-ours"]) == (1, 1, 2)
    new = elsewhere(desk, server)
    later = codes(fetch_mirror(new).findings)
    assert (later["mirror.key-leads-out"], later["mirror.hidden"]) == (1, 1)
    assert later["archive.refill-came-differently"] == 2, later
    shutil.rmtree(new.workspace.archive)
    done = fetch_mirror(new, as_of=at)
    assert done.findings == ()
    assert local(new) == before


def test_nothing_is_fetched_into_an_archive_that_holds_something(desk: Office) -> None:
    run_mirror(desk)
    with pytest.raises(Refused) as caught:
        fetch_mirror(desk)
    assert [each.code for each in caught.value.findings] == ["archive.refill-not-empty"]


def test_a_fetch_that_was_cut_off_goes_on(desk: Office, server: Any) -> None:
    run_mirror(desk)
    before = local(desk)
    new = elsewhere(desk, server)
    got = [0]

    def cut(request: Any) -> None:
        got[0] += request.method == "GET" and bool(request.key)
        if got[0] > 4:
            raise strict.Cut

    server.meddle = cut
    with pytest.raises(StorageProblem):
        fetch_mirror(new)
    server.meddle = lambda _: None
    done = fetch_mirror(new)
    assert done.standing == 5  # four came before, the README was there already
    assert local(new) == before


def test_lost_notes_are_found_again_by_asking_and_nothing_is_sent_twice(desk: Office, server: Any) -> None:
    run_mirror(desk)
    count = len(server.versions())
    for suffix in ("", "-wal", "-shm"):
        Path(f"{notes_path(desk.workspace)}{suffix}").unlink(missing_ok=True)
    done = run_mirror(desk)
    assert (done.sent, done.found, done.extended) == (0, count, 0)
    assert len(server.versions()) == count


def test_a_run_that_lost_the_line_keeps_what_arrived_and_goes_on(desk: Office, server: Any) -> None:
    sent = [0]

    def cut(request: Any) -> None:
        sent[0] += request.is_upload
        if sent[0] > 5:
            raise strict.Cut

    server.meddle = cut
    with pytest.raises(StorageProblem) as caught:
        run_mirror(desk, jobs=2)
    assert [each.code for each in caught.value.findings] == ["remote.unreachable"]
    assert mirror_status(desk).last.outcome == "broken-off"
    server.meddle = lambda _: None
    before = len(server.versions())
    done = run_mirror(desk)
    assert done.sent + before == len(local(desk))
    assert [len(server.versions(PREFIX + name)) for name in local(desk)] == [1] * len(local(desk))
    assert verify_mirror(desk).findings == ()


def test_a_run_killed_in_the_middle_goes_on_and_sends_nothing_twice(desk: Office, server: Any) -> None:
    """kill -9 while an upload stands at the door; the next run must find what the notes of the first one lost."""
    file(desk, "大文件", os.urandom(9_000_000))
    reached, go_on, count = threading.Event(), threading.Event(), [0]

    def hold(request: Any) -> None:
        count[0] += request.is_upload
        if count[0] == 6:
            reached.set()
            go_on.wait(30)

    server.meddle = hold
    database.disconnect()
    command = [*DOCGEN, "mirror", "run", "--jobs", "1", "-w", str(desk.workspace.root)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as run:
        assert reached.wait(60)
        run.send_signal(signal.SIGKILL)
        assert run.wait() == -signal.SIGKILL
    server.meddle = lambda _: None
    go_on.set()  # what stood at the door arrives after all, and nobody noted it
    office = open_office(desk.workspace.root, clock=desk.clock)
    time.sleep(0.3)
    there = len(server.versions())
    assert 5 <= there < len(local(office))
    done = run_mirror(office)
    assert done.sent + there == len(local(office))
    assert done.found >= 1
    assert [len(server.versions(PREFIX + name)) for name in local(office)] == [1] * len(local(office))
    assert server.client().list_multipart_uploads(Bucket=strict.BUCKET).get("Uploads", []) == []
    assert verify_mirror(office, full=True).findings == ()


def test_two_runs_at_once_are_one_too_many(desk: Office, server: Any) -> None:
    seen: list[str] = []

    def second(request: Any) -> None:
        if request.is_upload and not seen:
            seen.append("")
            with pytest.raises(StorageProblem) as caught:
                run_mirror(desk)
            seen[0] = caught.value.findings[0].code

    server.meddle = second
    run_mirror(desk, jobs=1)
    assert seen == ["archive.locked"]


def test_verify_names_each_difference(desk: Office, server: Any) -> None:
    end(desk, date(2026, 2, 28))
    run_mirror(desk)
    bucket = server.bucket()
    names = [PREFIX + desk.archive.relative(folder_of(desk, NO).path / row.files[0]) for row in ledger.papers(NO)]
    short, rotten = (server.newest(name) for name in names[:2])
    short.lock_until = "2027-01-01T00:00:00Z"
    rotten.value = b"\0" * len(rotten.value)
    manifest = key(desk, "manifest-sha256.txt")
    bucket.keys.pop(manifest)
    found = {(each.code, each.where) for each in verify_mirror(desk, full=True).findings}
    assert found == {
        ("mirror.lock-short", names[0].removeprefix(PREFIX)),
        ("mirror.bytes-damaged", names[1].removeprefix(PREFIX)),
        ("mirror.missing", manifest.removeprefix(PREFIX)),
    }
    done = run_mirror(desk)
    assert (done.sent, done.extended) == (1, 1)
    assert server.newest(manifest).value == local(desk)[manifest.removeprefix(PREFIX)]
    left = {(each.code, each.where) for each in verify_mirror(desk, full=True).findings}
    assert left == {("mirror.bytes-damaged", names[1].removeprefix(PREFIX))}


def test_an_emptied_store_is_filled_again_by_the_run_that_verify_names(desk: Office, server: Any) -> None:
    run_mirror(desk)
    server.bucket().keys.clear()
    assert run_mirror(desk).sent == 0  # it believes its notes: asking about every file would be slow
    assert set(codes(verify_mirror(desk).findings)) == {"mirror.missing"}
    assert run_mirror(desk).sent == len(local(desk))
    assert verify_mirror(desk).findings == ()


@pytest.mark.parametrize(
    ("term", "stands", "wanted"),
    [
        (Term(date(2031, 3, 1)), None, datetime(2031, 3, 1, 16, tzinfo=UTC)),
        (Term(date(2031, 3, 1)), datetime(2040, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC)),
        (Term(date(2020, 3, 1)), None, None),
        (OPEN, None, datetime(2027, 1, 1, 8, tzinfo=UTC)),
        (OPEN, datetime(2026, 7, 2, 20, tzinfo=UTC), datetime(2026, 7, 2, 20, tzinfo=UTC)),
        (OPEN, datetime(2026, 7, 2, 19, 59, tzinfo=UTC), datetime(2027, 1, 1, 8, tzinfo=UTC)),
        (Term(date(9999, 12, 31)), None, datetime(2027, 1, 1, 8, tzinfo=UTC)),
    ],
)
def test_the_lock_a_term_asks_for(term: Term, stands: datetime | None, wanted: datetime | None) -> None:
    smith = Locksmith(MirrorSettings(bucket="bkt"), SHANGHAI, datetime(2026, 1, 1, 8, tzinfo=UTC))
    assert smith.next(term, Lock(stands, is_held=False)).until == wanted


def test_the_longer_of_two_terms_counts() -> None:
    assert Term(date(2030, 1, 1)).with_(Term(date(2031, 1, 1), is_held=True)) == Term(date(2031, 1, 1), is_held=True)
    assert Term(date(2030, 1, 1)).with_(OPEN) == OPEN


@pytest.mark.parametrize(
    "text",
    [
        "bucket = ",
        'bucket = "bkt"\nsecret = "SECRET"',
        'bucket = "bkt"\nmode = "none"',
        'bucket = "bkt"\nopen_term_days = 1',
        'schema = 2\nbucket = "bkt"',
        'bucket = "bkt"\nendpoint = "http://s3.example.cn"',
    ],
)
def test_wrong_settings_are_refused_without_repeating_values(office: Office, text: str) -> None:
    settings_path(office.workspace).write_text(text, encoding="utf-8")
    with pytest.raises(Refused) as caught:
        read_settings(office.workspace)
    assert "SECRET" not in str([each.as_json() for each in caught.value.findings])


def test_another_bucket_is_not_set_up_over_the_first(desk: Office, server: Any) -> None:
    server.make_bucket("second-bucket")
    with pytest.raises(Refused) as caught:
        set_up(desk.workspace, MirrorSettings(bucket="second-bucket", endpoint=server.url))
    assert [each.code for each in caught.value.findings] == ["mirror.other-set-up"]
    assert read_settings(desk.workspace).bucket == strict.BUCKET


def test_from_the_command_line_and_no_key_is_shown_or_kept_anywhere(
    desk: Office, server: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    root = desk.workspace.root
    database.disconnect()
    said: list[str] = []

    def run(*words: str, code: int = 0) -> str:
        assert main([*words, "-w", str(root)]) == code
        out, err = capsys.readouterr()
        said.extend((out, err))
        return out + err

    settings_path(desk.workspace).unlink()
    assert "还没有设置镜像" in run("mirror", "run", code=1)
    opened = ("--bucket", strict.BUCKET, "--endpoint", server.url, "--mode", "compliance")
    assert "密钥来自环境变量" in run("mirror", "init", *opened)
    assert "待送" in run("mirror", "status", "--online")
    assert "送出" in run("mirror", "run")
    assert json.loads(run("mirror", "status", "--json"))["waiting"]["files"] == 0
    assert "一致" in run("mirror", "verify")
    assert {each.lock_mode for each in server.versions()} == {"COMPLIANCE"}
    server.versions()[0].lock_legal_status = "OFF"
    assert "锁定不够长" in run("mirror", "verify", code=4)
    assert "归档目录不是空的" in run("mirror", "fetch", code=1)
    assert "带时区" in run("mirror", "fetch", "--as-of", "2026-01-01", code=2)
    assert "选项" in run("mirror", "init", "--bucket", "B", code=1) or said
    server.meddle = lambda _: (403, "SignatureDoesNotMatch")
    assert "存储不认这副密钥" in run("mirror", "run", code=1)
    assert "存储不认这副密钥" in run("mirror", "status", "--online", "--json", code=1)
    run("doctor", "--json")
    assert not [text for text in said if strict.SECRET in text or strict.KEY_ID in text]
    for path in root.rglob("*"):
        if path.is_file():
            assert strict.SECRET.encode() not in path.read_bytes(), path
            assert strict.KEY_ID.encode() not in path.read_bytes(), path


def test_import_of_a_second_deal_waits_for_the_next_run(desk: Office, server: Any) -> None:
    run_mirror(desk)
    import_deal(desk, data_root() / "samples" / "deals" / "hengtai-line.yaml")
    waiting = mirror_status(desk).waiting.files
    done = run_mirror(desk)
    assert done.sent == waiting > 3
    assert remote(server) == local(desk)
