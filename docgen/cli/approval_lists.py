"""Lists of letters asked for and agreed to together: what `docgen approval` and `docgen batch` show of them."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from pathlib import Path

from docgen.cli import console
from docgen.cli.progress import advancing, progress_bar
from docgen.errors import Refused
from docgen.services import bulk_approvals
from docgen.services.approval_list_workbook import list_as_workbook
from docgen.services.approval_sheets import SheetsFiled, file_sheets
from docgen.services.approvals import Decision, Told
from docgen.services.batch import BatchPlan
from docgen.services.bulk_approvals import LetterTold, ListTold
from docgen.services.office import Office
from docgen.services.outside import require_outside
from docgen.services.people import Identity

_COLUMNS = (
    "cli.col-approval", "cli.col-contract", "cli.col-customer", "cli.col-seq", "cli.col-amount", "cli.col-state",
    "cli.col-turn",
)  # fmt: skip
_LEFT = ("cli.col-contract", "cli.col-seq", "cli.col-customer", "cli.col-reasons")
_SHOWN = 200
_NOTHING = Decimal("0.00")
_NO_SHEETS = SheetsFiled(0)


def ask(office: Office, plan: BatchPlan | None, list_id: str, who: Identity) -> int:
    """Ask for the approval of a plan's letters, or go on with a list that was broken off."""
    with progress_bar("cli.approval-asking", has_rate=True) as bar:
        told = advancing(bar)
        if plan is None:
            done = bulk_approvals.resume_requests(office, list_id, who, progress=told)
        else:
            done = bulk_approvals.request_all(office, plan, who, progress=told)
    show_list(done)
    return 0


def approve(office: Office, list_id: str, who: Identity, decision: Decision, *, has_sheets: bool) -> int:
    """Approve a list; the last step files the sheets of its letters."""
    with progress_bar("cli.approval-agreeing", has_rate=True) as bar:
        done = bulk_approvals.approve_all(office, list_id, who, decision, progress=advancing(bar))
    sheets = _NO_SHEETS
    if has_sheets:
        with progress_bar("cli.approval-sheets", has_rate=True) as bar:
            found = [each.told.approval for each in done.letters]
            sheets = file_sheets(office, found, progress=advancing(bar))
    return _outcome(done, sheets)


def reject(office: Office, list_id: str, who: Identity, decision: Decision) -> int:
    """Reject a list."""
    with progress_bar("cli.approval-agreeing", has_rate=True) as bar:
        return _outcome(bulk_approvals.reject_all(office, list_id, who, decision, progress=advancing(bar)))


def withdraw(office: Office, list_id: str, who: Identity, *, reason: str) -> int:
    """Take the requests of a list back."""
    with progress_bar("cli.approval-agreeing", has_rate=True) as bar:
        return _outcome(bulk_approvals.withdraw_all(office, list_id, who, reason=reason, progress=advancing(bar)))


def show(office: Office, list_id: str, workbook: Path | None) -> None:
    """Show a list, or write it as a workbook, too."""
    found = bulk_approvals.list_told(office, list_id)
    show_list(found)
    if workbook is not None:
        require_outside(office, workbook).write_bytes(list_as_workbook(found))
        if not console.wants_json():
            console.say("cli.file-line", path=workbook)


def _outcome(done: ListTold, sheets: SheetsFiled = _NO_SHEETS) -> int:
    """Say what was done; a list to which nothing could be done is refused with the reasons."""
    if done.refused and not done.done:
        raise Refused([finding for each in done.refused[:_SHOWN] for finding in each.findings])
    show_list(done, sheets)
    return 1 if done.refused or sheets.findings else 0


def show_list(found: ListTold, sheets: SheetsFiled = _NO_SHEETS) -> None:
    """Show the letters of a list, sums, whose turn it is, and what was left out and why."""
    if console.wants_json():
        console.dump({
            "list": {"id": found.id, "kind": found.kind, "title": found.title, "as_of": found.as_of},
            "letters": [_plain(each) for each in found.letters], "left_out": found.left_out, "sheets": sheets,
        })  # fmt: skip
        return
    rows = [_row(each) for each in found.letters]
    console.table("", _COLUMNS, rows[:_SHOWN])
    if len(rows) > _SHOWN:
        console.say("cli.approval-further", count=len(rows) - _SHOWN, id=found.id)
    left = [(each.contract_no, each.seq or "", each.customer, each.why.sentence()) for each in found.left_out]
    if left:
        console.table(console.words("cli.title-approval-left"), _LEFT, left)
    console.show_findings(finding for each in found.refused for finding in each.findings)
    console.show_findings(sheets.findings)
    total = sum((Decimal(each.told.approval.amount) for each in found.letters), _NOTHING)
    console.say("cli.approval-list", id=found.id, title=found.title, count=len(rows), amount=f"{total:,.2f}",
                turn=_turns(found) or "—")  # fmt: skip
    if found.done:
        console.say("cli.approval-list-done", count=len(found.done), sheets=sheets.count)
    if found.letters and all(each.told.status == "complete" for each in found.letters):
        console.say("cli.approval-list-ready", title=found.title)


def hint_lists(rows: tuple[Told, ...]) -> None:
    """Say which of the requests shown can be agreed to together."""
    for list_id, count in sorted(Counter(each.approval.bulk for each in rows if each.status == "open").items()):
        if list_id:
            console.say("cli.approval-together", id=list_id, count=count)


def _turns(found: ListTold) -> str:
    turns = Counter(post for each in found.letters for post in each.told.waiting)
    return "、".join(f"{post} {count}" for post, count in turns.items())


def _row(each: LetterTold) -> tuple[object, ...]:
    approval, now = each.told.approval, each.told
    state = console.words(f"cli.approval-{now.status}")
    turn = "、".join(now.waiting)
    return (approval.id, approval.contract_no, each.customer, each.about, approval.amount, state, turn)


def _plain(each: LetterTold) -> dict[str, object]:
    approval = each.told.approval
    return {
        "id": approval.id, "contract_no": approval.contract_no, "customer": each.customer, "about": each.about,
        "amount": approval.amount, "status": each.told.status, "waiting": each.told.waiting, "is_done": each.is_done,
        "findings": each.findings,
    }  # fmt: skip
