"""Import a workbook of deals: everything checked first, then all or nothing, or with `partial` the faultless ones.

What is faulty comes back as a copy of the user's own file with each faulty cell marked. A deal is found again by its
contract or order number, so that importing the corrected copy enters nothing twice.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from docgen.deals.deal import Deal
from docgen.deals.events import difference
from docgen.errors import NotFound, Refused
from docgen.exchange.marking import marked_copy
from docgen.exchange.package import MAX_BYTES
from docgen.exchange.reader import read_workbook
from docgen.exchange.reading import Draft, Taken, take
from docgen.findings import Finding, error, has_errors
from docgen.services.import_deal import Imported, as_it_would_stand, dropped_proposal, import_deal
from docgen.services.make_workbook import SUFFIX, write_new
from docgen.services.office import Office
from docgen.services.overwriting import Allow, losses
from docgen.services.read_record import names_account
from docgen.store import ledger

_TO_CORRECT = " 待改正"
_EARLIER_ROUND = re.compile(rf"{_TO_CORRECT}( \d+)?\Z")


@dataclass(frozen=True, slots=True)
class WorkbookTaken:
    """What became of a workbook: the deals that went in, the numbers of the faulty ones, and the copy to correct."""

    path: Path
    deals: int
    imported: tuple[Imported, ...]
    faulty: tuple[str, ...]
    findings: tuple[Finding, ...]
    copy: Path | None = None

    @property
    def is_whole(self) -> bool:
        """Tell whether every deal of the workbook went in, or could."""
        return not has_errors(self.findings)


def is_workbook(path: Path) -> bool:
    """Tell by its name whether a file is a workbook."""
    return path.suffix.lower() == SUFFIX


def check_workbook(office: Office, path: Path) -> WorkbookTaken:
    """Read and check a workbook without keeping anything, and without writing a copy.

    Raises:
        NotFound: the file is not there.
        UnreadableFile, LimitExceeded, Refused: it is no workbook of ours.
    """
    taken = _taken(office, _data(path), reason=None, allow=())
    faulty = tuple(draft.key for draft in taken.drafts if draft.is_faulty)
    return WorkbookTaken(path, len(taken.drafts), (), faulty, taken.all_findings)


def import_workbook(
    office: Office, path: Path, *, partial: bool = False, reason: str | None = None, allow: Collection[Allow] = ()
) -> WorkbookTaken:
    """Import the deals of a workbook: all of them, or none where anything is wrong; with `partial` the faultless ones.

    The faulty cells come back marked in a copy beside the file, `<name> 待改正.xlsx`. Nothing of a faulty deal goes in;
    an error that belongs to no deal (a row with an unknown number, a sheet without headings) holds back all of them,
    for nobody knows which deal would lack something.

    Raises:
        NotFound: the file is not there.
        UnreadableFile, LimitExceeded, Refused: it is no workbook of ours.
    """
    data = _data(path)
    taken = _taken(office, data, reason=reason, allow=allow)
    may_go_in = not has_errors(taken.findings if partial else taken.all_findings)
    imported = tuple(_import(office, taken.drafts, reason=reason, allow=allow)) if may_go_in else ()
    faulty = tuple(draft.key for draft in taken.drafts if draft.is_faulty)
    copy, notes = _copy(path, data, taken) if has_errors(taken.all_findings) else (None, ())
    return WorkbookTaken(path, len(taken.drafts), imported, faulty, (*taken.all_findings, *notes), copy)


def _data(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise Refused.of("exchange.too-large", str(path), megabytes=MAX_BYTES // (1024 * 1024))
        return path.read_bytes()
    except FileNotFoundError as problem:
        raise NotFound.of("services.no-file", str(path)) from problem
    except IsADirectoryError as problem:
        raise Refused.of("services.is-a-folder", str(path)) from problem


def _taken(office: Office, data: bytes, *, reason: str | None, allow: Collection[Allow]) -> Taken:
    taken = take(read_workbook(data), companies=office.companies, calendar=office.calendar)
    for draft in taken.drafts:
        if draft.deal is not None and not draft.is_faulty:
            found = _against_the_books(draft.deal, draft.data, reason=reason, allow=allow)
            draft.findings += [draft.located(one) for one in found]
    return taken


def _against_the_books(deal: Deal, data: object, *, reason: str | None, allow: Collection[Allow]) -> Iterator[Finding]:
    """Yield what the import itself would refuse, before anything of the workbook has gone in."""
    contract = deal.terms.contract
    number = contract.number or contract.order_number
    try:
        known = ledger.find_deal(number) if number else None
        if known is None and contract.number and ledger.number_is_taken(contract.number):
            yield error("services.number-taken", "terms.contract.number", number=contract.number)
        if known is None:
            return
        yield from dropped_proposal(known, deal)
        stands = as_it_would_stand(deal, known, names_account=names_account(data))
        yield from losses(known.record, stands, reason=reason, allow=allow)
        _, conflicts = difference(known.record, deal, reason=reason)
    except Refused as refusal:
        yield from refusal.findings
        return
    for conflict in conflicts:
        where = _fact_path(deal, conflict.fact, conflict.key)
        yield error("services.fact-changed", where, contract=known.contract_no)


def _fact_path(deal: Deal, fact: str, key: str) -> str:
    """Return where a fact stands in the record, by its number; the whole list where it is gone."""
    entries = getattr(deal.facts, fact)
    if isinstance(entries, tuple):
        keys = [str(next(iter(entry.model_dump(mode="json").values()))) for entry in entries]
        return f"facts.{fact}[{keys.index(key)}]" if key in keys else f"facts.{fact}"
    return f"facts.{fact}"


def _import(
    office: Office, drafts: Sequence[Draft], *, reason: str | None, allow: Collection[Allow]
) -> Iterator[Imported]:
    """Import the faultless deals by the one way in; a deal refused there after all is faulty like the others."""
    with tempfile.TemporaryDirectory(prefix="docgen-workbook-") as folder:
        for index, draft in enumerate(drafts):
            if draft.is_faulty:
                continue
            record = Path(folder) / f"{index}.json"
            record.write_text(json.dumps(draft.data, ensure_ascii=False), encoding="utf-8")
            try:
                yield replace(import_deal(office, record, reason=reason, allow=allow), findings=())
            except Refused as refusal:
                draft.findings += [draft.located(one) for one in refusal.findings]
            record.unlink()


def _copy(path: Path, data: bytes, taken: Taken) -> tuple[Path, tuple[Finding, ...]]:
    marked, notes = marked_copy(data, taken.all_findings)
    stem = _EARLIER_ROUND.sub("", path.stem)
    names = (f"{stem}{_TO_CORRECT}{f' {number}' if number > 1 else ''}{SUFFIX}" for number in range(1, 1000))
    out = next(place for name in names if not (place := path.with_name(name)).exists())
    write_new(out, marked)
    return out, notes
