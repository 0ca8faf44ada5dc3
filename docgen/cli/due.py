"""`docgen due`: who owes what as of a day, what is late, and what to do next."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from docgen.cli import console
from docgen.cli.batch import show_letters_due
from docgen.cli.progress import advancing, progress_bar
from docgen.receivables.aging import AgeingLine
from docgen.receivables.board import BoardRow
from docgen.services.board_workbook import FLAG_WORDS, STAGE_WORDS, letter_words, write_board
from docgen.services.due_board import DueBoard, Wanted, due_board

_AGEING = ("cli.col-name", "cli.col-not-due", "cli.col-to-30", "cli.col-to-60", "cli.col-to-90", "cli.col-over-90",
           "cli.col-overdue", "cli.col-open")  # fmt: skip
_BOARD = ("cli.col-customer", "cli.col-contract", "cli.col-seq", "cli.col-due", "cli.col-amount", "cli.col-paid",
          "cli.col-balance", "cli.col-penalty", "cli.col-status", "cli.col-owner", "cli.col-letter",
          "cli.col-next")  # fmt: skip


def due(  # noqa: PLR0913  # a command's options are its arguments
    *,
    as_of: Annotated[str | None, typer.Option(help="截至日期 · as of a day, 2024-03-31")] = None,
    customer: Annotated[
        str | None, typer.Option(help="客户名称（可只写一部分）或编号 · part of a name, or an id")
    ] = None,
    owner: Annotated[str | None, typer.Option(help="负责人 · the owner")] = None,
    stage: Annotated[str | None, typer.Option(help="阶段：提醒、逾期、重大逾期 · reminder, overdue, major")] = None,
    xlsx: Annotated[Path | None, typer.Option(metavar="OUT.xlsx", help="写成 Excel 工作簿 · as a workbook")] = None,
    show_all: Annotated[bool, typer.Option("--all", help="已结清的也列出 · settled ones too")] = False,
) -> None:
    """列出各期应收款：到期、逾期、违约金、函件和下一步 · every instalment as of a day."""
    wanted = Wanted(console.day(as_of, "--as-of"), customer, owner, stage)
    office = console.office()
    with progress_bar("cli.reading-deals") as progress:
        board = due_board(office, wanted, progress=advancing(progress))
    written = write_board(board, xlsx) if xlsx else None
    if console.wants_json():
        console.dump(board if written is None else {"written": written, "board": board})
        return
    _show(board, show_all=show_all)
    if wanted == Wanted(wanted.as_of):  # the commands it names are for everybody
        show_letters_due(office, board)
    if written:
        console.say("cli.board-written", path=written.path, count=written.rows)


def _show(board: DueBoard, *, show_all: bool) -> None:
    rows = [row for row in board.rows if show_all or row.balance or row.advance]
    console.table(console.words("cli.title-due", as_of=board.as_of.isoformat()), _BOARD, map(_cells, rows))
    sums = board.totals
    hidden = len(board.rows) - len(rows)
    console.say("cli.due-totals", open=sums.open, balance=f"{sums.balance:,}", overdue=f"{sums.overdue:,}",
                penalty=f"{sums.penalty:,}", interest=f"{sums.interest:,}",
                advance=f"{sums.advance:,}", hidden=hidden)  # fmt: skip
    if board.totals.open:
        lines = [_ageing(board.ageing.total, console.words("cli.word-total"))]
        lines += [_ageing(line) for line in (*board.ageing.by_customer[:10], *board.ageing.by_owner[:10])]
        console.table(console.words("cli.title-ageing"), _AGEING, lines)
    for one in board.payments:
        if one.as_of is None:
            console.say("cli.payments-unknown", company=one.company, as_of=board.as_of)
        else:
            console.say("cli.payments-as-of", company=one.company, as_of=one.as_of, age=one.age)


def _cells(row: BoardRow) -> tuple[object, ...]:
    status = row.status_text + (f"（{STAGE_WORDS[row.stage]}）" if row.stage else "")
    flag = f"\n{FLAG_WORDS.get(row.held.flag, row.held.flag)}至 {row.held.until or '—'}" if row.held else ""
    if row.promise_broken_on:
        flag += "\n" + console.words("cli.promise-broken", on=row.promise_broken_on)
    letter = f"{row.last_letter.number}\n{letter_words(row.last_letter)}" if row.last_letter else ""
    provisional = "（暂定）" if row.is_provisional else ""
    step = row.next_step.why.sentence() if row.balance else ""
    clock = row.limitation
    if clock and clock.alert is not None:
        step += "\n" + console.words("cli.limitation-alert", until=clock.until, days=clock.days_left)
    advance = f"\n预收 {row.advance:,}" if row.advance else ""
    return (
        row.customer, row.contract_no, f"{row.seq} {row.title}", f"{row.due or '—'}{provisional}", f"{row.amount:,}",
        f"{row.paid:,}{advance}", f"{row.balance:,}", penalty_words(row), status + flag,
        row.owner, letter, step,
    )  # fmt: skip


def penalty_words(row: BoardRow) -> str:
    """Return the contract's penalty, or the statute's interest marked as such, or a dash where neither grows."""
    if row.interest is not None:
        return console.words("cli.statute-interest", amount=f"{row.interest:,}")
    return "—" if row.penalty is None else f"{row.penalty:,}"


def _ageing(line: AgeingLine, name: str | None = None) -> tuple[object, ...]:
    amounts = (line.not_due, line.to_30, line.to_60, line.to_90, line.over_90, line.overdue, line.total)
    return (name or line.name, *(f"{amount:,}" for amount in amounts))
