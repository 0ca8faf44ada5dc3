"""The deal as of a day, told to people and programs: what `docgen deal show` prints, as plain JSON values.

Amounts are text with two places, days ISO text; what is not known yet is null. For our own eyes: the customer's copy
of anything is made by docgen.deals.schema.public.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Any

from docgen.deals.amending import effective_on, terms_as_of
from docgen.deals.changes import Change
from docgen.deals.deal import Deal
from docgen.deals.milestones import accepted_on, delivered_on, signed_on, terminated_on
from docgen.deals.retention import retention_of
from docgen.deals.schedule import delivery_due, schedule, warranty_period
from docgen.deals.totals import totals
from docgen.deals.workdays import Calendar


def describe(deal: Deal, *, as_of: date, calendar: Calendar, revision: int | None = None) -> dict[str, Any]:
    """Return the deal as it stands on a day: version, totals, instalments, milestones, warranty, retention.

    `revision` counts edits of the record, `version` counts signed changes of the contract: two numbers.
    """
    version = terms_as_of(deal, as_of=as_of)
    contract = version.terms.contract
    warranty = warranty_period(deal, as_of=as_of)
    due = delivery_due(deal, as_of=as_of, calendar=calendar)
    rows = schedule(deal, as_of=as_of, calendar=calendar)
    told = {
        "as_of": as_of,
        "number": contract.number,
        "title": contract.title,
        "order_number": contract.order_number,
        "customer": {"id": deal.customer.id, "name": deal.customer.name},
        "company": {"id": deal.company.id, "name": deal.company.name},
        "owner": contract.owner,
        "revision": revision,
        "version": version.number,
        "effective_on": version.effective_on,
        "changes": [_change(deal, each, as_of) for each in deal.changes],
        "totals": asdict(totals(version.terms.lines)),
        "instalments": [asdict(row) for row in rows],
        "paid": sum((row.paid for row in rows), Decimal("0.00")),
        "balance": sum((row.balance for row in rows), Decimal("0.00")),
        "signed_on": signed_on(deal, as_of=as_of),
        "delivered_on": delivered_on(deal, as_of=as_of),
        "accepted_on": accepted_on(deal, as_of=as_of),
        "terminated_on": terminated_on(deal, as_of=as_of),
        "delivery_due": asdict(due) if due else None,
        "warranty": asdict(warranty) if warranty else None,
        "retention": asdict(retention_of(deal, as_of=as_of)),
        "calendar": calendar.version,
    }
    plain: dict[str, Any] = _plain(told)
    return plain


def _change(deal: Deal, change: Change, as_of: date) -> dict[str, Any]:
    day = effective_on(deal, change, as_of=as_of)
    return {"seq": change.seq, "requested_on": change.requested_on, "reason": change.reason, "effective_on": day}


def _plain(value: Any) -> Any:  # noqa: ANN401  # any value of the description
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, date) else value
