"""Instalments as of a day: the manual's deal by hand, several triggers, part payments, rolls."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.deals.allocation import allocate
from docgen.deals.deal import Deal
from docgen.deals.fulfilment import Payment
from docgen.deals.schedule import DueDay, InstalmentStatus, PaymentState, delivery_due, schedule, warranty_period
from docgen.deals.workdays import Calendar

CALENDAR = Calendar()


def rows(deal: Deal, as_of: str) -> tuple[InstalmentStatus, ...]:
    return schedule(deal, as_of=date.fromisoformat(as_of), calendar=CALENDAR)


def unpaid(data: dict[str, Any]) -> None:
    data["facts"]["payments"] = []


def test_amounts_words_and_wording(deal: Deal) -> None:
    first, second, third = rows(deal, "2024-06-01")
    assert [row.amount for row in (first, second, third)] == [Decimal(85500), Decimal(85500), Decimal(114000)]
    assert [row.upper for row in (first, third)] == ["捌万伍仟伍佰元整", "壹拾壹万肆仟元整"]
    assert [row.title for row in (first, second, third)] == ["预付款", "进度款", "尾款"]
    assert [row.trigger_text for row in (first, second, third)] == [
        "合同签订后7日内",
        "验收合格后60日内",
        "质保期满后10日内",
    ]
    assert second.clause == "第四条第2款"
    assert second.share == Decimal("0.3")


def test_due_days_by_hand(deal: Deal) -> None:
    first, second, third = rows(deal, "2024-06-01")
    assert (first.triggered_on, first.due_nominal, first.due) == (
        date(2024, 3, 11),
        date(2024, 3, 18),
        date(2024, 3, 18),
    )
    assert (second.triggered_on, second.due_nominal, second.due) == (
        date(2024, 3, 26),
        date(2024, 5, 25),
        date(2024, 5, 27),
    )
    assert (third.triggered_on, third.due_nominal, third.due) == (date(2025, 3, 26), date(2025, 4, 5), date(2025, 4, 7))
    assert not any(row.is_provisional for row in (first, second, third))


def test_nothing_is_due_before_its_event(deal: Deal) -> None:
    assert [row.due for row in rows(deal, "2024-03-10")] == [None, None, None]
    assert [row.due for row in rows(deal, "2024-03-25")] == [date(2024, 3, 18), None, None]


@pytest.mark.parametrize(
    ("as_of", "state", "days"),
    [
        ("2024-05-19", PaymentState.NOT_DUE, 0),
        ("2024-05-20", PaymentState.DUE_SOON, 0),
        ("2024-05-26", PaymentState.DUE_SOON, 0),  # past the nominal Saturday, not past the rolled Monday
        ("2024-05-27", PaymentState.DUE_SOON, 0),
        ("2024-05-28", PaymentState.OVERDUE, 1),
        ("2024-06-27", PaymentState.OVERDUE, 31),
    ],
)
def test_state_of_the_unpaid_second_instalment(
    deal_with: Callable[..., Deal], as_of: str, state: PaymentState, days: int
) -> None:
    second = rows(deal_with(unpaid), as_of)[1]
    assert (second.state, second.overdue_days, second.balance) == (state, days, Decimal(85500))


def test_a_payment_counts_from_its_day(deal: Deal) -> None:
    assert rows(deal, "2024-05-24")[1].state is PaymentState.DUE_SOON
    paid = rows(deal, "2024-05-25")[1]
    assert (paid.state, paid.paid, paid.balance, paid.overdue_days) == (
        PaymentState.PAID,
        Decimal(85500),
        Decimal(0),
        0,
    )


def test_part_paid_and_overdue_is_overdue_with_a_mark(deal_with: Callable[..., Deal]) -> None:
    def half(data: dict[str, Any]) -> None:
        data["facts"]["payments"][1]["amount"] = "42750.00"

    deal = deal_with(half)
    before, after = rows(deal, "2024-05-25")[1], rows(deal, "2024-07-01")[1]
    assert (before.state, before.part_paid, before.balance) == (PaymentState.DUE_SOON, True, Decimal(42750))
    assert (after.state, after.part_paid, after.overdue_days) == (PaymentState.OVERDUE, True, 35)


def test_money_without_a_name_pays_what_is_due_first(deal_with: Callable[..., Deal]) -> None:
    def one_sum(data: dict[str, Any]) -> None:
        data["facts"]["payments"] = [{"seq": 1, "on": "2024-05-01", "amount": "100000.00"}]

    assert [row.paid for row in rows(deal_with(one_sum), "2024-06-01")] == [Decimal(85500), Decimal(14500), Decimal(0)]


def hanging_on(**trigger: object) -> Callable[[dict[str, Any]], None]:
    def change(data: dict[str, Any]) -> None:
        data["terms"]["plan"][1]["trigger"] = trigger

    return change


def invoice(number: str, amount: str, received: str | None, instalment: str | None = "2") -> dict[str, Any]:
    made = {"number": number, "on": "2024-03-27", "amount": amount, "instalment": instalment}
    return {**made, "received_on": received}


@pytest.mark.parametrize(("days", "before"), [(0, "2024-05-27"), (7, "2024-05-20"), (30, "2024-04-27")])
def test_due_soon_by_the_contracts_own_days(deal_with: Callable[..., Deal], days: int, before: str) -> None:
    deal = deal_with(unpaid, lambda data: data["terms"].update(remind_days=str(days)))  # part 2 is due 2024-05-27
    first = date.fromisoformat(before)
    found = [schedule(deal, as_of=day, calendar=CALENDAR)[1].state for day in (first - timedelta(days=1), first)]
    assert found == [PaymentState.NOT_DUE, PaymentState.DUE_SOON]


def test_all_of_several_events_the_latest_counts(deal_with: Callable[..., Deal]) -> None:
    trigger = hanging_on(all_of=[{"event": "accepted"}, {"event": "invoice_received"}], term=30, unit="day")

    def invoiced(data: dict[str, Any]) -> None:
        data["facts"]["invoices"] = [invoice("A", "50000.00", "2024-04-01"), invoice("B", "35500.00", "2024-04-10")]

    assert rows(deal_with(trigger), "2024-06-01")[1].due is None, "no invoice has been received"
    second = rows(deal_with(trigger, invoiced), "2024-06-01")[1]
    assert second.trigger_text == "验收合格且收到发票后30日内"
    assert second.triggered_on == date(2024, 4, 10), "the day the invoices came to the whole instalment"
    assert second.due == date(2024, 5, 10)
    assert rows(deal_with(trigger, invoiced), "2024-04-09")[1].triggered_on is None


@pytest.mark.parametrize(
    ("trigger", "text", "nominal"),
    [
        ({"all_of": [{"event": "signed"}], "term": 5, "unit": "workday"}, "合同签订后5个工作日内", "2024-03-18"),
        ({"all_of": [{"event": "accepted"}], "term": 2, "unit": "month"}, "验收合格后2个月内", "2024-05-26"),
        ({"all_of": [{"event": "fixed_date", "on": "2024-05-01"}]}, "最迟于2024年5月1日", "2024-05-01"),
        ({"all_of": [{"event": "delivered", "number": 1}]}, "第1次交付当日", "2024-03-22"),
        ({"all_of": [{"event": "delivered"}], "term": 30}, "全部交付后30日内", "2024-04-21"),
        ({"all_of": [{"event": "notice_received"}], "term": 3}, "收到付款通知后3日内", None),
    ],
)
def test_triggers(deal_with: Callable[..., Deal], trigger: dict[str, Any], text: str, nominal: str | None) -> None:
    second = rows(deal_with(hanging_on(**trigger)), "2024-06-01")[1]
    assert second.trigger_text == text
    assert second.due_nominal == (date.fromisoformat(nominal) if nominal else None)


def test_rolls_can_be_agreed_away(deal_with: Callable[..., Deal]) -> None:
    fixed = hanging_on(all_of=[{"event": "fixed_date", "on": "2024-05-01"}])
    assert rows(deal_with(fixed), "2024-06-01")[1].due == date(2024, 5, 6)
    stays = deal_with(fixed, lambda data: data["terms"].update(rolls_fixed_dates="否"))
    assert rows(stays, "2024-06-01")[1].due == date(2024, 5, 1)
    assert rows(stays, "2024-06-01")[2].due == date(2025, 4, 7), "counted days still roll"
    never = deal_with(lambda data: data["terms"].update(rolls_due_dates="false"))
    assert rows(never, "2024-06-01")[1].due == date(2024, 5, 25)


def test_a_failed_acceptance_starts_no_clock_and_no_warranty(deal_with: Callable[..., Deal]) -> None:
    deal = deal_with(lambda data: data["facts"]["acceptances"][0].update(result="failed"))
    assert [row.due for row in rows(deal, "2024-06-01")][1:] == [None, None]
    assert warranty_period(deal, as_of=date(2024, 6, 1)) is None


def test_warranty_ends_on_the_corresponding_day(deal: Deal) -> None:
    period = warranty_period(deal, as_of=date(2024, 3, 26))
    assert period
    assert (period.starts_on, period.ends_on) == (date(2024, 3, 26), date(2025, 3, 26))
    assert warranty_period(deal, as_of=date(2024, 3, 25)) is None


def test_delivery_due_follows_the_version(deal: Deal, deal_with: Callable[..., Deal]) -> None:
    assert delivery_due(deal, as_of=date(2024, 3, 17), calendar=CALENDAR) == DueDay(
        date(2024, 3, 25), date(2024, 3, 25), is_provisional=False
    )
    assert delivery_due(deal, as_of=date(2024, 3, 18), calendar=CALENDAR) == DueDay(
        date(2024, 4, 1), date(2024, 4, 1), is_provisional=False
    )

    def within_45_days(data: dict[str, Any]) -> None:
        data["terms"]["delivery"].pop("due")
        data["terms"]["delivery"]["days_after_signing"] = "45"
        data["changes"], data["facts"]["change_signatures"] = [], []

    counted = deal_with(within_45_days)
    assert delivery_due(counted, as_of=date(2024, 3, 10), calendar=CALENDAR) is None
    due = delivery_due(counted, as_of=date(2024, 3, 11), calendar=CALENDAR)
    assert due == DueDay(date(2024, 4, 25), date(2024, 4, 25), is_provisional=False)


def test_a_due_day_in_a_year_without_notice_is_marked_where_it_may_move(deal_with: Callable[..., Deal]) -> None:
    def fixed(day: str) -> InstalmentStatus:
        return rows(deal_with(hanging_on(all_of=[{"event": "fixed_date", "on": day}])), "2026-12-01")[1]

    assert (fixed("2027-10-02").due, fixed("2027-10-02").is_provisional) == (date(2027, 10, 6), True)
    assert (fixed("2027-07-14").due, fixed("2027-07-14").is_provisional) == (date(2027, 7, 14), False)


@given(
    st.lists(
        st.tuples(st.integers(1, 10**7), st.sampled_from([None, 1, 2, 3, 9])),
        max_size=8,
    )
)
def test_no_fen_of_a_payment_is_lost_below_the_total(payments: list[tuple[int, int | None]]) -> None:
    owed = {1: Decimal("85500.00"), 2: Decimal("85500.00"), 3: Decimal("114000.00")}
    order = {1: date(2024, 3, 18), 2: date(2024, 5, 27), 3: date.max}
    made = [
        Payment(seq=index, on=date(2024, 1, 1), amount=Decimal(fen) / 100, instalment=named)
        for index, (fen, named) in enumerate(payments, start=1)
    ]
    paid = allocate(owed, order=order, payments=made)
    assert sum(paid.values()) == min(sum((each.amount for each in made), Decimal(0)), Decimal(285000))
    assert all(Decimal(0) <= paid[seq] <= owed[seq] for seq in owed)
