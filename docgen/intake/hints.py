"""Hints that a scan belongs to a paper or a contract: numbers in its text and in its file name, ranked for a person.

Hints propose; only a code, or a text that says everything (see `docgen.intake.identify`), decides.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePath

from docgen.intake.decision import SCORES, Candidate, Evidence, IssuedPaper, Ledger, Source
from docgen.intake.numbers import numbers_in
from docgen.intake.scan import PageFacts

MOST_CANDIDATES = 20
"""A person picks from a short list; beyond it they search by number."""

MOST_LOOK_UPS = 3000
"""Numbers looked up per file at most; a hostile file of a million numbers must not keep the ledger busy."""

_IN_TEXT = (Source.TEXT, Source.CONTRACT_IN_TEXT)
_IN_FILE_NAME = (Source.FILE_NAME, Source.CONTRACT_IN_FILE_NAME)


@dataclass(frozen=True, slots=True)
class Hint:
    """One piece of evidence and the papers it speaks for; several where it names only a contract."""

    evidence: Evidence
    papers: tuple[IssuedPaper, ...]


@dataclass(slots=True)
class HintReader:
    """Looks numbers up, each once, however many pages repeat it."""

    lookup: Ledger
    _known: dict[str, tuple[bool, tuple[IssuedPaper, ...]]] = field(default_factory=dict)

    def from_pages(self, pages: Iterable[PageFacts]) -> tuple[Hint, ...]:
        """Return what the text of the pages names."""
        return tuple(hint for page in pages for hint in self._hints(page.text, page.number, _IN_TEXT))

    def from_file_name(self, file_name: str) -> tuple[Hint, ...]:
        """Return what the file's name names; `_` separates words there."""
        return tuple(self._hints(PurePath(file_name).stem.replace("_", " "), 0, _IN_FILE_NAME))

    def _hints(self, text: str, page: int, sources: tuple[Source, Source]) -> Iterator[Hint]:
        for number in numbers_in(text):
            is_paper, papers = self._look_up(number)
            if papers:
                source = sources[0] if is_paper else sources[1]
                document_id = papers[0].document_id if is_paper else None
                yield Hint(Evidence(source, page, number, SCORES[source], document_id), papers)

    def _look_up(self, number: str) -> tuple[bool, tuple[IssuedPaper, ...]]:
        if number not in self._known and len(self._known) >= MOST_LOOK_UPS:
            return False, ()
        if number not in self._known:
            paper = self.lookup.by_number(number)
            found = (True, (paper,)) if paper else (False, tuple(self.lookup.by_contract(number)))
            self._known[number] = found
        return self._known[number]


def rank(hints: Iterable[Hint]) -> tuple[Candidate, ...]:
    """Return the papers hinted at, best first: by the strongest evidence, then by how much of it, then by number."""
    papers: dict[str, IssuedPaper] = {}
    weights: dict[str, list[tuple[int, Source]]] = defaultdict(list)
    for hint in hints:
        for paper in hint.papers:
            papers[paper.document_id] = paper
            weights[paper.document_id].append((hint.evidence.score, hint.evidence.kind))
    order = sorted(papers, key=lambda one: (-max(weights[one])[0], -len(weights[one]), papers[one].number))
    return tuple(_candidate(papers[one], weights[one]) for one in order[:MOST_CANDIDATES])


def _candidate(paper: IssuedPaper, weights: list[tuple[int, Source]]) -> Candidate:
    best_first = sorted(weights, key=lambda weight: -weight[0])
    return Candidate(paper, best_first[0][0], tuple(dict.fromkeys(source for _, source in best_first)))
