"""What happens to the five sample deals, day by day: their facts from the samples, and the papers an office makes.

The samples hold everything that ever happened. A story begins with less: the record as it was typed in, without
changes and facts; each of them comes on its own day.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from docgen.deals.reading import read_text
from docgen.workspace import data_root

BOTH = ("pdf", "docx")
PDF = ("pdf",)
WORD = ("docx",)


@dataclass(frozen=True, slots=True)
class Scene:
    """One thing that is done about one deal on one day; `what` names the verb, `told` what it needs."""

    day: date
    deal: str
    what: str
    told: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper of the story: its kind, which part, which faces, and about which paper (by kind) a notice is."""

    day: str
    kind: str
    seq: int | None = None
    faces: tuple[str, ...] = PDF
    again: bool = False
    about: str | None = None


BEGINS = {
    "xx-tech": "2024-03-05",
    "yy-manufacturing": "2024-03-10",
    "hengtai-line": "2024-04-02",
    "qingyuan-logistics": "2024-07-01",
    "minghe-clinic": "2024-09-02",
}
"""The day on which each record is typed in."""
CONTRACTS = {
    "xx-tech": "2024-03-10",
    "yy-manufacturing": "2024-03-10",
    "hengtai-line": "2024-04-08",
    "qingyuan-logistics": "2024-07-01",
    "minghe-clinic": "2024-09-02",
}
"""The day on which checklist, order and contract are settled."""
PAPERS: Mapping[str, tuple[Paper, ...]] = {
    "xx-tech": (
        Paper("2024-03-05", "proposal", faces=BOTH),
        Paper("2024-03-05", "quotation"),
        Paper("2024-03-12", "prepayment-notice", faces=BOTH),
        Paper("2024-03-13", "correction-notice", about="prepayment-notice"),
        Paper("2024-03-15", "supplementary-agreement", 1, faces=BOTH),
        Paper("2024-03-26", "acceptance-report", 1, faces=BOTH),
        Paper("2024-03-27", "progress-letter", 2, faces=BOTH),
        Paper("2025-03-20", "warranty-form"),
        Paper("2025-03-20", "final-letter", 3),
        Paper("2025-03-27", "warranty-certificate"),
    ),
    "yy-manufacturing": (
        Paper("2024-03-29", "acceptance-report", 1),
        Paper("2024-06-03", "formal-demand", 1, faces=BOTH),
    ),
    "hengtai-line": (
        Paper("2024-04-02", "proposal", faces=WORD),
        Paper("2024-04-15", "prepayment-notice"),
        Paper("2024-04-16", "void-notice", about="prepayment-notice"),
        Paper("2024-04-16", "prepayment-notice", again=True),
        Paper("2024-06-05", "acceptance-report", 1),
        Paper("2024-06-14", "acceptance-report", 2),
        Paper("2024-06-21", "progress-letter", 2),
        Paper("2024-08-30", "progress-letter", 2, again=True),
    ),
    "qingyuan-logistics": (
        Paper("2024-07-03", "prepayment-notice"),
        Paper("2024-07-17", "supplementary-agreement", 1, faces=WORD),
        Paper("2024-09-10", "acceptance-report", 1),
        Paper("2024-09-11", "progress-letter", 2),
        Paper("2025-03-07", "warranty-form"),
        Paper("2025-03-07", "final-letter", 3),
        Paper("2025-03-12", "warranty-certificate"),
    ),
    "minghe-clinic": (Paper("2024-09-06", "prepayment-notice"),),
}


def sample(deal: str) -> Path:
    """Return the sample record of a deal of the story."""
    return data_root() / "samples" / "deals" / f"{deal}.yaml"


def beginning(deal: str, folder: Path) -> Path:
    """Write a sample's record as it was before anything happened, and return the file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{deal}.json"
    plain = {**_plain(deal), "changes": [], "facts": {}}
    path.write_text(json.dumps(plain, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return path


def scenes() -> tuple[Scene, ...]:
    """Return the whole story in the order of its days; on one day facts come before papers."""
    found = [scene for deal in BEGINS for scene in _of(deal)]
    return tuple(sorted(found, key=lambda scene: scene.day))


def _of(deal: str) -> Iterator[Scene]:
    plain = _plain(deal)
    yield Scene(_day(BEGINS[deal]), deal, "enter", {})
    yield from _changes(deal, plain)
    yield from _facts(deal, plain)
    offers = [paper for paper in PAPERS[deal] if paper.day < CONTRACTS[deal]]
    yield from (_paper(deal, paper) for paper in offers)
    yield Scene(_day(CONTRACTS[deal]), deal, "contract", {})
    yield from (_paper(deal, paper) for paper in PAPERS[deal] if paper not in offers)


def _paper(deal: str, paper: Paper) -> Scene:
    return Scene(_day(paper.day), deal, "paper", {"paper": paper})


def _changes(deal: str, plain: Mapping[str, Any]) -> Iterator[Scene]:
    for change in plain.get("changes") or ():
        yield Scene(_day(change["requested_on"]), deal, "change", {"change": change})


def _facts(deal: str, plain: Mapping[str, Any]) -> Iterator[Scene]:
    for name, told in plain["facts"].items():
        for fact in [told] if isinstance(told, Mapping) else told:
            day = max(fact["ours"], fact["theirs"]) if "theirs" in fact else fact.get("received_on") or fact["on"]
            yield Scene(_day(day), deal, "fact", {"name": name, "values": fact})


def _plain(deal: str) -> dict[str, Any]:
    plain, _ = read_text(sample(deal).read_text(encoding="utf-8"), name=f"{deal}.yaml")
    if not isinstance(plain, dict):
        raise TypeError(f"{deal}: no record")
    return plain


def _day(text: str) -> date:
    return date.fromisoformat(text)
