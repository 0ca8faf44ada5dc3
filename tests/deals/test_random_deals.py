"""Whatever happens to a deal: sums hold, days are in order, states agree, no 分 is made or lost."""

from __future__ import annotations

import importlib.util
import json
import tomllib
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docgen.deals.amending import terms_as_of
from docgen.deals.checks import check
from docgen.deals.deal import Deal
from docgen.deals.describe import describe
from docgen.deals.events import difference, replay
from docgen.deals.money import round_half_up, split
from docgen.deals.parties import Company
from docgen.deals.penalties import late_payment
from docgen.deals.penalty import PenaltyBase
from docgen.deals.reading import parse_record, read_text
from docgen.deals.schedule import paid_until, plan_parts
from docgen.deals.terms import PaymentOrder
from docgen.deals.workdays import Calendar
from docgen.findings import has_errors

FOLDER = Path(__file__).parent
SAMPLES = FOLDER.parents[1] / "samples"
CALENDAR = Calendar()
EXAMPLES = {"dev": 60, "ci": 150, "soak": 10_000}
many = settings(max_examples=EXAMPLES.get(settings.get_current_profile_name(), 60))
ONE_DAY = timedelta(days=1)


def _strategies() -> ModuleType:
    spec = importlib.util.spec_from_file_location("random_deals", FOLDER / "random_deals.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _sample() -> Deal:
    company = tomllib.loads((SAMPLES / "companies" / "shanhai.toml").read_text(encoding="utf-8"))
    data, _ = read_text((SAMPLES / "deals" / "xx-tech.yaml").read_text(encoding="utf-8"), name="xx-tech.yaml")
    deal, findings = parse_record(data, companies={"shanhai": Company.model_validate(company)})
    assert deal, findings
    return deal


RANDOM = _strategies()
any_deal = RANDOM.deals(_sample())
any_day = st.dates(date(2023, 12, 1), date(2028, 12, 31))


def summed(rows: list[dict[str, Any]], key: str) -> Decimal:
    return sum((Decimal(row[key]) for row in rows), Decimal("0.00"))


@many
@given(any_deal, any_day)
def test_the_whole_description_holds_together(deal: Deal, as_of: date) -> None:
    assert not has_errors(check(deal, calendar=CALENDAR))
    shown = describe(deal, as_of=as_of, calendar=CALENDAR)
    assert json.loads(json.dumps(shown)) == shown
    _check_sums(deal, shown, as_of)
    for row in shown["instalments"]:
        _check_row(row, as_of)
    _check_claim(shown)
    _check_delivery(shown)
    _check_duties_and_papers(shown, as_of)


def _check_sums(deal: Deal, shown: dict[str, Any], as_of: date) -> None:
    rows, totals = shown["instalments"], shown["totals"]
    total = Decimal(totals["incl"])
    assert total == terms_as_of(deal, as_of=as_of).terms.total
    assert Decimal(totals["net"]) + Decimal(totals["tax"]) == total
    for key in ("incl", "net", "tax"):
        assert summed(totals["by_rate"], key) == Decimal(totals[key])
    assert summed(rows, "amount") == total
    received = sum((each.amount for each in deal.facts.payments if each.on <= as_of), Decimal(0))
    received -= sum((each.amount for each in deal.facts.refunds if each.on <= as_of), Decimal(0))
    paid, settled, advance = (Decimal(shown[key]) for key in ("paid", "penalties_paid", "advance"))
    assert paid + settled + advance == received
    assert paid <= total
    assert min(settled, advance) >= 0
    assert not advance or paid == total
    if shown["settings"]["payment_order"] == "principal_first":
        assert settled == 0
    assert summed(rows, "paid") == paid
    assert summed(shown["penalties"], "paid") == settled
    assert Decimal(shown["paid"]) + Decimal(shown["written_off"]) + Decimal(shown["balance"]) == total


def _check_row(row: dict[str, Any], as_of: date) -> None:
    amount, paid, given_up, balance = (Decimal(row[key]) for key in ("amount", "paid", "written_off", "balance"))
    assert min(paid, given_up, balance) >= 0
    assert paid + given_up + balance == amount
    assert (row["state"] == "paid") == (paid == amount)
    assert (row["state"] == "written_off") == (given_up > 0)
    assert row["part_paid"] == (0 < paid < amount)
    is_late = row["due"] is not None and date.fromisoformat(row["due"]) < as_of and balance > 0
    assert (row["state"] == "overdue") == is_late
    assert row["overdue_days"] == ((as_of - date.fromisoformat(row["due"])).days if is_late else 0)
    assert row["stage"] == _stage(row)
    if row["due"]:
        assert row["triggered_on"] <= row["due_nominal"] <= row["due"]
    else:
        assert row["due_nominal"] is None


def _stage(row: dict[str, Any]) -> str | None:
    if row["state"] == "overdue":
        return "overdue" if row["overdue_days"] <= 30 else "major"
    return "reminder" if row["state"] == "due_soon" else None


def _check_claim(shown: dict[str, Any]) -> None:
    overdue = [row for row in shown["instalments"] if row["state"] == "overdue"]
    assert Decimal(shown["claim_total"]) == summed(overdue, "balance") + summed(shown["penalties"], "open")


def _check_delivery(shown: dict[str, Any]) -> None:
    late = shown["late_delivery"]
    if late is None:
        return
    assert late["days"] >= 0
    assert late["stopped_days"] >= 0
    if late["cap"] is not None:
        assert Decimal(late["amount"]) == min(Decimal(late["uncapped"]), Decimal(late["cap"]))


def _check_duties_and_papers(shown: dict[str, Any], as_of: date) -> None:
    dues = [each["due"] for each in shown["deadlines"]]
    assert dues == sorted(dues)
    assert all(each["done"] is None or each["done"] <= as_of.isoformat() for each in shown["deadlines"])
    papers = shown["documents"]
    assert papers["missing"] == papers["required"]  # nothing was issued or filed
    assert not [each for each in papers["required"] if each in papers["forbidden"]]


@many
@given(any_deal, any_day)
def test_penalties_are_the_sum_of_their_days(deal: Deal, as_of: date) -> None:
    clause = terms_as_of(deal, as_of=as_of).terms.late_payment
    penalties = late_payment(deal, as_of=as_of, calendar=CALENDAR)
    if clause is None:
        assert penalties == ()
        return
    total = terms_as_of(deal, as_of=as_of).terms.total
    parts = plan_parts(deal, as_of=as_of, calendar=CALENDAR)
    planned = {each.part.seq: each for each in parts}
    given_up = {each.instalment for each in deal.facts.write_offs if each.on <= as_of}
    for each in penalties:
        assert each.paid + each.open == each.amount
        assert min(each.paid, each.open) >= 0
        if each.seq in given_up:
            assert (each.is_given_up, each.open) == (True, 0)
            continue
        due = planned[each.seq].due
        assert due
        day, exact, seen = due.due + ONE_DAY, Decimal(0), {}
        while day <= as_of:  # day by day, the way one counts on paper
            then = terms_as_of(deal, as_of=day - ONE_DAY).terms  # what a change adds is late from the day after it
            old = dict(zip((part.seq for part in then.plan), split(then.total, then.plan), strict=True))
            owed = min(planned[each.seq].amount, old.get(each.seq, Decimal(0)))
            balance = max(owed - paid_until(deal, parts, until=day - ONE_DAY)[each.seq], Decimal(0))
            base = balance if clause.base is PenaltyBase.OVERDUE_BALANCE else min(total, then.total)
            exact += base * clause.daily_rate if balance else 0
            if balance:
                seen[day] = balance
            day += ONE_DAY
        assert each.uncapped == round_half_up(exact)
        told = {one.from_day + timedelta(days=index): one.balance for one in each.segments for index in range(one.days)}
        assert told == seen
        balances = [one.balance for one in each.segments]
        assert deal.changes or balances == sorted(set(balances), reverse=True)
        assert 0 <= each.amount <= each.uncapped
        assert each.cap is None or each.amount <= each.cap
    if clause.cap is not None and clause.cap_base is PenaltyBase.CONTRACT_TOTAL:
        assert sum(each.amount for each in penalties) <= round_half_up(total * clause.cap)


@many
@given(any_deal, any_day)
def test_penalty_first_takes_from_the_principal_what_it_pays(deal: Deal, as_of: date) -> None:
    both = deal
    for order in PaymentOrder:  # what is paid back must be too much by either order
        terms = both.terms.model_copy(update={"payment_order": order})
        both = RANDOM.with_sound_refunds(both.model_copy(update={"terms": terms}))

    def told(order: PaymentOrder) -> dict[str, Any]:
        terms = both.terms.model_copy(update={"payment_order": order})
        return describe(both.model_copy(update={"terms": terms}), as_of=as_of, calendar=CALENDAR)

    first, other = told(PaymentOrder.PRINCIPAL_FIRST), told(PaymentOrder.PENALTY_FIRST)
    assert Decimal(first["paid"]) >= Decimal(other["paid"])
    assert Decimal(first["paid"]) + Decimal(first["advance"]) == sum(
        Decimal(other[key]) for key in ("paid", "penalties_paid", "advance")
    )
    assert told(PaymentOrder.PENALTY_FIRST) == other  # nothing is left to chance


@many
@given(any_deal, any_day, st.integers(0, 400))
def test_money_and_versions_only_grow(deal: Deal, as_of: date, more: int) -> None:
    first, second = (describe(deal, as_of=day, calendar=CALENDAR) for day in (as_of, as_of + timedelta(days=more)))
    assert first["version"] <= second["version"]
    if first["version"] == second["version"]:
        assert Decimal(first["paid"]) <= Decimal(second["paid"])
    for key in ("signed_on", "terminated_on"):
        assert first[key] is None or first[key] == second[key]
    assert first["retention"]["until"] in {None, second["retention"]["until"]}


@many
@given(any_deal)
def test_the_log_restores_it(deal: Deal) -> None:
    events, conflicts = difference(None, deal)
    assert not conflicts
    assert replay(events).deal == deal


@pytest.mark.parametrize(
    "fact", ["flags", "overdue_reasons", "write_offs", "delays", "tasks_done", "payments", "acceptances"]
)
def test_the_strategy_reaches_every_fact(fact: str) -> None:
    found = []

    @settings(max_examples=60, database=None)
    @given(any_deal)
    def look(deal: Deal) -> None:
        found.extend(getattr(deal.facts, fact))

    look()
    assert found
