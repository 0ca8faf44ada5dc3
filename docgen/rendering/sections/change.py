"""A change as plain values: what stood, what shall stand, and the terms after it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from docgen.deals.amending import effective_on
from docgen.deals.deal import Deal
from docgen.kinds.agreement import Agreement, agreement
from docgen.rendering.longtext import side_by_side
from docgen.rendering.sections.background import Background, Values
from docgen.rendering.sections.terms import (
    count_words,
    delivery_terms,
    mark,
    payment_plan,
    price_lines,
    price_sums,
    standards,
    warranty,
)


def asked(about: Background, seq: int) -> Values | None:
    """Return a change with the terms before and after it; None where the record has none of that number."""
    change = next((each for each in about.deal.changes if each.seq == seq), None)
    return _told(about.deal, agreement(about.deal, change, as_of=about.as_of), as_of=about.as_of) if change else None


def _told(deal: Deal, agreed: Agreement, *, as_of: date) -> Values:
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
        "rows": list(_rows(agreed)),
        "old_total": agreed.before.total,
        "new_total": after.total,
        "difference": abs(agreed.price_difference),
        "direction": _direction(agreed.price_difference),
        "price_clause": after.price_clause,
        "lines_changed": agreed.before.lines != after.lines,
        "lines": price_lines(after.lines),
        "totals": price_sums(after),
        "plan": payment_plan(after.total, after.plan),
        "delivery": delivery_terms(after),
        "standards": standards(after),
        "warranty": warranty(after),
        "copies": count_words(change.copies),
        "copies_theirs": count_words(change.copies // 2) if change.copies > 1 else None,
        "copies_ours": count_words(change.copies - change.copies // 2),
        "copies_even": change.copies % 2 == 0,
    }


def _rows(agreed: Agreement) -> Iterator[Values]:
    """Yield the rows of the table old against new; a long text goes on in rows marked 续."""
    for number, item in enumerate(agreed.rows, start=1):
        for place, (old, new) in enumerate(side_by_side(item.old, item.new)):
            subject = item.subject if place == 0 else f"{item.subject}（续）"
            yield {"mark": mark(number, place), "clause": item.clause, "subject": subject, "old": old, "new": new}


def _direction(difference: Decimal) -> str:
    if difference == 0:
        return "same"
    return "raised" if difference > 0 else "lowered"
