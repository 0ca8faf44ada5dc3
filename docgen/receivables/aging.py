"""Ageing: how much of what is owed is how late, in all, by customer and by owner."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from docgen.receivables.board import BoardRow

_NOTHING = Decimal("0.00")


class Bucket(StrEnum):
    """How late an open balance is, in natural days; what is due today is not late yet."""

    NOT_DUE = "not_due"
    TO_30 = "to_30"
    TO_60 = "to_60"
    TO_90 = "to_90"
    OVER_90 = "over_90"


_UPPER = ((0, Bucket.NOT_DUE), (30, Bucket.TO_30), (60, Bucket.TO_60), (90, Bucket.TO_90))


@dataclass(frozen=True, slots=True)
class AgeingLine:
    """Open balances of one customer, one owner, or all, in 元; `overdue` is what is late at all."""

    name: str
    not_due: Decimal
    to_30: Decimal
    to_60: Decimal
    to_90: Decimal
    over_90: Decimal
    overdue: Decimal
    total: Decimal


@dataclass(frozen=True, slots=True)
class Ageing:
    """The whole, and the same by customer and by owner; the largest overdue first."""

    total: AgeingLine
    by_customer: tuple[AgeingLine, ...]
    by_owner: tuple[AgeingLine, ...]


def bucket_of(overdue_days: int) -> Bucket:
    """Return the bucket of an open balance: 30 days late is the first, 31 the second."""
    return next((bucket for upper, bucket in _UPPER if overdue_days <= upper), Bucket.OVER_90)


def ageing(rows: Iterable[BoardRow]) -> Ageing:
    """Return the ageing of the open balances among some rows."""
    held = [row for row in rows if row.balance]
    return Ageing(
        _line("", held),
        _grouped(held, lambda row: row.customer),
        _grouped(held, lambda row: row.owner),
    )


def _grouped(rows: Iterable[BoardRow], key: Callable[[BoardRow], str]) -> tuple[AgeingLine, ...]:
    groups: defaultdict[str, list[BoardRow]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    lines = [_line(name, held) for name, held in groups.items()]
    return tuple(sorted(lines, key=lambda line: (-line.overdue, -line.total, line.name)))


def _line(name: str, rows: Iterable[BoardRow]) -> AgeingLine:
    sums = dict.fromkeys(Bucket, _NOTHING)
    for row in rows:
        sums[bucket_of(row.overdue_days)] += row.balance
    total = sum(sums.values(), _NOTHING)
    return AgeingLine(
        name=name,
        not_due=sums[Bucket.NOT_DUE],
        to_30=sums[Bucket.TO_30],
        to_60=sums[Bucket.TO_60],
        to_90=sums[Bucket.TO_90],
        over_90=sums[Bucket.OVER_90],
        overdue=total - sums[Bucket.NOT_DUE],
        total=total,
    )
