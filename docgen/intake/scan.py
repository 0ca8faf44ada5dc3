"""What a scan shows, as facts: for each page the codes that are ours, the codes that are not, the text, blank or not.

The file is opened far away, in a contained process of `docgen.papers`; the keys that tell our codes from others never
go there. A code is still only a claim: `docgen.intake.identify` asks the ledger what it stands for.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from docgen.codes.payload import Keyring, Payload, decode, has_form
from docgen.contained.run import Worker
from docgen.papers.ocr import ReadPage
from docgen.papers.reading import PageReading, PaperReading, read_paper


@dataclass(frozen=True, slots=True)
class PageFacts:
    """One page as it lies in the scan, counted from 1; sizes in mm.

    `foreign_codes` are read but not ours; `imitations` have our form, yet not our tag: made with a lost key, or forged.
    `recognised` is what OCR read, where it was asked; it is never mixed with the file's own text. `has_ruined_code`
    tells of the remains of a code of our size that cannot be read any more.
    """

    number: int
    payloads: tuple[Payload, ...] = ()
    foreign_codes: tuple[str, ...] = ()
    imitations: tuple[str, ...] = ()
    text: str = ""
    is_blank: bool = False
    width_mm: float = 210.0
    height_mm: float = 297.0
    recognised: ReadPage | None = None
    has_ruined_code: bool = False


@dataclass(frozen=True, slots=True)
class ScanFacts:
    """A whole scan: what kind of file it is and its pages in the order they were scanned.

    Sheets that were picked out of a pile (`is_picked`) were no neighbours in it.
    """

    media_type: str
    pages: tuple[PageFacts, ...]
    is_picked: bool = False


def read_scan(kept_path: Path, keyring: Keyring, worker: Worker | None = None) -> ScanFacts:
    """Read a kept file into facts; a warm worker spares the start of a process for each file.

    Raises:
        UnreadableFile: encrypted, corrupt, of an unknown type, or empty.
        LimitExceeded: it takes more time or memory than a scan may.
    """
    return scan_facts(read_paper(kept_path, worker=worker), keyring)


def scan_facts(reading: PaperReading, keyring: Keyring) -> ScanFacts:
    """Return the facts of a reading."""
    return ScanFacts(reading.media_type, tuple(page_facts(page, keyring) for page in reading.pages))


def page_facts(page: PageReading, keyring: Keyring) -> PageFacts:
    """Sort one page's codes into ours, imitations and foreign ones, and judge whether the page is blank."""
    texts = tuple(dict.fromkeys(seen.text for seen in page.codes))
    payloads = tuple(payload for text in texts if (payload := decode(text, keyring)) is not None)
    others = tuple(text for text in texts if decode(text, keyring) is None)
    return PageFacts(
        number=page.number,
        payloads=payloads,
        foreign_codes=tuple(text for text in others if not has_form(text)),
        imitations=tuple(text for text in others if has_form(text)),
        text=page.text,
        is_blank=page.is_blank,
        width_mm=page.width_mm,
        height_mm=page.height_mm,
        has_ruined_code=page.has_ruined_code,
    )
