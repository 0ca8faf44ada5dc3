"""`field=value` as people type it: a path into a group of values, and the text that is to stand there.

Paths read like those in findings: `invoicing.title`, `contacts[0].phone`, `people[1]`. The place after the last of a
list adds one; nothing after the `=` takes the value away. All values are text; the record's own types read them.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

from docgen.errors import Refused
from docgen.findings import Finding, error

_PATH = re.compile(r"[a-z_]+(\[[0-9]{1,3}\]|\.[a-z_]+)*\Z", re.ASCII)
_STEP = re.compile(r"[a-z_]+|\[[0-9]+\]")

Step = str | int


def assigned(values: Mapping[str, Any], assignments: Iterable[str]) -> dict[str, Any]:
    """Return a copy of the values with every assignment made.

    Raises:
        Refused: assignments that cannot be read or placed; all of them at once.
    """
    changed = copy.deepcopy(dict(values))
    findings = [finding for text in assignments for finding in _assign(changed, text)]
    if findings:
        raise Refused(findings)
    return changed


def _assign(values: dict[str, Any], text: str) -> Iterable[Finding]:
    path, equals, value = text.partition("=")
    path = path.strip()
    if not equals or not _PATH.fullmatch(path):
        return [error("services.set-unreadable", path or text, text=text)]
    steps = [int(step[1:-1]) if step.startswith("[") else step for step in _STEP.findall(path)]
    try:
        _put(values, steps, value.strip())
    except (IndexError, TypeError, KeyError, AttributeError):
        return [error("services.set-nowhere", path, text=text)]
    return []


def _put(values: Any, steps: list[Step], value: str) -> None:  # noqa: ANN401  # any JSON value
    """Walk down, making groups and lists on the way, and write or take away the last."""
    for step, following in pairwise(steps):
        values = _within(values, step, [] if isinstance(following, int) else {})
    last = steps[-1]
    if value == "":
        del values[last]
    elif isinstance(last, int) and last == len(values):
        values.append(value)
    else:
        values[last] = value


def _within(values: Any, step: Step, made: list[Any] | dict[str, Any]) -> Any:  # noqa: ANN401  # any JSON value
    if isinstance(step, int) and step == len(values):
        values.append(made)
    elif isinstance(step, str) and values.get(step) is None:
        values[step] = made
    return values[step]
