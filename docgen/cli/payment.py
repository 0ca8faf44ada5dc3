"""`docgen payment`: money that arrived."""

from __future__ import annotations

from typing import Annotated

import typer

from docgen.cli import console
from docgen.cli.facts import Deal, Evidence, Revision, Source, show_fact
from docgen.cli.payment_import import confirm, import_, waiting_app
from docgen.services.record_fact import NewFact, add_fact

payment_app = typer.Typer(no_args_is_help=True, help="回款 · payments")
payment_app.command("import")(import_)
payment_app.command("confirm")(confirm)
payment_app.add_typer(waiting_app, name="waiting")


@payment_app.command("add")
def add(  # noqa: PLR0913  # a command's options are its arguments
    number: Deal,
    *,
    amount: Annotated[str, typer.Option(help="金额（元），如 85500.00 · the amount")],
    on: Annotated[str, typer.Option(help="到账日期 · the day it arrived, 2024-03-15")],
    instalment: Annotated[str | None, typer.Option(help="对应期次 · for which instalment")] = None,
    reference: Annotated[str | None, typer.Option(help="银行流水号 · the bank's reference")] = None,
    source: Source = None,
    evidence: Evidence = None,
    revision: Revision = None,
) -> None:
    """记录一笔到账 · record a payment."""
    given = {"amount": amount, "on": on, "instalment": instalment, "reference": reference}
    values = {name: text for name, text in given.items() if text is not None}
    done = add_fact(console.office(), number, NewFact("payment", values, source, evidence), revision=revision)
    show_fact(done, "cli.fact-recorded")
