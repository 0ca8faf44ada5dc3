"""The history of a deal as people read it: revision by revision, who wrote what, from which source."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from docgen.deals.deal import Facts
from docgen.deals.events import FACT_RECORDED, FACT_WITHDRAWN
from docgen.findings import sentence
from docgen.services.office import Office
from docgen.store import history, ledger


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One event in words. `is_withdrawn` where a later counter-event took the fact back."""

    seq: int
    revision: int | None
    at: datetime
    actor: str
    type: str
    what: str
    fact: str | None
    key: str | None
    value: Mapping[str, Any] | None
    source: str | None
    evidence: str | None
    reason: str | None
    is_withdrawn: bool = False


def list_events(_office: Office, reference: str) -> tuple[HistoryLine, ...]:
    """Return everything written down about a deal, in the log's order.

    Raises:
        NotFound: no deal bears the number.
    """
    return lines_of(ledger.deal(reference).contract_no)


def lines_of(contract_no: str) -> tuple[HistoryLine, ...]:
    """Return the history of a contract number."""
    return tuple(in_words(history.history(contract_no)))


def in_words(events: Iterable[history.PastEvent]) -> list[HistoryLine]:
    """Return events as lines, each fact that was taken back marked."""
    lines: list[HistoryLine] = []
    standing: dict[tuple[str, str], int] = {}
    for event in events:
        address = str(event.payload.get("fact") or ""), str(event.payload.get("key") or "")
        if event.type in {FACT_RECORDED, FACT_WITHDRAWN} and address in standing:
            past = standing.pop(address)
            lines[past] = replace(lines[past], is_withdrawn=True)
        if event.type == FACT_RECORDED:
            standing[address] = len(lines)
        lines.append(_line(event))
    return lines


def fact_title(fact: str) -> str:
    """Return the Chinese title of a kind of fact: 回款 for payments."""
    info = Facts.model_fields.get(fact)
    return str(info.title) if info else fact


def _line(event: history.PastEvent) -> HistoryLine:
    told = event.payload
    params = {**told, "title": fact_title(str(told.get("fact"))), "key": told.get("key") or ""}
    return HistoryLine(
        seq=event.seq,
        revision=event.revision,
        at=datetime.fromisoformat(event.at),
        actor=event.actor,
        type=event.type,
        what=sentence(f"services.event-{event.type.replace('.', '-')}", params).strip(),
        fact=_text(told, "fact"),
        key=_text(told, "key"),
        value=told.get("value"),
        source=_text(told, "source"),
        evidence=_text(told, "evidence") or _text(told.get("value") or {}, "evidence"),
        reason=_text(told, "reason"),
    )


def _text(told: Mapping[str, Any], name: str) -> str | None:
    value = told.get(name)
    return None if value is None else str(value)
