"""The quotation as plain values: lines by cost category at list price, discounts, total, plan, validity."""

from __future__ import annotations

from decimal import Decimal

from docgen.deals.deal import Deal
from docgen.deals.plan import Instalment
from docgen.deals.proposal import CostCategory, NeedPriority, Proposal
from docgen.deals.quoting import QuotedDiscount, QuotedGroup, quotation
from docgen.errors import Refused
from docgen.rendering.sections.background import Background, Values
from docgen.rendering.sections.terms import payment_plan, person

CATEGORIES = {CostCategory.HARDWARE: "硬件", CostCategory.SOFTWARE: "软件", CostCategory.SERVICE: "服务费"}
PRIORITIES = {NeedPriority.HIGH: "高", NeedPriority.MIDDLE: "中", NeedPriority.LOW: "低"}
_TENTHS = Decimal(10)
_CONTRACT = "合同"


def section(about: Background) -> Values:
    """Return the quotation; the price is that of the original terms, for nothing was changed before the contract.

    Raises:
        Refused: the record has no proposal.
    """
    deal, proposal = about.deal, proposal_of(about)
    quoted = quotation(deal, proposal)
    terms = deal.terms
    return {
        "version": proposal.version,
        "title": title_of(about),
        "dated": proposal.dated,
        "valid_days": proposal.valid_days,
        "valid_until": proposal.valid_until,
        "groups": [_group(each) for each in quoted.groups],
        "listed": quoted.listed,
        "discounts": [_discount(each) for each in quoted.discounts],
        "taken_off": quoted.taken_off,
        "total": quoted.total,
        "split": split_words(terms.plan),
        "plan": payment_plan(terms.total, terms.plan),
        "remarks": proposal.remarks,
        "seller": _seller(deal),
    }


def proposal_of(about: Background) -> Proposal:
    """Return the record's proposal.

    Raises:
        Refused: there is none.
    """
    if about.deal.proposal is None:
        contract = about.deal.terms.contract
        raise Refused.of("kinds.no-proposal", "proposal", contract=contract.number or contract.title)
    return about.deal.proposal


def title_of(about: Background) -> str:
    """Return what the offer is called: as written, else the contract's title without the word 合同."""
    title = about.deal.terms.contract.title
    return proposal_of(about).title or title.removesuffix(_CONTRACT) or title


def split_words(plan: tuple[Instalment, ...]) -> str | None:
    """Return a plan in whole tenths as the trade calls it, 3-3-4; None for any other."""
    tenths = [part.share * _TENTHS for part in plan if part.share is not None]
    if len(plan) == 1 or len(tenths) < len(plan) or any(each != int(each) for each in tenths):
        return None
    return "-".join(str(int(each)) for each in tenths)


def _group(group: QuotedGroup) -> Values:
    rows = [
        {
            "index": each.index,
            "name": each.line.name,
            "model": each.line.model,
            "unit": each.line.unit,
            "quantity": each.line.quantity,
            "unit_price": each.unit_price,
            "amount": each.amount,
            "tax_rate": each.line.tax_rate,
            "remark": each.line.remark,
        }
        for each in group.lines
    ]
    return {"title": CATEGORIES[group.category], "lines": rows, "subtotal": group.subtotal}


def _discount(each: QuotedDiscount) -> Values:
    indexes = "、".join(map(str, each.indexes)) or None
    return {
        "name": each.discount.name,
        "lines": indexes,
        "base": each.base,
        "rate": each.discount.rate,
        "amount": -each.amount,
    }


def _seller(deal: Deal) -> Values:
    """Return who stands for the offer: the salesperson in charge, with the company's phone where no other is known."""
    owner = deal.terms.contract.owner
    for own in (deal.company.signer, deal.company.finance_contact):
        if own is not None and own.name == owner:
            return {**person(own), "phone": own.phone or deal.company.phone}
    return {"name": owner, "role": None, "phone": deal.company.phone, "email": None}
