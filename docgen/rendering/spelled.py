"""A finished PDF's objects, each spelled out once.

pydyf spells every object twice, once to write it and once for the file's identifier, and compresses the fonts twice
with it. Before it begins, each object is replaced by its own bytes. Streams are compressed here, and what the last
papers had as well (a font cut down to the same characters, the colour profile) is taken from them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import deflate
import pydyf

LEVEL = 6
"""How hard libdeflate tries: the fonts of a letter come out no larger than from zlib's 9, in a third of the time."""
_STREAMS_KEPT = 64
_KEPT_TO = 1_000_000
"""Larger streams are not kept."""


class Spelled(pydyf.Object):  # type: ignore[misc]  # pydyf is untyped
    """An object that is its bytes."""

    def __init__(self, meant: Any, *, is_catalogue: bool = False) -> None:  # noqa: ANN401  # any of pydyf's objects
        super().__init__()
        self.number, self.generation, self.free = meant.number, meant.generation, meant.free
        self._is_compressible = bool(meant.compressible) and not is_catalogue
        self._data = _stream(meant) if isinstance(meant, pydyf.Stream) and meant.compress else bytes(meant.data)

    @property
    def data(self) -> bytes:
        """The object's bytes, without number and frame."""
        return self._data

    @property
    def compressible(self) -> bool:
        """Whether the object may stand in an object stream."""
        return self._is_compressible


def _stream(meant: Any) -> bytes:  # noqa: ANN401  # a stream of pydyf's, or one built on it
    """Return a stream as pydyf spells it, but for how it is compressed."""
    packed = _contents(meant)
    extra = pydyf.Dictionary({**meant.extra, "Filter": "/FlateDecode", "Length": len(packed)})
    return b"\n".join((bytes(extra.data), b"stream", packed, b"endstream"))


def _contents(meant: Any) -> bytes:  # noqa: ANN401  # as above
    plain = b"\n".join(each if isinstance(each, bytes) else pydyf._to_bytes(each) for each in meant.stream)  # noqa: SLF001  # its own spelling
    return _packed(plain) if len(plain) <= _KEPT_TO else _pressed(plain)


def _pressed(plain: bytes) -> bytes:
    return bytes(deflate.zlib_compress(plain, LEVEL))


_packed = lru_cache(maxsize=_STREAMS_KEPT)(_pressed)


def freeze(pdf: Any) -> None:  # noqa: ANN401  # pydyf's file
    """Replace each object of a finished file by its bytes; free ones stay, they have none.

    The catalogue stands by itself, not in an object stream with two hundred others: whoever asks the file what it
    claims to be need not parse them all first.
    """
    pdf.objects[:] = [
        each if each.free == "f" else Spelled(each, is_catalogue=each is pdf.catalog) for each in pdf.objects
    ]
    pdf.add_object = _compressing(pdf.add_object)


def _compressing(add: Callable[[Any], None]) -> Callable[[Any], None]:
    """Return how an object is added that compresses it: the list of objects and the references come at the very end."""

    def add_object(meant: Any) -> None:  # noqa: ANN401  # any of pydyf's objects
        if isinstance(meant, pydyf.Stream) and meant.compress:
            meant.stream, meant.compress = [_contents(meant)], False
            meant.extra = {**meant.extra, "Filter": "/FlateDecode"}
        add(meant)

    return add_object
