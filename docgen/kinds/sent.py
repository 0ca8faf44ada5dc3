"""Which letters about an instalment exist, and which were really sent: on a day, by a channel, and not come back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from docgen.deals import paperwork
from docgen.deals.dunning import LETTER_STAGES
from docgen.kinds.dossier import Dossier, KnownLetter, KnownPaper


def asking_papers(dossier: Dossier, seq: int, *, until: date) -> Iterator[KnownPaper]:
    """Yield our standing papers that ask for an instalment, oldest first; one about the whole contract asks for each.

    The draft for the law firm is none of them: nobody is asked by it.
    """
    wanted = {paperwork.subject("instalment", seq), paperwork.WHOLE_CONTRACT}
    titles = LETTER_STAGES.keys() - {paperwork.LAWYER_DRAFT}
    found = [each for each in dossier.papers if each.is_own and each.is_current and each.dated <= until]
    yield from sorted(
        (each for each in found if each.title in titles and each.subject in wanted),
        key=lambda each: (each.dated, each.number),
    )


def dispatch(dossier: Dossier, number: str, *, until: date) -> KnownLetter | None:
    """Return the last dispatch of a paper that went out and had not come back by a day; None where there is none."""
    sent = (
        each
        for each in dossier.letters_of(number)
        if each.channel and each.sent_on <= until and not (each.failed_on and each.failed_on <= until)
    )
    last = max(sent, key=lambda each: each.sent_on, default=None)
    if last is not None and last.delivered_on and last.delivered_on > until:
        return replace(last, delivered_on=None)
    return last


def sent_letters(dossier: Dossier, seq: int, *, until: date) -> tuple[tuple[KnownPaper, KnownLetter], ...]:
    """Return the letters about an instalment that were really sent, each with its dispatch, oldest first."""
    pairs = (
        (paper, dispatch(dossier, paper.number, until=until)) for paper in asking_papers(dossier, seq, until=until)
    )
    return tuple((paper, sent) for paper, sent in pairs if sent is not None)
