"""The question each condition answers: may this paper about this part of this deal go out on this day?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from docgen.deals.amending import terms_as_of
from docgen.deals.changes import Change
from docgen.deals.deal import Deal
from docgen.deals.fulfilment import Acceptance
from docgen.deals.milestones import signed_on
from docgen.deals.plan import Instalment
from docgen.deals.repaying import AccountChange, Repayment
from docgen.deals.workdays import Calendar
from docgen.findings import Finding
from docgen.kinds.agreement import Agreement, agreement
from docgen.kinds.dossier import EMPTY, Dossier, KnownPaper
from docgen.kinds.kind import SubjectType
from docgen.kinds.subjects import Subject


@dataclass(frozen=True, slots=True)
class Question:
    """Deal, subject and days. `as_of`: facts after it are not known yet. `dated`: the day the paper will bear.

    `articles` is the kind's own numbering, clause name → number, where its papers are made of clauses.
    """

    deal: Deal
    subject: Subject
    as_of: date
    dated: date
    calendar: Calendar
    dossier: Dossier = EMPTY
    articles: Mapping[str, int] = field(default_factory=dict)

    @property
    def contract_name(self) -> str:
        """Return the contract's number, or its title while it has none."""
        return self.deal.terms.contract.number or self.deal.terms.contract.title

    @property
    def signed_on(self) -> date | None:
        """Return the day the contract was signed by both, where that is known as of the day."""
        return signed_on(self.deal, as_of=self.as_of)

    @property
    def instalment(self) -> Instalment | None:
        """Return the instalment asked about, in the terms in force."""
        if self.subject.type is not SubjectType.INSTALMENT:
            return None
        plan = terms_as_of(self.deal, as_of=self.as_of).terms.plan
        return next((part for part in plan if part.seq == self.subject.seq), None)

    @property
    def change(self) -> Change | None:
        """Return the change asked about, if it was asked for by the day."""
        if self.subject.type is not SubjectType.CHANGE:
            return None
        known = (change for change in self.deal.changes if change.requested_on <= self.as_of)
        return next((change for change in known if change.seq == self.subject.seq), None)

    @property
    def agreement(self) -> Agreement | None:
        """Return the change with the terms before and after it."""
        change = self.change
        return agreement(self.deal, change, as_of=self.as_of) if change else None

    @property
    def acceptance(self) -> Acceptance | None:
        """Return the acceptance asked about, held or not."""
        if self.subject.type is not SubjectType.ACCEPTANCE:
            return None
        return next((held for held in self.deal.facts.acceptances if held.seq == self.subject.seq), None)

    @property
    def repayment(self) -> Repayment | None:
        """Return the repayment plan asked about, in the record or not yet."""
        if self.subject.type is not SubjectType.REPAYMENT:
            return None
        return next((each for each in self.deal.repayments if each.seq == self.subject.seq), None)

    @property
    def account_change(self) -> AccountChange | None:
        """Return the change of account asked about."""
        if self.subject.type is not SubjectType.ACCOUNT_CHANGE:
            return None
        return next((each for each in self.deal.account_changes if each.seq == self.subject.seq), None)

    @property
    def paper(self) -> KnownPaper | None:
        """Return the paper asked about, standing or not, if it was issued by the day."""
        if self.subject.type is not SubjectType.PAPER:
            return None
        found = self.dossier.own(self.subject.name)
        return found if found and found.dated <= self.as_of else None

    @property
    def known_until(self) -> date:
        """Return the last day whose facts the paper may state: the day asked for, or its own if that is earlier."""
        return min(self.as_of, self.dated)

    @property
    def milestone(self) -> date | None:
        """Return the day the paper's occasion came about; no paper is dated before it."""
        if self.acceptance is not None:
            return self.acceptance.on
        if self.change is not None:
            return max(self.change.requested_on, self.signed_on or self.change.requested_on)
        if self.paper is not None:
            return self.paper.ended_on or self.paper.dated
        return self.signed_on


Predicate = Callable[[Question], list[Finding]]
"""A named condition: no findings means it holds."""
