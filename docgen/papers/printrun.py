"""A print run: thousands of our own papers in one PDF, written page after page, so that memory does not grow with it.

Each paper's pages are copied as they are, with everything they need and under new object numbers (ISO 32000-1, 7.3.10);
nothing of a paper stays in memory once it is written.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any, BinaryIO

from pypdf import PdfReader
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    EncodedStreamObject,
    IndirectObject,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)

_CATALOG, _TREE, _ABOUT = 1, 2, 3
_LEFT_BEHIND = {"/Parent", "/StructParents", "/Tabs", "/Metadata"}
_INHERITED = ("/Resources", "/MediaBox", "/CropBox", "/Rotate")
_FANOUT = 200
"""Pages under one node of the page tree."""


class PrintRun:
    """Writes a PDF to a file opened for writing bytes; call `close` at the end, which returns the pages written."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._places: dict[int, int] = {}
        self._last = _ABOUT
        self._nodes: list[tuple[int, list[int]]] = []
        self._at = 0
        self._put(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")

    def add(self, data: bytes, *, only: int | None = None) -> int:
        """Append all pages of a PDF, or the one at a position from 0; return how many they are."""
        pages = list(PdfReader(io.BytesIO(data)).pages)
        known: dict[tuple[int, int], int] = {}
        for page in pages if only is None else [pages[only]]:
            self._add_page(page, known)
        return len(pages) if only is None else 1

    def close(self, *, title: str) -> int:
        """Write the page tree and what a reader needs to find everything."""
        count = sum(len(kids) for _, kids in self._nodes)
        for node, kids in self._nodes:
            self._write(node, self._tree(kids, count=len(kids), parent=_TREE))
        self._write(_TREE, self._tree([node for node, _ in self._nodes], count=count))
        self._write(_CATALOG, _table({"/Type": NameObject("/Catalog"), "/Pages": self._to(_TREE)}))
        self._write(_ABOUT, _table({"/Title": TextStringObject(title), "/Producer": TextStringObject("docgen")}))
        start = self._at
        self._put(b"xref\n0 %d\n0000000000 65535 f \n" % (self._last + 1))
        for number in range(1, self._last + 1):
            self._put(b"%010d 00000 n \n" % self._places[number])
        trailer = b"trailer\n<< /Size %d /Root 1 0 R /Info 3 0 R >>\nstartxref\n%d\n%%%%EOF\n"
        self._put(trailer % (self._last + 1, start))
        return count

    def _add_page(self, page: Any, known: dict[tuple[int, int], int]) -> None:  # noqa: ANN401  # pypdf's page
        if not self._nodes or len(self._nodes[-1][1]) >= _FANOUT:
            self._nodes.append((self._reserve(), []))
        node, kids = self._nodes[-1]
        number = self._reserve()
        kids.append(number)
        queue: list[tuple[int, Any]] = []
        flat = DictionaryObject(page)
        for name in _INHERITED:
            if name in page:
                flat[NameObject(name)] = page[name]
        copied = self._moved(flat, known, queue)
        copied[NameObject("/Parent")] = self._to(node)
        self._write(number, copied)
        while queue:
            target, found = queue.pop()
            self._write(target, self._moved(found, known, queue))

    def _moved(self, found: Any, known: dict[tuple[int, int], int], queue: list[tuple[int, Any]]) -> Any:  # noqa: ANN401  # any PDF object
        """Return an object with every reference renumbered; what it refers to is queued to be written."""
        if isinstance(found, IndirectObject):
            place = (found.idnum, found.generation)
            if place not in known:
                known[place] = self._reserve()
                queue.append((known[place], found.get_object()))
            return self._to(known[place])
        if isinstance(found, DictionaryObject):
            return self._moved_table(found, known, queue)
        if isinstance(found, ArrayObject):
            return ArrayObject(self._moved(each, known, queue) for each in list.__iter__(found))
        return found

    def _moved_table(
        self, found: DictionaryObject, known: dict[tuple[int, int], int], queue: list[tuple[int, Any]]
    ) -> DictionaryObject:
        copied: DictionaryObject = EncodedStreamObject() if isinstance(found, StreamObject) else DictionaryObject()
        if isinstance(found, StreamObject) and isinstance(copied, StreamObject):
            copied._data = found._data  # noqa: SLF001  # the bytes as they are stored, not unpacked
        for name, value in dict.items(found):
            if name not in _LEFT_BEHIND and not (name == "/Length" and isinstance(found, StreamObject)):
                dict.__setitem__(copied, name, self._moved(value, known, queue))
        return copied

    def _tree(self, kids: list[int], *, count: int, parent: int | None = None) -> DictionaryObject:
        values: dict[str, Any] = {
            "/Type": NameObject("/Pages"),
            "/Count": NumberObject(count),
            "/Kids": ArrayObject(self._to(kid) for kid in kids),
        }
        return _table({**values, **({"/Parent": self._to(parent)} if parent else {})})

    def _to(self, number: int) -> IndirectObject:
        return IndirectObject(number, 0, None)

    def _reserve(self) -> int:
        self._last += 1
        return self._last

    def _write(self, number: int, found: Any) -> None:  # noqa: ANN401  # any PDF object
        out = io.BytesIO()
        found.write_to_stream(out)
        self._places[number] = self._at
        self._put(b"%d 0 obj\n" % number + out.getvalue() + b"\nendobj\n")

    def _put(self, data: bytes) -> None:
        self._out.write(data)
        self._at += len(data)


def _table(values: dict[str, Any]) -> DictionaryObject:
    return DictionaryObject({NameObject(name): value for name, value in values.items()})


def chunks(rows: list[Any], size: int) -> Iterator[list[Any]]:
    """Yield a list in pieces of at most so many."""
    for start in range(0, len(rows), size):
        yield rows[start : start + size]
