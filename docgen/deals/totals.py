"""What the price table comes to: line amounts, net and tax for each rate, and the total in words.

Prices include tax. Net is worked out per line (含税金额 ÷ (1 + 税率), rounded to 分), tax is the rest, and the totals
are sums of lines: so the table adds up as printed. Lines with different rates stay apart (增值税法 12 条).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from docgen.deals.money import round_half_up, to_fen, uppercase_rmb
from docgen.deals.pricing import PriceLine

_NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class RateTotal:
    """The lines of one tax rate together, in 元."""

    rate: Decimal
    incl: Decimal
    net: Decimal
    tax: Decimal


@dataclass(frozen=True, slots=True)
class Totals:
    """The whole price table, in 元; `upper` is the total in words, without 人民币."""

    incl: Decimal
    net: Decimal
    tax: Decimal
    by_rate: tuple[RateTotal, ...]
    upper: str


def line_amount(line: PriceLine) -> Decimal:
    """Return a line's amount including tax in 元: as written, else quantity × unit price rounded to 分."""
    return line.amount if line.amount is not None else computed_amount(line)


def computed_amount(line: PriceLine) -> Decimal:
    """Return quantity × unit price in 元, rounded to 分, whatever amount the line states."""
    return round_half_up(line.quantity * line.unit_price)


def line_net(line: PriceLine) -> Decimal:
    """Return a line's amount without tax in 元."""
    return round_half_up(line_amount(line) / (1 + line.tax_rate))


def totals(lines: Iterable[PriceLine]) -> Totals:
    """Add up the price table; rates in descending order."""
    rows = tuple(lines)
    by_rate = tuple(_of_rate(rate, rows) for rate in sorted({line.tax_rate for line in rows}, reverse=True))
    incl = sum((each.incl for each in by_rate), _NOTHING)
    net = sum((each.net for each in by_rate), _NOTHING)
    return Totals(incl=incl, net=net, tax=incl - net, by_rate=by_rate, upper=uppercase_rmb(to_fen(incl)))


def _of_rate(rate: Decimal, lines: tuple[PriceLine, ...]) -> RateTotal:
    own = [line for line in lines if line.tax_rate == rate]
    incl = sum((line_amount(line) for line in own), _NOTHING)
    net = sum((line_net(line) for line in own), _NOTHING)
    return RateTotal(rate=rate, incl=incl, net=net, tax=incl - net)
