"""Money as papers print it: exact amounts in 元 and 分, the split of a total into instalments, and 大写 amounts.

Amounts are Decimal with two places; wherever words are made the amount is an integer number of 分 (fen), so that no
rounding can creep in. The words follow 《正确填写票据和结算凭证的基本规定》(支付结算办法附件一) and
会计基础工作规范 52 条; where the rule allows two forms the first of its own examples is the one used everywhere:

* 元位 is 0 and 角位 is not: one 零 after 元 (1,680.32 壹仟陆佰捌拾元零叁角贰分);
* 万位 or 亿位 is 0 and the digit after it is not: no 零 (107,000.53 壹拾万柒仟元零伍角叁分);
* 角位 is 0 and 分位 is not: one 零 after 元 (16,409.02 壹万陆仟肆佰零玖元零贰分);
* 整 after 元 and after 角, never after 分.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from docgen.deals.plan import Instalment
from docgen.errors import Refused

FEN_PER_YUAN = 100
LARGEST_FEN = 10**18 - 1
"""Below 一亿亿元; far above any contract, and a bound for what the words can say."""

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_SECTION = 10_000
_YI = 10**8


def to_fen(amount: Decimal) -> int:
    """Return an amount in 元 as whole 分.

    Raises:
        Refused: `deals.amount-has-part-fen` when the amount is not a whole number of 分.
    """
    fen = amount.scaleb(2)
    if not amount.is_finite() or fen != fen.to_integral_value():
        raise Refused.of("deals.amount-has-part-fen", amount=amount)
    return int(fen)


def from_fen(fen: int) -> Decimal:
    """Return whole 分 as an amount in 元 with two places."""
    return Decimal(fen).scaleb(-2)


def round_half_up(value: Decimal, places: int = 2) -> Decimal:
    """Round as the trade does (四舍五入): half away from zero, to `places` decimal places."""
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def format_money(amount: Decimal) -> str:
    """Return an amount in 元 as papers print it, `285,000.00`: thousands separated, two places.

    Raises:
        Refused: `deals.amount-has-part-fen` rather than rounding in print.
    """
    return f"{from_fen(to_fen(amount)):,.2f}"


def split(total: Decimal, plan: Sequence[Instalment]) -> tuple[Decimal, ...]:
    """Return the amount of each instalment in 元 (P5): each share rounded to 分, the last takes what is left.

    A fixed amount is taken as it stands. With a sound plan (docgen.deals.checks) the parts sum to the total exactly.
    """
    if not plan:
        return ()
    firsts = [
        part.amount if part.amount is not None else round_half_up(total * (part.share or 0)) for part in plan[:-1]
    ]
    return (*firsts, total - sum(firsts, Decimal(0)))


def _part(total: Decimal, instalment: Instalment) -> Decimal:
    return instalment.amount if instalment.amount is not None else round_half_up(total * (instalment.share or 0))


def uppercase_rmb(fen: int) -> str:
    """Return 分 as a 大写 amount without the leading 人民币: 28500000 → 贰拾捌万伍仟元整; 0 → 零元整.

    One million million 元 is 壹万亿元: 兆 is not among the rule's characters and means 10⁶ to some readers.

    Raises:
        Refused: `deals.amount-negative` (a reduction is worded with 减少 and the absolute value, P17), or
            `deals.amount-too-large` above LARGEST_FEN.
    """
    if fen < 0:
        raise Refused.of("deals.amount-negative", amount=from_fen(fen))
    if fen > LARGEST_FEN:
        raise Refused.of("deals.amount-too-large", amount=from_fen(fen))
    yuan, cents = divmod(fen, FEN_PER_YUAN)
    if not fen:
        return "零元整"
    return (f"{_whole(yuan)}元" if yuan else "") + _fraction(cents, yuan=yuan)


def _fraction(cents: int, *, yuan: int) -> str:
    jiao, fen = divmod(cents, 10)
    if not cents:
        return "整"
    has_zero = yuan and (not jiao or yuan % 10 == 0)
    words = ("零" if has_zero else "") + (f"{_DIGITS[jiao]}角" if jiao else "")
    return words + (f"{_DIGITS[fen]}分" if fen else "整")


def _whole(number: int) -> str:
    """Word a positive whole number; above 亿 the number of 亿 is worded the same way (壹万零叁亿)."""
    if number >= _YI:
        return _joined(number, unit=_YI, sign="亿")
    return _joined(number, unit=_SECTION, sign="万") if number >= _SECTION else _section(number)


def _joined(number: int, *, unit: int, sign: str) -> str:
    high, low = divmod(number, unit)
    head = f"{_whole(high)}{sign}"
    if not low:
        return head
    return head + ("" if low >= unit // 10 else "零") + _whole(low)


def _section(number: int) -> str:
    """Word 1 to 9999; several zeros inside become one 零."""
    words = ""
    for place in (3, 2, 1, 0):
        digit = number // 10**place % 10
        if digit:
            words += _DIGITS[digit] + _PLACES[place]
        elif words and not words.endswith("零"):
            words += "零"
    return words.rstrip("零")
