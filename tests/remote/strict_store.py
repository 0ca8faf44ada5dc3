"""A store to test against: moto's S3 on 127.0.0.1, behind a door as strict as Amazon documents where moto is not.

moto keeps versions, wants Object Lock on the bucket, refuses to delete a locked or held version. It does not compare
checksums, lets a lock be shortened, takes any key pair, any clock and any length of key, and forgets the lock of what
is sent in parts. The door adds those refusals (all but the last: the client must cope with that), and can misbehave.
"""
# ruff: noqa: ANN401  # boto3, moto and what is loaded by path have no types

from __future__ import annotations

import base64
import hashlib
import io
import re
import socket
import threading
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, unquote

import boto3
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from moto.s3.models import s3_backends
from werkzeug.serving import make_server

KEY_ID, SECRET = "AKIATESTONLYTESTONLY", "sEcrEt/never+to/be+shown+anywhere0123456"
BUCKET = "archive-mirror"
_ERROR = '<?xml version="1.0"?><Error><Code>{}</Code><Message>said by the door</Message></Error>'
_SKEW = timedelta(minutes=15)
_ACCOUNT = "123456789012"


class _Quiet(MotoRequestHandler):
    def log(self, *_: object) -> None:  # requests are asserted on, not printed
        return


@dataclass
class Request:
    """What came in at the door; `body` may be changed on its way."""

    method: str
    key: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes

    @property
    def is_upload(self) -> bool:
        """Tell whether it brings an object's bytes."""
        return self.method == "PUT" and bool(self.key) and not {"retention", "legal-hold"} & self.query.keys()


class Cut(ConnectionError):
    """The line is cut without an answer."""


@dataclass
class StrictStore:
    """The server; `meddle` is called with each request and may change it, raise Cut, or return an answer's code."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    meddle: Callable[[Request], tuple[int, str] | None] = lambda _: None
    seen: list[Request] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._moto = DomainDispatcherApplication(create_backend_app)
        self._server = make_server("127.0.0.1", 0, self._door, threaded=True, request_handler=_Quiet)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self.meddle = lambda _: None
        urllib.request.urlopen(urllib.request.Request(f"{self.url}/moto-api/reset", method="POST")).read()  # noqa: S310
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def client(self) -> Any:
        """Return an administrator's client."""
        return boto3.client(
            "s3",
            endpoint_url=self.url,
            aws_access_key_id=KEY_ID,
            aws_secret_access_key=SECRET,
            region_name="us-east-1",
        )

    def make_bucket(self, name: str = BUCKET, *, locked: bool = True) -> None:
        self.client().create_bucket(Bucket=name, ObjectLockEnabledForBucket=locked)

    def versions(self, key: str | None = None) -> list[Any]:
        """Return moto's own versions, oldest first: of one key, or of all."""
        bucket = self.bucket()
        found = bucket.keys.getlist(key) if key else [each for one in bucket.keys for each in bucket.keys.getlist(one)]
        return list(found or [])

    def newest(self, key: str) -> Any:
        return self.versions(key)[-1]

    def bucket(self) -> Any:
        return s3_backends[_ACCOUNT]["aws"].buckets[BUCKET]

    def puts(self) -> list[str]:
        return [each.key for each in self.seen if each.is_upload]

    def _door(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        request = _request(environ)
        is_ours = environ["PATH_INFO"].startswith("/moto-api")
        if not is_ours:
            self.seen.append(request)
            try:
                answer = self.meddle(request) or self._refusal(request)
            except Cut:
                environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
                raise
            if answer is not None:
                start(f"{answer[0]} said by the door", [("Content-Type", "application/xml")])
                return [b"" if request.method == "HEAD" else _ERROR.format(answer[1]).encode()]
        environ |= {"wsgi.input": io.BytesIO(request.body), "CONTENT_LENGTH": str(len(request.body))}
        answered: Iterable[bytes] = self._moto(environ, start)
        return answered

    def _refusal(self, request: Request) -> tuple[int, str] | None:
        if f"Credential={KEY_ID}/" not in request.headers.get("AUTHORIZATION", ""):
            return 403, "InvalidAccessKeyId"
        signed = datetime.strptime(request.headers["X_AMZ_DATE"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        if abs(self.now() - signed) > _SKEW:
            return 403, "RequestTimeTooSkewed"
        if len(request.key.encode()) > 1024:
            return 400, "KeyTooLongError"
        stated = request.headers.get("X_AMZ_CHECKSUM_SHA256")
        if stated and stated != base64.b64encode(hashlib.sha256(request.body).digest()).decode():
            return 400, "BadDigest"
        return self._lock_refusal(request)

    def _lock_refusal(self, request: Request) -> tuple[int, str] | None:
        until = request.headers.get("X_AMZ_OBJECT_LOCK_RETAIN_UNTIL_DATE")
        if until and datetime.fromisoformat(until) <= self.now():
            return 400, "InvalidArgument"
        if request.method == "PUT" and "retention" in request.query:
            asked = re.search(rb"<RetainUntilDate>([^<]+)", request.body)
            version = request.query.get("versionId", [None])[0]
            found = next(v for v in self.versions(request.key) if version in {None, v.version_id})
            if asked and found.lock_until and asked[1].decode() < found.lock_until:
                return 403, "AccessDenied"
            if found.lock_mode == "COMPLIANCE" and b"GOVERNANCE" in request.body:
                return 403, "AccessDenied"
        return None


def _request(environ: dict[str, Any]) -> Request:
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    headers = {name[5:]: value for name, value in environ.items() if name.startswith("HTTP_")}
    path = unquote(environ["RAW_URI"].partition("?")[0]) if "RAW_URI" in environ else environ["PATH_INFO"]
    key = path.lstrip("/").partition("/")[2]
    query = parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True)
    return Request(environ["REQUEST_METHOD"], key, query, headers, body)


@contextmanager
def serving() -> Iterator[StrictStore]:
    """Run a store with an empty bucket that has Object Lock."""
    store = StrictStore()
    try:
        store.make_bucket()
        store.seen.clear()
        yield store
    finally:
        store.stop()


def times(count: int, answer: tuple[int, str] | type[Cut], *, on: Callable[[Request], bool]) -> Callable[..., Any]:
    """Return a meddling that answers so, or cuts the line, for the first requests of a sort."""
    left = [count]

    def meddle(request: Request) -> tuple[int, str] | None:
        if not on(request) or left[0] <= 0:
            return None
        left[0] -= 1
        if isinstance(answer, tuple):
            return answer
        raise answer

    return meddle
