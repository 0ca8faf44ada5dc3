"""`reason.json`: why a file waits, kept beside it in words and in values, readable without the program."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from docgen.findings import Finding, Severity, error
from docgen.intake.decision import Candidate, Decision, Evidence, IssuedPaper
from docgen.intake.durable import plain_json
from docgen.intake.inlet import Inlet
from docgen.intake.partof import PartOf

REASON = "reason.json"
SCHEMA = 4
"""The schema number this program writes; 1 counted scores from 0 to 1, 2 knew no parts, 3 no inbox it came by."""
_SCORED = ("evidence", "candidates")


class Again(BaseModel):
    """The same bytes dropped once more: under which name, and when."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    original_name: str
    received_at: str


class Reason(BaseModel):
    """All that is known of a waiting file; `original` names it in the folder, `original_name` as it came.

    With `part_of` the file is a derived copy of some sheets; the original itself lies in the archive.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    schema_number: int = Field(default=SCHEMA, alias="schema")
    id: str
    sha256: str
    size: int
    original: str
    original_name: str
    received_at: str
    paper: IssuedPaper | None = None
    page_order: tuple[int, ...] = ()
    seen_pages: tuple[int, ...] = ()
    missing_pages: tuple[int, ...] = ()
    findings: tuple[dict[str, Any], ...] = ()
    candidates: tuple[Candidate, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    again: tuple[Again, ...] = ()
    part_of: PartOf | None = None
    inlet: Inlet | None = None

    def as_findings(self) -> tuple[Finding, ...]:
        """Return the findings as such, ready to be worded in either language."""
        return tuple(
            Finding(each["code"], each.get("where", ""), Severity(each["severity"]), each.get("params", {}))
            for each in self.findings
        )


def make_reason(  # noqa: PLR0913  # the fields of the file
    decision: Decision,
    *,
    item_id: str,
    sha256: str,
    size: int,
    original: str,
    original_name: str,
    received_at: datetime,
    part_of: PartOf | None = None,
    inlet: Inlet | None = None,
) -> Reason:
    """Put a decision on record."""
    return Reason(
        id=item_id,
        sha256=sha256,
        size=size,
        original=original,
        original_name=original_name,
        received_at=received_at.astimezone(UTC).isoformat(),
        paper=decision.paper,
        page_order=decision.page_order,
        seen_pages=decision.seen_pages,
        missing_pages=decision.missing_pages,
        findings=tuple(finding.as_json() for finding in decision.findings),
        candidates=decision.candidates,
        evidence=decision.evidence,
        part_of=part_of,
        inlet=inlet,
    )


def to_text(reason: Reason) -> bytes:
    """Return the bytes of reason.json."""
    return plain_json(reason.model_dump(mode="json", by_alias=True))


def from_text(path: Path) -> Reason | Finding:
    """Read a reason.json; what is missing, damaged or newer than this program comes back as a finding."""
    where = path.parent.name
    try:
        values = json.loads(path.read_bytes())
        if isinstance(values, dict) and values.get("schema", SCHEMA) not in range(1, SCHEMA + 1):
            return error("intake.reason-newer", where, found=values["schema"], known=SCHEMA)
        return Reason.model_validate(_lifted(values) if isinstance(values, dict) else values)
    except (OSError, ValueError, TypeError, KeyError, ValidationError, RecursionError):
        return error("intake.reason-unreadable", where, path=str(path))


def _lifted(values: dict[str, Any]) -> dict[str, Any]:
    """Lift an older file: scores of schema 1 were parts of one, now whole points of a hundred."""
    if values.get("schema") in range(2, SCHEMA):
        return {**values, "schema": SCHEMA}
    if values.get("schema") != 1:
        return values
    weighed = {key: [{**one, "score": round(one["score"] * 100)} for one in values.get(key, ())] for key in _SCORED}
    return {**values, **weighed, "schema": SCHEMA}
