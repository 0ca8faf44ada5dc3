"""The dossier of a deal: its papers and letters from the tables, as conditions and templates ask for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from docgen.approvals.trail import Act, Approval
from docgen.deals.deal import Deal
from docgen.kinds.dossier import Dossier, KnownAct, KnownApproval, KnownLetter, KnownPaper, KnownPayments
from docgen.services.office import Office
from docgen.services.retention_rules import contract_term
from docgen.store import approvals, collection, customers, ledger, letters, reviews

ISSUED, FILED, CURRENT = "issued", "filed", "current"
_STANDS: tuple[None, None] = (None, None)


def dossier_of(office: Office, contract_no: str, *, record: Deal | None = None, with_names: bool = True) -> Dossier:
    """Return what the office keeps about a deal, in the order it came.

    Every customer's name stands in it only where the record holds a proposal, whose cases must not tell one; a kind
    that does not look at them goes without.
    """
    rows = [row for row in ledger.papers(contract_no) if row.item_type in {ISSUED, FILED}]
    record = record or ledger.deal(contract_no).record
    about = {row.document_id: row.subject for row in rows if row.item_type == ISSUED and row.document_id}
    ends = dict(_ends(office, contract_no, rows))
    papers = tuple(_paper(office, row, about.get(row.answers, row.subject), ends.get(row.id, _STANDS)) for row in rows)
    sent = (row for row in letters.letters(contract_no=contract_no) if row.status != "withdrawn")
    asked = tuple(known_approval(each) for each in approvals.approvals_of(contract_no).values())
    return Dossier(
        papers,
        tuple(_letter(row) for row in sent),
        customer_names=customers.all_names() if with_names and record.proposal else (),
        answers=reviews.answers(contract_no),
        approvals=asked,
        payments=_payments(office, contract_no, record.company.id),
        term=contract_term(office),
    )


def _payments(office: Office, contract_no: str, company: str) -> KnownPayments:
    known = collection.payments_known().get(company)
    lines = (
        line.id
        for line in collection.lines_about(contract_no)
        if any(one["contract_no"] == contract_no and one["why"] != "amount" for one in line.candidates)
    )
    as_of = known.as_of if known else None
    return KnownPayments(company, as_of, office.workspace.payments_max_age, tuple(lines))


def paper_day(office: Office, row: ledger.PaperLine) -> date:
    """Return the day an issued paper bears, or the day a filed one came in."""
    dated = _extra(row).get("dated")
    if dated:
        return date.fromisoformat(str(dated))
    return datetime.fromisoformat(row.at).astimezone(office.workspace.timezone).date()


def _extra(row: ledger.PaperLine) -> dict[str, object]:
    extra = row.sidecar.get("extra")
    return extra if isinstance(extra, dict) else {}


def _ends(
    office: Office, contract_no: str, rows: Sequence[ledger.PaperLine]
) -> Iterator[tuple[str, tuple[date | None, str | None]]]:
    """Yield of each paper that was voided or replaced its id, the day, and the reason given then."""
    issued = {row.number: row for row in rows if row.item_type == ISSUED}
    voided = ledger.voidings(contract_no)
    for row in issued.values():
        newer = issued.get(row.superseded_by)
        if newer is not None:
            reason = _extra(newer).get("dated_reason")
            yield row.id, (paper_day(office, newer), str(reason) if reason else None)
        elif row.number in voided:
            at, why = voided[row.number]
            yield row.id, (datetime.fromisoformat(at).astimezone(office.workspace.timezone).date(), why)


def _paper(office: Office, row: ledger.PaperLine, about: str, end: tuple[date | None, str | None]) -> KnownPaper:
    extra = _extra(row)
    return KnownPaper(
        number=row.number,
        kind=row.kind,
        title=row.title,
        subject=about,
        dated=paper_day(office, row),
        is_own=row.item_type == ISSUED,
        is_current=row.status == CURRENT,
        letter_number=str(extra["letter_number"]) if extra.get("letter_number") else None,
        pages=int(str(extra.get("pages") or 0)),
        document_id=row.document_id or None,
        answers=row.answers or None,
        is_internal=extra.get("audience") == "internal",
        ended_on=end[0],
        end_reason=end[1],
        replaced_by=row.superseded_by or None,
    )


def _letter(row: letters.StoredLetter) -> KnownLetter:
    return KnownLetter(
        number=row.number,
        sent_on=date.fromisoformat(row.sent_on),
        channel=row.channel,
        tracking=row.tracking or None,
        delivered_on=_day(row.delivered_on),
        failed_on=_day(row.failed_on),
        evidence=row.evidence or None,
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def known_approval(found: Approval) -> KnownApproval:
    """Return a request for approval as papers and conditions know it."""
    return KnownApproval(
        id=found.id,
        seq=found.n,
        kind=found.kind,
        title=found.title,
        subject=found.subject,
        is_complete=found.is_complete,
        requested_by=found.requested_display,
        requested_on=found.requested_on,
        route=str(found.route),
        order=found.route.order.value,
        rounds=found.round,
        acts=tuple(_act(act) for act in found.acts),
        summary=found.summary,
        used_by=found.used_by,
    )


def _act(act: Act) -> KnownAct:
    notes = [*(["超时"] if act.is_late else []), *([f"由{act.acted_as}审批"] if act.acted_as != act.post else [])]
    return KnownAct(act.round, act.post, act.person, act.verdict, act.remark, act.on, "，".join(notes))
