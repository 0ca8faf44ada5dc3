"""`docgen batch`: the same letter for everybody who is due one, in one go."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from docgen.cli import approval_lists, console
from docgen.cli.identity import FromStdin, User, acting
from docgen.cli.packet import Also, Without, chosen
from docgen.cli.progress import advancing, progress_bar
from docgen.errors import WrongUsage
from docgen.findings import Finding
from docgen.services.batch import (
    BatchDone,
    BatchPlan,
    Preview,
    letters_due,
    order_for,
    plan_due,
    plan_listed,
    preview,
    resume_batch,
    run_batch,
)
from docgen.services.batch_item import BatchOrder
from docgen.services.batch_results import Written, write_results
from docgen.services.due_board import DueBoard, Wanted, due_board
from docgen.services.office import Office

_SHOWN = 50
_PREVIEW = ("cli.col-contract", "cli.col-seq", "cli.col-customer", "cli.col-title", "cli.col-reasons")
_FAILED = ("cli.col-contract", "cli.col-customer", "cli.col-reasons")


def batch(  # noqa: PLR0913  # a command's options are its arguments
    kind: Annotated[str | None, typer.Argument(metavar="KIND", help="文书种类：代号或中文名 · the kind")] = None,
    *,
    due: Annotated[bool, typer.Option("--due", help="凡此时该发此函的 · whoever is due one")] = False,
    deals: Annotated[Path | None, typer.Option(metavar="FILE", help="名单：每行一个合同编号，或 xlsx · a list")] = None,
    as_of: Annotated[str | None, typer.Option(help="按某日的情况 · facts as of a day")] = None,
    dated: Annotated[str | None, typer.Option(help="文件日期（须写理由）· the papers' date")] = None,
    reason: Annotated[str | None, typer.Option(help="理由 · why")] = None,
    face: Annotated[list[str] | None, typer.Option(help="只出某种形式 pdf、docx · only this face")] = None,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="结果放入文件夹 · results into a folder")] = None,
    resume: Annotated[str | None, typer.Option(metavar="ID", help="接着做中断的批次 · go on with a batch")] = None,
    workers: Annotated[int | None, typer.Option(min=1, max=64, help="进程数（默认核数+1） · processes")] = None,
    as_print: Annotated[bool, typer.Option("--print", help="合成一个打印文件 · one file to print")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只列出会发什么，不出具 · only say what would go")] = False,
    packets: Annotated[bool, typer.Option("--packets", help="每份连同附件合订 · each with its attachments")] = False,
    without: Without = None,
    also: Also = None,
    request: Annotated[
        bool, typer.Option("--request-approval", help="不出具，为各函合并申请审批 · ask for approval of all at once")
    ] = False,
    user: User = None,
    password_stdin: FromStdin = False,
) -> int:
    """批量出函：可中断、可续做，同一项绝不重复出具 · many letters in one go."""
    office = console.office()
    if resume is not None and request:
        return approval_lists.ask(office, None, resume, acting(user, from_stdin=password_stdin))
    if resume is not None:
        done = _run(office, None, resume, workers)
        return _hand_over(office, done, out, as_print=as_print)
    if kind is None or due == (deals is not None):
        raise WrongUsage.of("cli.batch-due-or-deals", "--due")
    day = console.day(as_of, "--as-of")
    plan = plan_listed(office, kind, deals, as_of=day) if deals else plan_due(office, kind, as_of=day)
    if request:
        return approval_lists.ask(office, plan, "", acting(user, from_stdin=password_stdin))
    bound = chosen(without, also) if packets or without or also else None
    order = order_for(
        office, plan, dated=console.day(dated, "--dated"), reason=reason, faces=tuple(face or ()), packets=bound
    )
    if dry_run:
        with progress_bar("cli.batch-checking", has_rate=True) as bar:
            seen = preview(office, plan, order, progress=advancing(bar))
        _show_preview(office, seen)
        return 0
    done = _run(office, (plan, order), "", workers)
    return _hand_over(office, done, out, as_print=as_print)


def _run(office: Office, new: tuple[BatchPlan, BatchOrder] | None, batch_id: str, workers: int | None) -> BatchDone:
    """Run with a bar; the first Ctrl-C lets the items under way finish and begins no more."""
    stop = threading.Event()
    before = signal.signal(signal.SIGINT, lambda *_: stop.set())
    try:
        with progress_bar("cli.batch-issuing", has_rate=True) as bar:
            told = advancing(bar)
            if new is None:
                return resume_batch(office, batch_id, workers=workers, progress=told, stopped=stop.is_set)
            return run_batch(office, *new, workers=workers, progress=told, stopped=stop.is_set)
    finally:
        signal.signal(signal.SIGINT, before)


def _hand_over(office: Office, done: BatchDone, out: Path | None, *, as_print: bool) -> int:
    written = write_results(office, done, out or Path.cwd(), as_print=as_print)
    if console.wants_json():
        console.dump({"batch": done, "written": written})
    else:
        _show(done, written)
    return 130 if done.is_stopped else 1 if done.failed else 0


def _show(done: BatchDone, written: Written) -> None:
    if done.failed:
        rows = [(each.contract_no or each.deal, each.customer, _why(each.findings)) for each in done.failed]
        console.table(console.words("cli.title-batch-failed"), _FAILED, rows[:_SHOWN])
        _show_remedies(finding for each in done.failed for finding in each.findings)
    amount = f"{done.amount:,}"
    console.say("cli.batch-done", id=done.order.id, title=done.title, issued=len(done.issued), pages=done.pages,
                amount=amount, failed=len(done.failed))  # fmt: skip
    if done.is_stopped:
        console.say("cli.batch-stopped", id=done.order.id, left=done.wanted - len(done.results))
    for path in filter(None, (written.workbook, written.papers, *written.further)):
        console.say("cli.file-line", path=path)
    if any(finding.code == "approvals.needed" for each in done.failed for finding in each.findings):
        console.say("cli.batch-ask-together", title=done.title)
    if done.issued:
        console.say("cli.batch-then-sent", id=done.order.id)


def _show_remedies(findings: Iterable[Finding]) -> None:
    """Say what to do, each thing once, for the first item it concerns."""
    said: dict[str, Finding] = {}
    for finding in findings:
        said.setdefault(finding.code, finding)
    for finding in said.values():
        if finding.remedy():
            console.say("cli.batch-remedy", remedy=finding.remedy())


def _show_preview(office: Office, seen: Preview) -> None:
    if console.wants_json():
        console.dump(seen)
        return
    ready = [each for each in seen.items if each.is_ready]
    refused = [each for each in seen.items if not each.is_ready]
    rows = [(each.item.deal, each.item.seq or "", each.customer, each.title, "") for each in ready]
    if rows:
        console.table(console.words("cli.title-batch-ready"), _PREVIEW[:-1], [row[:-1] for row in rows])
    left = [(each.item.deal, each.item.seq or "", each.customer, _why(each.findings)) for each in refused]
    left += [(each.contract_no, each.seq or "", each.customer, each.why.sentence()) for each in seen.plan.not_chosen]
    if left:
        console.table(console.words("cli.title-batch-not"), (*_PREVIEW[:3], _PREVIEW[-1]), left)
        _show_remedies(finding for each in refused for finding in each.findings)
    console.say("cli.batch-preview", title=seen.plan.title, as_of=seen.plan.as_of, ready=len(ready), other=len(left))
    if not seen.items:
        show_letters_due(office, due_board(office, Wanted(as_of=seen.plan.as_of)))


def show_letters_due(office: Office, board: DueBoard) -> None:
    """Say which letters go out now, each with the command that issues them in one go."""
    options = "" if board.as_of == office.today() else f" --as-of {board.as_of}"
    for each in letters_due(board.rows):
        console.say("cli.letters-due", title=each.title, count=each.count, amount=f"{each.amount:,}", options=options)


def _why(findings: tuple[Finding, ...]) -> str:
    return "\n".join(each.sentence() for each in findings)
