"""The key file: what page codes are signed with. Mode 600; losing it makes old codes claims nobody can check."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path

from docgen.archive import disk
from docgen.codes.payload import Keyring
from docgen.errors import NotFound, Refused

_KEY_BYTES = 32


def create(path: Path) -> Keyring:
    """Write a new key file with one random key; an existing one is left as it is and read.

    Raises:
        Refused: an existing file cannot be understood.
    """
    keys = {"0": secrets.token_hex(_KEY_BYTES)}
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return read(path)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump({"schema": 1, "current": 0, "keys": keys}, file)
        file.flush()
        os.fsync(file.fileno())
    return read(path)


def write(path: Path, ring: Keyring) -> None:
    """Put a ring in the place of the old file in one atomic step; mode 600.

    Raises:
        StorageProblem: the disk refuses; the old file stays.
    """
    keys = {str(key_id): key.hex() for key_id, key in sorted(ring.keys.items())}
    content = {"schema": 1, "current": ring.current, "keys": keys}
    scratch = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    with disk.storage(str(path)):
        try:
            disk.write_new(scratch, json.dumps(content).encode(), mode=0o600)
            scratch.replace(path)
            disk.sync_folder(path.parent)
        finally:
            disk.remove(scratch)


def read(path: Path) -> Keyring:
    """Read the key file.

    Raises:
        NotFound: it is not there.
        Refused: it cannot be understood.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        keys = {int(key): bytes.fromhex(value) for key, value in content["keys"].items()}
        return Keyring(current=content["current"], keys=keys)
    except FileNotFoundError as problem:
        raise NotFound.of("services.no-key-file", str(path)) from problem
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        raise Refused.of("services.key-file-unreadable", str(path)) from problem
