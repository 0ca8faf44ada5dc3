"""Two separate penalty clauses: ours for late delivery, theirs for late payment; one never stands in for the other."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from docgen.deals.base import Model, Name, Rate, label


class PenaltyBase(StrEnum):
    """What the daily rate or the cap is applied to."""

    CONTRACT_TOTAL = "contract_total"
    OVERDUE_BALANCE = "overdue_balance"


class PenaltyClause(Model):
    """A daily rate on a base, with an optional cap on a base of its own."""

    daily_rate: Annotated[Rate, label("日费率", "0.001 即千分之一")]
    base: Annotated[PenaltyBase, label("计算基数", "contract_total 合同总额，overdue_balance 逾期未付余额")]
    cap: Annotated[Rate | None, label("上限比例", "0.05 即 5%，不填为无上限")] = None
    cap_base: Annotated[PenaltyBase, label("上限基数")] = PenaltyBase.CONTRACT_TOTAL
    clause: Annotated[Name, label("合同条款")]
