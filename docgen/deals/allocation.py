"""Which instalment a payment pays: the one it names, else the one due first (民法典 560); principal or penalty (P4).

Principal first: money pays instalments only. What a payment brings beyond the instalment it names joins the free money,
so that no 分 is lost; the record's checks say so to a person.

Penalty first (民法典 561): payments are put down in the order of their days. One that names an instalment pays the
penalty that has accrued on it until that day, then the instalment; the rest, and money that names none, pays every
accrued penalty in the order of due days, then the instalments in that order. What is put down stays: a later payment
never moves an earlier one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from docgen.deals.accrual import Debt, Paid, accrued
from docgen.deals.fulfilment import Payment
from docgen.deals.penalty import PenaltyClause
from docgen.deals.terms import PaymentOrder

_NOTHING = Decimal("0.00")


def allocate(
    owed: Mapping[int, Decimal], *, order: Mapping[int, date], payments: Iterable[Payment]
) -> dict[int, Decimal]:
    """Return what is paid on each instalment in 元, principal only, never more than it comes to.

    `owed` is the amount by instalment number, `order` its due day (date.max while none is known).
    """
    paid = {seq: Decimal("0.00") for seq in owed}
    free = Decimal(0)
    for payment in payments:
        taken = Decimal(0)
        named = payment.instalment
        if named is not None and named in owed:
            taken = min(payment.amount, owed[named] - paid[named])
            paid[named] += taken
        free += payment.amount - taken
    for seq in sorted(owed, key=lambda each: (order[each], each)):
        taken = min(free, owed[seq] - paid[seq])
        paid[seq] += taken
        free -= taken
    return paid


def paid_by_day(
    debts: Sequence[Debt],
    payments: Iterable[Payment],
    *,
    order: PaymentOrder,
    clause: PenaltyClause | None,
) -> tuple[Paid, ...]:
    """Return what has been paid by the end of each day on which money came, oldest first.

    Together with what lies beyond all that is owed, principal and penalties paid are the payments, to the 分.
    """
    rows = sorted(payments, key=lambda each: (each.on, each.seq))
    if order is PaymentOrder.PENALTY_FIRST and clause is not None:
        return _penalty_first(debts, rows, clause)
    return principal_by_day(
        debts, {day: [each for each in rows if each.on <= day] for day in dict.fromkeys(each.on for each in rows)}
    )


def principal_by_day(debts: Sequence[Debt], standing: Mapping[date, Sequence[Payment]]) -> tuple[Paid, ...]:
    """Return what has been paid of the instalments by the end of each day, from the payments that stood on it.

    `standing` has a row for each day on which money came or went back, oldest first.
    """
    owed = {each.seq: each.amount for each in debts}
    dues = {each.seq: each.due or date.max for each in debts}
    none = dict.fromkeys(owed, _NOTHING)
    return tuple(Paid(day, allocate(owed, order=dues, payments=rows), none) for day, rows in standing.items())


def _penalty_first(debts: Sequence[Debt], rows: Sequence[Payment], clause: PenaltyClause) -> tuple[Paid, ...]:
    total = sum((each.amount for each in debts), _NOTHING)
    principal = {each.seq: _NOTHING for each in debts}
    penalty = dict(principal)
    past: list[Paid] = []
    for day in dict.fromkeys(each.on for each in rows):
        found = accrued(debts, past, penalties=penalty, clause=clause, total=total, until=day)
        claims = {each.seq: each.amount for each in found}
        today = [each for each in rows if each.on == day]
        for each in today:
            _put_down(each, debts, claims, principal=principal, penalty=penalty)
        past.append(Paid(day, dict(principal), dict(penalty)))
    return tuple(past)


def _put_down(
    payment: Payment,
    debts: Sequence[Debt],
    claims: Mapping[int, Decimal],
    *,
    principal: dict[int, Decimal],
    penalty: dict[int, Decimal],
) -> None:
    """Put one payment down; `claims` are the penalties accrued until its day, paid ones included."""
    ordered = sorted(debts, key=lambda each: each.order)
    named = [each for each in ordered if each.seq == payment.instalment]
    left = payment.amount
    for group in (named, ordered):
        for each in group:
            taken = min(left, claims[each.seq] - penalty[each.seq]) if each.seq in claims else _NOTHING
            penalty[each.seq] += taken
            left -= taken
        for each in group:
            taken = min(left, each.amount - principal[each.seq])
            principal[each.seq] += taken
            left -= taken
