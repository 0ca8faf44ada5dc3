"""The record as a log: what was written down and what happened, event by event, so that the log alone restores it.

`deal.recorded` carries the whole record without its facts, once for each revision; `fact.recorded` and
`fact.withdrawn` carry single facts by key. Facts are only ever added: a wrong one is withdrawn with a reason and, where
need be, recorded anew; nothing in the log is edited.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from docgen.deals.base import Model
from docgen.deals.deal import SCHEMA, Deal
from docgen.deals.explaining import findings_of
from docgen.deals.upcast import upcast
from docgen.errors import Refused

RECORDED = "deal.recorded"
FACT_RECORDED = "fact.recorded"
FACT_WITHDRAWN = "fact.withdrawn"

FACT_KEYS: Mapping[str, str] = MappingProxyType(
    {
        "signature": "",
        "change_signatures": "change",
        "deliveries": "seq",
        "acceptances": "seq",
        "invoices": "number",
        "payments": "seq",
        "refunds": "seq",
        "notices": "seq",
        "flags": "seq",
        "overdue_reasons": "seq",
        "write_offs": "instalment",
        "delays": "seq",
        "tasks_done": "seq",
        "termination": "",
    }
)
"""Kind of fact → the field that tells its facts apart; empty where there is only one."""

_Facts = dict[tuple[str, str], Any]


@dataclass(frozen=True, slots=True)
class DealEvent:
    """One line of a contract's log that concerns the record; the payload is plain JSON."""

    type: str
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class DealState:
    """The record as the log leaves it; `revision` counts how often it was written down."""

    deal: Deal
    revision: int


@dataclass(frozen=True, slots=True)
class FactConflict:
    """A fact of the log that a new record changes, or leaves out (`new` is None): a person must give the reason."""

    fact: str
    key: str
    old: Mapping[str, Any]
    new: Mapping[str, Any] | None


def replay(events: Iterable[DealEvent]) -> DealState:
    """Return the record as the events leave it; events of other types are passed over.

    Raises:
        Refused: `deals.log-without-record` where nothing was recorded; the findings of what no longer reads.
    """
    record: dict[str, Any] | None = None
    facts: _Facts = {}
    revision = 0
    for event in events:
        if event.type == RECORDED:
            record, revision = dict(event.payload["record"]), revision + 1
        elif event.type == FACT_RECORDED:
            facts[_address(event)] = event.payload["value"]
        elif event.type == FACT_WITHDRAWN:
            facts.pop(_address(event), None)
    if record is None:
        raise Refused.of("deals.log-without-record")
    return DealState(_restored(record, facts), revision)


def difference(
    old: Deal | None, new: Deal, *, revision: int = 0, reason: str | None = None
) -> tuple[list[DealEvent], list[FactConflict]]:
    """Return the events that lead from one record to the next, and the facts that stand in the way.

    `revision` is that of `old`. A changed or left-out fact is a conflict; with a `reason` it is withdrawn instead and,
    where it changed, recorded anew. With conflicts left the caller must not append the events.

    Raises:
        Refused: `deals.fact-key-twice` where two facts of the new record bear the same key.
    """
    record = record_of(new)
    events: list[DealEvent] = []
    if old is None or record_of(old) != record:
        events.append(DealEvent(RECORDED, {"revision": revision + 1, "record": record}))
    before, after = (facts_of(old) if old else {}), facts_of(new)
    contested = [each for each in before if before[each] != after.get(each)]
    conflicts = [FactConflict(*each, old=before[each], new=after.get(each)) for each in contested]
    if reason:
        events += [withdrawal(fact, key, reason=reason) for fact, key in contested]
    fresh = [each for each in after if each not in before or (reason and each in contested)]
    events += [recording(*each, after[each]) for each in fresh]
    return events, [] if reason else conflicts


def recording(fact: str, key: str, value: Mapping[str, Any]) -> DealEvent:
    """Return the event that adds one fact, as it is kept in the log."""
    return DealEvent(FACT_RECORDED, {"schema": SCHEMA, "fact": fact, "key": key, "value": dict(value)})


def withdrawal(fact: str, key: str, *, reason: str) -> DealEvent:
    """Return the event that takes one fact back; the fact itself stays readable in the log."""
    return DealEvent(FACT_WITHDRAWN, {"fact": fact, "key": key, "reason": reason})


def record_of(deal: Deal) -> dict[str, Any]:
    """Return the record without its facts, as plain JSON."""
    return deal.model_dump(mode="json", by_alias=True, exclude={"facts"})


def facts_of(deal: Deal) -> _Facts:
    """Return the facts by kind and key, as plain JSON, in the order of the record.

    Raises:
        Refused: `deals.fact-key-twice`.
    """
    found: _Facts = {}
    for fact, key_field in FACT_KEYS.items():
        given = getattr(deal.facts, fact)
        for each in given if isinstance(given, tuple) else [given] if given else []:
            address = (fact, _key(each, key_field))
            if address in found:
                raise Refused.of("deals.fact-key-twice", f"facts.{fact}", key=address[1])
            found[address] = each.model_dump(mode="json")
    return found


def _key(fact: Model, key_field: str) -> str:
    return str(getattr(fact, key_field)) if key_field else ""


def _address(event: DealEvent) -> tuple[str, str]:
    return str(event.payload["fact"]), str(event.payload["key"])


def _restored(record: dict[str, Any], facts: _Facts) -> Deal:
    grouped: dict[str, Any] = {}
    for (fact, _), value in facts.items():
        if FACT_KEYS.get(fact):
            grouped.setdefault(fact, []).append(value)
        else:
            grouped[fact] = value
    try:
        return Deal.model_validate(upcast({**record, "facts": grouped}))
    except ValidationError as problem:
        raise Refused(findings_of(problem)) from problem
