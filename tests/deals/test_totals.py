"""The price table of the worked deal, by hand: 240,000 at 13 % and 45,000 at 6 %."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from docgen.deals.deal import Deal
from docgen.deals.pricing import LineKind, PriceLine
from docgen.deals.totals import RateTotal, line_amount, totals


def line(quantity: str, price: str, rate: str) -> PriceLine:
    return PriceLine(
        name="件",
        kind=LineKind.PRODUCT,
        unit="台",
        quantity=Decimal(quantity),
        unit_price=Decimal(price),
        tax_rate=Decimal(rate),
    )


def test_the_worked_deal(deal: Deal) -> None:
    made = totals(deal.terms.lines)
    assert made.by_rate == (
        RateTotal(Decimal("0.13"), Decimal("240000.00"), Decimal("212389.38"), Decimal("27610.62")),
        RateTotal(Decimal("0.06"), Decimal("45000.00"), Decimal("42452.83"), Decimal("2547.17")),
    )
    assert (made.incl, made.net, made.tax) == (Decimal(285000), Decimal("254842.21"), Decimal("30157.79"))
    assert made.upper == "贰拾捌万伍仟元整"


def test_quantity_times_price_is_rounded_once() -> None:
    assert line_amount(line("3", "0.333333", "0.13")) == Decimal("1.00")
    assert line_amount(line("1.5", "0.01", "0.13")) == Decimal("0.02")


def test_a_written_amount_stands() -> None:
    written = line("3", "33.33", "0.13").model_copy(update={"amount": Decimal("100.00")})
    assert line_amount(written) == Decimal("100.00")
    assert line_amount(line("3", "33.33", "0.13")) == Decimal("99.99")


@given(
    st.lists(st.tuples(st.integers(1, 999), st.integers(0, 10**8), st.sampled_from(["0", "0.06", "0.13"])), min_size=1)
)
def test_the_table_adds_up(rows: list[tuple[int, int, str]]) -> None:
    made = totals([line(str(quantity), str(Decimal(fen) / 100), rate) for quantity, fen, rate in rows])
    assert made.incl == made.net + made.tax == sum(Decimal(quantity * fen) / 100 for quantity, fen, _ in rows)
    assert made.net == sum(each.net for each in made.by_rate)
    assert made.tax == sum(each.tax for each in made.by_rate)
