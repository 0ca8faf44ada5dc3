"""`docgen change`: a change of the terms is asked for, weighed, and made effective by a person."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from docgen.cli import console
from docgen.cli.facts import Deal, Evidence, OptionalReason, Revision, show_fact
from docgen.services.change_terms import ChangeTold, Signed, Verdict, evaluate_change, new_change, sign_change

change_app = typer.Typer(no_args_is_help=True, help="合同变更：提出、评估、签署 · changes of the terms")
Seq = Annotated[int, typer.Argument(metavar="SEQ", help="变更次序 · which change")]


@change_app.command("new")
def new(
    number: Deal,
    *,
    file: Annotated[Path, typer.Option("--file", help="变更内容（YAML）· the change")],
    revision: Revision = None,
) -> None:
    """提出变更，记入档案 · add a change to the record."""
    _show(new_change(console.office(), number, file, revision=revision), "cli.change-added")


@change_app.command("evaluate")
def evaluate(  # noqa: PLR0913  # a command's options are its arguments
    number: Deal,
    seq: Seq,
    *,
    department: Annotated[str, typer.Option(help="销售部|产品部|技术部 · who says so")],
    result: Annotated[str, typer.Option(help="同意|拒绝|替代方案 · what they say")],
    remark: Annotated[str | None, typer.Option(help="说明 · remark")] = None,
    revision: Revision = None,
) -> None:
    """记录部门的评估意见 · a department's word on a change."""
    verdict = Verdict(department, result, remark)
    _show(evaluate_change(console.office(), number, seq, verdict, revision=revision), "cli.change-evaluated")


@change_app.command("sign")
def sign(  # noqa: PLR0913  # a command's options are its arguments
    number: Deal,
    seq: Seq,
    *,
    ours: Annotated[str, typer.Option(help="我方签署日期 · our side's day")],
    theirs: Annotated[str, typer.Option(help="客户签署日期 · the customer's day")],
    evidence: Evidence = None,
    reason: OptionalReason = None,
    revision: Revision = None,
) -> None:
    """凭签回件确认双方已签，变更自后签之日生效 · a person makes a change effective."""
    first, second = console.required_day(ours, "--ours"), console.required_day(theirs, "--theirs")
    done = sign_change(console.office(), number, seq, Signed(first, second, evidence, reason), revision=revision)
    show_fact(done, "cli.fact-recorded")


def _show(done: ChangeTold, code: str) -> None:
    if console.wants_json():
        console.dump(done)
        return
    console.show_findings(done.findings)
    console.say(code, contract=done.contract_no, seq=done.seq, revision=done.revision)
    if done.evaluations:
        columns = ("cli.col-department", "cli.col-result", "cli.col-remark", "cli.col-actor")
        rows = ((e.department, console.words(f"cli.verdict-{e.result}"), e.remark, e.actor) for e in done.evaluations)
        console.table("", columns, rows)
