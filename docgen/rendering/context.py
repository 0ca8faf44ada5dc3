"""What a template may print: the deal laid out as plain values, for one paper about one part of it, as of one day.

Templates see dictionaries, lists, text, whole numbers, Decimal amounts and dates, nothing else. Each field is copied
here by name, so a field nobody copied (our floor price, a customer's grade) cannot reach a paper for customers. A value
that the record may lack stands here as None; a template that prints it without asking first is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType

from docgen.deals.amending import Version
from docgen.deals.deal import Deal
from docgen.deals.milestones import signed_on
from docgen.deals.schedule import delivery_due
from docgen.deals.terms import Terms
from docgen.deals.workdays import Calendar
from docgen.errors import Refused
from docgen.kinds.articles import article_words
from docgen.kinds.clauses import variant_of
from docgen.kinds.dossier import EMPTY, Dossier
from docgen.kinds.kind import Audience, Kind, Section, SubjectType
from docgen.kinds.naming import title_of
from docgen.kinds.subjects import Subject
from docgen.rendering.sections import (
    acceptance,
    account,
    agreed,
    approvals,
    attachments,
    change,
    checklist,
    dunning,
    evidence,
    instalments,
    order,
    paper_asked,
    papers,
    penalty,
    proposal,
    quotation,
    repayment,
    statement,
    warranty_end,
)
from docgen.rendering.sections.background import Background, PaperFacts, Values
from docgen.rendering.sections.terms import delivery_terms, person, price_lines, price_sums, standards, warranty

SUBJECTS: Mapping[SubjectType, Callable[[Background, int], Values | None]] = MappingProxyType(
    {
        SubjectType.INSTALMENT: instalments.asked,
        SubjectType.CHANGE: change.asked,
        SubjectType.ACCEPTANCE: acceptance.asked,
        SubjectType.PAPER: paper_asked.asked,
        SubjectType.ORDER: order.asked,
        SubjectType.APPROVAL: approvals.asked,
        SubjectType.REPAYMENT: repayment.asked,
        SubjectType.ACCOUNT_CHANGE: account.asked,
    }
)
"""The part of the deal a paper speaks of, under the name of its type; the contract as a whole has none."""

ABOUT_PAPER = "about"
"""The paper a notice speaks of stands under this name: `paper` is the notice itself."""

SECTIONS: Mapping[Section, Callable[[Background], Values]] = MappingProxyType(
    {
        Section.PAPERS: papers.section,
        Section.PENALTY: penalty.section,
        Section.ATTACHMENTS: attachments.section,
        Section.WARRANTY_PERIOD: warranty_end.section,
        Section.AGREED: agreed.section,
        Section.PROPOSAL: proposal.section,
        Section.QUOTATION: quotation.section,
        Section.CHECKLIST: checklist.section,
        Section.APPROVALS: approvals.section,
        Section.STATEMENT: statement.section,
        Section.DUNNING: dunning.section,
        Section.EVIDENCE: evidence.section,
    }
)
"""What a kind may ask for besides (`shows` in kind.toml); each stands in the data under its own name."""


def build_context(  # noqa: PLR0913  # the interface of the trade: which deal, paper, part, day
    deal: Deal,
    kind: Kind,
    subject: Subject,
    *,
    as_of: date,
    paper: PaperFacts,
    calendar: Calendar,
    dossier: Dossier = EMPTY,
) -> Values:
    """Return everything a template of the kind may print about that part of the deal as of that day.

    Raises:
        Refused: the deal has no such instalment, change or acceptance as of the day.
    """
    about = Background(deal, kind, subject, as_of, paper, calendar, dossier)
    terms = about.terms
    context: Values = {
        "paper": _paper(about),
        "company": _company(deal),
        "customer": _customer(deal),
        "contract": _contract(deal, about.version, as_of=as_of),
        "account": account.on_file(about),
        "lines": price_lines(terms.lines),
        "totals": price_sums(terms),
        "instalments": instalments.rows(about),
        "delivery": _delivery(deal, terms, as_of=as_of, calendar=calendar),
        "standards": standards(terms),
        "warranty": warranty(terms),
        "dispute_clause": terms.dispute_clause,
    }
    if kind.spec.audience is Audience.INTERNAL:
        context["internal"] = deal.internal.model_dump()
    if kind.spec.clauses:
        context |= _numbering(kind, terms)
    context |= {section.value: SECTIONS[section](about) for section in kind.spec.shows}
    return context | _subject(about)


def _subject(about: Background) -> Values:
    """Return the part of the deal the paper speaks of, under the name of its type."""
    wanted = about.subject
    if wanted.type is SubjectType.CONTRACT:
        return {}
    found = SUBJECTS[wanted.type](about, wanted.seq)
    if found is None:
        raise Refused.of("kinds.no-such-part", str(wanted), subject=str(wanted))
    return {ABOUT_PAPER if wanted.type is SubjectType.PAPER else wanted.type.value: found}


def _numbering(kind: Kind, terms: Terms) -> Values:
    """Return what the paper's clauses are called (`articles.breach` is 第九条), and which of their texts it takes."""
    named = {name.replace("-", "_"): article_words(number) for name, number in kind.spec.articles.items()}
    return {"articles": named, "variant": variant_of(terms).value}


def _paper(about: Background) -> Values:
    paper = about.paper
    title = title_of(about.kind, about.deal, about.subject, as_of=about.as_of, calendar=about.calendar)
    return {
        "title": title,
        "heading": title,
        "number": paper.number,
        "letter_number": paper.letter_number,
        "dated": paper.dated,
        "is_draft": paper.is_draft,
    }


def _company(deal: Deal) -> Values:
    ours = deal.company
    return {
        "name": ours.name,
        "short_name": ours.short_name,
        "uscc": ours.uscc,
        "legal_representative": ours.legal_representative,
        "address": ours.address,
        "phone": ours.phone,
        "email": ours.email,
        "postcode": ours.postcode,
        "finance_contact": person(ours.finance_contact),
        "signer": person(ours.signer) if ours.signer else None,
    }


def _customer(deal: Deal) -> Values:
    theirs, signer = deal.customer, deal.terms.contract.customer_signer
    invoicing = theirs.invoicing
    return {
        "name": theirs.name,
        "uscc": theirs.uscc,
        "address": theirs.address,
        "phone": theirs.phone,
        "legal_representative": theirs.legal_representative,
        "contact": person(theirs.contacts[0]),
        "signer": person(signer) if signer else None,
        "invoicing": invoicing.model_dump() if invoicing else None,
    }


def _contract(deal: Deal, version: Version, *, as_of: date) -> Values:
    contract = version.terms.contract
    return {
        "number": contract.number,
        "title": contract.title,
        "order_number": contract.order_number,
        "customer_numbers": list(contract.customer_numbers),
        "dated": contract.dated,
        "signed_on": signed_on(deal, as_of=as_of),
        "place": contract.place,
        "copies": contract.copies,
        "version": version.number,
        "price_clause": version.terms.price_clause,
    }


def _delivery(deal: Deal, terms: Terms, *, as_of: date, calendar: Calendar) -> Values:
    due = delivery_due(deal, as_of=as_of, calendar=calendar)
    return delivery_terms(terms) | {"due_now": due.due if due else None}
