"""The customer of a deal: found in the register, or entered into it. Two customers never become one by accident.

A customer is known by its credit code, else by a name it bears or bore (NFC, NFD and full-width twins are one name).
The deal keeps the data it was written with; the register keeps its own and says where the two differ.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from docgen.archive.layout import Folder
from docgen.deals.parties import Customer
from docgen.errors import NotFound, Refused
from docgen.findings import Finding, note, warning
from docgen.issuing import numbering
from docgen.services.office import Office
from docgen.store import customers, projection
from docgen.store.journal import writing
from docgen.store.numbers import Series, allot

_OWN_TO_THE_REGISTER = {"id", "name", "former_names"}


def customer_for(office: Office, customer: Customer) -> str:
    """Return the lasting id of a new deal's customer, given now if need be; a merged id means the surviving one.

    Raises:
        NotFound: the record gives an id that was never given out.
        Refused: the id belongs to another customer, or several customers could be meant.
    """
    if customer.id:
        return _by_id(customer.id, customer)
    home = office.archive.company(office.today().year)
    with writing(home, at=office.now(), actor=office.actor) as journal:
        known = customers.customer_id(uscc=customer.uscc, name=customer.name)
        if known:
            return known
        today = office.today()
        series = Series(numbering.customer_series(today), lambda n: numbering.customer_number(today, n))
        number = allot(home, series, at=office.now(), actor=office.actor)
        journal.append(customers.REGISTERED, {"id": number, "name": customer.name, "uscc": customer.uscc})
    return number


def enter(office: Office, customer: Customer) -> list[Finding]:
    """Enter a deal's customer into the register if it is not there yet; else tell where the deal says otherwise."""
    survivor = customers.resolve(str(customer.id))
    folder = home_of(office, survivor, customer.name)
    with writing(folder, at=office.now(), actor=office.actor) as journal:
        record = customers.known_record(survivor) if _is_entered(survivor) else None
        if record is None:
            told = customer.model_copy(update={"id": survivor}).model_dump(mode="json")
            journal.append(customers.RECORDED, {"id": survivor, "customer": told})
            return list(journal.findings)
    return [*_differences(survivor, record, customer), *journal.findings]


def home_of(office: Office, customer_id: str, name: str) -> Folder:
    """Return the folder of a customer's own papers and log, made on first use."""
    near = projection.known_home(office.archive, customer_id)
    return office.archive.customer(customer_id=customer_id, customer_name=name, near=near)


def _is_entered(customer_id: str) -> bool:
    try:
        return customers.customer(customer_id).record is not None
    except NotFound:
        return False


def _by_id(given: str, customer: Customer) -> str:
    known = customers.customer(customers.resolve(given))
    is_same_code = bool(customer.uscc) and customer.uscc == known.uscc
    if not is_same_code and not customers.is_known_as(given, customer.name):
        raise Refused.of("services.id-of-other-customer", "customer.id", id=given, name=known.name)
    return known.id


def _differences(customer_id: str, record: Mapping[str, Any], customer: Customer) -> Iterator[Finding]:
    if not customers.is_known_as(customer_id, customer.name):
        yield warning("services.customer-name-differs", "customer.name", id=customer_id, name=record["name"])
    told = customer.model_dump(mode="json")
    titles = [
        str(info.title)
        for name, info in Customer.model_fields.items()
        if name not in _OWN_TO_THE_REGISTER and told[name] != record.get(name)
    ]
    if titles:
        yield note("services.customer-differs", "customer", id=customer_id, fields="、".join(titles))
