"""The projector: reads a folder's event log from where it last stopped and brings the tables up to it.

The log is written first, always; a table row that no log entry stands behind does not exist. So the same code serves a
normal write, the start after a crash, and the rebuild of the whole database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path

from django.db import transaction

from docgen.approvals.trail import APPROVAL_EVENTS
from docgen.archive import disk
from docgen.archive.disposition import EVENT as ITEM_DISPOSED
from docgen.archive.eventlog import LogEntry, read, scan
from docgen.archive.layout import CUSTOMER, Archive, Folder, folder_key
from docgen.archive.rebuild import sidecar_of
from docgen.archive.record import Sidecar
from docgen.deals.events import RECORDED, DealEvent, replay
from docgen.errors import Damage
from docgen.findings import has_errors
from docgen.retention.disposal import DISPOSAL_EVENTS
from docgen.store import (
    approvals,
    archive_numbers,
    collection,
    customers,
    database,  # noqa: F401  # sets Django up before the models
    direct,
    disposals,
    letters,
    originals,
    reviews,
)
from docgen.store.history import EVALUATED, RECORD_EVENTS, REVISING
from docgen.store.models import Alias, Customer, Deal, Evaluation, Event, LogCursor, Number, OwnCompany, Paper

COMPANY_EDITED = "company.edited"
ACCOUNT_CHANGED = "company.account-changed"
COMPANY_UNDONE = "company.undone"
FILED = "paper.filed"
MISFILED = "misfiled"
"""What a scan is called in the tables once the log says that it was filed in the wrong place."""
COMPANY_EVENTS = (COMPANY_EDITED, ACCOUNT_CHANGED, COMPANY_UNDONE)


def catch_up(folder: Folder) -> int:
    """Project the log's new entries into the tables, all or none; return how many there were.

    Safe without the folder's lock: the cursor is read again inside the transaction.

    Raises:
        Damage: a line of the log is broken or foreign; contract and line are named, the tables stay as they were.
    """
    if _is_caught_up(folder):
        return 0
    with transaction.atomic():
        cursor = _cursor(folder)
        entries, offset = _new_entries(folder, cursor)
        if entries:
            _project(folder.key, entries)
            told = "UPDATE store_logcursor SET offset = %s, seq = %s, head = %s WHERE key = %s"
            direct.change(told, offset, entries[-1].seq, entries[-1].hash, folder.key)
    return len(entries)


def _cursor(folder: Folder) -> LogCursor:
    """Return how far the folder's log was read, from a row that is made where there is none."""
    row = direct.one("SELECT offset, seq, head FROM store_logcursor WHERE key = %s", folder.key)
    if row is None:
        return LogCursor.objects.get_or_create(key=folder.key, defaults={"place": place(folder)})[0]
    return LogCursor(key=folder.key, offset=row[0], seq=row[1], head=row[2])


def _is_caught_up(folder: Folder) -> bool:
    """Tell, without a transaction, whether the log ends exactly where the tables stopped reading it."""
    row = direct.one("SELECT offset FROM store_logcursor WHERE key = %s", folder.key)
    offset = row[0] if row else 0
    return bool(offset) and disk.is_plain_file(folder.events) and disk.size(folder.events) == offset


def _new_entries(folder: Folder, cursor: LogCursor) -> tuple[list[LogEntry], int]:
    """Read on from the cursor; what cannot follow it is damage, told with its line counted from the log's first."""
    try:
        entries, offset = read(folder, offset=cursor.offset)
    except Damage as problem:
        whole = scan(folder).findings
        raise (Damage(whole) if has_errors(whole) else problem) from problem
    if entries and cursor.seq and (entries[0].seq, entries[0].prev) != (cursor.seq + 1, cursor.head):
        where = f"{folder.key}/{folder.events.relative_to(folder.path).as_posix()}"
        raise Damage.of("archive.log-chain-broken", where, contract=folder.key, line=cursor.seq + 1)
    return entries, offset


def set_dirty(folder: Folder, *, is_dirty: bool) -> None:
    """Note that an append is under way, so that the next start after a crash knows where to look."""
    told = "UPDATE store_logcursor SET is_dirty = %s, place = %s WHERE key = %s"
    if direct.change(told, is_dirty, place(folder), folder.key) == 0:
        LogCursor.objects.update_or_create(key=folder.key, defaults={"is_dirty": is_dirty, "place": place(folder)})


def set_dirty_all(folders: Iterable[Folder], *, is_dirty: bool) -> None:
    """Note of several folders, in one statement, that an append is under way."""
    places = {folder.key: place(folder) for folder in folders}
    rows = [LogCursor(key=key, is_dirty=is_dirty, place=at) for key, at in places.items()]
    LogCursor.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["key"], update_fields=["is_dirty", "place"]
    )


def catch_up_all(folders: Sequence[Folder], *, is_clean: bool = False) -> None:
    """Project several folders' new entries in one transaction; with `is_clean`, note that no append is under way.

    Raises:
        Damage: as `catch_up`; the tables stay as they were for all of them.
    """
    with transaction.atomic():
        for folder in folders:
            catch_up(folder)
        if is_clean:
            set_dirty_all(folders, is_dirty=False)


def dirty_folders(archive: Archive) -> tuple[Folder, ...]:
    """Return the folders whose last write may not have reached the tables."""
    rows = LogCursor.objects.filter(is_dirty=True)
    return tuple(Folder(archive.root / row.place, row.key) for row in rows)


def known_folder(archive: Archive, key: str) -> Folder | None:
    """Return a folder by its key without searching the archive; None where the tables do not know it.

    The row only says where to look: the label on the disk must bear the key, or the folder must be searched for.
    """
    row = direct.one("SELECT place FROM store_logcursor WHERE key = %s", key)
    folder = Folder(archive.root / row[0], key) if row else None
    return folder if folder and folder_key(folder.path) == key else None


def known_home(archive: Archive, customer_id: str) -> Path | None:
    """Return where the tables believe a customer's folder to be: a guess, for the caller to check on the disk."""
    own = LogCursor.objects.filter(key=f"{CUSTOMER}/{customer_id}").first()
    row = own or LogCursor.objects.filter(key__in=Deal.objects.filter(customer_id=customer_id).values("pk")[:1]).first()
    return (archive.root / row.place).parent if row else None


def replay_deal(key: str) -> None:
    """Make a contract's own row anew from its events, whatever it says now; other folders have none."""
    if Event.objects.filter(key=key, type__in=RECORD_EVENTS).exists():
        _replay_deal(key)


def place(folder: Folder) -> str:
    """Return where a folder lies below the archive's root: always customer (or _company), then its own name."""
    return f"{folder.path.parent.name}/{folder.path.name}"


def _project(key: str, entries: Iterable[LogEntry]) -> None:
    replays = is_customer = is_approval = False
    for entry in _with_events(key, entries):
        replays = replays or entry.type in REVISING
        is_customer = is_customer or entry.type in customers.CUSTOMER_EVENTS
        is_approval = is_approval or entry.type in APPROVAL_EVENTS
        is_approval = is_approval or approvals.takes_up_approval(entry.type, entry.payload)
        if entry.type in approvals.DELEGATION_EVENTS:
            approvals.project_delegation(key, entry.type, entry.payload)
        elif entry.type in letters.LETTER_EVENTS:
            letters.project(key, entry.type, entry.payload)
        elif entry.type in reviews.REVIEW_EVENTS:
            reviews.project(key, entry.type, entry.payload, at=entry.at.isoformat(), actor=entry.actor)
        elif entry.type in collection.BANK_EVENTS:
            event = (entry.seq, entry.at.isoformat(), entry.type, entry.actor)
            collection.project(key, event, entry.payload)
        elif entry.type in _APPLY:
            _APPLY[entry.type](key, entry)
    if replays:
        _replay_deal(key)
    if is_customer:
        customers.refresh(key.removeprefix(f"{CUSTOMER}/"))
    if is_approval:
        approvals.refresh(key)


def _with_events(key: str, entries: Iterable[LogEntry]) -> Iterator[LogEntry]:
    """Yield the entries, each after its own row stands and before the next one's.

    Scans filed in a row, and facts told in a row, have theirs at once: nothing looks at the log between them.
    """
    for kind, run in groupby(entries, key=lambda entry: _TOGETHER.get(entry.type)):
        together = list(run)
        for batch in [together] if kind else [[entry] for entry in together]:
            direct.insert([_event_row(key, entry) for entry in batch])
            if kind == FILED:
                _filed(key, batch)
            yield from batch


def _filed(key: str, entries: Iterable[LogEntry]) -> None:
    """Write the rows of scans filed in a row; nothing else follows from such an entry."""
    sidecars = [sidecar for entry in entries if (sidecar := sidecar_of(entry)) is not None]
    _write_papers([_paper_row(key, sidecar) for sidecar in sidecars])


def _write_papers(rows: list[Paper]) -> None:
    """Write rows, each new or in the place of the one of the same id."""
    direct.insert(rows, replaces=True)


def _event_row(key: str, entry: LogEntry) -> Event:
    return Event(
        key=key, seq=entry.seq, at=entry.at.isoformat(), type=entry.type, actor=entry.actor, payload=dict(entry.payload)
    )


def _replay_deal(key: str) -> None:
    rows = list(Event.objects.filter(key=key, type__in=REVISING).order_by("seq").values_list("type", "payload", "at"))
    own = [row for row in rows if row[0] in RECORD_EVENTS]
    deal = replay(DealEvent(kind, payload) for kind, payload, _ in own).deal
    contract = deal.terms.contract
    customer, _ = Customer.objects.get_or_create(id=deal.customer.id, defaults={"name": deal.customer.name})
    row = Deal(
        contract_no=str(contract.number),
        customer=customer,
        title=contract.title,
        order_no=contract.order_number or "",
        total=format(deal.terms.total, "f"),
        revision=len(rows),
        record=deal.model_dump(mode="json", by_alias=True),
        created_at=own[0][2],
        recorded_at=max(at for kind, _, at in own if kind == RECORDED),
    )
    Deal.objects.bulk_create([row], update_conflicts=True, unique_fields=["contract_no"], update_fields=_DEAL_FIELDS)
    if customer.record is None:  # else the register speaks of the customer, and no deal changes what it says
        customers.refresh(customer.id)
    names = sorted({name for name in (*contract.customer_numbers, contract.order_number) if name})
    if names != sorted(Alias.objects.filter(deal=row).values_list("value", flat=True)):
        Alias.objects.filter(deal=row).delete()
        Alias.objects.bulk_create(Alias(value=name, deal=row) for name in names)


def _number_allotted(key: str, entry: LogEntry) -> None:
    series, n, number = (_text(entry, "series"), int(_text(entry, "n")), _text(entry, "number"))
    direct.insert([Number(series=series, n=n, number=number, key=key, at=entry.at.isoformat())])


def _customer_registered(_key: str, entry: LogEntry) -> None:
    customers.refresh(_text(entry, "id"), registration=entry.payload)


def _company_edited(_key: str, entry: LogEntry) -> None:
    company_id = _text(entry, "id")
    rows = Event.objects.filter(type__in=COMPANY_EVENTS, payload__id=company_id)
    newest = max(rows, key=lambda row: (row.key, row.seq))
    OwnCompany.objects.update_or_create(
        id=company_id, defaults={"record": newest.payload["company"], "revision": len(rows), "at": newest.at}
    )


def _change_evaluated(key: str, entry: LogEntry) -> None:
    Evaluation.objects.update_or_create(
        contract_no=key,
        change=int(_text(entry, "change")),
        department=_text(entry, "department"),
        defaults={
            "result": _text(entry, "result"),
            "remark": _text(entry, "remark"),
            "at": entry.at.isoformat(),
            "actor": entry.actor,
        },
    )


def _paper_deposited(key: str, entry: LogEntry) -> None:
    sidecar = sidecar_of(entry)
    if sidecar is None:
        return
    row = _paper_row(key, sidecar)
    _write_papers([row])
    supersedes = sidecar.extra.get("supersedes")
    if supersedes:
        old = Paper.objects.filter(number=str(supersedes), item_type="issued")
        old.update(status="superseded", superseded_by=row.number)


def _disposal_changed(key: str, entry: LogEntry) -> None:
    disposals.refresh(key, _text(entry, "id"))


def _item_disposed(_key: str, entry: LogEntry) -> None:
    disposals.project_disposal(entry.payload)


def _paper_voided(_key: str, entry: LogEntry) -> None:
    Paper.objects.filter(id=_text(entry, "id")).update(status="void")


def _paper_misfiled(_key: str, entry: LogEntry) -> None:
    Paper.objects.filter(id=_text(entry, "id"), item_type="filed").update(item_type=MISFILED)


def _original_placed(key: str, entry: LogEntry) -> None:
    originals.project(key, entry.payload, at=entry.at.isoformat(), actor=entry.actor)


def _archive_number_given(key: str, entry: LogEntry) -> None:
    archive_numbers.project(key, entry.payload)


_APPLY: Mapping[str, Callable[[str, LogEntry], None]] = {
    "number.allotted": _number_allotted,
    customers.REGISTERED: _customer_registered,
    COMPANY_EDITED: _company_edited,
    ACCOUNT_CHANGED: _company_edited,
    COMPANY_UNDONE: _company_edited,
    EVALUATED: _change_evaluated,
    "paper.issued": _paper_deposited,
    "scan.taken-apart": _paper_deposited,
    "paper.bound": _paper_deposited,
    "paper.voided": _paper_voided,
    "paper.misfiled": _paper_misfiled,
    originals.PLACED: _original_placed,
    ITEM_DISPOSED: _item_disposed,
    **dict.fromkeys(DISPOSAL_EVENTS, _disposal_changed),
    archive_numbers.GIVEN: _archive_number_given,
}


_TOGETHER = {FILED: FILED, **dict.fromkeys(RECORD_EVENTS, RECORDED)}
_DEAL_FIELDS = [field.name for field in Deal._meta.concrete_fields if not field.primary_key]  # noqa: SLF001  # Django's documented API


def _text(entry: LogEntry, name: str) -> str:
    value = entry.payload.get(name)
    return "" if value is None else str(value)


def _paper_row(key: str, sidecar: Sidecar) -> Paper:
    """Return the table row of an archived item, made from its sidecar alone."""
    pages = sidecar.extra.get("pages")
    return Paper(
        id=sidecar.id,
        key=key,
        contract_no=sidecar.contract_no or "",
        item_type=sidecar.item_type,
        kind=sidecar.kind,
        title=sidecar.title,
        number=sidecar.number or "",
        document_id=sidecar.document_id or "",
        answers=sidecar.answers or "",
        subject=str(sidecar.extra.get("subject") or ""),
        pages=pages if isinstance(pages, int) else 0,
        version=sidecar.version,
        at=sidecar.at.isoformat(),
        source_sha256=sidecar.source.sha256 if sidecar.source else "",
        sidecar=sidecar.as_json(),
    )
