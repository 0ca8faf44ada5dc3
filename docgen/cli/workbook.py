"""`docgen deal workbook`, and what `docgen deal import` and `check` do with an .xlsx: Excel in and out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from docgen.cli import console
from docgen.findings import Severity
from docgen.services.import_workbook import WorkbookTaken
from docgen.services.make_workbook import write_workbook

_SHOWN = 50
"""Findings shown on the console; the copy to correct lists all errors."""


def workbook(
    out: Annotated[Path, typer.Argument(metavar="OUT.xlsx", help="要写的工作簿 · the workbook to write")],
    deals: Annotated[
        list[str] | None, typer.Option("--deals", help="填入这些合同（编号，可多次或用逗号分开）· fill in these deals")
    ] = None,
) -> None:
    """生成录入用的 Excel 工作簿，可填入已有合同 · a workbook to fill in, or filled with deals."""
    numbers = [number.strip() for given in deals or [] for number in given.replace("，", ",").split(",")]
    made = write_workbook(console.office(), out, references=[number for number in numbers if number])
    if console.wants_json():
        console.dump(made)
    else:
        console.say("cli.workbook-written", path=made.path, count=len(made.contracts))


def show_workbook(taken: WorkbookTaken) -> None:
    """Show what became of a workbook: its findings, the copy to correct, and the sum."""
    console.show_findings(taken.findings[:_SHOWN])
    if len(taken.findings) > _SHOWN:
        console.say("cli.workbook-more", count=len(taken.findings) - _SHOWN)
    errors = sum(one.severity is Severity.ERROR for one in taken.findings)
    new = sum(one.is_new for one in taken.imported)
    updated = sum(bool(one.events) and not one.is_new for one in taken.imported)
    same = len(taken.imported) - new - updated
    console.say("cli.workbook-read", path=taken.path, deals=taken.deals, faulty=len(taken.faulty), errors=errors)
    if taken.imported:
        console.say("cli.workbook-imported", new=new, updated=updated, same=same)
    elif errors and taken.copy:
        console.say("cli.workbook-nothing-imported")
    if taken.copy:
        console.say("cli.workbook-copy", path=taken.copy)
