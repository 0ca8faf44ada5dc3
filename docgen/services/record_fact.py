"""Record what happened: one fact, read by the record's own types, weighed against the deal, appended to its log.

A fact is never edited. A wrong one is withdrawn by a counter-event with its reason and, where need be, recorded anew.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import ValidationError

from docgen.deals.base import Model
from docgen.deals.checks import check
from docgen.deals.deal import ChangeSignature, Deal
from docgen.deals.events import FACT_KEYS, DealEvent, facts_of, recording, replay, withdrawal
from docgen.deals.explaining import findings_of
from docgen.deals.fulfilment import Acceptance, Delivery, Invoice, Notice, Payment, Refund, Signature, Termination
from docgen.deals.handling import Delay, HandlingFlag, OverdueReason, TaskDone, WriteOff
from docgen.errors import NotFound, Refused
from docgen.findings import Finding, Severity, has_errors, warning
from docgen.services import logging as log
from docgen.services.deal_history import fact_title
from docgen.services.evidence import weigh_evidence
from docgen.services.office import Office
from docgen.services.places import folder_of
from docgen.services.review_contract import weigh_signing
from docgen.services.staleness import require_revision
from docgen.store import history, ledger
from docgen.store.journal import writing

FACTS: Mapping[str, tuple[str, type[Model]]] = {
    "signature": ("signature", Signature),
    "delivery": ("deliveries", Delivery),
    "acceptance": ("acceptances", Acceptance),
    "invoice": ("invoices", Invoice),
    "payment": ("payments", Payment),
    "refund": ("refunds", Refund),
    "notice": ("notices", Notice),
    "termination": ("termination", Termination),
    "change_signature": ("change_signatures", ChangeSignature),
    "flag": ("flags", HandlingFlag),
    "overdue_reason": ("overdue_reasons", OverdueReason),
    "write_off": ("write_offs", WriteOff),
    "delay": ("delays", Delay),
    "task_done": ("tasks_done", TaskDone),
}
"""The word for a fact on the command line → its list in the record, and the type that reads it."""
_INDEX = re.compile(r"\[\d+\]")


@dataclass(frozen=True, slots=True)
class NewFact:
    """A fact as told: its kind, its values as text, who or what says so, what it rests on, and why if need be."""

    kind: str
    values: Mapping[str, Any]
    source: str | None = None
    evidence: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """Which fact was wrong (key empty where there is only one of its kind), and why.

    `reference` is the bank's own for the reversal that takes a payment back.
    """

    kind: str
    key: str
    reason: str
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class RecordedFact:
    """A fact as it now stands in the log (or was taken out of force), and the deal's revision after it."""

    contract_no: str
    fact: str
    title: str
    key: str
    value: Mapping[str, Any]
    revision: int
    findings: tuple[Finding, ...]


def add_fact(office: Office, reference: str, new: NewFact, *, revision: int | None = None) -> RecordedFact:
    """Add one fact to a deal. Running numbers are given here, under the folder's lock.

    Raises:
        NotFound: no such deal or kind of fact.
        Refused: values that cannot be read, a fact that stands already, or one that cannot have happened so.
        StaleRevision: the deal moved on since `revision`.
    """
    fact, model = kind_of_fact(new.kind)
    contract_no = ledger.deal(reference).contract_no
    with writing(folder_of(office, contract_no), at=office.now(), actor=office.actor) as journal:
        require_revision(office, contract_no, revision)
        deal = ledger.deal(contract_no).record
        value, key = read_fact(new, model, fact=fact, contract_no=contract_no)
        require_free(deal, fact, key)
        event = recording(fact, key, value)
        findings = [*weigh(office, contract_no, deal, event), *_in_future(value, new.kind, today=office.today())]
        findings += weigh_evidence(contract_no, new.evidence)
        told = {"source": new.source, "evidence": new.evidence, "reason": new.reason}
        journal.append(event.type, {**event.payload, **{name: text for name, text in told.items() if text}})
    log.record("fact-recorded", contract=contract_no)
    after = ledger.deal(contract_no)
    if fact == "signature":
        findings += weigh_signing(office, contract_no, after.record)
    return RecordedFact(contract_no, fact, fact_title(fact), key, value, after.revision, (*findings, *journal.findings))


def undo_fact(office: Office, reference: str, wrong: Withdrawal, *, revision: int | None = None) -> RecordedFact:
    """Withdraw a fact by a counter-event; the fact and the reason stay readable in the log.

    What the deal lacks after that is told, not refused: the right fact usually follows.

    Raises:
        NotFound: no such deal, kind of fact, or fact.
        Refused: the reason is empty.
        StaleRevision: the deal moved on since `revision`.
    """
    fact, _ = kind_of_fact(wrong.kind)
    contract_no, key = ledger.deal(reference).contract_no, wrong.key
    if not wrong.reason.strip():
        raise Refused.of("services.reason-missing", contract_no)
    with writing(folder_of(office, contract_no), at=office.now(), actor=office.actor) as journal:
        require_revision(office, contract_no, revision)
        before = ledger.deal(contract_no).record
        value = require_standing(before, fact, key, contract_no)
        event = withdrawal(fact, key, reason=wrong.reason.strip())
        told = {"reference": wrong.reference} if wrong.reference else {}
        journal.append(event.type, {**event.payload, **told})
    log.record("fact-withdrawn", contract=contract_no)
    stored = ledger.deal(contract_no)
    findings = new_findings(office, before, stored.record)
    return RecordedFact(
        contract_no, fact, fact_title(fact), key, value, stored.revision, (*findings, *journal.findings)
    )


def kind_of_fact(word: str) -> tuple[str, type[Model]]:
    """Return a fact's list and type by its word, by the list's name, or by its Chinese title.

    Raises:
        NotFound: naming the words there are.
    """
    for known, (fact, model) in FACTS.items():
        if word in {known, fact, fact_title(fact)}:
            return fact, model
    raise NotFound.of("services.no-such-fact-kind", word, known="、".join(FACTS))


def weigh(office: Office, contract_no: str, deal: Deal, event: DealEvent) -> list[Finding]:
    """Return what an event would newly make worth saying about a deal.

    Raises:
        Refused: it would make the record wrong; every finding at once.
    """
    rows = history.past_events(types=history.RECORD_EVENTS, key=contract_no)
    past = [DealEvent(row.type, row.payload) for row in rows]
    findings = new_findings(office, deal, replay([*past, event]).deal)
    if has_errors(findings):
        raise Refused(findings)
    return findings


def new_findings(office: Office, before: Deal, after: Deal) -> list[Finding]:
    """Return the findings of a record that it did not have before, wherever in its list a fact now stands."""
    known = {_shape(finding) for finding in check(before, calendar=office.calendar)}
    return [finding for finding in check(after, calendar=office.calendar) if _shape(finding) not in known]


def _shape(finding: Finding) -> tuple[str, str, str, Severity]:
    return finding.code, _INDEX.sub("[]", finding.where), repr(sorted(finding.params.items())), finding.severity


def read_fact(new: NewFact, model: type[Model], *, fact: str, contract_no: str) -> tuple[dict[str, Any], str]:
    """Return the fact as plain values, by its own type, and its key; the next running number if none is given."""
    values = dict(new.values)
    key_field = FACT_KEYS[fact]
    if key_field == "seq" and "seq" not in values:
        numbers = [int(key) for key in history.used_keys(contract_no, fact) if key.isdigit()]
        values["seq"] = str(1 + max(numbers, default=0))
    if new.evidence and "evidence" in model.model_fields and values.get("evidence") is None:
        values["evidence"] = new.evidence
    try:
        read = model.model_validate(values)
    except ValidationError as problem:
        raise Refused(findings_of(problem, model, within=f"{new.kind}.")) from problem
    return read.model_dump(mode="json"), str(getattr(read, key_field)) if key_field else ""


def require_free(deal: Deal, fact: str, key: str) -> None:
    """Hold that no such fact stands yet.

    Raises:
        Refused: one does.
    """
    if (fact, key) in facts_of(deal):
        raise Refused.of("services.fact-stands", f"facts.{fact}", title=fact_title(fact), key=key or "—")


def require_standing(deal: Deal, fact: str, key: str, contract_no: str) -> Mapping[str, Any]:
    """Return the values of a fact that stands.

    Raises:
        NotFound: none of that key does; those that do are named.
    """
    facts = facts_of(deal)
    if (fact, key) not in facts:
        known = "、".join(other for kind, other in facts if kind == fact and other)
        raise NotFound.of("services.no-such-fact", contract_no, title=fact_title(fact), key=key or "—", known=known)
    return dict(facts[fact, key])


def _in_future(value: Mapping[str, Any], kind: str, *, today: date) -> list[Finding]:
    days = {name: value.get(name) for name in ("on", "ours", "theirs", "received_on")}
    return [
        warning("services.fact-in-future", f"{kind}.{name}", day=day, today=today.isoformat())
        for name, day in days.items()
        if day and day > today.isoformat()
    ]
