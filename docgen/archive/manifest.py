"""The manifest: names and hashes in the form `sha256sum -c` reads, so that no docgen is needed to check a folder.

It lists what never changes again: the labels, papers, derived texts and reports, frozen templates. It does not list the
log (it grows) nor the sidecars (they repeat what the log says and are checked against it). Paths are relative to the
contract folder. A file that was lawfully destroyed keeps its line as a remark (`# disposed …`). The check is
`cd <contract folder>; sha256sum -c _docgen/manifest-sha256.txt`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from docgen.archive import disk
from docgen.archive.layout import Folder

_LINE = re.compile(r"([0-9a-f]{64})  ([^\n\\]+)")
_STRUCK = re.compile(r"# disposed ([0-9a-f]{64})  ([^\n\\]+)")


def add(folder: Folder, hashes: Mapping[str, str]) -> None:
    """Add lines for new paths (path → SHA-256) in one atomic step; lines that stand are left exactly as they are."""
    data = with_lines(folder, hashes)
    if data is not None:
        disk.replace(folder.manifest, data)


def with_lines(folder: Folder, hashes: Mapping[str, str]) -> bytes | None:
    """Return the manifest's bytes with lines for new paths; None where all of them stand."""
    old = disk.read(folder.manifest) if disk.exists(folder.manifest) else b""
    if old and not old.endswith(b"\n"):
        old += b"\n"
    standing = {path for _, path in (*parse(old)[0], *struck(old))}
    new = "".join(f"{sha256}  {path}\n" for path, sha256 in hashes.items() if path not in standing)
    return old + new.encode() if new else None


def strike(folder: Folder, paths: Iterable[str]) -> None:
    """Turn the lines of destroyed files into remarks, in one atomic step; done already, nothing changes."""
    gone, lines, changed = set(paths), [], False
    for line in disk.read(folder.manifest).decode().split("\n"):
        found = _LINE.fullmatch(line)
        is_gone = found is not None and found[2] in gone
        changed = changed or is_gone
        lines.append(f"# disposed {line}" if is_gone else line)
    if changed:
        disk.replace(folder.manifest, "\n".join(lines).encode())


def struck(data: bytes) -> list[tuple[str, str]]:
    """Return (hash, path) of the files that were destroyed."""
    lines = (_STRUCK.fullmatch(line) for line in data.decode("utf-8", errors="replace").split("\n"))
    return [(found[1], found[2]) for found in lines if found]


def parse(data: bytes) -> tuple[list[tuple[str, str]], list[int]]:
    """Return (hash, path) pairs in order, and the numbers of lines that are neither of that form nor struck."""
    pairs: list[tuple[str, str]] = []
    strange: list[int] = []
    for number, line in enumerate(data.decode("utf-8", errors="replace").split("\n")[: _lines(data)], start=1):
        found = _LINE.fullmatch(line)
        if found is None and _STRUCK.fullmatch(line):
            continue
        if found is None:
            strange.append(number)
        else:
            pairs.append((found[1], found[2]))
    return pairs, strange


def _lines(data: bytes) -> int:
    return data.count(b"\n") + (0 if data.endswith(b"\n") or not data else 1)
