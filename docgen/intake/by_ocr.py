"""Which issued paper does recognised print speak for? Whole points for each thing it says, and a line to be reached.

Print read by a machine may be wrong anywhere, so that no single word decides. The page's own number counts most, then
that the page reads like the issued one, then contract, customer, title and amount. What is filed must reach the line,
bear the number of one paper only, and have every sheet placed in it; anything less is ranked and waits for a person.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from docgen.intake.decision import Candidate, Evidence, IssuedPaper, Ledger, Source
from docgen.intake.numbers import page_mark, pieces
from docgen.intake.readings import NumberRead, folded, numbers_read
from docgen.intake.scan import PageFacts

LINE = 80
"""So many points of a hundred file a scan by its recognised print."""
MOST = 99
OWN_NUMBER, OWN_NUMBER_ALIKE, MENTION = 50, 40, 20
POINTS = {
    Source.OCR_WORDS: 20,
    Source.OCR_CONTRACT: 15,
    Source.OCR_CUSTOMER: 10,
    Source.OCR_TITLE: 10,
    Source.OCR_AMOUNT: 5,
}
ALIKE = 0.5
"""Share of a sheet's recognised pieces that must stand on the issued page."""
_CLEARLY = 0.15
"""By so much one page of the paper must be more alike than the next."""
_SHORT_LIST = 8
_MOST_LOOK_UPS = 1500
_FIRM = re.compile(r"[\w()（）·&]{2,40}?(?:公司|集团|中心|研究院|研究所|大学|学院|医院|银行|厂|局|店|社)")
_SHORTEST_FIRM = 4
_AMOUNT = re.compile(r"\d{1,3}(?:,\d{3})*\.\d{2}")

IssuedText = Callable[[IssuedPaper], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Weighed:
    """One paper with its points, the evidence for it, and where it would place each sheet: (scan page, its page)."""

    paper: IssuedPaper
    points: int
    evidence: tuple[Evidence, ...]
    placed: tuple[tuple[int, int], ...]
    bears_number: bool

    def as_candidate(self) -> Candidate:
        """Return it as a candidate for a person to pick."""
        best_first = sorted(self.evidence, key=lambda one: -one.score)
        return Candidate(self.paper, self.points, tuple(dict.fromkeys(one.kind for one in best_first)))


def weigh(pages: Iterable[PageFacts], lookup: Ledger, issued_text: IssuedText | None) -> tuple[Weighed, ...]:
    """Return the papers that recognised print speaks for, best first; pages without recognised print say nothing."""
    sheets = [page for page in pages if page.recognised is not None]
    found = _Gathering(lookup)
    for sheet in sheets:
        found.take_numbers(sheet)
    if not found.papers:
        for sheet in sheets:
            found.take_firms(sheet)
    short = sorted(found.papers.values(), key=lambda paper: (-found.sum_of(paper), paper.number))[:_SHORT_LIST]
    weighed = [_weighed(found, paper, sheets, issued_text) for paper in short]
    return tuple(sorted(weighed, key=lambda one: (-one.points, one.paper.number)))


@dataclass(slots=True)
class _Gathering:
    """Everything recognised print says, by paper; each number and name is looked up once."""

    lookup: Ledger
    papers: dict[str, IssuedPaper] = field(default_factory=dict)
    evidence: dict[str, list[Evidence]] = field(default_factory=lambda: defaultdict(list))
    own: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    _known: dict[str, tuple[IssuedPaper | None, tuple[IssuedPaper, ...]]] = field(default_factory=dict)

    def take_numbers(self, sheet: PageFacts) -> None:
        """Take in the numbers on one sheet."""
        if sheet.recognised is None:
            return
        for number in numbers_read(sheet.recognised):
            plain, *others = number.readings
            if not (plain and self._take_number(number, plain)):
                for reading in others:
                    self._take_number(number, reading)

    def take_firms(self, sheet: PageFacts) -> None:
        """Take in the firms one sheet names; where a name begins no machine can tell, so every beginning is tried."""
        firms = _FIRM.findall(_text(sheet))
        endings = (each[start:] for each in firms for start in range(len(each) - _SHORTEST_FIRM + 1))
        for firm in dict.fromkeys(endings):
            for paper in self._of_customer(firm):
                self._note(paper, Source.OCR_CUSTOMER, sheet.number, firm, POINTS[Source.OCR_CUSTOMER])

    def sum_of(self, paper: IssuedPaper) -> int:
        """Return a paper's points so far: the best of each kind of evidence."""
        best: dict[Source, int] = {}
        for one in self.evidence[paper.document_id]:
            best[one.kind] = max(best.get(one.kind, 0), one.score)
        return sum(best.values())

    def _take_number(self, number: NumberRead, reading: str) -> bool:
        """Note what the ledger knows under one reading; tell whether it knows anything."""
        paper, papers = self._look_up(reading)
        if paper is not None:
            points = (OWN_NUMBER if reading == number.readings[0] else OWN_NUMBER_ALIKE) if number.is_own else MENTION
            self._note(paper, Source.OCR_NUMBER, number.page, number.text, points)
            if number.is_own:
                self.own[number.page].add(paper.document_id)
        for one in papers:
            self._note(one, Source.OCR_CONTRACT, number.page, number.text, POINTS[Source.OCR_CONTRACT])
        return bool(paper or papers)

    def _look_up(self, number: str) -> tuple[IssuedPaper | None, tuple[IssuedPaper, ...]]:
        if number not in self._known:
            if len(self._known) >= _MOST_LOOK_UPS:
                return None, ()
            paper = self.lookup.by_number(number)
            self._known[number] = (paper, () if paper else tuple(self.lookup.by_contract(number)))
        return self._known[number]

    def _of_customer(self, firm: str) -> tuple[IssuedPaper, ...]:
        key = f"\0{firm}"
        if key not in self._known:
            if len(self._known) >= _MOST_LOOK_UPS:
                return ()
            self._known[key] = (None, tuple(self.lookup.by_customer(firm)))
        return self._known[key][1]

    def _note(self, paper: IssuedPaper, kind: Source, page: int, detail: str, points: int) -> None:
        self.papers[paper.document_id] = paper
        self.evidence[paper.document_id].append(Evidence(kind, page, detail[:80], points, paper.document_id))


def _weighed(
    found: _Gathering, paper: IssuedPaper, sheets: Sequence[PageFacts], issued_text: IssuedText | None
) -> Weighed:
    issued = [pieces(text) for text in issued_text(paper)] if issued_text else []
    alike = {sheet.number: [_share(pieces(_text(sheet)), page) for page in issued] for sheet in sheets}
    evidence = [*found.evidence[paper.document_id], *_said(paper, sheets, issued_text), *_worded(paper, alike)]
    evidence = list(dict.fromkeys(evidence))
    found.evidence[paper.document_id] = evidence
    own = {page for page, papers in found.own.items() if papers == {paper.document_id}}
    rivals = {page for page, papers in found.own.items() if papers - {paper.document_id}}
    placed = [
        (sheet.number, page)
        for sheet in sheets
        if sheet.number not in rivals and (page := _page_of(sheet, paper, alike[sheet.number], sheet.number in own))
    ]
    return Weighed(paper, min(MOST, found.sum_of(paper)), tuple(evidence), tuple(placed), bool(own))


def _said(paper: IssuedPaper, sheets: Sequence[PageFacts], issued_text: IssuedText | None) -> Iterator[Evidence]:
    """Yield title, customer and amounts of a paper that stand on the sheets."""
    amounts = set(_AMOUNT.findall("\n".join(issued_text(paper)))) if issued_text else set()
    named = {Source.OCR_TITLE: paper.title, Source.OCR_CUSTOMER: paper.customer_name}
    for sheet in sheets:
        text = folded(_text(sheet))
        for kind, words in named.items():
            if words and folded(words) in text:
                yield Evidence(kind, sheet.number, words, POINTS[kind], paper.document_id)
        for amount in sorted(amounts & set(_AMOUNT.findall(_text(sheet))))[:1]:
            yield Evidence(Source.OCR_AMOUNT, sheet.number, amount, POINTS[Source.OCR_AMOUNT], paper.document_id)


def _worded(paper: IssuedPaper, alike: dict[int, list[float]]) -> Iterator[Evidence]:
    """Yield how far the sheets read like the paper, if each of them does."""
    best = {sheet: max(shares, default=0.0) for sheet, shares in alike.items()}
    if best and min(best.values()) >= ALIKE:
        for sheet, share in best.items():
            points = POINTS[Source.OCR_WORDS]
            yield Evidence(Source.OCR_WORDS, sheet, f"{round(share * 100)}%", points, paper.document_id)


def _page_of(sheet: PageFacts, paper: IssuedPaper, alike: Sequence[float], has_number: bool) -> int:  # noqa: FBT001  # told apart here only
    """Return which page of the paper a sheet is: by its mark beside its number, else by its words; 0 = not known."""
    mark = page_mark(_text(sheet))
    if has_number and mark and mark.pages == paper.pages and 1 <= mark.page <= mark.pages:
        return mark.page
    if has_number and paper.pages == 1 and max(alike, default=0.0) >= ALIKE:
        return 1
    ranked = sorted(alike, reverse=True)
    is_clear = bool(ranked) and ranked[0] >= ALIKE and (len(ranked) == 1 or ranked[0] - ranked[1] >= _CLEARLY)
    return list(alike).index(ranked[0]) + 1 if is_clear and len(alike) == paper.pages else 0


def _share(found: set[str], issued: set[str]) -> float:
    return len(found & issued) / len(found) if found else 0.0


def _text(sheet: PageFacts) -> str:
    return sheet.recognised.text if sheet.recognised else ""
