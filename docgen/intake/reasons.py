"""The reasons a scan waits, or is remarked upon: each a finding with the pages it concerns.

An error makes the scan wait for a person; warnings and notes go with it into the archive.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from docgen.findings import Finding, error, note, warning
from docgen.intake.decision import IssuedPaper
from docgen.intake.scan import ScanFacts
from docgen.intake.sheets import Collation, Sheets, Sighting, is_word_file

_FALLEN = {"void": "intake.paper-void", "superseded": "intake.paper-superseded"}


def of_pages(scan: ScanFacts, sheets: Sheets) -> list[Finding]:
    """Return what any scan may show, whatever paper it is: contradicting, imitated and foreign codes, blank sheets."""
    foreign = [page.number for page in scan.pages if page.foreign_codes]
    imitated = [page.number for page in scan.pages if page.imitations]
    cases = (
        (sheets.contradicting, error("intake.two-codes-on-page", listed(sheets.contradicting))),
        (imitated, error("intake.imitated-code", listed(imitated))),
        (foreign, note("intake.foreign-code", listed(foreign))),
        (sheets.blank, note("intake.blank-pages", listed(sheets.blank))),
    )
    return [finding for pages, finding in cases if pages]


def of_claims(sheets: Sheets, known: Collection[str]) -> list[Finding]:
    """Return what the codes claim that cannot stand: documents the ledger does not know, several documents at once."""
    documents = sheets.by_document
    findings = [
        error("intake.code-not-in-ledger", listed(s.sheet for s in sightings), document_id=document)
        for document, sightings in documents.items()
        if document not in known
    ]
    if len(documents) > 1:
        papers = "；".join(f"{document}（{listed(s.sheet for s in seen)}）" for document, seen in documents.items())
        findings.append(error("intake.several-papers", "", count=len(documents), papers=papers))
    return findings


def of_face(sightings: Sequence[Sighting], paper: IssuedPaper) -> list[Finding]:
    """Return what the codes' page counts say against the ledger: a Word print, two faces mixed, another page count."""
    if is_word_file(sightings):
        return [note("intake.pages-unknown", paper.number, sheets=len(sightings), pages=paper.pages)]
    word = [sighting.sheet for sighting in sightings if not sighting.pages]
    findings = [error("intake.mixed-faces", listed(word))] if word else []
    other = sorted({sighting.pages for sighting in sightings} - {0, paper.pages})
    if other:
        findings.append(error("intake.page-count-differs", paper.number, claimed=listed(other), pages=paper.pages))
    return findings


def of_contradiction(belied: Mapping[int, Collection[str]]) -> list[Finding]:
    """Return the finding for pages whose text names other papers than the code they bear."""
    if not belied:
        return []
    numbers = dict.fromkeys(number for named in belied.values() for number in named)
    return [error("intake.code-belied", listed(sorted(belied)), numbers="、".join(numbers))]


def of_collation(collation: Collation, paper: IssuedPaper) -> list[Finding]:
    """Return what is missing, came twice, or came in another order."""
    order, seen, missing = listed(collation.order), listed(collation.seen), listed(collation.missing)
    cases = (
        (
            collation.missing,
            error("intake.pages-missing", paper.number, seen=seen or "—", missing=missing, pages=paper.pages),
        ),
        (collation.twice, error("intake.page-twice", paper.number, twice=listed(collation.twice))),
        (collation.is_reordered, note("intake.pages-reordered", paper.number, order=order)),
    )
    return [finding for holds, finding in cases if holds]


def of_uncoded(
    sheets: Sheets, *, by_text: Sequence[int], by_ocr: Sequence[int] = (), by_place: Sequence[int] = ()
) -> list[Finding]:
    """Return what becomes of sheets without a readable code: placed by words or place, or foreign or unreadable."""
    bare = [sheet for sheet in sheets.uncoded if sheet not in {*by_text, *by_ocr, *by_place}]
    cases = (
        (bare, error("intake.page-without-code", listed(bare))),
        (by_text, warning("intake.page-by-text", listed(by_text))),
        (by_ocr, warning("intake.page-by-ocr", listed(by_ocr))),
        (by_place, warning("intake.page-by-place", listed(by_place))),
    )
    return [finding for pages, finding in cases if pages]


def of_status(paper: IssuedPaper | None) -> list[Finding]:
    """Return the warning for a paper that was voided or replaced; it is filed all the same, never made effective."""
    if paper is None or paper.status == "current":
        return []
    return [warning(_FALLEN[paper.status], paper.number, number=paper.number)]


def listed(numbers: Iterable[int]) -> str:
    """Return page numbers as people write them: 1、3、4."""
    return "、".join(str(number) for number in numbers)
