"""`docgen event`: record what happened, list it, take a wrong fact back."""

from __future__ import annotations

from typing import Annotated

import typer

from docgen.cli import console
from docgen.cli.facts import Deal, Evidence, File, Reason, Revision, Sets, Source, show_fact
from docgen.cli.registers import show_history
from docgen.services.assignments import assigned
from docgen.services.deal_history import list_events
from docgen.services.read_record import read_group
from docgen.services.record_fact import NewFact, Withdrawal, add_fact, undo_fact

event_app = typer.Typer(no_args_is_help=True, help="事实：签订、交付、验收、开票、通知、终止 · what happened")
Kind = Annotated[
    str,
    typer.Argument(
        metavar="KIND", help="signature|delivery|acceptance|invoice|notice|termination|change_signature|payment"
    ),
]


@event_app.command("add")
def add(  # noqa: PLR0913  # a command's options are its arguments
    number: Deal,
    kind: Kind,
    *,
    sets: Sets = None,
    file: File = None,
    source: Source = None,
    evidence: Evidence = None,
    revision: Revision = None,
) -> None:
    """记录一件事实 · record one fact."""
    office = console.office()
    values = assigned(read_group(file) if file else {}, sets or ())
    done = add_fact(office, number, NewFact(kind, values, source, evidence), revision=revision)
    show_fact(done, "cli.fact-recorded")


@event_app.command("list")
def list_(number: Deal) -> None:
    """列出合同的全部记录 · everything written down about a deal."""
    office = console.office()
    lines = list_events(office, number)
    if console.wants_json():
        console.dump({"events": lines})
        return
    show_history(lines, office.workspace.timezone)


@event_app.command("undo")
def undo(
    number: Deal,
    kind: Kind,
    key: Annotated[str, typer.Argument(metavar="KEY", help="次序或发票号码；唯一的事实不填 · its number")] = "",
    *,
    reason: Reason,
    revision: Revision = None,
) -> None:
    """撤回一件记错的事实，原记录留存 · withdraw a wrong fact by a counter-event."""
    done = undo_fact(console.office(), number, Withdrawal(kind, key, reason), revision=revision)
    show_fact(done, "cli.fact-withdrawn")
