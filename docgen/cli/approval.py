"""`docgen approval`, `approve` and `reject`: who must agree before a paper goes out, and the trail of it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from docgen.cli import approval_lists, console
from docgen.cli.identity import USER_VARIABLE, FromStdin, User, acting
from docgen.errors import DocgenError, WrongUsage
from docgen.findings import warning
from docgen.services import approvals, delegations
from docgen.services.approval_sheets import file_sheet
from docgen.services.approvals import Decision, Told
from docgen.services.bulk_approvals import is_list
from docgen.services.delegations import NewDelegation
from docgen.services.issue_document import Issued
from docgen.services.office import Office

approval_app = typer.Typer(no_args_is_help=True, help="审批：申请、查看、撤回、委托 · approvals")
Id = Annotated[str, typer.Argument(metavar="ID", help="审批编号；合并申请用 PS 编号 · the request's id, or a list's")]
Post = Annotated[str | None, typer.Option(help="哪个岗位的环节，默认轮到的那个 · which step")]
Reason = Annotated[str, typer.Option(help="理由 · why")]


@approval_app.command("request")
def request(  # noqa: PLR0913  # a command's options are its arguments
    deal: Annotated[str, typer.Argument(metavar="DEAL", help="合同、订单或客户方编号 · any number of the deal")],
    kind: Annotated[str, typer.Argument(metavar="KIND", help="文书种类 · kind")],
    *,
    seq: Annotated[int | None, typer.Option(help="第几期、第几次变更或验收 · which part")] = None,
    as_of: Annotated[str | None, typer.Option(help="按某日的情况 · facts as of a day")] = None,
    about: Annotated[str | None, typer.Option(help="关于哪一份文书（通知类） · which paper a notice is about")] = None,
    user: User = None,
    password_stdin: FromStdin = False,
) -> None:
    """申请审批：冻结要批准的内容 · ask for approval of a paper."""
    office = console.office()
    day = console.day(as_of, "--as-of")
    who = acting(user, from_stdin=password_stdin)
    _show(approvals.request_approval(office, deal, kind, who, seq=seq, as_of=day, about=about))


def approve(  # noqa: PLR0913  # a command's options are its arguments
    approval_id: Id,
    *,
    remark: Annotated[str, typer.Option(help="审批意见 · remark")] = "",
    post: Post = None,
    no_sheets: Annotated[bool, typer.Option("--no-sheets", help="暂不生成审批表 · file no sheets now")] = False,
    user: User = None,
    password_stdin: FromStdin = False,
) -> int:
    """同意；最后一个环节通过时生成并归档审批表。PS 编号：合并申请的各函一次同意 · approve a step, or a whole list."""
    office = console.office()
    who, decision = acting(user, from_stdin=password_stdin), Decision(remark, post)
    if is_list(approval_id):
        return approval_lists.approve(office, approval_id, who, decision, has_sheets=not no_sheets)
    done = approvals.approve(office, approval_id, who, decision)
    _show(done, sheet=None if no_sheets else _sheet(office, done))
    return 0


def reject(
    approval_id: Id, *, reason: Reason, post: Post = None, user: User = None, password_stdin: FromStdin = False
) -> int:
    """驳回，写明理由；全部环节重新开始 · reject with a reason."""
    office = console.office()
    who, decision = acting(user, from_stdin=password_stdin), Decision(reason, post)
    if is_list(approval_id):
        return approval_lists.reject(office, approval_id, who, decision)
    _show(approvals.reject(office, approval_id, who, decision))
    return 0


@approval_app.command("withdraw")
def withdraw(approval_id: Id, *, reason: Reason, user: User = None, password_stdin: FromStdin = False) -> int:
    """撤回自己的申请 · take a request back."""
    office = console.office()
    who = acting(user, from_stdin=password_stdin)
    if is_list(approval_id):
        return approval_lists.withdraw(office, approval_id, who, reason=reason)
    _show(approvals.withdraw(office, approval_id, who, reason=reason))
    return 0


@approval_app.command("list")
def list_approvals(
    *,
    mine: Annotated[bool, typer.Option("--mine", help="只看轮到我的 · only those waiting for me")] = False,
    deal: Annotated[str | None, typer.Option(help="只看某合同 · of one deal")] = None,
    user: User = None,
) -> None:
    """列出审批 · list approvals."""
    office = console.office()
    name = user or os.environ.get(USER_VARIABLE)
    if mine and not name:
        raise WrongUsage.of("people.nobody-named", "--user")
    rows = approvals.list_approvals(office, mine=name if mine else None, contract=deal)
    if console.wants_json():
        console.dump({"approvals": [_plain(each) for each in rows]})
        return
    columns = (
        "cli.col-approval",
        "cli.col-contract",
        "cli.col-paper",
        "cli.col-amount",
        "cli.col-state",
        "cli.col-turn",
    )
    console.table(
        "",
        columns,
        (
            (
                each.approval.id,
                each.approval.contract_no,
                f"{each.approval.title} {each.approval.subject}",
                each.approval.amount,
                _state(each),
                _turn(each),
            )
            for each in rows
        ),
    )
    approval_lists.hint_lists(rows)


@approval_app.command("show")
def show(
    approval_id: Id,
    *,
    xlsx: Annotated[
        Path | None, typer.Option(metavar="FILE", help="合并申请另存为工作簿 · a list as a workbook")
    ] = None,
) -> None:
    """查看一份申请的内容和全部审批记录，或合并申请的各函 · one request with its trail, or a list."""
    if is_list(approval_id):
        approval_lists.show(console.office(), approval_id, xlsx)
        return
    if xlsx is not None:
        raise WrongUsage.of("cli.xlsx-of-lists", "--xlsx")
    _show(approvals.told(console.office(), approval_id), with_trail=True)


@approval_app.command("delegate")
def delegate(  # noqa: PLR0913  # a command's options are its arguments
    *,
    to: Annotated[str, typer.Option(help="委托给谁 · to whom")],
    since: Annotated[str, typer.Option("--from", help="从哪天 · first day")],
    until: Annotated[str, typer.Option(help="到哪天（含）· last day")],
    reason: Reason,
    user: User = None,
    password_stdin: FromStdin = False,
) -> None:
    """委托他人代为审批一段时间 · let somebody act for you."""
    office = console.office()
    first, last = console.required_day(since, "--from"), console.required_day(until, "--until")
    who = acting(user, from_stdin=password_stdin)
    done = delegations.delegate(office, who, NewDelegation(to, first, last, reason))
    if console.wants_json():
        console.dump(done)
    else:
        console.say("cli.delegated", id=done.id, giver=done.giver, taker=done.taker, first=done.first, last=done.last)


@approval_app.command("undelegate")
def undelegate(
    delegation_id: Annotated[str, typer.Argument(metavar="ID", help="委托编号 · the delegation's id")],
    *,
    user: User = None,
    password_stdin: FromStdin = False,
) -> None:
    """结束委托 · end a delegation now."""
    office = console.office()
    done = delegations.undelegate(office, delegation_id, acting(user, from_stdin=password_stdin))
    if console.wants_json():
        console.dump(done)
    else:
        console.say("cli.undelegated", id=done.id, taker=done.taker)


@approval_app.command("delegations")
def list_delegations() -> None:
    """列出委托 · list delegations."""
    rows = delegations.list_delegations(console.office())
    if console.wants_json():
        console.dump({"delegations": rows})
        return
    columns = ("cli.col-approval", "cli.col-giver", "cli.col-taker", "cli.col-from", "cli.col-until", "cli.col-reason")
    console.table(
        "",
        columns,
        ((row.id, row.giver, row.taker, row.first, row.last, row.reason) for row in rows if not row.is_ended),
    )


@approval_app.command("accept-routes")
def accept_routes(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="文书种类 · kind")],
    *,
    reason: Reason,
    user: User = None,
    password_stdin: FromStdin = False,
) -> None:
    """管理员决定：采用本单位自己的审批路线 · let this office's own routes of a kind stand."""
    office = console.office()
    done = delegations.accept_routes(office, kind, acting(user, from_stdin=password_stdin), reason=reason)
    if console.wants_json():
        console.dump(done)
    else:
        console.say("cli.routes-accepted", kind=done.kind, title=done.title)


def _sheet(office: Office, done: Told) -> Issued | None:
    """File the sheet of a completed request; what keeps it from being filed is told, and the approval stands."""
    try:
        return file_sheet(office, done.approval)
    except DocgenError as problem:
        contract, n = done.approval.contract_no, done.approval.n
        console.show_findings(
            [*problem.findings, warning("approvals.sheet-later", done.approval.id, contract=contract, n=n)]
        )
        return None


def _show(done: Told, *, sheet: Issued | None = None, with_trail: bool = False) -> None:
    if console.wants_json():
        console.dump({**_plain(done), "sheet": sheet})
        return
    found = done.approval
    console.show_findings(done.findings)
    console.say("cli.approval", id=found.id, contract=found.contract_no, title=found.title, subject=found.subject)
    console.say("cli.approval-state", round=found.round, state=_state(done), turn=_turn(done) or "—", route=found.route)
    if with_trail:
        for label, text in found.summary:
            console.say("cli.approval-line", label=label, text=text)
    for act in found.acts:
        verdict = console.words(f"cli.verdict-{act.verdict}")
        late = console.words("cli.late") if act.is_late else ""
        told = {"round": act.round, "post": act.post, "person": act.person, "remark": act.remark, "on": act.on}
        console.say("cli.approval-act", verdict=verdict, late=late, **told)
    if sheet is not None:
        console.say("cli.issued", number=sheet.number, title=sheet.title, letter="", pages=sheet.pages)


def _plain(done: Told) -> dict[str, object]:
    """Return a request for `--json` without the frozen content: it stands in the log, and its digest here."""
    plain = console.plain(done)
    if isinstance(plain, dict) and isinstance(plain["approval"], dict):
        plain["approval"].pop("content")
        plain["approval"]["requesters"] = sorted(done.approval.requesters)
        return plain
    raise TypeError(type(plain).__name__)


def _state(done: Told) -> str:
    return console.words(f"cli.approval-{done.status}")


def _turn(done: Told) -> str:
    late = console.words("cli.late")
    return "、".join(f"{post}{late}" if post in done.late else post for post in done.waiting)
