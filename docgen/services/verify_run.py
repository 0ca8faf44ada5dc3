"""Where a long verification stands, so that one that was broken off can go on: one line per folder read.

The notes lie in the workspace's log folder, are only added to, and are removed when the run is through. A run that is
gone on with trusts them for the folders they name: what changed there since is found by the next run.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from docgen.archive.verify import FolderReport
from docgen.findings import Finding, Severity


@dataclass(frozen=True)
class VerifyRun:
    """The notes of one run: over everything, or over one slice."""

    folder: Path
    part: tuple[int, int] | None

    @property
    def path(self) -> Path:
        """Return where the notes lie; each slice has its own."""
        name = "all" if self.part is None else f"{self.part[0]}-of-{self.part[1]}"
        return self.folder / f"verify-{name}.jsonl"

    def begun_before(self) -> dict[str, FolderReport]:
        """Return what an earlier run noted, by folder key; a last line that was cut off does not count."""
        if not self.path.is_file():
            return {}
        found = {}
        for line in self.path.read_bytes().splitlines():
            try:
                row = json.loads(line)
            except ValueError:
                break
            found[row["key"]] = FolderReport(tuple(map(_finding, row["findings"])), row["files"], row["bytes"])
        return found

    def starting(self, done: dict[str, FolderReport]) -> VerifyRun:
        """Begin the notes anew with what is done already."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.path.write_text("".join(_line(key, report) for key, report in done.items()), encoding="utf-8")
        return self

    def note(self, key: str, report: FolderReport) -> None:
        """Add what one folder showed."""
        with self.path.open("a", encoding="utf-8") as file:
            file.write(_line(key, report))

    def finished(self) -> None:
        """Forget the notes: the run is through."""
        self.path.unlink(missing_ok=True)


def _line(key: str, report: FolderReport) -> str:
    findings = [
        {"code": each.code, "where": each.where, "severity": each.severity.value, "params": _texts(each.params)}
        for each in report.findings
    ]
    return json.dumps({"key": key, "findings": findings, "files": report.files, "bytes": report.bytes}) + "\n"


def _texts(params: Mapping[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in params.items()}


def _finding(row: dict[str, object]) -> Finding:
    params = row["params"]
    told = dict(params) if isinstance(params, dict) else {}
    return Finding(str(row["code"]), str(row["where"]), Severity(str(row["severity"])), told)
