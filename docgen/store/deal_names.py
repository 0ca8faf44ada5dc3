"""By what a payer may name a deal: the names its customer bears or bore, and the numbers the contract is known by."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from docgen.store import database  # noqa: F401  # sets Django up before the models
from docgen.store.models import Alias, Customer, CustomerName, Deal, Event


def names_by_customer() -> Mapping[str, frozenset[str]]:
    """Return every folded name by the id of the living customer; those of customers merged into it count."""
    into = dict(Customer.objects.exclude(merged_into="").values_list("id", "merged_into"))
    found: defaultdict[str, set[str]] = defaultdict(set)
    for customer_id, folded in CustomerName.objects.values_list("customer_id", "folded"):
        found[into.get(customer_id, customer_id)].add(folded)
    return {customer: frozenset(names) for customer, names in found.items()}


def numbers_by_deal() -> Mapping[str, frozenset[str]]:
    """Return contract number, order number and the customer's own numbers by contract."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for number in Deal.objects.values_list("contract_no", flat=True):
        found[number].add(number)
    for number, value in Alias.objects.values_list("deal_id", "value"):
        found[number].add(value)
    return {number: frozenset(values) for number, values in found.items()}


def payments() -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Yield the payments that stand: contract number, key and value."""
    standing: dict[tuple[str, str], Mapping[str, Any]] = {}
    events = Event.objects.filter(type__in=("fact.recorded", "fact.withdrawn"), payload__fact="payments")
    for contract, kind, payload in events.order_by("key", "seq").values_list("key", "type", "payload"):
        if kind == "fact.recorded":
            standing[contract, str(payload["key"])] = payload["value"]
        else:
            standing.pop((contract, str(payload["key"])), None)
    yield from ((contract, key, value) for (contract, key), value in standing.items())
