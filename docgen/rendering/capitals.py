"""Amounts in words 人民币大写, worked out on whole 分 so that no rounding can creep in.

Rules: 支付结算办法附件一. Characters 壹 to 玖, 拾佰仟万亿元角分零整; "人民币" directly before; 元 and 角 are followed by 整, 分
is not; several inner zeros make one 零; 万 with a zero at its own place needs no 零 before 仟. Where the rule allows two
forms the first form of its own examples is printed (1,680.32: 壹仟陆佰捌拾元零叁角贰分).
"""

from __future__ import annotations

from decimal import Decimal

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("仟", "佰", "拾", "")
_GROUPS = ((10**8, "亿"), (10**4, "万"), (1, ""))
LIMIT = Decimal(10) ** 12
"""Amounts of a million million 元 and more are not written."""


def amount_in_words(amount: Decimal) -> str:
    """Return an amount of 0.00 to 999,999,999,999.99 元 in words, e.g. 人民币贰拾捌万伍仟元整.

    Raises:
        ValueError: negative, more than two places, or too large.
    """
    fen = amount * 100
    if fen != fen.to_integral_value() or not 0 <= amount < LIMIT:
        raise ValueError("amount out of range")
    whole, part = divmod(int(fen), 100)
    return "人民币" + _whole(whole, bare=part == 0) + _part(whole, *divmod(part, 10))


def _whole(whole: int, *, bare: bool) -> str:
    if whole == 0:
        return "零元" if bare else ""
    words, gap = "", False
    for size, unit in _GROUPS:
        group, whole = divmod(whole, size)
        if group == 0:
            gap = gap or bool(words)
            continue
        text = _group(group)
        if words and (gap or group < 10**3):
            words += "零"
        words, gap = words + text + unit, False
    return words + "元"


def _group(group: int) -> str:
    """Write one group of four digits, without leading or trailing 零."""
    words, gap = "", False
    for digit, place in zip(f"{group:04d}", _PLACES, strict=True):
        if digit == "0":
            gap = bool(words)
            continue
        words += ("零" if gap else "") + _DIGITS[int(digit)] + place
        gap = False
    return words


def _part(whole: int, jiao: int, fen: int) -> str:
    if jiao == fen == 0:
        return "整"
    lead = "零" if whole and (jiao == 0 or whole % 10 == 0) else ""
    if jiao == 0:
        return f"{lead}{_DIGITS[fen]}分"
    return f"{lead}{_DIGITS[jiao]}角" + (f"{_DIGITS[fen]}分" if fen else "整")
