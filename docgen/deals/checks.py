"""Does the record make sense? Everything that can be said about it at once: terms, parties, changes, facts.

An error stops every paper: a sum that does not add up, a date that cannot be. A warning wants a look by a person: the
manual's rules of thumb, data that is unusual but may be right. A note only informs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from stdnum.cn import uscc

from docgen.deals.amending import differences, effective_on, terms_with
from docgen.deals.changes import Change
from docgen.deals.checks_facts import check_facts
from docgen.deals.checks_handling import check_overdue_reasons
from docgen.deals.checks_payments import check_penalty_first
from docgen.deals.checks_proposal import check_proposal
from docgen.deals.checks_repaying import check_repaying
from docgen.deals.checks_terms import check_terms
from docgen.deals.deal import Deal
from docgen.deals.parties import BankAccount, Company, Customer
from docgen.deals.schedule import plan_parts
from docgen.deals.terms import Contract, Terms
from docgen.deals.wording import day_words
from docgen.deals.workdays import Calendar
from docgen.findings import Finding, Severity, error, has_errors, note, warning

_WEIGHT = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}
_PRICE_SUBJECTS = {"价格明细", "合同总额（含税）"}
_BANK_CODE = re.compile(r"[0-9]{12}\Z")
_REQUESTERS = {"customer", "seller"}


def check(deal: Deal, *, calendar: Calendar) -> list[Finding]:
    """Return every finding about a record, errors first, each with code, field path and remedy."""
    findings = [
        *_check_company(deal.company),
        *_check_customer(deal.customer, deal.company),
        *_check_contract(deal.terms.contract),
        *check_terms(deal.terms, where="terms"),
        *_check_account(deal),
        *_check_delivery_day(deal.terms, calendar),
        *_check_changes(deal),
        *check_facts(deal),
        *_check_bounds(deal),
        *check_proposal(deal),
        *check_repaying(deal),
    ]
    if not has_errors(findings):
        findings += [*_check_past_parts(deal, calendar), *check_penalty_first(deal, calendar)]
        findings += check_overdue_reasons(deal, calendar)
    return sorted(findings, key=lambda each: _WEIGHT[each.severity])


def _check_company(company: Company) -> Iterator[Finding]:
    yield from _check_uscc(company.uscc, "company.uscc")
    for index, account in enumerate(company.accounts):
        yield from _check_holder(account, company, f"company.accounts[{index}]")


def _check_uscc(code: str, where: str) -> Iterator[Finding]:
    """Genuine codes that fail their check digit exist: only a warning (domain 3.4)."""
    if not uscc.is_valid(code):
        yield warning("deals.uscc-doubtful", where, value=code)


def _check_holder(account: BankAccount, company: Company, where: str) -> Iterator[Finding]:
    if account.holder != company.name:
        yield warning("deals.holder-differs", f"{where}.holder", holder=account.holder, name=company.name)
    if account.bank_code is not None and not _BANK_CODE.match(account.bank_code):
        yield warning("deals.bank-code-doubtful", f"{where}.bank_code", value=account.bank_code)


def _check_customer(customer: Customer, company: Company) -> Iterator[Finding]:
    if customer.name == company.name or (customer.uscc and customer.uscc == company.uscc):
        yield error("deals.customer-is-ourselves", "customer.name", name=customer.name)
    if customer.uscc is None:
        yield note("deals.uscc-not-given", "customer.uscc")
    else:
        yield from _check_uscc(customer.uscc, "customer.uscc")
    if not any(each.is_decision_maker for each in customer.contacts):
        yield warning("deals.no-decision-maker", "customer.contacts")
    invoicing = customer.invoicing
    if invoicing and invoicing.title != customer.name:
        yield warning("deals.invoice-title-differs", "customer.invoicing.title", title=invoicing.title)
    if invoicing and customer.uscc and invoicing.tax_number != customer.uscc:
        yield warning("deals.tax-number-differs", "customer.invoicing.tax_number", value=invoicing.tax_number)


def _check_contract(contract: Contract) -> Iterator[Finding]:
    numbers = (("number", contract.number), ("order_number", contract.order_number))
    for name, number in numbers:
        if number and not _is_dated(number[2:10]):
            yield error("deals.number-without-day", f"terms.contract.{name}", value=number)


def _is_dated(digits: str) -> bool:
    try:
        datetime.strptime(digits, "%Y%m%d")  # noqa: DTZ007  # only asks whether the day exists
    except ValueError:
        return False
    return True


def _check_account(deal: Deal) -> Iterator[Finding]:
    account = deal.terms.account
    if account not in deal.company.accounts:
        yield warning("deals.account-not-registered", "terms.account", number=account.number)
        yield from _check_holder(account, deal.company, "terms.account")


def _check_delivery_day(terms: Terms, calendar: Calendar) -> Iterator[Finding]:
    due = terms.delivery.due
    if due and terms.rolls_due_dates and terms.rolls_fixed_dates and not calendar.is_workday(due):
        rolled = calendar.roll(due).day
        yield note("deals.delivery-on-rest-day", "terms.delivery.due", day=day_words(due), rolled=day_words(rolled))


def _check_changes(deal: Deal) -> Iterator[Finding]:
    if [each.seq for each in deal.changes] != list(range(1, len(deal.changes) + 1)):
        found = "、".join(str(each.seq) for each in deal.changes)
        yield error("deals.numbers-not-in-order", "changes", title="变更次序", found=found)
    terms = deal.terms
    for index, change in enumerate(deal.changes):
        changed = terms_with(terms, change)
        yield from _check_change(change, terms, changed, f"changes[{index}]")
        terms = changed


def _check_change(change: Change, before: Terms, after: Terms, where: str) -> Iterator[Finding]:
    if change.requested_by not in _REQUESTERS:
        yield error("deals.requester-unknown", f"{where}.requested_by", value=change.requested_by)
    for index, worded in enumerate(change.worded):
        if worded.old == worded.new:
            yield error("deals.worded-change-same", f"{where}.worded[{index}].new")
    dated = before.contract.dated
    if dated and change.requested_on < dated:
        yield warning("deals.change-before-contract", f"{where}.requested_on", day=day_words(change.requested_on))
    known, found = (list(check_terms(terms, where=f"{where}.new")) for terms in (before, after))
    yield from (each for each in found if each not in known)
    if not has_errors([*known, *found]):
        yield from _check_difference(change, before, after, where)


def _check_past_parts(deal: Deal, calendar: Calendar) -> Iterator[Finding]:
    """A change that raises a part already due leaves the rest of it without a day of its own."""
    for index, change in enumerate(deal.changes):
        day = effective_on(deal, change)
        if day is None:
            continue
        before, after = (plan_parts(deal, as_of=each, calendar=calendar) for each in (day - timedelta(days=1), day))
        was = {each.part.seq: each.amount for each in before}
        for each in after:
            if each.due and each.due.due < day and each.amount > was.get(each.part.seq, 0):
                where, due = f"changes[{index}].new.plan", day_words(each.due.due)
                yield warning("deals.change-raises-past-part", where, seq=change.seq, part=each.part.seq, due=due)


def _check_difference(change: Change, before: Terms, after: Terms, where: str) -> Iterator[Finding]:
    items = differences(before, after, change)
    if not items:
        yield error("deals.change-without-difference", where, seq=change.seq)
    elif after.total < before.total and not _has_other_terms(before, after, change):
        yield warning("deals.price-cut-alone", f"{where}.new.total", old=before.total, new=after.total)


def _has_other_terms(before: Terms, after: Terms, change: Change) -> bool:
    """Tell whether anything but the price changes; amounts of an unchanged plan follow the price (R-2.3-01)."""
    others = {each.subject for each in differences(before, after, change)} - _PRICE_SUBJECTS
    return bool(others - {"付款计划"}) or before.plan != after.plan


def _check_bounds(deal: Deal) -> Iterator[Finding]:
    """Our floor ≤ the price ≤ the customer's ceiling (R-2.3-16)."""
    floor, ceiling, total = deal.internal.floor_price, deal.internal.customer_ceiling, deal.terms.total
    if floor is not None and total < floor:
        yield warning("deals.below-floor", "internal.floor_price", total=total, floor=floor)
    if ceiling is not None and total > ceiling:
        yield warning("deals.above-ceiling", "internal.customer_ceiling", total=total, ceiling=ceiling)
    if floor is not None and ceiling is not None and floor > ceiling:
        yield warning("deals.floor-above-ceiling", "internal.floor_price", floor=floor, ceiling=ceiling)
