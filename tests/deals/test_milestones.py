"""Partial deliveries, failed and repeated acceptances: on which day was it all there, and all accepted?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from docgen.deals.deal import Deal
from docgen.deals.milestones import accepted_on, delivered_on, signed_on, terminated_on

Facts = dict[str, list[dict[str, Any]]]


def delivery(seq: int, on: str, quantity: int | None = None) -> dict[str, Any]:
    lines = [{"line": 1, "quantity": quantity}] if quantity else []
    return {"seq": seq, "on": on, "lines": lines}


def acceptance(seq: int, on: str, result: str = "passed", deliveries: tuple[int, ...] = ()) -> dict[str, Any]:
    item = {"name": "功能", "standard": "通过测试", "result": "如实", "passed": result != "failed"}
    held = {"seq": seq, "on": on, "place": "现场", "people": ["*总"], "items": [item], "result": result}
    return {**held, "deliveries": list(deliveries)}


@pytest.fixture
def deal_of(deal_with: Callable[..., Deal]) -> Callable[..., Deal]:
    def make(deliveries: list[dict[str, Any]], acceptances: list[dict[str, Any]]) -> Deal:
        return deal_with(lambda data: data["facts"].update(deliveries=deliveries, acceptances=acceptances))

    return make


def test_the_worked_deal(deal: Deal) -> None:
    assert signed_on(deal) == date(2024, 3, 11)
    assert signed_on(deal, as_of=date(2024, 3, 10)) is None
    assert delivered_on(deal) == delivered_on(deal, number=1) == date(2024, 3, 22)
    assert accepted_on(deal) == accepted_on(deal, number=1) == date(2024, 3, 26)
    assert accepted_on(deal, as_of=date(2024, 3, 25)) is None
    assert terminated_on(deal) is None


def test_partial_deliveries_are_complete_with_the_last_piece(deal_of: Callable[..., Deal]) -> None:
    deal = deal_of([delivery(1, "2024-03-20", 3), delivery(2, "2024-03-28", 2)], [])
    assert delivered_on(deal, number=1) == date(2024, 3, 20)
    assert delivered_on(deal) == date(2024, 3, 28)
    assert delivered_on(deal, as_of=date(2024, 3, 27)) is None


def test_missing_pieces_are_not_delivered(deal_of: Callable[..., Deal]) -> None:
    deal = deal_of([delivery(1, "2024-03-20", 3)], [acceptance(1, "2024-03-21")])
    assert delivered_on(deal) is None
    assert accepted_on(deal) is None, "accepting a part starts no clock of the whole"
    assert accepted_on(deal, number=1) == date(2024, 3, 21)


def test_each_delivery_accepted_apart(deal_of: Callable[..., Deal]) -> None:
    deal = deal_of(
        [delivery(1, "2024-03-20", 3), delivery(2, "2024-03-28", 2)],
        [acceptance(1, "2024-03-22", deliveries=(1,)), acceptance(2, "2024-04-02", deliveries=(2,))],
    )
    assert accepted_on(deal, number=1) == date(2024, 3, 22)
    assert accepted_on(deal, number=2) == accepted_on(deal) == date(2024, 4, 2)
    assert accepted_on(deal, number=3) is None


def test_a_failed_acceptance_starts_nothing_and_the_next_one_does(deal_of: Callable[..., Deal]) -> None:
    made = [delivery(1, "2024-03-20")]
    assert accepted_on(deal_of(made, [acceptance(1, "2024-03-22", "failed")])) is None
    deal = deal_of(made, [acceptance(1, "2024-03-22", "failed"), acceptance(2, "2024-03-29")])
    assert accepted_on(deal) == accepted_on(deal, number=1) == date(2024, 3, 29)


def test_deemed_passed_counts(deal_of: Callable[..., Deal]) -> None:
    assert accepted_on(deal_of([delivery(1, "2024-03-20")], [acceptance(1, "2024-04-05", "deemed")])) == date(
        2024, 4, 5
    )


def test_an_acceptance_without_any_delivery_on_record_stands_alone(deal_of: Callable[..., Deal]) -> None:
    deal = deal_of([], [acceptance(1, "2024-03-22")])
    assert accepted_on(deal) == accepted_on(deal, number=1) == date(2024, 3, 22)
    assert delivered_on(deal) is None
