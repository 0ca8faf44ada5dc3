"""One file with many papers: whoever stands at the copier puts the whole pile in and presses the button once.

The page codes say which sheet is whose. Each paper's sheets become a part of their own, judged exactly as if they had
come as one scan (docgen/intake/identify.py); sheets nobody claims become parts too, for a person to look at; blank
backs belong to no part. A sheet without a readable code joins a part only if its words name that paper and page.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from docgen.findings import error
from docgen.intake import reasons
from docgen.intake.decision import Decision, IssuedPaper, Ledger, Outcome
from docgen.intake.identify import IssuedText, identify
from docgen.intake.scan import PageFacts, ScanFacts
from docgen.intake.sheets import Sheets, sort_sheets

LEAST_PAPERS = 2


@dataclass(frozen=True, slots=True)
class Part:
    """The sheets of one paper, or a run of sheets nobody claims: scan pages in the paper's order, and the decision.

    The decision counts pages as they lie in the part, from 1.
    """

    sheets: tuple[int, ...]
    decision: Decision

    @property
    def paper(self) -> IssuedPaper | None:
        """Return the paper the sheets belong to; None where no paper claims them."""
        return self.decision.paper


@dataclass(frozen=True, slots=True)
class Bundle:
    """A file taken apart: its parts in the order of their first sheets, and the blank sheets that belong to none."""

    parts: tuple[Part, ...]
    blank: tuple[int, ...]

    @property
    def unclaimed(self) -> tuple[int, ...]:
        """Return the sheets that no paper claims."""
        return tuple(sheet for part in self.parts if part.paper is None for sheet in part.sheets)

    @property
    def has_incomplete(self) -> bool:
        """Tell whether a paper lacks pages that unread sheets may bear."""
        return any(part.paper is not None and part.decision.outcome is Outcome.WAIT for part in self.parts)


def take_apart(
    scan: ScanFacts, *, file_name: str, lookup: Ledger, issued_text: IssuedText | None = None
) -> Bundle | None:
    """Return the parts of a scan whose codes name two known papers or more; None for any other scan."""
    sheets = sort_sheets(scan.pages)
    known = _clean_sheets(sheets, lookup)
    if len(known) < LEAST_PAPERS:
        return None
    desk = _Desk(scan, file_name, lookup, issued_text)
    taken = {sheet for own in known.values() for sheet in own}
    loose = tuple(sheet for sheet in sheets.uncoded if sheet not in taken)
    parts = []
    for own in known.values():
        part = desk.part(own, loose)
        loose = tuple(sheet for sheet in loose if sheet not in part.sheets)
        taken |= set(part.sheets)
        parts.append(part)
    rest = [page.number for page in scan.pages if page.number not in taken and page.number not in sheets.blank]
    parts += [desk.unclaimed(run) for run in _runs(rest, over=sheets.blank)]
    return Bundle(tuple(sorted(parts, key=lambda part: min(part.sheets))), sheets.blank)


@dataclass(frozen=True, slots=True)
class _Desk:
    """The table a pile is sorted on."""

    scan: ScanFacts
    file_name: str
    lookup: Ledger
    issued_text: IssuedText | None

    def part(self, own: Sequence[int], loose: Sequence[int]) -> Part:
        """Judge a paper's sheets, with those loose ones that their words place in it."""
        decision = self._judged(own)
        if decision.outcome is Outcome.WAIT and loose and decision.paper is not None:
            both = [*own, *loose]
            placed = {both[place - 1] for place in self._judged(both).page_order}
            own = [sheet for sheet in both if sheet in {*own, *placed}]
            decision = self._judged(own)
        return self._in_order(own, decision)

    def unclaimed(self, run: Sequence[int]) -> Part:
        """Judge sheets that bear no known code: they wait, unless their words alone say whose they are."""
        decision = self._judged(run)
        if decision.paper is not None:
            return self._in_order(run, decision)
        told = error("intake.unclaimed-in-bundle", reasons.listed(run))
        return Part(tuple(run), replace(decision, outcome=Outcome.WAIT, findings=(told, *decision.findings)))

    def _in_order(self, own: Sequence[int], decision: Decision) -> Part:
        """Put the sheets in the paper's order and judge them anew, counted as they will lie in their own copy."""
        order = [own[place - 1] for place in decision.page_order]
        sheets = (*order, *(sheet for sheet in own if sheet not in order))
        return Part(sheets, self._judged(sheets))

    def _judged(self, sheets: Sequence[int]) -> Decision:
        """Judge these sheets as a scan of their own, counted from 1 in the order given."""
        pages = {page.number: page for page in self.scan.pages}
        seen = ScanFacts(
            self.scan.media_type,
            tuple(_as_page(place, pages[sheet]) for place, sheet in enumerate(sheets, start=1)),
            is_picked=True,
        )
        return identify(seen, file_name=self.file_name, lookup=self.lookup, issued_text=self.issued_text)


def _as_page(number: int, page: PageFacts) -> PageFacts:
    read = replace(page.recognised, number=number) if page.recognised else None
    return replace(page, number=number, recognised=read)


def _clean_sheets(sheets: Sheets, lookup: Ledger) -> dict[str, tuple[int, ...]]:
    """Return for each known paper the sheets that bear its code and no other of ours."""
    clean = {
        document: tuple(dict.fromkeys(one.sheet for one in sightings if one.sheet not in sheets.contradicting))
        for document, sightings in sheets.by_document.items()
    }
    return {document: own for document, own in clean.items() if own and lookup.by_document_id(document)}


def _runs(numbers: Sequence[int], *, over: Sequence[int]) -> Iterator[list[int]]:
    """Yield runs of sheets that lie behind each other; blank backs between them do not part them."""
    run: list[int] = []
    for number in numbers:
        if run and not set(range(run[-1] + 1, number)) <= set(over):
            yield run
            run = []
        run.append(number)
    if run:
        yield run
