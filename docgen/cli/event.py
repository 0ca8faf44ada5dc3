"""`docgen event`: record what happened, list it, take a wrong fact back."""

from __future__ import annotations

from typing import Annotated

import typer

from docgen.cli import console
from docgen.cli.facts import Deal, Evidence, File, OptionalReason, Reason, Revision, Sets, Source, show_fact
from docgen.cli.registers import show_history
from docgen.services.assignments import assigned
from docgen.services.deal_history import list_events
from docgen.services.fact_words import fact_kinds, has_field, in_own_names, told_by
from docgen.services.read_record import read_group
from docgen.services.record_fact import NewFact, Withdrawal, add_fact, undo_fact

event_app = typer.Typer(no_args_is_help=True, help="事实：签订、交付、验收、开票、通知、终止 · what happened")
Kind = Annotated[
    str,
    typer.Argument(
        metavar="KIND",
        help="签订、交付、验收、开票、回款、退款、送达、终止、争议、承诺、暂停、解除、逾期原因、核销、延迟、已办",
    ),
]


@event_app.command("add")
def add(  # noqa: PLR0913  # a command's options are its arguments
    number: Deal,
    kind: Kind,
    *,
    on: Annotated[str | None, typer.Option(help="日期 · the day, 2024-05-06")] = None,
    instalment: Annotated[int | None, typer.Option(help="对应期次 · which instalment")] = None,
    until: Annotated[str | None, typer.Option(help="截止日期 · until when")] = None,
    reason: OptionalReason = None,
    sets: Sets = None,
    file: File = None,
    source: Source = None,
    evidence: Evidence = None,
    revision: Revision = None,
) -> None:
    """记录一件事实 · record one fact.

    例：docgen event add HT2024031002 争议 --on 2024-07-01 --instalment 1 --until 2024-07-31 --reason 设备掉线

    例：docgen event add HT2024031002 逾期原因 --on 2024-05-06 --instalment 1 --set 原因类别=资金紧张 --reason 审批延迟

    例：docgen event add HT2024031002 核销 --on 2024-12-31 --instalment 1 --reason 客户破产 --evidence 审批单

    例：docgen event add HT2024031002 延迟 --on 2024-03-20 --reason 机房未通电 --set 责任方=客户

    例：docgen event add HT2024031002 已办 --on 2024-03-28 --set 规则编号=R-2.4-13
    """
    office = console.office()
    named, told = told_by(kind)
    day = "received_on" if not has_field(named, "on") else "on"
    options = {day: on, "instalment": instalment, "until": until, "reason": reason}
    given = [f"{name}={value}" for name, value in options.items() if value is not None]
    values = assigned({**told, **(read_group(file) if file else {})}, [*given, *in_own_names(named, sets or ())])
    done = add_fact(office, number, NewFact(named, values, source, evidence), revision=revision)
    show_fact(done, "cli.fact-recorded")


@event_app.command("kinds")
def kinds(kind: Annotated[str | None, typer.Argument(metavar="KIND", help="只看一种 · only this kind")] = None) -> None:
    """列出可记录的事实和各自的字段，* 为必填 · kinds of facts and their fields; * must be given."""
    found = fact_kinds(kind)
    if console.wants_json():
        console.dump({"kinds": found})
        return
    columns = ("cli.col-field", "cli.col-title", "cli.col-required", "cli.col-remark")
    for each in found:
        heading = f"{each.title}：{'、'.join((*each.words, each.word))}"
        rows = ((one.name, one.title, "*" if one.is_required else "", one.note) for one in each.fields)
        console.table(heading, columns, rows)


@event_app.command("list")
def list_(number: Deal) -> None:
    """列出合同的全部记录 · everything written down about a deal."""
    office = console.office()
    lines = list_events(office, number)
    if console.wants_json():
        console.dump({"events": lines})
        return
    show_history(lines, office.workspace.timezone)


@event_app.command("undo")
def undo(
    number: Deal,
    kind: Kind,
    key: Annotated[str, typer.Argument(metavar="KEY", help="次序或发票号码；唯一的事实不填 · its number")] = "",
    *,
    reason: Reason,
    revision: Revision = None,
) -> None:
    """撤回一件记错的事实，原记录留存 · withdraw a wrong fact by a counter-event."""
    done = undo_fact(console.office(), number, Withdrawal(told_by(kind)[0], key, reason), revision=revision)
    show_fact(done, "cli.fact-withdrawn")
