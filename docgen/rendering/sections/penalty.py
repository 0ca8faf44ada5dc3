"""The penalty of the instalment a letter asks for, as plain values: its runs of days, the sum, the cap.

Without a clause for late payment nothing is claimed (P7, X-02); the letter then asks for the principal and reserves
rights; where the statute for small sellers sets a rate, that is claimed as 逾期利息. A cap on the contract total is one
cap for all instalments: `used` is what the others have taken of it. Where payments go to penalties first, `paid` is
what this one has had of them, and `amount` what is still asked for.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from docgen.deals.penalties import Penalty, late_payment
from docgen.deals.penalty import PenaltyBase
from docgen.deals.schedule import schedule
from docgen.deals.statute import statutory_interest
from docgen.rendering.sections.background import Background, Values

_NOTHING = Decimal("0.00")


def section(about: Background) -> Values:
    """Return the clause and what it comes to as of the day; amounts in 元, `rows` exact and not rounded."""
    statute = statutory_interest(about.deal, as_of=about.as_of)
    clause = about.terms.late_payment or statute
    claims = late_payment(about.deal, as_of=about.as_of, calendar=about.calendar, clause=statute)
    found = next((each for each in claims if each.seq == about.subject.seq), None)
    used = _used(about, claims) if clause and clause.cap_base is PenaltyBase.CONTRACT_TOTAL else _NOTHING
    return {
        "until": about.as_of,
        "has_clause": clause is not None,
        "is_statutory": statute is not None,
        "name": "逾期利息" if statute else "违约金",
        "clause": clause.clause if clause else None,
        "daily_rate": clause.daily_rate if clause else None,
        "is_on_total": clause is not None and clause.base is PenaltyBase.CONTRACT_TOTAL,
        "cap_rate": clause.cap if clause else None,
        "is_cap_shared": clause is not None and clause.cap_base is PenaltyBase.CONTRACT_TOTAL,
        "used": used,
    } | _claim(about, found, used)


def _claim(about: Background, found: Penalty | None, used: Decimal) -> Values:
    amount, cap = (found.open, found.cap) if found else (_NOTHING, None)
    whole, paid = (found.amount, found.paid) if found else (_NOTHING, _NOTHING)
    balance = next(
        (
            row.balance
            for row in schedule(about.deal, as_of=about.as_of, calendar=about.calendar)
            if row.seq == about.subject.seq
        ),
        _NOTHING,
    )
    return {
        "is_claimed": amount > 0,
        "rows": _rows(about, found) if found else [],
        "uncapped": found.uncapped if found else _NOTHING,
        "cap": cap,
        "is_capped": found is not None and whole < found.uncapped,
        "is_at_cap": cap is not None and whole >= cap - used,
        "paid": paid,
        "whole": whole,
        "amount": amount,
        "claim": balance + amount,
    }


def _rows(about: Background, found: Penalty) -> list[Values]:
    on_total = found.base is PenaltyBase.CONTRACT_TOTAL
    return [
        {
            "index": index,
            "from_day": each.from_day,
            "to_day": each.to_day,
            "days": each.days,
            "balance": each.balance,
            "base": about.terms.total if on_total else each.balance,
            "rate": found.daily_rate,
            "amount": each.amount,
        }
        for index, each in enumerate(found.segments, start=1)
    ]


def _used(about: Background, claims: tuple[Penalty, ...]) -> Decimal:
    """Return what the others have of the common cap, in 元: those due before, and what is paid of later ones."""
    rows = schedule(about.deal, as_of=about.as_of, calendar=about.calendar)
    order = {row.seq: (row.due or date.max, row.seq) for row in rows}
    own = order.get(about.subject.seq)
    if own is None:
        return _NOTHING
    others = (each for each in claims if each.seq != about.subject.seq)
    return sum((each.amount if order[each.seq] < own else each.paid for each in others), _NOTHING)
