"""Changes of the terms: asked for, weighed by the departments, and made effective by a person (P15).

That a supplementary agreement came back is known from the scan; that both sides signed it is a person's word. So
`sign_change` wants the filed scan as evidence, or the reason why there is none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from docgen.deals.changes import Change
from docgen.deals.events import difference
from docgen.deals.explaining import findings_of
from docgen.errors import NotFound, Refused
from docgen.findings import Finding, error, has_errors, warning
from docgen.services import logging as log
from docgen.services.evidence import find_evidence
from docgen.services.office import Office
from docgen.services.places import folder_of
from docgen.services.read_record import read_group
from docgen.services.record_fact import NewFact, RecordedFact, add_fact, new_findings
from docgen.services.staleness import require_revision
from docgen.store import history, ledger
from docgen.store.journal import writing

DEPARTMENTS = ("销售部", "产品部", "技术部")
RESULTS: Mapping[str, str] = {"同意": "agreed", "拒绝": "refused", "替代方案": "alternative"}


@dataclass(frozen=True, slots=True)
class ChangeTold:
    """A change as it now stands in the record, what the departments say of it, and the deal's revision."""

    contract_no: str
    seq: int
    change: Mapping[str, Any]
    evaluations: tuple[history.StoredEvaluation, ...]
    revision: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a department says of a change."""

    department: str
    result: str
    remark: str | None = None


@dataclass(frozen=True, slots=True)
class Signed:
    """Both sides' days under a change, and the scan that shows them, or the reason why there is none."""

    ours: date
    theirs: date
    evidence: str | None = None
    reason: str | None = None


def new_change(office: Office, reference: str, path: Path, *, revision: int | None = None) -> ChangeTold:
    """Add a change to the record; its running number may be left out.

    Raises:
        NotFound: no such deal or file.
        Refused: the file cannot be read, or the change does not fit the deal; every finding at once.
        StaleRevision: the deal moved on since `revision`.
    """
    values = read_group(path)
    contract_no = ledger.deal(reference).contract_no
    with writing(folder_of(office, contract_no), at=office.now(), actor=office.actor) as journal:
        require_revision(office, contract_no, revision)
        stored = ledger.deal(contract_no)
        change = _read({"seq": str(len(stored.record.changes) + 1), **values})
        changed = stored.record.model_copy(update={"changes": (*stored.record.changes, change)})
        findings = new_findings(office, stored.record, changed)
        if has_errors(findings):
            raise Refused(findings)
        events, _ = difference(stored.record, changed, revision=stored.revision)
        for event in events:
            journal.append(event.type, {**event.payload, "change": change.seq})
    log.record("change-added", contract=contract_no)
    return _told(contract_no, change.seq, (*findings, *journal.findings))


def evaluate_change(
    office: Office, reference: str, seq: int, verdict: Verdict, *, revision: int | None = None
) -> ChangeTold:
    """Record what a department says of a change; its last word counts, earlier ones stay in the log.

    Raises:
        NotFound: no such deal or change.
        Refused: unknown department or result, or the change is signed already.
        StaleRevision: the deal moved on since `revision`.
    """
    department, result = _understood(verdict)
    contract_no = ledger.deal(reference).contract_no
    with writing(folder_of(office, contract_no), at=office.now(), actor=office.actor) as journal:
        require_revision(office, contract_no, revision)
        _require_open(ledger.deal(contract_no), seq)
        payload = {"change": seq, "department": department, "result": result, "remark": verdict.remark}
        journal.append(history.EVALUATED, {name: value for name, value in payload.items() if value is not None})
    log.record("change-evaluated", contract=contract_no)
    return _told(contract_no, seq, tuple(journal.findings))


def sign_change(
    office: Office, reference: str, seq: int, signed: Signed, *, revision: int | None = None
) -> RecordedFact:
    """Make a change effective from the later signature, on the evidence of the filed scan or for a stated reason.

    Raises:
        NotFound: no such deal or change.
        Refused: neither evidence nor reason; the evidence is not filed in this contract, or is of another paper.
        StaleRevision: the deal moved on since `revision`.
    """
    stored = ledger.deal(reference)
    _change(stored, seq)
    evidence, findings = _proof(stored, seq, signed)
    findings += _against(stored.contract_no, seq)
    values = {"change": str(seq), "ours": signed.ours.isoformat(), "theirs": signed.theirs.isoformat()}
    fact = NewFact("change_signature", values, evidence=evidence, reason=signed.reason)
    done = add_fact(office, stored.contract_no, fact, revision=revision)
    return RecordedFact(
        done.contract_no, done.fact, done.title, done.key, done.value, done.revision, (*findings, *done.findings)
    )


def _proof(stored: ledger.StoredDeal, seq: int, signed: Signed) -> tuple[str | None, list[Finding]]:
    """Return the id of the filed scan that proves a signature, and what is odd about it."""
    has_reason = bool((signed.reason or "").strip())
    if not signed.evidence:
        if not has_reason:
            raise Refused.of("services.signature-needs-evidence", stored.contract_no, seq=seq)
        return None, [warning("services.signed-without-scan", stored.contract_no, seq=seq)]
    item = find_evidence(stored.contract_no, signed.evidence)
    if item is None:
        if not has_reason:
            raise Refused.of("services.evidence-missing", signed.evidence, contract=stored.contract_no)
        return signed.evidence, [warning("services.evidence-not-filed", signed.evidence, contract=stored.contract_no)]
    return item.id, _paper_odd(item, seq, has_reason=has_reason)


def _paper_odd(item: ledger.PaperLine, seq: int, *, has_reason: bool) -> list[Finding]:
    """Weigh which paper a scan returns: another one's scan needs a reason, an outdated one's a look."""
    paper = ledger.issued_by_document_id(item.answers) if item.answers else None
    if paper is None or paper.subject != f"change {seq}":
        if not has_reason:
            raise Refused.of("services.evidence-of-other-paper", item.id, title=item.title, seq=seq)
        return [warning("services.evidence-of-other-paper", item.id, title=item.title, seq=seq)]
    if paper.status != "current":
        return [warning("services.signed-paper-outdated", paper.number, status=paper.status)]
    return []


def _against(contract_no: str, seq: int) -> list[Finding]:
    return [
        warning("services.change-refused-by", contract_no, seq=seq, department=each.department)
        for each in history.evaluations(contract_no)
        if each.change == seq and each.result == RESULTS["拒绝"]
    ]


def _understood(verdict: Verdict) -> tuple[str, str]:
    findings = []
    result = RESULTS.get(verdict.result) or next((each for each in RESULTS.values() if each == verdict.result), None)
    if verdict.department not in DEPARTMENTS:
        findings.append(error("services.no-such-department", verdict.department, known="、".join(DEPARTMENTS)))
    if result is None:
        findings.append(error("services.no-such-result", verdict.result, known="、".join(RESULTS)))
    if findings or result is None:
        raise Refused(findings)
    return verdict.department, result


def _require_open(stored: ledger.StoredDeal, seq: int) -> None:
    _change(stored, seq)
    if any(each.change == seq for each in stored.record.facts.change_signatures):
        raise Refused.of("services.change-signed", stored.contract_no, seq=seq)


def _change(stored: ledger.StoredDeal, seq: int) -> Change:
    for change in stored.record.changes:
        if change.seq == seq:
            return change
    known = "、".join(str(change.seq) for change in stored.record.changes) or "—"
    raise NotFound.of("services.no-such-change", stored.contract_no, seq=seq, known=known)


def _read(values: Mapping[str, Any]) -> Change:
    try:
        return Change.model_validate(values)
    except ValidationError as problem:
        raise Refused(findings_of(problem, Change, within="change.")) from problem


def _told(contract_no: str, seq: int, findings: tuple[Finding, ...]) -> ChangeTold:
    stored = ledger.deal(contract_no)
    said = tuple(each for each in history.evaluations(contract_no) if each.change == seq)
    change = _change(stored, seq).model_dump(mode="json", exclude_none=True)
    return ChangeTold(contract_no, seq, change, said, stored.revision, findings)
