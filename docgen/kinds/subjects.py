"""What one paper speaks of: an instalment, a change, an acceptance, another paper, or the contract as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from docgen.deals.amending import terms_as_of
from docgen.deals.deal import Deal
from docgen.kinds.dossier import EMPTY, Dossier
from docgen.kinds.kind import Kind, SubjectType


@dataclass(frozen=True, slots=True, order=True)
class Subject:
    """One part of one deal, by its own number in the record (期次, 变更次序, 验收次序); the contract itself is 0.

    A paper is named by the number it bears.
    """

    type: SubjectType
    seq: int = 0
    name: str = ""

    def __str__(self) -> str:
        if self.type is SubjectType.PAPER:
            return f"{self.type.value} {self.name}"
        if self.type is SubjectType.ORDER:  # the order is the contract, or what a change makes of it
            return f"{SubjectType.CHANGE.value} {self.seq}" if self.seq else SubjectType.CONTRACT.value
        if self.type is SubjectType.COMPANY:
            return self.type.value
        return self.type.value if self.type is SubjectType.CONTRACT else f"{self.type.value} {self.seq}"


def subjects(kind: Kind, deal: Deal, *, as_of: date, dossier: Dossier = EMPTY) -> tuple[Subject, ...]:
    """Return every part of the deal that the kind could speak of as of a day, ready or not, in the record's order.

    An order is numbered by the change that makes it: 0 as first agreed. Approvals are those of the dossier.
    """
    wanted = kind.spec.subject
    if wanted is SubjectType.CONTRACT:
        return (Subject(wanted),)
    if wanted is SubjectType.COMPANY:
        return ()  # no part of any deal
    if wanted is SubjectType.PAPER:
        known = (each.number for each in dossier.papers if each.is_own and each.dated <= as_of)
        return tuple(Subject(wanted, name=number) for number in dict.fromkeys(known))
    if wanted is SubjectType.INSTALMENT:
        numbers = [part.seq for part in terms_as_of(deal, as_of=as_of).terms.plan]
    elif wanted is SubjectType.ORDER:
        numbers = [0, *(change.seq for change in deal.changes if change.requested_on <= as_of)]
    elif wanted is SubjectType.REPAYMENT:
        numbers = [each.seq for each in deal.repayments if each.until <= as_of and not each.withdrawn]
    elif wanted is SubjectType.ACCOUNT_CHANGE:
        numbers = [each.seq for each in deal.account_changes if not each.withdrawn]
    elif wanted is SubjectType.APPROVAL:
        numbers = [each.seq for each in dossier.approvals if each.is_complete]
    elif wanted is SubjectType.CHANGE:
        numbers = [change.seq for change in deal.changes if change.requested_on <= as_of]
    else:
        numbers = [acceptance.seq for acceptance in deal.facts.acceptances if acceptance.on <= as_of]
    return tuple(Subject(wanted, number) for number in numbers)
