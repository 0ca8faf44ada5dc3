"""What an edit of a register changes, field by field with old and new value, and on whose word it was made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


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
