"""What a template may print: the deal laid out as plain values, for one paper about one part of it, as of one day.

Templates see dictionaries, lists, text, whole numbers, Decimal amounts and dates, nothing else. Each field is copied
here by name, so a field nobody copied (our floor price, a customer's grade) cannot reach a paper for customers. A value
that the record may lack stands here as None; a template that prints it without asking first is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from docgen.deals.amending import Version, effective_on, terms_as_of
from docgen.deals.deal import Deal
from docgen.deals.fulfilment import AcceptanceItem
from docgen.deals.milestones import deliveries_until, signed_on
from docgen.deals.money import split
from docgen.deals.parties import Contact
from docgen.deals.plan import Instalment, TriggerEvent
from docgen.deals.pricing import PriceLine
from docgen.deals.schedule import InstalmentStatus, delivery_due, schedule
from docgen.deals.terms import Terms
from docgen.deals.totals import line_amount, totals
from docgen.deals.wording import INSTALMENT_TITLES, trigger_words
from docgen.deals.workdays import Calendar
from docgen.errors import Refused
from docgen.kinds.agreement import Agreement, agreement
from docgen.kinds.kind import Audience, Kind, SubjectType
from docgen.kinds.subjects import Subject
from docgen.rendering.longtext import pieces, side_by_side

Values = dict[str, Any]
"""Plain data as templates see it; the sandbox checks that it is."""

_COUNTS = "零壹贰叁肆伍陆柒捌玖"
_TEN = 10


@dataclass(frozen=True, slots=True)
class PaperFacts:
    """The paper's own data: numbers (a draft has none), the day it bears, and whether it is a draft."""

    number: str | None
    letter_number: str | None
    dated: date
    is_draft: bool = False


def build_context(  # noqa: PLR0913  # the interface of the trade: which deal, paper, part, day
    deal: Deal, kind: Kind, subject: Subject, *, as_of: date, paper: PaperFacts, calendar: Calendar
) -> Values:
    """Return everything a template of the kind may print about that part of the deal as of that day.

    Raises:
        Refused: the deal has no such instalment, change or acceptance as of the day.
    """
    version = terms_as_of(deal, as_of=as_of)
    terms = version.terms
    context: Values = {
        "paper": _paper(kind, paper),
        "company": _company(deal),
        "customer": _customer(deal),
        "contract": _contract(deal, version, as_of=as_of),
        "account": _account(terms),
        "lines": _lines(terms.lines),
        "totals": _totals(terms),
        "instalments": [_status(each) for each in schedule(deal, as_of=as_of, calendar=calendar)],
        "delivery": _delivery(deal, terms, as_of=as_of, calendar=calendar),
        "standards": _standards(terms),
        "warranty": _warranty(terms),
    }
    if kind.spec.audience is Audience.INTERNAL:
        context["internal"] = deal.internal.model_dump()
    return context | _subject(deal, subject, context, as_of=as_of)


def _subject(deal: Deal, subject: Subject, context: Values, *, as_of: date) -> Values:
    """Return the part of the deal the paper speaks of, under the name of its type."""
    if subject.type is SubjectType.CONTRACT:
        return {}
    found: Values | None = None
    if subject.type is SubjectType.INSTALMENT:
        found = next((_asked(deal, row, as_of) for row in context["instalments"] if row["seq"] == subject.seq), None)
    elif subject.type is SubjectType.CHANGE:
        change = next((each for each in deal.changes if each.seq == subject.seq), None)
        found = _change(deal, agreement(deal, change, as_of=as_of), as_of=as_of) if change else None
    else:
        found = _acceptance(deal, subject.seq, as_of=as_of)
    if found is None:
        raise Refused.of("kinds.no-such-part", str(subject), subject=str(subject))
    return {subject.type.value: found}


def _paper(kind: Kind, paper: PaperFacts) -> Values:
    return {
        "title": kind.spec.title,
        "number": paper.number,
        "letter_number": paper.letter_number,
        "dated": paper.dated,
        "is_draft": paper.is_draft,
    }


def _company(deal: Deal) -> Values:
    ours = deal.company
    return {
        "name": ours.name,
        "short_name": ours.short_name,
        "uscc": ours.uscc,
        "legal_representative": ours.legal_representative,
        "address": ours.address,
        "phone": ours.phone,
        "email": ours.email,
        "postcode": ours.postcode,
        "finance_contact": _contact(ours.finance_contact),
        "signer": _contact(ours.signer) if ours.signer else None,
    }


def _customer(deal: Deal) -> Values:
    theirs, signer = deal.customer, deal.terms.contract.customer_signer
    invoicing = theirs.invoicing
    return {
        "name": theirs.name,
        "uscc": theirs.uscc,
        "address": theirs.address,
        "phone": theirs.phone,
        "legal_representative": theirs.legal_representative,
        "contact": _contact(theirs.contacts[0]),
        "signer": _contact(signer) if signer else None,
        "invoicing": invoicing.model_dump() if invoicing else None,
    }


def _contact(person: Contact) -> Values:
    return {"name": person.name, "role": person.role, "phone": person.phone, "email": person.email}


def _contract(deal: Deal, version: Version, *, as_of: date) -> Values:
    contract = version.terms.contract
    return {
        "number": contract.number,
        "title": contract.title,
        "order_number": contract.order_number,
        "customer_numbers": list(contract.customer_numbers),
        "dated": contract.dated,
        "signed_on": signed_on(deal, as_of=as_of),
        "place": contract.place,
        "copies": contract.copies,
        "version": version.number,
        "price_clause": version.terms.price_clause,
    }


def _account(terms: Terms) -> Values:
    account = terms.account
    return {
        "holder": account.holder,
        "bank": account.bank,
        "number": account.number,
        "bank_code": account.bank_code,
    }


def _lines(lines: Sequence[PriceLine]) -> list[Values]:
    return [
        {
            "index": index,
            "name": line.name,
            "model": line.model,
            "unit": line.unit,
            "quantity": line.quantity,
            "unit_price": line.unit_price,
            "amount": line_amount(line),
            "tax_rate": line.tax_rate,
            "remark": line.remark,
        }
        for index, line in enumerate(lines, start=1)
    ]


def _totals(terms: Terms) -> Values:
    sums = totals(terms.lines)
    return {
        "incl": terms.total,
        "net": sums.net,
        "tax": sums.tax,
        "by_rate": [{"rate": r.rate, "incl": r.incl, "net": r.net, "tax": r.tax} for r in sums.by_rate],
    }


def _status(row: InstalmentStatus) -> Values:
    return {
        "seq": row.seq,
        "kind": row.kind.value,
        "title": row.title,
        "share": row.share,
        "amount": row.amount,
        "paid": row.paid,
        "balance": row.balance,
        "trigger_text": row.trigger_text,
        "clause": row.clause,
        "triggered_on": row.triggered_on,
        "due": row.due,
        "due_nominal": row.due_nominal,
        "is_rolled": row.due != row.due_nominal,
        "is_provisional": row.is_provisional,
        "is_part_paid": row.part_paid,
        "state": row.state.value,
        "overdue_days": row.overdue_days,
    }


def _asked(deal: Deal, row: Values, as_of: date) -> Values:
    """Return an instalment with what its letter must know besides: does our own notice or invoice start the clock?"""
    plan = terms_as_of(deal, as_of=as_of).terms.plan
    events = {wait.event for part in plan if part.seq == row["seq"] for wait in part.trigger.all_of}
    return row | {
        "waits_for_notice": row["due"] is None and TriggerEvent.NOTICE_RECEIVED in events,
        "waits_for_invoice": row["due"] is None and TriggerEvent.INVOICE_RECEIVED in events,
    }


def _delivery(deal: Deal, terms: Terms, *, as_of: date, calendar: Calendar) -> Values:
    due = delivery_due(deal, as_of=as_of, calendar=calendar)
    return _delivery_terms(terms) | {"due_now": due.due if due else None}


def _delivery_terms(terms: Terms) -> Values:
    agreed = terms.delivery
    return {
        "due": agreed.due,
        "days_after_signing": agreed.days_after_signing,
        "place": agreed.place,
        "clause": agreed.clause,
    }


def _standards(terms: Terms) -> Values:
    agreed = terms.acceptance
    rows = [
        {"mark": _mark(number, place), "name": each.name, "standard": text}
        for number, each in enumerate(agreed.standards, start=1)
        for place, text in enumerate(pieces(each.standard))
    ]
    return {"clause": agreed.clause, "deemed_after_days": agreed.deemed_after_days, "rows": rows}


def _warranty(terms: Terms) -> Values | None:
    return {"months": terms.warranty.months, "clause": terms.warranty.clause} if terms.warranty else None


def _change(deal: Deal, agreed: Agreement, *, as_of: date) -> Values:
    change, after = agreed.change, agreed.after
    by_seq = {each.seq: each for each in deal.changes}
    earlier = [{"seq": n, "effective_on": effective_on(deal, by_seq[n], as_of=as_of)} for n in agreed.earlier]
    return {
        "seq": change.seq,
        "reason": change.reason,
        "impact": change.impact,
        "requested_on": change.requested_on,
        "requested_by": change.requested_by,
        "earlier": earlier,
        "rows": list(_change_rows(agreed)),
        "old_total": agreed.before.total,
        "new_total": after.total,
        "difference": abs(agreed.price_difference),
        "direction": _direction(agreed.price_difference),
        "price_clause": after.price_clause,
        "lines_changed": agreed.before.lines != after.lines,
        "lines": _lines(after.lines),
        "totals": _totals(after),
        "plan": _plan(after.total, after.plan),
        "delivery": _delivery_terms(after),
        "standards": _standards(after),
        "warranty": _warranty(after),
        "copies": count_words(change.copies),
        "copies_theirs": count_words(change.copies // 2) if change.copies > 1 else None,
        "copies_ours": count_words(change.copies - change.copies // 2),
        "copies_even": change.copies % 2 == 0,
    }


def _change_rows(agreed: Agreement) -> Iterator[Values]:
    """Yield the rows of the table old against new; a long text goes on in rows marked 续."""
    for number, item in enumerate(agreed.rows, start=1):
        for place, (old, new) in enumerate(side_by_side(item.old, item.new)):
            subject = item.subject if place == 0 else f"{item.subject}（续）"
            yield {"mark": _mark(number, place), "clause": item.clause, "subject": subject, "old": old, "new": new}


def _mark(number: int, place: int) -> str:
    return "续" if place else str(number)


def _direction(difference: Decimal) -> str:
    if difference == 0:
        return "same"
    return "raised" if difference > 0 else "lowered"


def _plan(total: Decimal, plan: Sequence[Instalment]) -> list[Values]:
    return [
        {
            "seq": part.seq,
            "title": INSTALMENT_TITLES[part.kind],
            "share": part.share,
            "amount": amount,
            "trigger_text": trigger_words(part.trigger),
            "clause": part.clause,
        }
        for part, amount in zip(plan, split(total, plan), strict=True)
    ]


def _acceptance(deal: Deal, seq: int, *, as_of: date) -> Values | None:
    held = next((each for each in deal.facts.acceptances if each.seq == seq and each.on <= as_of), None)
    if held is None:
        return None
    made = [d for d in deliveries_until(deal, held.on) if not held.deliveries or d.seq in held.deliveries]
    return {
        "seq": held.seq,
        "on": held.on,
        "place": held.place,
        "people": [_attendant(deal, name) for name in held.people],
        "count": len(held.items),
        "rows": list(_result_rows(held.items)),
        "problems": list(_problem_rows(held.items)),
        "result": held.result.value,
        "basis": held.basis,
        "rectification": held.rectification,
        "rectify_by": held.rectify_by,
        "deliveries": [{"seq": d.seq, "on": d.on, "tracking": d.tracking} for d in made],
    }


def _result_rows(items: Sequence[AcceptanceItem]) -> Iterator[Values]:
    """Yield the rows of the result table; the verdict stands in the first row of an item, None in those marked 续."""
    for number, item in enumerate(items, start=1):
        for place, (standard, result) in enumerate(side_by_side(item.standard, item.result)):
            passed = item.passed if place == 0 else None
            row = {"mark": _mark(number, place), "name": item.name, "standard": standard, "result": result}
            yield row | {"passed": passed}


def _problem_rows(items: Sequence[AcceptanceItem]) -> Iterator[Values]:
    """Yield the rows of the table of problems: whatever failed, fell short, or was mended."""
    for number, item in enumerate(items, start=1):
        if item.passed and not item.below_standard and item.remedy is None:
            continue
        for place, (problem, remedy) in enumerate(side_by_side(item.result, item.remedy or "—")):
            retested = item.retested_on if place == 0 else None
            row = {"mark": _mark(number, place), "name": item.name, "problem": problem, "remedy": remedy}
            yield row | {"retested_on": retested, "is_first": place == 0}


def _attendant(deal: Deal, name: str) -> Values:
    """Return a person present with party and office where the record knows them; what it does not know stays None."""
    for contact in deal.customer.contacts:
        if contact.name == name:
            return {"name": name, "party": deal.customer.name, "role": contact.role}
    for own in (deal.company.signer, deal.company.finance_contact):
        if own is not None and own.name == name:
            return {"name": name, "party": deal.company.name, "role": own.role}
    if name == deal.terms.contract.owner:
        return {"name": name, "party": deal.company.name, "role": "销售负责人"}
    return {"name": name, "party": None, "role": None}


def count_words(count: int) -> str:
    """Return a number of copies (0 to 99) as contracts write it: 肆, 壹拾贰."""
    tens, ones = divmod(count, _TEN)
    return (f"{_COUNTS[tens]}拾" if tens else "") + (_COUNTS[ones] if ones or not tens else "")
