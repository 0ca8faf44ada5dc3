"""The one way a template is compiled and filled: what it may read, call and print, and how it is told off.

A template is written by an office, not by us, and may come from outside. So a dot means a look-up in plain data and
nothing else: no Python attribute is ever reached, no method can be called, and the only global is a short `range`.
A missing value is an error that names its path, file and line; a value printed without saying how (`{{ total }}`
instead of `{{ total|yuan }}`) is an error too, and so are control characters. What the sandbox cannot bound is time:
a foreign template is filled in a contained child (`foreign.py`).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any

from jinja2 import BaseLoader, DictLoader, StrictUndefined, Template, TemplateNotFound, TemplateSyntaxError, Undefined
from jinja2.exceptions import SecurityError, TemplateError, UndefinedError
from jinja2.filters import FILTERS
from jinja2.runtime import BlockReference, Context, LoopContext, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.tests import TESTS
from jinja2.utils import missing
from markupsafe import Markup

from docgen.errors import DocgenError, TemplateRefused
from docgen.findings import Finding, error
from docgen.rendering.filters import WRITTEN, WrongValue

JINJA_FILTERS = (
    *("length", "count", "first", "last", "join", "trim", "batch", "e", "escape"),
    *("map", "select", "selectattr", "reject", "rejectattr"),
)
JINJA_TESTS = (
    *("none", "true", "false", "string", "number", "integer", "mapping", "sequence", "even", "odd", "divisibleby"),
    *("in", "eq", "equalto", "==", "ne", "!=", "lt", "<", "le", "<=", "gt", ">", "ge", ">="),
)
LOOP_WORDS = frozenset(("index", "index0", "revindex", "revindex0", "first", "last", "length", "previtem", "nextitem"))
LONGEST_RANGE = 1000
LONGEST_TEXT = 200_000
"""Characters: no string made by a template may grow beyond this."""

_REFUSED_CATEGORIES = frozenset(("Cc", "Cs", "Cn", "Co"))
_DIRECTION_MARKS = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u061c")
_PLAIN = (str, bool, int, Decimal, date, type(None))


class ValueMissingError(UndefinedError):
    """A template used a value that is not there; knows where it was looked for."""

    def __init__(self, holder: object, name: object, message: str | None = None) -> None:
        super().__init__(message)
        self.holder = holder
        self.name = name


class MissingValue(StrictUndefined):
    """A name or field that is not there: any use of it stops the rendering."""

    __slots__ = ()

    def __init__(
        self,
        hint: str | None = None,
        obj: object = missing,
        name: str | None = None,
        exc: object = None,  # noqa: ARG002  # Jinja's own signature
    ) -> None:
        raises = partial(ValueMissingError, obj, name)
        super().__init__(hint, obj, name, raises)  # type: ignore[arg-type]  # Jinja calls it, any callable will do


class ItemEnvironment(ImmutableSandboxedEnvironment):
    """Jinja in which a dot is a look-up in plain data, and little can be called."""

    intercepted_binops = frozenset(("*", "**", "%", "+"))

    def getattr(self, obj: Any, attribute: str) -> Any:  # noqa: ANN401  # Jinja's own signature
        """Look up `obj.attribute` in a mapping, or a word of the `loop`; nothing else has attributes here."""
        return self.getitem(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:  # noqa: ANN401  # Jinja's own signature
        """Look up `obj[argument]` in a mapping by text, in a list by number."""
        if isinstance(obj, Undefined):
            raise ValueMissingError(obj._undefined_obj, obj._undefined_name)  # noqa: SLF001  # no public way to either
        if isinstance(obj, Mapping) and isinstance(argument, str):
            return obj[argument] if argument in obj else self.undefined(obj=obj, name=argument)
        if isinstance(obj, list | tuple) and isinstance(argument, int):
            return obj[argument] if -len(obj) <= argument < len(obj) else self.undefined(obj=obj, name=argument)  # type: ignore[arg-type]
        if isinstance(obj, LoopContext) and argument in LOOP_WORDS:
            return getattr(obj, argument)
        raise SecurityError(str(argument))

    def is_safe_callable(self, obj: Any) -> bool:  # noqa: ANN401  # Jinja's own signature
        """Allow only `range`, macros, and the blocks of a base template."""
        return obj is short_range or isinstance(obj, Macro | BlockReference) or _is_super(obj)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:  # noqa: ANN401  # Jinja's own signature
        """Allow arithmetic on numbers only: no repeated text, no powers, no %-formatting."""
        if not all(isinstance(side, int | Decimal) for side in (left, right)) or operator == "**":
            raise SecurityError(operator)
        return super().call_binop(context, operator, left, right)


def _is_super(obj: object) -> bool:
    return isinstance(obj, Undefined)  # calling it raises the plain "missing value" error


def short_range(*numbers: int) -> range:
    """Return a range of at most 1,000 numbers."""
    wanted = range(*numbers)
    if len(wanted) > LONGEST_RANGE:
        raise SecurityError("range")
    return wanted


def _print(value: object) -> object:
    """Let text and whole numbers through to the paper; everything else must say by a filter how it is written."""
    if isinstance(value, Undefined):
        return value
    if value is None:
        raise WrongValue("nothing", value)
    if isinstance(value, str):
        if len(value) > LONGEST_TEXT:
            raise SecurityError("length")
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise WrongValue("filter", value)


def environment(loader: BaseLoader | None = None, *, escape: bool = True) -> ItemEnvironment:
    """Return a new environment with our rules.

    Args:
        loader: where templates, bases and macros come from; none for single texts.
        escape: on for HTML and Word's XML; off only for wording, which is escaped by the face that prints it.
    """
    made = ItemEnvironment(
        loader=loader or DictLoader({}), autoescape=escape, undefined=MissingValue, finalize=_print, auto_reload=True
    )
    made.filters = {key: FILTERS[key] for key in JINJA_FILTERS} | WRITTEN
    made.tests = {key: TESTS[key] for key in JINJA_TESTS}
    made.globals = {"range": short_range}
    return made


def check_context(context: Mapping[str, object]) -> None:
    """Refuse data that is not plain, or holds characters no paper can show.

    Raises:
        TemplateRefused: one finding for each bad value, naming its path.
    """
    findings = list(_bad_values(context, ""))
    if findings:
        raise TemplateRefused(findings)


def _bad_values(value: object, path: str) -> Iterator[Finding]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if not isinstance(key, str):
                yield error("rendering.not-plain", path, type=type(key).__name__)
            else:
                yield from _bad_values(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, str):
        bad = bad_characters(value)
        if bad:
            yield error("rendering.control-character", path, characters=" ".join(f"U+{ord(c):04X}" for c in bad))
    elif isinstance(value, Sequence) and isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from _bad_values(inner, f"{path}[{index}]")
    elif not isinstance(value, _PLAIN) or isinstance(value, Markup | datetime):
        yield error("rendering.not-plain", path, type=type(value).__name__)


def bad_characters(text: str) -> tuple[str, ...]:
    """Return the characters that break a paper or lie about it: controls, lone surrogates, direction marks."""
    return tuple(sorted({c for c in text if c not in "\n\t" and (c in _DIRECTION_MARKS or _is_refused(c))}))


def _is_refused(char: str) -> bool:
    return unicodedata.category(char) in _REFUSED_CATEGORIES


def compile_text(env: ItemEnvironment, source: str, where: str) -> Template:
    """Compile template text; a fault is refused with file and line.

    Raises:
        TemplateRefused: `rendering.syntax`, `rendering.unknown-filter` …
    """
    try:
        return env.from_string(source)
    except TemplateError as problem:
        raise TemplateRefused([syntax_finding(problem, where)]) from problem


def load(env: ItemEnvironment, name: str) -> Template:
    """Load a template file by name; a fault is refused with file and line."""
    try:
        return env.get_template(name)
    except TemplateError as problem:
        raise TemplateRefused([syntax_finding(problem, name)]) from problem


def fill(template: Template, context: Mapping[str, object], *, where: str) -> str:
    """Fill a compiled template.

    Args:
        template: compiled by this module's environment.
        context: plain data, checked before; `w` may be a `Wording`.
        where: the template's name for findings, when Jinja does not know it.

    Raises:
        TemplateRefused: a value is missing, is printed without a filter, or the template tried something forbidden.
    """
    try:
        return template.render(context)
    except DocgenError:
        raise
    except RecursionError as problem:
        raise TemplateRefused.of("rendering.too-deep", where) from problem
    except Exception as problem:
        raise TemplateRefused([runtime_finding(problem, where, context)]) from problem


def syntax_finding(problem: TemplateError, where: str) -> Finding:
    """Return the finding for a template that does not compile."""
    if isinstance(problem, TemplateNotFound):
        return error("rendering.template-missing", where, name=str(problem.name))
    if isinstance(problem, TemplateSyntaxError):
        place = f"{problem.name or where}:{problem.lineno}"
        message = str(problem.message)
        if message.startswith(("No filter named", "No test named")):
            return error("rendering.unknown-filter", place, name=message.split("'")[1])
        return error("rendering.syntax", place, what=message)
    return error("rendering.syntax", where, what=str(problem))


def runtime_finding(problem: Exception, where: str, context: Mapping[str, object] | None = None) -> Finding:
    """Return the finding for a template that failed while being filled, with the line it stood on."""
    place = _place(problem, where)
    if isinstance(problem, TemplateSyntaxError | TemplateNotFound):
        return syntax_finding(problem, where)
    if isinstance(problem, WrongValue) and isinstance(problem.value, Undefined):
        holder, name = problem.value._undefined_obj, problem.value._undefined_name  # noqa: SLF001  # Jinja names them so
        return error("rendering.value-missing", place, what=_path_of(context or {}, holder, str(name)))
    if isinstance(problem, WrongValue):
        code = {"nothing": "rendering.value-empty", "filter": "rendering.filter-needed"}.get(
            problem.wanted, "rendering.wrong-value"
        )
        return error(code, place, wanted=problem.wanted, value=repr(problem.value)[:80])
    if isinstance(problem, ValueMissingError):
        return error("rendering.value-missing", place, what=_path_of(context or {}, problem.holder, str(problem.name)))
    if isinstance(problem, SecurityError):
        return error("rendering.forbidden", place, what=str(problem)[:80])
    return error("rendering.failed", place, what=f"{type(problem).__name__}: {problem}"[:200])


def _path_of(context: Mapping[str, object], holder: object, name: str) -> str:
    """Return the whole path of a missing field: where in the data its holder stands, then its name."""
    for path, value in _containers(context, ""):
        if value is holder:
            return f"{path}.{name}" if path else name
    return name


def _containers(value: object, path: str) -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):  # not wording: looking at a sentence fills it
        yield path, value
        for key, inner in value.items():
            yield from _containers(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list | tuple):
        yield path, value
        for index, inner in enumerate(value):
            yield from _containers(inner, f"{path}[{index}]")


def _place(problem: Exception, where: str) -> str:
    """Return file:line of the innermost template frame; Jinja rewrites tracebacks to template lines."""
    place, trace = where, problem.__traceback__
    while trace is not None:
        if "__jinja_exception__" in trace.tb_frame.f_globals:
            name = trace.tb_frame.f_code.co_filename
            place = f"{where if name == '<template>' else name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place
