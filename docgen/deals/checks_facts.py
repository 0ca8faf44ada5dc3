"""Can it have happened like this? Signatures, deliveries, invoices, payments and the end, set side by side.

Facts are checked against the terms in force on their day. A gap in running numbers is no error: a withdrawn fact
leaves one.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal

from docgen.deals.amending import terms_as_of
from docgen.deals.checks_acceptance import check_acceptances
from docgen.deals.checks_handling import check_handling
from docgen.deals.checks_payments import pays_penalties_first
from docgen.deals.checks_refunds import check_refunds
from docgen.deals.deal import Deal
from docgen.deals.fulfilment import Delivery, Invoice, Notice, Payment, TerminationGround
from docgen.deals.handling import HandlingFlag, OverdueReason, WriteOff
from docgen.deals.milestones import signed_on
from docgen.deals.money import split
from docgen.deals.plan import TriggerEvent
from docgen.deals.refunds import payments_kept, received
from docgen.deals.wording import day_words
from docgen.findings import Finding, error, warning

_FORMS = {"paper_original", "stamped_scan", "e_signed"}


def check_facts(deal: Deal) -> Iterator[Finding]:
    """Yield what is wrong with the facts of a record."""
    yield from _check_signature(deal)
    yield from _check_change_signatures(deal)
    yield from _check_numbers(deal)
    yield from _check_before_signing(deal)
    yield from _check_deliveries(deal)
    yield from check_acceptances(deal)
    yield from check_handling(deal)
    yield from _check_instalments_named(deal)
    yield from _check_invoices(deal)
    yield from _check_payments(deal)
    yield from check_refunds(deal)
    yield from _check_termination(deal)


def _check_signature(deal: Deal) -> Iterator[Finding]:
    signature, dated = deal.facts.signature, deal.terms.contract.dated
    if signature is None:
        return
    if signature.form not in _FORMS:
        yield error("deals.signature-form-unknown", "facts.signature.form", value=signature.form)
    if signature.form == "stamped_scan":
        yield warning("deals.only-a-stamped-scan", "facts.signature.form")
    if dated and min(signature.ours, signature.theirs) < dated:
        yield warning("deals.signed-before-dated", "facts.signature", dated=day_words(dated))


def _check_change_signatures(deal: Deal) -> Iterator[Finding]:
    changes = {each.seq: each for each in deal.changes}
    signed = signed_on(deal)
    for index, each in enumerate(deal.facts.change_signatures):
        path = f"facts.change_signatures[{index}]"
        change = changes.get(each.change)
        if change is None:
            yield error("deals.no-such-change", f"{path}.change", seq=each.change)
        elif min(each.ours, each.theirs) < change.requested_on:
            yield error("deals.change-signed-before-asked", path, seq=each.change, day=day_words(change.requested_on))
        if signed is None or each.later_day < signed:
            yield error("deals.change-before-signature", path, seq=each.change)


def _check_numbers(deal: Deal) -> Iterator[Finding]:
    facts = deal.facts
    numbers: dict[str, Iterable[object]] = {
        "change_signatures": (each.change for each in facts.change_signatures),
        "deliveries": (each.seq for each in facts.deliveries),
        "acceptances": (each.seq for each in facts.acceptances),
        "payments": (each.seq for each in facts.payments),
        "refunds": (each.seq for each in facts.refunds),
        "notices": (each.seq for each in facts.notices),
        "invoices": (each.number for each in facts.invoices),
        "flags": (each.seq for each in facts.flags),
        "overdue_reasons": (each.seq for each in facts.overdue_reasons),
        "write_offs": (each.instalment for each in facts.write_offs),
        "delays": (each.seq for each in facts.delays),
        "tasks_done": (each.seq for each in facts.tasks_done),
    }
    for name, found in numbers.items():
        for number, count in Counter(found).items():
            if count > 1:
                yield error("deals.fact-key-twice", f"facts.{name}", key=number)


def _check_before_signing(deal: Deal) -> Iterator[Finding]:
    """Deliveries and money before the signature happen, but want a look; facts of an unsigned contract too."""
    signed = signed_on(deal)
    lists: tuple[tuple[str, Sequence[Delivery | Payment]], ...] = (
        ("deliveries", deal.facts.deliveries),
        ("payments", deal.facts.payments),
    )
    for name, found in lists:
        for index, each in enumerate(found):
            if signed is None or each.on < signed:
                yield warning("deals.fact-before-signature", f"facts.{name}[{index}].on", day=day_words(each.on))


def _check_deliveries(deal: Deal) -> Iterator[Finding]:
    arrived: defaultdict[int, Decimal] = defaultdict(Decimal)
    for index, delivery in enumerate(deal.facts.deliveries):
        lines = terms_as_of(deal, as_of=delivery.on).terms.lines
        for position, part in enumerate(delivery.lines):
            path = f"facts.deliveries[{index}].lines[{position}]"
            if part.line > len(lines):
                yield error("deals.no-such-line", f"{path}.line", line=part.line, count=len(lines))
                continue
            arrived[part.line] += part.quantity
            ordered = lines[part.line - 1].quantity
            if arrived[part.line] > ordered:
                yield error("deals.delivered-too-much", path, line=part.line, total=arrived[part.line], ordered=ordered)


def _check_instalments_named(deal: Deal) -> Iterator[Finding]:
    lists: tuple[tuple[str, Sequence[Invoice | Payment | Notice | HandlingFlag | OverdueReason | WriteOff]], ...] = (
        ("invoices", deal.facts.invoices),
        ("payments", deal.facts.payments),
        ("notices", deal.facts.notices),
        ("flags", deal.facts.flags),
        ("overdue_reasons", deal.facts.overdue_reasons),
        ("write_offs", deal.facts.write_offs),
    )
    known = {part.seq for part in deal.terms.plan}
    known |= {part.seq for change in deal.changes for part in change.new.plan or ()}
    for name, found in lists:
        for index, each in enumerate(found):
            if each.instalment is not None and each.instalment not in known:
                yield error("deals.no-such-instalment", f"facts.{name}[{index}].instalment", seq=each.instalment)


def _check_invoices(deal: Deal) -> Iterator[Finding]:
    terms = terms_as_of(deal, as_of=date.max).terms
    waits = any(c.event is TriggerEvent.INVOICE_RECEIVED for part in terms.plan for c in part.trigger.all_of)
    for index, invoice in enumerate(deal.facts.invoices):
        path = f"facts.invoices[{index}]"
        if invoice.received_on and invoice.received_on < invoice.on:
            yield error("deals.invoice-received-early", f"{path}.received_on", day=day_words(invoice.on))
        if waits and invoice.instalment is None and len(terms.plan) > 1:
            yield warning("deals.invoice-for-which-instalment", f"{path}.instalment", number=invoice.number)
    invoiced = sum((each.amount for each in deal.facts.invoices), Decimal(0))
    if invoiced > terms.total:
        yield warning("deals.invoiced-too-much", "facts.invoices", found=invoiced, total=terms.total)


def _check_payments(deal: Deal) -> Iterator[Finding]:
    if pays_penalties_first(deal):
        return  # asked in docgen.deals.checks_payments
    terms = terms_as_of(deal, as_of=date.max).terms
    paid = received(deal, as_of=date.max)
    if paid > terms.total:
        yield warning("deals.paid-too-much", "facts.payments", found=paid, total=terms.total)
    for part, amount in zip(terms.plan, split(terms.total, terms.plan), strict=True):
        kept = payments_kept(deal, until=date.max)
        own = sum((each.amount for each in kept if each.instalment == part.seq), Decimal(0))
        if own > amount:
            yield warning("deals.instalment-paid-too-much", "facts.payments", seq=part.seq, found=own, amount=amount)


def _check_termination(deal: Deal) -> Iterator[Finding]:
    termination = deal.facts.termination
    if termination is None:
        return
    signed = signed_on(deal)
    if signed is None or termination.on < signed:
        yield error("deals.ended-before-signature", "facts.termination.on", day=day_words(termination.on))
    if pays_penalties_first(deal):
        return
    paid = received(deal, as_of=termination.on)
    total = terms_as_of(deal, as_of=termination.on).terms.total
    if termination.ground is TerminationGround.PERFORMED and paid < total:
        yield warning("deals.performed-but-unpaid", "facts.termination.ground", open=total - paid)
