"""What comes back over the scanner in the demo: good scans, and the bad ones every office knows."""

from __future__ import annotations

import json
from dataclasses import dataclass

from docgen.archive.layout import Folder
from docgen.demo.simulate import ScanSpec, foreign_letter, print_and_scan
from docgen.papers.ocr import missing_modules
from docgen.rendering.laidout import Zone
from docgen.services.issue_document import Issued
from docgen.services.office import Office
from docgen.services.places import folder_of
from docgen.services.placing import Fate
from docgen.store import ledger


@dataclass(frozen=True, slots=True)
class Drop:
    """A file for the inbox: its name, its bytes, what is wrong (or right) with it, and what should become of it."""

    name: str
    data: bytes
    story: str
    expected: Fate


def drops(office: Office, issued: tuple[Issued, ...]) -> tuple[Drop, ...]:
    """Return the scans of the demo, made from the papers just issued."""
    notice, agreement, report = issued
    customer = ledger.deal(notice.contract_no).record.customer.name
    both = {"customer": customer, "seller": office.companies["shanhai"].name}
    fonts = office.shared_templates / "fonts"

    def scan(paper: Issued, seed: int, **changes: object) -> bytes:
        signed = dict.fromkeys(both, paper.dated)
        values: dict[str, object] = {"zones": zones_of(office, paper), "seals": both, "signed": signed, **changes}
        return print_and_scan(_pdf(paper), ScanSpec(fonts=fonts, **values), seed=seed)  # type: ignore[arg-type]

    first = scan(notice, 1)
    return (
        Drop("SCAN0001.pdf", first, "回执签章，一切正常", Fate.FILED),
        Drop("SCAN0002.tif", scan(report, 2, format="tiff", is_colour=False), "黑白多页 TIFF", Fate.FILED),
        Drop("SCAN0003.pdf", scan(agreement, 3, turned=frozenset({1})), "有一页放倒了", Fate.FILED),
        Drop("SCAN0004-blot.pdf", scan(report, 4, blotted=_all_pages(report)), *_blotted()),
        Drop("SCAN0005.pdf", foreign_letter(5, fonts=fonts), "别的公司的来函", Fate.WAITING),
        Drop("SCAN0006.pdf", scan(agreement, 6, dropped=frozenset({agreement.pages})), "少扫了一页", Fate.WAITING),
        Drop("SCAN0007.pdf", first[: len(first) // 3], "传了一半的文件", Fate.WAITING),
        Drop("SCAN0008.pdf", first, "同一份又放了一次", Fate.SEEN_AGAIN),
    )


def _blotted() -> tuple[str, Fate]:
    """Return what becomes of a paper whose code is drowned: OCR reads its print, where it is installed."""
    if missing_modules():
        return "识别码被墨水盖住", Fate.WAITING
    return "识别码被墨水盖住，凭文字认出", Fate.FILED


def zones_of(office: Office, paper: Issued) -> tuple[Zone, ...]:
    """Return a paper's seal, sign and fill-in zones as they were kept beside it when it was issued."""
    folder: Folder = folder_of(office, paper.contract_no)
    kept = json.loads((folder.derived / f"{paper.number}.zones.json").read_text(encoding="utf-8"))
    return tuple(Zone(**zone) for zone in kept["zones"])


def _pdf(paper: Issued) -> bytes:
    return next(path for path in paper.files if path.suffix == ".pdf").read_bytes()


def _all_pages(paper: Issued) -> frozenset[int]:
    return frozenset(range(1, paper.pages + 1))
