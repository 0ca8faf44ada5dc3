"""Where money is to be paid: the contract's account, or the one an approved 账户变更函 named; and such a change."""

from __future__ import annotations

from docgen.deals.parties import BankAccount
from docgen.kinds.accounts import account_on
from docgen.rendering.sections.background import Background, Values


def on_file(about: Background) -> Values:
    """Return the account papers print on the day; `letter` is the number of the letter that named it, if one did."""
    account, letter = account_on(about.deal, about.dossier, as_of=about.as_of)
    return told(account) | {"letter": letter}


def told(account: BankAccount) -> Values:
    """Return an account as plain values; its number is text."""
    return {
        "holder": account.holder,
        "bank": account.bank,
        "number": account.number,
        "bank_code": account.bank_code,
    }


def asked(about: Background, seq: int) -> Values | None:
    """Return a change of account: the account that held before, the new one, from which day, why."""
    change = next((each for each in about.deal.account_changes if each.seq == seq), None)
    if change is None:
        return None
    old, _ = account_on(about.deal, about.dossier, as_of=about.as_of, before=seq)
    return {
        "seq": change.seq,
        "on": change.on,
        "reason": change.reason,
        "evidence": change.evidence,
        "old": told(old),
        "new": told(change.account),
    }
