"""The account a letter prints: the contract's, until an approved 账户变更函 for another one was really issued (§3.4).

A change that only stands in the record moves nothing: false accounts are how money is stolen. The letter passes its
route of approval before it is issued, so an issued and standing one is the proof.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from docgen.deals import paperwork
from docgen.deals.amending import terms_as_of
from docgen.deals.deal import Deal
from docgen.deals.parties import BankAccount
from docgen.kinds.dossier import Dossier

KIND: Final = "account-change"


def account_on(
    deal: Deal, dossier: Dossier, *, as_of: date, before: int | None = None
) -> tuple[BankAccount, str | None]:
    """Return the account in use on a day, and the number of the letter that named it (None: the contract's own).

    With `before`, only changes of a smaller number count: the account that one replaces.
    """
    found: tuple[BankAccount, str | None] = (terms_as_of(deal, as_of=as_of).terms.account, None)
    for change in sorted(deal.account_changes, key=lambda each: each.seq):
        if change.on > as_of or change.withdrawn or (before is not None and change.seq >= before):
            continue
        about = paperwork.subject("account_change", change.seq)
        letters = [each for each in dossier.issued(KIND, about) if each.dated <= as_of]
        if letters:
            found = (change.account, letters[-1].number)
    return found
