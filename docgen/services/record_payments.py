"""Record a statement's certain lines: contract by contract, many contracts at once, so that they share every sync.

What a line means is decided under its contract's lock, on the record with the lines before it: the same checks as for
one payment told by hand. A burst writes all lines of each contract in one piece, makes all of that durable at once, and
only then brings the tables up. Killed in between, each line stands in its contract's log or does not, and what stands
is known by the bank's reference when the same statement is taken in again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from docgen.archive import disk
from docgen.archive.eventlog import append_all
from docgen.deals.checks import check
from docgen.deals.deal import Deal
from docgen.deals.events import FACT_RECORDED, DealEvent, recording, replay, withdrawal
from docgen.deals.fulfilment import Payment
from docgen.errors import DocgenError, Refused
from docgen.exchange.bank import StatementLine
from docgen.findings import has_errors
from docgen.papers.printrun import chunks
from docgen.receivables.matching import Candidate, Fate, Match, PastPayment
from docgen.services import logging as log
from docgen.services.office import Office
from docgen.services.places import folder_of
from docgen.services.record_fact import NewFact, new_findings, read_fact, require_free, require_standing
from docgen.store import collection, history, ledger
from docgen.store.journal import writing_all

PAYMENTS = "payments"
AT_ONCE = 50
"""Contracts of one burst: so many share a sync, and so many wait while another writer holds one of them."""

Matched = tuple[StatementLine, Match]
Told = Callable[[int], None]


def payment_values(line: StatementLine) -> dict[str, str]:
    """Return a payment's values as the record reads them."""
    return {"on": line.on.isoformat(), "amount": format(line.amount, "f"), "reference": line.reference}


def record_lines(office: Office, source: str, matched: Sequence[Matched], *, told: Told) -> list[Matched]:
    """Record what is certain; what a deal's own checks refuse waits for a person instead. `told` counts lines.

    Raises:
        DocgenError: a contract's folder cannot be written; the lines of the others stand.
    """
    done = list(matched)
    lines: dict[str, list[int]] = {}
    for place, (_, match) in enumerate(matched):
        if match.fate is Fate.TAKEN or (match.fate is Fate.REVERSES and match.payment is not None):
            lines.setdefault(match.payment.contract_no if match.payment else match.contract_no, []).append(place)
    told(len(matched) - sum(map(len, lines.values())))
    for some in chunks(list(lines), AT_ONCE):
        for contract_no, found in _recorded(office, source, {one: [done[at] for at in lines[one]] for one in some}):
            for at, match in zip(lines[contract_no], found, strict=True):
                done[at] = (done[at][0], match)
            told(len(found))
    return done


def _recorded(office: Office, source: str, lines: Mapping[str, Sequence[Matched]]) -> list[tuple[str, list[Match]]]:
    """Record a burst; where a contract of it cannot be written, the others one by one, and then say so."""
    try:
        return _burst(office, source, lines)
    except DocgenError:
        if len(lines) == 1:
            raise
    done, problems = [], []
    for one, some in lines.items():
        try:
            done += _burst(office, source, {one: some})
        except DocgenError as problem:
            problems.append(problem)
    if problems:
        raise problems[0]
    return done


def _burst(office: Office, source: str, lines: Mapping[str, Sequence[Matched]]) -> list[tuple[str, list[Match]]]:
    folders = {one: folder_of(office, one) for one in lines}
    found = []
    with (
        writing_all(list(folders.values()), at=office.now(), actor=office.actor) as journal,
        disk.storage(str(office.archive.root)),
        disk.together(office.archive.root) as settle,
    ):
        for contract_no, some in lines.items():
            book = _Book(office, contract_no)
            found.append((contract_no, [book.take(line, match, source) for line, match in some]))
            if book.events:
                append_all(folders[contract_no], book.events, at=journal.at, actor=journal.actor)
        settle()
    for contract_no, _ in found:
        log.record("fact-recorded", contract=contract_no)
    return found


@dataclass(slots=True)
class _Book:
    """A deal while a statement's lines are added to it; `events` are those to be written."""

    office: Office
    contract_no: str
    deal: Deal = field(init=False)
    past: list[DealEvent] = field(init=False)
    used: list[int] = field(init=False)
    events: list[tuple[str, Mapping[str, object]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        rows = [row for row in ledger.events(self.contract_no) if row.type in history.RECORD_EVENTS]
        self.past = [DealEvent(row.type, row.payload) for row in rows]
        self.deal = replay(self.past).deal
        told = [row.payload for row in rows if row.type == FACT_RECORDED and row.payload["fact"] == PAYMENTS]
        self.used = [int(each["key"]) for each in told if str(each["key"]).isdigit()]

    def take(self, line: StatementLine, match: Match, source: str) -> Match:
        """Weigh one line and note its event; refused, it waits for a person."""
        try:
            if match.fate is Fate.REVERSES and match.payment is not None:
                self._take_back(match.payment, line)
            elif any(each.reference == line.reference for each in self.deal.facts.payments):
                return replace(match, fate=Fate.KNOWN)  # told by hand a moment ago
            else:
                self._add(line, source)
        except Refused as problem:
            log.refused(problem)
            refused = Candidate(match.contract_no, "", 0.9, "number")
            return replace(match, fate=Fate.WAITS, contract_no="", reason="refused", candidates=(refused,))
        return match

    def _add(self, line: StatementLine, source: str) -> None:
        values = {**payment_values(line), "seq": str(1 + max(self.used, default=0))}
        value, key = read_fact(NewFact("payment", values), Payment, fact=PAYMENTS, contract_no=self.contract_no)
        require_free(self.deal, PAYMENTS, key)
        event = recording(PAYMENTS, key, value)
        after = replay([*self.past, event]).deal
        if has_errors(check(after, calendar=self.office.calendar)):  # only then is it asked what was wrong before
            news = new_findings(self.office, self.deal, after)
            if has_errors(news):
                raise Refused(news)
        self._note(event, {"source": source}, after)
        self.used.append(int(key))

    def _take_back(self, payment: PastPayment, line: StatementLine) -> None:
        """Withdraw a payment by the bank's own reversal; it is known by its number, or by its reference."""
        mine = (str(each.seq) for each in self.deal.facts.payments if each.reference == payment.reference)
        key = payment.key or next(mine, "") or collection.payment_references()[payment.reference][1]
        require_standing(self.deal, PAYMENTS, key, self.contract_no)
        event = withdrawal(PAYMENTS, key, reason=f"银行冲正 {line.on.isoformat()} {line.reference}")
        self._note(event, {"reference": line.reference}, replay([*self.past, event]).deal)

    def _note(self, event: DealEvent, more: Mapping[str, object], after: Deal) -> None:
        self.events.append((event.type, {**event.payload, **more}))
        self.past.append(event)
        self.deal = after
