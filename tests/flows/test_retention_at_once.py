"""Looked at some hundreds at a time, papers stand where each by itself does, and no act asks more the more there is."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from docgen.archive.keep import keep
from docgen.deals.milestones import terminated_on
from docgen.deals.reading import read_text
from docgen.services import retention as desks
from docgen.services.deposit_scan import Arrival, Placement, deposit_scan
from docgen.services.import_deal import import_deal
from docgen.services.office import Office
from docgen.services.record_fact import NewFact, add_fact
from docgen.services.retention import Desk, list_items
from docgen.services.retention_review import obstacles, review
from docgen.services.retention_rules import is_contracted
from docgen.store import ledger, retention
from docgen.workspace import data_root

SAMPLE = data_root() / "samples" / "deals" / "xx-tech.yaml"
END = NewFact("termination", {"on": "2024-03-20", "ground": "agreed", "evidence": "协议"})


class Clock(Protocol):
    """The clock of tests/flows/conftest.py."""

    at: datetime


def contract(office: Office, n: int) -> str:
    told: dict[str, Any] = json.loads(json.dumps(read_text(SAMPLE.read_text("utf-8"), name="sample")[0], default=str))
    told["customer"]["name"] = f"虚构客户{n % 2}有限公司"
    for name in ("uscc", "invoicing"):
        told["customer"].pop(name, None)
    for name in ("order_number", "customer_numbers"):
        told["terms"]["contract"].pop(name, None)
    told["terms"]["contract"]["number"] = f"HT20240311{n:02}"
    path = office.workspace.root / "deal.json"
    path.write_text(json.dumps(told, ensure_ascii=False), "utf-8")
    return import_deal(office, path).contract_no


def filed(office: Office, number: str, title: str) -> None:
    source: Path = office.workspace.root / "scan.txt"
    source.write_text(f"{title} {number}", encoding="utf-8")
    arrival = Arrival(keep(office.archive, source), source.name, office.now(), "text/plain", 1)
    deposit_scan(office, arrival, Placement(number, title))


def several(office: Office, first: int, last: int) -> list[str]:
    """Make contracts with two papers each; every second one is ended, every third has a balance written off."""
    numbers = [contract(office, n) for n in range(first, last)]
    for n, number in enumerate(numbers):
        filed(office, number, "质检报告")
        filed(office, number, "往来函件")
        if n % 2:
            add_fact(office, number, END)
    return numbers


def asked(act: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as queries:
        act()
    return len(queries)


@pytest.mark.parametrize("together", [1, 400])
def test_read_together_or_one_by_one_is_the_same(
    office: Office, clock: Clock, together: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desks, "_AT_ONCE", together)
    numbers = several(office, 1, 5)
    clock.at = datetime(2035, 1, 2, 2, 0, tzinfo=UTC)
    alone = [each for key in numbers for each in Desk(office).contract(key, as_of=office.today())]
    assert sorted(list_items(office), key=lambda each: each.id) == sorted(alone, key=lambda each: each.id)
    assert len(alone) == 8
    found = review(office)
    back = {one.item.id: one.reasons for one in found.kept_back}
    assert back  # money is open under the ended ones
    for each in alone:
        assert back.get(each.id, ()) == (obstacles(office, each.place) if each.id in back else ())


def test_what_happened_is_what_the_records_say(office: Office) -> None:
    numbers = several(office, 1, 4)
    for number, told in retention.happenings(numbers).items():
        stored = ledger.deal(number)
        assert (told.customer_id, told.customer_name) == (stored.customer_id, stored.customer_name)
        assert told.ended_on == terminated_on(stored.record)
        assert told.has_facts == is_contracted(stored.record, ())
    newest = {number: retention.newest_instant(number) for number in numbers}
    assert retention.newest_instants(set(numbers)) == newest
    assert set(ledger.papers_by_key(numbers)) == set(numbers)
    assert ledger.papers_by_key(numbers)[numbers[0]] == list(ledger.papers_in(numbers[0]))


def test_promises_are_counted_by_what_they_say(office: Office) -> None:
    several(office, 1, 3)
    told = retention.promised_terms()
    assert sum(papers for _, papers in told) == 4
    assert all(isinstance(terms, dict) and terms for terms, _ in told)


def test_no_look_and_no_act_asks_more_the_more_contracts_there_are(office: Office, clock: Clock) -> None:
    def acts(n: int) -> list[int]:
        number = f"HT20240311{n:02}"
        found = [asked(lambda: contract(office, n))]
        found += [asked(lambda: filed(office, number, "质检报告")), asked(lambda: add_fact(office, number, END))]
        return [*found, asked(lambda: list_items(office)), asked(lambda: review(office))]

    clock.at = datetime(2030, 1, 2, 2, 0, tzinfo=UTC)
    several(office, 1, 3)
    review(office)
    few = acts(3)
    several(office, 4, 12)
    review(office)
    assert acts(13) == few
