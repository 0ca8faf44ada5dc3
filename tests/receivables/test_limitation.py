"""The limitation clock by hand: three years, the careful day and the lawful one, and what starts it anew."""

from __future__ import annotations

from datetime import date

import pytest

from docgen.receivables.limitation import Interrupted, Interruption, limitation

DUE = date(2024, 4, 30)
LETTER, PAYMENT, PROMISE = Interruption.LETTER, Interruption.PAYMENT, Interruption.PROMISE


def test_three_years_from_the_instalments_own_day_and_from_the_debts_last() -> None:
    clock = limitation(DUE, as_of=date(2024, 5, 1), last_due=date(2025, 4, 7))
    assert clock
    assert (clock.until, clock.lawful_until, clock.alert) == (date(2027, 4, 30), date(2028, 4, 7), None)
    assert limitation(DUE, as_of=DUE, last_due=DUE) is None


def test_no_lawful_day_while_the_last_due_day_is_unknown() -> None:
    clock = limitation(DUE, as_of=date(2024, 5, 1), last_due=None)
    assert clock
    assert (clock.until, clock.lawful_until) == (date(2027, 4, 30), None)


@pytest.mark.parametrize(
    ("as_of", "alert"),
    [("2026-10-31", None), ("2026-11-01", 180), ("2027-01-29", 180), ("2027-01-30", 90), ("2027-03-31", 30),
     ("2027-04-30", 30), ("2027-05-01", 0)],
)  # fmt: skip
def test_alerts(as_of: str, alert: int | None) -> None:
    clock = limitation(DUE, as_of=date.fromisoformat(as_of), last_due=DUE)
    assert clock
    assert clock.alert == alert


def test_only_what_is_proved_starts_it_anew() -> None:
    letter, proof = Interrupted(date(2025, 6, 2), LETTER), Interrupted(date(2025, 6, 2), LETTER, "EMS 签收")
    unproved = limitation(DUE, as_of=date(2025, 7, 1), last_due=DUE, own=[letter])
    proved = limitation(DUE, as_of=date(2025, 7, 1), last_due=DUE, own=[proof])
    assert unproved
    assert proved
    assert (unproved.until, unproved.unproved, unproved.reset_by) == (date(2027, 4, 30), (letter,), None)
    assert (proved.until, proved.reset_by) == (date(2028, 6, 2), proof)


def test_money_proves_itself_a_promise_does_not() -> None:
    paid = Interrupted(date(2024, 6, 19), PAYMENT)
    word = Interrupted(date(2024, 8, 1), PROMISE)
    clock = limitation(DUE, as_of=date(2024, 9, 1), last_due=DUE, own=[word, paid])
    assert clock
    assert (clock.until, clock.reset_by) == (date(2027, 6, 19), paid)


def test_what_comes_later_or_came_before_the_due_day_counts_not() -> None:
    early, late = Interrupted(date(2024, 4, 1), PAYMENT), Interrupted(date(2025, 1, 1), PAYMENT)
    clock = limitation(DUE, as_of=date(2024, 12, 31), last_due=DUE, own=[early, late])
    assert clock
    assert clock.until == date(2027, 4, 30)


def test_another_instalments_letter_moves_the_lawful_day_only() -> None:
    other = Interrupted(date(2025, 6, 2), LETTER, "EMS 签收")
    clock = limitation(DUE, as_of=date(2025, 7, 1), last_due=DUE, debt=[other])
    assert clock
    assert (clock.until, clock.lawful_until) == (date(2027, 4, 30), date(2028, 6, 2))


def test_no_more_than_twenty_years() -> None:
    last = Interrupted(date(2043, 1, 5), PAYMENT)
    clock = limitation(DUE, as_of=date(2043, 2, 1), last_due=DUE, own=[last])
    assert clock
    assert clock.until == date(2044, 4, 30)
