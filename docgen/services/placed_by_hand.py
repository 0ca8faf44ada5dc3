"""Where a person says a scan belongs, in the words they say it in."""

from __future__ import annotations

from docgen.errors import NotFound, Refused
from docgen.services.deposit_scan import Placement
from docgen.services.paper_ledger import issued_paper
from docgen.store import ledger

DOCUMENT_TYPES = {
    "invoice": "发票",
    "licence": "营业执照",
    "letter": "来函",
    "receipt": "收据",
    "authorisation": "授权委托书",
    "statement": "对账单",
}
"""Papers from outside that have a name of their own; any other words are kept as they were said."""


def placement_for(number: str | None, contract: str | None, document_type: str | None, *, actor: str) -> Placement:
    """Return where a person says a scan belongs: to an issued paper by number, or to a contract with a type.

    A number and a type mean a paper of that type which goes with the issued one: an invoice with its notice.

    Raises:
        NotFound: no such paper or contract, or neither was named.
        Refused: a paper and another contract were named.
    """
    said = (document_type or "").strip()
    paper = issued_paper(ledger.paper(number)) if number is not None else None
    home = ledger.deal(contract).contract_no if contract is not None else None
    if paper is not None and home not in {None, paper.contract_no}:
        raise Refused.of("services.assign-two-places", paper.number, contract=paper.contract_no, other=home)
    if paper is not None and not said:
        return Placement(paper.contract_no, paper.title, paper, assigned_by=actor)
    home = paper.contract_no if paper is not None else home
    if home is None or not said:
        raise NotFound.of("services.assign-to-what")
    kind = next((name for name, title in DOCUMENT_TYPES.items() if said in {name, title}), "other")
    title, about = DOCUMENT_TYPES.get(said, said), paper.number if paper is not None else None
    return Placement(home, title, assigned_by=actor, kind=kind, about=about)
