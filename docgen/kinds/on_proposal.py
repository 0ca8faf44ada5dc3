"""Conditions on the proposal: it is there and still open, answers every need in figures, names no other customer."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from docgen.deals import checks_proposal
from docgen.deals.deal import Deal
from docgen.deals.proposal import Proposal
from docgen.findings import Finding, error
from docgen.kinds.question import Question


def proposal_exists(question: Question) -> list[Finding]:
    """Demand a proposal in the record: nothing is quoted without version, day and term."""
    if question.deal.proposal is not None:
        return []
    return [error("kinds.no-proposal", "proposal", contract=question.contract_name)]


def proposal_covers_needs(question: Question) -> list[Finding]:
    """Demand all parts of a proposal, and an answer to each need (R-2.2-03)."""
    return _asked(question, lambda _, it: (*checks_proposal.missing_parts(it), *checks_proposal.unanswered(it)))


def proposal_effects_quantified(question: Question) -> list[Finding]:
    """Demand a figure in each effect promised (R-2.2-12)."""
    return _asked(question, lambda _, it: checks_proposal.unquantified(it))


def proposal_cases_masked(question: Question) -> list[Finding]:
    """Refuse a reference case that names any customer of the register, or this deal's own (R-2.2-05)."""
    known = question.dossier.customer_names
    return _asked(question, lambda deal, it: checks_proposal.unmasked(it, (*checks_proposal.own_names(deal), *known)))


def proposal_adds_up(question: Question) -> list[Finding]:
    """Demand that list prices less discounts come to the total of the terms."""
    return _asked(question, checks_proposal.not_adding_up)


def proposal_feedback_closed(question: Question) -> list[Finding]:
    """Refuse a new version while an objection to an earlier one is open (表4)."""
    return _asked(question, lambda _, it: checks_proposal.unclosed(it))


def proposal_valid(question: Question) -> list[Finding]:
    """Refuse a paper dated before the proposal, or after the last day the offer binds us."""
    return _asked(question, lambda _, it: _outside(question, it))


def unsigned_on_the_day(question: Question) -> list[Finding]:
    """Refuse a quotation for what is already a contract; from then on there are changes."""
    if question.signed_on is None:
        return []
    params = {"contract": question.contract_name, "day": question.signed_on}
    return [error("kinds.signed-by-then", "facts.signature", **params)]


def _asked(
    question: Question, ask: Callable[[Deal, Proposal], Iterator[Finding] | tuple[Finding, ...]]
) -> list[Finding]:
    """Return what is found of the proposal; none where there is none: another condition says so."""
    proposal = question.deal.proposal
    return list(ask(question.deal, proposal)) if proposal is not None else []


def _outside(question: Question, proposal: Proposal) -> Iterator[Finding]:
    if question.dated < proposal.dated:
        yield error("kinds.proposal-not-yet", "proposal.dated", dated=question.dated, day=proposal.dated)
    if question.dated > proposal.valid_until:
        yield error("kinds.proposal-expired", "proposal.valid_days", dated=question.dated, until=proposal.valid_until)
