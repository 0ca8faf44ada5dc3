"""The sheets of a scan put in order: which page of the paper each one is, which are missing, which came twice.

Whoever stands at the scanner turns, mixes and forgets sheets. Half a paper is a state to be shown, not an error.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from docgen.intake.scan import PageFacts


@dataclass(frozen=True, slots=True)
class Sighting:
    """One code of ours on one sheet: scan page, page of the paper (0 = a Word file's one code), pages claimed."""

    sheet: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class Sheets:
    """A scan's sheets by what their codes say; each tuple holds scan pages."""

    by_document: Mapping[str, tuple[Sighting, ...]]
    contradicting: tuple[int, ...]
    uncoded: tuple[int, ...]
    blank: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Collation:
    """The sheets of one paper in its order: `order` scan pages, `seen`, `missing` and `twice` pages of the paper."""

    order: tuple[int, ...]
    seen: tuple[int, ...]
    missing: tuple[int, ...]
    twice: tuple[int, ...]

    @property
    def is_reordered(self) -> bool:
        """Tell whether the sheets were scanned in another order than the paper's."""
        return list(self.order) != sorted(self.order)


def sort_sheets(pages: Iterable[PageFacts]) -> Sheets:
    """Sort a scan's pages by their codes; two different codes of ours on one page contradict each other."""
    documents: dict[str, list[Sighting]] = defaultdict(list)
    rest: dict[str, list[int]] = defaultdict(list)
    for page in pages:
        claims = set(page.payloads)
        if not claims:
            rest["blank" if page.is_blank else "uncoded"].append(page.number)
        elif len(claims) > 1:
            rest["contradicting"].append(page.number)
        for payload in sorted(claims, key=lambda claim: (claim.document_id, claim.page)):
            documents[payload.document_id].append(Sighting(page.number, payload.page, payload.pages))
    frozen = {document: tuple(sightings) for document, sightings in documents.items()}
    return Sheets(frozen, tuple(rest["contradicting"]), tuple(rest["uncoded"]), tuple(rest["blank"]))


def collate(found: Sequence[tuple[int, int]], *, pages: int) -> Collation:
    """Put sheets in order: pairs of (scan page, page of the paper), for a paper of `pages` pages.

    Page 0 says nothing about order (a Word file's code): such sheets follow in the order they were scanned.
    """
    numbered = sorted((page, sheet) for sheet, page in found if page)
    seen = tuple(sorted({page for page, _ in numbered}))
    counts = [page for page, _ in numbered]
    return Collation(
        order=tuple(sheet for _, sheet in numbered) + tuple(sheet for sheet, page in found if not page),
        seen=seen,
        missing=tuple(page for page in range(1, pages + 1) if page not in seen),
        twice=tuple(page for page in seen if counts.count(page) > 1),
    )


def is_word_file(sightings: Sequence[Sighting]) -> bool:
    """Tell whether all codes are the one code of a Word file, which knows the paper but not the page."""
    return all(not sighting.pages for sighting in sightings)
