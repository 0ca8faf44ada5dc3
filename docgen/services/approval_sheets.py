"""The 审批表 of a completed request: filed when the last step is approved, or by `docgen issue` later.

A request that was complete, went stale and was approved anew gets a second sheet; the first stays, superseded.
"""

from __future__ import annotations

from docgen.approvals.trail import Approval
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
    if not approval.is_complete or approval.kind == OWN_TRAIL or SHEET not in office.catalogue.kinds:
        return None
    request = Request(approval.contract_no, SHEET, seq=approval.n, replaces=_earlier(approval))
    return issue_document(office, request)


def _earlier(approval: Approval) -> str | None:
    """Return the number of the sheet that an earlier round of the request left, None without one."""
    about = f"approval {approval.n}"
    rows = ledger.papers(approval.contract_no)
    return next((row.number for row in rows if (row.kind, row.subject, row.status) == (SHEET, about, "current")), None)
