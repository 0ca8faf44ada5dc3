"""The 审批表 of a completed request: filed when the last step is approved, or by `docgen issue` later.

A request that was complete, went stale and was approved anew gets a second sheet; the first stays, superseded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from docgen.approvals.trail import Approval
from docgen.errors import DocgenError
from docgen.findings import Finding
from docgen.services import logging as log
from docgen.services.batch import BatchPlan, Progress, order_for, run_batch
from docgen.services.batch_item import BatchItem
from docgen.services.issue_document import Issued, issue_document
from docgen.services.office import Office
from docgen.services.prepare_issue import Request
from docgen.store import ledger

SHEET = "approval-sheet"
OWN_TRAIL = "order-approval"
"""The kind that prints its own trail and needs no sheet beside it."""


def file_sheet(office: Office, approval: Approval) -> Issued | None:
    """Issue the sheet of a complete request and file it; None where there is nothing to file.

    Raises:
        Refused: the sheet cannot be made; the approval itself stands, and the sheet may be issued later.
    """
    if not _wants_sheet(office, approval):
        return None
    earlier = _earlier(approval)
    request = Request(approval.contract_no, SHEET, seq=approval.n, replaces=earlier.number if earlier else None)
    return issue_document(office, request)


@dataclass(frozen=True, slots=True)
class SheetsFiled:
    """How many sheets were filed together, and what kept others from being filed; their approvals stand."""

    count: int
    findings: tuple[Finding, ...] = ()


def file_sheets(
    office: Office, found: Sequence[Approval], *, workers: int | None = None, progress: Progress | None = None
) -> SheetsFiled:
    """File the sheets of many completed requests that have none for their last step yet: a batch of its own."""
    wanted = [each for each in found if _wants_sheet(office, each) and not _is_filed(each)]
    fresh = [each for each in wanted if _earlier(each) is None]
    findings: list[Finding] = []
    for each in wanted:
        if each not in fresh:
            findings += _filed_anew(office, each)
    count = len(wanted) - len(fresh) - len(findings)
    if fresh:
        items = tuple(BatchItem(f"{each.contract_no}/{each.n}", each.contract_no, each.n) for each in fresh)
        plan = BatchPlan(SHEET, office.catalogue.get(SHEET).spec.title, office.today(), items)
        done = run_batch(office, plan, order_for(office, plan), workers=workers, progress=progress)
        count += len(done.issued)
        findings += (finding for each in done.failed for finding in each.findings)
    return SheetsFiled(count, tuple(findings))


def _filed_anew(office: Office, approval: Approval) -> tuple[Finding, ...]:
    try:
        file_sheet(office, approval)
    except DocgenError as problem:
        log.refused(problem, kind=SHEET)
        return problem.findings[:1]
    return ()


def _wants_sheet(office: Office, approval: Approval) -> bool:
    return approval.is_complete and approval.kind != OWN_TRAIL and SHEET in office.catalogue.kinds


def _is_filed(approval: Approval) -> bool:
    """Tell whether a sheet stands that was made after the last step."""
    earlier = _earlier(approval)
    return earlier is not None and datetime.fromisoformat(earlier.at) >= approval.last_at


def _earlier(approval: Approval) -> ledger.PaperLine | None:
    """Return the sheet that an earlier round of the request left, None without one."""
    about = f"approval {approval.n}"
    rows = ledger.papers(approval.contract_no)
    return next((row for row in rows if (row.kind, row.subject, row.status) == (SHEET, about, "current")), None)
