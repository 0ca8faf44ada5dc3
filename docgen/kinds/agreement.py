"""A change seen from its paper: the terms just before it, the terms with it, and each item that differs.

The 补充协议 is written before anybody signs it, so "before" means the version in force as of the day, and "after" the
same version with this change laid over it. Once signed, the paper can be made again: "before" is then the version that
the change itself replaced, whatever was signed later.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import zip_longest

from docgen.deals.amending import ChangedItem, around, differences, terms_as_of
from docgen.deals.changes import Change
from docgen.deals.deal import Deal
from docgen.deals.terms import Terms

PRICE_LINES, PLAN = "价格明细", "付款计划"
"""Subjects that docgen.deals words as lists, a row a line."""
_LISTS = (PRICE_LINES, PLAN)
NOT_THERE, DROPPED_ROW = "无", "取消"


@dataclass(frozen=True, slots=True)
class Agreement:
    """One change with its terms before and after, the changes that came first, and the items that differ."""

    change: Change
    before: Terms
    after: Terms
    earlier: tuple[int, ...]
    items: tuple[ChangedItem, ...]
    is_in_force: bool

    @property
    def rows(self) -> tuple[ChangedItem, ...]:
        """Return the items as a table shows them: of price lines and instalments, those that differ, one a row."""
        return tuple(row for item in self.items for row in self._rows_of(item))

    def _rows_of(self, item: ChangedItem) -> Iterator[ChangedItem]:
        if item.subject not in _LISTS:
            yield item
            return
        clauses = self._clauses(item)
        for index, (old, new) in enumerate(zip_longest(_listed(item.old), _listed(item.new))):
            if old != new:
                yield ChangedItem(clauses[index], item.subject, old or NOT_THERE, new or DROPPED_ROW)

    def _clauses(self, item: ChangedItem) -> list[str]:
        """Return the clause of each row; an instalment has its own."""
        if item.subject != PLAN:
            return [item.clause] * max(len(_listed(item.old)), len(_listed(item.new)))
        longer = max(self.after.plan, self.before.plan, key=len)
        return [part.clause for part in longer]

    @property
    def price_difference(self) -> Decimal:
        """Return new total minus old total, in 元; negative for a reduction."""
        return self.after.total - self.before.total


def _listed(text: str) -> list[str]:
    return text.removesuffix("。").split("；\n")


def agreement(deal: Deal, change: Change, *, as_of: date) -> Agreement:
    """Return the change as its 补充协议 must show it on that day."""
    in_force = terms_as_of(deal, as_of=as_of).changes_in_force
    is_in_force = change.seq in in_force
    earlier = in_force[: in_force.index(change.seq)] if is_in_force else in_force
    before, after = around(deal, change, as_of=as_of)
    return Agreement(change, before, after, earlier, tuple(differences(before, after, change)), is_in_force)
