"""A sheet whose code is gone, told by its place: between pages 1 and 3 of a paper lies page 2.

Only where nothing else is possible and nothing speaks against it: exactly one page of the paper is missing, exactly one
sheet has no place, and it lies just where that page belongs. A sheet with both neighbours needs no more. The first or
the last page has one neighbour only, and a reply laid behind our letter would look the same; so there the remains of a
code must show. Another size, another firm's code, or words that are not that page's belie the place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from docgen.intake.decision import IssuedPaper
from docgen.intake.numbers import likeness, pieces
from docgen.intake.scan import PageFacts

LEAST_LIKENESS = 0.5
"""Share of the issued page's text that a sheet with words of its own must repeat."""
_FEW_PIECES = 8
"""So few pieces of text are a copier's misreadings of a picture, not a page's words."""
_SIZE_SLACK = 0.06
"""A feeder's sizes differ by some hundredths; a slip of paper, by far more."""

IssuedText = Callable[[IssuedPaper], Sequence[str]]


def placed_by_place(
    pages: Sequence[PageFacts], placed: Mapping[int, int], paper: IssuedPaper, issued_text: IssuedText | None
) -> list[tuple[int, int]]:
    """Return the one sheet that its place makes a page of the paper: (scan page, page); empty where it does not.

    Args:
        pages: the scan's pages as they were scanned; blank ones are passed over.
        placed: scan page → page of the paper, for the sheets that are known already.
        paper: the paper they belong to.
        issued_text: gives the paper's own text page by page; None where it is not to be had.
    """
    sheets = [page for page in pages if not page.is_blank]
    bare = [at for at, page in enumerate(sheets) if page.number not in placed]
    missing = sorted(set(range(1, paper.pages + 1)) - set(placed.values()))
    if len(bare) != 1 or len(missing) != 1 or len(sheets) != paper.pages:
        return []
    (at,), (page,) = bare, missing
    lost = sheets[at]
    around = [placed[sheets[near].number] if 0 <= near < len(sheets) else None for near in (at - 1, at + 1)]
    is_in_place = around in _neighbours(page, paper.pages)
    is_told = None not in around or lost.has_ruined_code
    known = [one for one in sheets if one is not lost]
    if not (is_in_place and is_told) or _is_belied(lost, known, page, issued_text(paper) if issued_text else ()):
        return []
    return [(lost.number, page)]


def _neighbours(page: int, pages: int) -> list[list[int | None]]:
    """Return what may lie before and behind a page: the pages next to it, scanned from the front or from the back."""
    before, behind = page - 1 or None, page + 1 if page < pages else None
    return [[before, behind], [behind, before]]


def _is_belied(lost: PageFacts, known: Sequence[PageFacts], page: int, issued: Sequence[str]) -> bool:
    if lost.foreign_codes or lost.imitations or lost.payloads:
        return True
    if not any(_is_one_size(lost, other) for other in known):
        return True
    words = "\n".join((lost.text, lost.recognised.text if lost.recognised else ""))
    if len(pieces(words)) < _FEW_PIECES:
        return False
    return len(issued) < page or likeness(issued[page - 1], words) < LEAST_LIKENESS


def _is_one_size(one: PageFacts, other: PageFacts) -> bool:
    """Tell whether two sheets are of one size, however they lie."""
    mine, theirs = (sorted((page.width_mm, page.height_mm)) for page in (one, other))
    return all(abs(a - b) <= _SIZE_SLACK * b for a, b in zip(mine, theirs, strict=True))
