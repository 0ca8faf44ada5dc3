"""Handing originals over: which ones, the 移交清单 they go with, and their arrival once the signed list is back.

Three acts of three days. The list is made of what was recorded of each original; nothing moves by that. Both sides
count, sign, and the scan files itself. Only then are the originals taken as received, each in its folder's log.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from docgen.archive.record import Sidecar
from docgen.errors import Refused
from docgen.findings import Finding, warning
from docgen.kinds.company import TransferList
from docgen.services import logging as log
from docgen.services.company_papers import LARGEST_LIST, IssuedCompanyPaper, issue_company_paper
from docgen.services.dossier import paper_day
from docgen.services.office import Office
from docgen.services.originals import ORIGINAL, Where, record
from docgen.services.places import folder_of
from docgen.store import archive_numbers, ledger, originals
from docgen.store.customers import survivors
from docgen.store.ledger import PaperLine
from docgen.store.originals import StoredOriginal

KIND = "transfer-list"
_ITEMS = ("issued", "filed")
"""What has a sheet of paper of its own; packets and parts of piles are made of these."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which items: of a contract, a customer (id or name), a year of papers, a kind or document type; None is all.

    `part`, from 1, is one list's worth of them, in their order.
    """

    contract: str | None = None
    customer: str | None = None
    year: int | None = None
    type: str | None = None
    part: int | None = None

    @property
    def words(self) -> str:
        """Return the choice in words, as the list prints it."""
        said = (
            f"合同 {self.contract}" if self.contract else "",
            f"客户 {self.customer}" if self.customer else "",
            f"{self.year}年度" if self.year else "",
            f"文件类型 {self.type}" if self.type else "",
        )
        chosen = "；".join(filter(None, said)) or "全部纸质原件"
        return f"{chosen}；第 {self.part} 部分" if self.part else chosen


@dataclass(frozen=True, slots=True)
class HandoverLine:
    """An item that was chosen, and where its original lies; None where nobody said."""

    item: str
    contract_no: str
    customer: str
    title: str
    number: str
    dated: date
    pages: int
    archive_no: str
    original: StoredOriginal | None


@dataclass(frozen=True, slots=True)
class Handover:
    """A list as made: the paper, what stands in it, and which items were left out since nobody said where they lie."""

    paper: IssuedCompanyPaper
    lines: tuple[HandoverLine, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Sides:
    """Who hands over to whom, and why."""

    from_unit: str
    to_unit: str
    reason: str


@dataclass(frozen=True, slots=True)
class Received:
    """The originals taken as received: the list, how many, in whose keeping, where (empty: each where it lay)."""

    number: str
    items: int
    keeper: str
    place: str


def choose(office: Office, wanted: Wanted) -> tuple[HandoverLine, ...]:
    """Return the items of a choice by contract and day, each with what is known of its original.

    Raises:
        NotFound: no deal bears the number.
    """
    rows = [row for row in _rows(wanted) if _is_there(row)]
    known = originals.originals([row.id for row in rows])
    lines = [_line(office, row, known.get(row.id)) for row in rows]
    chosen = [line for line, row in zip(lines, rows, strict=True) if _is_wanted(line, row, wanted)]
    return tuple(sorted(chosen, key=lambda line: (line.contract_no, line.dated, line.number, line.item)))


def make_list(office: Office, wanted: Wanted, sides: Sides) -> Handover:
    """Issue the 移交清单 of all chosen items whose original has a recorded place; the others are named, not listed.

    Raises:
        NotFound: no deal bears the number.
        Refused: none of them has a place, there are more than one list holds, or a side or the reason is empty.
    """
    lines = choose(office, wanted)
    placed = [line for line in lines if line.original is not None]
    listed = placed if wanted.part is None else placed[(wanted.part - 1) * LARGEST_LIST : wanted.part * LARGEST_LIST]
    if not placed:
        raise Refused.of("services.handover-nothing", wanted.words, scope=wanted.words, count=len(lines))
    if not listed or len(listed) > LARGEST_LIST:
        told = {"count": len(placed), "limit": LARGEST_LIST, "parts": -(-len(placed) // LARGEST_LIST)}
        raise Refused.of("services.handover-too-many", wanted.words, scope=wanted.words, **told)
    today = office.today()
    content = _content(listed, wanted, sides, dated=today)
    paper = issue_company_paper(office, KIND, content, dated=today, actor=office.actor)
    left = [line for line in lines if line.original is None and (wanted.part or 1) == 1]
    findings = [warning("services.handover-unplaced", line.item, title=line.title, number=line.number) for line in left]
    return Handover(paper, tuple(listed), tuple(findings))


def receive(office: Office, number: str, *, place: str | None = None, reason: str | None = None) -> Received:
    """Take the originals of a list as received by the other side, at a new place where one is given, else as they lie.

    Broken off, it may be said again: what was recorded is not recorded twice.

    Raises:
        NotFound: no paper bears the number.
        Refused: it is no hand-over list, void, or its signed copy is not back and no reason was given.
        StorageProblem, Damage: what was frozen beside the list cannot be read.
    """
    row = ledger.paper(number)
    if row.kind != KIND or row.status != "current":
        raise Refused.of("services.handover-no-list", number, number=number)
    why = (reason or "").strip()
    if not ledger.answers_to(row.document_id) and not why:
        raise Refused.of("services.handover-unsigned", number, number=number)
    content = frozen_list(office, row)
    for item in content.items:
        archived = ledger.archived_item(item.item)
        if archived is None:
            raise Refused.of("retention.no-such-item", item.item)
        known = originals.originals([item.item]).get(item.item)
        now = place or (known.place if known else item.place)
        record(office, archived, Where(now, content.to_unit, item.form, item.copies, listed=number, reason=why))
    log.record("originals-received", number=number)
    return Received(number, len(content.items), content.to_unit, place or "")


def frozen_list(office: Office, row: PaperLine) -> TransferList:
    """Return the content a hand-over list was issued with."""
    path = folder_of(office, row.key).derived / f"{row.number}.snapshot.json"
    frozen: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return TransferList.model_validate(frozen["content"])


def _is_there(row: PaperLine) -> bool:
    return row.item_type in _ITEMS and row.status == "current" and not row.is_disposed


def _rows(wanted: Wanted) -> Iterator[PaperLine]:
    if wanted.contract:
        yield from ledger.papers(ledger.deal(wanted.contract).contract_no)
    else:
        yield from (row for row in ledger.papers() if row.kind != KIND)


def _line(office: Office, row: PaperLine, known: StoredOriginal | None) -> HandoverLine:
    sidecar = Sidecar.model_validate(row.sidecar)
    customer = sidecar.customer.name if sidecar.customer else ""
    day = paper_day(office, row)
    mark = archive_numbers.numbers([row.id]).get(row.id, "")
    return HandoverLine(row.id, row.contract_no, customer, row.title, row.number, day, row.pages, mark, known)


def _is_wanted(line: HandoverLine, row: PaperLine, wanted: Wanted) -> bool:
    if wanted.year is not None and line.dated.year != wanted.year:
        return False
    if wanted.type is not None and wanted.type not in {row.kind, row.title}:
        return False
    return wanted.customer is None or wanted.customer in _names(row, line)


def _names(row: PaperLine, line: HandoverLine) -> set[str]:
    """Return what a customer may be called by: id and name at filing, and those it lives on under."""
    sidecar = Sidecar.model_validate(row.sidecar)
    ident = sidecar.customer.id if sidecar.customer else ""
    return {each for each in (ident, line.customer, *survivors().get(ident, ())) if each}


def _content(lines: Sequence[HandoverLine], wanted: Wanted, sides: Sides, *, dated: date) -> dict[str, object]:
    items = [_item(place, line) for place, line in enumerate(lines, start=1)]
    return {
        "scope": wanted.words,
        "dated": dated,
        "from_unit": sides.from_unit,
        "to_unit": sides.to_unit,
        "reason": sides.reason,
        "items": items,
        "totals": {
            "items": len(items),
            "copies": sum(line.original.copies for line in lines if line.original),
            "pages": sum(line.original.copies * line.pages for line in lines if line.original),
        },
    }


def _item(place: int, line: HandoverLine) -> dict[str, object]:
    known = line.original
    return {
        "index": place,
        "item": line.item,
        "archive_no": line.archive_no,
        "contract_no": line.contract_no,
        "customer": line.customer,
        "title": line.title,
        "number": line.number,
        "form": known.form if known else ORIGINAL,
        "copies": known.copies if known else 1,
        "pages": line.pages,
        "place": known.place if known else "",
        "remark": known.remark if known else "",
    }
