"""What every command shares: global options, the workspace, and how results and findings are shown.

A service returns a frozen object; `--json` dumps that same object, otherwise it is shown as a table or sentences.
"""

from __future__ import annotations

import dataclasses
import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import TextIO

from pydantic import BaseModel
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from docgen.errors import WrongUsage
from docgen.findings import Finding, Severity, error, sentence
from docgen.services import logging as office_log
from docgen.services.office import Office, open_office
from docgen.services.trial import ensure_trial_workspace
from docgen.workspace import find_root

WIDE = 180
"""Columns of a table written to a file or pipe."""
_MARKS = {Severity.ERROR: "[red]✗[/]", Severity.WARNING: "[yellow]![/]", Severity.NOTE: "[cyan]·[/]"}


@dataclass(frozen=True, slots=True)
class Options:
    """The options every command takes, before or after its name."""

    workspace: Path | None = None
    as_json: bool = False


_options: ContextVar[Options | None] = ContextVar("options", default=None)


def prepare_streams() -> None:
    """Write UTF-8 whatever the terminal's locale says; a LANG=C terminal shows Chinese instead of crashing."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="replace")


def take_global_options(arguments: Sequence[str]) -> tuple[Options | None, list[str]]:
    """Take `-w/--workspace` and `--json` out of the arguments, wherever they stand; None where a value is missing."""
    rest: list[str] = []
    workspace, as_json, at = None, False, 0
    while at < len(arguments):
        word = arguments[at]
        if word == "--":
            rest += arguments[at:]
            break
        if word == "--json":
            as_json = True
        elif word in {"-w", "--workspace"}:
            at += 1
            if at >= len(arguments):
                show_findings([error("cli.workspace-needs-folder", word)])
                return None, []
            workspace = Path(arguments[at])
        elif word.startswith("--workspace="):
            workspace = Path(word.partition("=")[2])
        else:
            rest.append(word)
        at += 1
    return Options(workspace, as_json), rest


@contextmanager
def using(options: Options) -> Iterator[None]:
    """Make the options known to the command that runs inside the block."""
    token = _options.set(options)
    try:
        yield
    finally:
        _options.reset(token)


def options() -> Options:
    """Return the options of the running command."""
    return _options.get() or Options()


def wants_json() -> bool:
    """Tell whether the caller wants JSON instead of words."""
    return options().as_json


def workspace_root() -> Path:
    """Return the folder of the workspace that this command works in."""
    named = options().workspace
    return named.resolve() if named is not None else find_root()


def office() -> Office:
    """Open the workspace that this command works in; a checkout becomes a trial workspace on first use."""
    root = workspace_root()
    ensure_trial_workspace(root)
    opened = open_office(root, actor=os.environ.get("DOCGEN_USER") or None)
    office_log.set_up(opened.workspace.log)
    return opened


def out() -> Console:
    """Return the console for results."""
    return Console(file=sys.stdout, highlight=False, width=_width(sys.stdout))


def err() -> Console:
    """Return the console for findings and progress."""
    return Console(file=sys.stderr, highlight=False, width=_width(sys.stderr))


def _width(stream: TextIO) -> int | None:
    """Return the width to fill: a terminal's own, or wide lines for a file or pipe."""
    return None if stream.isatty() else WIDE


def words(code: str, **params: object) -> str:
    """Return a sentence of the message table in the user's language."""
    return sentence(code, params)


def say(code: str, **params: object) -> None:
    """Print a sentence of the message table."""
    out().print(escape(words(code, **params)), soft_wrap=True)


def show_findings(findings: Iterable[Finding]) -> None:
    """Show findings: code, place, what happened, what next; as JSON on standard output where JSON is wanted."""
    rows = list(findings)
    if wants_json():
        dump({"findings": rows})
        return
    console = err()
    for finding in rows:
        console.print(f"{_MARKS[finding.severity]} {escape(finding.sentence())}  [dim]{escape(_tag(finding))}[/]")
        if finding.remedy():
            console.print(f"  → {escape(finding.remedy())}")


def _tag(finding: Finding) -> str:
    return f"[{finding.code}{' ' + finding.where if finding.where else ''}]"


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Show rows under headings; the headings are codes of the message table."""
    shown = Table(title=escape(title) if title else None, title_justify="left", show_edge=False, pad_edge=False)
    for column in columns:
        shown.add_column(escape(words(column)), overflow="fold")
    for row in rows:
        shown.add_row(*(escape("" if cell is None else str(cell)) for cell in row))
    out().print(shown)


def dump(value: object) -> None:
    """Print a result as JSON: amounts as text, dates ISO, findings with their sentences."""
    sys.stdout.write(json.dumps(plain(value), ensure_ascii=False, indent=1) + "\n")


def plain(value: object) -> object:  # noqa: PLR0911  # one line a type
    """Return a value made of JSON's own types."""
    if isinstance(value, Finding):
        return value.as_json()
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {item.name: plain(getattr(value, item.name)) for item in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date | Path):
        return value.isoformat() if isinstance(value, date) else str(value)
    if isinstance(value, set | frozenset | tuple | list):
        return [plain(item) for item in value]
    return value


def day(text: str | None, option: str) -> date | None:
    """Read a date option.

    Raises:
        WrongUsage: it is no date of the form 2024-03-11.
    """
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as problem:
        raise WrongUsage.of("cli.not-a-date", option, text=text) from problem


def required_day(text: str, option: str) -> date:
    """Read a date option that must be given.

    Raises:
        WrongUsage: it is no date of the form 2024-03-11.
    """
    found = day(text or "-", option)
    if found is None:
        raise WrongUsage.of("cli.not-a-date", option, text=text)
    return found


def log_unexpected(problem: BaseException) -> Path | str:
    """Write an unexpected error to the log and return where it lies."""
    return office_log.unexpected(problem)


def silence() -> None:
    """Send further output nowhere: the reader of our pipe has gone."""
    sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115  # the process ends next
