"""`docgen letter`: what became of a paper that was sent."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from docgen.cli import console
from docgen.cli.facts import Evidence, OptionalReason, Reason, Revision
from docgen.findings import Severity
from docgen.services.batch_sent import send_batch
from docgen.services.letters import (
    Dispatch,
    LetterTold,
    deliver_letter,
    fail_letter,
    send_letter,
    withdraw_letter,
)

letter_app = typer.Typer(no_args_is_help=True, help="函件：寄出、送达、退回 · letters on their way")
Number = Annotated[str, typer.Argument(metavar="NO", help="文件编号 · the paper's number")]
On = Annotated[str, typer.Option(help="日期 · the day, 2024-03-15")]
Ems = Annotated[str | None, typer.Option(help="EMS 或快递单号 · tracking number")]
Attempt = Annotated[int | None, typer.Option(help="第几次寄送，默认最近一次 · which dispatch")]


@letter_app.command("sent")
def sent(  # noqa: PLR0913  # a command's options are its arguments
    number: Number,
    *,
    on: On,
    channel: Annotated[str, typer.Option(help="ems、快递、面交、邮件、传真… · how it travels")],
    ems: Ems = None,
    evidence: Evidence = None,
    revision: Revision = None,
) -> None:
    """记录寄出 · it was sent."""
    _tell(send_letter, number, _dispatch(on, channel=channel, tracking=ems, evidence=evidence), revision)


@letter_app.command("sent-batch")
def sent_batch(
    batch_id: Annotated[str, typer.Argument(metavar="ID", help="批次号 · the batch")],
    *,
    on: On,
    channel: Annotated[str, typer.Option(help="ems、快递、面交、邮件、传真… · how they travel")],
    tracking: Annotated[
        Path | None, typer.Option(metavar="FILE", help="单号表：每行 文件编号,单号，或 xlsx · tracking numbers")
    ] = None,
    evidence: Evidence = None,
) -> int:
    """一次登记一个批次的函件都已寄出 · the letters of a batch were sent."""
    done = send_batch(console.office(), batch_id, _dispatch(on, channel=channel, evidence=evidence), tracking=tracking)
    if console.wants_json():
        console.dump({"letters": done})
    else:
        console.show_findings(finding for each in done for finding in each.findings)
        count = sum(each.is_sent for each in done)
        console.say("cli.batch-sent", id=batch_id, sent=count, other=len(done) - count)
    return 1 if any(finding.severity is Severity.ERROR for each in done for finding in each.findings) else 0


@letter_app.command("delivered")
def delivered(  # noqa: PLR0913  # a command's options are its arguments
    number: Number,
    *,
    on: On,
    ems: Ems = None,
    attempt: Attempt = None,
    evidence: Evidence = None,
    revision: Revision = None,
) -> None:
    """记录送达 · it arrived."""
    _tell(deliver_letter, number, _dispatch(on, tracking=ems, evidence=evidence, attempt=attempt), revision)


@letter_app.command("failed")
def failed(  # noqa: PLR0913  # a command's options are its arguments
    number: Number,
    *,
    on: On,
    reason: Reason,
    ems: Ems = None,
    attempt: Attempt = None,
    evidence: Evidence = None,
    revision: Revision = None,
) -> None:
    """记录退回或未能送达 · it came back."""
    told = _dispatch(on, tracking=ems, evidence=evidence, attempt=attempt, reason=reason)
    _tell(fail_letter, number, told, revision)


@letter_app.command("undo")
def undo(number: Number, *, attempt: Attempt = None, reason: OptionalReason = None, revision: Revision = None) -> None:
    """撤回最近记的一步：先撤送达或退回，再撤寄送 · take the last step told of a dispatch back."""
    office = console.office()
    _show(withdraw_letter(office, number, Dispatch(office.today(), attempt=attempt, reason=reason), revision=revision))


def _dispatch(on: str, **told: object) -> Dispatch:
    return Dispatch(console.required_day(on, "--on"), **told)  # type: ignore[arg-type]  # the options' own types


def _tell(verb: Callable[..., LetterTold], number: str, told: Dispatch, revision: int | None) -> None:
    _show(verb(console.office(), number, told, revision=revision))


def _show(done: LetterTold) -> None:
    if console.wants_json():
        console.dump(done)
        return
    console.show_findings(done.findings)
    letter = done.letter
    state = console.words(f"cli.letter-{letter.status}")
    day = letter.delivered_on or letter.failed_on or letter.sent_on
    console.say("cli.letter-told", number=letter.number, title=done.title, attempt=letter.attempt, state=state, day=day)
