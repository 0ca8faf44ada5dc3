"""`docgen retention`: until when each paper is kept and why; holding papers back, keeping them longer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from docgen.cli import console
from docgen.cli.identity import FromStdin, User, acting
from docgen.retention.standing import Ground, Standing
from docgen.services import retention, retention_acts, retention_review, retention_rules
from docgen.services.appraisals import appraisal_words
from docgen.services.retention import Explanation, ItemRetention
from docgen.services.retention_acts import HoldTold
from docgen.services.retention_review import Chosen

retention_app = typer.Typer(no_args_is_help=True, help="保管期限：列出、解释、延长、封存 · retention")
AsOf = Annotated[str | None, typer.Option(help="按某日的情况 · as of a day")]
Case = Annotated[str, typer.Option(help="案件或事由的名称 · the case it is for")]
Reason = Annotated[str, typer.Option(help="理由 · why")]
Reference = Annotated[
    str, typer.Argument(metavar="NO|ITEM", help="合同、文书编号或归档件号 · deal, paper or archived item")
]
Held = Annotated[
    str, typer.Argument(metavar="NO", help="客户编号、合同、文书编号或归档件号 · customer, deal, paper or item")
]

_COLUMNS = (
    "cli.col-kept-until",
    "cli.col-state",
    "cli.col-contract",
    "cli.col-title",
    "cli.col-number",
    "cli.col-item",
    "cli.col-why",
)


@retention_app.command("list")
def list_(
    *, as_of: AsOf = None, due: Annotated[bool, typer.Option("--due", help="只看期满的 · only those past it")] = False
) -> None:
    """列出归档件的保管期限 · list until when each item is kept."""
    office = console.office()
    day = console.day(as_of, "--as-of") or office.today()
    rows = retention.list_items(office, as_of=day, due_only=due)
    if console.wants_json():
        console.dump({"as_of": day, "items": [_plain(each) for each in rows]})
        return
    _show(rows)


@retention_app.command("explain")
def explain(reference: Reference, *, as_of: AsOf = None) -> None:
    """为什么保存到这一天：规则、事件、凭据、封存、延长 · why kept until then."""
    office = console.office()
    found = retention.explain(office, reference, as_of=console.day(as_of, "--as-of"))
    if console.wants_json():
        items = [_plain(each) for each in found.items]
        told = {"as_of": found.as_of, "items": items, "termination": found.termination, "withdrawn": found.withdrawn}
        console.dump(told)
        return
    if found.is_contract:
        _tell_end(found)
    for each in found.items:
        _tell(each)


@retention_app.command("review")
def review(
    *,
    as_of: AsOf = None,
    contract: Annotated[str | None, typer.Option(help="只看某合同 · of one deal")] = None,
    customer: Annotated[str | None, typer.Option(help="只看某客户（编号或名称）· of one customer")] = None,
    class_id: Annotated[str | None, typer.Option("--class", help="只看某保管类别 · of one class")] = None,
    xlsx: Annotated[Path | None, typer.Option(help="写成 Excel 清单 · write a workbook")] = None,
) -> None:
    """鉴定清单：期满可以提出鉴定的文件，以及期满而须保留的原因 · what is past its term."""
    office = console.office()
    chosen = Chosen(contract, customer, class_id)
    found = retention_review.review(office, as_of=console.day(as_of, "--as-of"), chosen=chosen)
    if xlsx is not None:
        retention_review.write_review(found, xlsx)
    if console.wants_json():
        kept_back = [{**_plain(each.item), "reasons": each.reasons} for each in found.kept_back]
        items = [_plain(each) for each in found.items]
        told = {"as_of": found.as_of, "items": items, "kept_back": kept_back, "others": found.others}
        console.dump({**told, "findings": found.findings})
        return
    console.show_findings(found.findings)
    _show(found.items)
    for each in found.kept_back:
        console.show_findings(each.reasons)
    console.say("cli.retention-reviewed", count=len(found.items), back=len(found.kept_back), as_of=found.as_of)
    if xlsx is not None:
        console.say("cli.retention-written", path=xlsx)


@retention_app.command("extend")
def extend(
    reference: Reference,
    *,
    until: Annotated[str, typer.Option(help="至少保存到哪天 · keep at least until")],
    reason: Reason,
) -> None:
    """延长保管期限；只能延长 · keep longer; nothing shortens."""
    office = console.office()
    day = console.required_day(until, "--until")
    done = retention_acts.extend(office, reference, until=day, reason=reason)
    if console.wants_json():
        console.dump(done)
    else:
        console.say("cli.retention-extended", target=done.target.id, until=done.until, papers=done.papers)


@retention_app.command("hold")
def hold(reference: Held, *, case: Case, reason: Reason, user: User = None, password_stdin: FromStdin = False) -> None:
    """封存：为一个案件暂停销毁 · hold papers back for a case."""
    office = console.office()
    who = acting(user, from_stdin=password_stdin)
    _tell_hold(retention_acts.place_hold(office, reference, who, case=case, reason=reason))


@retention_app.command("release")
def release(
    reference: Held, *, case: Case, reason: Reason, user: User = None, password_stdin: FromStdin = False
) -> None:
    """解除一个案件的封存；须由另一人解除 · release one case's hold, by a second person."""
    office = console.office()
    who = acting(user, from_stdin=password_stdin)
    _tell_hold(retention_acts.release_hold(office, reference, who, case=case, reason=reason))


@retention_app.command("holds")
def holds(
    *, released: Annotated[bool, typer.Option("--all", help="连同已解除的 · with those released")] = False
) -> None:
    """列出封存 · list holds."""
    rows = retention_acts.list_holds(console.office(), with_released=released)
    if console.wants_json():
        console.dump({"holds": rows})
        return
    columns = (
        "cli.col-case",
        "cli.col-held",
        "cli.col-from",
        "cli.col-placed-by",
        "cli.col-reason",
        "cli.col-released",
    )
    console.table(
        "",
        columns,
        (
            (
                each.case,
                f"{console.words(f'cli.scope-{each.target.scope}')} {each.target.id}",
                each.placed.on,
                each.placed.display,
                each.placed.reason,
                f"{each.released.on} {each.released.display}" if each.released else "",
            )
            for each in rows
        ),
    )


@retention_app.command("table")
def table() -> None:
    """核对并显示保管期限表 · check and show the retention table."""
    office = console.office()
    found, findings = retention_rules.table_of(office), retention_rules.shortened(office)
    if console.wants_json():
        shown = console.plain(found)
        console.dump({**shown, "findings": findings} if isinstance(shown, dict) else shown)
        return
    console.show_findings(findings)
    columns = ("cli.col-class", "cli.col-title", "cli.col-rule", "cli.col-basis")
    console.table(
        "", columns, ((each.id, each.title, retention_rules.words_of(each), each.basis) for each in found.classes)
    )


def _show(rows: Sequence[ItemRetention]) -> None:
    """Show items as a table; archive numbers have a column only where there are any."""
    if not any(each.archive_no for each in rows):
        console.table("", _COLUMNS, (_row(each) for each in rows))
        return
    columns = (*_COLUMNS, "cli.col-archive-no")
    console.table("", columns, ((*_row(each), each.archive_no) for each in rows))


def _row(each: ItemRetention) -> tuple[object, ...]:
    standing = each.standing
    state = console.words(f"cli.retention-{standing.state}")
    why = standing.decided_by.rule + "".join(f"；{hold.case}" for hold in standing.holds)
    return standing.until or "—", state, each.contract_no or each.place, each.title, each.number, each.id, why


def _tell_end(found: Explanation) -> None:
    end = found.termination
    if end is None:
        console.say("cli.retention-no-end", as_of=found.as_of, withdrawn=found.withdrawn)
        return
    console.say("cli.retention-end", on=end.on, at=end.recorded_at[:10], actor=end.actor, seq=end.seq)
    console.say(
        "cli.retention-evidence", evidence=end.evidence, file=end.file or console.words("cli.retention-no-file")
    )


def _tell(each: ItemRetention) -> None:
    standing = each.standing
    state = console.words(f"cli.retention-{standing.state}")
    until = standing.until or "—"
    console.say("cli.retention-item", title=each.title, number=each.number or each.id, until=until, state=state)
    for term in standing.terms:
        start = term.start_on or console.words("cli.retention-unknown-day")
        day = term.until or "—"
        told = {"title": term.title, "rule": term.rule, "start": start, "until": day, "basis": term.basis}
        console.say("cli.retention-term", **told)
    if each.archive_no:
        console.say("cli.retention-archive-no", number=each.archive_no)
    _tell_floors(standing)
    _tell_appraisals(standing)
    for hold in standing.holds:
        told = {"case": hold.case, "on": hold.placed.on, "by": hold.placed.display, "reason": hold.placed.reason}
        console.say("cli.retention-hold", **told)


def _tell_floors(standing: Standing) -> None:
    if standing.ground is Ground.PROMISE:
        console.say("cli.retention-promise", promised=standing.promised, reckoned=standing.reckoned)
    for each in standing.extensions:
        told = {"until": each.until, "on": each.act.on, "by": each.act.display, "reason": each.act.reason}
        console.say("cli.retention-extension", **told)


def _tell_appraisals(standing: Standing) -> None:
    for each in standing.appraisals:
        console.say("cli.retention-appraisal", words=appraisal_words(each))
    if standing.destroyers and not standing.is_found_worthless:
        count, wanted = len(standing.destroyers), standing.appraisers_wanted
        console.say("cli.retention-appraisers", count=count, wanted=wanted)


def _tell_hold(done: HoldTold) -> None:
    if console.wants_json():
        console.dump(done)
        return
    hold = done.hold
    code = "cli.retention-released" if hold.released else "cli.retention-placed"
    console.say(code, case=hold.case, target=hold.target.id, papers=done.papers)


def _plain(each: ItemRetention) -> dict[str, object]:
    plain = console.plain(each)
    if not isinstance(plain, dict) or not isinstance(plain["standing"], dict):
        raise TypeError(type(plain).__name__)
    plain.pop("targets")
    if not each.archive_no:
        plain.pop("archive_no")
    plain["standing"]["is_found_worthless"] = each.standing.is_found_worthless
    plain["standing"]["kept_by"] = console.plain(each.standing.kept_by)
    plain["standing"]["disposable_from"] = console.plain(each.standing.disposable_from)
    return plain
