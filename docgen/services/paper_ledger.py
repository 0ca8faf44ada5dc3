"""The look-up that identification asks: issued papers as the tables know them."""

from __future__ import annotations

from typing import cast

from docgen.intake.decision import IssuedPaper, Status
from docgen.store import customers, ledger


class PaperLedger:
    """Answers by code, number and contract, always from what was really issued."""

    def by_document_id(self, document_id: str, /) -> IssuedPaper | None:
        """Return the paper whose code carries this id."""
        row = ledger.issued_by_document_id(document_id)
        return issued_paper(row) if row else None

    def by_number(self, number: str, /) -> IssuedPaper | None:
        """Return the paper with exactly this number."""
        row = ledger.issued_by_number(number)
        return issued_paper(row) if row else None

    def by_contract(self, contract_no: str, /) -> tuple[IssuedPaper, ...]:
        """Return the papers issued under a contract, found by any of its numbers."""
        deal = ledger.find_deal_number(contract_no)
        rows = ledger.papers(deal) if deal else ()
        return tuple(issued_paper(row) for row in rows if row.item_type == "issued")

    def by_customer(self, name: str, /) -> tuple[IssuedPaper, ...]:
        """Return the newest papers issued to the customer that bears or bore this name."""
        return tuple(issued_paper(row) for row in ledger.newest_issued_to(customers.bearers(name)))


def issued_paper(row: ledger.PaperLine) -> IssuedPaper:
    """Return an issued paper as identification speaks of it; our own is known by the folder it lies in."""
    customer = cast("dict[str, str]", row.sidecar.get("customer") or {})
    return IssuedPaper(
        document_id=row.document_id,
        number=row.number,
        kind=row.kind,
        title=row.title,
        contract_no=row.contract_no or row.key,
        customer_id=customer.get("id", ""),
        customer_name=customer.get("name", ""),
        pages=row.pages,
        status=cast("Status", row.status),
    )
