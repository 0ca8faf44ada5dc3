"""An outline says what the record says, on every day of its run: checked against the schedule and the penalties."""

from __future__ import annotations

import importlib.util
import json
import tomllib
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docgen.deals.deal import Deal
from docgen.deals.parties import Company
from docgen.deals.penalties import late_payment
from docgen.deals.reading import parse_record, read_text
from docgen.deals.schedule import schedule
from docgen.deals.standing import flag_of, overdue_reason_of, stage_of, status_text
from docgen.deals.workdays import Calendar
from docgen.receivables.board import board_rows
from docgen.receivables.outline import Outline, from_json, outline, penalties_on, to_json

TESTS = Path(__file__).resolve().parents[1]
CALENDAR = Calendar()
EXAMPLES = {"dev": 60, "ci": 150, "soak": 5_000}
many = settings(max_examples=EXAMPLES.get(settings.get_current_profile_name(), 60))
any_day = st.dates(date(2023, 12, 1), date(2028, 12, 31))


def _strategies() -> ModuleType:
    spec = importlib.util.spec_from_file_location("random_deals", TESTS / "deals" / "random_deals.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _base() -> Deal:
    samples = TESTS.parent / "samples"
    company = Company.model_validate(tomllib.loads((samples / "companies/shanhai.toml").read_text("utf-8")))
    plain, _ = read_text((samples / "deals/xx-tech.yaml").read_text("utf-8"), name="xx-tech.yaml")
    deal, findings = parse_record(plain, companies={"shanhai": company})
    assert deal, findings
    return deal


any_deal = _strategies().deals(_base())


def _kept(found: Outline) -> Outline:
    return from_json(json.loads(json.dumps(to_json(found), ensure_ascii=False)))


def _agrees(deal: Deal, found: Outline, day: date) -> None:
    rows = board_rows(found, as_of=day)
    told = schedule(deal, as_of=day, calendar=CALENDAR)
    assert [
        (row.seq, row.amount, row.paid, row.balance, row.written_off, row.due_nominal, row.due) for row in rows
    ] == [
        (each.seq, each.amount, each.paid, each.balance, each.written_off, each.due_nominal, each.due) for each in told
    ]
    assert [(row.state, row.overdue_days, row.stage, row.status_text, row.triggered_on) for row in rows] == [
        (each.state, each.overdue_days, stage_of(each), status_text(deal, each, as_of=day), each.triggered_on)
        for each in told
    ]
    flags = [flag_of(deal, each.seq, as_of=day, calendar=CALENDAR) for each in told]
    assert [row.held.flag if row.held else None for row in rows] == [one.flag.value if one else None for one in flags]
    reasons = [overdue_reason_of(deal, each.seq, as_of=day) if each.overdue_days else None for each in told]
    assert [row.delay_reason for row in rows] == [one.words if one else "" for one in reasons]
    late = late_payment(deal, as_of=day, calendar=CALENDAR)
    assert penalties_on(found, day) == {each.seq: each.open for each in late if not each.is_given_up}
    received = sum(each.amount for each in deal.facts.payments if each.on <= day)
    received -= sum(each.amount for each in deal.facts.refunds if each.on <= day)
    assert sum(row.paid + row.advance for row in rows) + sum(each.paid for each in late) == received


@many
@given(any_deal, any_day, st.data())
def test_an_outline_holds_on_every_day_of_its_run(deal: Deal, day: date, data: st.DataObject) -> None:
    found = _kept(outline(deal, as_of=day, calendar=CALENDAR))
    first, after = date.fromisoformat(found.valid_from), date.fromisoformat(found.valid_to)
    assert first <= day < after
    _agrees(deal, found, day)
    last = min(after - timedelta(days=1), date(2029, 12, 31))
    other = data.draw(st.dates(max(first, date(2023, 1, 1)), max(last, first, date(2023, 1, 1))))
    _agrees(deal, found, other)


@pytest.mark.parametrize("name", ["xx-tech", "yy-manufacturing", "hengtai-line", "minghe-clinic", "qingyuan-logistics"])
def test_every_day_of_the_samples(sample: Callable[..., Deal], name: str) -> None:
    deal = sample(name)
    day, last, outlines = date(2024, 2, 1), date(2025, 12, 31), 0
    while day <= last:
        found = _kept(outline(deal, as_of=day, calendar=CALENDAR))
        outlines += 1
        after = date.fromisoformat(found.valid_to)
        while day < min(after, last + timedelta(days=1)):
            _agrees(deal, found, day)
            day += timedelta(days=11)
    assert 3 < outlines < 60
