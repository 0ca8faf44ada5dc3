"""`docgen review`: the key-clause checklist of a contract, and a person's answers to it."""

from __future__ import annotations

from typing import Annotated

import typer

from docgen.cli import console
from docgen.cli.facts import Deal, Reason, Revision
from docgen.review.line import Line, Result
from docgen.services.review_contract import LineAnswered, answer_line, review_checklist, withdraw_answer

review_app = typer.Typer(no_args_is_help=True, help="合同关键条款核对：查看、答复、撤回 · the key-clause checklist")
LineId = Annotated[str, typer.Argument(metavar="LINE", help="项目代号，例如 JF-03 · the line's id")]


@review_app.command("checklist")
def show_checklist(
    number: Deal, *, as_of: Annotated[str | None, typer.Option(help="截至日 · as of a day, 2024-03-11")] = None
) -> None:
    """查看合同关键条款核对表 · show the checklist."""
    office = console.office()
    found = review_checklist(office, number, as_of=console.day(as_of, "--as-of"))
    if console.wants_json():
        console.dump(found)
        return
    columns = ("cli.col-line", "cli.col-clause-type", "cli.col-checked", "cli.col-found", "cli.col-result",
               "cli.col-remark")  # fmt: skip
    rows = [(each.id, each.clause_type.value, each.what, each.finding, each.result.value, _remark(each))
            for each in found.lines]  # fmt: skip
    console.table("", columns, rows)
    counts = found.counts
    console.say(
        "cli.checklist-counts", count=len(found.lines), yes=counts[Result.YES], no=counts[Result.NO],
        open=counts[Result.OPEN], not_applicable=counts[Result.NOT_APPLICABLE], version=found.version,
        as_of=found.as_of,
    )  # fmt: skip
    if found.is_settled:
        console.say("cli.checklist-settled")
    else:
        console.say("cli.checklist-unsettled", lines="、".join(line.id for line in found.unsettled))


@review_app.command("answer")
def answer(  # a command's options are its arguments
    number: Deal,
    line: LineId,
    result: Annotated[str, typer.Argument(metavar="RESULT", help="是|否|不适用")],
    *,
    remark: Annotated[str | None, typer.Option(help="备注；结果为否、不适用时必填 · remark")] = None,
    revision: Revision = None,
) -> None:
    """答复一项 · answer one line."""
    _show(answer_line(console.office(), number, line, result=result, remark=remark, revision=revision))


@review_app.command("undo")
def undo(number: Deal, line: LineId, *, reason: Reason, revision: Revision = None) -> None:
    """撤回最近一次答复，原答复留存 · take the last answer to a line back."""
    _show(withdraw_answer(console.office(), number, line, reason=reason, revision=revision))


def _remark(line: Line) -> str:
    if not line.answered_by:
        return line.remark
    code = "cli.answer-stale" if line.is_stale else "cli.answered-by"
    return line.remark + console.words(code, actor=line.answered_by, day=line.answered_on)


def _show(done: LineAnswered) -> None:
    if console.wants_json():
        console.dump(done)
        return
    console.show_findings(done.findings)
    line = done.line
    console.say(
        "cli.line-answered", contract=done.contract_no, line=line.id, what=line.what, result=line.result.value,
        revision=done.revision, left=len(done.unsettled),
    )  # fmt: skip
