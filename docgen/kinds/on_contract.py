"""Conditions on the contract itself: signed, numbered, alive, with an account and an address one can print."""

from __future__ import annotations

from docgen.deals.milestones import terminated_on
from docgen.findings import Finding, error, warning
from docgen.kinds.accounts import account_on
from docgen.kinds.question import Question

_PLACEHOLDERS = {
    "待补充",
    "待定",
    "未知",
    "不详",
    "暂无",
    "无",
    "略",
    "tbd",
    "n/a",
    "-",
    "—",
    "/",
    "xxxx",
    "xxx",
    "?",
    "？",
}


def contract_numbered(question: Question) -> list[Finding]:
    """Demand our contract number: the paper's own number begins with it."""
    if question.deal.terms.contract.number:
        return []
    return [error("kinds.no-contract-number", "terms.contract.number", title=question.deal.terms.contract.title)]


def signed(question: Question) -> list[Finding]:
    """Demand a contract signed by both as of the day; the later signature counts."""
    if question.signed_on is not None:
        return []
    signature = question.deal.facts.signature
    if signature is None:
        return [error("kinds.not-signed", "facts.signature", contract=question.contract_name)]
    params = {"contract": question.contract_name, "day": signature.later_day, "as_of": question.as_of}
    return [error("kinds.signed-later", "facts.signature", **params)]


def not_terminated(question: Question) -> list[Finding]:
    """Refuse a paper that lives on a running contract once the contract has ended."""
    day = terminated_on(question.deal, as_of=question.as_of)
    if day is None:
        return []
    return [error("kinds.terminated", "facts.termination", contract=question.contract_name, day=day)]


def account_on_file(question: Question) -> list[Finding]:
    """Demand that the account to be printed is the contract's, in our own name, and still one of ours (§3.4)."""
    account, _ = account_on(question.deal, question.dossier, as_of=question.as_of)
    company = question.deal.company
    findings: list[Finding] = []
    if _is_placeholder(account.bank) or _is_placeholder(account.number) or not account.number.strip("0-"):
        findings.append(error("kinds.no-account", "terms.account", contract=question.contract_name))
    if account.holder != company.name:
        where = "terms.account.holder"
        findings.append(error("kinds.account-not-ours", where, holder=account.holder, company=company.name))
    if account.number not in {own.number for own in company.accounts}:
        where = "terms.account.number"
        findings.append(warning("kinds.account-not-listed", where, number=account.number, company=company.name))
    return findings


def customer_address_known(question: Question) -> list[Finding]:
    """Demand a customer address that a letter can be sent to, not a stand-in for one."""
    customer = question.deal.customer
    if not _is_placeholder(customer.address):
        return []
    return [error("kinds.no-address", "customer.address", customer=customer.name, address=customer.address)]


def paper_date_not_before(question: Question) -> list[Finding]:
    """Refuse a paper dated before the thing it speaks of came about."""
    milestone = question.milestone
    if milestone is None or question.dated >= milestone:
        return []
    return [error("kinds.dated-too-early", "dated", dated=question.dated, milestone=milestone)]


def _is_placeholder(text: str) -> bool:
    return text.strip().strip("（）()").lower() in _PLACEHOLDERS
