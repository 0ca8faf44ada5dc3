"""`docgen doctor`: what is missing on this machine and in this workspace."""

from __future__ import annotations

from docgen.cli import console
from docgen.errors import DocgenError
from docgen.services.doctor import examine
from docgen.services.office import system_clock
from docgen.workspace import Workspace, open_workspace


def doctor() -> int:
    """检查环境：缺什么、怎么补 · what is missing, and what to do."""
    report = examine(_workspace(), now=system_clock())
    if console.wants_json():
        console.dump(report)
    else:
        console.show_findings(report.findings)
        console.say("cli.doctor-ready" if report.is_ready else "cli.doctor-not-ready")
    return 0 if report.is_ready else 1


def _workspace() -> Workspace | None:
    try:
        return open_workspace(console.workspace_root())
    except DocgenError as problem:
        console.show_findings(problem.findings)
        return None
