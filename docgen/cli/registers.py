"""How entries of the registers are shown: field by field with its title, what an edit changed, who edited when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from rich.markup import escape

from docgen.cli import console
from docgen.deals.base import Model
from docgen.deals.schema import title_path
from docgen.services.deal_history import HistoryLine


def show_record(record: Mapping[str, Any], model: type[Model]) -> None:
    """Show an entry, one field a line, groups and lists taken apart; what is not known is left out."""
    printer = console.out()
    for path, value in _leaves(record, ()):
        printer.print(f"[bold]{escape(title_path(path, model))}[/] {escape(str(value))}")


def show_changes(changes: Iterable[Mapping[str, Any]]) -> None:
    """Show what an edit changed: field, old value, new value."""
    rows = [(change["field"], change["old"], change["new"]) for change in changes]
    if rows:
        console.table("", ("cli.col-field", "cli.col-old", "cli.col-new"), rows)
    else:
        console.say("cli.nothing-changed")


def show_history(lines: Iterable[HistoryLine], zone: ZoneInfo) -> None:
    """Show events, one a line, in the workspace's time."""
    columns = ("cli.col-revision", "cli.col-at", "cli.col-actor", "cli.col-what", "cli.col-source", "cli.col-evidence",
               "cli.col-reason")  # fmt: skip
    rows = (
        (line.revision, f"{line.at.astimezone(zone):%Y-%m-%d %H:%M}", line.actor, _what(line), line.source,
         line.evidence, line.reason)
        for line in lines
    )  # fmt: skip
    console.table("", columns, rows)


def _what(line: HistoryLine) -> str:
    return console.words("cli.withdrawn-line", what=line.what) if line.is_withdrawn else line.what


def _leaves(value: object, path: tuple[int | str, ...]) -> Iterable[tuple[tuple[int | str, ...], object]]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _leaves(inner, (*path, str(name)))
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from _leaves(inner, (*path, index))
    elif value not in (None, ""):
        yield path, value
