"""Every field a template uses, read from its syntax tree: loops, both branches of every `if`, macros, bases, blocks.

Filling a template with sample data shows only the branch the sample takes. The tree shows all of them, with line
numbers, and a sample of the data says which fields exist: so a misspelt field in the branch for late payers is found on
the day the template is written, not on the day the first letter goes out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from jinja2 import Environment, TemplateNotFound, nodes

from docgen.rendering.sandbox import LOOP_WORDS

UNKNOWN: Any = object()
"""Stands for a value whose shape cannot be known from the sample (an empty list's element, a macro's argument)."""
_KEEPS_ITEMS = frozenset(("select", "selectattr", "reject", "rejectattr"))
_TAKES_ITEM = frozenset(("first", "last"))


@dataclass(frozen=True, slots=True)
class Use:
    """One use of a field: its path (`lines[].name`), where it stands, and whether the sample data has it."""

    path: str
    file: str
    line: int
    exists: bool


@dataclass(frozen=True, slots=True)
class _Value:
    path: str
    sample: Any


_NOTHING = _Value("", UNKNOWN)


@dataclass
class _Walk:
    """One walk over a template and those it extends, imports and includes."""

    env: Environment
    sample: Any
    file: str
    uses: list[Use] = field(default_factory=list)
    files: set[str] = field(default_factory=set)

    def names(self, body: list[nodes.Node], scope: dict[str, _Value]) -> None:
        """Walk statements in order, names set by one being seen by the next."""
        for node in body:
            self.statement(node, scope)

    def statement(self, node: nodes.Node, scope: dict[str, _Value]) -> None:
        """Walk one statement or expression."""
        if isinstance(node, nodes.Expr):
            self.value(node, scope)
        elif isinstance(node, nodes.For):
            self._loop(node, scope)
        elif isinstance(node, nodes.Macro | nodes.CallBlock):
            inner = {**scope, **{arg.name: _NOTHING for arg in node.args}, "caller": _NOTHING}
            if isinstance(node, nodes.Macro):
                scope[node.name] = _NOTHING
            else:
                self.value(node.call, scope)
            self.names(node.body, inner)
        elif isinstance(node, nodes.Assign):
            _bind(node.target, self.value(node.node, scope), scope)
        elif isinstance(node, nodes.AssignBlock):
            self.names(node.body, dict(scope))
            _bind(node.target, _NOTHING, scope)
        elif isinstance(node, nodes.With):
            inner = dict(scope)
            for target, given in zip(node.targets, node.values, strict=True):
                _bind(target, self.value(given, scope), inner)
            self.names(node.body, inner)
        elif isinstance(node, nodes.Extends | nodes.Include | nodes.Import | nodes.FromImport):
            self._other(node, scope)
        else:
            self.names(list(node.iter_child_nodes()), dict(scope) if isinstance(node, nodes.Block) else scope)

    def _loop(self, node: nodes.For, scope: dict[str, _Value]) -> None:
        inner = {**scope, "loop": _Value("loop", dict.fromkeys(LOOP_WORDS, UNKNOWN))}
        _bind(node.target, _item(self.value(node.iter, scope)), inner)
        if node.test is not None:
            self.value(node.test, inner)
        self.names(node.body, inner)
        self.names(node.else_, dict(scope))

    def _other(self, node: nodes.Node, scope: dict[str, _Value]) -> None:
        if isinstance(node, nodes.Import):
            scope[node.target] = _NOTHING
        if isinstance(node, nodes.FromImport):
            for name in node.names:
                scope[name if isinstance(name, str) else name[1]] = _NOTHING
        other = getattr(node, "template", None)
        if isinstance(other, nodes.Const) and isinstance(other.value, str) and other.value not in self.files:
            self.files.add(other.value)
            here, self.file = self.file, other.value
            tree = parse_file(self.env, other.value)
            self.names(tree.body, dict(scope))
            self.file = here

    def value(self, node: nodes.Node, scope: dict[str, _Value]) -> _Value:
        """Walk an expression and return what it stands for."""
        if isinstance(node, nodes.Name):
            return self._name(node, scope)
        if isinstance(node, nodes.Getattr):
            return self._field(self.value(node.node, scope), node.attr, node.lineno)
        if isinstance(node, nodes.Getitem):
            return self._getitem(node, scope)
        if isinstance(node, nodes.Filter) and node.node is not None:
            return self._filter(node, scope)
        for child in node.iter_child_nodes():
            self.value(child, scope)
        return _NOTHING

    def _name(self, node: nodes.Name, scope: dict[str, _Value]) -> _Value:
        if node.name in scope:
            return scope[node.name]
        if node.name in self.env.globals or node.name in {"self", "super"}:
            return _NOTHING
        return self._field(_Value("", self.sample), node.name, node.lineno)

    def _getitem(self, node: nodes.Getitem, scope: dict[str, _Value]) -> _Value:
        holder = self.value(node.node, scope)
        if isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str):
            return self._field(holder, node.arg.value, node.lineno)
        self.value(node.arg, scope)
        return _item(holder)

    def _filter(self, node: nodes.Filter, scope: dict[str, _Value]) -> _Value:
        given = self.value(node.node, scope) if node.node is not None else _NOTHING
        for child in (*node.args, *(pair.value for pair in node.kwargs)):
            self.value(child, scope)
        if node.name in _TAKES_ITEM:
            return _item(given)
        attribute = next((pair.value for pair in node.kwargs if pair.key == "attribute"), None)
        if node.name in {"selectattr", "rejectattr"} and node.args:
            attribute = node.args[0]
        if isinstance(attribute, nodes.Const) and isinstance(attribute.value, str):
            inner = self._dotted(_item(given), attribute.value, node.lineno)
            if node.name == "map":
                return _Value(f"{given.path}[].{attribute.value}", [inner.sample])
        return given if node.name in _KEEPS_ITEMS else _NOTHING

    def _dotted(self, holder: _Value, path: str, line: int) -> _Value:
        for name in path.split("."):
            holder = self._field(holder, name, line)
        return holder

    def _field(self, holder: _Value, name: str, line: int) -> _Value:
        path = f"{holder.path}.{name}" if holder.path else name
        if holder.sample is UNKNOWN or holder.sample is None:
            found, exists = UNKNOWN, True
        elif isinstance(holder.sample, Mapping):
            exists = name in holder.sample
            found = holder.sample[name] if exists else UNKNOWN
        else:
            found, exists = UNKNOWN, False
        if not exists or (holder is not _NOTHING and not path.startswith("loop.")):
            self.uses.append(Use(path, self.file, line, exists))
        return _Value(path, found)


def _item(holder: _Value) -> _Value:
    many = isinstance(holder.sample, list | tuple) and bool(holder.sample)
    return _Value(f"{holder.path}[]" if holder.path else "", holder.sample[0] if many else UNKNOWN)


def _bind(target: nodes.Node, value: _Value, scope: dict[str, _Value]) -> None:
    if isinstance(target, nodes.Name):
        scope[target.name] = value
        return
    for child in target.iter_child_nodes():
        _bind(child, _NOTHING, scope)


def parse_file(env: Environment, name: str) -> nodes.Template:
    """Return the syntax tree of a template file; Jinja's own errors pass through."""
    if env.loader is None:
        raise TemplateNotFound(name)
    source, filename, _ = env.loader.get_source(env, name)
    return env.parse(source, name, filename)


def template_uses(env: Environment, name: str, sample: Mapping[str, object] | None = None) -> list[Use]:
    """Return every use of a field in a template file and those it extends, imports or includes.

    Args:
        env: the sandbox's environment with a loader.
        name: the template's file name.
        sample: data as the template will get; without it every field counts as existing.
    """
    walk = _Walk(env, UNKNOWN if sample is None else sample, name, files={name})
    walk.names(parse_file(env, name).body, {})
    return walk.uses


def text_uses(env: Environment, source: str, where: str, sample: Mapping[str, object] | None = None) -> list[Use]:
    """Return every use of a field in template text: a Word part made into Jinja, or a wording sentence."""
    walk = _Walk(env, UNKNOWN if sample is None else sample, where)
    walk.names(env.parse(source, where).body, {})
    return walk.uses


def paths(uses: list[Use]) -> Iterator[str]:
    """Yield each path once, in order of first use, without those that only lead to others."""
    seen = list(dict.fromkeys(use.path for use in uses))
    yield from (path for path in seen if not any(other.startswith((f"{path}.", f"{path}[")) for other in seen))
