"""The deal as of a day, told to people and programs: what `docgen deal show` prints, as plain JSON values.

Amounts are text with two places, days ISO text; what is not known yet is null. For our own eyes: the customer's copy
of anything is made by docgen.deals.schema.public. The keys are a contract with other programs: docs/deal-json.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any

from docgen.deals.amending import effective_on, terms_as_of
from docgen.deals.changes import Change
from docgen.deals.deadlines import Deadline, deadlines
from docgen.deals.deal import Deal
from docgen.deals.documents import Documents, PaperNeed, documents
from docgen.deals.milestones import accepted_on, delivered_on, signed_on, terminated_on
from docgen.deals.money import round_half_up, to_fen, uppercase_rmb
from docgen.deals.paperwork import PaperSeen
from docgen.deals.penalties import Penalty, claim_total, late_delivery, late_payment
from docgen.deals.refunds import received, refunded
from docgen.deals.repaying import Repayment
from docgen.deals.retention import MANUAL, Term, retention_of
from docgen.deals.schedule import InstalmentStatus
from docgen.deals.situation import Situation, situation
from docgen.deals.standing import flag_of, overdue_reason_of, promise_broken_on, stage_of, status_text
from docgen.deals.statute import statutory_interest
from docgen.deals.terms import Terms
from docgen.deals.totals import totals
from docgen.deals.workdays import Calendar

SEGMENT_PLACES = 4


def describe(  # noqa: PLR0913  # the deal, its day, and what only others know
    deal: Deal,
    *,
    as_of: date,
    calendar: Calendar,
    revision: int | None = None,
    papers: Iterable[PaperSeen] = (),
    holds: Iterable[str] = (),
    term: Term = MANUAL,
) -> dict[str, Any]:
    """Return the deal as it stands on a day: version, money, penalties, deadlines, papers, retention.

    `revision` counts edits of the record, `version` counts signed changes of the contract: two numbers. `papers` are
    the papers issued and filed, `holds` the names of holds on disposal, `term` how long the office keeps contract
    papers: all are kept elsewhere and passed in.
    """
    now = situation(deal, as_of=as_of, calendar=calendar, papers=papers)
    told = {
        "as_of": as_of,
        **_heading(deal, now.terms),
        "revision": revision,
        **_version(deal, as_of),
        "settings": _settings(deal, now.terms),
        "totals": asdict(totals(now.terms.lines)),
        **_money(now),
        **_milestones(now),
        "deadlines": [_deadline(each) for each in deadlines(now)],
        "documents": _documents(documents(now)),
        "retention": _retention(deal, as_of, holds, term),
        "calendar": calendar.version,
    }
    plain: dict[str, Any] = _plain(told)
    return plain


def _heading(deal: Deal, terms: Terms) -> dict[str, Any]:
    contract = terms.contract
    return {
        "number": contract.number,
        "title": contract.title,
        "order_number": contract.order_number,
        "customer": {"id": deal.customer.id, "name": deal.customer.name},
        "company": {"id": deal.company.id, "name": deal.company.name},
        "owner": contract.owner,
    }


def _version(deal: Deal, as_of: date) -> dict[str, Any]:
    version = terms_as_of(deal, as_of=as_of)
    return {
        "version": version.number,
        "effective_on": version.effective_on,
        "changes": [_change(deal, each, as_of) for each in deal.changes],
        "proposal": deal.proposal.model_dump() if deal.proposal else None,
        "repayments": [_repayment(deal, each, as_of) for each in deal.repayments],
        "account_changes": [each.model_dump() for each in deal.account_changes],
    }


def _repayment(deal: Deal, plan: Repayment, as_of: date) -> dict[str, Any]:
    """Return a plan with the day since when a signed copy of it lies in the archive; null while none does."""
    days = (each.on for each in deal.facts.flags if each.repayment == plan.seq and each.on <= as_of)
    return {**plan.model_dump(), "signed_copy_on": min(days, default=None)}


def _settings(deal: Deal, terms: Terms) -> dict[str, Any]:
    """Return what may be agreed or decided contract by contract, as it holds for this one (P18)."""
    names = ("rolls_due_dates", "rolls_fixed_dates", "remind_days", "payment_order")
    return {**{name: getattr(terms, name) for name in names}, "grade_year": deal.internal.grade_year}


def _change(deal: Deal, change: Change, as_of: date) -> dict[str, Any]:
    day = effective_on(deal, change, as_of=as_of)
    return {"seq": change.seq, "requested_on": change.requested_on, "reason": change.reason, "effective_on": day}


def _money(now: Situation) -> dict[str, Any]:
    late = late_delivery(now.deal, as_of=now.as_of, calendar=now.calendar)
    penalties = late_payment(now.deal, as_of=now.as_of, calendar=now.calendar)
    paid = sum((row.paid for row in now.rows), Decimal("0.00"))
    settled = sum((each.paid for each in penalties), Decimal("0.00"))
    return {
        "instalments": [_instalment(now, row) for row in now.rows],
        "paid": paid,
        "penalties_paid": settled,
        "advance": received(now.deal, as_of=now.as_of) - paid - settled,
        "refunded": refunded(now.deal, as_of=now.as_of),
        "written_off": sum((row.written_off for row in now.rows), Decimal("0.00")),
        "balance": sum((row.balance for row in now.rows), Decimal("0.00")),
        "penalties": [_penalty(each) for each in penalties],
        "statutory_interest": [_penalty(each) for each in _interest(now)],
        "claim_total": claim_total(now.deal, as_of=now.as_of, calendar=now.calendar),
        "late_delivery": asdict(late) if late else None,
    }


def _interest(now: Situation) -> tuple[Penalty, ...]:
    """Return what the statute claims on late instalments; nothing where it does not apply (P16)."""
    statute = statutory_interest(now.deal, as_of=now.as_of)
    return late_payment(now.deal, as_of=now.as_of, calendar=now.calendar, clause=statute) if statute else ()


def _instalment(now: Situation, row: InstalmentStatus) -> dict[str, Any]:
    flag = flag_of(now.deal, row.seq, as_of=now.as_of, calendar=now.calendar)
    broken = promise_broken_on(now.deal, row.seq, as_of=now.as_of, calendar=now.calendar) if row.balance else None
    why = overdue_reason_of(now.deal, row.seq, as_of=now.as_of)
    return {
        "seq": row.seq,
        "kind": row.kind,
        "title": row.title,
        "clause": row.clause,
        "share": row.share,
        "amount": row.amount,
        "upper": row.upper,
        "trigger": row.trigger_text,
        "triggered_on": row.triggered_on,
        "due_nominal": row.due_nominal,
        "due": row.due,
        "provisional": row.is_provisional,
        "paid": row.paid,
        "written_off": row.written_off,
        "balance": row.balance,
        "balance_upper": uppercase_rmb(to_fen(row.balance)),
        "state": row.state,
        "part_paid": row.part_paid,
        "overdue_days": row.overdue_days,
        "stage": stage_of(row),
        "flag": {"kind": flag.flag, "reason": flag.reason, "on": flag.on, "until": flag.until} if flag else None,
        "promise_broken_on": broken,
        "overdue_reason": {"cause": why.cause, "reason": why.reason, "on": why.on, "text": why.words} if why else None,
        "status_text": status_text(now.deal, row, as_of=now.as_of),
    }


def _penalty(each: Penalty) -> dict[str, Any]:
    segments = [
        {
            "from": one.from_day,
            "to": one.to_day,
            "days": one.days,
            "balance": one.balance,
            "amount": round_half_up(one.amount, SEGMENT_PLACES),
        }
        for one in each.segments
    ]
    kept = ("seq", "clause", "daily_rate", "base", "uncapped", "cap", "amount", "upper", "paid", "open")
    return {**{name: getattr(each, name) for name in kept}, "segments": segments}


def _milestones(now: Situation) -> dict[str, Any]:
    return {
        "signed_on": signed_on(now.deal, as_of=now.as_of),
        "delivered_on": delivered_on(now.deal, as_of=now.as_of),
        "accepted_on": accepted_on(now.deal, as_of=now.as_of),
        "terminated_on": terminated_on(now.deal, as_of=now.as_of),
        "delivery_due": asdict(now.delivery) if now.delivery else None,
        "warranty": asdict(now.warranty) if now.warranty else None,
    }


def _deadline(each: Deadline) -> dict[str, Any]:
    return {
        "rule": each.rule,
        "what": each.what,
        "subject": each.subject,
        "due": each.due,
        "provisional": each.is_provisional,
        "due_time": each.due_time,
        "done": each.done,
        "done_time": each.done_time,
    }


def _documents(papers: Documents) -> dict[str, Any]:
    return {
        "required": [_need(each) for each in papers.required],
        "issued": [
            {"title": each.title, "direction": each.direction, "subject": each.subject, "on": each.on}
            for each in papers.issued
        ],
        "missing": [_need(each) for each in papers.missing],
        "forbidden": [_need(each) for each in papers.forbidden],
    }


def _need(each: PaperNeed) -> dict[str, Any]:
    return {
        "title": each.title,
        "direction": each.direction,
        "subject": each.subject,
        "milestone": each.milestone,
    }


def _retention(deal: Deal, as_of: date, holds: Iterable[str], term: Term) -> dict[str, Any]:
    found = retention_of(deal, term=term, as_of=as_of)
    return {
        **asdict(found),
        "terminated_on": found.start_on,
        "disposable_from": found.until + timedelta(days=1) if found.until else None,
        "holds": sorted(holds),
    }


def _plain(value: Any) -> Any:  # noqa: ANN401  # any value of the description
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, date) else value
