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
    undoes: int | None = None


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
    """Return events as lines, each that was taken back marked: facts by kind and key, entries by their revision."""
    lines: list[HistoryLine] = []
    standing: dict[tuple[str, str], int] = {}
    for event in events:
        address = str(event.payload.get("fact") or ""), str(event.payload.get("key") or "")
        if event.type in {FACT_RECORDED, FACT_WITHDRAWN} and address in standing:
            past = standing.pop(address)
            lines[past] = replace(lines[past], is_withdrawn=True)
        if event.type == FACT_RECORDED:
            standing[address] = len(lines)
        _mark_undone(lines, event)
        lines.append(_line(event))
    return lines


def _mark_undone(lines: list[HistoryLine], event: history.PastEvent) -> None:
    """Mark the line that an event of a register takes back; taking back such an event brings its own line back."""
    undone: object = event.payload.get("undoes")
    is_mark = True
    while isinstance(undone, int):
        at = next((n for n, line in enumerate(lines) if line.revision == undone), None)
        if at is None:
            return
        lines[at] = replace(lines[at], is_withdrawn=is_mark)
        undone, is_mark = lines[at].undoes, not is_mark


def fact_title(fact: str) -> str:
    """Return the Chinese title of a kind of fact: 回款 for payments."""
    info = Facts.model_fields.get(fact)
    return str(info.title) if info else fact


def _line(event: history.PastEvent) -> HistoryLine:
    told = event.payload
    named = told.get("title") or fact_title(str(told.get("fact")))
    params = {**told, "title": named, "key": told.get("key") or "", "person": _person(told)}
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
        undoes=told["undoes"] if isinstance(told.get("undoes"), int) else None,
    )


def _person(told: Mapping[str, Any]) -> str:
    """Return who acted at a step as the trail prints it: 李四（代张三）."""
    stood_in = told.get("for_display")
    return f"{told.get('display') or ''}（代{stood_in}）" if stood_in else str(told.get("display") or "")


def _text(told: Mapping[str, Any], name: str) -> str | None:
    value = told.get(name)
    return None if value is None else str(value)
