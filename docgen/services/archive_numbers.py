"""Giving archive numbers (档号): to items, or to all items of a contract, each once and for ever.

The number is frozen as it was given: a term that is lengthened later, or a pattern that is edited, renames nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from docgen.errors import Refused
from docgen.retention.archive_no import ArchiveNumbering, KeptFor
from docgen.retention.table import FILE_NAME
from docgen.services import logging as log
from docgen.services.office import Office
from docgen.services.places import folder_of
from docgen.services.retention import Desk, ItemRetention, find
from docgen.store import archive_numbers
from docgen.store.archive_numbers import GIVEN
from docgen.store.journal import writing
from docgen.store.numbers import Series, allot_for


@dataclass(frozen=True, slots=True)
class NumberTold:
    """An item and its archive number; `is_new` False where it bore the number already."""

    item: str
    archive_no: str
    title: str
    number: str
    is_new: bool


def number_items(office: Office, references: Sequence[str]) -> tuple[NumberTold, ...]:
    """Give every item the references mean its archive number, in the order the papers came.

    Run again, or after a crash, those that have one keep it and no number is passed over.

    Raises:
        Refused: the table sets up no archive numbers.
        NotFound: nothing bears a reference; no number is given then.
    """
    desk = Desk(office)
    numbering = desk.table.archive_no
    if numbering is None:
        raise Refused.of("retention.no-archive-numbers", FILE_NAME)
    meant = [find(reference) for reference in dict.fromkeys(references)]
    rows: dict[str, ItemRetention] = {}
    for key, chosen in meant:
        items = desk.contract(key, as_of=office.today())
        rows |= {each.id: each for each in items if chosen is None or each.id in chosen}
    told = tuple(_numbered(office, numbering, each) for each in rows.values())
    log.record("archive-numbered", count=sum(each.is_new for each in told))
    return told


def _numbered(office: Office, numbering: ArchiveNumbering, each: ItemRetention) -> NumberTold:
    if each.archive_no:
        return NumberTold(each.id, each.archive_no, each.title, each.number, is_new=False)
    day = each.dated or each.filed_on
    kept = _longest(each)
    group = numbering.group(year=day.year, kept=kept)
    write = partial(_write, numbering, day.year, kept)
    home = office.archive.company(day.year)
    with writing(home, at=office.now(), actor=office.actor) as journal:
        number = allot_for(journal, Series(f"archive-no/{group}", write), each.id)
    with writing(folder_of(office, each.place), at=office.now(), actor=office.actor) as journal:
        known = archive_numbers.numbers([each.id]).get(each.id)
        if known is None:
            journal.append(GIVEN, {"item": each.id, "archive_no": number})
    return NumberTold(each.id, known or number, each.title, each.number, is_new=known is None)


def _write(numbering: ArchiveNumbering, year: int, kept: KeptFor, n: int) -> str:
    return numbering.number(year=year, kept=kept, n=n)


def _longest(each: ItemRetention) -> KeptFor:
    """Return the class that keeps an item longest by its length, whether or not its start is known yet."""
    found = max(each.standing.terms, key=lambda term: (term.is_permanent, term.months))
    return KeptFor(found.class_id, None if found.is_permanent else found.months)
