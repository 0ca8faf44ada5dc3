"""Have a scan's print read where neither code nor text layer decides: heads first, whole pages if that is not enough.

Without the OCR extra nothing is read and the scan waits, with a note that says so. A page that OCR chokes on costs
that page: what was read of the others still counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from docgen.errors import LimitExceeded, UnreadableFile
from docgen.findings import Finding, note
from docgen.intake.bundles import Bundle
from docgen.intake.decision import Decision, Outcome
from docgen.intake.identify import is_worth_reading
from docgen.intake.scan import ScanFacts
from docgen.papers.ocr import Part, ReadPage, Recogniser, missing_modules

MOST_HEADS = 40
"""So many heads are read at most: a minute or two; a longer paper without a code is a book for a person."""
MOST_PAGES = 6
DERIVED_NAME = "识别文字.txt"

Identify = Callable[[ScanFacts], Decision]


@dataclass(frozen=True, slots=True)
class Understood:
    """A scan with what was read off it, and the decision; `print_text` is empty where OCR was not asked.

    `bundle` holds the parts of a file of several papers.
    """

    scan: ScanFacts | None
    decision: Decision
    print_text: bytes = b""
    bundle: Bundle | None = None


def understand_print(
    scan: ScanFacts, path: Path, identify: Identify, *, recogniser: Recogniser | None = None, is_asked: bool = True
) -> Understood:
    """Decide what a scan is, asking OCR only where the codes and the file's own text do not decide.

    With a `recogniser` its warm child reads, else one started for this scan. Where it was read before, it need not be
    asked again (`is_asked`).
    """
    decision = identify(scan)
    wanted = is_worth_reading(scan, decision)
    if not wanted or not is_asked:
        return Understood(scan, decision)
    if missing_modules():
        told = note("intake.ocr-missing", "", names="、".join(missing_modules()))
        return Understood(scan, replace(decision, findings=(*decision.findings, told)))
    if recogniser is not None:
        return _read(scan, path.read_bytes(), identify, wanted, recogniser)
    with Recogniser() as own:
        return _read(scan, path.read_bytes(), identify, wanted, own)


def read_heads(
    scan: ScanFacts, path: Path, numbers: Sequence[int], *, recogniser: Recogniser | None = None
) -> ScanFacts:
    """Have the heads of some pages read, and return the scan with them; as it was where OCR is not installed."""
    if missing_modules():
        return scan
    if recogniser is None:
        with Recogniser() as own:
            return read_heads(scan, path, numbers, recogniser=own)
    return _with_print(scan, _pages_read(recogniser, path.read_bytes(), numbers[:MOST_HEADS], "head", []))


def _read(
    scan: ScanFacts, data: bytes, identify: Identify, wanted: Sequence[int], recogniser: Recogniser
) -> Understood:
    """Read heads, decide, and where that is not enough read whole pages and decide again."""
    stages: tuple[tuple[Part, Sequence[int]], ...] = (("head", wanted[:MOST_HEADS]), ("page", wanted[:MOST_PAGES]))
    decision, failed = identify(scan), list[Finding]()
    for part, numbers in stages:
        scan = _with_print(scan, _pages_read(recogniser, data, numbers, part, failed))
        decision = identify(scan)
        if not is_worth_reading(scan, decision) or _waits_for_pages_only(decision):
            break
    decision = replace(decision, findings=(*decision.findings, *failed))
    return Understood(scan, decision, _as_text(scan))


def _pages_read(
    recogniser: Recogniser, data: bytes, numbers: Sequence[int], part: Part, failed: list[Finding]
) -> Iterator[ReadPage]:
    for number in numbers:
        try:
            yield recogniser.read(data, number, part=part)
        except (UnreadableFile, LimitExceeded) as problem:
            codes = "、".join(finding.code for finding in problem.findings)
            failed.append(note("intake.ocr-failed", str(number), page=number, codes=codes))


def _with_print(scan: ScanFacts, read: Iterator[ReadPage]) -> ScanFacts:
    found = {page.number: page for page in read}
    pages = (replace(page, recognised=found.get(page.number, page.recognised)) for page in scan.pages)
    return replace(scan, pages=tuple(pages))


def _waits_for_pages_only(decision: Decision) -> bool:
    """Tell whether only pages of a known paper have not come yet: reading more would not bring them."""
    errors = {finding.code for finding in decision.findings if finding.severity == "error"}
    return decision.outcome is Outcome.WAIT and errors == {"intake.pages-missing"}


def _as_text(scan: ScanFacts) -> bytes:
    """Return what was read as a text a person may search; its first line says what it is worth."""
    read = [page.recognised for page in scan.pages if page.recognised is not None]
    parts = {"head": "页首", "page": "全页"}
    blocks = [f"——第 {page.number} 页（{parts[page.part]}）——\n{page.text}\n" for page in read]
    return ("机器识别的文字，可能有误，以扫描件原件为准\n\n" + "\n".join(blocks)).encode() if read else b""
