"""How values read on paper."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from pydantic import TypeAdapter, ValidationError

from docgen.deals.base import Count, Day, Flag, Money, Name, Quantity, Text
from docgen.deals.wording import amount_words, day_words, percent_words, plain


def test_a_day_has_no_leading_zero() -> None:
    assert day_words(date(2024, 3, 1)) == "2024年3月1日"


@pytest.mark.parametrize(
    ("share", "words"), [("0.3", "30%"), ("0.125", "12.5%"), ("1", "100%"), ("0.0005", "0.05%"), ("0", "0%")]
)
def test_percentages_without_idle_zeros(share: str, words: str) -> None:
    assert percent_words(Decimal(share)) == words


def test_figures_and_words_stand_together() -> None:
    assert amount_words(Decimal("107000.53")) == "¥107,000.53（人民币壹拾万柒仟元零伍角叁分）"


@pytest.mark.parametrize(("number", "words"), [("100", "100"), ("5.0000", "5"), ("0.10", "0.1"), ("1E+3", "1000")])
def test_plain_numbers(number: str, words: str) -> None:
    assert plain(Decimal(number)) == words


def test_text_is_composed_and_stripped() -> None:
    assert TypeAdapter(Name).validate_python("  Cafe\u0301 有限公司 ") == "Café 有限公司"
    assert TypeAdapter(Text).validate_python("第一行\n第二行\n") == "第一行\n第二行"


@pytest.mark.parametrize("text", ["a\tb", "a\x00", "a\ud800", "a\u202eb", "a\u200b", "\ufeffa", "a\u2028b", "a\r\nb"])
def test_what_no_reader_sees_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Text).validate_python(text)


@pytest.mark.parametrize("value", [True, 1.0, "1.0", "１", " 1", "0x1", None])
def test_what_is_no_count(value: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Count).validate_python(value)


@pytest.mark.parametrize("value", [1, 0, "yes", "1", "True", None])
def test_what_is_no_flag(value: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Flag).validate_python(value)


@pytest.mark.parametrize("value", ["2024-3-11", "２０２４-03-11", 20240311, "1989-12-31", "2024-02-30", ""])
def test_what_is_no_day(value: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Day).validate_python(value)


def test_amounts_keep_two_places_and_have_no_negative_zero() -> None:
    assert str(TypeAdapter(Money).validate_python("5")) == "5.00"
    assert str(TypeAdapter(Money).validate_python("-0.00")) == "0.00"
    assert str(TypeAdapter(Quantity).validate_python("1000.0000")) == "1000"
