"""Conditions on a contract before it is printed for signature: places, days, disputes, and words that do harm."""

from __future__ import annotations

import re

from docgen.deals.plan import TriggerEvent
from docgen.findings import Finding, error, warning
from docgen.kinds.articles import misplaced
from docgen.kinds.plain_words import contract_texts, deposit_words, vague_words
from docgen.kinds.question import Question

_COURT = re.compile("法院|诉讼|起诉")


def not_yet_signed(question: Question) -> list[Finding]:
    """Refuse to print a signed contract again, on whatever day: changes go into a 补充协议, copies from the archive."""
    signature = question.deal.facts.signature
    if signature is None:
        return []
    params = {"contract": question.contract_name, "day": signature.later_day}
    return [error("kinds.signed-already", "facts.signature", **params)]


def contract_clauses_agree(question: Question) -> list[Finding]:
    """Demand that every clause the record refers to is where the contract will have it."""
    return [
        error("kinds.clause-elsewhere", each.field, named=each.words, printed=str(place))
        for each, place in misplaced(question.deal.terms, question.articles)
    ]


def contract_days_ahead(question: Question) -> list[Finding]:
    """Warn when a day the contract agrees on is over before the paper is dated: nobody could keep it."""
    terms = question.deal.terms
    days = [("terms.delivery.due", terms.delivery.due)]
    for place, part in enumerate(terms.plan):
        for number, wait in enumerate(part.trigger.all_of):
            if wait.event is TriggerEvent.FIXED_DATE:
                days.append((f"terms.plan[{place}].trigger.all_of[{number}].on", wait.on))
    return [
        warning("kinds.day-already-past", where, day=day, dated=question.dated)
        for where, day in days
        if day is not None and day < question.dated
    ]


def dispute_clause_present(question: Question) -> list[Finding]:
    """Demand where disputes go; warn of the buyer's court (X-18) and of court and arbitration together.

    An agreement to arbitrate or to sue, at choice, is void as to arbitration (仲裁法司法解释 7 条).
    """
    where, clause = "terms.dispute_clause", question.deal.terms.dispute_clause
    if clause is None:
        return [error("kinds.no-dispute-clause", where, contract=question.contract_name)]
    findings = []
    if "仲裁" in clause and _COURT.search(clause):
        findings.append(error("kinds.court-and-arbitration", where, clause=clause))
    if re.search("(甲方|买方|需方)(所在地|住所地)", clause):
        findings.append(warning("kinds.dispute-at-customer", where, clause=clause))
    return findings


def seller_declaration_fits(question: Question) -> list[Finding]:
    """Refuse the statement that we are 中小企业 where the record does not say so (保障中小企业款项支付条例)."""
    terms = question.deal.terms
    if not terms.seller_declared or (terms.seller_class is not None and terms.seller_class.is_sme):
        return []
    return [error("kinds.declaration-unfounded", "terms.seller_class", contract=question.contract_name)]


def no_deposit_words(question: Question) -> list[Finding]:
    """Refuse 定金, 订金 and 押金 in what the contract prints: an advance is 预付款."""
    return [
        error("kinds.deposit-word", where, word=word)
        for where, text in contract_texts(question.deal.terms)
        for word in deposit_words(text)
    ]


def no_vague_words(question: Question) -> list[Finding]:
    """Warn of words without measure in what the contract prints (R-2.3-13); nothing is changed by itself."""
    return [
        warning("kinds.vague-word", where, word=word)
        for where, text in contract_texts(question.deal.terms)
        for word in vague_words(text)
    ]
