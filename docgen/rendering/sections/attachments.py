"""What goes out with a letter, as the rows of its 附件清单: contract, reports, receipts, invoices, warranty papers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from docgen.deals import paperwork
from docgen.deals.deal import Deal
from docgen.deals.fulfilment import Acceptance, Invoice
from docgen.deals.milestones import deliveries_until
from docgen.deals.plan import Instalment, TriggerEvent
from docgen.deals.schedule import warranty_period
from docgen.kinds import enclosures
from docgen.kinds.enclosures import Enclosed
from docgen.kinds.kind import SubjectType
from docgen.rendering.sections.background import Background, Values

_NOTHING = Decimal("0.00")
_BACK, _NOT_BACK = "签署件已归档，附复印件", "贵方签署件尚待交回，附我方出具件"
_DELIVERED = "签收件已归档，附复印件"


def section(about: Background) -> Values:
    """Return the rows, the acceptances the letter rests on, and what was invoiced for the instalment in 元."""
    part = _part(about)
    held = enclosures.proofs(about.deal, about.dossier, part, as_of=about.as_of) if part else ()
    bills = enclosures.invoices(about.deal, about.terms, part, as_of=about.as_of) if part else ()
    is_on_acceptance = part is not None and enclosures.hangs_on(part, TriggerEvent.ACCEPTED)
    shown = held if is_on_acceptance else ()
    rows = [*(row for each in shown for row in _proof_rows(each)), *_warranty_rows(about, part)]
    rows += [_invoice_row(each) for each in bills]
    rows = [*_stage_rows(about, rows), *rows]
    return {
        "rows": [{"index": index} | row for index, row in enumerate(rows, start=1)],
        "acceptances": [_acceptance(about.deal, each.acceptance) for each in held],
        "invoiced": sum((each.amount for each in bills), _NOTHING),
        "has_invoices": bool(bills),
    }


def _part(about: Background) -> Instalment | None:
    if about.subject.type is not SubjectType.INSTALMENT:
        return None
    return next((part for part in about.terms.plan if part.seq == about.subject.seq), None)


def _acceptance(deal: Deal, held: Acceptance) -> Values:
    made = [each for each in deliveries_until(deal, held.on) if not held.deliveries or each.seq in held.deliveries]
    return {
        "seq": held.seq,
        "on": held.on,
        "result": held.result.value,
        "basis": held.basis,
        "deliveries": [{"seq": each.seq, "on": each.on} for each in made],
    }


def _proof_rows(each: Enclosed) -> Iterator[Values]:
    paper = ((() if each.is_deemed else each.issued) or each.returned or (None,))[-1]
    if paper is None:
        return
    note = _DELIVERED if each.is_deemed else _BACK if each.returned else _NOT_BACK
    yield _row(each.title, paper.number or None, note) | {"on": paper.dated}


def _warranty_rows(about: Background, part: Instalment | None) -> Iterator[Values]:
    if part is None or not enclosures.hangs_on(part, TriggerEvent.WARRANTY_ENDED):
        return
    day = min(about.as_of, about.paper.dated)
    period = warranty_period(about.deal, as_of=day)
    is_over = period is not None and day > period.ends_on
    form = enclosures.warranty_papers(about.dossier, enclosures.WARRANTY_FORM, as_of=about.as_of)
    proof = enclosures.warranty_papers(about.dossier, enclosures.WARRANTY_CERTIFICATE, as_of=about.as_of)
    if is_over and proof:
        yield _row(enclosures.WARRANTY_CERTIFICATE, proof[-1].number, "原件") | {"on": proof[-1].dated}
    elif form:
        yield _row(enclosures.WARRANTY_FORM, form[-1].number, "请贵方确认后签字盖章交回") | {"on": form[-1].dated}


def _stage_rows(about: Background, rows: Sequence[Values]) -> Iterator[Values]:
    """Yield what the letter's stage rests on, the signed contract first, unless the list names it already.

    A paper from outside bears no day that we know; the day on which its scan came in is not the paper's.
    """
    named = {(row["what"], row["number"]) for row in rows if row["number"]}
    for each in about.dossier.enclosed:
        if (each.title, each.number) not in named:
            note = _DELIVERED if each.title == paperwork.RECEIPT else _BACK
            yield _row(each.title, each.number or None, note) | {"on": each.dated if each.answers else None}


def _invoice_row(bill: Invoice) -> Values:
    received = "贵方已签收，附复印件" if bill.received_on else "随函附送"
    return _row("发票", bill.number, received) | {"on": bill.on, "amount": bill.amount}


def _row(what: str, number: str | None, note: str) -> Values:
    return {"what": what, "number": number, "on": None, "amount": None, "note": note}
