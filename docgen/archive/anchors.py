"""Anchors on paper: the head of every log on a sheet that lies where the archive does not.

A log that is cut off at its end, or rewritten whole, proves nothing against itself. The sheet does: printed each month
and kept apart, it names the last line each log had then. It is plain text, one line a folder, and is read back from the
same file; a line typed off the paper does as well.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from datetime import datetime

from docgen.archive import eventlog
from docgen.archive.layout import Archive
from docgen.archive.verify import Anchor
from docgen.errors import Refused

_LINE = re.compile(r"(?P<seq>[0-9]+) (?P<hash>[0-9a-f]{64}) (?P<key>.+)")
_SEAL = re.compile(r"seal (?P<sha256>[0-9a-f]{64})")


def heads(archive: Archive) -> dict[str, Anchor]:
    """Return the head of each folder's log as it stands on disk, by folder key.

    Raises:
        Damage: a log cannot be read; verify tells more.
    """
    found = {folder.key: eventlog.head(folder) for folder in archive.folders()}
    return {key: Anchor(head.seq, head.hash) for key, head in found.items() if head is not None}


def sheet(anchors: Mapping[str, Anchor], *, title: str, at: datetime) -> str:
    """Return the sheet as text: a line a folder, sealed by a hash over all of them."""
    lines = [f"{anchor.seq} {anchor.hash} {key}" for key, anchor in sorted(anchors.items())]
    head = [
        f"# {title}",
        f"# {at.isoformat(timespec='seconds')}",
        "# 各文件夹日志的末行号和哈希；请打印并另处保存 · the last line of each log; print it and keep it elsewhere",
        "# 核对 · to check: docgen archive verify --anchors FILE",
    ]
    return "\n".join([*head, *lines, f"seal {_seal(lines)}"]) + "\n"


def read_sheet(text: str, *, where: str) -> dict[str, Anchor]:
    """Read a sheet back.

    Raises:
        Refused: a line cannot be understood, or the seal does not fit: the sheet was cut or changed.
    """
    rows = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    seals = [found["sha256"] for found in map(_SEAL.fullmatch, rows) if found]
    lines = [line for line in rows if not _SEAL.fullmatch(line)]
    anchors: dict[str, Anchor] = {}
    for number, line in enumerate(lines, start=1):
        found = _LINE.fullmatch(line)
        if found is None:
            raise Refused.of("archive.anchor-line-unreadable", where, line=number)
        anchors[found["key"]] = Anchor(int(found["seq"]), found["hash"])
    if seals != [_seal(lines)]:
        raise Refused.of("archive.anchor-seal-broken", where)
    return anchors


def _seal(lines: Iterable[str]) -> str:
    return hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()
