"""What goes into a packet besides the letter's own 附件清单: what a stage of demand rests on, and what a person adds.

A formal demand may end in court, so the signed contract and the signed delivery receipts go with it wherever the
archive has them. Its own list names those that are archived on the day it is made, and promises no others: what is not
archived is said when the packet is bound, and stops nothing. What a person asks for by name must be there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from docgen.deals import paperwork
from docgen.findings import Finding, error, note
from docgen.kinds.dossier import KnownPaper
from docgen.services.dossier import paper_day
from docgen.services.evidence import find_evidence
from docgen.services.office import Office
from docgen.store import ledger

BY_TITLE: Mapping[str, tuple[str, ...]] = {paperwork.FORMAL_DEMAND: (paperwork.CONTRACT, paperwork.RECEIPT)}
"""A letter's title → what goes with it where the archive has it."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person decided: `without` leaves out, `also` adds, by name, number or the archived item's id."""

    without: tuple[str, ...] = ()
    also: tuple[str, ...] = ()


AS_LISTED = Choice()


@dataclass(frozen=True, slots=True)
class Extra:
    """An archived item that goes along, and what the cover calls it; `is_signed` where it came back from outside."""

    what: str
    item: ledger.PaperLine

    @property
    def is_signed(self) -> bool:
        """Tell whether it is a paper that came in, and not our own as it went out."""
        return self.item.item_type != "issued"


def extras(contract_no: str, title: str, choice: Choice) -> tuple[list[Extra], list[Finding]]:
    """Return what goes along with a letter of a title, and what of it the archive does not have."""
    rows = [row for row in ledger.papers(contract_no) if not row.is_disposed]
    found: list[Extra] = []
    findings: list[Finding] = []
    for what in choice.also:
        named = list(_named(rows, what))
        found += named
        if not named:
            findings.append(error("issuing.packet-missing", what, what=what, number="—"))
    for what in BY_TITLE.get(title, ()):
        if what in choice.without or what in choice.also:
            continue
        signed = [each for each in _named(rows, what) if each.is_signed] or list(_by_evidence(contract_no, what))
        signed = [each for each in signed if not _calls(each.item) & set(choice.without)]
        found += signed
        if not signed:
            findings.append(note("issuing.packet-not-archived", what, what=what, title=title))
    return found, findings


def enclosed(office: Office, contract_no: str, title: str, *, as_of: date) -> tuple[KnownPaper, ...]:
    """Return what goes with a letter of a title and lay in the archive by a day, for the letter's own list."""
    if title not in BY_TITLE:
        return ()
    found, _ = extras(contract_no, title, AS_LISTED)
    return tuple(_known(office, each) for each in found if paper_day(office, each.item) <= as_of)


def _known(office: Office, extra: Extra) -> KnownPaper:
    """Return an archived item as a list names it, with the day of the paper of ours that it answers."""
    item = extra.item
    own = ledger.issued_by_document_id(item.answers) if item.answers else None
    return KnownPaper(
        number=item.number,
        kind=item.kind,
        title=extra.what,
        subject=item.subject,
        dated=paper_day(office, own or item),
        is_own=False,
        answers=item.answers or None,
    )


def _named(rows: Sequence[ledger.PaperLine], name: str) -> Iterator[Extra]:
    """Yield each standing paper of a number or title, its newest signed copy first; else all that was filed as such.

    There is one contract, so a newer scan of it takes the older one's place. Of other papers from outside there may be
    many, with no number to tell two scans of one receipt from scans of two.
    """
    own = [row for row in rows if row.item_type == "issued" and row.status == "current" and _bears(row, name)]
    for row in own:
        copies = [
            each for each in rows if each.item_type == "filed" and each.answers and each.answers == row.document_id
        ]
        yield Extra(row.title, max(copies, key=lambda each: each.version, default=row))
    if not own:
        filed = [row for row in rows if row.item_type == "filed" and not row.answers and _bears(row, name)]
        for row in filed[-1:] if name == paperwork.CONTRACT else filed:
            yield Extra(row.title, row)


def _by_evidence(contract_no: str, what: str) -> Iterator[Extra]:
    """Yield what the record names as evidence of the signature, or of the deliveries."""
    facts = ledger.deal(contract_no).record.facts
    signed = [facts.signature] if facts.signature else []
    named = signed if what == paperwork.CONTRACT else facts.deliveries if what == paperwork.RECEIPT else []
    for each in named:
        item = find_evidence(contract_no, each.evidence) if each.evidence else None
        if item is not None:
            yield Extra(what, item)


def _bears(row: ledger.PaperLine, name: str) -> bool:
    return name in _calls(row)


def _calls(row: ledger.PaperLine) -> set[str]:
    """Return by what a person may name an archived paper: number, title, its other name, or the item's id."""
    return {row.number, row.title, paperwork.OTHER_NAMES.get(row.title, ""), row.id} - {""}
