"""The outline of a deal's claims: what a board needs of a deal, good for a whole run of days.

Between two days on which something happens, a deal's instalments do not change; only days overdue and penalties grow,
by known steps. An outline holds one such run: worked out once from the record, kept as JSON, and asked for any day of
its run it gives the same answer as the record itself (`docgen.deals.schedule`, `docgen.deals.penalties`). So a board
over many deals, as of any day, need not read every record again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from pydantic import BaseModel

from docgen.deals.amending import terms_as_of
from docgen.deals.deal import Deal
from docgen.deals.fulfilment import AcceptanceResult
from docgen.deals.handling import FlagKind
from docgen.deals.milestones import ended_early_on
from docgen.deals.money import round_half_up
from docgen.deals.penalties import Penalty, late_payment
from docgen.deals.penalty import PenaltyBase, PenaltyClause
from docgen.deals.plan import Condition, Instalment, TriggerEvent
from docgen.deals.refunds import received
from docgen.deals.schedule import InstalmentStatus, notice_wanted_from, paid_until, plan_parts, schedule
from docgen.deals.standing import flag_of, overdue_reason_of, part_due, promise_broken_on
from docgen.deals.statute import statutory_interest
from docgen.deals.terms import Terms
from docgen.deals.workdays import Calendar

SCHEMA = 4
"""Raised whenever an outline of the same record would read differently; kept outlines of another number are void."""
_ONE_DAY = timedelta(days=1)
_FIRST, _LAST = date(1900, 1, 1), date(2999, 12, 31)
_NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Claim:
    """One instalment through the run; money as text in 元, days as ISO text, None where there is none.

    `late_closed` is the exact penalty of finished segments; from `late_from` on each day adds `late_daily`.
    `interruptions` are [day, what, detail]: part payments and promises that concern this instalment. `notice_from` is
    the day from which its notice may go out: where the money waits for the notice itself, all else has happened.
    """

    seq: int
    kind: str
    title: str
    amount: str
    paid: str
    balance: str
    written_off: str
    trigger: str
    triggered_on: str | None
    evidence: list[str]
    due_nominal: str | None
    due: str | None
    is_provisional: bool
    is_on_signing: bool
    is_after_warranty: bool
    is_on_acceptance: bool
    notice_from: str | None
    paid_on: str | None
    flag: list[str | None] | None
    promise_broken: str | None
    late_closed: str
    late_from: str | None
    late_daily: str
    late_base: str
    penalty_paid: str
    overdue_reason: str
    interruptions: list[list[str]]


@dataclass(frozen=True, slots=True)
class Outline:
    """A deal's claims from `valid_from` to the day before `valid_to`; `advance` is money beyond all that is owed.

    `is_statute`: no clause of the contract but the statute's interest grows on late claims (P16).
    """

    contract_no: str
    order_no: str
    customer_id: str
    customer: str
    owner: str
    company: str
    total: str
    signed_on: str | None
    ended_on: str | None
    advance: str
    has_penalty: bool
    is_statute: bool
    cap: str | None
    cap_is_shared: bool
    remind_days: int
    claims: tuple[Claim, ...]
    valid_from: str
    valid_to: str


def to_json(found: Outline) -> list[Any]:
    """Return an outline as plain JSON: the values of its fields in their order, without their names.

    A board over many deals spends most of its time on reading these; names would double what there is to read.
    """
    told = {**_values(found), "claims": [list(_values(each).values()) for each in found.claims]}
    return list(told.values())


def from_json(told: Sequence[Any], *, customer_id: str | None = None, customer: str | None = None) -> Outline:
    """Return the outline that `to_json` wrote, of another customer where one is given: the one it was merged into."""
    values = [*told]
    values[_CLAIMS] = tuple([Claim(*each) for each in told[_CLAIMS]])
    if customer_id is not None:
        values[_CUSTOMER] = customer_id
    if customer is not None:
        values[_CUSTOMER + 1] = customer
    return Outline(*values)


def _values(one: Outline | Claim) -> dict[str, Any]:
    return {each.name: getattr(one, each.name) for each in fields(one)}


_CUSTOMER, _CLAIMS = ([each.name for each in fields(Outline)].index(name) for name in ("customer_id", "claims"))


def outline(deal: Deal, *, as_of: date, calendar: Calendar) -> Outline:
    """Return the outline of a deal that holds on a day, with the run of days it is good for."""
    terms = terms_as_of(deal, as_of=as_of).terms
    rows = schedule(deal, as_of=as_of, calendar=calendar)
    statute = statutory_interest(deal, as_of=as_of)
    clause = terms.late_payment or statute
    penalties = {each.seq: each for each in late_payment(deal, as_of=as_of, calendar=calendar, clause=statute)}
    reached = _reached(deal, as_of=as_of, calendar=calendar)
    first, after = _run(deal, as_of, calendar)
    facts = deal.facts
    settled = sum((each.paid for each in penalties.values()), _NOTHING)
    ended = ended_early_on(deal, as_of=as_of)
    signed = facts.signature.later_day if facts.signature and facts.signature.later_day <= as_of else None
    return Outline(
        contract_no=terms.contract.number or "",
        order_no=terms.contract.order_number or "",
        customer_id=deal.customer.id or "",
        customer=deal.customer.name,
        owner=terms.contract.owner,
        company=deal.company.id,
        total=format(terms.total, "f"),
        signed_on=_text(signed),
        ended_on=_text(ended),
        advance=format(received(deal, as_of=as_of) - sum((row.paid for row in rows), _NOTHING) - settled, "f"),
        has_penalty=terms.late_payment is not None,
        is_statute=statute is not None,
        cap=_cap(clause),
        cap_is_shared=bool(clause and clause.cap_base is PenaltyBase.CONTRACT_TOTAL),
        remind_days=terms.remind_days,
        claims=tuple(
            _claim(
                deal,
                row,
                part,
                terms,
                penalties.get(row.seq),
                reached.get(row.seq, ()),
                clause=clause,
                as_of=as_of,
                calendar=calendar,
            )
            for row, part in zip(rows, terms.plan, strict=True)
        ),
        valid_from=first.isoformat(),
        valid_to=after.isoformat(),
    )


def _claim(  # noqa: PLR0913, PLR0917  # one instalment: its row, its place in the plan, its penalty, the money that reached it
    deal: Deal,
    row: InstalmentStatus,
    part: Instalment,
    terms: Terms,
    penalty: Penalty | None,
    reached: Sequence[date],
    *,
    clause: PenaltyClause | None,
    as_of: date,
    calendar: Calendar,
) -> Claim:
    closed, start, daily, base = _growth(row, penalty, clause, total=terms.total, as_of=as_of)
    flag = flag_of(deal, row.seq, as_of=as_of, calendar=calendar)
    broken = promise_broken_on(deal, row.seq, as_of=as_of, calendar=calendar)
    why = overdue_reason_of(deal, row.seq, as_of=as_of)
    events = {each.event for each in part.trigger.all_of}
    return Claim(
        seq=row.seq,
        kind=row.kind.value,
        title=row.title,
        amount=format(row.amount, "f"),
        paid=format(row.paid, "f"),
        balance=format(row.balance, "f"),
        written_off=format(row.written_off, "f"),
        trigger=row.trigger_text,
        triggered_on=_text(row.triggered_on),
        evidence=list(_evidence(deal, part, as_of)) if row.triggered_on else [],
        due_nominal=_text(row.due_nominal),
        due=_text(row.due),
        is_provisional=row.is_provisional,
        is_on_signing=TriggerEvent.SIGNED in events,
        is_after_warranty=TriggerEvent.WARRANTY_ENDED in events,
        is_on_acceptance=TriggerEvent.ACCEPTED in events,
        notice_from=_text(row.triggered_on or notice_wanted_from(deal, part, as_of=as_of)),
        paid_on=_text(max(reached, default=None)),
        flag=[flag.flag.value, flag.reason, _text(flag.until)] if flag else None,
        promise_broken=_text(broken),
        late_closed=str(closed),
        late_from=_text(start),
        late_daily=str(daily),
        late_base=str(base),
        penalty_paid=format(penalty.paid if penalty else _NOTHING, "f"),
        overdue_reason=why.words if why else "",
        interruptions=[[day.isoformat(), "payment", ""] for day in reached] + list(_promises(deal, row.seq, as_of)),
    )


def _growth(
    row: InstalmentStatus, penalty: Penalty | None, clause: PenaltyClause | None, *, total: Decimal, as_of: date
) -> tuple[Decimal, date | None, Decimal, Decimal]:
    """Return the finished segments' exact sum, and from which day on how much a day is added; the cap's own base.

    A payment's day still bears the larger balance, so a running segment's own balance is taken, not today's.
    """
    segments = penalty.segments if penalty and not penalty.is_given_up else ()
    closed = sum((each.amount for each in segments if each.to_day < as_of), Decimal(0))
    base = segments[0].balance if segments else row.balance
    if segments and segments[-1].to_day == as_of:
        running = segments[-1]
        return closed, running.from_day, running.amount / running.days, base
    if clause is None or row.due is None or row.due < as_of or not row.balance:
        return closed, None, Decimal(0), base
    bears = total if clause.base is PenaltyBase.CONTRACT_TOTAL else row.balance
    return closed, row.due + _ONE_DAY, bears * clause.daily_rate, base


def penalties_on(found: Outline, as_of: date) -> dict[int, Decimal]:
    """Return the open penalty of each late instalment on a day of the run, in 元: rounded once, then capped (P4)."""
    amounts: dict[int, Decimal] = {}
    used = sum((Decimal(each.penalty_paid) for each in found.claims), _NOTHING)
    for each in sorted(found.claims, key=lambda claim: (claim.due or "9999", claim.seq)):
        exact = Decimal(each.late_closed)
        if each.late_from:
            exact += Decimal(each.late_daily) * max((as_of - date.fromisoformat(each.late_from)).days + 1, 0)
        if not exact:
            continue
        paid = Decimal(each.penalty_paid)
        amount = round_half_up(exact) - paid
        if found.cap is not None:
            share = Decimal(found.cap)
            whole = Decimal(found.total) if found.cap_is_shared else Decimal(each.late_base)
            amount = min(amount, round_half_up(whole * share) - (used if found.cap_is_shared else paid))
        used += amount
        amounts[each.seq] = amount
    return amounts


def _cap(clause: PenaltyClause | None) -> str | None:
    return str(clause.cap) if clause and clause.cap is not None else None


def _reached(deal: Deal, *, as_of: date, calendar: Calendar) -> dict[int, tuple[date, ...]]:
    """Return on which days money reached each instalment, by the terms as they stand on the day asked about."""
    parts = plan_parts(deal, as_of=as_of, calendar=calendar)
    found: dict[int, list[date]] = {each.part.seq: [] for each in parts}
    before = dict.fromkeys(found, _NOTHING)
    for day in sorted({each.on for each in deal.facts.payments if each.on <= as_of}):
        now = paid_until(deal, parts, until=day)
        for seq, days in found.items():
            if now[seq] > before[seq]:
                days.append(day)
        before = now
    return {seq: tuple(days) for seq, days in found.items()}


def _promises(deal: Deal, seq: int, as_of: date) -> Iterator[list[str]]:
    for each in deal.facts.flags:
        if each.flag is FlagKind.PROMISED and each.on <= as_of and each.instalment in {None, seq}:
            yield [each.on.isoformat(), "promise", each.evidence or ""]


def _evidence(deal: Deal, part: Instalment, as_of: date) -> Iterator[str]:
    """Yield what proves the events an instalment waited for: the ids or words recorded with them."""
    for condition in part.trigger.all_of:
        yield from _evidence_of(deal, condition, part, as_of)


def _evidence_of(deal: Deal, wait: Condition, part: Instalment, as_of: date) -> Iterator[str]:
    facts = deal.facts
    own = {None, part.seq}
    told: Sequence[str | None] = ()
    match wait.event:
        case TriggerEvent.SIGNED:
            told = [facts.signature.evidence] if facts.signature else ()
        case TriggerEvent.DELIVERED:
            told = [each.evidence for each in facts.deliveries if each.on <= as_of and wait.number in {None, each.seq}]
        case TriggerEvent.ACCEPTED | TriggerEvent.WARRANTY_ENDED:
            told = [
                f"验收 {each.seq}（{each.on.isoformat()}）"
                for each in facts.acceptances
                if each.on <= as_of and each.result is not AcceptanceResult.FAILED
            ]
        case TriggerEvent.INVOICE_RECEIVED:
            told = [f"发票 {each.number}" for each in facts.invoices if each.received_on and each.instalment in own]
        case TriggerEvent.NOTICE_RECEIVED:
            told = [each.evidence or each.what for each in facts.notices if each.instalment in own]
        case TriggerEvent.FIXED_DATE:
            told = ["合同约定日期"]
    yield from (each for each in told if each)


def _run(deal: Deal, as_of: date, calendar: Calendar) -> tuple[date, date]:
    """Return the first day of the run a day lies in, and the day after its last.

    Whatever a record says becomes true, or stops being so, on a day it names or on the day after; a repayment plan is
    missed after the day its part rolls to.
    """
    days = set(_days(deal.facts)) | set(_days(deal.changes))
    days |= {plan.until for plan in deal.repayments}
    days |= {part_due(deal, part, calendar=calendar) for plan in deal.repayments for part in plan.parts}
    days |= {day + _ONE_DAY for day in days if day < _LAST}
    return max((day for day in days if day <= as_of), default=_FIRST), min(
        (day for day in days if day > as_of), default=_LAST
    )


def _days(value: object) -> Iterator[date]:
    if isinstance(value, date):
        yield value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _days(getattr(value, name))
    elif isinstance(value, tuple | list):
        for each in value:
            yield from _days(each)


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None
