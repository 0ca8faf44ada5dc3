"""Five years from the recorded end, and no date at all without one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from docgen.deals.deal import Deal
from docgen.deals.retention import Retention, Term, retention_of


@pytest.mark.parametrize(
    ("ended", "until"),
    [("2025-04-07", "2030-04-07"), ("2024-02-29", "2029-02-28"), ("2024-12-31", "2029-12-31")],
)
def test_same_day_five_years_on(deal_with: Callable[..., Deal], ended: str, until: str) -> None:
    termination = {"on": ended, "ground": "performed", "evidence": "尾款到账"}
    deal = deal_with(lambda data: data["facts"].update(termination=termination))
    assert retention_of(deal) == Retention(
        classes=("contract-paper",),
        until=date.fromisoformat(until),
        rule="合同终止后5年",
        start_event="termination",
        start_on=date.fromisoformat(ended),
    )
    assert retention_of(deal, as_of=date(2024, 1, 1)).until is None


def test_an_unknown_end_is_no_end(deal: Deal) -> None:
    kept = retention_of(deal)
    assert kept.until is None
    assert kept.start_on is None


def test_the_offices_longer_term_is_followed(deal_with: Callable[..., Deal]) -> None:
    termination = {"on": "2025-04-07", "ground": "performed", "evidence": "尾款到账"}
    deal = deal_with(lambda data: data["facts"].update(termination=termination))
    kept = retention_of(deal, term=Term(96))
    assert (kept.until, kept.rule) == (date(2033, 4, 7), "合同终止后8年")
    assert retention_of(deal, term=Term(66)).rule == "合同终止后66个月"
