"""What finance keeps beside the deals: letters that ask for money, how fresh the payments are, bank lines that wait."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any

from docgen.errors import NotFound
from docgen.store import database, direct  # noqa: F401  # database sets Django up before the models
from docgen.store.models import BankLine, Event, Letter, Paper, PaymentsKnown

IMPORTED = "bank.imported"
CONFIRMED = "bank.confirmed"
SETTLED = "bank.line-settled"
BANK_EVENTS = (IMPORTED, CONFIRMED, SETTLED)


@dataclass(frozen=True, slots=True)
class AskingPaper:
    """An issued paper that asks for money, with the fate of its last dispatch; `ended_at` the instant it was voided.

    `replaced_on` is the day a paper that took its place bears.
    """

    contract_no: str
    number: str
    title: str
    subject: str
    dated: date
    sent_on: date | None = None
    channel: str = ""
    delivered_on: date | None = None
    failed_on: date | None = None
    evidence: str = ""
    ended_at: str = ""
    replaced_on: date | None = None


def asking_papers(
    titles: Sequence[str], *, zone: tzinfo, as_of: date | None = None, contract_no: str | None = None
) -> Iterator[AskingPaper]:
    """Yield the issued papers of some titles, of all deals or one; void and replaced ones say since when they are.

    A paper that bears no day counts from its instant's day in `zone`, the office's. A paper that was sent several times
    bears the fate of the last dispatch made until `as_of`.
    """
    papers = Paper.objects.filter(item_type="issued", title__in=titles)
    letters = Letter.objects.exclude(status="withdrawn").order_by("number", "attempt")
    voids = Event.objects.filter(type="paper.voided")
    if contract_no is not None:
        papers, letters = papers.filter(contract_no=contract_no), letters.filter(contract_no=contract_no)
        voids = voids.filter(key=contract_no)
    if as_of is not None:
        letters = letters.filter(sent_on__lte=as_of.isoformat())
    last = {number: fate for number, *fate in letters.values_list("number", *_FATE)}
    voided = {str(payload["id"]): at for payload, at in voids.values_list("payload", "at")}
    rows = papers.values_list(
        "id", "contract_no", "number", "title", "subject", "superseded_by", "at", "sidecar__extra__dated"
    )
    found = list(rows)
    days = {row[2]: _paper_day(row[6], row[7], zone) for row in found}
    newer = _days_of([row[5] for row in found if row[5] and row[5] not in days], zone)
    for item, contract, number, title, subject, by, _, _ in found:
        sent_on, channel, delivered_on, failed_on, evidence = last.get(number, _NOT_SENT)
        yield AskingPaper(
            contract, number, title, subject, days[number], _day(sent_on), channel, _day(delivered_on), _day(failed_on),
            evidence, voided.get(item, ""), days.get(by) or newer.get(by),
        )  # fmt: skip


_FATE = ("sent_on", "channel", "delivered_on", "failed_on", "evidence")
_NOT_SENT = ("", "", "", "", "")


def _days_of(numbers: Sequence[str], zone: tzinfo) -> Mapping[str, date]:
    rows = Paper.objects.filter(item_type="issued", number__in=numbers).values_list(
        "number", "at", "sidecar__extra__dated"
    )
    return {number: _paper_day(at, dated, zone) for number, at, dated in rows}


def _paper_day(at: str, dated: object, zone: tzinfo) -> date:
    return date.fromisoformat(str(dated)) if dated else datetime.fromisoformat(at).astimezone(zone).date()


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


@dataclass(frozen=True, slots=True)
class Known:
    """Until which day a company's money is known, from what, told by whom."""

    company: str
    as_of: date
    source: str
    name: str
    at: str
    actor: str


def payments_known() -> Mapping[str, Known]:
    """Return for each company the latest day its money is known until."""
    rows = direct.rows(PaymentsKnown, "ORDER BY as_of, at")
    known = (Known(row.company, date.fromisoformat(row.as_of), row.source, row.name, row.at, row.actor) for row in rows)
    return {each.company: each for each in known}


def statement_of(sha256: str) -> Known | None:
    """Return the import of a file with these bytes, if it was taken in before."""
    row = PaymentsKnown.objects.filter(sha256=sha256).first()
    return Known(row.company, date.fromisoformat(row.as_of), row.source, row.name, row.at, row.actor) if row else None


@dataclass(frozen=True, slots=True)
class StoredLine:
    """A bank line that a person must place, or has placed; amount as text in 元."""

    id: str
    company: str
    on: str
    amount: str
    payer: str
    memo: str
    reference: str
    source: str
    reason: str
    candidates: tuple[Mapping[str, Any], ...]
    status: str
    contract_no: str
    settled_reason: str


def bank_lines(*, status: str | None = "waiting") -> tuple[StoredLine, ...]:
    """Return the bank lines that wait (or of another status, or all), oldest first."""
    rows = BankLine.objects.order_by("on", "id")
    return tuple(_line(row) for row in (rows if status is None else rows.filter(status=status)))


def lines_about(contract_no: str) -> tuple[StoredLine, ...]:
    """Return the waiting bank lines that may belong to a contract, as their candidates name it, oldest first."""
    if not direct.one("SELECT 1 FROM store_bankline WHERE status = %s LIMIT 1", "waiting"):
        return ()
    told = json.dumps(contract_no).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    rows = BankLine.objects.filter(status="waiting").extra(
        where=["candidates LIKE %s ESCAPE '\\'"], params=[f"%{told}%"]
    )
    lines = (_line(row) for row in rows.order_by("on", "id"))
    return tuple(line for line in lines if any(one["contract_no"] == contract_no for one in line.candidates))


def bank_line(line_id: str) -> StoredLine:
    """Return one line by its id.

    Raises:
        NotFound: none bears it.
    """
    row = BankLine.objects.filter(id=line_id).first()
    if row is None:
        raise NotFound.of("store.no-bank-line", line_id)
    return _line(row)


def _line(row: BankLine) -> StoredLine:
    return StoredLine(
        row.id, row.company, row.on, row.amount, row.payer, row.memo, row.reference, row.source, row.reason,
        tuple(row.candidates), row.status, row.contract_no, row.settled_reason,
    )  # fmt: skip


def project(key: str, event: tuple[int, str, str, str], payload: Mapping[str, Any]) -> None:
    """Bring the tables up to one event of a company's log: (seq, instant, type, actor) and its payload."""
    seq, at, kind, actor = event
    if kind == SETTLED:
        _settle(payload)
        return
    PaymentsKnown.objects.update_or_create(
        key=key,
        seq=seq,
        defaults={
            "company": payload["company"],
            "as_of": payload["as_of"],
            "source": "statement" if kind == IMPORTED else "confirmed",
            "name": payload.get("name") or "",
            "sha256": payload.get("sha256") or "",
            "at": at,
            "actor": actor,
        },
    )
    _project_waiting(payload, at)


def _project_waiting(payload: Mapping[str, Any], at: str) -> None:
    """Take in the lines of a statement that wait; thousands at once, and no look-up a line."""
    waiting = list(payload.get("waiting") or ())
    if not waiting:
        return
    told = {"company": payload["company"], "source": payload["name"], "at": at}
    BankLine.objects.bulk_create((BankLine(**line, **told) for line in waiting), batch_size=500, ignore_conflicts=True)
    ids = {line["id"] for line in waiting}
    for settled in Event.objects.filter(type=SETTLED).order_by("key", "seq").values_list("payload", flat=True):
        if settled["id"] in ids:
            _settle(settled)  # a rebuild may read a later year's log first


def _settle(payload: Mapping[str, Any]) -> None:
    BankLine.objects.filter(id=payload["id"]).update(
        status=payload["status"],
        contract_no=payload.get("contract_no") or "",
        settled_reason=payload.get("reason") or "",
    )


def payment_references() -> Mapping[str, tuple[str, str, str]]:
    """Return every bank reference met in a deal: contract, payment, and what became of it.

    `taken` stands, `withdrawn` was taken back by a person, `reversed` by the bank (both lines bear it then).
    """
    found: dict[str, tuple[str, str, str]] = {}
    by_key: dict[tuple[str, str], str] = {}
    events = Event.objects.filter(type__in=("fact.recorded", "fact.withdrawn"), payload__fact="payments")
    for contract, kind, payload in events.order_by("key", "seq").values_list("key", "type", "payload"):
        key = str(payload["key"])
        if kind == "fact.recorded" and payload["value"].get("reference"):
            by_key[contract, key] = payload["value"]["reference"]
            found[payload["value"]["reference"]] = (contract, key, "taken")
        elif kind == "fact.withdrawn" and (contract, key) in by_key:
            undone_by = payload.get("reference")
            found[by_key[contract, key]] = (contract, key, "reversed" if undone_by else "withdrawn")
        if kind == "fact.withdrawn" and payload.get("reference"):
            found[payload["reference"]] = (contract, key, "reversed")
    return found
