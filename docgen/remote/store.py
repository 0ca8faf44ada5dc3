"""One bucket of an S3-like store with Object Lock: put with proof, look, lock longer, list, take back.

An object counts as kept only when the store was asked again and told the same size, the hash it reckoned itself, and
the lock. A store that reckons no hash is made to give the bytes back. A store that forgot the lock (some do, for what
is sent in parts) is told it once more. Nothing here deletes a version or shortens a lock; there is no call for it.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from docgen.errors import Refused, StorageProblem
from docgen.remote.credentials import Credentials
from docgen.remote.engine import require_engine
from docgen.remote.faults import ArrivedDifferently, code_of, is_missing, told
from docgen.remote.objects import KEY_BYTES, Lock, Mode, Stored, Version

PART = 8 * 1024 * 1024
"""Bytes held in memory at a time; what is larger is sent in parts of this size (S3 allows 10,000 of 5 MiB and more)."""
_TRIES = 3
_CHUNK = 1024 * 1024
_NO_LOCK = frozenset({"ObjectLockConfigurationNotFoundError", "NoSuchObjectLockConfiguration", "404"})


@dataclass(frozen=True, slots=True)
class Place:
    """Which bucket of which store; `endpoint` None means Amazon's own, `attempts` how often a call is tried."""

    bucket: str
    endpoint: str | None = None
    region: str = "us-east-1"
    attempts: int = 5


@dataclass(frozen=True, slots=True)
class Source:
    """The bytes to be sent: the first `size` of a file, or `data` where they are at hand; `sha256` in hex."""

    path: Path
    size: int
    sha256: str
    data: bytes | None = None


@dataclass(frozen=True, slots=True)
class Store:
    """A bucket that was connected to; may be used by several threads at once."""

    place: Place
    client: Any = field(repr=False)
    part: int = PART

    def require_lock(self) -> None:
        """See that the bucket is there, keeps versions and has Object Lock.

        Raises:
            Refused: it is not there, may not be looked at, or lacks one of the two; the keys or the clock are wrong.
            StorageProblem: the store cannot be reached.
        """
        bucket = self.place.bucket
        with told(bucket):
            versioning = self.client.get_bucket_versioning(Bucket=bucket).get("Status")
        if versioning != "Enabled":
            raise Refused.of("remote.no-versioning", bucket)
        if not self._has_lock():
            raise Refused.of("remote.no-object-lock", bucket)

    def _has_lock(self) -> bool:
        from botocore.exceptions import ClientError  # noqa: PLC0415  # an extra

        with told(self.place.bucket):
            try:
                found = self.client.get_object_lock_configuration(Bucket=self.place.bucket)
            except ClientError as problem:
                if code_of(problem) in _NO_LOCK:
                    return False
                raise
        return bool(found.get("ObjectLockConfiguration", {}).get("ObjectLockEnabled") == "Enabled")

    def put(self, key: str, source: Source, lock: Lock) -> Stored:
        """Send a file as a new version of a key, locked, and prove that it arrived.

        Raises:
            Refused: the key is too long for S3.
            ArrivedDifferently: after several tries the store still has other bytes, or the file changed meanwhile.
            StorageProblem: the store cannot be reached, is full or busy, or will not keep the lock.
        """
        if len(key.encode()) > KEY_BYTES:
            raise Refused.of("remote.key-too-long", key[:80], size=len(key.encode()))
        for left in reversed(range(_TRIES)):
            try:
                return self._put_once(key, source, lock)
            except ArrivedDifferently:
                if not left:
                    raise
        raise AssertionError  # pragma: no cover  # the last try returns or raises

    def _put_once(self, key: str, source: Source, lock: Lock) -> Stored:
        if source.size <= self.part:
            checksum, version = self._put_whole(key, source, lock)
        else:
            checksum, version = self._put_in_parts(key, source, lock)
        found = self.look(key, version=version)
        if found is None:
            raise ArrivedDifferently.of("remote.arrived-differently", key, answer="404", status="-")
        self._prove(found, source, checksum)
        return found if found.lock.covers(lock) else self.lock(found, lock)

    def _put_whole(self, key: str, source: Source, lock: Lock) -> tuple[str, str]:
        data = source.data if source.data is not None else _first(source.path, source.size)
        _require_unchanged(hashlib.sha256(data).hexdigest(), source, key)
        checksum = _base64(bytes.fromhex(source.sha256))
        with told(key):
            done = self.client.put_object(
                Bucket=self.place.bucket,
                Key=key,
                Body=data,
                ContentLength=len(data),
                ChecksumAlgorithm="SHA256",
                ChecksumSHA256=checksum,
                Metadata={"sha256": source.sha256},
                **_lock_words(lock),
            )
        return checksum, str(done.get("VersionId", ""))

    def _put_in_parts(self, key: str, source: Source, lock: Lock) -> tuple[str, str]:
        where = {"Bucket": self.place.bucket, "Key": key}
        with told(key):
            upload = self.client.create_multipart_upload(
                **where,
                ChecksumAlgorithm="SHA256",
                Metadata={"sha256": source.sha256, "part": str(self.part)},
                **_lock_words(lock),
            )["UploadId"]
        try:
            parts, digests, whole = [], [], hashlib.sha256()
            for number, data in enumerate(_parts(source.path, source.size, self.part), start=1):
                whole.update(data)
                digests.append(hashlib.sha256(data).digest())
                parts.append(self._put_part(where, upload, number, data))
            _require_unchanged(whole.hexdigest(), source, key)
            with told(key):
                done = self.client.complete_multipart_upload(**where, UploadId=upload, MultipartUpload={"Parts": parts})
        except BaseException:
            self._give_up(key, upload)
            raise
        return _base64(hashlib.sha256(b"".join(digests)).digest()), str(done.get("VersionId", ""))

    def _put_part(self, where: Mapping[str, str], upload: str, number: int, data: bytes) -> dict[str, object]:
        checksum = _base64(hashlib.sha256(data).digest())
        with told(where["Key"]):
            done = self.client.upload_part(
                **where,
                UploadId=upload,
                PartNumber=number,
                Body=data,
                ContentLength=len(data),
                ChecksumAlgorithm="SHA256",
                ChecksumSHA256=checksum,
            )
        return {"PartNumber": number, "ETag": done["ETag"], "ChecksumSHA256": checksum}

    def sweep(self, prefix: str) -> int:
        """Give up uploads in parts that an interrupted run left behind; return how many."""
        with told(self.place.bucket):
            found = self.client.list_multipart_uploads(Bucket=self.place.bucket, Prefix=prefix).get("Uploads") or []
        for each in found:
            self._give_up(each["Key"], each["UploadId"])
        return len(found)

    def _give_up(self, key: str, upload: str) -> None:
        try:
            with told(key):
                self.client.abort_multipart_upload(Bucket=self.place.bucket, Key=key, UploadId=upload)
        except (Refused, StorageProblem):
            return  # what is left costs room until the next run sweeps; why we gave up matters more

    def _prove(self, found: Stored, source: Source, checksum: str) -> None:
        is_same = found.size == source.size and found.sha256 == source.sha256
        if is_same and found.checksum is None:
            is_same = self.read_digest(found.key, found.version) == source.sha256
        elif is_same:
            is_same = found.checksum in {checksum, _base64(bytes.fromhex(source.sha256))}
        if not is_same:
            raise ArrivedDifferently.of("remote.arrived-differently", found.key, answer="-", status="-")

    def look(self, key: str, *, version: str = "") -> Stored | None:
        """Return what the store tells of a key's newest version, or of a named one; None where there is none."""
        from botocore.exceptions import ClientError  # noqa: PLC0415  # an extra

        words = {"VersionId": version} if version else {}
        with told(key):
            try:
                head = self.client.head_object(Bucket=self.place.bucket, Key=key, ChecksumMode="ENABLED", **words)
            except ClientError as problem:
                if is_missing(problem) or head_of_marker(problem):
                    return None
                raise
        return _stored(key, head)

    def lock(self, found: Stored, wanted: Lock) -> Stored:
        """Lock a version as long as wanted and longer if it is already, hold it or lift the hold; prove it.

        A retention keeps the mode it was made with.

        Raises:
            StorageProblem: the store said yes and did not do it.
        """
        now = self.look(found.key, version=found.version)
        if now is None:
            raise StorageProblem.of("remote.version-gone", found.key)
        where = {"Bucket": self.place.bucket, "Key": found.key, "VersionId": found.version}
        with told(found.key):
            if wanted.until is not None and (now.lock.until is None or now.lock.until < wanted.until):
                mode = now.lock.mode if now.lock.until else wanted.mode
                retention = {"Mode": mode.value, "RetainUntilDate": wanted.until}
                self.client.put_object_retention(**where, Retention=retention, ChecksumAlgorithm="SHA256")
            if now.lock.is_held != wanted.is_held:
                hold = {"Status": "ON" if wanted.is_held else "OFF"}
                self.client.put_object_legal_hold(**where, LegalHold=hold, ChecksumAlgorithm="SHA256")
        after = self.look(found.key, version=found.version)
        if after is None or not after.lock.covers(wanted):
            raise StorageProblem.of("remote.lock-not-kept", found.key)
        return after

    def versions(self, prefix: str) -> Iterator[Version]:
        """Yield every version and delete marker of the keys that begin so, by key, newest first."""
        marks: dict[str, str] = {}
        while True:
            with told(self.place.bucket):
                page = self.client.list_object_versions(Bucket=self.place.bucket, Prefix=prefix, **marks)
            rows = [_version(row, is_marker=False) for row in page.get("Versions") or []]
            rows += [_version(row, is_marker=True) for row in page.get("DeleteMarkers") or []]
            yield from sorted(rows, key=lambda row: (row.key.encode(), not row.is_latest, -row.at.timestamp()))
            if not page.get("IsTruncated"):
                return
            marks = {"KeyMarker": page["NextKeyMarker"], "VersionIdMarker": page.get("NextVersionIdMarker", "")}
            marks = {name: value for name, value in marks.items() if value}

    def read(self, key: str, version: str) -> Iterator[bytes]:
        """Yield a version's bytes, a megabyte at a time."""
        with told(key):
            body = self.client.get_object(Bucket=self.place.bucket, Key=key, VersionId=version)["Body"]
            try:
                yield from body.iter_chunks(_CHUNK)
            finally:
                body.close()

    def read_digest(self, key: str, version: str) -> str:
        """Return the SHA-256 (hex) of the bytes the store gives back."""
        total = hashlib.sha256()
        for chunk in self.read(key, version):
            total.update(chunk)
        return total.hexdigest()


def connect(place: Place, keys: Credentials, *, part: int = PART) -> Store:
    """Return a store to talk to; nothing is asked of it yet.

    Only what is given here counts: no address, proxy credentials or keys are taken from elsewhere by boto3.

    Raises:
        EngineMissing: boto3 is not installed.
    """
    require_engine()
    import boto3.session  # noqa: PLC0415  # an extra, and slow to load
    from botocore.config import Config  # noqa: PLC0415  # as above

    config = Config(
        connect_timeout=10,
        read_timeout=60,
        retries={"mode": "standard", "total_max_attempts": place.attempts},
        s3={"addressing_style": "path" if place.endpoint else "auto"},
        ignore_configured_endpoint_urls=True,
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        max_pool_connections=16,
    )
    with told(place.bucket):
        session = boto3.session.Session(keys.key_id, keys.secret, keys.token, region_name=place.region)
        client = session.client("s3", endpoint_url=place.endpoint, config=config)
    return Store(place, client, part)


def head_of_marker(problem: Any) -> bool:  # noqa: ANN401  # boto3 has no types
    """Tell whether the answer says that a delete marker stands where an object was (405 for a named version)."""
    return code_of(problem) in {"405", "MethodNotAllowed"}


def composite_checksum(path: Path, size: int, part: int) -> str:
    """Return what a store reckons for a file sent in parts: the hash of the parts' hashes, base64."""
    return _base64(hashlib.sha256(b"".join(hashlib.sha256(d).digest() for d in _parts(path, size, part))).digest())


def whole_checksum(sha256: str) -> str:
    """Return a SHA-256 of hex digits as stores write it, base64."""
    return _base64(bytes.fromhex(sha256))


def _stored(key: str, head: Mapping[str, Any]) -> Stored:
    noted = head.get("Metadata", {})
    checksum = head.get("ChecksumSHA256")
    part = noted.get("part", "0")
    return Stored(
        key=key,
        version=str(head.get("VersionId", "")),
        size=int(head["ContentLength"]),
        sha256=str(noted.get("sha256", "")),
        checksum=str(checksum).partition("-")[0] if checksum else None,
        part=int(part) if part.isdigit() else 0,
        lock=_lock(head),
    )


def _lock(head: Mapping[str, Any]) -> Lock:
    until = head.get("ObjectLockRetainUntilDate")
    mode = head.get("ObjectLockMode")
    is_held = head.get("ObjectLockLegalHoldStatus") == "ON"
    return Lock(until.astimezone(UTC) if until else None, is_held, Mode(mode) if mode else Mode.GOVERNANCE)


def _lock_words(lock: Lock) -> dict[str, object]:
    words: dict[str, object] = {}
    if lock.until is not None:
        words |= {"ObjectLockMode": lock.mode.value, "ObjectLockRetainUntilDate": lock.until}
    if lock.is_held:
        words["ObjectLockLegalHoldStatus"] = "ON"
    return words


def _version(row: Mapping[str, Any], *, is_marker: bool) -> Version:
    at: datetime = row["LastModified"].astimezone(UTC)
    return Version(row["Key"], str(row["VersionId"]), int(row.get("Size", 0)), at, bool(row["IsLatest"]), is_marker)


def _require_unchanged(sha256: str, source: Source, key: str) -> None:
    if sha256 != source.sha256:
        raise ArrivedDifferently.of("remote.file-changed", key)


def _first(path: Path, size: int) -> bytes:
    with path.open("rb") as file:
        return file.read(size)


def _parts(path: Path, size: int, part: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        left = size
        while left > 0:
            data = file.read(min(part, left))
            if not data:
                return
            left -= len(data)
            yield data


def _base64(digest: bytes) -> str:
    return base64.b64encode(digest).decode()
