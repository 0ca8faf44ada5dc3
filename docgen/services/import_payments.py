"""Take in a bank statement: each line is somebody's payment, a reversal, known already, or waits for a person.

A file with a line that cannot be read is refused whole. What is certain is recorded as facts of the deals, under the
bank's own reference; the statement itself is noted last, in our company's log, with the lines that wait and the day
until which our money is now known. Broken off in between, the same file taken in again goes on where it stopped: a
reference recorded once is known.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from docgen.archive.lock import exclusive
from docgen.archive.names import fold
from docgen.errors import LimitExceeded, Refused
from docgen.exchange.bank import MAX_BYTES, Layout, Statement, StatementLine, read_statement
from docgen.findings import has_errors
from docgen.receivables.matching import Book, Candidate, Fate, Match, Money, OpenDeal, PastPayment
from docgen.services import bank_mappings
from docgen.services import logging as log
from docgen.services.due_board import outlines_on
from docgen.services.office import Office, company_named
from docgen.services.record_fact import NewFact, add_fact
from docgen.services.record_payments import Matched, record_lines
from docgen.store import collection, deal_names
from docgen.store.journal import writing

Progress = Callable[[str, int, int], None]
LOCK = ".bank-import.lock"


@dataclass(frozen=True, slots=True)
class ImportOrder:
    """What to take in: whose account, until which day it reaches (its last line by default), and told columns."""

    path: Path
    company: str | None = None
    as_of: date | None = None
    columns: Mapping[str, str] | None = None
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class LineTaken:
    """One line and what became of it; candidates only where it waits."""

    row: int
    on: date
    amount: str
    payer: str
    memo: str
    reference: str
    fate: Fate
    contract_no: str
    reason: str
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class ImportDone:
    """A statement as taken in (or as it would be): its layout, the day its money reaches to, and every line."""

    path: Path
    company: str
    as_of: date
    layout: Layout
    is_known_file: bool
    is_preview: bool
    counts: Mapping[str, int]
    lines: tuple[LineTaken, ...]


def import_payments(office: Office, order: ImportOrder, *, progress: Progress | None = None) -> ImportDone:
    """Take a statement in, one import of a workspace at a time.

    Raises:
        Refused: a line cannot be read (all are named), the day is wrong, no or several companies are meant.
        UnreadableFile, LimitExceeded: the file itself.
    """
    company = company_of(office, order.company)
    data, statement = _read(office, order)
    as_of = _as_of(office, statement, order.as_of)
    digest = hashlib.sha256(data).hexdigest()
    is_known = collection.statement_of(digest) is not None
    with exclusive(office.workspace.root / LOCK, str(order.path)):
        matched = list(_matched(office, statement, as_of))
        if not order.dry_run:
            bank_mappings.remember(office, statement.layout)
            matched = _carried_out(office, order.path.name, matched, progress)
            if not is_known or order.as_of:
                _note(office, (order.path.name, digest, company), as_of, matched)
            log.record("payments-imported", count=len(matched))
    lines = tuple(_told(line, match) for line, match in matched)
    counts = Counter(line.fate.value for line in lines)
    return ImportDone(order.path, company, as_of, statement.layout, is_known, order.dry_run, counts, lines)


def confirm_payments(office: Office, as_of: date, *, company: str | None = None, source: str | None = None) -> str:
    """Note on a person's word that all money until a day is recorded; return the company.

    Raises:
        Refused: the day is in the future, or no or several companies are meant.
    """
    named = company_of(office, company)
    _require_past(office, as_of)
    payload = {"company": named, "as_of": as_of.isoformat(), **({"name": source} if source else {})}
    with writing(office.archive.company(office.today().year), at=office.now(), actor=office.actor) as journal:
        journal.append(collection.CONFIRMED, payload)
    return named


def company_of(office: Office, named: str | None) -> str:
    """Return the company meant: the one named, the workspace's own, or the only one.

    Raises:
        Refused: several could be meant.
    """
    chosen = named or office.workspace.company or (next(iter(office.companies)) if len(office.companies) == 1 else "")
    if not chosen:
        raise Refused.of("services.which-company", known="、".join(sorted(office.companies)))
    return company_named(office, chosen).id


def _read(office: Office, order: ImportOrder) -> tuple[bytes, Statement]:
    try:
        if order.path.stat().st_size > MAX_BYTES:  # not even read
            raise LimitExceeded.of("exchange.too-large", megabytes=MAX_BYTES // (1024 * 1024))
        data = order.path.read_bytes()
    except (FileNotFoundError, IsADirectoryError) as problem:
        raise Refused.of("services.no-file", str(order.path)) from problem
    known = bank_mappings.remembered(office)
    statement = read_statement(data, name=order.path.name, known=known, columns=order.columns)
    if has_errors(statement.findings):
        raise Refused(statement.findings)
    return data, statement


def _as_of(office: Office, statement: Statement, given: date | None) -> date:
    last = max((line.on for line in statement.lines), default=None)
    if given is None and last is None:
        raise Refused.of("services.statement-empty")
    as_of = given or last or date.min
    if last and as_of < last:
        raise Refused.of("services.as-of-before-lines", as_of=as_of.isoformat(), last=last.isoformat())
    _require_past(office, as_of)
    return as_of


def _require_past(office: Office, as_of: date) -> None:
    if as_of > office.today():
        raise Refused.of("services.as-of-in-future", as_of=as_of.isoformat(), today=office.today().isoformat())


def _matched(office: Office, statement: Statement, as_of: date) -> Iterator[Matched]:
    book = open_book(office, as_of)
    for line in statement.lines:
        yield line, book.match(Money(line.on, line.amount, fold(line.payer), line.memo, line.reference, line.is_ours))


def open_book(office: Office, as_of: date) -> Book:
    """Return what is open as of a day and what was ever recorded, as lines are matched against it."""
    names = deal_names.names_by_customer()
    numbers = deal_names.numbers_by_deal()
    deals = []
    for found in outlines_on(office, as_of):
        dues = sorted((each.due or "9999-12-31", each.seq, each.balance) for each in found.claims)
        deals.append(
            OpenDeal(
                found.contract_no,
                found.customer,
                names.get(found.customer_id, frozenset()) | {fold(found.customer)},
                numbers.get(found.contract_no, frozenset()),
                [(date.fromisoformat(due), amount) for due, _, text in dues if (amount := _money(text))],
            )
        )
    return Book(deals, list(_past(deals)), _known())


def _money(text: str) -> Decimal:
    return Decimal(text)


def _known() -> dict[str, str]:
    known = {line.reference: "waits" for line in collection.bank_lines(status=None)}
    return known | {ref: fate for ref, (_, _, fate) in collection.payment_references().items()}


def _past(deals: list[OpenDeal]) -> Iterator[PastPayment]:
    by_number = {deal.contract_no: deal for deal in deals}
    for contract_no, key, value in deal_names.payments():
        deal = by_number.get(contract_no)
        if deal is not None:
            yield PastPayment(
                contract_no,
                value.get("reference") or "",
                key,
                date.fromisoformat(value["on"]),
                _money(value["amount"]),
                deal.names,
            )


def _carried_out(office: Office, name: str, matched: list[Matched], progress: Progress | None) -> list[Matched]:
    """Record what is certain, and say how far it is."""
    done = 0

    def told(count: int) -> None:
        nonlocal done
        done += count
        if progress is not None:
            progress(name, done, len(matched))

    return record_lines(office, name, matched, told=told)


def add_payment(office: Office, contract_no: str, values: Mapping[str, str], *, source: str) -> str:
    """Record a payment under the bank's reference, and return its number; `source` is the name of the statement."""
    return add_fact(office, contract_no, NewFact("payment", values, source=source)).key


def _note(office: Office, file: tuple[str, str, str], as_of: date, matched: list[Matched]) -> None:
    name, digest, company = file
    counts = Counter(match.fate.value for _, match in matched)
    waiting = [_waiting(company, line, match) for line, match in matched if match.fate is Fate.WAITS]
    payload = {"company": company, "name": name, "sha256": digest, "as_of": as_of.isoformat(),
               "counts": dict(counts), "waiting": waiting}  # fmt: skip
    with writing(office.archive.company(office.today().year), at=office.now(), actor=office.actor) as journal:
        journal.append(collection.IMPORTED, payload)


def _waiting(company: str, line: StatementLine, match: Match) -> dict[str, object]:
    said = f"{company}|{line.reference}|{match.reason == 'withdrawn'}"
    line_id = "BL" + hashlib.sha256(said.encode()).hexdigest()[:10]
    return {
        "id": line_id.upper(),
        "on": line.on.isoformat(),
        "amount": format(line.amount, "f"),
        "payer": line.payer,
        "memo": line.memo,
        "reference": line.reference,
        "reason": match.reason,
        "candidates": [
            {"contract_no": each.contract_no, "customer": each.customer, "score": f"{each.score:.2f}", "why": each.why}
            for each in match.candidates
        ],
    }


def _told(line: StatementLine, match: Match) -> LineTaken:
    return LineTaken(line.row, line.on, format(line.amount, "f"), line.payer, line.memo, line.reference, match.fate,
                     match.contract_no, match.reason, match.candidates)  # fmt: skip
