"""The log restores the record: whatever deal goes in comes out; facts are added, never edited."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.deals.deal import ChangeSignature, Deal, Facts
from docgen.deals.events import (
    FACT_KEYS,
    FACT_RECORDED,
    FACT_WITHDRAWN,
    RECORDED,
    DealEvent,
    FactConflict,
    difference,
    facts_of,
    recording,
    replay,
    withdrawal,
)
from docgen.deals.fulfilment import (
    Acceptance,
    AcceptanceItem,
    AcceptanceResult,
    Delivery,
    Invoice,
    Notice,
    Payment,
    Signature,
    Termination,
    TerminationGround,
)
from docgen.deals.handling import Delay, DelayCause, FlagKind, HandlingFlag, TaskDone, WriteOff
from docgen.deals.parties import Company
from docgen.deals.reading import parse_record, read_text
from docgen.errors import Refused

SAMPLES = Path(__file__).resolve().parents[2] / "samples"


def sample() -> Deal:
    company = Company.model_validate(
        tomllib.loads((SAMPLES / "companies" / "shanhai.toml").read_text(encoding="utf-8"))
    )
    data, _ = read_text((SAMPLES / "deals" / "xx-tech.yaml").read_text(encoding="utf-8"), name="xx-tech.yaml")
    deal, _ = parse_record(data, companies={"shanhai": company})
    assert deal
    return deal


SAMPLE = sample()
days = st.integers(0, 4000).map(lambda offset: date(2020, 1, 1) + timedelta(days=offset))
amounts = st.integers(1, 10**12).map(lambda fen: Decimal(fen) / 100)
seqs = st.integers(1, 30)
texts = st.text("甲乙丙 0aA*总·（）㐂𠮷é\n", min_size=1, max_size=12).map(str.strip).filter(bool)
names = texts.map(lambda text: text.replace("\n", ""))
items = st.builds(AcceptanceItem, name=names.filter(bool), standard=texts, result=texts, passed=st.booleans())


def unique(facts: st.SearchStrategy[Any], key: str) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(facts, max_size=4, unique_by=lambda fact: getattr(fact, key)).map(tuple)


any_facts = st.builds(
    Facts,
    signature=st.none() | st.builds(Signature, ours=days, theirs=days),
    change_signatures=unique(st.builds(ChangeSignature, change=seqs, ours=days, theirs=days), "change"),
    deliveries=unique(st.builds(Delivery, seq=seqs, on=days, evidence=st.none() | texts), "seq"),
    acceptances=unique(
        st.builds(
            Acceptance,
            seq=seqs,
            on=days,
            place=names.filter(bool),
            people=st.tuples(names.filter(bool)),
            items=st.tuples(items),
            result=st.sampled_from(AcceptanceResult),
        ),
        "seq",
    ),
    invoices=unique(
        st.builds(Invoice, number=st.text("0123456789", min_size=1, max_size=8), on=days, amount=amounts), "number"
    ),
    payments=unique(
        st.builds(Payment, seq=seqs, on=days, amount=amounts, instalment=st.none() | seqs, reference=st.none()), "seq"
    ),
    notices=unique(st.builds(Notice, seq=seqs, what=st.just("付款通知"), received_on=days), "seq"),
    flags=unique(
        st.builds(HandlingFlag, seq=seqs, on=days, flag=st.sampled_from(FlagKind), reason=texts, until=days), "seq"
    ),
    write_offs=unique(st.builds(WriteOff, instalment=seqs, on=days, reason=texts), "instalment"),
    delays=unique(st.builds(Delay, seq=seqs, on=days, cause=st.sampled_from(DelayCause), reason=texts), "seq"),
    tasks_done=unique(st.builds(TaskDone, seq=seqs, rule=st.just("R-2.4-13"), on=days), "seq"),
    termination=st.none() | st.builds(Termination, on=days, ground=st.sampled_from(TerminationGround), evidence=texts),
)
deals = st.builds(
    lambda facts, owner: SAMPLE.model_copy(
        update={
            "facts": facts,
            "terms": SAMPLE.terms.model_copy(
                update={"contract": SAMPLE.terms.contract.model_copy(update={"owner": owner})}
            ),
        }
    ),
    any_facts,
    st.sampled_from(["张三", "李四"]),
)


def through_json(events: list[DealEvent]) -> list[DealEvent]:
    return [DealEvent(each.type, json.loads(json.dumps(each.payload))) for each in events]


@given(deals)
def test_what_was_recorded_comes_back(deal: Deal) -> None:
    events, conflicts = difference(None, deal)
    assert conflicts == []
    state = replay(through_json(events))
    assert state.deal == deal
    assert state.revision == 1


@given(deals, deals)
def test_one_record_leads_to_the_next(old: Deal, new: Deal) -> None:
    first, _ = difference(None, old)
    second, conflicts = difference(old, new, revision=1, reason="录入有误")
    assert conflicts == []
    state = replay(through_json(first + second))
    assert state.deal == new
    assert state.revision == (1 if old.terms == new.terms else 2)
    assert difference(new, state.deal, revision=state.revision) == ([], [])


@given(deals, deals)
def test_without_a_reason_no_fact_is_withdrawn(old: Deal, new: Deal) -> None:
    events, conflicts = difference(old, new, revision=1)
    assert not any(each.type == FACT_WITHDRAWN for each in events)
    lost = {key for key, value in facts_of(old).items() if facts_of(new).get(key) != value}
    assert {(each.fact, each.key) for each in conflicts} == lost


def test_the_worked_deal_event_by_event(deal: Deal) -> None:
    events, _ = difference(None, deal)
    assert [each.type for each in events] == [RECORDED] + [FACT_RECORDED] * 6
    assert "facts" not in events[0].payload["record"]
    assert events[0].payload["revision"] == 1
    assert [(each.payload["fact"], each.payload["key"]) for each in events[1:]] == [
        ("signature", ""),
        ("change_signatures", "1"),
        ("deliveries", "1"),
        ("acceptances", "1"),
        ("payments", "1"),
        ("payments", "2"),
    ]
    assert events[-1].payload["value"]["amount"] == "85500.00"


def test_a_new_payment_is_one_event_and_no_revision(deal: Deal, deal_with: Callable[..., Deal]) -> None:
    payment = {"seq": "3", "on": "2025-04-07", "amount": "114000.00", "instalment": "3"}
    new = deal_with(lambda data: data["facts"]["payments"].insert(0, payment))
    events, conflicts = difference(deal, new, revision=4)
    assert conflicts == []
    assert [(each.type, each.payload["key"]) for each in events] == [(FACT_RECORDED, "3")]
    assert replay(difference(None, deal)[0] + events).deal == new


def test_an_edited_fact_is_a_conflict_until_a_reason_is_given(deal: Deal, deal_with: Callable[..., Deal]) -> None:
    new = deal_with(lambda data: data["facts"]["payments"][0].update(amount="85000.00"))
    events, conflicts = difference(deal, new, revision=1)
    (conflict,) = conflicts
    assert isinstance(conflict, FactConflict)
    assert (conflict.fact, conflict.key) == ("payments", "1")
    assert conflict.new
    assert (conflict.old["amount"], conflict.new["amount"]) == ("85500.00", "85000.00")
    assert events == [], "a contested fact is not recorded over the old one"
    events, conflicts = difference(deal, new, revision=1, reason="银行回单金额录错")
    assert conflicts == []
    assert [each.type for each in events] == [FACT_WITHDRAWN, FACT_RECORDED]
    assert events[0].payload == {"fact": "payments", "key": "1", "reason": "银行回单金额录错"}


def test_a_removed_fact_is_a_conflict(deal: Deal, deal_with: Callable[..., Deal]) -> None:
    new = deal_with(lambda data: data["facts"].pop("signature"))
    _, (conflict,) = difference(deal, new)
    assert (conflict.fact, conflict.new) == ("signature", None)


def test_events_of_others_are_passed_over(deal: Deal) -> None:
    events, _ = difference(None, deal)
    strange = [DealEvent("paper.issued", {"number": "x"}), DealEvent("deal.sealed", {})]
    assert replay([*strange, *events, *strange]).deal == deal


def test_a_withdrawn_fact_is_gone_and_may_come_again(deal: Deal) -> None:
    events, _ = difference(None, deal)
    withdrawn = [*events, withdrawal("payments", "2", reason="银行退回")]
    assert [each.seq for each in replay(withdrawn).deal.facts.payments] == [1]
    again = recording("payments", "2", {"seq": 2, "on": "2024-05-27", "amount": "85500.00"})
    assert replay([*withdrawn, again]).deal.facts.payments[1].on == date(2024, 5, 27)


def test_a_log_without_a_record_is_refused() -> None:
    with pytest.raises(Refused) as caught:
        replay([recording("payments", "1", {})])
    assert caught.value.findings[0].code == "deals.log-without-record"


def test_a_damaged_fact_is_named(deal: Deal) -> None:
    events, _ = difference(None, deal)
    with pytest.raises(Refused) as caught:
        replay([*events, recording("payments", "3", {"seq": 3, "on": "2024-13-01", "amount": "1.00"})])
    assert caught.value.findings[0].where == "facts.payments[2].on"


def test_two_facts_with_one_key_are_refused(deal: Deal) -> None:
    twin = deal.facts.payments[0]
    twins = deal.model_copy(update={"facts": deal.facts.model_copy(update={"payments": (twin, twin)})})
    with pytest.raises(Refused) as caught:
        difference(None, twins)
    assert caught.value.findings[0].code == "deals.fact-key-twice"


def test_every_kind_of_fact_has_a_key() -> None:
    assert set(FACT_KEYS) == set(Facts.model_fields)
