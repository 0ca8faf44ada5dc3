"""Looking things up: deals by any of their numbers, papers by number or code, heads and rows for verification."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from django.db.models import Max, Q

from docgen.archive.layout import COMPANY, CUSTOMER
from docgen.archive.record import SCAN_ORIGINAL
from docgen.archive.verify import Anchor
from docgen.deals.deal import Deal as DealRecord
from docgen.errors import NotFound, Refused
from docgen.store import (
    database,  # noqa: F401  # sets Django up before the models
    direct,
)
from docgen.store.customers import survivors
from docgen.store.models import Alias, Deal, Event, LogCursor, Number, Paper

INCOMING = ("filed", SCAN_ORIGINAL)
"""The types of items that came in: a paper, or the original of a file that was taken apart."""


@dataclass(frozen=True, slots=True)
class StoredDeal:
    """A deal as the store holds it: the record, its revision (see docgen.store.history), and where it is filed."""

    contract_no: str
    customer_id: str
    customer_name: str
    revision: int
    record: DealRecord


@dataclass(frozen=True, slots=True)
class DealLine:
    """One row of the list of deals. The customer is the one of today: the survivor of a merge, by its present name.

    `signed_as` is the name the record bears, `filed_under` the id that names the folder: both stay as they were.
    """

    contract_no: str
    customer_id: str
    customer_name: str
    signed_as: str
    filed_under: str
    title: str
    order_no: str
    total: str
    revision: int
    papers: int
    returned: int


@dataclass(frozen=True, slots=True)
class PaperLine:
    """One archived item as lists show it; a destroyed one has names of files and no hashes to be found by."""

    id: str
    contract_no: str
    item_type: str
    kind: str
    title: str
    number: str
    document_id: str
    answers: str
    subject: str
    pages: int
    version: int
    status: str
    superseded_by: str
    at: str
    files: tuple[str, ...]
    hashes: tuple[str, ...]
    sidecar: Mapping[str, object]
    key: str = ""
    """The folder it lies in: the contract's number, or `_company/<year>` for a paper of the company itself."""
    is_disposed: bool = False


def deal(reference: str) -> StoredDeal:
    """Return a deal by its contract number, order number or the customer's own number.

    Raises:
        NotFound: no deal bears it; near numbers are named.
        Refused: several deals bear it.
    """
    found = find_deal(reference)
    if found is None:
        raise NotFound.of("store.no-deal", reference, near="、".join(_near(reference)) or "—")
    return found


def contract_no_of(reference: str) -> str:
    """Return the contract number of the deal that bears a number; the record itself is not read.

    Raises:
        NotFound, Refused: as `deal`.
    """
    if direct.one("SELECT 1 FROM store_deal WHERE contract_no = %s", reference):
        return reference
    return deal(reference).contract_no


def find_deal(reference: str) -> StoredDeal | None:
    """Return a deal by any of its numbers, or None.

    Raises:
        Refused: several deals bear it.
    """
    found = direct.rows(Deal, "WHERE contract_no = %s", reference)
    row = found[0] if found else _deal_by_alias(reference)
    return _stored(row) if row else None


def _deal_by_alias(reference: str) -> Deal | None:
    rows = Deal.objects.filter(aliases__value=reference).select_related("customer").distinct()
    if len(rows) > 1:
        raise Refused.of("store.ambiguous-deal", reference, numbers="、".join(row.contract_no for row in rows))
    return rows[0] if rows else None


def _near(reference: str) -> list[str]:
    known = [*Deal.objects.values_list("contract_no", flat=True), *Alias.objects.values_list("value", flat=True)]
    return get_close_matches(reference, known, n=3)


def _stored(row: Deal) -> StoredDeal:
    return StoredDeal(
        contract_no=row.contract_no,
        customer_id=row.customer_id,
        customer_name=str((direct.one("SELECT name FROM store_customer WHERE id = %s", row.customer_id) or [""])[0]),
        revision=row.revision,
        record=_record(row),
    )


def _record(row: Deal) -> DealRecord:
    """Return the record, validated; the same values as last time give the same record, which never changes."""
    known = _records.get(row.contract_no)
    if known is None or known[0] != row.record:
        known = (row.record, DealRecord.model_validate(row.record))
        if len(_records) >= _RECORDS_KEPT:
            _records.clear()
        _records[row.contract_no] = known
    return known[1]


_RECORDS_KEPT = 16
_records: dict[str, tuple[object, DealRecord]] = {}
"""Contract number → the row's values and the record read from them: one act reads a deal several times."""


def deals() -> tuple[DealLine, ...]:
    """Return all deals, newest number first."""
    papers = Paper.objects.exclude(contract_no="").values_list("contract_no", "item_type", "status")
    issued: dict[str, int] = defaultdict(int)
    returned: dict[str, int] = defaultdict(int)
    for contract_no, item_type, status in papers:
        if item_type == "issued" and status == "current":
            issued[contract_no] += 1
        elif item_type == "filed":
            returned[contract_no] += 1
    living = survivors()
    return tuple(
        DealLine(
            row.contract_no,
            *living[row.customer_id],
            row.record["customer"]["name"],
            row.customer_id,
            row.title,
            row.order_no,
            row.total,
            row.revision,
            issued[row.contract_no],
            returned[row.contract_no],
        )
        for row in Deal.objects.order_by("-contract_no")
    )


def alike(customer_id: str | None, *, title: str, total: str) -> tuple[str, ...]:
    """Return the contracts of a living customer that bear a title and a total, newest number first."""
    rows = Deal.objects.filter(title=title, total=total).order_by("-contract_no")
    known = list(rows.values_list("contract_no", "customer_id"))
    living = survivors() if known and customer_id else {}
    return tuple(number for number, customer in known if living.get(customer, ("",))[0] == customer_id)


def papers(contract_no: str | None = None) -> tuple[PaperLine, ...]:
    """Return the archived items of a contract (or of all), in the order they came."""
    if contract_no is None:
        return tuple(_line(row) for row in Paper.objects.order_by("at", "id"))
    rows = direct.rows(Paper, "WHERE contract_no = %s ORDER BY at, id", contract_no)
    return tuple(_line(row) for row in rows)


def papers_by_key(keys: Collection[str]) -> dict[str, list[PaperLine]]:
    """Return the archived items of many folders by the folder's key, in the order they came."""
    found: dict[str, list[PaperLine]] = {}
    for chosen in by_hundreds(keys):
        for row in Paper.objects.filter(key__in=chosen).order_by("at", "id").iterator():
            found.setdefault(row.key, []).append(_line(row))
    return found


def company_papers(year: int | None = None) -> tuple[PaperLine, ...]:
    """Return the items of our own folders, of one calendar year or of all, in the order they came."""
    rows = Paper.objects.order_by("at", "id")
    rows = rows.filter(key__startswith=f"{COMPANY}/") if year is None else rows.filter(key=f"{COMPANY}/{year:04d}")
    return tuple(_line(row) for row in rows)


def papers_in(key: str) -> tuple[PaperLine, ...]:
    """Return the archived items of one folder (a contract's, a customer's own, a company's year), as they came."""
    return tuple(_line(row) for row in Paper.objects.filter(key=key).order_by("at", "id"))


def papers_of_customers(customer_ids: Collection[str]) -> tuple[PaperLine, ...]:
    """Return the archived items of these customers, of their contracts and of their own folders, as they came."""
    contracts = Deal.objects.filter(customer_id__in=list(customer_ids)).values_list("contract_no", flat=True)
    keys = [*contracts, *(f"{CUSTOMER}/{each}" for each in customer_ids)]
    return tuple(_line(row) for row in Paper.objects.filter(key__in=keys).order_by("at", "id"))


def keys_with_papers() -> tuple[str, ...]:
    """Return the keys of all folders that hold archived items, sorted."""
    return tuple(Paper.objects.order_by("key").values_list("key", flat=True).distinct())


def contracts_of(customer_ids: Collection[str]) -> tuple[str, ...]:
    """Return the contract numbers filed under these customers."""
    rows = Deal.objects.filter(customer_id__in=list(customer_ids)).order_by("contract_no")
    return tuple(rows.values_list("contract_no", flat=True))


def paper(number: str) -> PaperLine:
    """Return an issued paper by its number.

    Raises:
        NotFound: no paper bears it.
    """
    line = issued_by_number(number)
    if line is None:
        raise NotFound.of("store.no-paper", number)
    return line


def archived_item(item_id: str) -> PaperLine | None:
    """Return an archived item by its id."""
    rows = direct.rows(Paper, "WHERE id = %s", item_id)
    return _line(rows[0]) if rows else None


def issued_by_document_id(document_id: str) -> PaperLine | None:
    """Return the issued paper whose code carries this id."""
    row = Paper.objects.filter(document_id=document_id, item_type="issued").first()
    return _line(row) if row else None


def issued_by_number(number: str) -> PaperLine | None:
    """Return the issued paper that bears this number."""
    rows = direct.rows(Paper, "WHERE number = %s AND item_type = %s ORDER BY id LIMIT 1", number, "issued")
    return _line(rows[0]) if rows else None


def newest_issued_to(customer_ids: Collection[str], *, most: int = 30) -> tuple[PaperLine, ...]:
    """Return the papers last issued to any of these customers, newest first, at most so many."""
    if not customer_ids:
        return ()
    contracts = Deal.objects.filter(customer_id__in=list(customer_ids)).values_list("contract_no", flat=True)
    rows = Paper.objects.filter(item_type="issued", contract_no__in=list(contracts)).order_by("-at", "id")
    return tuple(_line(row) for row in rows[:most])


def filed_from(sha256: str) -> PaperLine | None:
    """Return the archived item that holds a file with these bytes as it came in.

    A part cut from such a file is none: a file half taken apart has not been seen before.
    """
    rows = (_line(row) for row in Paper.objects.filter(source_sha256=sha256, item_type__in=INCOMING))
    return next((row for row in rows if sha256 in row.hashes), None)


def items_holding(sha256: str) -> tuple[PaperLine, ...]:
    """Return the items that came in with these very bytes among their files, moved ones too, as they came."""
    rows = Paper.objects.filter(item_type__in=(*INCOMING, "misfiled")).order_by("at", "id")
    return tuple(line for row in rows if sha256 in (line := _line(row)).hashes)


def filed_from_any(hashes: Collection[str]) -> dict[str, PaperLine]:
    """Return, by hash, what `filed_from` returns for each of them."""
    found: dict[str, PaperLine] = {}
    for row in Paper.objects.filter(source_sha256__in=set(hashes), item_type__in=INCOMING):
        line = _line(row)
        if row.source_sha256 in line.hashes:
            found.setdefault(row.source_sha256, line)
    return found


def newest_versions(document_ids: Collection[str]) -> Mapping[str, int]:
    """Return the version of the last scan that answers each issued paper; none came where there is no entry."""
    found: dict[str, int] = {}
    for chosen in by_hundreds(document_ids):
        rows = Paper.objects.filter(answers__in=chosen).order_by().values_list("answers")
        found |= dict(rows.annotate(newest=Max("version")))
    return found


def answers_to(document_id: str, *, also_moved: bool = False) -> tuple[PaperLine, ...]:
    """Return the scans that answer an issued paper, first version first; those that were moved away answer nothing."""
    rows = Paper.objects.filter(answers=document_id).exclude(item_type="" if also_moved else "misfiled")
    return tuple(_line(row) for row in rows.order_by("version"))


def by_hundreds(names: Collection[str]) -> Iterator[list[str]]:
    """Return names in parts that one statement can take."""
    chosen = sorted(names)
    return (chosen[start : start + 400] for start in range(0, len(chosen), 400))


def _line(row: Paper) -> PaperLine:
    files = tuple(entry["name"] for entry in row.sidecar.get("files", ()))
    return PaperLine(
        row.id,
        row.contract_no,
        row.item_type,
        row.kind,
        row.title,
        row.number,
        row.document_id,
        row.answers,
        row.subject,
        row.pages,
        row.version,
        row.status,
        row.superseded_by,
        row.at,
        files,
        () if row.is_disposed else tuple(entry["sha256"] for entry in row.sidecar.get("files", ())),
        row.sidecar,
        key=row.key,
        is_disposed=row.is_disposed,
    )


def anchors() -> dict[str, Anchor]:
    """Return the head of each folder's log as the database last saw it; a cut log is found by it."""
    return {row.key: Anchor(row.seq, row.head) for row in LogCursor.objects.filter(seq__gt=0)}


def known_items() -> dict[str, set[str]]:
    """Return the ids of the archived items the tables hold, by folder."""
    known: dict[str, set[str]] = {key: set() for key in LogCursor.objects.values_list("key", flat=True)}
    for key, item in Paper.objects.values_list("key", "id"):
        known.setdefault(key, set()).add(item)
    return known


def events(key: str) -> tuple[Event, ...]:
    """Return a folder's events in order."""
    return tuple(Event.objects.filter(key=key).order_by("seq"))


def voidings(contract_no: str) -> dict[str, tuple[str, str]]:
    """Return number → (instant, reason) of the papers voided under a contract."""
    if not direct.one("SELECT 1 FROM store_event WHERE key = %s AND type = %s LIMIT 1", contract_no, "paper.voided"):
        return {}
    rows = Event.objects.filter(key=contract_no, type="paper.voided").order_by("seq")
    return {str(row.payload["number"]): (row.at, str(row.payload["reason"])) for row in rows}


def number_is_taken(number: str) -> bool:
    """Tell whether a number was ever allotted."""
    return Number.objects.filter(number=number).exists()


def find_deal_number(reference: str) -> str | None:
    """Return our contract number of the one deal that bears a number, or None."""
    rows = Deal.objects.filter(Q(contract_no=reference) | Q(aliases__value=reference)).distinct()[:2]
    return rows[0].contract_no if len(rows) == 1 else None


@dataclass(frozen=True, slots=True)
class Counts:
    """How much the tables hold."""

    folders: int
    deals: int
    papers: int
    numbers: int


def counts() -> Counts:
    """Return how much the tables hold."""
    return Counts(LogCursor.objects.count(), Deal.objects.count(), Paper.objects.count(), Number.objects.count())
