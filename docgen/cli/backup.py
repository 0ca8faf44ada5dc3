"""`docgen backup`, `restore` and `upgrade`: copies that are proven, a workspace made anew from one, or made fit."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from docgen.cli import console
from docgen.cli.archive import DAMAGE
from docgen.cli.progress import advancing, progress_bar
from docgen.findings import has_errors
from docgen.services.backup_workspace import back_up, check_backup
from docgen.services.backups import Backup, backup_named, backups, unreadable_backups
from docgen.services.restore_workspace import restore as restore_workspace
from docgen.services.upgrade_workspace import upgrade as upgrade_workspace
from docgen.workspace import open_workspace

backup_app = typer.Typer(
    invoke_without_command=True, help="备份：整个工作区，运行中即可 · back up while the office works"
)
To = Annotated[Path | None, typer.Option("--to", metavar="DIR", help="备份目录，默认为工作区的 backup/ · where to")]
Name = Annotated[str | None, typer.Argument(metavar="[NAME]", help="备份名，默认最新 · the newest by default")]


@backup_app.callback()
def backup(
    context: typer.Context,
    to: To = None,
    *,
    full: Annotated[bool, typer.Option("--full", help="重新读取每个文件 · read every file again")] = False,
) -> None:
    """备份数据库、归档、密钥、公司资料、模板和待处理扫描件 · back everything up, proven by reading it again."""
    if context.invoked_subcommand is not None:
        return
    office = console.office()
    with progress_bar("cli.backing-up") as progress:
        done = back_up(office, to=to, is_full=full, progress=advancing(progress))
    if console.wants_json():
        console.dump(done)
        return
    console.show_findings(done.findings)
    made = done.backup
    console.say(
        "cli.backed-up",
        name=made.name,
        path=made.path,
        files=made.files,
        size=_size(made.bytes),
        new=_size(made.new_bytes),
    )


@backup_app.command("list")
def list_(to: To = None) -> None:
    """列出备份 · list backups."""
    root = _root(to)
    rows, odd = backups(root), unreadable_backups(root)
    if console.wants_json():
        console.dump({"backups": rows, "findings": odd})
        return
    columns = ("cli.col-backup", "cli.col-at", "cli.col-files", "cli.col-size", "cli.col-added")
    console.table("", columns, ((r.name, r.began[:19], r.files, _size(r.bytes), _size(r.new_bytes)) for r in rows))
    console.show_findings(odd)


@backup_app.command("verify")
def verify(name: Name = None, to: To = None) -> int:
    """逐个核对备份中的内容；有损坏时退出码为 4 · read and prove every content of a backup."""
    found = backup_named(_root(to), name)
    with progress_bar("cli.verifying") as progress:
        bad = check_backup(found, progress=advancing(progress))
    if console.wants_json():
        console.dump({"backup": found, "findings": bad, "is_damaged": has_errors(bad)})
    else:
        console.show_findings(bad)
        console.say("cli.backup-damaged" if bad else "cli.backup-whole", name=found.name, files=found.files)
    return DAMAGE if bad else 0


def restore(
    source: Annotated[Path, typer.Argument(metavar="BACKUP", help="备份目录，或其中一个备份 · a backup folder")],
    target: Annotated[Path, typer.Argument(metavar="DIR", help="新工作区（空目录）· an empty folder")],
    name: Annotated[str | None, typer.Option("--name", help="备份名，默认最新 · the newest by default")] = None,
) -> int:
    """从备份恢复到空目录，并逐文件、逐条核对 · restore into an empty folder, with proof."""
    found: Backup = backup_named(source, name)
    with progress_bar("cli.restoring") as progress:
        done = restore_workspace(found, target, progress=advancing(progress))
    is_damaged = has_errors(done.report.findings)
    if console.wants_json():
        console.dump({"restored": done, "is_damaged": is_damaged})
    else:
        console.show_findings((*done.findings, *done.report.findings))
        counts = {"files": done.files, "size": _size(done.bytes), "deals": done.deals, "papers": done.papers}
        console.say("cli.restored", root=done.root, backup=done.backup, **counts)
        console.say(
            "cli.verify-damaged" if is_damaged else "cli.verify-clean",
            folders=done.report.folders,
            files=done.report.files,
            size=_size(done.report.bytes),
        )
    return DAMAGE if is_damaged else 0


def upgrade(
    to: To = None,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只看是否需要 · only tell whether it is needed")] = False,
) -> None:
    """升级旧程序生成的工作区：先备份，再从归档重建各表 · back up, then make the tables fit this program."""
    with progress_bar("cli.upgrading") as progress:
        done = upgrade_workspace(console.workspace_root(), to=to, is_dry=dry_run, progress=advancing(progress))
    if console.wants_json():
        console.dump({"upgrade": done, "findings": done.findings})
        return
    console.show_findings(done.findings)
    if not done.is_needed:
        console.say("cli.upgrade-not-needed", now=done.tables_now)
    elif done.backup is None or done.rebuilt is None:
        console.say("cli.upgrade-needed", before=done.tables_before, now=done.tables_now)
    else:
        counts = {"deals": done.rebuilt.deals, "papers": done.rebuilt.papers, "events": done.rebuilt.events}
        console.say(
            "cli.upgraded", before=done.tables_before, now=done.tables_now, backup=done.backup.backup.name, **counts
        )


def _root(to: Path | None) -> Path:
    return to or open_workspace(console.workspace_root()).backup


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB"
