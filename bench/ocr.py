"""What OCR adds: the share of degraded scans that file themselves with and without it, and heads against whole pages.

Prints of issued papers whose codes are drowned in ink, scanned at several resolutions and turns, each with how it was
made; run as `python bench/ocr.py [HOW_MANY_SEEDS]`. A scan filed under a wrong paper ends the run with an error.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from statistics import median

from docgen.demo.people import agreed
from docgen.demo.simulate import ScanSpec, print_and_scan
from docgen.papers.ocr import Part, Recogniser
from docgen.services import recognise
from docgen.services.file_scan import Readers, understand
from docgen.services.import_deal import import_deal
from docgen.services.initialise import initialise
from docgen.services.issue_document import issue_document
from docgen.services.office import Office, open_office, read_companies
from docgen.services.prepare_issue import Request
from docgen.store import database
from docgen.workspace import data_root

AT = datetime(2024, 3, 26, 9, 0, tzinfo=UTC)
FONTS = data_root() / "templates" / "_shared" / "fonts"
KINDS = ("acceptance-report", "supplementary-agreement")
WAYS = {
    "200 dpi": {"dpi": 200},
    "150 dpi": {"dpi": 150},
    "150 dpi, gray, skew 4": {"dpi": 150, "is_colour": False, "skew_degrees": 4.0},
    "150 dpi, a page upside down": {"dpi": 150, "turned": frozenset({1})},
    "100 dpi": {"dpi": 100},
    "72 dpi": {"dpi": 72},
}


def main() -> None:
    """Make the scans, identify each both ways, and print shares and times."""
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 2
    with tempfile.TemporaryDirectory() as folder, Recogniser() as recogniser:
        office, papers = _office(Path(folder) / "office")
        scan = Path(folder) / "scan.pdf"
        for way, changes in WAYS.items():
            told = []
            for (number, pdf), seed in product(papers.items(), range(seeds)):
                spec = ScanSpec(FONTS, blotted=frozenset({1, 2}), **changes)  # type: ignore[arg-type]
                scan.write_bytes(print_and_scan(pdf, spec, seed=seed))
                told.append([_files_itself(office, scan, number, one) for one in (None, recogniser)])
            without, with_it = (sum(one[at] for one in told) for at in (0, 1))
            print(
                f"{way:30} files itself: without OCR {without}/{len(told)}, with OCR {with_it}/{len(told)}", flush=True
            )
        scan.write_bytes(print_and_scan(next(iter(papers.values())), ScanSpec(FONTS), seed=0))
        heads, pages = (_seconds(recogniser, scan.read_bytes(), part) for part in ("head", "page"))  # type: ignore[arg-type]
        print(f"head {heads:.2f} s, whole page {pages:.2f} s: {pages / heads:.1f} times (median of 3, warm, one core)")
    database.disconnect()


def _office(root: Path) -> tuple[Office, dict[str, bytes]]:
    initialise(root, read_companies(data_root() / "samples" / "companies")["shanhai"])
    office = open_office(root, clock=lambda: AT, actor="bench")
    contract_no = import_deal(office, data_root() / "samples" / "deals" / "xx-tech.yaml").contract_no
    agreed(office, contract_no, "supplementary-agreement")
    issued = [issue_document(office, Request(contract_no, kind)) for kind in KINDS]
    faces = {str(one.number): next(path for path in one.files if path.suffix == ".pdf") for one in issued}
    return office, {number: path.read_bytes() for number, path in faces.items()}


def _files_itself(office: Office, scan: Path, number: str, recogniser: Recogniser | None) -> bool:
    with _extra_hidden(recogniser is None):
        seen = understand(office, scan, original_name="SCAN0001.pdf", readers=Readers(recogniser=recogniser))
    paper = seen.decision.paper
    is_filed = str(seen.decision.outcome) == "file"
    if is_filed and (paper is None or paper.number != number):
        raise AssertionError(f"{number} would be filed as {paper}")
    return is_filed


@contextmanager
def _extra_hidden(is_hidden: bool) -> Iterator[None]:  # noqa: FBT001  # a script's own step
    known = recognise.missing_modules
    recognise.missing_modules = (lambda: ("rapidocr",)) if is_hidden else known
    try:
        yield
    finally:
        recognise.missing_modules = known


def _seconds(recogniser: Recogniser, data: bytes, part: Part) -> float:
    recogniser.read(data, 1, part=part)
    times = []
    for _ in range(3):
        begun = time.perf_counter()
        recogniser.read(data, 1, part=part)
        times.append(time.perf_counter() - begun)
    return median(times)


if __name__ == "__main__":
    main()
