"""`docgen payment import`, `confirm` and `waiting`: the bank's statement in, and the lines a person must place."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer

from docgen.cli import console
from docgen.cli.progress import advancing, progress_bar
from docgen.errors import WrongUsage
from docgen.receivables.matching import Fate
from docgen.services.import_payments import ImportDone, ImportOrder, confirm_payments, import_payments
from docgen.services.waiting_payments import assign_line, reject_line, waiting_lines

waiting_app = typer.Typer(no_args_is_help=True, help="待认领流水 · bank lines that wait")
LineId = Annotated[str, typer.Argument(metavar="ID", help="流水编号 · the line's id")]
Company = Annotated[str | None, typer.Option(help="我方公司代号 · which of our companies")]
_SHOWN = 40


def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="银行流水：xlsx 或 csv · a bank statement")],
    *,
    as_of: Annotated[str | None, typer.Option(help="数据截至日期，默认最后一笔 · complete until this day")] = None,
    company: Company = None,
    columns: Annotated[
        list[str] | None, typer.Option("--map", metavar="项=列名", help="指定列，如 payer=对方户名 · field=heading")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只预览，不写入 · preview only")] = False,
) -> int:
    """导入银行流水：认得出的入账，拿不准的等人认领 · take in a bank statement."""
    order = ImportOrder(file, company, console.day(as_of, "--as-of"), _columns(columns or []), dry_run)
    with progress_bar("cli.importing-payments") as progress:
        done = import_payments(console.office(), order, progress=advancing(progress))
    if console.wants_json():
        console.dump(done)
    else:
        _show(done)
    return 0


def confirm(
    as_of: Annotated[str, typer.Option(help="这一天及以前的到账都已登记 · all money until this day is recorded")],
    company: Company = None,
    source: Annotated[str | None, typer.Option(help="依据 · on whose word")] = None,
) -> None:
    """没有流水文件时，确认回款数据截至哪一天 · say until when payments are complete."""
    day = console.required_day(as_of, "--as-of")
    named = confirm_payments(console.office(), day, company=company, source=source)
    if console.wants_json():
        console.dump({"company": named, "as_of": day})
    else:
        console.say("cli.payments-confirmed", company=named, as_of=day.isoformat())
        console.say("cli.statement-then-due")


@waiting_app.command("list")
def list_() -> None:
    """列出等待认领的流水和候选合同 · list what waits, with candidates."""
    rows = waiting_lines(console.office())
    if console.wants_json():
        console.dump({"waiting": rows})
        return
    if not rows:
        console.say("cli.nothing-to-claim")
        return
    names = ("cli.col-id", "cli.col-on", "cli.col-amount", "cli.col-payer", "cli.col-memo", "cli.col-reasons",
             "cli.col-candidates")  # fmt: skip
    console.table("", names, (
        (row.id, row.on, f"{_grouped(row.amount):>14}", row.payer, row.memo, console.words(f"cli.waits-{row.reason}"),
         "\n".join(f"{one['contract_no']} {one['customer']} {one['score']}" for one in row.candidates))
        for row in rows
    ))  # fmt: skip


@waiting_app.command("assign")
def assign(
    line_id: LineId,
    number: Annotated[str, typer.Argument(metavar="NO", help="合同、订单或客户方编号 · any number of the deal")],
    instalment: Annotated[str | None, typer.Option(help="对应期次 · for which instalment")] = None,
    payment: Annotated[str | None, typer.Option(help="冲正：被冲掉的回款序号 · the payment taken back")] = None,
) -> None:
    """认领到一份合同 · say whose money it is."""
    done = assign_line(console.office(), line_id, number, instalment=instalment, payment=payment)
    if console.wants_json():
        console.dump(done)
    else:
        console.say("cli.line-assigned", id=line_id, contract=done.contract_no, amount=done.line.amount)


@waiting_app.command("reject")
def reject(line_id: LineId, reason: Annotated[str, typer.Option(help="理由 · why")]) -> None:
    """不是客户回款，移出待认领 · no customer's payment."""
    done = reject_line(console.office(), line_id, reason=reason)
    if console.wants_json():
        console.dump(done)
    else:
        console.say("cli.line-rejected", id=line_id, reason=done.line.settled_reason)


def _columns(told: list[str]) -> dict[str, str]:
    known = ("on", "amount", "credit", "debit", "direction", "payer", "memo", "reference", "balance")
    found = {}
    for each in told:
        field, mark, heading = each.partition("=")
        if not mark or field not in known or not heading:
            raise WrongUsage.of("cli.bad-column", each, known="、".join(known))
        found[field] = heading
    return found


def _show(done: ImportDone) -> None:
    told = {**done.layout.columns, "memo": "+".join(done.layout.memo)}
    columns = "，".join(f"{_field(field)}={heading}" for field, heading in told.items() if heading)
    console.say("cli.statement-columns", columns=columns)
    shown = [line for line in done.lines if line.fate not in {Fate.NOT_OURS, Fate.KNOWN}]
    names = ("cli.col-row", "cli.col-on", "cli.col-amount", "cli.col-payer", "cli.col-fate", "cli.col-contract")
    if shown:
        console.table("", names, (
            (line.row, line.on, _grouped(line.amount), line.payer, _fate(line.fate.value, line.reason),
             line.contract_no or "\n".join(f"{one.contract_no} {one.score:.2f}?" for one in line.candidates[:3]))
            for line in shown[:_SHOWN]
        ))  # fmt: skip
    counts = {fate.value: done.counts.get(fate.value, 0) for fate in Fate}
    code = "cli.statement-preview" if done.is_preview else "cli.statement-taken"
    console.say(code, path=done.path, lines=len(done.lines), as_of=done.as_of.isoformat(), **counts)
    if len(shown) > _SHOWN:
        console.say("cli.statement-further", count=len(shown) - _SHOWN)
    if done.is_known_file:
        console.say("cli.statement-known", path=done.path)
    if not done.is_preview:
        if counts[Fate.WAITS]:
            console.say("cli.statement-then-claim", count=counts[Fate.WAITS])
        console.say("cli.statement-then-due")


def _field(field: str) -> str:
    """Return what a column says in words, with the word that --map takes."""
    return f"{console.words(f'cli.field-{field}')}({field})"


def _grouped(amount: str) -> str:
    return f"{Decimal(amount):,}"


def _fate(fate: str, reason: str) -> str:
    word = console.words(f"cli.fate-{fate}")
    return f"{word}：{console.words(f'cli.waits-{reason}')}" if reason else word
