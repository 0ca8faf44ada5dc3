"""`docgen retention propose | proposals | proposal … | approve | reject | withdraw | dispose`: lawful destruction."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from docgen.cli import console
from docgen.cli.identity import FromStdin, acting
from docgen.cli.progress import step_bar, stepping
from docgen.errors import Refused
from docgen.retention.disposal import NEEDED, Proposal, ProposedItem, Removed, Status
from docgen.services import disposition, disposition_run, disposition_sheet
from docgen.services.disposition_run import Outcome, Preview
from docgen.services.office import Office
from docgen.services.retention_review import Chosen

proposal_app = typer.Typer(no_args_is_help=True, help="销毁建议：查看、移出一件 · a proposal to destroy")
Id = Annotated[str, typer.Argument(metavar="ID", help="销毁建议编号，如 XH2024-003 · the proposal's id")]
Reason = Annotated[str, typer.Option(help="理由 · why")]
Actor = Annotated[str | None, typer.Option("--by", "--user", help="以谁的身份，默认 DOCGEN_USER · who acts")]
Xlsx = Annotated[Path | None, typer.Option(help="写成 Excel 清单 · write a workbook")]
_COLUMNS = (
    "cli.col-kept-until",
    "cli.col-contract",
    "cli.col-title",
    "cli.col-number",
    "cli.col-pages",
    "cli.col-item",
    "cli.col-why",
)


def propose(  # noqa: PLR0913  # a command's options are its arguments
    *,
    as_of: Annotated[str | None, typer.Option(help="按某日的情况 · as of a day")] = None,
    contract: Annotated[str | None, typer.Option(help="只限某合同 · of one deal")] = None,
    customer: Annotated[str | None, typer.Option(help="只限某客户（编号或名称）· of one customer")] = None,
    class_id: Annotated[str | None, typer.Option("--class", help="只限某保管类别 · of one class")] = None,
    reason: Reason = disposition.DEFAULT_REASON,
    xlsx: Xlsx = None,
    by: Actor = None,
    password_stdin: FromStdin = False,
) -> None:
    """提出销毁建议：把期满且无可保留理由的文件定为一份清单 · propose what may be destroyed."""
    office, day = console.office(), console.day(as_of, "--as-of")
    who = acting(by, from_stdin=password_stdin)
    done = disposition.propose(office, who, as_of=day, chosen=Chosen(contract, customer, class_id), reason=reason)
    if xlsx is not None:
        disposition_sheet.write_proposal(done.proposal, xlsx)
    if console.wants_json():
        console.dump(done)
        return
    console.show_findings(done.kept_back)
    _tell(done.proposal)
    if xlsx is not None:
        console.say("cli.retention-written", path=xlsx)


def proposals() -> None:
    """列出销毁建议 · list proposals."""
    rows = disposition.list_proposals(console.office())
    if console.wants_json():
        console.dump({"proposals": rows})
        return
    columns = (
        "cli.col-proposal",
        "cli.col-state",
        "cli.col-as-of",
        "cli.col-items",
        "cli.col-approvals",
        "cli.col-placed-by",
        "cli.col-list",
        "cli.col-reason",
    )
    console.table(
        "",
        columns,
        (
            (
                each.id,
                console.words(f"cli.disposal-{each.status}"),
                each.as_of,
                each.items,
                each.approvals,
                each.proposed_by,
                each.list_number,
                each.reason,
            )
            for each in rows
        ),
    )


@proposal_app.command("show")
def show(proposal_id: Id, *, xlsx: Xlsx = None) -> None:
    """查看一份销毁建议：每一件、理由、签批和结果 · one proposal."""
    found = disposition.show_proposal(console.office(), proposal_id)
    if xlsx is not None:
        disposition_sheet.write_proposal(found, xlsx)
    if console.wants_json():
        console.dump(found)
        return
    _tell(found)
    if xlsx is not None:
        console.say("cli.retention-written", path=xlsx)


@proposal_app.command("remove")
def remove(
    proposal_id: Id,
    item: Annotated[str, typer.Argument(metavar="ITEM", help="归档件号 · the item's id")],
    *,
    reason: Reason,
    by: Actor = None,
    password_stdin: FromStdin = False,
) -> None:
    """把一件移出销毁建议，写明理由；已有的批准仍有效 · take one item off."""
    office = console.office()
    _shown(disposition.strike_item(office, proposal_id, item, acting(by, from_stdin=password_stdin), reason=reason))


def approve(
    proposal_id: Id,
    *,
    post: Annotated[str | None, typer.Option(help="以哪个岗位，默认第一个 · in which post")] = None,
    remark: Annotated[str, typer.Option(help="意见 · remark")] = "",
    by: Actor = None,
    password_stdin: FromStdin = False,
) -> None:
    """批准销毁；须两个不同的人，提出人不能批准 · approve, two different people."""
    office = console.office()
    who = acting(by, from_stdin=password_stdin)
    _shown(disposition.approve_proposal(office, proposal_id, who, post=post, remark=remark))


def reject(proposal_id: Id, *, reason: Reason, by: Actor = None, password_stdin: FromStdin = False) -> None:
    """驳回销毁建议，写明理由 · refuse a proposal."""
    office = console.office()
    _shown(disposition.reject_proposal(office, proposal_id, acting(by, from_stdin=password_stdin), reason=reason))


def withdraw(proposal_id: Id, *, reason: Reason, by: Actor = None, password_stdin: FromStdin = False) -> None:
    """撤回自己提出的销毁建议 · take a proposal back."""
    office = console.office()
    _shown(disposition.withdraw_proposal(office, proposal_id, acting(by, from_stdin=password_stdin), reason=reason))


def dispose(  # noqa: PLR0913  # a command's options are its arguments
    proposal_id: Id,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只看会怎样，什么也不动 · change nothing")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="不再询问，执行销毁 · destroy without asking")] = False,
    confirm_date: Annotated[
        str | None, typer.Option(help="日志长期空白时，另行核对的今天日期 · today, read elsewhere")
    ] = None,
    by: Actor = None,
    password_stdin: FromStdin = False,
) -> None:
    """执行销毁：逐件复核，编号出具销毁清册，再销毁；中断后再执行一次即续做 · carry an approved proposal out."""
    office, day = console.office(), console.day(confirm_date, "--confirm-date")
    if dry_run:
        _preview(_looked_at(office, proposal_id))
        return
    disposition_run.require_ready(proposal_id)
    found = None if yes else _looked_at(office, proposal_id)
    who = acting(by, from_stdin=password_stdin)
    if found is not None:
        _preview(found)
        if (
            typer.prompt(console.words("cli.dispose-ask", id=proposal_id), default="", show_default=False)
            != proposal_id
        ):
            raise Refused.of("retention.not-confirmed", proposal_id)
    with step_bar() as bar:
        done = disposition_run.carry_out(office, proposal_id, who, confirmed=day, progress=stepping(bar, _step))
    _outcome(done)


def _step(step: str) -> str:
    return console.words(f"cli.dispose-step-{step}")


def _looked_at(office: Office, proposal_id: str) -> Preview:
    with step_bar() as bar:
        return disposition_run.preview(office, proposal_id, progress=stepping(bar, _step))


def _preview(found: Preview) -> None:
    if console.wants_json():
        console.dump(found)
        return
    console.table("", _COLUMNS, (_row(each, "") for each in found.items))
    _kept(found.proposal, found.kept_back)
    told = {"count": len(found.items), "pages": found.pages, "files": found.files, "back": len(found.kept_back)}
    console.say("cli.dispose-preview", id=found.proposal.id, **told)


def _outcome(done: Outcome) -> None:
    if console.wants_json():
        console.dump(done)
        return
    _kept(done.proposal, done.kept_back)
    told = {"count": done.destroyed, "back": len(done.kept_back), "number": done.list_number}
    console.say("cli.disposed", id=done.proposal.id, **told)
    if done.proposal.correction:
        console.say("cli.disposal-corrected", number=done.proposal.correction)


def _shown(found: Proposal) -> None:
    if console.wants_json():
        console.dump(found)
    else:
        _tell(found)


def _tell(found: Proposal) -> None:
    fates = disposition_sheet.fates_of(found)
    console.table("", _COLUMNS, (_row(each, fates.get(each.id, "")) for each in found.items))
    state = console.words(f"cli.disposal-{found.status}")
    told = {"state": state, "as_of": found.as_of, "count": len(found.standing), "reason": found.reason}
    console.say("cli.proposal", id=found.id, by=found.proposed.display, on=found.proposed.on, **told)
    for each in found.approvals:
        console.say("cli.proposal-approved", by=each.display, post=each.post, on=each.on, remark=each.reason)
    if found.ended is not None:
        console.say(
            "cli.proposal-ended", by=found.ended.display, on=found.ended.on, state=state, reason=found.ended.reason
        )
    if found.list_number:
        console.say("cli.proposal-list", number=found.list_number)
    if found.status in {Status.OPEN, Status.APPROVED, Status.BEGUN}:
        wanted = NEEDED - len({each.user for each in found.approvals})
        console.say(f"cli.proposal-next-{found.status}", id=found.id, count=wanted)


def _kept(found: Proposal, rows: tuple[Removed, ...]) -> None:
    titles = {each.id: each.title for each in found.items}
    for each in rows:
        console.say("cli.disposal-kept", item=each.item, title=titles.get(each.item, ""), why=each.why)


def _row(each: ProposedItem, fate: str) -> tuple[object, ...]:
    why = f"{each.class_title}，{each.rule}" + (f"，自 {each.started_on}" if each.started_on else "")
    why += f"，{each.evidence}" if each.evidence else ""
    return each.until, each.contract_no, each.title, each.number, each.pages, each.id, f"{fate}；{why}" if fate else why
