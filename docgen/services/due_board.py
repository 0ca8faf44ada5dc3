"""The due board of an office: every instalment of every deal as of a day, with letters, ageing and totals.

Records are read once a revision: what the board needs of them is kept as an outline, good for the run of days until
something next happens in the deal. Money is only as fresh as the last bank statement: the board says how fresh.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Container, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from itertools import islice

from docgen.deals.standing import Stage
from docgen.errors import Refused, StorageProblem
from docgen.receivables import outline as outlines
from docgen.receivables.aging import Ageing, ageing
from docgen.receivables.board import BoardRow, board_rows
from docgen.receivables.stages import STAGES, LetterSeen
from docgen.services.evidence import filed_evidence
from docgen.services.office import Office
from docgen.services.payments_known import PaymentsAsOf, payments_as_of
from docgen.store import collection
from docgen.store import outlines as kept

Progress = Callable[[str, int, int], None]
_AT_ONCE = 400
_NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows: as of a day (today by default), of a customer (part of a name, or its id), an owner, a stage."""

    as_of: date | None = None
    customer: str | None = None
    owner: str | None = None
    stage: str | None = None


@dataclass(frozen=True, slots=True)
class Totals:
    """The rows in sums, 元; `advance` is money beyond all that is owed under its contract."""

    instalments: int
    open: int
    amount: Decimal
    paid: Decimal
    balance: Decimal
    overdue: Decimal
    penalty: Decimal
    interest: Decimal
    advance: Decimal


@dataclass(frozen=True, slots=True)
class DueBoard:
    """The board as of a day; `payments` says of each of our companies until when its money is known."""

    as_of: date
    payments: tuple[PaymentsAsOf, ...]
    totals: Totals
    ageing: Ageing
    rows: tuple[BoardRow, ...]


def due_board(office: Office, wanted: Wanted | None = None, *, progress: Progress | None = None) -> DueBoard:
    """Return the board.

    Raises:
        Refused: there is no such stage.
    """
    wanted = wanted or Wanted()
    as_of, stage = wanted.as_of or office.today(), _stage(wanted.stage)
    rows = tuple(
        row
        for row in sorted(all_rows(office, as_of, progress=progress), key=_order)
        if (stage is None or row.stage is stage) and _is_wanted(row, wanted)
    )
    return DueBoard(as_of, payments_as_of(office, as_of=as_of), _totals(rows), ageing(rows), rows)


def all_rows(
    office: Office,
    as_of: date,
    *,
    contract_no: str | None = None,
    contract_nos: Collection[str] | None = None,
    progress: Progress | None = None,
) -> Iterator[BoardRow]:
    """Yield the rows of every deal (of one, of some) as of a day, in order of contract numbers."""
    only = {contract_no} if contract_no is not None else contract_nos
    if only is not None and not only:
        return
    letters = letters_by_deal(office, as_of, contract_no=next(iter(only)) if only and len(only) == 1 else None)
    every = outlines_on(office, as_of, contract_nos=only, progress=progress)
    while some := list(islice(every, _AT_ONCE)):
        proofs = filed_evidence(
            (found.contract_no, proof) for found in some for claim in found.claims for *_, proof in claim.interruptions
        )
        for found in some:
            yield from board_rows(
                found,
                as_of=as_of,
                letters=_by_instalment(letters.get(found.contract_no, ()), found),
                is_proof=partial(_is_filed, proofs, found.contract_no),
            )


def _is_filed(proofs: Container[tuple[str, str]], contract_no: str, named: str) -> bool:
    return (contract_no, named) in proofs


def outlines_on(
    office: Office, as_of: date, *, contract_nos: Collection[str] | None = None, progress: Progress | None = None
) -> Iterator[outlines.Outline]:
    """Yield the outline of each deal (of some) on a day; those not kept are made from the record, and kept."""
    basis = f"{outlines.SCHEMA}/{office.calendar.version}"
    total = kept.count_missing(as_of, basis=basis) if progress is not None and contract_nos is None else 0
    done = 0
    for page in kept.outline_pages(as_of, basis=basis, contract_nos=contract_nos):
        missing = [row.contract_no for row in page if row.data is None]
        made = {}
        for contract_no, found in _made(office, missing, as_of, basis):
            made[contract_no] = found
            done += 1
            if progress is not None and total:
                progress("due", min(done, total), total)
        for row in page:
            if row.data:
                yield outlines.from_json(json.loads(row.data), customer_id=row.customer_id, customer=row.customer)
            elif row.contract_no in made:
                yield replace(made[row.contract_no], customer_id=row.customer_id, customer=row.customer)


def _made(office: Office, missing: list[str], as_of: date, basis: str) -> Iterator[tuple[str, outlines.Outline]]:
    batch: list[kept.OutlineMade] = []
    for number, (contract_no, revision, deal) in enumerate(kept.records(missing), 1):
        found = outlines.outline(deal, as_of=as_of, calendar=office.calendar)
        data = json.dumps(outlines.to_json(found), ensure_ascii=False, separators=(",", ":"))
        batch.append(kept.OutlineMade(contract_no, revision, found.valid_from, found.valid_to, data))
        yield contract_no, found
        if len(batch) >= _AT_ONCE or number == len(missing):
            with suppress(StorageProblem):  # a board can be shown without being kept
                kept.keep(batch, basis=basis)
            batch = []


def letters_by_deal(
    office: Office, as_of: date, *, contract_no: str | None = None
) -> Mapping[str, list[tuple[str, LetterSeen]]]:
    """Return by deal the papers that ask for money as they stood on a day, each with the part it speaks of."""
    found: defaultdict[str, list[tuple[str, LetterSeen]]] = defaultdict(list)
    papers = list(
        collection.asking_papers(tuple(STAGES), zone=office.workspace.timezone, as_of=as_of, contract_no=contract_no)
    )
    proofs = filed_evidence((row.contract_no, row.evidence) for row in papers)
    for row in papers:
        proof = row.evidence if (row.contract_no, row.evidence) in proofs else ""
        letter = LetterSeen(row.number, row.title, row.dated, row.sent_on, row.channel, row.delivered_on,
                            row.failed_on, proof, _ended_on(office, row))  # fmt: skip
        found[row.contract_no].append((row.subject, letter))
    return found


def _ended_on(office: Office, row: collection.AskingPaper) -> date | None:
    """Return since when a paper asks for nothing any more: the day it was voided, or the day its successor bears."""
    if row.ended_at:
        return datetime.fromisoformat(row.ended_at).astimezone(office.workspace.timezone).date()
    return row.replaced_on


def _by_instalment(
    letters: list[tuple[str, LetterSeen]] | tuple[()], found: outlines.Outline
) -> dict[int, list[LetterSeen]]:
    """Return the letters by instalment; one about the whole contract asks for each."""
    if not letters:
        return {}
    return {
        claim.seq: [letter for about, letter in letters if about in {f"instalment {claim.seq}", "contract"}]
        for claim in found.claims
    }


def _stage(named: str | None) -> Stage | None:
    if named is None:
        return None
    words = {"提醒": Stage.REMINDER, "逾期": Stage.OVERDUE, "重大逾期": Stage.MAJOR}
    stage = words.get(named) or next((each for each in Stage if each.value == named), None)
    if stage is None:
        raise Refused.of("services.no-such-stage", named, known="、".join([*(each.value for each in Stage), *words]))
    return stage


def _is_wanted(row: BoardRow, wanted: Wanted) -> bool:
    customer, owner = wanted.customer or "", wanted.owner or row.owner
    return (customer in row.customer or customer == row.customer_id) and owner == row.owner


def _order(row: BoardRow) -> tuple[int, date, str, int]:
    """Put the latest first, then what comes due next, then what waits, then what is settled."""
    rank = 0 if row.overdue_days else 1 if row.balance and row.due else 2 if row.balance else 3
    return rank, row.due or date.max, row.contract_no, row.seq


def _totals(rows: tuple[BoardRow, ...]) -> Totals:
    return Totals(
        instalments=len(rows),
        open=sum(bool(row.balance) for row in rows),
        amount=sum((row.amount for row in rows), _NOTHING),
        paid=sum((row.paid for row in rows), _NOTHING),
        balance=sum((row.balance for row in rows), _NOTHING),
        overdue=sum((row.balance for row in rows if row.overdue_days), _NOTHING),
        penalty=sum((row.penalty or _NOTHING for row in rows), _NOTHING),
        interest=sum((row.interest or _NOTHING for row in rows), _NOTHING),
        advance=sum((row.advance for row in rows), _NOTHING),
    )
