"""`docgen doctor`: what is missing before docgen can work well here, all at once, each with what to do.

Good news is told too, as notes, so that a report sent to an administrator says what was looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from docgen.findings import Finding, has_errors
from docgen.services import machine, premises
from docgen.services.machine import Machine, this_machine
from docgen.workspace import Workspace


@dataclass(frozen=True, slots=True)
class DoctorReport:
    """What was looked at and found. `is_ready` is false where something stops the work."""

    at: datetime
    root: Path | None
    is_ready: bool
    findings: tuple[Finding, ...]


def examine(workspace: Workspace | None, *, now: datetime, on: Machine | None = None) -> DoctorReport:
    """Examine the machine and, where there is one, the workspace; nothing is changed and no check stops the others."""
    looked_at = on or this_machine()
    findings = tuple(_findings(workspace, now=now, on=looked_at))
    root = workspace.root if workspace else None
    return DoctorReport(at=now, root=root, is_ready=not has_errors(findings), findings=findings)


def _findings(workspace: Workspace | None, *, now: datetime, on: Machine) -> Iterator[Finding]:
    yield from machine.python_findings(on)
    yield from machine.sqlite_findings(on)
    yield from machine.layout_findings(on)
    yield from machine.ocr_findings(on)
    yield from machine.containment_findings(on)
    yield from premises.clock_findings(workspace, now=now)
    if workspace is None:
        return
    yield from premises.font_findings(workspace)
    yield from premises.folder_findings(workspace)
    yield from premises.inbox_findings(workspace)
    yield from premises.key_findings(workspace)
    yield from premises.database_findings(workspace, on)
    yield from machine.disk_findings(on, premises.disks_used(workspace))
    yield from premises.git_findings(workspace)
