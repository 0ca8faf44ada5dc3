"""The 审批表 of a completed request: filed when the last step is approved, or by `docgen issue` later."""

from __future__ import annotations

from docgen.approvals.trail import Approval
from docgen.services.issue_document import Issued, issue_document
from docgen.services.office import Office
from docgen.services.prepare_issue import Request

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
    return issue_document(office, Request(approval.contract_no, SHEET, seq=approval.n))
