"""The late-payment interest the law itself sets for small sellers: 保障中小企业款项支付条例, 17 条.

Where a 机关, 事业单位 or 大型企业 buys from a 中小企业 that said so when the contract was made, and the contract is
silent on late interest, each overdue day costs 0.05 % of what is open. The statute in this form is in force since
2025-06-01; it is applied to contracts signed since. Where the record does not say what the parties were, nothing is
assumed (P16).
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Final

from docgen.deals.amending import terms_as_of
from docgen.deals.deal import Deal
from docgen.deals.milestones import signed_on
from docgen.deals.penalty import PenaltyBase, PenaltyClause
from docgen.deals.terms import PartyClass

IN_FORCE: Final = date(2025, 6, 1)
DAILY_RATE: Final = Decimal("0.0005")
NAME: Final = "《保障中小企业款项支付条例》第十七条"
_BUYERS = {PartyClass.LARGE, PartyClass.GOVERNMENT, PartyClass.INSTITUTION}


def statutory_interest(deal: Deal, *, as_of: date) -> PenaltyClause | None:
    """Return the statute's rate as a clause without a cap; None where the contract has its own or it does not apply."""
    terms, signed = terms_as_of(deal, as_of=as_of).terms, signed_on(deal, as_of=as_of)
    if terms.late_payment is not None or signed is None or signed < IN_FORCE:
        return None
    is_ours = terms.seller_class is not None and terms.seller_class.is_sme and terms.seller_declared
    if not is_ours or terms.buyer_class not in _BUYERS:
        return None
    base = PenaltyBase.OVERDUE_BALANCE
    return PenaltyClause(daily_rate=DAILY_RATE, base=base, cap=None, cap_base=base, clause=NAME)
