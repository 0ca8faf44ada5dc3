"""An order as plain values: as first agreed, or as a change makes it."""

from __future__ import annotations

from docgen.deals.amending import around
from docgen.rendering.sections.background import Background, Values
from docgen.rendering.sections.terms import delivery_terms, payment_plan, price_lines, price_sums


def asked(about: Background, seq: int) -> Values | None:
    """Return order 0 as first agreed, order n with change n; None where the record has no such change."""
    change = next((each for each in about.deal.changes if each.seq == seq), None)
    if seq and change is None:
        return None
    terms = around(about.deal, change, as_of=about.as_of)[1] if change else about.deal.terms
    return {
        "seq": seq,
        "is_changed": bool(seq),
        "reason": change.reason if change else None,
        "owner": terms.contract.owner,
        "total": terms.total,
        "totals": price_sums(terms),
        "lines": price_lines(terms.lines),
        "plan": payment_plan(terms.total, terms.plan),
        "delivery": delivery_terms(terms),
    }
