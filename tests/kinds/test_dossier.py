"""The dossier answers for standing papers only, and for every dispatch of a paper."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from docgen.kinds.dossier import EMPTY, Dossier, KnownLetter, KnownPaper

PAPER = KnownPaper("HT2024031001-YF1-01", "prepayment-notice", "预付款通知单", "instalment 1", date(2024, 3, 12))
LETTER = KnownLetter(PAPER.number, date(2024, 3, 12), "ems")


def test_void_papers_scans_and_other_parts_are_not_what_was_issued() -> None:
    others = (
        replace(PAPER, number="void", is_current=False),
        replace(PAPER, number="scan", is_own=False),
        replace(PAPER, number="other part", subject="instalment 2"),
        replace(PAPER, number="other kind", kind="acceptance-report"),
    )
    found = Dossier((*others, PAPER)).issued("prepayment-notice", "instalment 1")
    assert [each.number for each in found] == [PAPER.number]


def test_each_dispatch_of_a_paper_counts() -> None:
    again = replace(LETTER, sent_on=date(2024, 3, 20))
    dossier = Dossier((PAPER,), (LETTER, replace(LETTER, number="other"), again))
    assert dossier.letters_of(PAPER.number) == (LETTER, again)
    assert EMPTY.letters_of(PAPER.number) == ()
