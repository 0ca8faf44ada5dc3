"""The keys to a store: from the environment, from Amazon's own files, or from a file that only its owner can read.

They are read at each run, kept in memory only, and shown nowhere: not in messages, not in logs, not by `repr`. A file
of keys may not lie where the archive, a backup or an export could take it along.
"""

from __future__ import annotations

import os
import stat
import tomllib
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from docgen.errors import Refused
from docgen.remote.engine import require_engine

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_NAMES = frozenset({"access_key_id", "secret_access_key", "session_token"})
_LARGEST = 64_000
_LOCAL_ONLY = frozenset({"env", "shared-credentials-file", "config-file"})
"""botocore's sources that ask no other machine; it knows more, such as a cloud machine's own address."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """A pair of keys, and where it was found: environment, aws-files or file."""

    source: str
    key_id: str = field(repr=False)
    secret: str = field(repr=False)
    token: str | None = field(default=None, repr=False)


def find_credentials(file: Path | None, *, outside: Collection[Path]) -> Credentials:
    """Return the keys: of the named file, else of environment or Amazon's files.

    Args:
        file: a TOML file with access_key_id and secret_access_key, session_token if need be.
        outside: folders the file may not lie in.

    Raises:
        Refused: there are none, or the file may be read by others, lies in the archive, or is not such a file.
        EngineMissing: boto3 is not installed.
    """
    if file is not None:
        return _from_file(file, outside)
    require_engine()
    import botocore.session  # noqa: PLC0415  # an extra
    from botocore.exceptions import BotoCoreError  # noqa: PLC0415  # as above

    try:
        resolver = botocore.session.Session().get_component("credential_provider")
        resolver.providers = [each for each in resolver.providers if each.METHOD in _LOCAL_ONLY]
        found = resolver.load_credentials()
    except BotoCoreError as problem:
        raise Refused.of("remote.aws-files-wrong", what=type(problem).__name__) from None
    if found is None:
        raise Refused.of("remote.no-credentials")
    keys = found.get_frozen_credentials()
    source = "environment" if found.method in {"env", "explicit"} else "aws-files"
    return Credentials(source, keys.access_key, keys.secret_key, keys.token)


def _from_file(path: Path, outside: Collection[Path]) -> Credentials:
    where = str(path)
    if any(path.resolve().is_relative_to(each) for each in outside):
        raise Refused.of("remote.key-file-inside", where)
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError as problem:
        raise Refused.of("remote.key-file-unreadable", where, what=problem.strerror or "?") from None
    with os.fdopen(handle, "rb") as file:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode) or found.st_size > _LARGEST:
            raise Refused.of("remote.key-file-wrong", where)
        if found.st_mode & _OTHERS or found.st_uid != os.geteuid():
            raise Refused.of("remote.key-file-open", where, mode=f"{stat.S_IMODE(found.st_mode):04o}")
        return _parsed(file.read(), where)


def _parsed(data: bytes, where: str) -> Credentials:
    try:
        table = tomllib.loads(data.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise Refused.of("remote.key-file-wrong", where) from None
    is_text = all(isinstance(value, str) and value.strip() for value in table.values())
    if not is_text or table.keys() - _NAMES or not table.keys() >= _NAMES - {"session_token"}:
        raise Refused.of("remote.key-file-wrong", where)
    return Credentials("file", table["access_key_id"], table["secret_access_key"], table.get("session_token"))
