"""What a contract says besides prices and people, as agreed: plan, penalties, notices, copies, annexes."""

from __future__ import annotations

from collections.abc import Iterator

from docgen.deals.parties import Contact
from docgen.deals.penalty import PenaltyBase, PenaltyClause
from docgen.deals.plan import TriggerEvent
from docgen.deals.terms import PartyClass, Terms
from docgen.deals.wording import INSTALMENT_TITLES
from docgen.kinds.articles import PAYMENT, Place
from docgen.rendering.sections.background import Background, Values
from docgen.rendering.sections.terms import count_words, payment_plan

SHORT_LIST = 12
"""So many lines at most stand in the body of a contract; a longer list is found in its annex."""

_BASES = {PenaltyBase.CONTRACT_TOTAL: "合同总价（含税）", PenaltyBase.OVERDUE_BALANCE: "逾期未付金额"}
_CLASSES = {
    PartyClass.MEDIUM: "中型企业",
    PartyClass.SMALL: "小型企业",
    PartyClass.MICRO: "微型企业",
}


def section(about: Background) -> Values:
    """Return the terms a contract is written from; what was not agreed is None."""
    terms = about.terms
    contract = terms.contract
    return {
        "plan": _plan(about),
        "has_short_list": len(terms.lines) <= SHORT_LIST,
        "waits_for_invoice": _hangs_on(terms, TriggerEvent.INVOICE_RECEIVED),
        "waits_for_notice": _hangs_on(terms, TriggerEvent.NOTICE_RECEIVED),
        "after_warranty": _after_warranty(terms),
        "late_delivery": _penalty(terms.late_delivery),
        "late_payment": _penalty(terms.late_payment),
        "rolls_terms": terms.rolls_due_dates,
        "rolls_days": terms.rolls_due_dates and terms.rolls_fixed_dates,
        "confidentiality_months": terms.confidentiality_months,
        "dispute": _sentence(terms.dispute_clause),
        "seller_class": _CLASSES.get(terms.seller_class) if terms.seller_class else None,
        "seller_declared": terms.seller_declared,
        "copies": count_words(contract.copies),
        "copies_theirs": count_words(contract.copies // 2) if contract.copies > 1 else None,
        "copies_ours": count_words(contract.copies - contract.copies // 2),
        "copies_even": contract.copies % 2 == 0,
        "notices": {"customer": _notices_customer(about), "company": _notices_company(about)},
        "annexes": list(_annexes(about)),
    }


def _plan(about: Background) -> list[Values]:
    """Return the plan; each part bears the clause under which the contract prints it."""
    article = about.kind.spec.articles.get(PAYMENT, 0)
    rows = payment_plan(about.terms.total, about.terms.plan)
    return [row | {"clause": str(Place(article, number))} for number, row in enumerate(rows, start=1)]


def _hangs_on(terms: Terms, event: TriggerEvent) -> bool:
    return any(wait.event is event for part in terms.plan for wait in part.trigger.all_of)


def _after_warranty(terms: Terms) -> list[str]:
    """Return what the instalments are called that fall due after the warranty."""
    return [
        f"第{part.seq}期{INSTALMENT_TITLES[part.kind]}"
        for part in terms.plan
        if any(wait.event is TriggerEvent.WARRANTY_ENDED for wait in part.trigger.all_of)
    ]


def _penalty(clause: PenaltyClause | None) -> Values | None:
    if clause is None:
        return None
    return {
        "rate": clause.daily_rate,
        "base": _BASES[clause.base],
        "is_on_balance": clause.base is PenaltyBase.OVERDUE_BALANCE,
        "cap": clause.cap,
        "cap_base": _BASES[clause.cap_base],
    }


def _sentence(text: str | None) -> str | None:
    return f"{text.rstrip('。；; ')}。" if text else None


def _notices_customer(about: Background) -> Values:
    customer = about.deal.customer
    return _reached(customer.notice_address or customer.address, customer.contacts[0], customer.phone)


def _notices_company(about: Background) -> Values:
    company = about.deal.company
    person = company.signer or company.finance_contact
    return _reached(company.address, person, company.phone) | {"email": person.email or company.email}


def _reached(address: str, person: Contact, phone: str | None) -> Values:
    return {"address": address, "name": person.name, "phone": person.phone or phone, "email": person.email}


def _annexes(about: Background) -> Iterator[Values]:
    titles = ["产品明细与报价", "验收标准"]
    if about.deal.customer.invoicing is not None:
        titles.append("甲方开票资料")
    for mark, title in zip("一二三", titles, strict=False):
        yield {"mark": f"附件{mark}", "title": title}
