"""`docgen packet`: a letter and its attachments in one PDF."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

import typer

from docgen.cli import console
from docgen.services.outside import require_outside
from docgen.services.packet_extras import Choice
from docgen.services.packets import BoundPacket, bind_packet

Without = Annotated[
    list[str] | None,
    typer.Option("--without", metavar="附件", help="不附哪一项：名称、编号或件号，可多次 · leave out"),
]
Also = Annotated[
    list[str] | None,
    typer.Option("--also", metavar="文书", help="另附归档文书：名称、编号或件号，可多次 · add"),
]
_COLUMNS = ("cli.col-seq", "cli.col-title", "cli.col-number", "cli.col-pages", "cli.col-sheets", "cli.col-files")


def packet(
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="函件编号 · the letter's number")],
    *,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="另存为 · also write a copy to")] = None,
    without: Without = None,
    also: Also = None,
) -> None:
    """把函件和附件清单所列附件合订为一个 PDF，并存入归档 · letter and attachments in one PDF."""
    office = console.office()
    if out is not None:
        require_outside(office, out)
    done = bind_packet(office, number, choice=chosen(without, also))
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(done.path, out)
    if console.wants_json():
        console.dump(done)
    else:
        show_packet(done)


def chosen(without: list[str] | None, also: list[str] | None) -> Choice:
    """Return what a person decided about a packet."""
    return Choice(tuple(without or ()), tuple(also or ()))


def show_packet(done: BoundPacket) -> None:
    """Show what was bound and where it lies."""
    console.show_findings(done.findings)
    rows = ((one.label, one.what, one.number, one.pages, one.sheets, one.file) for one in done.attachments)
    console.table("", _COLUMNS, rows)
    code = "cli.packet-bound" if done.is_new else "cli.packet-stands"
    console.say(code, number=done.number, title=done.title, pages=done.pages, count=len(done.attachments))
    console.say("cli.file-line", path=done.path)
