"""A store's address: https, or http on this very machine, or http because somebody said so; never with keys in it."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

from docgen.errors import Refused

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_PREFIX = re.compile(r"(?:[A-Za-z0-9_-][A-Za-z0-9._-]*/)*")
_LONGEST_PREFIX = 120
"""Leaves room in a key's 1024 bytes for the longest path of an archive."""


def check_endpoint(text: str, *, is_insecure_allowed: bool = False) -> str:
    """Return an address as it is kept: scheme, host and port.

    Raises:
        Refused: remote.endpoint-wrong, remote.endpoint-insecure, remote.endpoint-names-keys.
    """
    try:
        parts = urlsplit(text.strip())
        host, port = parts.hostname, parts.port
    except ValueError:
        raise Refused.of("remote.endpoint-wrong") from None
    if "@" in parts.netloc:
        raise Refused.of("remote.endpoint-names-keys")
    if parts.scheme not in {"http", "https"} or not host or parts.path.strip("/") or parts.query or parts.fragment:
        raise Refused.of("remote.endpoint-wrong")
    if parts.scheme == "http" and not (is_insecure_allowed or is_this_machine(host)):
        raise Refused.of("remote.endpoint-insecure", host)
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}" + (f":{port}" if port else "")


def is_this_machine(host: str) -> bool:
    """Tell whether a host is this machine's own loopback."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def check_bucket_name(name: str) -> str:
    """Return a bucket's name.

    Raises:
        Refused: it cannot be one.
    """
    if not _BUCKET.fullmatch(name) or ".." in name:
        raise Refused.of("remote.bucket-name-wrong", name)
    return name


def check_prefix(text: str) -> str:
    """Return the beginning of all keys: plain names, each ended by a slash; empty is fine.

    Raises:
        Refused: it is not of that form or too long.
    """
    prefix = text if not text or text.endswith("/") else f"{text}/"
    if not _PREFIX.fullmatch(prefix) or len(prefix) > _LONGEST_PREFIX:
        raise Refused.of("remote.prefix-wrong", text, most=_LONGEST_PREFIX)
    return prefix
