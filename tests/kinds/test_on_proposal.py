"""May a proposal or quotation go out? One fault, one reason; the manual's deal is ready on its days."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from docgen.deals.deal import Deal
from docgen.deals.workdays import Calendar
from docgen.findings import Finding, Severity
from docgen.kinds.catalogue import Catalogue
from docgen.kinds.dossier import Dossier
from docgen.kinds.kind import SubjectType
from docgen.kinds.readiness import readiness
from docgen.kinds.subjects import Subject

CONTRACT = Subject(SubjectType.CONTRACT)
DAY = date(2024, 3, 5)
BOTH = ("proposal", "quotation")
EARLIER = [{"version": "V1.0", "dated": "2024-03-05", "total": "290000.00"}]
NEWER: dict[str, object] = {
    "proposal.version": "V1.1",
    "proposal.dated": "2024-03-07",
    "proposal.earlier_versions": EARLIER,
}
Ask = Callable[..., list[Finding]]


@pytest.fixture
def ask(make_deal: Callable[..., Deal], catalogue: Catalogue) -> Ask:
    def ask(
        name: str, changes: dict[str, object] | None = None, *, as_of: date = DAY, names: tuple[str, ...] = ()
    ) -> list[Finding]:
        dossier = Dossier(customer_names=names)
        deal = make_deal(changes)
        return readiness(catalogue.get(name), deal, CONTRACT, as_of=as_of, calendar=Calendar(), dossier=dossier)

    return ask


@pytest.mark.parametrize("name", BOTH)
@pytest.mark.parametrize("as_of", [DAY, date(2024, 3, 10)])
def test_the_manuals_deal_is_ready_until_it_is_signed(ask: Ask, name: str, as_of: date) -> None:
    assert ask(name, as_of=as_of, names=("YY制造有限公司", "清远样本物流有限公司")) == []


@pytest.mark.parametrize("name", BOTH)
@pytest.mark.parametrize(
    ("changes", "as_of", "code"),
    [
        ({}, date(2024, 3, 11), "kinds.signed-by-then"),
        ({}, date(2024, 3, 4), "kinds.proposal-not-yet"),
        ({"facts": {}}, date(2024, 4, 5), "kinds.proposal-expired"),
        ({"proposal": None}, DAY, "kinds.no-proposal"),
        ({"proposal.line_details.0.list_unit_price": "50000"}, DAY, "deals.quotation-differs"),
        ({"customer.address": "待补充"}, DAY, "kinds.no-address"),
    ],
)
def test_what_stops_both(ask: Ask, name: str, changes: dict[str, object], as_of: date, code: str) -> None:
    assert [(each.code, each.severity) for each in ask(name, changes, as_of=as_of)] == [(code, Severity.ERROR)]


def test_the_last_day_of_the_offer_still_counts(ask: Ask) -> None:
    assert ask("quotation", {"facts": {}}, as_of=date(2024, 4, 4)) == []


@pytest.mark.parametrize(
    ("changes", "as_of", "code"),
    [
        ({"proposal.needs.1.answer": None}, DAY, "deals.need-unanswered"),
        ({"proposal.modules": []}, DAY, "deals.proposal-part-missing"),
        ({"proposal.effects.0.expected": "大幅缩短"}, DAY, "deals.effect-without-figure"),
        ({"proposal.cases.0.client": "云上电商"}, DAY, "deals.case-not-masked"),
        ({"proposal.cases.0.result": "YY制造上线后效率提高30%"}, DAY, "deals.case-names-customer"),
        ({"proposal.cases.0.result": "与XX科技有限公司类似"}, DAY, "deals.case-names-customer"),
        ({**NEWER, "proposal.feedback.0.solution": None}, date(2024, 3, 7), "deals.feedback-open"),
    ],
)
def test_what_stops_a_proposal_but_no_quotation(ask: Ask, changes: dict[str, object], as_of: date, code: str) -> None:
    names = ("YY制造有限公司",)
    found = ask("proposal", changes, as_of=as_of, names=names)
    assert [(each.code, each.severity) for each in found] == [(code, Severity.ERROR)]
    assert ask("quotation", changes, as_of=as_of, names=names) == []


def test_a_new_version_that_answers_the_objection_may_go(ask: Ask) -> None:
    assert ask("proposal", NEWER, as_of=date(2024, 3, 7)) == []
