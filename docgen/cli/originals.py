"""`docgen archive original` and `archive handover`: where paper originals lie, and handing them over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from docgen.cli import console
from docgen.errors import WrongUsage
from docgen.services import handover
from docgen.services.originals import OriginalTold, Where, place_original, show_original
from docgen.store import originals
from docgen.store.ledger import PaperLine
from docgen.store.originals import StoredOriginal

handover_app = typer.Typer(no_args_is_help=True, help="纸质原件移交：清单、签字、接收 · hand originals over")
Contract = Annotated[str | None, typer.Option(help="只看某合同 · of one deal")]
Customer = Annotated[str | None, typer.Option(help="只看某客户（编号或名称）· of one customer")]
Year = Annotated[int | None, typer.Option(help="只看某年的文件 · of one year", min=1990, max=2099)]
Type = Annotated[str | None, typer.Option("--type", help="只看某种文件（种类或类型全名）· of one kind")]
Place = Annotated[str | None, typer.Option(help="存放位置：库房、柜、盒 · room, shelf, box")]


def original(  # noqa: PLR0913  # a command's options are its arguments
    reference: Annotated[str, typer.Argument(metavar="NO|ITEM", help="文书编号或归档件号 · paper or archived item")],
    *,
    place: Place = None,
    keeper: Annotated[str | None, typer.Option(help="保管部门 · in whose keeping")] = None,
    form: Annotated[str | None, typer.Option(help="原件 或 复印件 · original or copy")] = None,
    copies: Annotated[int | None, typer.Option(help="份数 · how many")] = None,
    remark: Annotated[str | None, typer.Option(help="备注 · remark")] = None,
) -> None:
    """纸质原件存放在哪里：不写位置则显示经过 · where the paper original lies; without a place, its way."""
    office = console.office()
    if place is None:
        if any(said is not None for said in (keeper, form, copies, remark)):
            raise WrongUsage.of("cli.original-place-wanted", "--place")
        told = show_original(reference)
    else:
        told = place_original(office, reference, Where(place, keeper, form, copies, remark))
    if console.wants_json():
        console.dump(told)
        return
    _tell(told)


@handover_app.command("list")
def list_(*, contract: Contract = None, customer: Customer = None, year: Year = None, type_: Type = None) -> None:
    """列出可移交的文件和原件位置 · list items and where their originals lie."""
    rows = handover.choose(console.office(), handover.Wanted(contract, customer, year, type_))
    if console.wants_json():
        console.dump({"items": rows})
        return
    columns = ("cli.col-item", "cli.col-contract", "cli.col-title", "cli.col-number", *_WHERE)
    console.table(
        "", columns, ((row.item, row.contract_no, row.title, row.number, *_where(row.original)) for row in rows)
    )


@handover_app.command("make")
def make(  # noqa: PLR0913  # a command's options are its arguments
    *,
    from_unit: Annotated[str, typer.Option("--from", help="移交部门 · who hands over")],
    to_unit: Annotated[str, typer.Option("--to", help="接收部门 · who receives")],
    reason: Annotated[str, typer.Option(help="移交事由 · why")],
    contract: Contract = None,
    customer: Customer = None,
    year: Year = None,
    type_: Type = None,
    part: Annotated[int | None, typer.Option(help="件数多时只列第几部分 · which part of many items", min=1)] = None,
) -> None:
    """出具移交清单：打印签字后扫描，自动归档 · make the list; signed, its scan files itself."""
    wanted = handover.Wanted(contract, customer, year, type_, part)
    done = handover.make_list(console.office(), wanted, handover.Sides(from_unit, to_unit, reason))
    if console.wants_json():
        console.dump(done)
        return
    console.show_findings(done.findings)
    console.say("cli.handover-made", number=done.paper.number, count=len(done.lines), path=done.paper.path)


@handover_app.command("receive")
def receive(
    number: Annotated[str, typer.Argument(metavar="NO", help="移交清单编号 · number of the list")],
    *,
    place: Place = None,
    reason: Annotated[
        str | None, typer.Option(help="签字件未归档时必填 · why, while the signed copy is not back")
    ] = None,
) -> None:
    """登记接收：签字件归档之后，记录原件的新位置和保管部门 · record that the originals were received."""
    done = handover.receive(console.office(), number, place=place, reason=reason)
    if console.wants_json():
        console.dump(done)
    else:
        console.say("cli.handover-received", number=done.number, count=done.items, keeper=done.keeper)


def show_originals(rows: Sequence[PaperLine]) -> None:
    """Show where the originals of these items lie, if anybody said so of any."""
    known = originals.originals([row.id for row in rows])
    if known:
        columns = ("cli.col-item", "cli.col-title", "cli.col-number", *_WHERE)
        lines = ((row.id, row.title, row.number, *_where(known[row.id])) for row in rows if row.id in known)
        console.table(console.words("cli.title-originals"), columns, lines)


_WHERE = ("cli.col-form", "cli.col-copies", "cli.col-place", "cli.col-keeper", "cli.col-remark")


def _where(known: StoredOriginal | None) -> tuple[object, ...]:
    if known is None:
        return "", "", console.words("cli.place-unknown"), "", ""
    return known.form, known.copies, known.place, known.keeper, known.remark


def _tell(told: OriginalTold) -> None:
    console.say("cli.original-of", title=told.title, number=told.number or told.item, contract=told.contract_no or "—")
    if not told.way:
        console.say("cli.original-unknown")
        return
    columns = ("cli.col-from", *_WHERE, "cli.col-listed", "cli.col-recorded-by")
    console.table("", columns, ((each.on, *_where(each), each.listed, each.actor) for each in told.way))
