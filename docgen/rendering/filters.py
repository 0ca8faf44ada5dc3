"""How values are written on paper: one filter a notion, and no other way to print an amount, a rate or a date.

Amounts in figures and in words follow 支付结算办法附件一 (正确填写票据和结算凭证的基本规定); dates in letters
are written 2024年3月11日 without leading zeros (GB/T 9704). A value of the wrong type is an error, never a guess: money
is Decimal with two places, a rate is a share of one (0.30 is 30%), a date is a date.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from docgen.deals.money import to_fen, uppercase_rmb
from docgen.rendering.printed import Kind, note

_FEN = Decimal("0.01")


class WrongValue(ValueError):
    """A filter was given a value it does not write; rendering turns this into a finding with the place."""

    def __init__(self, wanted: str, value: object) -> None:
        self.wanted = wanted
        self.value = value
        super().__init__(f"{wanted}: {type(value).__name__}")


def money(value: object) -> str:
    """Write an amount in 元: 285,000.00."""
    return f"{_amount(value):,.2f}"


def yuan(value: object) -> str:
    """Write an amount with its sign: ¥285,000.00."""
    amount = _amount(value)
    return f"-¥{-amount:,.2f}" if amount < 0 else f"¥{amount:,.2f}"


def rmb(value: object) -> str:
    """Write an amount in words: 人民币贰拾捌万伍仟元整."""
    amount = _amount(value)
    if amount < 0:
        raise WrongValue("amount", value)
    return "人民币" + uppercase_rmb(to_fen(amount))


def price(value: object) -> str:
    """Write a unit price in 元 with two to six places: 1,200.00 or 0.083333."""
    number = _decimal("price", value)
    places = max(2, -int(number.normalize().as_tuple().exponent)) if number else 2
    return f"{number:,.{places}f}"


def quantity(value: object) -> str:
    """Write a quantity without idle zeros: 5, 2.5, 1,200."""
    text = f"{_decimal('quantity', value):,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(value: object) -> str:
    """Write a share of one as a percentage: 0.30 is 30%, 0.001 is 0.1%."""
    return quantity(_decimal("percent", value) * 100) + "%"


def day(value: object) -> str:
    """Write a date as letters and contracts do: 2024年3月11日."""
    when = _date(value)
    return f"{when.year}年{when.month}月{when.day}日"


def iso(value: object) -> str:
    """Write a date as tables do: 2024-03-11."""
    return _date(value).isoformat()


def account(value: object) -> str:
    """Write an account number in groups of four, for reading: 6222 0000 1234 5678 9."""
    digits = "".join(_text("account", value).split())
    return " ".join(digits[i : i + 4] for i in range(0, len(digits), 4))


def name(value: object) -> str:
    """Write the full name of a company or a person as it is on record."""
    return _text("name", value)


def number(value: object) -> str:
    """Write a number that identifies a paper, an order or a contract, as it is on record."""
    return _text("number", value)


def ordinal(value: object) -> str:
    """Write a whole number from 1 to 99 in Chinese, as in 第一期 and 第十二条."""
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 99:  # noqa: PLR2004  # two digits
        raise WrongValue("ordinal", value)
    digits = "零一二三四五六七八九"
    tens, ones = divmod(value, 10)
    head = "" if tens == 0 else ("十" if tens == 1 else f"{digits[tens]}十")
    return head + (digits[ones] if ones else "")


def lines(value: object) -> Markup:
    """Write a text of several lines with line breaks (HTML only)."""
    return Markup("<br>").join(escape(line) for line in _text("text", value).splitlines())  # a constant


def _amount(value: object) -> Decimal:
    amount = _decimal("amount", value)
    if amount != amount.quantize(_FEN):
        raise WrongValue("amount", value)
    return amount


def _decimal(wanted: str, value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, Decimal | int):
        raise WrongValue(wanted, value)
    number = Decimal(value)
    if not number.is_finite():
        raise WrongValue(wanted, value)
    return number


def _date(value: object) -> date:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise WrongValue("date", value)
    return value


def _text(wanted: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise WrongValue(wanted, value)
    return value


def _recorded(kind: Kind, write: Callable[[object], str]) -> Callable[[Context, object], str]:
    """Return the filter for templates: it writes, and notes what it wrote; never folded away at compile time."""

    @pass_context
    def printed(context: Context, value: object) -> str:  # noqa: ARG001  # taking it keeps Jinja from folding constants
        return note(kind, write(value))

    return printed


WRITTEN: dict[str, Callable[..., str]] = {
    "money": _recorded("amount", money),
    "yuan": _recorded("amount", yuan),
    "rmb": _recorded("amount_words", rmb),
    "price": _recorded("amount", price),
    "quantity": _recorded("quantity", quantity),
    "percent": _recorded("percent", percent),
    "day": _recorded("date", day),
    "iso": _recorded("date", iso),
    "account": _recorded("account", account),
    "name": _recorded("name", name),
    "number": _recorded("number", number),
    "ordinal": ordinal,
    "lines": lines,
}
"""The filters templates may use, beside the few of Jinja that `sandbox` lets through."""
