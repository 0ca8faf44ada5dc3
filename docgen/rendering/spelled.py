"""A finished PDF's objects, each spelled out once.

pydyf spells every object twice, once to write it and once for the file's identifier, and compresses the fonts twice
with it. Before it begins, each object is replaced by its own bytes.
"""

from __future__ import annotations

from typing import Any

import pydyf


class Spelled(pydyf.Object):  # type: ignore[misc]  # pydyf is untyped
    """An object that is its bytes."""

    def __init__(self, meant: Any, *, is_catalogue: bool = False) -> None:  # noqa: ANN401  # any of pydyf's objects
        super().__init__()
        self.number, self.generation, self.free = meant.number, meant.generation, meant.free
        self._is_compressible = bool(meant.compressible) and not is_catalogue
        self._data = bytes(meant.data)

    @property
    def data(self) -> bytes:
        """The object's bytes, without number and frame."""
        return self._data

    @property
    def compressible(self) -> bool:
        """Whether the object may stand in an object stream."""
        return self._is_compressible


def freeze(pdf: Any) -> None:  # noqa: ANN401  # pydyf's file
    """Replace each object of a finished file by its bytes; free ones stay, they have none.

    The catalogue stands by itself, not in an object stream with two hundred others: whoever asks the file what it
    claims to be need not parse them all first.
    """
    pdf.objects[:] = [
        each if each.free == "f" else Spelled(each, is_catalogue=each is pdf.catalog) for each in pdf.objects
    ]
