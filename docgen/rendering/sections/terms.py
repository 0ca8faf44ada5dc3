"""What was agreed, as plain values: people, lines, totals, plan, delivery, standards, warranty."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from docgen.deals.money import split
from docgen.deals.parties import Contact
from docgen.deals.plan import Instalment
from docgen.deals.pricing import PriceLine
from docgen.deals.terms import Terms
from docgen.deals.totals import line_amount, totals
from docgen.deals.wording import INSTALMENT_TITLES, trigger_words
from docgen.rendering.longtext import pieces
from docgen.rendering.sections.background import Values

_COUNTS = "零壹贰叁肆伍陆柒捌玖"
_TEN = 10


def person(contact: Contact) -> Values:
    """Return a person to talk to."""
    return {"name": contact.name, "role": contact.role, "phone": contact.phone, "email": contact.email}


def price_lines(lines: Sequence[PriceLine]) -> list[Values]:
    """Return the price table; amounts in 元."""
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


def price_sums(terms: Terms) -> Values:
    """Return the total including tax, the net, the tax, and the same by rate."""
    sums = totals(terms.lines)
    return {
        "incl": terms.total,
        "net": sums.net,
        "tax": sums.tax,
        "by_rate": [{"rate": r.rate, "incl": r.incl, "net": r.net, "tax": r.tax} for r in sums.by_rate],
    }


def payment_plan(total: Decimal, plan: Sequence[Instalment]) -> list[Values]:
    """Return the instalments as agreed, each with its amount of the total."""
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


def delivery_terms(terms: Terms) -> Values:
    """Return when and where we deliver, as agreed."""
    agreed = terms.delivery
    return {
        "due": agreed.due,
        "days_after_signing": agreed.days_after_signing,
        "place": agreed.place,
        "clause": agreed.clause,
    }


def standards(terms: Terms) -> Values:
    """Return the standards of acceptance; a long one goes on in rows marked 续."""
    agreed = terms.acceptance
    rows = [
        {"mark": mark(number, place), "name": each.name, "standard": text}
        for number, each in enumerate(agreed.standards, start=1)
        for place, text in enumerate(pieces(each.standard))
    ]
    return {"clause": agreed.clause, "deemed_after_days": agreed.deemed_after_days, "rows": rows}


def warranty(terms: Terms) -> Values | None:
    """Return the warranty, None where none was agreed."""
    return {"months": terms.warranty.months, "clause": terms.warranty.clause} if terms.warranty else None


def mark(number: int, place: int) -> str:
    """Return the mark of a row: its number, or 续 where it goes on."""
    return "续" if place else str(number)


def count_words(count: int) -> str:
    """Return a number of copies (0 to 99) as contracts write it: 肆, 壹拾贰."""
    tens, ones = divmod(count, _TEN)
    return (f"{_COUNTS[tens]}拾" if tens else "") + (_COUNTS[ones] if ones or not tens else "")
