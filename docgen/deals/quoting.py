"""What a quotation comes to: lines at list price by cost category, discounts as lines of their own, and the total.

A discount in per cent is taken on the list price of the lines it is given on, each on its own and rounded to 分: two
discounts on one line do not compound. What remains must be the total of the terms.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from docgen.deals.deal import Deal
from docgen.deals.money import round_half_up
from docgen.deals.pricing import LineKind, PriceLine
from docgen.deals.proposal import CostCategory, Discount, Proposal
from docgen.deals.totals import line_amount

_NOTHING = Decimal("0.00")
_USUAL = {LineKind.PRODUCT: CostCategory.HARDWARE, LineKind.SERVICE: CostCategory.SERVICE}


@dataclass(frozen=True, slots=True)
class QuotedLine:
    """One price line at list price, in 元; `position` is its place in the record, `index` its number on the paper."""

    position: int
    index: int
    line: PriceLine
    unit_price: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class QuotedGroup:
    """The lines of one cost category and their sum at list price, in 元."""

    category: CostCategory
    lines: tuple[QuotedLine, ...]
    subtotal: Decimal


@dataclass(frozen=True, slots=True)
class QuotedDiscount:
    """A discount in 元: what it is taken on and what it takes off; `indexes` are the paper's numbers, none for all."""

    discount: Discount
    indexes: tuple[int, ...]
    base: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Quotation:
    """The whole quotation, in 元."""

    groups: tuple[QuotedGroup, ...]
    discounts: tuple[QuotedDiscount, ...]

    @property
    def listed(self) -> Decimal:
        """Return the sum at list prices."""
        return sum((group.subtotal for group in self.groups), _NOTHING)

    @property
    def taken_off(self) -> Decimal:
        """Return the sum of all discounts."""
        return sum((each.amount for each in self.discounts), _NOTHING)

    @property
    def total(self) -> Decimal:
        """Return what is to be paid."""
        return self.listed - self.taken_off


def quotation(deal: Deal, proposal: Proposal) -> Quotation:
    """Return the quotation of a deal's terms as the proposal tells it; categories in their order, empty ones left out.

    A discount on a line that is not there is taken on the others it names.
    """
    groups = tuple(_groups(deal.terms.lines, proposal))
    quoted = {each.position: each for group in groups for each in group.lines}
    discounts = tuple(_discount(each, quoted) for each in proposal.discounts)
    return Quotation(groups, discounts)


def _groups(lines: tuple[PriceLine, ...], proposal: Proposal) -> Iterator[QuotedGroup]:
    details = {detail.line: detail for detail in proposal.line_details}
    index = 0
    for category in CostCategory:
        found = []
        for position, line in enumerate(lines, start=1):
            detail = details.get(position)
            if ((detail and detail.category) or _USUAL[line.kind]) is not category:
                continue
            index += 1
            listed = detail.list_unit_price if detail else None
            amount = line_amount(line) if listed is None else round_half_up(line.quantity * listed)
            found.append(QuotedLine(position, index, line, line.unit_price if listed is None else listed, amount))
        if found:
            yield QuotedGroup(category, tuple(found), sum((each.amount for each in found), _NOTHING))


def _discount(discount: Discount, quoted: dict[int, QuotedLine]) -> QuotedDiscount:
    on = [quoted[each] for each in discount.lines or sorted(quoted) if each in quoted]
    base = sum((each.amount for each in on), _NOTHING)
    amount = discount.amount if discount.amount is not None else round_half_up(base * (1 - (discount.rate or 0)))
    indexes = tuple(each.index for each in on) if discount.lines else ()
    return QuotedDiscount(discount, indexes, base, amount)
