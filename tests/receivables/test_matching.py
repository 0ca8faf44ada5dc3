"""Whose money is it, with many deals open: the same answer as by asking every deal, at a cost that does not grow."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal

import pytest

from docgen.receivables.matching import MOST, Book, Fate, Money, OpenDeal

DAY = date(2024, 7, 1)


def deal(n: int, name: str, *amounts: str) -> OpenDeal:
    number = f"HT{n:08}"
    return OpenDeal(number, name, frozenset({name}), frozenset({number}), [(DAY, Decimal(each)) for each in amounts])


def money(amount: str, payer: str, memo: str = "货款", reference: str = "R1") -> Money:
    return Money(DAY, Decimal(amount), payer, memo, reference)


def expected(deals: list[OpenDeal], told: Money) -> tuple[Fate, str, str]:
    """Return the answer by asking every deal, as the rule is worded."""
    own = [each for each in deals if told.payer in each.names]
    exact = [each for each in own if told.amount in each.sums()]
    later = [each for each in own if told.amount in {balance for _, balance in each.open}]
    if len(exact) == 1 and all(each is exact[0] for each in later):
        return Fate.TAKEN, exact[0].contract_no, ""
    return Fate.WAITS, "", "several-deals" if exact else "amount-differs" if own else "payer-unknown"


@pytest.mark.parametrize("seed", range(20))
def test_the_answer_is_that_of_asking_every_deal(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  # made-up money
    names, amounts = ["甲", "乙", "丙"], ["100.00", "200.00", "300.00", "400.00"]
    deals = [deal(n, chance.choice(names), *chance.choices(amounts, k=chance.randint(1, 3))) for n in range(8)]
    book = Book(deals, [])
    for n in range(30):
        told = money(chance.choice([*amounts, "500.00"]), chance.choice([*names, "丁"]), reference=f"R{n}")
        wanted = expected(deals, told)
        found = book.match(told)
        assert (found.fate, found.contract_no, found.reason) == wanted


def test_candidates_are_ranked_by_fit_then_name_then_amount() -> None:
    deals = [deal(1, "乙", "77.00"), deal(2, "甲", "5.00"), deal(3, "甲", "9.00", "77.00"), deal(4, "丙", "77.00")]
    found = Book(deals, []).match(money("77.00", "甲"))
    assert (found.fate, found.reason) == (Fate.WAITS, "amount-differs")
    assert [(each.contract_no[-1], each.score, each.why) for each in found.candidates] == [
        ("3", 0.7, "name-and-amount"), ("2", 0.4, "name"), ("1", 0.2, "amount"), ("4", 0.2, "amount"),
    ]  # fmt: skip


def test_a_line_asks_no_deal_it_has_nothing_to_do_with(monkeypatch: pytest.MonkeyPatch) -> None:
    deals = [deal(n, f"客户{n % 50}", "100.00", f"{n}.01") for n in range(2_000)]
    book = Book(deals, [])
    asked = 0
    real = OpenDeal.sums

    def counted(self: OpenDeal) -> list[Decimal]:
        nonlocal asked
        asked += 1
        return real(self)

    monkeypatch.setattr(OpenDeal, "sums", counted)
    for n in range(200):
        found = book.match(money("100.00" if n % 2 else "3.33", f"客户{n % 60}", reference=f"R{n}"))
        assert found.fate is Fate.WAITS
        assert len(found.candidates) <= MOST
    assert asked == 0
