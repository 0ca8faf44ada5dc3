"""The register of customers: who a name or credit code means, which names it bore, into whom it was merged.

A customer's own log says what the register knows. Where it says nothing yet, the newest of the customer's deals speaks,
else the event that gave the id. The answer depends on the logs alone, never on the order in which they are read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from docgen.archive.layout import CUSTOMER
from docgen.archive.names import fold
from docgen.errors import NotFound, Refused
from docgen.store import database  # noqa: F401  # sets Django up before the models
from docgen.store.models import Customer, CustomerName, Deal, Event

RECORDED = "customer.recorded"
RENAMED = "customer.renamed"
MERGED = "customer.merged"
ABSORBED = "customer.absorbed"
UNDONE = "customer.undone"
UNMERGED = "customer.unmerged"
RELEASED = "customer.released"
CUSTOMER_EVENTS = (RECORDED, RENAMED, MERGED, ABSORBED, UNDONE, UNMERGED, RELEASED)
REGISTERED = "customer.registered"


@dataclass(frozen=True, slots=True)
class BorneName:
    """A name and the day it was borne from, where known."""

    name: str
    since: str | None


@dataclass(frozen=True, slots=True)
class StoredCustomer:
    """A customer as the register holds it; `record` is None while only its deals speak of it."""

    id: str
    name: str
    uscc: str
    names: tuple[BorneName, ...]
    record: Mapping[str, Any] | None
    revision: int
    merged_into: str | None
    deals: int


def customers() -> tuple[StoredCustomer, ...]:
    """Return all customers in the order of their ids, merged ones too."""
    rows = Customer.objects.annotate(held=Count("deals")).order_by("id").prefetch_related("names")
    return tuple(_stored(row, row.held) for row in rows)


def customer(customer_id: str) -> StoredCustomer:
    """Return a customer by id, just as it stands: a merged one is not followed.

    Raises:
        NotFound: no customer bears the id.
    """
    row = Customer.objects.filter(id=customer_id).first()
    if row is None:
        raise NotFound.of("store.no-customer", customer_id)
    return _stored(row, row.deals.count())


def resolve(customer_id: str) -> str:
    """Return the id of the customer that this one lives on in; its own where it was never merged."""
    seen = {customer_id}
    while True:
        into = Customer.objects.filter(id=customer_id).values_list("merged_into", flat=True).first()
        if not into or into in seen:
            return customer_id
        customer_id = into
        seen.add(into)


def survivor_of(customer_id: str) -> tuple[str, str]:
    """Return the id and present name of the customer that this one lives on in.

    Raises:
        NotFound: no customer bears the id.
    """
    living = resolve(customer_id)
    name = Customer.objects.filter(id=living).values_list("name", flat=True).first()
    if name is None:
        raise NotFound.of("store.no-customer", customer_id)
    return living, name


def survivors() -> dict[str, tuple[str, str]]:
    """Return for each customer's id the id and present name of the one it lives on in."""
    rows = {each: (name, into) for each, name, into in Customer.objects.values_list("id", "name", "merged_into")}
    found = {}
    for each in rows:
        last, seen = each, {each}
        while (into := rows[last][1]) in rows and into not in seen:
            last = into
            seen.add(into)
        found[each] = (last, rows[last][0])
    return found


def mergers() -> dict[str, str]:
    """Return for each customer that was merged into another the id of the one it lives on in; few were."""
    into = dict(Customer.objects.exclude(merged_into="").values_list("id", "merged_into"))
    found = {}
    for each, next_one in into.items():
        last, seen = next_one, {each}
        while last in into and last not in seen:
            seen.add(last)
            last = into[last]
        found[each] = last
    return found


def customer_id(*, uscc: str | None, name: str) -> str | None:
    """Return the id of the known customer that is meant: by credit code, else by any name it bears or bore.

    Twins of a name (NFC and NFD, full width) are one name; two customers whose credit codes differ stay two.

    Raises:
        Refused: several customers could be meant.
    """
    if uscc:
        found = {resolve(each) for each in Customer.objects.filter(uscc=uscc).values_list("id", flat=True)}
        if found:
            return _only(found, uscc)
    rows = Customer.objects.filter(names__folded=fold(name)).distinct()
    return _only({resolve(row.id) for row in rows if not uscc or _code_of(row) in {"", uscc}}, name)


def is_known_as(customer_id: str, name: str) -> bool:
    """Tell whether a customer, or one merged into it, bears or bore a name."""
    ids = CustomerName.objects.filter(folded=fold(name)).values_list("customer_id", flat=True)
    return resolve(customer_id) in {resolve(each) for each in ids}


def bearers(name: str) -> tuple[str, ...]:
    """Return the ids of the living customers that bear or bore a name or a twin of it."""
    ids = CustomerName.objects.filter(folded=fold(name)).values_list("customer_id", flat=True)
    return tuple(sorted({resolve(each) for each in ids}))


def all_names() -> tuple[str, ...]:
    """Return every name any customer bears or bore, each once."""
    return tuple(CustomerName.objects.order_by("name").values_list("name", flat=True).distinct())


def with_uscc(uscc: str) -> tuple[str, ...]:
    """Return the ids of the living customers that bear a credit code."""
    return tuple(sorted({resolve(each) for each in Customer.objects.filter(uscc=uscc).values_list("id", flat=True)}))


def known_record(customer_id: str) -> Mapping[str, Any] | None:
    """Return what is known of a customer as plain JSON: the register's entry, else that of its newest deal."""
    row = Customer.objects.filter(id=customer_id).first()
    return (row.record if row else None) or _from_deals(customer_id)


def refresh(customer_id: str, *, registration: Mapping[str, Any] | None = None) -> None:
    """Write a customer's rows anew from what the logs say of it; `registration` is the event that gave the id."""
    own = list(Event.objects.filter(key=f"{CUSTOMER}/{customer_id}", type__in=CUSTOMER_EVENTS).order_by("seq"))
    told = [event for event in own if "customer" in event.payload]
    record = told[-1].payload["customer"] if told else None
    merged = [event.payload.get("into", "") for event in own if event.type in {MERGED, UNMERGED}]
    known = record or _from_deals(customer_id) or registration or _as_it_stands(customer_id)
    names = _names(known, [event.payload for event in own if event.type in {RENAMED, UNDONE}])
    row, _ = Customer.objects.update_or_create(
        id=customer_id,
        defaults={
            "name": known["name"],
            "uscc": known.get("uscc") or "",
            "record": record,
            "revision": len(own),
            "merged_into": merged[-1] if merged else "",
        },
    )
    row.names.all().delete()
    CustomerName.objects.bulk_create(
        CustomerName(customer=row, position=position, name=each.name, folded=fold(each.name), since=each.since or "")
        for position, each in enumerate(names)
    )


def _from_deals(customer_id: str) -> Mapping[str, Any] | None:
    row = Deal.objects.filter(customer_id=customer_id).order_by("-recorded_at", "-contract_no").first()
    return dict(row.record["customer"]) if row else None


def _as_it_stands(customer_id: str) -> Mapping[str, Any]:
    row = Customer.objects.filter(id=customer_id).first()
    return {"name": row.name, "uscc": row.uscc} if row else {"name": customer_id}


def _names(known: Mapping[str, Any], renamings: list[Mapping[str, Any]]) -> list[BorneName]:
    former = [BorneName(each["name"], each.get("since")) for each in known.get("former_names") or ()]
    since = next((each.get("since") for each in reversed(renamings) if each["customer"]["name"] == known["name"]), None)
    return [*former, BorneName(known["name"], since)]


def _only(found: set[str], where: str) -> str | None:
    if len(found) > 1:
        raise Refused.of("store.ambiguous-customer", where, ids="、".join(sorted(found)))
    return next(iter(found), None)


def _code_of(row: Customer) -> str:
    """Return the credit code of the customer that a row lives on in."""
    return Customer.objects.get(id=resolve(row.id)).uscc if row.merged_into else row.uscc


def _stored(row: Customer, deals: int) -> StoredCustomer:
    names = sorted(row.names.all(), key=lambda each: each.position)
    return StoredCustomer(
        id=row.id,
        name=row.name,
        uscc=row.uscc,
        names=tuple(BorneName(each.name, each.since or None) for each in names),
        record=row.record,
        revision=row.revision,
        merged_into=row.merged_into or None,
        deals=deals,
    )
