"""`docgen company`: our own companies and their bank accounts."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from docgen.cli import console
from docgen.cli.facts import Evidence, OptionalReason, Reason, Revision, Sets, Source, Wrong
from docgen.cli.registers import show_changes, show_history, show_record
from docgen.deals.parties import Company as CompanyRecord
from docgen.services.companies import edit_company, list_companies, show_company, undo_company
from docgen.services.company_papers import list_company_papers
from docgen.services.edits import Edit

company_app = typer.Typer(no_args_is_help=True, help="我方公司 · our own companies")
Company = Annotated[str, typer.Argument(metavar="ID", help="公司代号 · the company's id")]


@company_app.command("list")
def list_() -> None:
    """列出我方公司 · list our companies."""
    rows = list_companies(console.office())
    if console.wants_json():
        console.dump({"companies": rows})
        return
    columns = ("cli.col-id", "cli.col-name", "cli.col-uscc", "cli.col-account")
    console.table("", columns, ((r.id, r.name, r.uscc, "、".join(a.number for a in r.accounts)) for r in rows))


@company_app.command("papers")
def papers(
    year: Annotated[int | None, typer.Option(help="只看某年 · of one year", min=1990, max=2099)] = None,
) -> None:
    """列出公司自身的文书：销毁清册、移交清单 · papers of the company itself."""
    office = console.office()
    rows = list_company_papers(office, year=year)
    if console.wants_json():
        console.dump({"papers": rows})
        return
    zone = office.workspace.timezone
    columns = (
        *("cli.col-number", "cli.col-title", "cli.col-about", "cli.col-dated", "cli.col-status"),
        *("cli.col-signed-copy", "cli.col-at", "cli.col-files"),
    )
    console.table(
        "",
        columns,
        (
            (
                row.number,
                row.title,
                row.reference,
                row.dated,
                console.words(f"cli.status-{row.status}"),
                console.words("cli.signed-copy-back" if row.is_back else "cli.signed-copy-out"),
                datetime.fromisoformat(row.at).astimezone(zone).strftime("%Y-%m-%d %H:%M"),
                "\n".join(path.name for path in row.files),
            )
            for row in rows
        ),
    )


@company_app.command("show")
def show(company: Company) -> None:
    """显示公司资料和账户变更 · a company and the edits of it."""
    office = console.office()
    shown = show_company(office, company)
    if console.wants_json():
        console.dump(shown)
        return
    console.show_findings(shown.findings)
    show_record(shown.company.model_dump(mode="json"), CompanyRecord)
    show_history(shown.history, office.workspace.timezone)


@company_app.command("edit")
def edit(  # noqa: PLR0913  # a command's options are its arguments
    company: Company,
    *,
    sets: Sets = None,
    source: Source = None,
    evidence: Evidence = None,
    reason: OptionalReason = None,
    revision: Revision = None,
) -> None:
    """修改公司资料；改账户须有凭据 · edit; a bank account needs evidence."""
    told = Edit(source, evidence, reason)
    done = edit_company(console.office(), company, sets or (), told, revision=revision)
    if console.wants_json():
        console.dump(done)
        return
    console.show_findings(done.findings)
    show_changes(done.changes)


@company_app.command("undo")
def undo(  # noqa: PLR0913  # a command's options are its arguments
    company: Company,
    wrong: Wrong,
    *,
    reason: Reason,
    source: Source = None,
    evidence: Evidence = None,
    revision: Revision = None,
) -> None:
    """撤销某一版错误的修改；涉及账户须有凭据 · take a wrong edit back."""
    told = Edit(source, evidence, reason)
    done = undo_company(console.office(), company, wrong, told, revision=revision)
    if console.wants_json():
        console.dump(done)
        return
    console.show_findings(done.findings)
    show_changes(done.changes)
