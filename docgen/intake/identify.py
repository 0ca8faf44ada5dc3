"""Which issued paper is this scan? By its page codes, else by its text if that says all; doubt waits for a person.

The order of trust: a page code (tagged with our key and known to the ledger), then the readable number with its page
mark on every page, then print recognised by OCR if it says enough (docgen/intake/by_ocr.py), then hints such as the
file's name, which only propose. Any error among the findings means WAIT:
two papers in one file, a foreign sheet, a page missing, twice or unreadable. A paper that was voided or replaced is
filed like any other, with a warning: the returned sheet is a fact, its effect is a person's word.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from docgen.findings import Finding, error, has_errors, note
from docgen.intake import by_ocr, reasons
from docgen.intake.by_ocr import Weighed
from docgen.intake.by_place import placed_by_place
from docgen.intake.decision import SCORES, Candidate, Decision, Evidence, IssuedPaper, Ledger, Outcome, Source
from docgen.intake.hints import Hint, HintReader, rank
from docgen.intake.numbers import likeness, page_mark
from docgen.intake.scan import PageFacts, ScanFacts
from docgen.intake.sheets import Collation, Sheets, collate, is_word_file, sort_sheets

_LEADING = 3
LEAST_LIKENESS = 0.5
"""Share of the issued text a page must repeat to be taken by its text; copiers keep far more, replies far less."""

_NOT_CURED_BY_READING = frozenset(
    {
        "intake.two-codes-on-page",
        "intake.imitated-code",
        "intake.code-not-in-ledger",
        "intake.several-papers",
        "intake.code-belied",
    }
)

IssuedText = Callable[[IssuedPaper], Sequence[str]]
"""Gives an issued paper's text page by page; empty where it is not to be had."""


def identify(scan: ScanFacts, *, file_name: str, lookup: Ledger, issued_text: IssuedText | None = None) -> Decision:
    """Decide which issued paper a scan is, with all evidence, or that a person must look, with all reasons.

    With `issued_text` a scan known only by its text layer must also read like the paper it names.
    """
    sheets = sort_sheets(scan.pages)
    reader = HintReader(lookup)
    hints = (*_code_hints(sheets, lookup), *reader.from_pages(scan.pages), *reader.from_file_name(file_name))
    uncoded = [page for page in scan.pages if page.number in sheets.uncoded]
    case = _Case(scan, sheets, hints, by_ocr.weigh(uncoded, lookup, issued_text), issued_text)
    return _by_code(case) if sheets.by_document else _by_words(case, issued_text)


def is_worth_reading(scan: ScanFacts, decision: Decision) -> tuple[int, ...]:
    """Return the scan pages whose print OCR should read, because what was seen does not decide; mostly none."""
    sheets = sort_sheets(scan.pages)
    is_hopeless = any(finding.code in _NOT_CURED_BY_READING for finding in decision.findings)
    return () if decision.outcome is Outcome.FILE or is_hopeless else sheets.uncoded


def undecided(findings: Iterable[Finding], *, file_name: str, lookup: Ledger) -> Decision:
    """Return the decision for a file that could not be read at all: it waits, its name may give a hint."""
    hints = HintReader(lookup).from_file_name(file_name)
    return Decision(
        Outcome.WAIT, evidence=tuple(hint.evidence for hint in hints), findings=tuple(findings), candidates=rank(hints)
    )


@dataclass(frozen=True, slots=True)
class _Case:
    """One scan on the table: its facts, its sheets by code, and everything that hints at a paper."""

    scan: ScanFacts
    sheets: Sheets
    hints: tuple[Hint, ...]
    weighed: tuple[Weighed, ...] = ()
    issued_text: IssuedText | None = None

    def uncoded_pages(self) -> list[PageFacts]:
        return [page for page in self.scan.pages if page.number in self.sheets.uncoded]

    def named_on_each(self, sheets: Sequence[int]) -> list[IssuedPaper]:
        """Return the papers whose number stands in the text of every one of these scan pages."""
        by_page = [{h.papers[0] for h in self._of(Source.TEXT) if h.evidence.page == sheet} for sheet in sheets]
        return sorted(set.intersection(*by_page), key=lambda paper: paper.number) if by_page else []

    def belied_by_text(self, paper: IssuedPaper, coded: Sequence[int]) -> dict[int, tuple[str, ...]]:
        """Return the coded scan pages whose own text names papers of ours, yet never the one whose code they bear.

        Every page we issue names its own number; a page that names only others bears a code that was copied onto it.
        """
        named: dict[int, list[IssuedPaper]] = {}
        for hint in self._of(Source.TEXT):
            named.setdefault(hint.evidence.page, []).append(hint.papers[0])
        return {
            sheet: tuple(dict.fromkeys(one.number for one in named[sheet]))
            for sheet in coded
            if sheet in named and paper not in named[sheet]
        }

    def nothing_certain(self) -> Finding:
        if not self.sheets.uncoded:
            return error("intake.only-blank-pages")
        numbers = dict.fromkeys(hint.evidence.detail for hint in self._of(Source.TEXT))
        if numbers:
            return error("intake.numbers-uncertain", "", numbers="、".join(numbers))
        return error("intake.only-hints" if self.hints else "intake.nothing-recognised")

    def placed_by_place(self, known: Sequence[tuple[int, int]], paper: IssuedPaper) -> list[tuple[int, int]]:
        """Place the one sheet that lies where the one missing page belongs; never among sheets picked from a pile."""
        if self.scan.is_picked or self.sheets.contradicting:
            return []
        return placed_by_place(self.scan.pages, dict(known), paper, self.issued_text)

    def decide(
        self,
        paper: IssuedPaper | None,
        findings: Iterable[Finding],
        collation: Collation | None = None,
        in_place: Sequence[Evidence] = (),
    ) -> Decision:
        found = (*reasons.of_pages(self.scan, self.sheets), *findings, *reasons.of_status(paper))
        known = collation or Collation(tuple(page.number for page in self.scan.pages), (), (), ())
        return Decision(
            outcome=Outcome.WAIT if paper is None or has_errors(found) else Outcome.FILE,
            paper=paper,
            evidence=(*_claims(self.sheets), *in_place, *self._written(), *_read(self.weighed), *_foreign(self.scan)),
            findings=found,
            candidates=_ranked(rank(self.hints), self.weighed),
            page_order=known.order,
            seen_pages=known.seen,
            missing_pages=known.missing,
        )

    def _of(self, source: Source) -> list[Hint]:
        return [hint for hint in self.hints if hint.evidence.kind is source]

    def _written(self) -> list[Evidence]:
        return [hint.evidence for hint in self.hints if hint.evidence.kind is not Source.CODE]


def _by_code(case: _Case) -> Decision:
    documents = case.sheets.by_document
    known = {h.papers[0].document_id: h.papers[0] for h in case.hints if h.evidence.kind is Source.CODE}
    findings = reasons.of_claims(case.sheets, known.keys())
    if len(documents) > 1 or not known:
        return case.decide(None, [*findings, *reasons.of_uncoded(case.sheets, by_text=())])
    (paper,), (sightings,) = known.values(), documents.values()
    rescued = _placed_by_text(case, paper)
    read = [place for place in _placed_by_ocr(case, paper) if place[0] not in dict(rescued)]
    known_places = [*((sighting.sheet, sighting.page) for sighting in sightings), *rescued, *read]
    by_place = [] if is_word_file(sightings) else case.placed_by_place(known_places, paper)
    placed = sorted([*known_places, *by_place])
    collation = collate(placed, pages=0 if is_word_file(sightings) else paper.pages)
    findings += reasons.of_face(sightings, paper)
    findings += reasons.of_contradiction(case.belied_by_text(paper, [sighting.sheet for sighting in sightings]))
    ways = {"by_text": rescued, "by_ocr": read, "by_place": by_place}
    findings += reasons.of_uncoded(case.sheets, **{way: [sheet for sheet, _ in found] for way, found in ways.items()})
    return case.decide(paper, findings + reasons.of_collation(collation, paper), collation, _in_place(by_place, paper))


def _by_words(case: _Case, issued_text: IssuedText | None) -> Decision:
    """Decide by the file's own text; where that does not decide, by recognised print, unless the text contradicts."""
    decision = _by_text(case, issued_text)
    if decision.outcome is Outcome.FILE or not case.weighed:
        return decision
    read = _by_ocr(case)
    is_contradicted = decision.paper is not None and decision.paper != read.paper
    return decision if is_contradicted else read


def _by_ocr(case: _Case) -> Decision:
    """Take the paper that recognised print speaks for, if it reaches the line and no other bears a number here."""
    best = case.weighed[0]
    if [one for one in case.weighed[1:] if one.bears_number]:
        numbers = "、".join(one.paper.number for one in case.weighed if one.bears_number)
        return case.decide(None, [error("intake.numbers-uncertain", "", numbers=numbers)])
    if best.points < by_ocr.LINE or not best.bears_number:
        told = {"number": best.paper.number, "points": best.points, "line": by_ocr.LINE}
        return case.decide(None, [error("intake.ocr-uncertain", "", **told)])
    collation = collate(best.placed, pages=best.paper.pages)
    findings = [note("intake.by-ocr", best.paper.number, number=best.paper.number, points=best.points)]
    bare = [sheet for sheet in case.sheets.uncoded if sheet not in dict(best.placed)]
    findings += [error("intake.ocr-unplaced", reasons.listed(bare), number=best.paper.number)] if bare else []
    return case.decide(best.paper, findings + reasons.of_collation(collation, best.paper), collation)


def _by_text(case: _Case, issued_text: IssuedText | None) -> Decision:
    named = case.named_on_each(case.sheets.uncoded)
    if len(named) != 1:
        return case.decide(None, [case.nothing_certain()])
    (paper,) = named
    pages = case.uncoded_pages()
    collation = collate([(page.number, _marked_page(page, paper)) for page in pages], pages=paper.pages)
    findings = [note("intake.by-text", paper.number, number=paper.number)]
    findings += _unmarked(pages, paper)
    findings += _unlike(pages, paper, issued_text)
    return case.decide(paper, findings + reasons.of_collation(collation, paper), collation)


def _code_hints(sheets: Sheets, lookup: Ledger) -> list[Hint]:
    papers = {document: lookup.by_document_id(document) for document in sheets.by_document}
    return [Hint(claim, (paper,)) for claim in _claims(sheets) if (paper := papers[claim.document_id or ""])]


def _claims(sheets: Sheets) -> list[Evidence]:
    claims = [
        Evidence(Source.CODE, seen.sheet, f"{document} {seen.page}/{seen.pages}", SCORES[Source.CODE], document)
        for document, sightings in sheets.by_document.items()
        for seen in sightings
    ]
    return sorted(claims, key=lambda claim: (claim.page, claim.detail))


def _in_place(placed: Sequence[tuple[int, int]], paper: IssuedPaper) -> list[Evidence]:
    return [
        Evidence(Source.PLACE, sheet, f"{page}/{paper.pages}", SCORES[Source.PLACE], paper.document_id)
        for sheet, page in placed
    ]


def _foreign(scan: ScanFacts) -> list[Evidence]:
    return [
        Evidence(Source.FOREIGN_CODE, page.number, code[:80], SCORES[Source.FOREIGN_CODE])
        for page in scan.pages
        for code in (*page.foreign_codes, *page.imitations)
    ]


def _placed_by_text(case: _Case, paper: IssuedPaper) -> list[tuple[int, int]]:
    """Place sheets whose code is unreadable but whose text names this paper, no other, and its page."""
    own = [page for page in case.uncoded_pages() if case.named_on_each([page.number]) == [paper]]
    return [(page.number, place) for page in own if (place := _marked_page(page, paper))]


def _placed_by_ocr(case: _Case, paper: IssuedPaper) -> list[tuple[int, int]]:
    """Place sheets whose code is unreadable by their recognised print, if no other paper's number stands on them."""
    rivals = [one for one in case.weighed if one.bears_number and one.paper != paper]
    own = next((one for one in case.weighed if one.paper == paper), None)
    return list(own.placed) if own and not rivals else []


def _read(weighed: Sequence[Weighed]) -> list[Evidence]:
    """Return what recognised print says for the papers that lead."""
    return [one for each in weighed[:_LEADING] for one in each.evidence]


def _ranked(hinted: Sequence[Candidate], weighed: Sequence[Weighed]) -> tuple[Candidate, ...]:
    """Put both lists of candidates into one, each paper once with its better score, best first."""
    best: dict[str, Candidate] = {}
    for one in (*hinted, *(each.as_candidate() for each in weighed)):
        known = best.get(one.paper.document_id)
        if known is None or one.score > known.score:
            best[one.paper.document_id] = one
    return tuple(sorted(best.values(), key=lambda one: -one.score)) if weighed else tuple(hinted)


def _marked_page(page: PageFacts, paper: IssuedPaper) -> int:
    """Return which page of the paper a page's own mark says it is; 0 where it says nothing of use."""
    mark = page_mark(page.text)
    return mark.page if mark and mark.pages == paper.pages and 1 <= mark.page <= mark.pages else 0


def _unmarked(pages: Sequence[PageFacts], paper: IssuedPaper) -> list[Finding]:
    bare = [page.number for page in pages if not _marked_page(page, paper)]
    return [error("intake.no-page-mark", reasons.listed(bare), pages=paper.pages)] if bare else []


def _unlike(pages: Sequence[PageFacts], paper: IssuedPaper, issued_text: IssuedText | None) -> list[Finding]:
    issued = dict(enumerate(issued_text(paper), start=1)) if issued_text else {}
    unlike = [
        page.number
        for page in pages
        if (expected := issued.get(_marked_page(page, paper))) and likeness(expected, page.text) < LEAST_LIKENESS
    ]
    return [error("intake.text-unlike", reasons.listed(unlike), number=paper.number)] if unlike else []
