"""`docgen customer`: the register of customers."""

from __future__ import annotations

from typing import Annotated

import typer

from docgen.cli import console
from docgen.cli.facts import Evidence, OptionalReason, Reason, Revision, Sets, Source, Wrong
from docgen.cli.registers import show_changes, show_history, show_record
from docgen.deals.money import format_money
from docgen.deals.parties import Customer as CustomerRecord
from docgen.services.customer_corrections import undo_customer, unmerge_customer
from docgen.services.customers import (
    NewName,
    edit_customer,
    list_customers,
    merge_customers,
    rename_customer,
    show_customer,
)
from docgen.services.edits import Edit
from docgen.store.customers import BorneName

customer_app = typer.Typer(no_args_is_help=True, help="客户 · customers")
Customer = Annotated[str, typer.Argument(metavar="ID", help="客户编号 · the customer's id")]


@customer_app.command("list")
def list_() -> None:
    """列出客户 · list customers."""
    rows = list_customers(console.office())
    if console.wants_json():
        console.dump({"customers": rows})
        return
    columns = ("cli.col-id", "cli.col-name", "cli.col-uscc", "cli.col-deals", "cli.col-merged")
    console.table("", columns, ((r.id, r.name, r.uscc, r.deals, r.merged_into) for r in rows))


@customer_app.command("show")
def show(
    customer: Customer,
    as_of: Annotated[str | None, typer.Option("--as-of", metavar="D", help="级别截至哪一天 · graded as of")] = None,
) -> None:
    """显示客户资料、维护级别、曾用名、合同 · a customer, its grade, its names and its deals."""
    office = console.office()
    shown = show_customer(office, customer, as_of=console.day(as_of, "--as-of"))
    if console.wants_json():
        console.dump(shown)
        return
    held = shown.customer
    if shown.asked != held.id:
        console.say("cli.customer-lives-on", asked=shown.asked, id=held.id, name=held.name)
    show_record(held.record or {"id": held.id, "name": held.name, "uscc": held.uscc}, CustomerRecord)
    console.say("cli.customer-names", names="、".join(_borne(each) for each in held.names))
    care = shown.care
    basis = console.words("cli.grade-strategic" if care.is_strategic else f"cli.grade-{care.year.value}")
    told = {"grade": care.grade.value, "signed": format_money(care.signed), "basis": basis, "as_of": care.as_of}
    console.say("cli.customer-grade", **told)
    console.say("cli.customer-contracts", contracts="、".join(shown.contracts) or "—")
    show_history(shown.history, office.workspace.timezone)


@customer_app.command("edit")
def edit(  # noqa: PLR0913  # a command's options are its arguments
    customer: Customer,
    *,
    sets: Sets = None,
    source: Source = None,
    evidence: Evidence = None,
    reason: OptionalReason = None,
    revision: Revision = None,
) -> None:
    """修改客户资料（更名用 rename）· edit a customer's entry."""
    told = Edit(source, evidence, reason)
    done = edit_customer(console.office(), customer, sets or (), told, revision=revision)
    if console.wants_json():
        console.dump(done)
        return
    console.show_findings(done.findings)
    show_changes(done.changes)


@customer_app.command("rename")
def rename(  # noqa: PLR0913  # a command's options are its arguments
    customer: Customer,
    *,
    name: Annotated[str, typer.Option(help="新名称 · the new name")],
    since: Annotated[str, typer.Option(help="启用日期 · borne from")],
    source: Source = None,
    evidence: Evidence = None,
    revision: Revision = None,
) -> None:
    """客户更名：旧名留存，编号和文件夹不变 · a new name from a day on."""
    new = NewName(name, console.required_day(since, "--since"))
    done = rename_customer(console.office(), customer, new, Edit(source, evidence), revision=revision)
    if console.wants_json():
        console.dump(done)
        return
    console.show_findings(done.findings)
    show_changes(done.changes)


@customer_app.command("merge")
def merge(
    gone: Annotated[str, typer.Argument(metavar="FROM", help="并入他人的编号 · the id that goes")],
    into: Annotated[str, typer.Argument(metavar="INTO", help="保留的编号 · the id that stays")],
    *,
    reason: Reason,
    revision: Revision = None,
    into_revision: Annotated[
        int | None, typer.Option(help="我看到的保留方修订号 · the revision I read of the id that stays")
    ] = None,
) -> None:
    """合并重复登记的客户；文件夹不动 · two entries of one customer become one."""
    done = merge_customers(console.office(), gone, into, reason=reason, revisions=(revision, into_revision))
    if console.wants_json():
        console.dump(done)
        return
    console.show_findings(done.findings)
    console.say("cli.customers-merged", gone=done.gone, id=done.survivor.id, name=done.survivor.name)


@customer_app.command("unmerge")
def unmerge(customer: Customer, *, reason: Reason, revision: Revision = None) -> None:
    """撤销错误的合并；文件夹不动 · take a wrong merge back."""
    done = unmerge_customer(console.office(), customer, reason=reason, revision=revision)
    if console.wants_json():
        console.dump(done)
        return
    console.show_findings(done.findings)
    console.say("cli.customer-unmerged", id=done.customer.id, name=done.customer.name, other=done.other.id)


@customer_app.command("undo")
def undo(  # noqa: PLR0913  # a command's options are its arguments
    customer: Customer,
    wrong: Wrong,
    *,
    reason: Reason,
    source: Source = None,
    evidence: Evidence = None,
    revision: Revision = None,
) -> None:
    """撤销某一版错误的修改或更名 · take a wrong edit or new name back."""
    told = Edit(source, evidence, reason)
    done = undo_customer(console.office(), customer, wrong, told, revision=revision)
    if console.wants_json():
        console.dump(done)
        return
    console.show_findings(done.findings)
    show_changes(done.changes)


def _borne(each: BorneName) -> str:
    return f"{each.name}（{each.since} 起）" if each.since else each.name
