"""Import a deal: check it whole, number it once, write what is new into the contract's log, show what changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from docgen.archive.layout import Folder
from docgen.deals.deal import Deal
from docgen.deals.events import FactConflict, difference
from docgen.errors import Refused
from docgen.findings import Finding, error, warning
from docgen.issuing import numbering
from docgen.services import logging as log
from docgen.services.office import Office
from docgen.services.read_record import CheckedRecord, check_record
from docgen.services.register_customer import customer_for, enter
from docgen.services.staleness import require_revision
from docgen.store import ledger
from docgen.store.journal import writing
from docgen.store.numbers import Series, allot


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did: the deal's numbers, whether it is new, how many events were written, and what was found."""

    contract_no: str
    customer_id: str
    customer_name: str
    is_new: bool
    revision: int
    events: int
    findings: tuple[Finding, ...]


def import_deal(office: Office, path: Path, *, reason: str | None = None, revision: int | None = None) -> Imported:
    """Import a record file: a new deal, or the next revision of a known one.

    A fact already recorded may only be changed with a reason; the old one is then withdrawn by a counter-event. A
    known deal keeps its account unless the file names another: a new account of ours is for new deals.

    Raises:
        Refused: the record has errors (all are named), or it changes recorded facts without a reason.
        StaleRevision: the deal moved on since `revision`.
    """
    checked = check_record(office, path)
    if checked.deal is None or not checked.is_sound:
        raise Refused(checked.findings)
    if _known(checked.deal):
        return _enter(office, checked, checked.deal, reason=reason, revision=revision)
    home = office.archive.company(office.today().year)
    with writing(home, at=office.now(), actor=office.actor):
        return _enter(office, checked, checked.deal, reason=reason, revision=revision)


def _enter(office: Office, checked: CheckedRecord, deal: Deal, *, reason: str | None, revision: int | None) -> Imported:
    """Number a deal and write it down. A new one is entered under the company's lock, or two people make two of it."""
    known = _known(deal)
    if known is None:
        _require_no_leftover(deal)
    numbered = _numbered(office, _with_account(checked, deal, known), known)
    folder = _folder(office, numbered)
    findings = (*checked.findings, *enter(office, numbered.customer))
    return _record(office, folder, numbered, reason=reason, findings=findings, revision=revision)


def _record(  # noqa: PLR0913  # what an import is told
    office: Office,
    folder: Folder,
    numbered: Deal,
    *,
    reason: str | None,
    findings: tuple[Finding, ...],
    revision: int | None,
) -> Imported:
    contract_no = folder.key
    with writing(folder, at=office.now(), actor=office.actor) as journal:
        require_revision(office, contract_no, revision)
        before = ledger.find_deal(contract_no)
        events, conflicts = difference(
            before.record if before else None, numbered, revision=before.revision if before else 0, reason=reason
        )
        _refuse_conflicts(conflicts, contract_no)
        for event in events:
            journal.append(event.type, event.payload)
    log.record("imported", contract=contract_no, count=len(events))
    after = ledger.deal(contract_no)
    found = (*findings, *dropped_proposal(before, numbered), *journal.findings)
    return Imported(
        contract_no, after.customer_id, after.customer_name, before is None, after.revision, len(events), found
    )


def dropped_proposal(before: ledger.StoredDeal | None, deal: Deal) -> list[Finding]:
    """Warn where an import takes the proposal out of a record: an older workbook, say, has no sheets for it."""
    if before is None or before.record.proposal is None or deal.proposal is not None:
        return []
    version = before.record.proposal.version
    return [warning("services.proposal-dropped", "proposal", contract=before.contract_no, version=version)]


def _with_account(checked: CheckedRecord, deal: Deal, known: ledger.StoredDeal | None) -> Deal:
    if known is None or checked.names_account:
        return deal
    terms = deal.terms.model_copy(update={"account": known.record.terms.account})
    return deal.model_copy(update={"terms": terms})


def _known(deal: Deal) -> ledger.StoredDeal | None:
    """Return the stored deal that a record speaks of: by its contract number, else by its order number."""
    contract = deal.terms.contract
    if contract.number:
        return ledger.find_deal(contract.number)
    return ledger.find_deal(contract.order_number) if contract.order_number else None


def _require_no_leftover(deal: Deal) -> None:
    """A record that brings a contract number of ours which we never allotted is a typing slip or another office's."""
    number = deal.terms.contract.number
    if number and ledger.number_is_taken(number):
        raise Refused.of("services.number-taken", "terms.contract.number", number=number)


def _numbered(office: Office, deal: Deal, known: ledger.StoredDeal | None) -> Deal:
    """Return the record with its lasting customer id and contract number filled in."""
    customer_id = known.customer_id if known else customer_for(office, deal.customer)
    contract_no = known.contract_no if known else deal.terms.contract.number or _new_contract_no(office, deal)
    contract = deal.terms.contract.model_copy(update={"number": contract_no})
    return deal.model_copy(
        update={
            "customer": deal.customer.model_copy(update={"id": customer_id}),
            "terms": deal.terms.model_copy(update={"contract": contract}),
        }
    )


def _new_contract_no(office: Office, deal: Deal) -> str:
    day = deal.terms.contract.dated or office.today()
    home = office.archive.company(office.today().year)
    series = Series(numbering.contract_series(day), lambda n: numbering.contract_number(day, n))
    return allot(home, series, at=office.now(), actor=office.actor)


def _folder(office: Office, deal: Deal) -> Folder:
    return office.archive.contract(
        customer_id=str(deal.customer.id),
        customer_name=deal.customer.name,
        contract_no=str(deal.terms.contract.number),
    )


def _refuse_conflicts(conflicts: Sequence[FactConflict], contract_no: str) -> None:
    if conflicts:
        raise Refused(
            error("services.fact-changed", f"facts.{row.fact}[{row.key}]", contract=contract_no) for row in conflicts
        )
