from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from docgen.rendering import filters
from docgen.rendering.filters import WrongValue
from docgen.rendering.printed import recording
from docgen.rendering.sandbox import compile_text, environment, fill


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("money", Decimal(285000), "285,000.00"),
        ("money", Decimal("-1234.5"), "-1,234.50"),
        ("yuan", Decimal("0.05"), "¥0.05"),
        ("yuan", Decimal(-300), "-¥300.00"),
        ("rmb", Decimal("285000.00"), "人民币贰拾捌万伍仟元整"),
        ("rmb", Decimal("16409.02"), "人民币壹万陆仟肆佰零玖元零贰分"),
        ("price", Decimal("0.083333"), "0.083333"),
        ("price", Decimal(1200), "1,200.00"),
        ("quantity", Decimal("5.0000"), "5"),
        ("quantity", Decimal("1200.50"), "1,200.5"),
        ("percent", Decimal("0.30"), "30%"),
        ("percent", Decimal("0.001"), "0.1%"),
        ("percent", Decimal(1), "100%"),
        ("day", date(2024, 3, 1), "2024年3月1日"),
        ("iso", date(2024, 3, 1), "2024-03-01"),
        ("account", "6222 00001234 567", "6222 0000 1234 567"),
        ("ordinal", 12, "十二"),
        ("ordinal", 20, "二十"),
        ("ordinal", 7, "七"),
    ],
)
def test_values_are_written_as_the_trade_writes_them(name: str, value: object, text: str) -> None:
    assert getattr(filters, name)(value) == text


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("money", "285000"),
        ("money", Decimal("1.005")),
        ("money", Decimal("NaN")),
        ("money", 1.5),
        ("money", True),
        ("rmb", Decimal(-1)),
        ("day", "2024-03-01"),
        ("account", " "),
        ("name", None),
        ("ordinal", 0),
    ],
)
def test_a_value_of_the_wrong_kind_is_an_error(name: str, value: object) -> None:
    with pytest.raises(WrongValue):
        getattr(filters, name)(value)


def test_what_is_printed_is_noted_in_order_even_when_constant() -> None:
    template = compile_text(environment(), "{{ d|day }} {{ 5|money }} {{ n|name }}{{ a|account }}", "t")
    for _ in range(2):
        with recording() as printed:
            fill(template, {"d": date(2024, 3, 11), "n": "甲", "a": "12345"}, where="t")
        assert [(v.kind, v.text, v.order) for v in printed.values] == [
            ("date", "2024年3月11日", 1),
            ("amount", "5.00", 2),
            ("name", "甲", 3),
            ("account", "1234 5", 4),
        ]


def test_lines_are_escaped_one_by_one() -> None:
    assert fill(compile_text(environment(), "{{ t|lines }}", "t"), {"t": "a<b\n二"}, where="t") == "a&lt;b<br>二"
