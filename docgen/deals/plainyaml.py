"""YAML without surprises: mappings, lists and text, nothing else.

The file is read event by event, so that nothing is interpreted: no implicit types, no tags, no anchors or aliases
(a few lines of them can grow to gigabytes), no key twice, one document. An empty value, `~` or an unquoted `null`
means "not given".
"""

from __future__ import annotations

from collections.abc import Iterator

import yaml

MAX_DEPTH = 30
_NOTHING = {"", "~", "null", "Null", "NULL"}
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_Open = dict[str, object] | list[object]


class Unacceptable(Exception):
    """The text cannot be taken; `code` and `params` make the finding."""

    def __init__(self, code: str, **params: object) -> None:
        self.code = code
        self.params = params
        super().__init__(code)


def load(text: str) -> object | None:
    """Return the plain values of a YAML text: dict, list, str or None.

    Raises:
        Unacceptable: broken YAML, a duplicate key, a tag, an alias, a second document, deeper than MAX_DEPTH.
    """
    return _Builder().build(_events(text))


def _events(text: str) -> Iterator[yaml.Event]:
    try:
        yield from yaml.parse(text, Loader=_Loader)
    except yaml.MarkedYAMLError as problem:
        raise _explained(problem, text) from problem
    except (yaml.YAMLError, UnicodeError) as problem:
        raise Unacceptable("deals.yaml-unreadable") from problem


def _explained(problem: yaml.MarkedYAMLError, text: str) -> Unacceptable:
    """Say where it broke; an unquoted masked name (`*总`) is no reference a parser knows, but a person wrote it."""
    mark = problem.problem_mark or problem.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else ("?", "?")
    began = problem.context_mark or mark
    rows = text.splitlines()
    if began and began.line < len(rows) and rows[began.line][began.column : began.column + 1] in {"*", "&"}:
        return Unacceptable("deals.yaml-alias", line=line)
    return Unacceptable("deals.yaml-broken", line=line, column=column, detail=problem.problem or "")


class _Builder:
    """Puts the values together; `_keys` holds for each open mapping the key that waits for its value."""

    def __init__(self) -> None:
        self._open: list[_Open] = []
        self._keys: list[str | None] = []
        self._root: object | None = None
        self._documents = 0

    def build(self, events: Iterator[yaml.Event]) -> object | None:
        for event in events:
            self._refuse_hidden(event)
            if isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
                self._begin({} if isinstance(event, yaml.MappingStartEvent) else [], event)
            elif isinstance(event, yaml.CollectionEndEvent):
                self._open.pop()
                self._keys.pop()
            elif isinstance(event, yaml.ScalarEvent):
                is_nothing = event.implicit[0] and event.value in _NOTHING
                self._take(None if is_nothing else event.value, event)
        return self._root

    def _refuse_hidden(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise Unacceptable("deals.yaml-second-document", line=_line(event))
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise Unacceptable("deals.yaml-alias", line=_line(event))
        tag = getattr(event, "tag", None)
        if tag is not None:
            raise Unacceptable("deals.yaml-tag", line=_line(event), tag=tag)

    def _begin(self, made: _Open, event: yaml.Event) -> None:
        if len(self._open) >= MAX_DEPTH:
            raise Unacceptable("deals.file-too-deep", limit=MAX_DEPTH, line=_line(event))
        self._take(made, event)
        self._open.append(made)
        self._keys.append(None)

    def _take(self, value: object, event: yaml.Event) -> None:
        if not self._open:
            self._root = value
            return
        holder = self._open[-1]
        if isinstance(holder, list):
            holder.append(value)
        elif self._keys[-1] is None:
            self._keys[-1] = self._new_key(holder, value, event)
        else:
            holder[self._keys[-1]] = value
            self._keys[-1] = None

    def _new_key(self, holder: dict[str, object], key: object, event: yaml.Event) -> str:
        if not isinstance(key, str):
            raise Unacceptable("deals.yaml-key-no-text", line=_line(event))
        if key in holder:
            raise Unacceptable("deals.key-twice", key=key[:60], line=_line(event))
        holder[key] = None
        return key


def _line(event: yaml.Event) -> int | str:
    return event.start_mark.line + 1 if event.start_mark else "?"
