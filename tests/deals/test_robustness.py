"""Whatever a record says, as long as it has the form of one: the checks answer with findings, never with a crash."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.deals.checks import check
from docgen.deals.deal import Deal
from docgen.deals.describe import describe
from docgen.deals.parties import Company
from docgen.deals.reading import parse_record, read_text
from docgen.deals.workdays import Calendar
from docgen.findings import has_errors

CALENDAR = Calendar()

some_days = st.dates(date(1990, 1, 1), date(2099, 12, 31)).map(date.isoformat)
some_money = st.integers(1, 10**14).map(lambda fen: f"{fen // 100}.{fen % 100:02}")
conditions = st.fixed_dictionaries(
    {"event": st.sampled_from(["signed", "delivered", "accepted", "warranty_ended", "fixed_date", "invoice_received"])},
    optional={"number": st.integers(1, 3).map(str), "on": some_days},
)
parts = st.fixed_dictionaries(
    {
        "seq": st.integers(1, 4).map(str),
        "kind": st.sampled_from(["advance", "progress", "final"]),
        "trigger": st.fixed_dictionaries(
            {
                "all_of": st.lists(conditions, min_size=1, max_size=3),
                "term": st.sampled_from(["0", "7", "3650"]),
                "unit": st.sampled_from(["day", "workday", "month"]),
            }
        ),
        "clause": st.just("第四条"),
    },
    optional={"share": st.sampled_from(["0", "0.3", "0.5", "1"]), "amount": some_money},
)
plans = st.lists(parts, min_size=1, max_size=4)
new_terms = st.fixed_dictionaries({}, optional={"plan": plans, "total": some_money})
changes = st.lists(
    st.fixed_dictionaries(
        {"seq": st.integers(1, 3).map(str), "requested_on": some_days, "reason": st.just("变更"), "new": new_terms}
    ),
    max_size=3,
)
signatures = st.lists(
    st.fixed_dictionaries({"change": st.integers(1, 4).map(str), "ours": some_days, "theirs": some_days}), max_size=3
)


@pytest.fixture(scope="module")
def read(companies: dict[str, Company]) -> Callable[[dict[str, Any]], Deal]:
    def make(data: dict[str, Any]) -> Deal:
        deal, findings = parse_record(data, companies=companies)
        assert deal, findings
        return deal

    return make


@given(data=st.data())
def test_checks_and_description_of_any_record(
    _sample: dict[str, Any],  # noqa: PT019  # read once, copied for each example
    read: Callable[[dict[str, Any]], Deal],
    data: st.DataObject,
) -> None:
    record = deepcopy(_sample)
    record["terms"]["plan"] = data.draw(plans)
    record["terms"]["total"] = data.draw(st.just("285000.00") | some_money)
    record["changes"] = data.draw(changes)
    record["facts"]["change_signatures"] = data.draw(signatures)
    record["facts"]["signature"] = data.draw(
        st.none() | st.fixed_dictionaries({"ours": some_days, "theirs": some_days})
    )
    deal = read(record)
    findings = check(deal, calendar=CALENDAR)
    assert all(each.sentence("zh") != each.code for each in findings)
    if not has_errors(findings):
        told = describe(deal, as_of=date.fromisoformat(data.draw(some_days)), calendar=CALENDAR)
        assert len(told["instalments"]) >= 1


@given(st.text(max_size=200) | st.text("abc:-*&!{}[]'\"#|>%@`,~ \n\t?一", max_size=60))
def test_reading_any_text_gives_values_or_findings(text: str) -> None:
    value, findings = read_text(text, name="deal.yaml")
    assert (value is None) == bool(findings)


@given(st.text(max_size=200) | st.text('{}[]",:0123e-. \\un', max_size=60))
def test_reading_any_json_gives_values_or_findings(text: str) -> None:
    value, findings = read_text(text, name="deal.json")
    assert (value is None) == bool(findings)


plain_values = st.recursive(
    st.none() | st.booleans() | st.text(max_size=5) | st.integers() | st.floats(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)


@given(
    value=plain_values,
    where=st.sampled_from(["company", "customer", "terms", "changes", "facts", "internal", "schema"]),
)
def test_any_value_in_place_of_a_part_gives_findings(
    _sample: dict[str, Any],  # noqa: PT019  # as above
    companies: dict[str, Company],
    value: object,
    where: str,
) -> None:
    deal, findings = parse_record({**_sample, where: value}, companies=companies)
    assert (deal is None) == bool(findings)
    for each in findings:
        assert "{" not in each.sentence("zh") or "{" in str(each.params.values())
