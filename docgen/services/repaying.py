"""Repayment plans and changes of our account: written down before their paper, taken back with a reason, promised.

A signed 还款协议 that is filed is a promise until its last payment: nobody is asked meanwhile, and missing one ends it
(docgen.deals.standing). It is recorded here, once for each of its instalments, when the signed copy is archived; a
person may take it back as any fact.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from docgen.deals import paperwork
from docgen.deals.base import Model
from docgen.deals.deal import Deal
from docgen.deals.events import difference
from docgen.deals.explaining import findings_of
from docgen.deals.handling import FlagKind
from docgen.deals.repaying import AccountChange, Repayment
from docgen.deals.standing import part_due
from docgen.errors import NotFound, Refused
from docgen.findings import Finding, error, has_errors, note
from docgen.services import logging as log
from docgen.services.office import Office
from docgen.services.places import folder_of
from docgen.services.read_record import read_group
from docgen.services.record_fact import NewFact, add_fact, new_findings
from docgen.services.staleness import require_revision
from docgen.store import history, ledger
from docgen.store.journal import writing

AGREEMENT: Final = "repayment-agreement"
_LISTS: Final[Mapping[str, tuple[str, type[Model]]]] = {
    "repayment": ("repayments", Repayment),
    "account_change": ("account_changes", AccountChange),
}
"""The part of a deal a paper speaks of → its list in the record, and the type that reads it."""


@dataclass(frozen=True, slots=True)
class PlanTold:
    """A repayment plan or change of account as it now stands in the record, and the deal's revision."""

    contract_no: str
    what: str
    seq: int
    value: Mapping[str, Any]
    revision: int
    findings: tuple[Finding, ...]


def add_plan(office: Office, reference: str, what: str, path: Path, *, revision: int | None = None) -> PlanTold:
    """Add a repayment plan (`repayment`) or a change of account (`account_change`); its number may be left out.

    Raises:
        NotFound: no such deal or file.
        Refused: the file cannot be read, or what it says does not fit the deal; every finding at once.
        StaleRevision: the deal moved on since `revision`.
    """
    field, model = _LISTS[what]
    values = read_group(path)
    contract_no = ledger.deal(reference).contract_no
    with writing(folder_of(office, contract_no), at=office.now(), actor=office.actor) as journal:
        require_revision(office, contract_no, revision)
        before = ledger.deal(contract_no)
        known = getattr(before.record, field)
        added = _read({"seq": str(len(known) + 1), **values}, model, what)
        findings = _recorded(office, before, {field: (*known, added)}, journal.append, {what: _seq(added)})
    log.record("plan-added", contract=contract_no)
    return _told(contract_no, what, _seq(added), (*findings, *journal.findings))


def withdraw_plan(  # noqa: PLR0913  # which, of what, why
    office: Office, reference: str, what: str, seq: int, *, reason: str, revision: int | None = None
) -> PlanTold:
    """Take a plan or change of account back: it stays readable under its number and serves no paper any more.

    Raises:
        NotFound: no such deal or number.
        Refused: no reason; taken back already; its paper, or the promise it rests on, still stands.
        StaleRevision: the deal moved on since `revision`.
    """
    field, _ = _LISTS[what]
    contract_no = ledger.deal(reference).contract_no
    if not reason.strip():
        raise Refused.of("services.reason-missing", contract_no)
    with writing(folder_of(office, contract_no), at=office.now(), actor=office.actor) as journal:
        require_revision(office, contract_no, revision)
        before = ledger.deal(contract_no)
        known = getattr(before.record, field)
        old = next((each for each in known if each.seq == seq), None)
        if old is None:
            numbers = "、".join(str(each.seq) for each in known) or "—"
            raise NotFound.of("services.no-such-plan", contract_no, seq=seq, known=numbers)
        _require_free(before, what, old)
        gone = old.model_copy(update={"withdrawn": reason.strip()})
        kept = tuple(gone if each is old else each for each in known)
        findings = _recorded(office, before, {field: kept}, journal.append, {what: seq, "reason": reason.strip()})
    log.record("plan-withdrawn", contract=contract_no)
    return _told(contract_no, what, seq, (*findings, *journal.findings))


def promise_by(office: Office, item_id: str) -> tuple[Finding, ...]:
    """Record the promise a signed copy of a 还款协议 makes; nothing where the item is none, or half of one.

    Safe to repeat: what was recorded from this copy before, taken back or not, is not recorded again.
    """
    item = ledger.archived_item(item_id)
    paper = ledger.issued_by_document_id(item.answers) if item and item.answers else None
    if item is None or paper is None or paper.kind != AGREEMENT or paper.status != "current":
        return ()
    extra = item.sidecar.get("extra")
    if isinstance(extra, Mapping) and extra.get("missing_pages"):
        return ()
    deal = ledger.deal(paper.contract_no).record
    plan = next((each for each in deal.repayments if paper.subject == paperwork.subject("repayment", each.seq)), None)
    if plan is None:
        return ()
    told = [_promise(office, deal, plan, seq, item) for seq in plan.instalments if _is_new(paper, plan, seq)]
    return tuple(each for each in told if each is not None)


def _promise(office: Office, deal: Deal, plan: Repayment, seq: int, item: ledger.PaperLine) -> Finding:
    until = part_due(deal, plan.parts[-1], calendar=office.calendar)
    today = office.today()
    values = {
        "on": today.isoformat(),
        "instalment": str(seq),
        "flag": FlagKind.PROMISED.value,
        "reason": f"已签署还款协议 {item.number}",
        "until": max(until, today).isoformat(),
        "repayment": str(plan.seq),
    }
    add_fact(office, item.contract_no, NewFact("flag", values, source=item.title, evidence=item.id))
    return note("services.promise-by-agreement", item.number, number=item.number, seq=seq, until=until.isoformat())


def _is_new(paper: ledger.PaperLine, plan: Repayment, seq: int) -> bool:
    """Tell whether no copy of this very agreement made the promise before."""
    copies = {row.id for row in ledger.answers_to(paper.document_id)}
    return not any(
        event.payload.get("fact") == "flags"
        and event.payload.get("evidence") in copies
        and (event.payload["value"].get("repayment"), event.payload["value"].get("instalment")) == (plan.seq, seq)
        for event in ledger.events(paper.contract_no)
        if event.type in history.RECORD_EVENTS and "value" in event.payload
    )


def _require_free(stored: ledger.StoredDeal, what: str, old: Model) -> None:
    if getattr(old, "withdrawn", None):
        raise Refused.of("services.plan-withdrawn", stored.contract_no, seq=_seq(old))
    about = paperwork.subject(what, _seq(old))
    findings = [
        error("services.plan-has-paper", row.number, number=row.number, title=row.title)
        for row in ledger.papers(stored.contract_no)
        if row.item_type == "issued" and row.status == "current" and row.subject == about
    ]
    if what == "repayment":
        findings += [
            error("services.plan-is-promise", stored.contract_no, seq=_seq(old), key=flag.seq)
            for flag in stored.record.facts.flags
            if flag.repayment == _seq(old)
        ]
    if findings:
        raise Refused(findings)


def _recorded(
    office: Office,
    before: ledger.StoredDeal,
    changed: Mapping[str, object],
    append: Callable[[str, Mapping[str, object]], None],
    told: Mapping[str, object],
) -> list[Finding]:
    after = before.record.model_copy(update=dict(changed))
    findings = new_findings(office, before.record, after)
    if has_errors(findings):
        raise Refused(findings)
    events, _ = difference(before.record, after, revision=before.revision)
    for event in events:
        append(event.type, {**event.payload, **told})
    return findings


def _read(values: Mapping[str, Any], model: type[Model], what: str) -> Model:
    try:
        return model.model_validate(values)
    except ValidationError as problem:
        raise Refused(findings_of(problem, model, within=f"{what}.")) from problem


def _seq(plan: Model) -> int:
    return int(getattr(plan, "seq"))  # noqa: B009  # both types have one


def _told(contract_no: str, what: str, seq: int, findings: tuple[Finding, ...]) -> PlanTold:
    stored = ledger.deal(contract_no)
    plan = next(each for each in getattr(stored.record, _LISTS[what][0]) if each.seq == seq)
    value = plan.model_dump(mode="json", exclude_none=True)
    return PlanTold(contract_no, what, seq, value, stored.revision, findings)
