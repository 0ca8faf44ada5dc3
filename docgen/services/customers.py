"""The register of customers: list, show, edit, rename, merge. What it knows stands in each customer's own log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from pydantic import ValidationError
from stdnum.cn import uscc

from docgen.deals.deal import GradeYear
from docgen.deals.explaining import findings_of
from docgen.deals.grading import MaintenanceGrade, grade_basis, maintenance_grade, signed_total
from docgen.deals.parties import Customer, DatedName
from docgen.errors import Refused
from docgen.findings import Finding, error, warning
from docgen.services import logging as log
from docgen.services.assignments import assigned
from docgen.services.deal_history import HistoryLine, in_words
from docgen.services.edits import Edit, field_changes
from docgen.services.office import Office
from docgen.services.register_customer import home_of
from docgen.services.staleness import require_same
from docgen.store import customers, history, ledger
from docgen.store.customers import StoredCustomer, customer, resolve
from docgen.store.journal import Journal, writing


@dataclass(frozen=True, slots=True)
class Care:
    """How closely a customer is looked after as of a day, and what that rests on: the total signed in its year, 元."""

    grade: MaintenanceGrade
    signed: Decimal
    year: GradeYear
    is_strategic: bool
    as_of: date


@dataclass(frozen=True, slots=True)
class CustomerShown:
    """A customer, the id that was asked for, its whole record, its grade, its deals and its history."""

    asked: str
    customer: StoredCustomer
    care: Care
    contracts: tuple[str, ...]
    merged_from: tuple[str, ...]
    history: tuple[HistoryLine, ...]


@dataclass(frozen=True, slots=True)
class CustomerEdited:
    """A customer after an edit, what changed, and what was worth saying."""

    customer: StoredCustomer
    changes: tuple[Mapping[str, Any], ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class NewName:
    """A customer's new name and the day it is borne from."""

    name: str
    since: date


@dataclass(frozen=True, slots=True)
class Merged:
    """Who went into whom, and why."""

    gone: str
    survivor: StoredCustomer
    reason: str
    findings: tuple[Finding, ...]


def list_customers(_office: Office) -> tuple[StoredCustomer, ...]:
    """Return all customers, merged ones too."""
    return customers.customers()


def show_customer(office: Office, customer_id: str, *, as_of: date | None = None) -> CustomerShown:
    """Return a customer, graded as of a day (today by default); a merged id shows the one it lives on in.

    Raises:
        NotFound: no customer bears the id.
    """
    customer(customer_id)
    survivor = customer(resolve(customer_id))
    members = {each.id for each in customers.customers() if resolve(each.id) == survivor.id}
    contracts = tuple(row.contract_no for row in ledger.deals() if row.customer_id in members)
    return CustomerShown(
        asked=customer_id,
        customer=survivor,
        care=_care(contracts, as_of=as_of or office.today()),
        contracts=contracts,
        merged_from=tuple(sorted(members - {survivor.id})),
        history=history_of(survivor.id),
    )


def _care(contracts: Sequence[str], *, as_of: date) -> Care:
    deals = [ledger.deal(number).record for number in contracts]
    return Care(
        grade=maintenance_grade(deals, year=as_of.year, as_of=as_of),
        signed=signed_total(deals, year=as_of.year, as_of=as_of),
        year=grade_basis(deals, as_of=as_of),
        is_strategic=any(each.internal.is_strategic for each in deals),
        as_of=as_of,
    )


def edit_customer(
    office: Office, customer_id: str, assignments: Sequence[str], edit: Edit, *, revision: int | None = None
) -> CustomerEdited:
    """Change fields of a customer's entry. Deals already recorded keep what they were written with.

    Raises:
        NotFound: no customer bears the id.
        Refused: a field cannot be read so, the name (which `rename_customer` changes), or another's credit code.
        StaleRevision: the entry was changed since `revision`.
    """
    with open_entry(office, customer_id, revision) as (journal, before):
        after = read_entry(assigned(before, assignments))
        _require_kept(before, after)
        findings = list(check_code(after))
        changes = field_changes(before, after.model_dump(mode="json"))
        if changes:
            payload = {"id": after.id, "customer": after.model_dump(mode="json"), "changes": changes, **edit.told()}
            journal.append(customers.RECORDED, payload)
        findings += journal.findings
    log.record("customer-edited", count=len(changes))
    return CustomerEdited(customer(resolve(customer_id)), tuple(changes), tuple(findings))


def rename_customer(
    office: Office, customer_id: str, new: NewName, edit: Edit, *, revision: int | None = None
) -> CustomerEdited:
    """Give a customer a new name from a day on. The old one stays known; id and folder never change.

    Raises:
        NotFound: no customer bears the id.
        Refused: the name cannot be read, is the present one, or begins before the present one did.
        StaleRevision: the entry was changed since `revision`.
    """
    with open_entry(office, customer_id, revision) as (journal, before):
        present, name, since = customer(str(before["id"])).names[-1], new.name, new.since
        if name == before["name"] or (present.since and since.isoformat() < present.since):
            raise Refused.of(
                "services.rename-changes-nothing", str(before["id"]), name=name, since=present.since or "—"
            )
        borne = DatedName(name=present.name, since=date.fromisoformat(present.since) if present.since else None)
        former = [*before["former_names"], borne.model_dump(mode="json")]
        after = read_entry({**before, "name": name, "former_names": former})
        findings = twins(after)
        told = {"id": after.id, "customer": after.model_dump(mode="json"), "since": since.isoformat()}
        journal.append(customers.RENAMED, {**told, **edit.told()})
        findings += journal.findings
    log.record("customer-renamed")
    changes = ({"field": "name", "old": present.name, "new": name},)
    return CustomerEdited(customer(resolve(customer_id)), changes, tuple(findings))


def merge_customers(
    office: Office, gone: str, into: str, *, reason: str, revisions: tuple[int | None, int | None] = (None, None)
) -> Merged:
    """Merge two entries of one customer. The old id means the survivor from now on; folders stay where they are.

    `revisions` are those that were read: of the entry that goes, and of the one that stays.

    Raises:
        NotFound: no customer bears one of the ids.
        Refused: they are one already, their credit codes differ, or the reason is empty.
        StaleRevision: one of the two was changed since.
    """
    if not reason.strip():
        raise Refused.of("services.reason-missing", gone)
    home = office.archive.company(office.today().year)
    with writing(home, at=office.now(), actor=office.actor):
        first, second = customer(gone), customer(into)
        _require_unmoved(office, first.id, revisions[0])
        _require_unmoved(office, second.id, revisions[1])
        _require_mergeable(first, second)
        findings: list[Finding] = []
        for each, event, payload in (
            (first, customers.MERGED, {"id": gone, "into": into}),
            (second, customers.ABSORBED, {"id": into, "from": gone}),
        ):
            with writing(home_of(office, each.id, each.name), at=office.now(), actor=office.actor) as journal:
                journal.append(event, {**payload, "reason": reason.strip()})
                findings += journal.findings
    log.record("customers-merged")
    return Merged(gone, customer(into), reason.strip(), tuple(findings))


@contextmanager
def open_entry(office: Office, customer_id: str, revision: int | None) -> Iterator[tuple[Journal, dict[str, Any]]]:
    """Hold a customer's log for writing and give the entry as it stands under the lock."""
    stored = customer(resolve(customer_id))
    with writing(home_of(office, stored.id, stored.name), at=office.now(), actor=office.actor) as journal:
        _require_unmoved(office, stored.id, revision)
        known = customers.known_record(stored.id) or {"name": stored.name, "uscc": stored.uscc or None}
        yield journal, {"former_names": [], **known, "id": stored.id}


def _require_unmoved(office: Office, customer_id: str, revision: int | None) -> None:
    if revision is not None:
        require_same(customer_id, revision, history_of(customer_id), zone=office.workspace.timezone)


def history_of(customer_id: str) -> tuple[HistoryLine, ...]:
    """Return the history of a customer's entry."""
    return tuple(in_words(history.past_events(types=customers.CUSTOMER_EVENTS, key=f"_customer/{customer_id}")))


def read_entry(values: Mapping[str, Any]) -> Customer:
    """Read a customer's entry by the record's own type.

    Raises:
        Refused: a field cannot be read so; every field at once.
    """
    try:
        return Customer.model_validate(values)
    except ValidationError as problem:
        raise Refused(findings_of(problem, Customer, within="customer.")) from problem


def _require_kept(before: Mapping[str, Any], after: Customer) -> None:
    """Refuse to edit what is not edited but happens: the id, the name, the former names."""
    told = after.model_dump(mode="json")
    fixed = [name for name in ("id", "name", "former_names") if told[name] != before[name]]
    if fixed:
        raise Refused(error("services.not-edited-so", f"customer.{name}") for name in fixed)


def check_code(after: Customer) -> Iterator[Finding]:
    """Yield a warning where an entry's credit code is doubtful.

    Raises:
        Refused: it is another customer's.
    """
    if not after.uscc:
        return
    others = [each for each in customers.with_uscc(after.uscc) if each != after.id]
    if others:
        raise Refused.of("services.uscc-of-other-customer", "customer.uscc", value=after.uscc, ids="、".join(others))
    if not uscc.is_valid(after.uscc):
        yield warning("deals.uscc-doubtful", "customer.uscc", value=after.uscc)


def twins(after: Customer) -> list[Finding]:
    """Return a warning where other customers bear or bore the name of an entry."""
    others = [each for each in customers.bearers(after.name) if each != after.id]
    return [warning("services.name-of-other-customer", "customer.name", ids="、".join(others))] if others else []


def _require_mergeable(first: StoredCustomer, second: StoredCustomer) -> None:
    for each in (first, second):
        if each.merged_into:
            raise Refused.of("services.merged-already", each.id, into=each.merged_into)
    if first.id == second.id:
        raise Refused.of("services.merge-with-itself", first.id)
    if first.uscc and second.uscc and first.uscc != second.uscc:
        raise Refused.of("services.merge-of-two-codes", first.id, one=first.uscc, other=second.uscc)
