"""What an older backup brings back: items that were lawfully destroyed after it was made, told so that they go again.

A backup is never rewritten, so it holds the bytes until it is thrown away itself. The newest backup beside the one that
was restored knows what was destroyed since; nothing is destroyed here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from docgen.archive import disk
from docgen.archive.disposition import EVENT
from docgen.findings import Finding, warning
from docgen.services.backups import Backup, backups, lines_of, unreadable_backups
from docgen.store import disposals

_LOG = "/_docgen/events.jsonl"


def destroyed_since(restored: Backup) -> list[Finding]:
    """Return a warning where the workspace just restored holds bytes that a newer backup knows to be destroyed.

    A backup beside it that cannot be read is told, too: nobody can ask it.
    """
    root = restored.path.parent
    odd = list(unreadable_backups(root))
    newer = [each for each in backups(root) if each.began > restored.began]
    if not newer:
        return odd
    back = {item: number for item, number in _told_destroyed(newer[-1]) if disposals.is_back(item)}
    if not back:
        return odd
    lists = "、".join(sorted(set(back.values())))
    told = {"count": len(back), "lists": lists, "newer": newer[-1].name}
    return [*odd, warning("services.restored-destroyed", restored.name, **told)]


def _told_destroyed(backup: Backup) -> Iterator[tuple[str, str]]:
    """Yield item and list of every destruction the logs of a backup tell."""
    for line in lines_of(backup):
        if line.section != "archive" or line.entry.sha256 is None or not line.entry.path.endswith(_LOG):
            continue
        data = disk.read(backup.objects.place(line.entry.sha256))
        for text in data.splitlines():
            if EVENT.encode() in text and (entry := json.loads(text))["type"] == EVENT:
                yield str(entry["payload"]["id"]), str(entry["payload"]["list"])
