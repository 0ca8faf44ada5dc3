"""Conditions on a notice about an issued paper: it exists, the customer may know of it, it is void, or said wrong."""

from __future__ import annotations

import re

from docgen.deals.amending import terms_as_of
from docgen.findings import Finding, error
from docgen.kinds.dossier import Mended
from docgen.kinds.question import Question

_ACCOUNT_WORDS = ("账号", "账户", "帐号", "帐户", "户名", "开户", "联行号", "行号")
_ACCOUNT_DIGITS = 12
_OTHER_NUMBERS = ("发票", "编号", "税号", "纳税人", "信用代码")
"""A run of so many digits is taken for an account, unless it is said to be another number."""


def paper_exists(question: Question) -> list[Finding]:
    """Demand that we issued a paper with this number under this contract by the day."""
    if question.paper is not None:
        return []
    return [error("kinds.no-paper", question.subject.name, number=question.subject.name or "—")]


def paper_for_customer(question: Question) -> list[Finding]:
    """Refuse to write to the customer about a paper that was never meant for them."""
    paper = question.paper
    if paper is None or not paper.is_internal:
        return []
    return [error("kinds.paper-internal", paper.number, title=paper.title)]


def paper_not_void(question: Question) -> list[Finding]:
    """Refuse to correct what is void: a void paper is told by a 作废通知."""
    paper = question.paper
    if paper is None or paper.is_current or paper.replaced_by:
        return []
    return [error("kinds.paper-void", paper.number, day=paper.ended_on or "—")]


def paper_ended(question: Question) -> list[Finding]:
    """Demand that the paper was voided or replaced by the day; a standing paper is not said to be void."""
    paper = question.paper
    if paper is None:
        return []
    if not paper.is_current and (paper.ended_on is None or paper.ended_on <= question.known_until):
        return []
    return [error("kinds.paper-stands", paper.number, title=paper.title)]


def correction_stated(question: Question) -> list[Finding]:
    """Demand at least one wrong value with the right one beside it; the account is never changed this way (§3.4)."""
    paper, said = question.paper, question.dossier.correction
    if paper is None:
        return []
    if said is None or said.number != paper.number or not said.rows:
        return [error("kinds.nothing-corrected", paper.number)]
    return [
        error("kinds.account-by-correction", paper.number, what=row.what, new=row.new)
        for row in said.rows
        if _is_other_account(question, row)
    ]


def _is_other_account(question: Question, row: Mended) -> bool:
    """Tell whether a correction would name an account that is not the contract's, by its name or by its digits."""
    account = terms_as_of(question.deal, as_of=question.as_of).terms.account
    written = "".join(row.new.split())
    own = (account.number, account.holder, account.bank, account.bank_code or "")
    if written in {"".join(each.split()) for each in own}:
        return False
    if any(word in row.what for word in _ACCOUNT_WORDS):
        return True
    is_other = any(word in row.what for word in _OTHER_NUMBERS)
    return not is_other and any(len(run) >= _ACCOUNT_DIGITS for run in re.findall(r"\d+", written))
