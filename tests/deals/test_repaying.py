"""Repayment plans add up by themselves; the statute's interest applies only where the record says so."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from docgen.deals.checks import check
from docgen.deals.deal import Deal
from docgen.deals.parties import Company
from docgen.deals.penalties import late_payment
from docgen.deals.reading import parse_record, read_text
from docgen.deals.statute import statutory_interest
from docgen.deals.workdays import Calendar

ROOT = Path(__file__).resolve().parents[2]
PLAN = {
    "seq": "1",
    "until": "2024-06-30",
    "instalments": ["2"],
    "principal": "85500.00",
    "penalty": "1453.50",
    "parts": [{"on": "2024-07-31", "amount": "43476.75"}, {"on": "2024-08-31", "amount": "43476.75"}],
}
SMALL = {
    "late_payment": None,
    "seller_class": "small",
    "seller_declared": "true",
    "buyer_class": "large",
}
SIGNED = {"ours": "2025-07-01", "theirs": "2025-07-02"}


def deal_with(
    terms: dict[str, object] | None = None, facts: dict[str, object] | None = None, plans: Iterable[object] = ()
) -> Deal:
    company = Company.model_validate(tomllib.loads((ROOT / "samples/companies/shanhai.toml").read_text("utf-8")))
    plain, _ = read_text((ROOT / "samples/deals/xx-tech.yaml").read_text("utf-8"), name="xx-tech.yaml")
    assert isinstance(plain, dict)
    plain["terms"].update(terms or {})
    plain["facts"].update(facts or {})
    plain["repayments"] = list(plans)
    deal, findings = parse_record(plain, companies={company.id: company})
    assert deal is not None, findings
    return deal


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ({}, []),
        ({"penalty": "1453.51"}, ["deals.repayment-sum"]),
        ({"until": "2024-07-31"}, ["deals.repayment-days"]),
        ({"parts": PLAN["parts"][::-1]}, ["deals.repayment-days"]),
        ({"instalments": ["2", "9"]}, ["deals.repayment-instalments"]),
        ({"instalments": ["2", "2"]}, ["deals.repayment-instalments"]),
        ({"seq": "2"}, ["deals.repaying-number"]),
    ],
)
def test_a_plan_adds_up_in_order_about_instalments_of_the_plan(change: dict[str, object], wanted: list[str]) -> None:
    found = [each.code for each in check(deal_with(plans=[PLAN | change]), calendar=Calendar())]
    assert [code for code in found if code.startswith("deals.repay")] == wanted


def unsigned_facts() -> dict[str, object]:
    return {"signature": SIGNED, "change_signatures": [], "deliveries": [], "acceptances": [], "payments": []}


def test_the_statute_sets_a_rate_for_a_small_seller_that_said_so_and_a_large_buyer() -> None:
    deal, day = deal_with(SMALL, unsigned_facts()), date(2025, 7, 20)
    clause = statutory_interest(deal, as_of=day)
    assert clause is not None
    assert (clause.daily_rate, clause.cap) == (Decimal("0.0005"), None)
    assert late_payment(deal, as_of=day, calendar=Calendar()) == ()
    (first,) = late_payment(deal, as_of=day, calendar=Calendar(), clause=clause)
    assert first.amount == Decimal("470.25")  # 85,500 × 0.05 % × 11 days after 2025-07-09


@pytest.mark.parametrize(
    "change",
    [
        {"seller_class": "large"},
        {"seller_class": None},
        {"seller_declared": "false"},
        {"buyer_class": "medium"},
        {"buyer_class": None},
        {
            "late_payment": {
                "daily_rate": "0.0001", "base": "overdue_balance", "clause": "第九条", "cap_base": "contract_total",
            }
        },
    ],
)  # fmt: skip
def test_the_statute_is_silent_where_the_record_does_not_make_it_apply(change: dict[str, object]) -> None:
    assert statutory_interest(deal_with(SMALL | change, unsigned_facts()), as_of=date(2025, 7, 20)) is None


def test_contracts_signed_before_the_statute_do_not_get_it() -> None:
    early = unsigned_facts() | {"signature": {"ours": "2025-05-30", "theirs": "2025-05-31"}}
    assert statutory_interest(deal_with(SMALL, early), as_of=date(2025, 7, 20)) is None
