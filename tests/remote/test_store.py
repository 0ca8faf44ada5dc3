"""The store's client against a strict server: what is kept is proven, what goes wrong is told, nothing is let slip."""
# ruff: noqa: ANN401  # boto3, moto and what is loaded by path have no types

from __future__ import annotations

import hashlib
import importlib.util
import os
import subprocess
import sys
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import botocore.exceptions
import pytest

from docgen.errors import DocgenError, EngineMissing, Refused, StorageProblem
from docgen.remote import credentials, engine
from docgen.remote import store as store_module
from docgen.remote.address import check_bucket_name, check_endpoint, check_prefix
from docgen.remote.credentials import Credentials, find_credentials
from docgen.remote.objects import Lock, Mode
from docgen.remote.store import Place, Source, Store, connect

_spec = importlib.util.spec_from_file_location("strict_store", Path(__file__).with_name("strict_store.py"))
assert _spec
assert _spec.loader
strict = importlib.util.module_from_spec(_spec)
sys.modules["strict_store"] = strict
_spec.loader.exec_module(strict)

UNTIL = datetime(2099, 1, 1, 16, 0, tzinfo=UTC)
LOCK = Lock(UNTIL, is_held=False, mode=Mode.COMPLIANCE)
HELD = Lock(UNTIL, is_held=True, mode=Mode.COMPLIANCE)
KEY = "archive/云帆科技（北京）有限公司/HT2024031001/合同 (2)+终稿%20#1&x=y~.pdf"
SMALL_PART = 5 * 1024 * 1024


@pytest.fixture
def server() -> Iterator[Any]:
    with strict.serving() as running:
        yield running


@pytest.fixture
def store(server: Any) -> Store:
    return opened(server)


def opened(server: Any, *, key_id: str = strict.KEY_ID, bucket: str = strict.BUCKET, attempts: int = 3) -> Store:
    place = Place(bucket, server.url, attempts=attempts)
    return connect(place, Credentials("file", key_id, strict.SECRET), part=SMALL_PART)


def source(folder: Path, data: bytes = "签字盖章".encode()) -> Source:
    path = folder / "paper.pdf"
    path.write_bytes(data)
    return Source(path, len(data), hashlib.sha256(data).hexdigest())


def codes(problem: DocgenError) -> list[str]:
    return [each.code for each in problem.findings]


def test_what_is_put_is_there_locked_and_under_its_own_name(server: Any, store: Store, tmp_path: Path) -> None:
    found = store.put(KEY, source(tmp_path), HELD)
    assert (found.size, found.lock) == (12, HELD)
    assert server.newest(KEY).value == "签字盖章".encode()
    assert [each.key for each in store.versions("archive/")] == [KEY]
    assert b"".join(store.read(KEY, found.version)) == "签字盖章".encode()
    with pytest.raises(botocore.exceptions.ClientError, match="AccessDenied"):
        server.client().delete_object(Bucket=strict.BUCKET, Key=KEY, VersionId=found.version)


def test_a_large_file_goes_in_parts_and_is_locked_though_the_store_forgot(
    server: Any, store: Store, tmp_path: Path
) -> None:
    data = os.urandom(SMALL_PART * 2 + 17)
    found = store.put(KEY, source(tmp_path, data), HELD)
    assert sum("partNumber" in each.query for each in server.seen) == 3
    assert found.lock == HELD
    assert found.part == SMALL_PART
    assert server.newest(KEY).value == data
    assert store.read_digest(KEY, found.version) == hashlib.sha256(data).hexdigest()


def test_a_lock_grows_and_is_never_made_shorter(server: Any, store: Store, tmp_path: Path) -> None:
    found = store.put(KEY, source(tmp_path), LOCK)
    longer = store.lock(found, Lock(UNTIL + timedelta(days=1), is_held=False, mode=Mode.COMPLIANCE))
    assert longer.lock.until == UNTIL + timedelta(days=1)
    server.seen.clear()
    again = store.lock(found, LOCK)
    assert again.lock.until == UNTIL + timedelta(days=1)
    assert [each for each in server.seen if each.method == "PUT"] == []
    kept = store.lock(found, Lock(UNTIL + timedelta(days=2), is_held=False, mode=Mode.GOVERNANCE))
    assert kept.lock.mode is Mode.COMPLIANCE
    asked = {"VersionId": found.version, "Retention": {"Mode": "COMPLIANCE", "RetainUntilDate": UNTIL}}
    with pytest.raises(botocore.exceptions.ClientError, match="AccessDenied"):
        server.client().put_object_retention(Bucket=strict.BUCKET, Key=KEY, **asked)


def test_a_hold_is_placed_and_lifted(store: Store, tmp_path: Path) -> None:
    found = store.put(KEY, source(tmp_path), LOCK)
    assert store.lock(found, HELD).lock.is_held
    assert not store.lock(found, LOCK).lock.is_held


def spoil(request: Any) -> None:
    if request.is_upload and request.body:
        request.body = request.body[:-1] + bytes([request.body[-1] ^ 1])


def test_bytes_spoilt_on_the_way_are_refused_and_sent_again(server: Any, store: Store, tmp_path: Path) -> None:
    left = [1]

    def once(request: Any) -> None:
        if left and request.is_upload:
            left.pop()
            spoil(request)

    server.meddle = once
    store.put(KEY, source(tmp_path), LOCK)
    assert len(server.puts()) == 2
    assert [each.value for each in server.versions(KEY)] == ["签字盖章".encode()]


def test_bytes_spoilt_each_time_are_told_and_not_kept(server: Any, store: Store, tmp_path: Path) -> None:
    server.meddle = spoil
    with pytest.raises(StorageProblem) as caught:
        store.put(KEY, source(tmp_path), LOCK)
    assert codes(caught.value) == ["remote.arrived-differently"]
    assert server.versions(KEY) == []


def test_a_store_that_kept_another_hash_is_not_believed(server: Any, store: Store, tmp_path: Path) -> None:
    real = store_module._stored

    def other(key: str, head: Any) -> Any:
        return real(key, {**head, "ChecksumSHA256": "AAAA"})

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store_module, "_stored", other)
        with pytest.raises(StorageProblem) as caught:
            store.put(KEY, source(tmp_path), LOCK)
    assert codes(caught.value) == ["remote.arrived-differently"]


def test_a_store_that_reckons_no_hash_must_give_the_bytes_back(
    server: Any, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = store_module._stored
    monkeypatch.setattr(store_module, "_stored", lambda key, head: real(key, {**head, "ChecksumSHA256": None}))
    store.put(KEY, source(tmp_path), LOCK)
    assert [each.key for each in server.seen if each.method == "GET"] == [KEY]
    monkeypatch.setattr(Store, "read_digest", lambda *_: "0" * 64)
    with pytest.raises(StorageProblem):
        store.put(KEY, source(tmp_path), LOCK)


def test_a_file_that_changes_while_it_is_sent_is_not_kept(server: Any, store: Store, tmp_path: Path) -> None:
    for data in (b"one", os.urandom(SMALL_PART + 1)):
        told = source(tmp_path, data)
        told.path.write_bytes(b"x" * len(data))
        with pytest.raises(StorageProblem) as caught:
            store.put(KEY, told, LOCK)
        assert codes(caught.value) == ["remote.file-changed"]
    assert server.versions(KEY) == []
    assert server.client().list_multipart_uploads(Bucket=strict.BUCKET).get("Uploads", []) == []


@pytest.mark.parametrize("answer", [(503, "SlowDown"), (500, "InternalError"), strict.Cut])
def test_a_passing_trouble_is_waited_out(server: Any, store: Store, tmp_path: Path, answer: Any) -> None:
    server.meddle = strict.times(2, answer, on=lambda request: request.is_upload)
    store.put(KEY, source(tmp_path), LOCK)
    assert len(server.versions(KEY)) == 1


def test_a_lasting_trouble_is_told(server: Any, tmp_path: Path) -> None:
    store = opened(server, attempts=2)
    server.meddle = strict.times(9, (503, "SlowDown"), on=lambda _: True)
    with pytest.raises(StorageProblem) as busy:
        store.put(KEY, source(tmp_path), LOCK)
    assert codes(busy.value) == ["remote.busy"]
    server.meddle = strict.times(9, strict.Cut, on=lambda _: True)
    with pytest.raises(StorageProblem) as cut:
        store.put(KEY, source(tmp_path), LOCK)
    assert codes(cut.value) == ["remote.unreachable"]


def test_a_line_cut_while_reading_is_told(server: Any, store: Store, tmp_path: Path) -> None:
    found = store.put(KEY, source(tmp_path, os.urandom(3_000_000)), LOCK)
    short = server.newest(KEY)
    client = store.client
    real = client.get_object

    def half(**words: Any) -> Any:
        answer = real(**words)
        answer["Body"]._content_length = short.size + 1
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(client, "get_object", half)
        with pytest.raises(StorageProblem) as caught:
            list(store.read(KEY, found.version))
    assert codes(caught.value) == ["remote.unreachable"]


def failing(server: Any, name: str) -> DocgenError:
    """Bring one failure about and return what is raised."""
    server.make_bucket("plain-bucket", locked=False)
    server.make_bucket("versioned-bucket", locked=False)
    server.client().put_bucket_versioning(Bucket="versioned-bucket", VersioningConfiguration={"Status": "Enabled"})
    stores = {
        "key-refused": lambda: opened(server, key_id="AKIAWRONGWRONGWRONG0"),
        "bucket-missing": lambda: opened(server, bucket="no-such-bucket"),
        "no-versioning": lambda: opened(server, bucket="plain-bucket"),
        "no-object-lock": lambda: opened(server, bucket="versioned-bucket"),
    }
    if name == "clock-skew":
        server.now = lambda: datetime.now(UTC) + timedelta(hours=1)
    answers = {
        "not-allowed": (403, "AccessDenied"),
        "key-expired": (400, "ExpiredToken"),
        "full": (507, "QuotaExceeded"),
    }
    answers |= {"wrong-region": (301, "PermanentRedirect"), "answer-unexpected": (418, f"Odd {strict.SECRET}")}
    if name in answers:
        server.meddle = lambda request: None if request.method == "HEAD" else answers[name]
    with pytest.raises(DocgenError) as caught:
        stores.get(name, lambda: opened(server))().require_lock()
    return caught.value


FAILURES = [
    "key-refused",
    "key-expired",
    "not-allowed",
    "clock-skew",
    "bucket-missing",
    "no-versioning",
    "no-object-lock",
    "wrong-region",
    "full",
    "answer-unexpected",
]


@pytest.mark.parametrize("name", FAILURES)
def test_each_refusal_is_told_by_its_own_code_and_shows_no_keys(server: Any, name: str) -> None:
    problem = failing(server, name)
    assert codes(problem) == [f"remote.{name}"]
    [finding] = problem.findings
    shown = [str(problem), finding.sentence("zh"), finding.sentence("en"), finding.remedy("zh"), str(finding.as_json())]
    shown += traceback.format_exception(problem)
    assert not [text for text in shown if strict.SECRET in text or strict.KEY_ID in text]
    assert finding.remedy("zh")


def test_no_server_at_all_is_told(server: Any) -> None:
    place = Place(strict.BUCKET, "http://127.0.0.1:9", attempts=1)
    with pytest.raises(StorageProblem) as caught:
        connect(place, Credentials("file", strict.KEY_ID, strict.SECRET)).require_lock()
    assert codes(caught.value) == ["remote.unreachable"]


def test_a_key_too_long_is_refused_before_it_is_sent(server: Any, store: Store, tmp_path: Path) -> None:
    with pytest.raises(Refused) as caught:
        store.put("archive/" + "中" * 340, source(tmp_path), LOCK)
    assert codes(caught.value) == ["remote.key-too-long"]
    assert server.seen == []
    store.put("a" + "中" * 341, source(tmp_path), LOCK)


def test_uploads_left_by_an_interrupted_run_are_given_up(server: Any, store: Store) -> None:
    server.client().create_multipart_upload(Bucket=strict.BUCKET, Key="archive/x")
    server.client().create_multipart_upload(Bucket=strict.BUCKET, Key="other/y")
    assert store.sweep("archive/") == 1
    left = server.client().list_multipart_uploads(Bucket=strict.BUCKET)["Uploads"]
    assert [each["Key"] for each in left] == ["other/y"]


def test_versions_and_markers_are_listed_newest_first_over_pages(server: Any, store: Store, tmp_path: Path) -> None:
    store.put("a/x", source(tmp_path, b"1"), LOCK)
    store.put("a/x", source(tmp_path, b"22"), LOCK)
    store.put("a/y", source(tmp_path, b"333"), LOCK)
    server.client().delete_object(Bucket=strict.BUCKET, Key="a/y")
    listed = [(each.key, each.size, each.is_latest, each.is_marker) for each in store.versions("a/")]
    assert listed == [
        ("a/x", 2, True, False),
        ("a/x", 1, False, False),
        ("a/y", 0, True, True),
        ("a/y", 3, False, False),
    ]
    assert store.look("a/y") is None


def test_memory_stays_flat_however_large_a_file_is(server: Any, tmp_path: Path) -> None:
    """Send 64 MiB from a process of its own and weigh it; the bytes alone would be 64."""
    path = tmp_path / "large.bin"
    with path.open("wb") as file:
        file.truncate(64 * 1024 * 1024)
    asked = f"""
import hashlib, resource
from datetime import UTC, datetime
from pathlib import Path
from docgen.remote.credentials import Credentials
from docgen.remote.objects import Lock
from docgen.remote.store import Place, Source, connect
store = connect(Place({strict.BUCKET!r}, {server.url!r}), Credentials("file", {strict.KEY_ID!r}, {strict.SECRET!r}))
small = Source(Path({str(path)!r}), 3, hashlib.sha256(bytes(3)).hexdigest())
store.put("warm", small, Lock(None, is_held=False))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
total = hashlib.sha256()
for _ in range(64):
    total.update(bytes(1024 * 1024))
store.put("large", Source(Path({str(path)!r}), 64 * 1024 * 1024, total.hexdigest()), Lock(None, is_held=False))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 40 * 1024


# keys


@pytest.fixture(autouse=True)
def _no_keys_around(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))


def key_file(folder: Path, *, mode: int = 0o600, text: str | None = None) -> Path:
    path = folder / "keys.toml"
    lines = f'access_key_id = "{strict.KEY_ID}"\nsecret_access_key = "{strict.SECRET}"\n'
    path.write_text(lines if text is None else text, encoding="utf-8")
    path.chmod(mode)
    return path


def test_keys_come_from_the_environment_amazons_files_or_a_private_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert find_credentials(key_file(tmp_path), outside=[]).secret == strict.SECRET
    (tmp_path / ".aws").mkdir()
    text = f"[default]\naws_access_key_id = {strict.KEY_ID}\naws_secret_access_key = {strict.SECRET}\n"
    (tmp_path / ".aws" / "credentials").write_text(text, encoding="utf-8")
    found = find_credentials(None, outside=[])
    assert (found.source, found.key_id) == ("aws-files", strict.KEY_ID)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAENV")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    found = find_credentials(None, outside=[])
    assert (found.source, found.key_id) == ("environment", "AKIAENV")


def test_no_keys_means_no_keys_and_no_other_machine_is_asked() -> None:
    with pytest.raises(Refused) as caught:
        find_credentials(None, outside=[])
    assert codes(caught.value) == ["remote.no-credentials"]


def test_keys_are_not_shown_by_repr(tmp_path: Path) -> None:
    found = find_credentials(key_file(tmp_path), outside=[])
    assert strict.SECRET not in repr(found)
    assert strict.KEY_ID not in repr(found)
    assert strict.SECRET not in repr(connect(Place("bkt", "http://127.0.0.1:9"), found))


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660])
def test_a_file_of_keys_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    with pytest.raises(Refused) as caught:
        find_credentials(key_file(tmp_path, mode=mode), outside=[])
    assert codes(caught.value) == ["remote.key-file-open"]


def test_a_file_of_keys_in_the_archive_or_behind_a_link_is_refused(tmp_path: Path) -> None:
    path = key_file(tmp_path)
    with pytest.raises(Refused) as inside:
        find_credentials(path, outside=[tmp_path])
    assert codes(inside.value) == ["remote.key-file-inside"]
    (tmp_path / "link").symlink_to(path)
    with pytest.raises(Refused) as linked:
        find_credentials(tmp_path / "link", outside=[])
    assert codes(linked.value) == ["remote.key-file-unreadable"]


@pytest.mark.parametrize(
    "text",
    ["", "x = ", 'access_key_id = "a"', 'access_key_id = "a"\nsecret_access_key = ""', f'secret = "{strict.SECRET}"'],
)
def test_a_file_of_keys_of_another_form_is_refused_without_telling_what_it_says(tmp_path: Path, text: str) -> None:
    with pytest.raises(Refused) as caught:
        find_credentials(key_file(tmp_path, text=text), outside=[])
    assert codes(caught.value) == ["remote.key-file-wrong"]
    assert strict.SECRET not in "".join(traceback.format_exception(caught.value))


def test_without_boto3_the_message_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "find_spec", lambda _: None)
    for call in (
        lambda: credentials.find_credentials(None, outside=[]),
        lambda: connect(Place("b"), Credentials("", "", "")),
    ):
        with pytest.raises(EngineMissing) as caught:
            call()
        assert "docgen[s3]" in caught.value.findings[0].remedy()


# addresses


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("https://s3.example.cn", "https://s3.example.cn"),
        ("https://s3.example.cn:9000/", "https://s3.example.cn:9000"),
        ("http://127.0.0.1:9000", "http://127.0.0.1:9000"),
        ("http://localhost:9000", "http://localhost:9000"),
        ("http://[::1]:9000", "http://[::1]:9000"),
    ],
)
def test_an_address_is_kept_in_one_form(text: str, kept: str) -> None:
    assert check_endpoint(text) == kept


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("http://s3.example.cn", "remote.endpoint-insecure"),
        ("http://127.0.0.1.example.cn", "remote.endpoint-insecure"),
        ("https://AKIA:secret@s3.example.cn", "remote.endpoint-names-keys"),
        ("https://s3.example.cn/bucket", "remote.endpoint-wrong"),
        ("ftp://s3.example.cn", "remote.endpoint-wrong"),
        ("s3.example.cn", "remote.endpoint-wrong"),
        ("https://s3.example.cn:port", "remote.endpoint-wrong"),
        ("https://[", "remote.endpoint-wrong"),
    ],
)
def test_an_address_that_will_not_do_is_refused(text: str, code: str) -> None:
    with pytest.raises(Refused) as caught:
        check_endpoint(text)
    assert codes(caught.value) == [code]
    assert "secret" not in str(caught.value.findings[0].as_json())


def test_plain_http_goes_where_it_is_allowed() -> None:
    assert check_endpoint("http://s3.example.cn", is_insecure_allowed=True) == "http://s3.example.cn"


@pytest.mark.parametrize("name", ["ab", "Bucket", "a..b", "-abc", "桶桶桶"])
def test_a_bucket_has_a_bucket_name(name: str) -> None:
    with pytest.raises(Refused):
        check_bucket_name(name)
    assert check_bucket_name("a-bucket.1") == "a-bucket.1"


def test_a_prefix_is_plain_and_short() -> None:
    assert (check_prefix(""), check_prefix("a/b"), check_prefix("a/")) == ("", "a/b/", "a/")
    for text in ("/a", "a//b", "../a", "归档/", "a" * 121):
        with pytest.raises(Refused):
            check_prefix(text)
