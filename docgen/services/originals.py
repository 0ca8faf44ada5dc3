"""Paper originals: recording where each lies, and telling the way it took.

A digital item in the archive usually has a sheet of paper behind it: the signed contract in box 12. Where it lies is
recorded as an event in the log of the item's own folder; the sidecar, which never changes, says nothing of it.
"""

from __future__ import annotations

from dataclasses import dataclass

from docgen.errors import NotFound, Refused
from docgen.findings import Finding, error
from docgen.services import logging as log
from docgen.services.office import Office
from docgen.services.places import folder_of
from docgen.store import ledger, originals
from docgen.store.journal import writing
from docgen.store.ledger import PaperLine
from docgen.store.originals import PLACED, StoredOriginal

ORIGINAL, COPY = "原件", "复印件"
FORMS = (ORIGINAL, COPY)
MOST_COPIES = 99
LONGEST = 200
"""Characters of a place, a keeper or a remark: one cell of a list."""


@dataclass(frozen=True, slots=True)
class Where:
    """Where an original lies: place (room, shelf, box), whose keeping, original or copy, how many, what to know of it.

    `listed` is the number of the hand-over list it came by, `reason` why it is recorded without the signed list. None
    stands for what was recorded before.
    """

    place: str
    keeper: str | None = None
    form: str | None = None
    copies: int | None = None
    remark: str | None = None
    listed: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class OriginalTold:
    """An archived item, where its original lies (None: nobody said), and everything ever said of it."""

    item: str
    number: str
    title: str
    contract_no: str
    original: StoredOriginal | None
    way: tuple[StoredOriginal, ...]


def place_original(office: Office, reference: str, where: Where) -> OriginalTold:
    """Record where the original of an archived item lies; what is not said stays as it was.

    `reference` is the item's id, or a paper's number: its newest signed copy if one is back, else the paper itself.

    Raises:
        NotFound: nothing bears it.
        Refused: the place is empty, something is too long, or the form or number of copies is none.
    """
    row = item_of(reference)
    record(office, row, where)
    log.record("original-placed", item=row.id)
    return told_of(row)


def show_original(reference: str) -> OriginalTold:
    """Return where the original of an item lies and the way it took.

    Raises:
        NotFound: nothing bears the reference.
    """
    return told_of(item_of(reference))


def item_of(reference: str) -> PaperLine:
    """Return the archived item of an id, or of a paper's number: its newest signed copy, else the paper itself.

    Raises:
        NotFound: nothing bears it.
    """
    row = ledger.archived_item(reference)
    if row is not None:
        return row
    paper = ledger.issued_by_number(reference)
    if paper is None and ledger.find_deal(reference) is not None:
        raise NotFound.of("services.original-of-deal", reference)
    if paper is None:
        raise NotFound.of("retention.no-such-item", reference)
    copies = ledger.answers_to(paper.document_id) if paper.document_id else ()
    return copies[-1] if copies else paper


def record(office: Office, row: PaperLine, where: Where) -> None:
    """Append where an item's original lies to its folder's log; the same said again is not written twice.

    Raises:
        Refused: as `place_original`.
    """
    with writing(folder_of(office, row.key), at=office.now(), actor=office.actor) as journal:
        known = originals.originals([row.id]).get(row.id)
        told = _payload(where, known)
        _require_sound(row, told)
        if known is None or any(getattr(known, name) != value for name, value in told.items()):
            why = {"reason": where.reason} if where.reason else {}
            journal.append(PLACED, {"item": row.id, **told, **why, "on": office.today().isoformat()})


def told_of(row: PaperLine) -> OriginalTold:
    """Return what is known of the original of an item."""
    known = originals.originals([row.id]).get(row.id)
    return OriginalTold(row.id, row.number, row.title, row.contract_no, known, originals.way(row.key, row.id))


def _payload(where: Where, known: StoredOriginal | None) -> dict[str, str | int]:
    return {
        "place": where.place.strip(),
        "keeper": _said(where.keeper, known.keeper if known else ""),
        "form": _said(where.form, known.form if known else ORIGINAL),
        "copies": where.copies if where.copies is not None else (known.copies if known else 1),
        "remark": _said(where.remark, known.remark if known else ""),
        "listed": where.listed,
    }


def _said(text: str | None, before: str) -> str:
    return before if text is None else text.strip()


def _require_sound(row: PaperLine, told: dict[str, str | int]) -> None:
    found: list[Finding] = []
    if not told["place"]:
        found.append(error("services.original-no-place", row.id, title=row.title))
    if told["form"] not in FORMS:
        found.append(error("services.original-form", row.id, form=told["form"], known="、".join(FORMS)))
    if not 1 <= int(told["copies"]) <= MOST_COPIES:
        found.append(error("services.original-copies", row.id, copies=told["copies"], most=MOST_COPIES))
    for name in ("place", "keeper", "remark"):
        text = str(told[name])
        if len(text) > LONGEST or not all(char.isprintable() for char in text):
            found.append(error("services.original-text", f"{row.id} {name}", text=text[:40], most=LONGEST))
    if found:
        raise Refused(found)
