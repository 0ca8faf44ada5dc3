"""Evidence: what a fact rests on. Best an item of the archive; a note in words is taken, but said to be no more."""

from __future__ import annotations

from collections.abc import Iterable

from docgen.findings import Finding, warning
from docgen.store import ledger
from docgen.store.evidence import homes_of_evidence


def find_evidence(contract_no: str, named: str) -> ledger.PaperLine | None:
    """Return the archived item of a contract that is named by its id, or by the number of the paper it answers.

    A paper's number means its newest signed copy; a paper we issued is no evidence of what others did.
    """
    item = ledger.archived_item(named)
    if item is None:
        issued = ledger.issued_by_number(named)
        answers = ledger.answers_to(issued.document_id) if issued and issued.document_id else ()
        item = answers[-1] if answers else None
    is_here = item is not None and item.contract_no == contract_no and item.item_type == "filed"
    return item if is_here else None


def filed_evidence(named: Iterable[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    """Return, of pairs of contract and named evidence, those that `find_evidence` would find; asked all at once."""
    wanted = {(contract_no, each) for contract_no, each in named if each}
    homes = homes_of_evidence({each for _, each in wanted}) if wanted else {}
    return frozenset(pair for pair in wanted if homes.get(pair[1]) == (pair[0], "filed"))


def weigh_evidence(contract_no: str, named: str | None) -> list[Finding]:
    """Return a warning where evidence is named that does not lie in the contract's folder."""
    if not named or find_evidence(contract_no, named):
        return []
    return [warning("services.evidence-not-filed", named, contract=contract_no)]
