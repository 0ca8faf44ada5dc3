"""What an issued paper says wrongly: as a person states it, or found by setting its values beside its successor's.

Beside each issued paper lies the list of the critical values it prints, in order. Where a paper was replaced, the two
lists are compared; the papers' own numbers and days always differ and are left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from types import MappingProxyType

from docgen.errors import NotFound
from docgen.kinds.dossier import Correction, KnownPaper, Mended
from docgen.rendering.filters import day
from docgen.services.office import Office
from docgen.services.places import folder_of
from docgen.store import ledger

NAMES: Mapping[str, str] = MappingProxyType(
    {
        "amount": "金额",
        "amount_words": "金额大写",
        "date": "日期",
        "account": "收款账号",
        "percent": "比例",
        "name": "名称",
        "number": "编号",
        "quantity": "数量",
    }
)
"""Kind of printed value → what a correction calls it."""
_VALUES = ".values.json"


@dataclass(frozen=True, slots=True)
class Stated:
    """What a person says is wrong: pairs as given, and words for the customer."""

    rows: tuple[Mended, ...] = ()
    remark: str | None = None


def correction_of(office: Office, paper: KnownPaper, newer: KnownPaper | None, stated: Stated) -> Correction:
    """Return what is wrong with a paper: the pairs stated, else what differs from the paper that replaced it."""
    rows = stated.rows or (tuple(differences(office, paper, newer)) if newer else ())
    return Correction(paper.number, rows, stated.remark)


def differences(office: Office, old: KnownPaper, new: KnownPaper) -> Iterator[Mended]:
    """Yield each printed value that differs between two issues of a paper, once, in the order of printing."""
    ours, theirs = _values(office, old), _values(office, new)
    skipped = set(zip(_own(old), _own(new), strict=True))
    seen: set[Mended] = set()
    for tag, a, b, c, d in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        for row in _pairs(ours[a:b], theirs[c:d]):
            if row not in seen and (row.old, row.new) not in skipped:
                seen.add(row)
                yield row


def _pairs(old: list[tuple[str, str]], new: list[tuple[str, str]]) -> Iterator[Mended]:
    """Yield values of one run side by side, kind by kind; one that stands alone has gone or is added."""
    for kind in dict.fromkeys(kind for kind, _ in (*old, *new)):
        before = [text for each, text in old if each == kind]
        after = [text for each, text in new if each == kind]
        for index in range(max(len(before), len(after))):
            was = before[index] if index < len(before) else "（未载明）"
            shall = after[index] if index < len(after) else "（删去）"
            yield Mended(NAMES.get(kind, kind), was, shall)


def _own(paper: KnownPaper) -> tuple[str, str, str]:
    return paper.number, paper.letter_number or "", day(paper.dated)


def _values(office: Office, paper: KnownPaper) -> list[tuple[str, str]]:
    row = ledger.paper(paper.number)
    folder = folder_of(office, row.contract_no)
    derived = row.sidecar.get("derived")
    names = [str(each["name"]) for each in derived] if isinstance(derived, list) else []
    name = next((each for each in names if each.endswith(_VALUES)), None)
    if name is None or row.is_disposed:
        raise NotFound.of("services.no-values", paper.number)
    kept = json.loads((folder.derived / name).read_text(encoding="utf-8"))
    return [(str(each["kind"]), str(each["text"])) for each in kept["values"]]
