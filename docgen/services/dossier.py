"""The dossier of a deal: its papers and letters from the tables, as conditions and templates ask for them."""

from __future__ import annotations

from datetime import date, datetime

from docgen.kinds.dossier import Dossier, KnownLetter, KnownPaper, KnownPayments
from docgen.services.office import Office
from docgen.store import collection, ledger, letters

ISSUED, FILED, CURRENT = "issued", "filed", "current"


def dossier_of(office: Office, contract_no: str) -> Dossier:
    """Return what the office keeps about a deal, in the order it came."""
    rows = [row for row in ledger.papers(contract_no) if row.item_type in {ISSUED, FILED}]
    about = {row.document_id: row.subject for row in rows if row.item_type == ISSUED and row.document_id}
    papers = tuple(_paper(office, row, about.get(row.answers, row.subject)) for row in rows)
    sent = (row for row in letters.letters(contract_no=contract_no) if row.status != "withdrawn")
    return Dossier(papers, tuple(_letter(row) for row in sent), _payments(office, contract_no))


def _payments(office: Office, contract_no: str) -> KnownPayments:
    company = ledger.deal(contract_no).record.company.id
    known = collection.payments_known().get(company)
    lines = (
        line.id
        for line in collection.bank_lines()
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


def _paper(office: Office, row: ledger.PaperLine, about: str) -> KnownPaper:
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
