"""The warranty's days, as plain values: it is over from the day after its last day, and not a day earlier (X-03)."""

from __future__ import annotations

from datetime import timedelta

from docgen.deals.schedule import warranty_period
from docgen.rendering.sections.background import Background, Values


def section(about: Background) -> Values:
    """Return first and last day, and whether the warranty is over on the paper's day; None where it has not begun.

    The paper's own day counts if it is earlier than the day asked for, so that no paper states what was still to come.
    """
    day = min(about.as_of, about.paper.dated)
    period = warranty_period(about.deal, as_of=day)
    agreed = about.terms.warranty
    return {
        "months": agreed.months if agreed else None,
        "clause": agreed.clause if agreed else None,
        "starts_on": period.starts_on if period else None,
        "ends_on": period.ends_on if period else None,
        "over_on": period.ends_on + timedelta(days=1) if period else None,
        "is_over": period is not None and day > period.ends_on,
    }
