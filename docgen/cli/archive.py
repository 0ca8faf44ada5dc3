"""`docgen archive`: list, show, verify, rebuild, export."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from pydantic import JsonValue

from docgen.archive.record import DISPOSED, Sidecar
from docgen.cli import console
from docgen.cli.originals import show_originals
from docgen.cli.progress import advancing, progress_bar
from docgen.errors import WrongUsage
from docgen.findings import has_errors
from docgen.services.archive_care import anchor_sheet, export_contract, rebuild_database, verify_archive
from docgen.services.deals import list_deals
from docgen.services.places import home_of, items_of
from docgen.store import archive_numbers, ledger, originals
from docgen.workspace import open_workspace

archive_app = typer.Typer(no_args_is_help=True, help="归档 · the archive")
Reference = Annotated[
    str, typer.Argument(metavar="NO", help="合同、订单或客户方编号；公司文书写 _company/年份 · any number of the deal")
]
DAMAGE = 4
_SIGNATURES = "intake.signature-"


@archive_app.command("list")
def list_() -> None:
    """列出归档中的合同 · list contracts in the archive."""
    rows = list_deals(console.office())
    if console.wants_json():
        console.dump({"contracts": rows})
        return
    columns = ("cli.col-contract", "cli.col-customer", "cli.col-title", "cli.col-issued", "cli.col-returned")
    console.table("", columns, ((r.contract_no, r.customer_name, r.title, r.papers, r.returned) for r in rows))


@archive_app.command("show")
def show(number: Reference) -> None:
    """列出一份合同的全部归档文件 · list a contract's papers."""
    zone = console.office().workspace.timezone
    rows = items_of(number)
    numbers = archive_numbers.numbers([row.id for row in rows])
    if console.wants_json():
        places = originals.originals([row.id for row in rows])
        console.dump({"papers": [_plain(row, numbers) for row in rows], "originals": places})
        return
    columns = (
        "cli.col-type",
        "cli.col-number",
        "cli.col-title",
        "cli.col-status",
        "cli.col-at",
        "cli.col-files",
        "cli.col-notes",
    )
    last = ("cli.col-archive-no",) if numbers else ()
    marks = ((numbers.get(row.id, ""),) if numbers else () for row in rows)
    console.table("", (*columns, *last), ((*_row(row, zone), *mark) for row, mark in zip(rows, marks, strict=True)))
    show_originals(rows)


def _plain(row: ledger.PaperLine, numbers: Mapping[str, str]) -> object:
    """Return a paper as JSON, with its archive number where it bears one."""
    plain = console.plain(row)
    return {**plain, "archive_no": numbers[row.id]} if isinstance(plain, dict) and row.id in numbers else plain


def _row(row: ledger.PaperLine, zone: ZoneInfo) -> tuple[str, ...]:
    status = console.words("cli.status-disposed" if row.is_disposed else f"cli.status-{row.status}")
    kind = console.words(f"cli.type-{row.item_type}")
    return kind, row.number, row.title, status, _local(row.at, zone), "\n".join(row.files), _notes(row)


def _notes(row: ledger.PaperLine) -> str:
    """Say what a person who looks for a paper should know: signatures, whose inbox, what it goes with."""
    kept = Sidecar.model_validate(row.sidecar)
    told = [one for one in kept.findings if isinstance(one, dict) and str(one.get("code")).startswith(_SIGNATURES)]
    notes = [console.words(str(one["code"]), where=one["where"], **_params(one)) for one in told]
    if (inbox := kept.extra.get("inbox")) is not None and isinstance(inbox, dict):
        whose = " ".join(str(inbox[key]) for key in ("department", "owner") if inbox[key])
        notes.append(console.words("cli.filed-inlet", inbox=inbox["name"], whose=whose or "—"))
    if isinstance(gone := kept.extra.get(DISPOSED), dict):
        notes.append(console.words("cli.note-disposed", on=str(gone["at"])[:10], number=gone["list"]))
    if "about" in kept.extra:
        notes.append(console.words("cli.filed-about", number=kept.extra["about"]))
    return "\n".join(notes)


def _params(finding: dict[str, JsonValue]) -> dict[str, JsonValue]:
    params = finding.get("params")
    return params if isinstance(params, dict) else {}


def _local(instant: str, zone: ZoneInfo) -> str:
    return datetime.fromisoformat(instant).astimezone(zone).strftime("%Y-%m-%d %H:%M")


@archive_app.command("verify")
def verify(
    part: Annotated[
        str | None, typer.Option("--slice", metavar="N/T", help="只查第 N 份，共 T 份 · the n-th of t")
    ] = None,
    anchors: Annotated[
        list[Path] | None, typer.Option("--anchors", metavar="FILE", help="对照另处保存的锚定单，可多次 · a sheet")
    ] = None,
    *,
    resume: Annotated[bool, typer.Option("--resume", help="接着上次中断处核对 · go on where it broke off")] = False,
) -> int:
    """逐字节核对归档，只报告不修复；有损坏时退出码为 4 · verify; never repairs."""
    office = console.office()
    with progress_bar("cli.verifying") as progress:
        told = advancing(progress)
        report = verify_archive(office, part=_part(part), sheets=anchors or (), resume=resume, progress=told)
    is_damaged = has_errors(report.findings)
    if console.wants_json():
        console.dump({"report": report, "is_damaged": is_damaged})
    else:
        console.show_findings(report.findings)
        code = "cli.verify-damaged" if is_damaged else "cli.verify-clean"
        console.say(code, folders=report.folders, files=report.files, size=f"{report.bytes / 1e6:.1f} MB")
    return DAMAGE if is_damaged else 0


@archive_app.command("anchors")
def anchors(
    out: Annotated[Path, typer.Argument(metavar="OUT.txt", help="打印后另处保存 · print, keep elsewhere")],
) -> None:
    """写出锚定单：各日志的末行号和哈希，用来发现日志被截短或重写 · write the heads of all logs."""
    count = anchor_sheet(console.office(), out)
    if console.wants_json():
        console.dump({"sheet": out, "folders": count})
    else:
        console.say("cli.anchors-written", path=out, count=count)


@archive_app.command("rebuild")
def rebuild() -> None:
    """只凭归档重建数据库；旧库改名保留 · make the database anew from the archive."""
    workspace = open_workspace(console.workspace_root())
    with progress_bar("cli.rebuilding") as progress:
        done = rebuild_database(workspace, progress=advancing(progress))
    if console.wants_json():
        console.dump(done)
        return
    console.show_findings(done.findings)
    console.say("cli.rebuilt", folders=done.folders, events=done.events, deals=done.deals, papers=done.papers)


@archive_app.command("export")
def export(
    number: Reference,
    out: Annotated[Path | None, typer.Option(help="目标文件夹（不得已存在）· a folder that does not exist yet")] = None,
    *,
    internal: Annotated[bool, typer.Option("--internal", help="连同内部文件 · with internal papers")] = False,
) -> None:
    """导出为 BagIt 包，供法院、审计使用 · export as a BagIt bag."""
    office = console.office()
    contract_no = home_of(number)
    bag = out or Path(f"{contract_no.replace('/', '-').lstrip('_')}-bag")
    path = export_contract(office, contract_no, bag, include_internal=internal)
    if console.wants_json():
        console.dump({"bag": path})
    else:
        console.say("cli.exported", contract=contract_no, path=path)


def _part(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    found = re.fullmatch(r"([1-9]\d{0,5})/([1-9]\d{0,5})", text, re.ASCII)
    if found is None:
        raise WrongUsage.of("cli.bad-slice", "--slice", text=text)
    return int(found[1]), int(found[2])
