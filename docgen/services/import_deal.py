"""Import a deal: check it whole, number it once, write what is new into the contract's log, show what changed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from docgen.archive.layout import Folder
from docgen.deals.deal import Deal
from docgen.deals.events import FactConflict, difference
from docgen.errors import Refused
from docgen.findings import Finding, error, warning
from docgen.issuing import numbering
from docgen.services import logging as log
from docgen.services.office import Office
from docgen.services.overwriting import Allow, losses
from docgen.services.read_record import CheckedRecord, check_record
from docgen.services.register_customer import customer_for, enter
from docgen.services.settings import settled
from docgen.services.staleness import require_revision
from docgen.store import customers, ledger, projection
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


@dataclass(frozen=True, slots=True)
class _Wish:
    """What an import is told beside the record: a reason, the revision that was read, what may be done."""

    reason: str | None
    revision: int | None
    allow: Collection[Allow]


def import_deal(
    office: Office,
    path: Path,
    *,
    reason: str | None = None,
    revision: int | None = None,
    allow: Collection[Allow] = (),
) -> Imported:
    """Import a record file: a new deal, or the next revision of a known one.

    A fact already recorded may only be changed with a reason; the old one is then withdrawn by a counter-event. What
    an import would write over is refused unless the file or `revision` proves that it was seen, or `allow` says so. A
    known deal keeps its account unless the file names another: a new account of ours is for new deals.

    Raises:
        Refused: the record has errors (all are named), changes recorded facts without a reason, would write over what
            stands, or bears no number and is the same as a deal that stands already.
        StaleRevision: the deal moved on since `revision`, or since the file was exported.
    """
    checked = check_record(office, path)
    if checked.deal is None or not checked.is_sound:
        raise Refused(checked.findings)
    wish = _Wish(reason, revision, allow)
    if _known(checked.deal):
        return _enter(office, checked, checked.deal, wish)
    home = office.archive.company(office.today().year)
    with writing(home, at=office.now(), actor=office.actor):
        return _enter(office, checked, checked.deal, wish)


def as_it_would_stand(deal: Deal, known: ledger.StoredDeal, *, names_account: bool) -> Deal:
    """Return a record with what it leaves to the known deal: its numbers, and what it does not name itself.

    Those are the account and the settings a contract keeps for life (docgen.services.settings).
    """
    own = settled(_with_account(deal, known, names_account=names_account), known=known.record)
    return _with_numbers(own, known.customer_id, known.contract_no)


def _enter(office: Office, checked: CheckedRecord, deal: Deal, wish: _Wish) -> Imported:
    """Number a deal and write it down. A new one is entered under the company's lock, or two people make two of it."""
    known = _known(deal)
    if known:
        numbered = as_it_would_stand(deal, known, names_account=checked.names_account)
    else:
        _require_no_leftover(deal)
        _require_no_twin(deal, wish.allow)
        numbered = _numbered(office, settled(deal, defaults=office.workspace.defaults))
    folder = _folder(office, numbered)
    findings = (*checked.findings, *enter(office, numbered.customer))
    return _record(office, folder, numbered, wish, replace(checked, findings=findings))


def _record(office: Office, folder: Folder, numbered: Deal, wish: _Wish, checked: CheckedRecord) -> Imported:
    contract_no = folder.key
    with writing(folder, at=office.now(), actor=office.actor) as journal:
        require_revision(office, contract_no, wish.revision)
        before = ledger.find_deal(contract_no)
        events, conflicts = difference(
            before.record if before else None,
            numbered,
            revision=before.revision if before else 0,
            reason=wish.reason,
        )
        if before and (events or conflicts):
            _require_seen(office, before, numbered, wish, file_revision=checked.revision)
        _refuse_conflicts(conflicts, contract_no)
        journal.append_all([(event.type, event.payload) for event in events])
    log.record("imported", contract=contract_no, count=len(events))
    after = ledger.deal(contract_no)
    found = (*checked.findings, *dropped_proposal(before, numbered), *journal.findings)
    return Imported(
        contract_no, after.customer_id, after.customer_name, before is None, after.revision, len(events), found
    )


def dropped_proposal(before: ledger.StoredDeal | None, deal: Deal) -> list[Finding]:
    """Warn where an import takes the proposal out of a record: an older workbook, say, has no sheets for it."""
    if before is None or before.record.proposal is None or deal.proposal is not None:
        return []
    version = before.record.proposal.version
    return [warning("services.proposal-dropped", "proposal", contract=before.contract_no, version=version)]


def _require_seen(
    office: Office, before: ledger.StoredDeal, numbered: Deal, wish: _Wish, *, file_revision: int | None
) -> None:
    """Refuse to write over what the writer did not see: by the file's revision, else field by field."""
    if wish.revision is not None or Allow.OVERWRITE in wish.allow:
        return
    if file_revision is not None:
        require_revision(office, before.contract_no, file_revision)
        return
    found = list(losses(before.record, numbered, reason=wish.reason))
    if found:
        _, conflicts = difference(before.record, numbered, reason=wish.reason)
        raise Refused([*found, *_changed(conflicts, before.contract_no)])


def _with_account(deal: Deal, known: ledger.StoredDeal, *, names_account: bool) -> Deal:
    if names_account:
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


def _require_no_twin(deal: Deal, allow: Collection[Allow]) -> None:
    """Refuse a record without a number of ours that is a known deal over again: same customer, title, total, lines."""
    contract, customer = deal.terms.contract, deal.customer
    if contract.number or contract.order_number or Allow.ANOTHER in allow:
        return
    who = customers.resolve(customer.id) if customer.id else customers.customer_id(
        uscc=customer.uscc, name=customer.name
    )  # fmt: skip
    total = format(deal.terms.total, "f")
    for number in ledger.alike(who, title=contract.title, total=total):
        if ledger.deal(number).record.terms.lines == deal.terms.lines:
            raise Refused.of("services.same-deal-stands", "terms.contract.number", contract=number)


def _numbered(office: Office, deal: Deal) -> Deal:
    """Return a new record with its lasting customer id and contract number filled in."""
    customer_id = customer_for(office, deal.customer)
    return _with_numbers(deal, customer_id, deal.terms.contract.number or _new_contract_no(office, deal))


def _with_numbers(deal: Deal, customer_id: str, contract_no: str) -> Deal:
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
        near=projection.known_home(office.archive, str(deal.customer.id)),
    )


def _refuse_conflicts(conflicts: Sequence[FactConflict], contract_no: str) -> None:
    if conflicts:
        raise Refused(_changed(conflicts, contract_no))


def _changed(conflicts: Sequence[FactConflict], contract_no: str) -> list[Finding]:
    return [error("services.fact-changed", f"facts.{row.fact}[{row.key}]", contract=contract_no) for row in conflicts]
