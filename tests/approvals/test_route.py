"""Routes of kind.toml: which one counts, what is refused at load, and what may not be shortened."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from docgen.approvals.route import RouteFacts, covers, joined, route_for, route_of
from docgen.deals.pricing import LineKind
from docgen.deals.standing import Stage
from docgen.errors import TemplateRefused
from docgen.kinds.kind import KindSpec, parse_spec

ROOT = Path(__file__).resolve().parents[2]
NOTICE = (ROOT / "templates/prepayment-notice/kind.toml").read_text("utf-8")
ORDER = (ROOT / "templates/order-approval/kind.toml").read_text("utf-8")
CONTRACT = """
[[routes]]
order = "sequence"
steps = [{ post = "销售主管" }, { post = "法务部" },
  { post = "财务部", escalate_after_workdays = 2, escalate_to = "总经理" }]
"""
PROPOSAL = """
[[routes]]
order = "parallel"
steps = [{ post = "销售主管" }, { post = "产品经理" }, { post = "法务部" }]
"""
LETTER = """
[[routes]]
stages = ["major"]
order = "sequence"
steps = [{ post = "销售主管" }, { post = "法务部" }]
"""
BY_AMOUNT = """
[[routes]]
from = "500000.00"
order = "sequence"
steps = [{ post = "销售主管" }, { post = "总经理" }]
[[routes]]
from = "100000.00"
to = "500000.00"
order = "sequence"
steps = [{ post = "销售主管" }]
"""


def spec(routes: str, base: str = NOTICE) -> KindSpec:
    return parse_spec(base + routes, where="x/kind.toml")


def facts(amount: str = "285000.00", stage: Stage | None = None, *words: str) -> RouteFacts:
    return RouteFacts(Decimal(amount), stage, frozenset(words), frozenset({LineKind.PRODUCT}))


def taken(routes: str, known: RouteFacts) -> str:
    return str(route_for(spec(routes), known))


def test_contract_proposal_and_letters_take_the_routes_of_the_manual() -> None:
    assert taken(CONTRACT, facts()) == "销售主管→法务部→财务部"
    assert taken(PROPOSAL, facts()) == "销售主管、产品经理、法务部"
    assert [taken(LETTER, facts("1.00", stage)) for stage in (*Stage, None)] == [
        "None",
        "None",
        "销售主管→法务部",
        "None",
    ]


@pytest.mark.parametrize(
    ("amount", "expected"),
    [("99999.99", "None"), ("100000.00", "销售主管"), ("499999.99", "销售主管"), ("500000.00", "销售主管→总经理")],
)
def test_the_lower_bound_of_an_amount_belongs_to_its_route_the_upper_does_not(amount: str, expected: str) -> None:
    assert taken(BY_AMOUNT, facts(amount)) == expected


def test_an_order_with_products_goes_to_production_one_of_services_to_service() -> None:
    order = parse_spec(ORDER, where="x")
    services = RouteFacts(Decimal(1), None, frozenset(), frozenset({LineKind.SERVICE}))
    both = RouteFacts(Decimal(1), None, frozenset(), frozenset(LineKind))
    assert str(route_for(order, both)) == "销售主管→生产部→财务部"
    assert str(route_for(order, services)) == "销售主管→服务部→财务部"


def test_a_route_may_ask_what_the_paper_speaks_of() -> None:
    routes = '[[routes]]\nsubjects = ["final"]\norder = "parallel"\nsteps = [{post = "财务部"}]\n'
    assert taken(routes, facts("1.00", None, "instalment", "final")) == "财务部"
    assert taken(routes, facts("1.00", None, "instalment", "advance")) == "None"


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('"parallel"', '"random"', "routes.0.order"),
        ('{ post = "产品经理" }', '{ post = "销售主管" }', "routes.0"),
        ('{ post = "产品经理" }', '{ post = "" }', "routes.0.steps.1.post"),
        ('{ post = "产品经理" }', '{ post = "产品经理", escalate_to = "总经理" }', "routes.0.steps.1"),
        ("[[routes]]", '[[routes]]\nfrom = "5.00"\nto = "5.00"', "routes.0"),
        ("[[routes]]", '[[routes]]\nfrom = "5,000"', "routes.0.from"),
        ("[[routes]]", '[[routes]]\nstages = ["late"]', "routes.0.stages.0"),
        ("[[routes]]", '[[routes]]\nsubjects = ["deposit"]', "routes.0.subjects"),
        ("[[routes]]", '[[routes]]\nwhen = "always"', "routes.0.when"),
        ("\n[[routes]]", PROPOSAL + "\n[[routes]]", "kind.toml"),
    ],
)
def test_a_bad_route_is_refused_by_name_when_the_kind_is_read(old: str, new: str, key: str) -> None:
    assert old in PROPOSAL
    with pytest.raises(TemplateRefused) as refusal:
        spec(PROPOSAL.replace(old, new, 1))
    assert [finding.params["key"] for finding in refusal.value.findings] == [key]


def route(order: str, *posts: str, late: tuple[int, str] | None = None) -> object:
    days, to = late or (None, None)
    steps = [{"post": post, "escalate_after_workdays": days, "escalate_to": to} for post in posts]
    return route_of({"order": order, "steps": steps})


@pytest.mark.parametrize(
    ("own", "other", "expected"),
    [
        (route("sequence", "甲", "乙", "丙"), route("sequence", "甲", "丙"), True),
        (route("sequence", "丙", "甲"), route("sequence", "甲", "丙"), False),
        (route("sequence", "甲"), route("sequence", "甲", "丙"), False),
        (route("parallel", "甲", "丙"), route("sequence", "甲", "丙"), False),
        (route("sequence", "丙", "甲"), route("parallel", "甲", "丙"), True),
        (route("sequence", "甲", late=(1, "丁")), route("sequence", "甲"), False),
        (route("sequence", "甲", late=(1, "丁")), route("sequence", "甲", late=(2, "丁")), False),
        (route("sequence", "甲", late=(3, "丁")), route("sequence", "甲", late=(2, "丁")), True),
        (route("sequence", "甲"), route("sequence", "甲", late=(2, "丁")), True),
    ],
)
def test_a_route_covers_another_when_it_asks_at_least_as_much(own: object, other: object, *, expected: bool) -> None:
    assert covers(own, other) is expected  # type: ignore[arg-type]  # routes


def test_routes_of_several_days_are_joined_in_order() -> None:
    assert str(joined([route("parallel", "甲", "乙"), route("sequence", "乙", "丙")])) == "甲→乙→丙"  # type: ignore[list-item]
    assert joined([]) is None
