"""Amounts: words against hand-written examples, an independent parser and, where it is right, cn2an."""

from __future__ import annotations

import re
from decimal import Decimal

import cn2an
import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.deals.money import LARGEST_FEN, format_money, from_fen, round_half_up, split, to_fen, uppercase_rmb
from docgen.deals.plan import Condition, Instalment, InstalmentKind, Trigger, TriggerEvent
from docgen.errors import Refused

BY_HAND = [
    ("0", "零元整"),
    ("0.05", "伍分"),
    ("0.30", "叁角整"),
    ("0.35", "叁角伍分"),
    ("1.00", "壹元整"),
    ("1.05", "壹元零伍分"),
    ("10.00", "壹拾元整"),
    ("10.30", "壹拾元零叁角整"),
    ("101.50", "壹佰零壹元伍角整"),
    ("325.04", "叁佰贰拾伍元零肆分"),
    ("1409.50", "壹仟肆佰零玖元伍角整"),
    ("1680.32", "壹仟陆佰捌拾元零叁角贰分"),
    ("6007.14", "陆仟零柒元壹角肆分"),
    ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
    ("85500", "捌万伍仟伍佰元整"),
    ("107000.53", "壹拾万柒仟元零伍角叁分"),
    ("114000", "壹拾壹万肆仟元整"),
    ("200500", "贰拾万零伍佰元整"),
    ("285000", "贰拾捌万伍仟元整"),
    ("100005000", "壹亿零伍仟元整"),
    ("100500000", "壹亿零伍拾万元整"),
    ("1050000000", "壹拾亿伍仟万元整"),
    ("1000000000000", "壹万亿元整"),
    ("1000300000000", "壹万零叁亿元整"),
]


@pytest.mark.parametrize(("amount", "words"), BY_HAND)
def test_words_by_hand(amount: str, words: str) -> None:
    assert uppercase_rmb(to_fen(Decimal(amount))) == words


def fen_of_words(words: str) -> int:
    """Read 大写 back, sharing nothing with the code under test: 亿 and 万 split, then digit-unit pairs."""

    def section(text: str) -> int:
        assert re.fullmatch(r"(零|[壹贰叁肆伍陆柒捌玖][仟佰拾]?)*", text), text
        worth = {"仟": 1000, "佰": 100, "拾": 10, "": 1}
        digits = "零壹贰叁肆伍陆柒捌玖"
        return sum(
            digits.index(digit) * worth[unit]
            for digit, unit in re.findall(r"([零壹贰叁肆伍陆柒捌玖])([仟佰拾]?)", text)
        )

    def whole(text: str) -> int:
        for sign, worth in (("亿", 10**8), ("万", 10**4)):
            if sign in text:
                head, tail = text.rsplit(sign, 1)
                return whole(head) * worth + whole(tail)
        return section(text)

    match = re.fullmatch(r"(?:(.+)元)?(?:零)?(?:(.)角)?(?:(.)分)?整?", words)
    assert match, words
    yuan, jiao, fen = match.groups()
    digits = "零壹贰叁肆伍陆柒捌玖"
    parts = (whole(yuan) if yuan else 0, digits.index(jiao) if jiao else 0, digits.index(fen) if fen else 0)
    return parts[0] * 100 + parts[1] * 10 + parts[2]


@given(
    st.integers(0, LARGEST_FEN)
    | st.integers(0, 10**9)
    | st.builds(lambda a, b: a * 10**b, st.integers(0, 999), st.integers(0, 15))
)
def test_words_read_back_to_the_same_amount(fen: int) -> None:
    words = uppercase_rmb(fen)
    assert fen_of_words(words) == fen
    assert "零零" not in words
    assert not words.startswith("零") or fen == 0
    assert words.endswith("整") is (fen % 10 == 0)
    assert not re.search("零[仟佰拾万亿元]", words) or fen == 0


@given(st.integers(1, 9_999_999_999).filter(lambda yuan: "0" not in str(yuan)))
def test_words_agree_with_cn2an_where_no_zero_leaves_a_choice(yuan: int) -> None:
    assert uppercase_rmb(yuan * 100) == cn2an.an2cn(yuan, "rmb")


def test_different_amounts_have_different_words() -> None:
    assert len({uppercase_rmb(fen) for fen in range(200_000)}) == 200_000


@pytest.mark.parametrize("fen", [-1, -28_500_000, LARGEST_FEN + 1])
def test_words_refuse_negative_and_absurd_amounts(fen: int) -> None:
    with pytest.raises(Refused) as caught:
        uppercase_rmb(fen)
    assert caught.value.findings[0].code in {"deals.amount-negative", "deals.amount-too-large"}


@pytest.mark.parametrize("amount", ["1.999", "0.001", "NaN", "Infinity"])
def test_part_fen_are_refused_not_truncated(amount: str) -> None:
    with pytest.raises(Refused):
        to_fen(Decimal(amount))
    with pytest.raises(Refused):
        format_money(Decimal(amount))


@given(st.integers(-(10**15), 10**15))
def test_fen_and_yuan_are_two_ways_to_say_one_amount(fen: int) -> None:
    assert to_fen(from_fen(fen)) == fen


@pytest.mark.parametrize(
    ("value", "rounded"),
    [("0.005", "0.01"), ("0.015", "0.02"), ("0.025", "0.03"), ("-0.005", "-0.01"), ("2.344", "2.34")],
)
def test_half_goes_up(value: str, rounded: str) -> None:
    assert round_half_up(Decimal(value)) == Decimal(rounded)


def test_money_in_print() -> None:
    assert format_money(Decimal(285000)) == "285,000.00"
    assert format_money(Decimal("0.5")) == "0.50"


def part(seq: int, *, share: str | None = None, amount: str | None = None) -> Instalment:
    return Instalment(
        seq=seq,
        kind=InstalmentKind.PROGRESS,
        share=Decimal(share) if share else None,
        amount=Decimal(amount) if amount else None,
        trigger=Trigger(all_of=(Condition(event=TriggerEvent.SIGNED),)),
        clause="第四条",
    )


@pytest.mark.parametrize(
    ("total", "shares", "amounts"),
    [
        ("285000.00", ("0.3", "0.3", "0.4"), ("85500.00", "85500.00", "114000.00")),
        ("100.01", ("0.3", "0.3", "0.4"), ("30.00", "30.00", "40.01")),
        ("0.05", ("0.5", "0.5"), ("0.03", "0.02")),
        ("100.00", ("0.333333", "0.333333", "0.333334"), ("33.33", "33.33", "33.34")),
    ],
)
def test_the_last_instalment_takes_what_rounding_leaves(
    total: str, shares: tuple[str, ...], amounts: tuple[str, ...]
) -> None:
    plan = [part(seq, share=share) for seq, share in enumerate(shares, start=1)]
    assert split(Decimal(total), plan) == tuple(Decimal(amount) for amount in amounts)


@given(st.integers(1, 10**12), st.lists(st.integers(1, 30), min_size=1, max_size=3))
def test_instalments_sum_to_the_total(fen: int, percents: list[int]) -> None:
    shares = [*percents, 100 - sum(percents)]
    plan = [part(seq, share=str(Decimal(share) / 100)) for seq, share in enumerate(shares, start=1)]
    assert sum(split(from_fen(fen), plan)) == from_fen(fen)


def test_fixed_amounts_stand_beside_shares() -> None:
    plan = [part(1, amount="10000"), part(2, share="0.5"), part(3, share="0.4")]
    assert split(Decimal(100000), plan) == (Decimal(10000), Decimal(50000), Decimal(40000))
    assert split(Decimal(1), []) == ()
