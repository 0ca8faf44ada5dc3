"""What a template may print: the deal laid out as plain values, for one paper about one part of it, as of one day.

Templates see dictionaries, lists, text, whole numbers, Decimal amounts and dates, nothing else. Each field is copied
here by name, so a field nobody copied (our floor price, a customer's grade) cannot reach a paper for customers. A value
that the record may lack stands here as None; a template that prints it without asking first is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from docgen.deals.amending import ChangedItem, Version, effective_on, terms_as_of
from docgen.deals.deal import Deal
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

Values = dict[str, Any]
"""Plain data as templates see it; the sandbox checks that it is."""

_COUNTS = "零壹贰叁肆伍陆柒捌玖"
_TEN = 10
_LONG = 240
"""Characters: a table row with a longer text may go over to the next page."""
_OWN_TABLES = {"价格明细": "见本协议第二条价格明细表", "付款计划": "见本协议第三条付款计划表"}


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
        "heading": kind.spec.title,
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
    rows = [{"index": n, "name": s.name, "standard": s.standard} for n, s in enumerate(agreed.standards, start=1)]
    return {"clause": agreed.clause, "deemed_after_days": agreed.deemed_after_days, "items": rows}


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
        "items": [
            {"index": n, "clause": i.clause, "subject": i.subject, "old": i.old, "new": _shown_below(i)}
            | {"is_long": max(len(i.old), len(i.new)) > _LONG}
            for n, i in enumerate(agreed.items, start=1)
        ],
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


def _shown_below(item: ChangedItem) -> str:
    """Return a new value, or where the same paper sets it out as a table of its own."""
    return _OWN_TABLES.get(item.subject, item.new)


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
    items = [{"index": n, **item.model_dump()} for n, item in enumerate(held.items, start=1)]
    return {
        "seq": held.seq,
        "on": held.on,
        "place": held.place,
        "people": [_attendant(deal, name) for name in held.people],
        "items": items,
        "problems": [item for item in items if not item["passed"] or item["below_standard"] or item["remedy"]],
        "result": held.result.value,
        "basis": held.basis,
        "rectification": held.rectification,
        "rectify_by": held.rectify_by,
        "deliveries": [{"seq": d.seq, "on": d.on, "tracking": d.tracking} for d in made],
    }


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
