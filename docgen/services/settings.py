"""What may be decided by each contract, or by the office for all of them (P18): written into a deal once.

A record that says nothing of a setting takes the office's default when it is first recorded, and keeps it: neither a
later change of docgen.toml nor the same file imported again moves a known deal. Only a record that names the setting
changes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from docgen.deals.base import Model
from docgen.deals.deal import Deal, GradeYear
from docgen.deals.terms import PaymentOrder
from docgen.workspace import Defaults

AGREED = ("rolls_due_dates", "rolls_fixed_dates", "remind_days", "payment_order")
OURS = ("grade_year",)


def settled(deal: Deal, *, known: Deal | None = None, defaults: Defaults | None = None) -> Deal:
    """Return a record with the settings it leaves open: as the known deal stands, else the office's defaults."""
    if known is not None:
        agreed = {name: getattr(known.terms, name) for name in AGREED}
        ours = {name: getattr(known.internal, name) for name in OURS}
    else:
        defaults = defaults or Defaults()
        agreed = {
            "rolls_due_dates": defaults.rolls_due_dates,
            "rolls_fixed_dates": defaults.rolls_fixed_dates,
            "remind_days": defaults.remind_days,
            "payment_order": PaymentOrder(defaults.payment_order),
        }
        ours = {"grade_year": GradeYear(defaults.grade_year)}
    terms = deal.terms.model_copy(update=_missing(deal.terms, agreed))
    internal = deal.internal.model_copy(update=_missing(deal.internal, ours))
    return deal.model_copy(update={"terms": terms, "internal": internal})


def _missing(part: Model, values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in part.model_fields_set}
