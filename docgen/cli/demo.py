"""`docgen demo`: the whole round trip, told step by step."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from docgen.cli import console
from docgen.demo.story import tell_story
from docgen.demo.telling import Step


def demo(
    folder: Annotated[
        Path | None, typer.Argument(metavar="[DIR]", help="演示用文件夹，默认 demo/ · default demo/")
    ] = None,
) -> int:
    """演示：五个合同从方案、审批、签订到归档 · five sample deals, papers, approvals and scans."""
    root = (console.options().workspace or folder or Path("demo")).resolve()
    steps = tell_story(root, _tell)
    if console.wants_json():
        console.dump({"root": root, "steps": steps})
    else:
        _summary(root, steps)
    return 0 if all(step.is_good for step in steps) else 1


def _tell(step: Step) -> None:
    if console.wants_json():
        return
    mark = "[green]✓[/]" if step.is_good else "[red]✗[/]"
    first = step.result.partition("\n")[0]
    console.err().print(f"{mark} {escape(step.what)} [dim]{step.seconds:.1f} s[/]  {escape(first)}")


def _summary(root: Path, steps: tuple[Step, ...]) -> None:
    columns = ("cli.col-step", "cli.col-result", "cli.col-where", "cli.col-seconds")
    console.table("", columns, ((s.what, s.result, s.where, f"{s.seconds:.1f}") for s in steps))
    console.say("cli.demo-done", root=root, seconds=f"{sum(step.seconds for step in steps):.0f}")
