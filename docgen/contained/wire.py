"""What travels between parent and child: JSON, with bytes, decimals and dates; never pickle.

A child works on foreign files and may be subverted by one. Unpickling its answer would let it run code in the parent;
reading JSON does not. One frame::

    4 bytes  length of the JSON part      8 bytes  length of the bytes part      (both big-endian)
    the JSON part (UTF-8)                 the bytes part: all byte strings, one after the other

In the JSON part `{"$bytes": [offset, length]}` stands for a byte string, `{"$decimal": "1.50"}`, `{"$date": …}` and
`{"$datetime": …}` for those types, and `{"$dict": [[key, value], …]}` for a mapping with a key that begins with "$".
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

HEADER = struct.Struct(">IQ")


class BadFrame(ValueError):
    """The other side sent something that is not a frame of this protocol."""


def pack(value: object) -> bytes:
    """Return one frame for a value made of None, bool, int, float, str, bytes, Decimal, date, list, tuple and dict.

    Raises:
        TypeError: the value holds anything else.
    """
    blobs = _Blobs()
    text = json.dumps(_plain(value, blobs), ensure_ascii=True, separators=(",", ":")).encode("ascii")
    return b"".join([HEADER.pack(len(text), blobs.size), text, *blobs.parts])


def body_size(header: bytes) -> int:
    """Return how many bytes follow a header."""
    text_size, blob_size = HEADER.unpack(header)
    return int(text_size) + int(blob_size)


def unpack(header: bytes, body: bytes) -> Any:  # noqa: ANN401  # any JSON-like value; the caller checks its shape
    """Return the value of one frame; tuples come back as lists.

    Raises:
        BadFrame: the frame is not well formed.
    """
    text_size, blob_size = HEADER.unpack(header)
    if len(body) != text_size + blob_size:
        raise BadFrame("length")
    try:
        return _rich(json.loads(body[:text_size]), memoryview(body)[text_size:])
    except (ValueError, TypeError, KeyError, ArithmeticError, RecursionError) as problem:
        raise BadFrame(type(problem).__name__) from problem


@dataclass
class _Blobs:
    parts: list[bytes] = field(default_factory=list)
    size: int = 0

    def add(self, part: bytes) -> list[int]:
        """Take one byte string; return its place."""
        place = [self.size, len(part)]
        self.parts.append(part)
        self.size += len(part)
        return place


def _plain(value: object, blobs: _Blobs) -> object:  # noqa: PLR0911  # one return for each type
    match value:
        case None | bool() | int() | float() | str():
            return value
        case bytes() | bytearray() | memoryview():
            return {"$bytes": blobs.add(bytes(value))}
        case Decimal():
            return {"$decimal": str(value)}
        case datetime():
            return {"$datetime": value.isoformat()}
        case date():
            return {"$date": value.isoformat()}
        case list() | tuple():
            return [_plain(item, blobs) for item in value]
        case Mapping():
            return _plain_mapping(value, blobs)
    raise TypeError(f"cannot travel to or from a contained call: {type(value).__name__}")


def _plain_mapping(value: Mapping[Any, object], blobs: _Blobs) -> object:
    if not all(isinstance(key, str) for key in value):
        raise TypeError("keys of a mapping must be text to travel to or from a contained call")
    if any(key.startswith("$") for key in value):
        return {"$dict": [[key, _plain(item, blobs)] for key, item in value.items()]}
    return {key: _plain(item, blobs) for key, item in value.items()}


def _rich(value: object, blob: memoryview) -> object:
    if isinstance(value, list):
        return [_rich(item, blob) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1 and (tag := next(iter(value))).startswith("$"):
        return _tagged(tag, value[tag], blob)
    return {key: _rich(item, blob) for key, item in value.items()}


def _tagged(tag: str, inner: Any, blob: memoryview) -> object:  # noqa: ANN401  # checked by the constructors
    match tag:
        case "$bytes":
            offset, length = inner
            if not 0 <= offset <= offset + length <= len(blob):
                raise BadFrame("bytes outside the frame")
            return bytes(blob[offset : offset + length])
        case "$decimal":
            return Decimal(inner)
        case "$datetime":
            return datetime.fromisoformat(inner)
        case "$date":
            return date.fromisoformat(inner)
        case "$dict":
            return {key: _rich(item, blob) for key, item in inner}
    raise BadFrame(f"unknown tag {tag}")
