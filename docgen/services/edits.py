"""What an edit of a register changes, field by field with old and new value, and on whose word it was made."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

_STEP = re.compile(r"[^.\[\]]+|\[\d+\]")


@dataclass(frozen=True, slots=True)
class Edit:
    """Where an edit comes from: source, evidence and reason, each as far as it is known."""

    source: str | None = None
    evidence: str | None = None
    reason: str | None = None

    def told(self) -> dict[str, str]:
        """Return what is known of it, for the event."""
        known = {"source": self.source, "evidence": self.evidence, "reason": self.reason}
        return {name: text for name, text in known.items() if text}


def field_changes(old: Mapping[str, Any], new: Mapping[str, Any], *, within: str = "") -> list[dict[str, Any]]:
    """Return `{field, old, new}` for each field that differs, groups and lists taken apart: `accounts[0].number`."""
    changes: list[dict[str, Any]] = []
    for name in [*new, *(name for name in old if name not in new)]:
        changes += _changes(old.get(name), new.get(name), f"{within}{name}")
    return changes


def taken_back(record: Mapping[str, Any], changes: Iterable[Mapping[str, Any]]) -> tuple[dict[str, Any], list[str]]:
    """Return a record without some changes made to it, and the fields that do not stand as those changes left them.

    What was added to the end of a list goes again, what was cut off comes back; fields changed since by somebody else
    are left alone and named, so that the caller can refuse.
    """
    restored = copy.deepcopy(dict(record))
    rows = list(changes)
    added = [row for row in reversed(rows) if row["old"] is None and str(row["field"]).endswith("]")]
    in_order = (*added, *(row for row in rows if row not in added))
    return restored, [str(row["field"]) for row in in_order if not _restore(restored, row)]


def steps_of(path: str) -> list[str | int]:
    """Return a path as `field_changes` writes it in its steps: names, and positions from 0."""
    return [int(step[1:-1]) if step.startswith("[") else step for step in _STEP.findall(path)]


def _restore(record: dict[str, Any], row: Mapping[str, Any]) -> bool:
    """Put one old value back; false where something else stands there now than the change wrote."""
    steps = steps_of(str(row["field"]))
    holder: Any = record
    try:
        for step in steps[:-1]:
            holder = holder[step]
        last, old, new = steps[-1], row["old"], row["new"]
        if isinstance(last, int):
            return _restore_entry(holder, last, old, new)
        if holder.get(last) != new:
            return False
        holder[last] = copy.deepcopy(old)
    except (KeyError, IndexError, TypeError, AttributeError):
        return False
    return True


def _restore_entry(entries: list[Any], index: int, old: Any, new: Any) -> bool:  # noqa: ANN401  # any JSON value
    if new is None:
        if index != len(entries):
            return False
        entries.append(copy.deepcopy(old))
    elif index >= len(entries) or entries[index] != new:
        return False
    elif old is not None:
        entries[index] = copy.deepcopy(old)
    elif index == len(entries) - 1:
        entries.pop()
    else:
        return False
    return True


def _changes(old: Any, new: Any, path: str) -> list[dict[str, Any]]:  # noqa: ANN401  # any JSON value
    if old == new:
        return []
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return field_changes(old, new, within=f"{path}.")
    if isinstance(old, list | tuple) and isinstance(new, list | tuple):
        longest = max(len(old), len(new))
        pairs = ((_at(old, n), _at(new, n), f"{path}[{n}]") for n in range(longest))
        return [change for each in pairs for change in _changes(*each)]
    return [{"field": path, "old": old, "new": new}]


def _at(values: list[Any] | tuple[Any, ...], index: int) -> Any:  # noqa: ANN401  # any JSON value
    return values[index] if index < len(values) else None
