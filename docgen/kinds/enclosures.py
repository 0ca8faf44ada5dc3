"""What goes out with a letter that asks for money: acceptance reports, invoices, the papers on the warranty's end.

The manual sends the progress letter with 验收报告 and 发票, the final letter with the paper on the warranty (N2-15,
N2-16). Which of them belong to an instalment follows from what the instalment hangs on; whether they are there, from
the dossier and the recorded invoices.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from docgen.deals import paperwork
from docgen.deals.deal import Deal
from docgen.deals.fulfilment import Acceptance, AcceptanceResult, Invoice
from docgen.deals.milestones import deliveries_until, passed_acceptances
from docgen.deals.paperwork import WHOLE_CONTRACT, subject
from docgen.deals.plan import Instalment, TriggerEvent
from docgen.deals.terms import Terms
from docgen.kinds.dossier import Dossier, KnownPaper

WARRANTY_FORM: Final = paperwork.WARRANTY_FORM
WARRANTY_CERTIFICATE: Final = paperwork.WARRANTY_CERTIFICATE


@dataclass(frozen=True, slots=True)
class Enclosed:
    """The proof of one passed acceptance: its report, or where it was only deemed passed, the signed receipts.

    `issued` is our own paper; `returned` the copy signed by the customer, or a report filed from outside.
    """

    acceptance: Acceptance
    title: str
    issued: tuple[KnownPaper, ...]
    returned: tuple[KnownPaper, ...]

    @property
    def is_deemed(self) -> bool:
        """Tell whether nobody tested: there is no report then, only the receipt and the clause."""
        return self.acceptance.result is AcceptanceResult.DEEMED


def hangs_on(part: Instalment, event: TriggerEvent) -> bool:
    """Tell whether an instalment waits for an event."""
    return any(wait.event is event for wait in part.trigger.all_of)


def proofs(deal: Deal, dossier: Dossier, part: Instalment, *, as_of: date) -> tuple[Enclosed, ...]:
    """Return the proof of each acceptance that the instalment hangs on, those of the warranty's start included."""
    return tuple(_proof(deal, dossier, held, as_of=as_of) for held in _acceptances(deal, part, as_of=as_of))


def _acceptances(deal: Deal, part: Instalment, *, as_of: date) -> Iterator[Acceptance]:
    waits = [wait for wait in part.trigger.all_of if wait.event is TriggerEvent.ACCEPTED]
    numbers = {wait.number for wait in waits}
    if not waits and not hangs_on(part, TriggerEvent.WARRANTY_ENDED):
        return
    for held in passed_acceptances(deal, as_of=as_of):
        if not numbers or None in numbers or not held.deliveries or numbers.intersection(held.deliveries):
            yield held


def _proof(deal: Deal, dossier: Dossier, held: Acceptance, *, as_of: date) -> Enclosed:
    if held.result is not AcceptanceResult.DEEMED:
        return _papers(dossier, held, paperwork.ACCEPTANCE_REPORT, {subject("acceptance", held.seq)}, as_of=as_of)
    made = [each.seq for each in deliveries_until(deal, held.on)]
    chosen = [seq for seq in made if not held.deliveries or seq in held.deliveries]
    return _papers(dossier, held, paperwork.RECEIPT, {subject("delivery", seq) for seq in chosen}, as_of=as_of)


def _papers(dossier: Dossier, held: Acceptance, title: str, about: set[str], *, as_of: date) -> Enclosed:
    known = [each for each in dossier.papers if each.dated <= as_of and each.is_current]
    found = [each for each in known if each.title == title and each.subject in about]
    own = tuple(each for each in found if each.is_own)
    return Enclosed(held, title, own, tuple(each for each in found if not each.is_own))


def invoices(deal: Deal, terms: Terms, part: Instalment, *, as_of: date) -> tuple[Invoice, ...]:
    """Return the invoices issued for an instalment by a day; one that names none counts where the plan has one part."""
    wanted = {part.seq} if len(terms.plan) > 1 else {part.seq, None}
    return tuple(each for each in deal.facts.invoices if each.on <= as_of and each.instalment in wanted)


def warranty_papers(dossier: Dossier, title: str, *, as_of: date) -> tuple[KnownPaper, ...]:
    """Return our standing papers about the warranty's end by title, the newest last."""
    found = (each for each in dossier.papers if each.title == title and each.is_own and each.is_current)
    return tuple(each for each in found if each.subject == WHOLE_CONTRACT and each.dated <= as_of)
