"""`docgen archive move`: the archive in another place, with proof."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from docgen.cli import console
from docgen.cli.progress import advancing, progress_bar
from docgen.services.move_archive import move_archive


def move(
    target: Annotated[
        Path, typer.Argument(metavar="DIR", help="新位置：空目录，可在共享盘或另一块盘上 · an empty folder")
    ],
) -> None:
    """把归档迁到另一处：复制、逐字节核对，再改设置；旧处原样保留；中断后重新执行即可接续 · move the archive."""
    office = console.office()
    with progress_bar("cli.moving-archive") as progress:
        done = move_archive(office, target, progress=advancing(progress))
    if console.wants_json():
        console.dump({"moved": done})
        return
    console.show_findings(done.report.findings)
    size = f"{done.bytes / 1e6:.1f} MB"
    console.say("cli.archive-moved", new=done.new, files=done.files, size=size, folders=done.folders)
    console.say("cli.archive-old-place", old=done.old)
    if done.is_on_share:
        console.say("cli.archive-on-share")
