"""Legal's work on a contract: see its key-clause checklist, answer what the record cannot decide, take an answer back.

An answer is an event in the contract's log, with the person, the contract's version and a digest of what was checked.
When those values change the answer goes stale by itself: nobody has to remember that a line must be looked at again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from docgen.deals.deal import Deal
from docgen.errors import NotFound, Refused
from docgen.findings import Finding, error, has_errors, warning
from docgen.review.checklist import checklist, may_answer
from docgen.review.line import Checklist, Line, Result
from docgen.services import logging as log
from docgen.services.office import Office
from docgen.services.places import folder_of
from docgen.services.retention_rules import contract_term
from docgen.services.staleness import require_revision
from docgen.store import ledger, reviews
from docgen.store.journal import writing

ANSWERS = {each.value: each for each in (Result.YES, Result.NO, Result.NOT_APPLICABLE)}


@dataclass(frozen=True, slots=True)
class LineAnswered:
    """A line as it stands after an answer was given or taken back, and what is left to do."""

    contract_no: str
    line: Line
    unsettled: tuple[str, ...]
    revision: int
    findings: tuple[Finding, ...]


def review_checklist(office: Office, reference: str, *, as_of: date | None = None) -> Checklist:
    """Return the checklist of a deal as of a day, today by default.

    Raises:
        NotFound: no deal bears the number.
    """
    stored = ledger.deal(reference)
    return _checklist(office, stored.contract_no, stored.record, as_of=as_of)


def answer_line(  # noqa: PLR0913  # what a person fills in on a line of the form
    office: Office, reference: str, line_id: str, *, result: str, remark: str | None = None, revision: int | None = None
) -> LineAnswered:
    """Record a person's answer to one line of the checklist.

    Raises:
        NotFound: no such deal or line.
        Refused: an unknown result, a remark is missing, or the record proves the contrary.
        StaleRevision: the deal moved on since `revision`.
    """
    contract_no = ledger.deal(reference).contract_no
    with writing(folder_of(office, contract_no), at=office.now(), actor=office.actor) as journal:
        require_revision(office, contract_no, revision)
        found = _checklist(office, contract_no, ledger.deal(contract_no).record)
        line = _line(found, line_id)
        told = (remark or "").strip()
        _require_answerable(line, result, told)
        payload = {
            "number": 1 + len(reviews.stored_answers(contract_no)),
            "line": line.id,
            "result": result,
            "remark": told,
            "digest": line.digest,
            "version": found.version,
            "on": office.today().isoformat(),
        }
        journal.append(reviews.ANSWERED, payload)
    log.record("review-answered", contract=contract_no)
    return _told(office, contract_no, line.id, tuple(journal.findings))


def withdraw_answer(
    office: Office, reference: str, line_id: str, *, reason: str, revision: int | None = None
) -> LineAnswered:
    """Take back the last answer to a line by a counter-event; an earlier one counts again.

    Raises:
        NotFound: no such deal or line, or nobody has answered it.
        Refused: the reason is empty.
        StaleRevision: the deal moved on since `revision`.
    """
    contract_no = ledger.deal(reference).contract_no
    if not reason.strip():
        raise Refused.of("services.reason-missing", contract_no)
    with writing(folder_of(office, contract_no), at=office.now(), actor=office.actor) as journal:
        require_revision(office, contract_no, revision)
        line = _line(_checklist(office, contract_no, ledger.deal(contract_no).record), line_id)
        standing = [
            each
            for each in reviews.stored_answers(contract_no)
            if each.answer.line == line.id and not each.is_withdrawn
        ]
        if not standing:
            raise NotFound.of("services.line-not-answered", contract_no, line=line.id)
        payload = {"number": standing[-1].number, "line": line.id, "reason": reason.strip()}
        journal.append(reviews.WITHDRAWN, payload)
    log.record("review-withdrawn", contract=contract_no)
    return _told(office, contract_no, line.id, tuple(journal.findings))


def weigh_signing(office: Office, contract_no: str, deal: Deal) -> list[Finding]:
    """Return a warning that names the lines not settled on the day of the later signature (R-2.3-18).

    The paper world moves on: a signature is a fact and is recorded whatever the checklist says.
    """
    signature = deal.facts.signature
    if signature is None:
        return []
    found = _checklist(office, contract_no, deal, as_of=signature.later_day)
    if found.is_settled:
        return []
    lines = "、".join(f"{line.id} {line.what}（{line.result.value}）" for line in found.unsettled)
    return [
        warning(
            "services.signed-with-open-checklist", contract_no, count=len(found.unsettled), lines=lines,
            day=signature.later_day.isoformat(),
        )
    ]  # fmt: skip


def _checklist(office: Office, contract_no: str, deal: Deal, *, as_of: date | None = None) -> Checklist:
    given = reviews.answers(contract_no)
    day, term = as_of or office.today(), contract_term(office)
    return checklist(deal, as_of=day, calendar=office.calendar, answers=given, term=term)


def _line(found: Checklist, line_id: str) -> Line:
    line = found.line(line_id)
    if line is None:
        known = "、".join(each.id for each in found.lines)
        raise NotFound.of("services.no-such-line", line_id, known=known)
    return line


def _require_answerable(line: Line, result: str, remark: str) -> None:
    findings = []
    if result not in ANSWERS:
        raise Refused.of("services.no-such-answer", result, known="、".join(ANSWERS))
    if ANSWERS[result] is not Result.YES and not remark:
        findings.append(error("services.answer-needs-remark", line.id, result=result))
    if not may_answer(line, ANSWERS[result]):
        machine = line.machine_result.value
        findings.append(
            error("services.record-says-otherwise", line.id, machine=machine, result=result, finding=line.finding)
        )
    if has_errors(findings):
        raise Refused(findings)


def _told(office: Office, contract_no: str, line_id: str, findings: tuple[Finding, ...]) -> LineAnswered:
    stored = ledger.deal(contract_no)
    found = _checklist(office, contract_no, stored.record)
    open_lines = tuple(line.id for line in found.unsettled)
    return LineAnswered(contract_no, _line(found, line_id), open_lines, stored.revision, findings)
