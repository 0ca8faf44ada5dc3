"""`docgen file`, `watch` and `inbox`: scans come back."""

from __future__ import annotations

import signal
import threading
import time
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from docgen.cli import console
from docgen.contained.run import Worker
from docgen.errors import DocgenError
from docgen.papers.limits import READING
from docgen.papers.ocr import Recogniser
from docgen.services import inbox
from docgen.services.file_burst import Drop, file_burst
from docgen.services.file_scan import Readers
from docgen.services.heartbeat import Pulse, WatchStatus, watch_status
from docgen.services.office import Office
from docgen.services.placing import Fate, Filed
from docgen.services.refile import refile
from docgen.services.watch_inboxes import InboxWatch, Trouble

inbox_app = typer.Typer(no_args_is_help=True, help="等待人工处理的扫描件 · scans that wait for a person")
_PULSES = {
    Pulse.ALIVE: "cli.pulse-alive",
    Pulse.OBSERVER_DEAD: "cli.pulse-observer-dead",
    Pulse.INBOX_STUCK: "cli.pulse-inbox-stuck",
    Pulse.SILENT: "cli.pulse-silent",
    Pulse.ENDED: "cli.pulse-ended",
    Pulse.NEVER: "cli.pulse-never",
}
_SHOWN = {
    Fate.FILED: "cli.scan-filed",
    Fate.WAITING: "cli.scan-waits",
    Fate.SEEN_AGAIN: "cli.scan-again",
    Fate.TAKEN_APART: "cli.scan-apart",
}
ItemId = Annotated[str, typer.Argument(metavar="ID", help="待处理编号 · id from inbox list")]


def file_paths(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH…", help="扫描件或文件夹 · scans or folders")],
) -> int:
    """归档扫描件；原文件保留不动 · file scans; the files given stay where they are."""
    office = console.office()
    done: list[Filed] = []
    problems: list[DocgenError] = []
    with Worker(READING) as worker, Recogniser() as recogniser:
        drops = [Drop(path) for path in _files(paths)]
        for _, found in file_burst(office, drops, readers=Readers(worker, recogniser)):
            if isinstance(found, DocgenError):
                problems.append(found)
                if not console.wants_json():
                    console.show_findings(found.findings)
            else:
                done.append(found)
                if not console.wants_json():
                    show_filed(found)
    if console.wants_json():
        console.dump({"scans": done, "findings": [finding for problem in problems for finding in problem.findings]})
    waits = any(one.waits for one in done)
    return max((problem.exit_code for problem in problems), default=1 if waits else 0)


def watch(
    *,
    once: Annotated[bool, typer.Option("--once", help="处理完现有文件即退出 · file what is there, then end")] = False,
    status: Annotated[bool, typer.Option("--status", help="监视程序是否在工作 · is the watcher alive")] = False,
) -> int:
    """监视收件文件夹并自动归档 · watch the inboxes."""
    office = console.office()
    if status:
        return _show_status(watch_status(office), office)
    if once:
        return _watch_once(office)
    watcher = InboxWatch(office, _report)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, lambda *_: stop.set())
    if not console.wants_json():
        console.say("cli.watching", folders="、".join(str(folder.path) for folder in watcher.folders()))
    watcher.run(stop)
    return 0


def _local(instant: str, office: Office) -> str:
    return datetime.fromisoformat(instant).astimezone(office.workspace.timezone).strftime("%Y-%m-%d %H:%M:%S")


def _show_status(seen: WatchStatus, office: Office) -> int:
    """Show the watcher's pulse; 1 where it is not green."""
    if console.wants_json():
        console.dump(seen)
        return 0 if seen.is_green else 1
    console.say(_PULSES[seen.pulse], at=_local(seen.at, office) if seen.at else "", pid=seen.pid or "")
    for one in seen.folders:
        told = {"name": one.name, "path": one.path, "whose": one.whose or "—"}
        if one.trouble:
            console.say("cli.observed-stuck", why=str(one.trouble["sentence"]), **told)
        else:
            console.say("cli.observed" if one.is_alive else "cli.observed-dead", restarts=one.restarts, **told)
    return 0 if seen.is_green else 1


def _watch_once(office: Office) -> int:
    """Work the inboxes off and say how many scans that were and how fast; 1 where something was left over."""
    begun, fates = time.monotonic(), Counter[Fate]()

    def report(one: Filed | Trouble) -> None:
        fates.update([part.fate for part in one.parts or [one]] if isinstance(one, Filed) else [])
        _report(one)

    is_done = InboxWatch(office, report).run_once()
    seconds, count = max(time.monotonic() - begun, 0.001), fates.total()
    if count and not console.wants_json():
        told = {"filed": fates[Fate.FILED], "waiting": fates[Fate.WAITING], "again": fates[Fate.SEEN_AGAIN]}
        rate = f"{count / seconds * 60:.0f}"
        console.say("cli.watched-once", count=count, seconds=f"{seconds:.1f}", rate=rate, **told)
    return 0 if is_done else 1


@inbox_app.command("list")
def list_(
    owner: Annotated[
        str | None, typer.Option(metavar="NAME", help="只列某人或某部门的 · of one owner, department")
    ] = None,
) -> None:
    """列出等待人工处理的扫描件 · list what waits."""
    office = console.office()
    rows, damaged = inbox.list_waiting(office, owner=owner), inbox.damaged_waiting(office)
    if console.wants_json():
        console.dump({"waiting": rows, "damaged": damaged})
        return
    console.show_findings(damaged)
    if not rows:
        console.say("cli.nothing-waits")
        return
    columns = ("cli.col-id", "cli.col-original", "cli.col-whose", "cli.col-reasons", "cli.col-candidates")
    told = ((row.id, row.original_name, _whose(row), _reasons(row), _candidates(row)) for row in rows)
    console.table("", columns, told)


@inbox_app.command("show")
def show(item_id: ItemId) -> None:
    """显示一份待处理扫描件的原因和证据 · show one with reasons and evidence."""
    row = inbox.show_waiting(console.office(), item_id)
    if console.wants_json():
        console.dump(row)
        return
    console.say("cli.waiting-file", id=row.id, name=row.original_name, path=row.file)
    if row.inlet is not None:
        console.say("cli.waiting-inlet", inbox=row.inlet.name, whose=row.inlet.whose or "—")
    if row.part_of is not None:
        sheets = "、".join(str(page) for page in row.part_of.pages)
        console.say("cli.waiting-part", name=row.part_of.name, pages=sheets, contract=row.part_of.contract_no)
    console.show_findings(row.findings)
    columns = ("cli.col-page", "cli.col-source", "cli.col-detail", "cli.col-score")
    rows = ((e.page or "", console.words(f"cli.source-{e.kind.value}"), e.detail, e.score) for e in row.evidence)
    console.table(console.words("cli.title-evidence"), columns, rows)
    columns = ("cli.col-number", "cli.col-title", "cli.col-customer", "cli.col-score")
    best = ((c.paper.number, c.paper.title, c.paper.customer_name, c.score) for c in row.candidates)
    console.table(console.words("cli.title-candidates"), columns, best)


@inbox_app.command("assign")
def assign(
    item_id: ItemId,
    document: Annotated[str | None, typer.Option(help="所答复的文件编号 · number of the issued paper")] = None,
    deal: Annotated[str | None, typer.Option(help="合同编号 · contract number")] = None,
    document_type: Annotated[str | None, typer.Option("--type", help="文件类型，例如 invoice · what it is")] = None,
    reason: Annotated[str | None, typer.Option(help="理由；缺页仍要归档时必填 · why, needed for half a paper")] = None,
) -> None:
    """人工归档：指明对应文件，或合同加文件类型 · file by hand."""
    office = console.office()
    done = inbox.assign(office, item_id, document=document, deal=deal, document_type=document_type, reason=reason)
    if console.wants_json():
        console.dump(done)
    else:
        console.say("cli.assigned", id=done.id, title=done.title, contract=done.contract_no, path=done.path)


@inbox_app.command("reject")
def reject(item_id: ItemId, reason: Annotated[str, typer.Option(help="理由 · why")]) -> None:
    """退出待办：不是我们的文件；原件保留在 review/_rejected · take it off the list."""
    done = inbox.reject(console.office(), item_id, reason=reason)
    if console.wants_json():
        console.dump(done)
    else:
        console.say("cli.rejected", id=done.id, name=done.original_name)


@inbox_app.command("refile")
def refile_(
    filed: Annotated[
        str, typer.Argument(metavar="FILE", help="归错的扫描件：归档文件、条目编号或文件编号 · file, id or number")
    ],
    reason: Annotated[str, typer.Option(help="理由 · why")],
    document: Annotated[str | None, typer.Option(help="所答复的文件编号 · number of the issued paper")] = None,
    deal: Annotated[str | None, typer.Option(help="合同编号 · contract number")] = None,
    document_type: Annotated[str | None, typer.Option("--type", help="文件类型，例如 invoice · what it is")] = None,
) -> None:
    """改正归档错误：移到正确的合同；原处留有记录，字节不变 · move a misfiled scan."""
    office = console.office()
    done = refile(office, filed, document=document, deal=deal, document_type=document_type, reason=reason)
    if console.wants_json():
        console.dump(done)
        return
    told = {"title": done.title, "contract": done.contract_no, "path": done.path}
    console.say("cli.refiled", old=done.old_contract, **told)
    if len(done.originals) > 1:
        console.say("cli.refiled-halves", files="、".join(done.originals))
    console.show_findings(done.findings)


def show_filed(one: Filed) -> None:
    """Show what became of one scan."""
    sheets = "、".join(str(page) for page in one.pages)
    console.say(
        _SHOWN[one.fate],
        name=f"{one.original_name} [{sheets}]" if sheets else one.original_name,
        title=one.title or "",
        number=one.number or "",
        contract=one.contract_no or "",
        path=one.path,
        version=one.version or "",
        id=one.review_id or "",
    )
    console.show_findings(one.findings)
    for part in one.parts:
        show_filed(part)


def _report(one: Filed | Trouble) -> None:
    if console.wants_json():
        console.dump({"scan": one} if isinstance(one, Filed) else {"trouble": one})
    elif isinstance(one, Filed):
        show_filed(one)
    else:
        console.show_findings(one.findings)


def _files(paths: list[Path]) -> list[Path]:
    return [file for path in paths for file in (_inside(path) if path.is_dir() else [path])]


def _inside(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))


def _whose(row: inbox.Waiting) -> str:
    return row.inlet.whose or row.inlet.name if row.inlet else ""


def _reasons(row: inbox.Waiting) -> str:
    return "\n".join(finding.sentence() for finding in row.findings)


def _candidates(row: inbox.Waiting) -> str:
    return "\n".join(f"{one.paper.number} {one.paper.title} {one.score}" for one in row.candidates[:3])
