"""A batch: the same letter for everybody who is due one, or for a list of deals; any size, resumable, never twice.

The batch's own record lies in the company's log of the year: which items it was to issue, and that it was done. What
has become of an item is not noted there: the paper in the contract's folder says it, so there is nothing to disagree.
"""

from __future__ import annotations

import os
import secrets
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from docgen.deals import paperwork
from docgen.errors import DocgenError, Refused
from docgen.findings import Finding, Severity, note
from docgen.kinds.kind import Kind, Section, SubjectType
from docgen.receivables.board import BoardRow
from docgen.receivables.stages import NOTICE_TITLES, Action
from docgen.services.batch_item import BatchItem, BatchOrder, ItemResult, bound, result_of
from docgen.services.batch_list import read_list
from docgen.services.batch_workers import Stopped, never, work_off
from docgen.services.due_board import Wanted, due_board
from docgen.services.office import Office
from docgen.services.packet_extras import Choice
from docgen.services.packets import packet_of, require_attachments
from docgen.services.prepare_issue import prepare
from docgen.store import batches, ledger, projection
from docgen.store.journal import writing

Progress = Callable[[str, int, int], None]
_ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class NotChosen:
    """An open instalment that this letter does not go out for, and why."""

    contract_no: str
    seq: int | None
    customer: str
    why: Finding


@dataclass(frozen=True, slots=True)
class BatchPlan:
    """What a batch would issue, and what it would not."""

    kind: str
    title: str
    as_of: date
    items: tuple[BatchItem, ...]
    not_chosen: tuple[NotChosen, ...] = ()


@dataclass(frozen=True, slots=True)
class Previewed:
    """An item as a dry run sees it: it would go out, or the reasons why not."""

    item: BatchItem
    customer: str
    title: str
    findings: tuple[Finding, ...]
    is_ready: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """A dry run: nothing was issued, no number used."""

    plan: BatchPlan
    items: tuple[Previewed, ...]


@dataclass(frozen=True, slots=True)
class BatchDone:
    """A batch as it stands: results in the order of its items; those not begun are missing (`is_stopped`)."""

    order: BatchOrder
    title: str
    results: tuple[ItemResult, ...]
    wanted: int
    is_stopped: bool

    @property
    def issued(self) -> tuple[ItemResult, ...]:
        """Return the items a paper stands for."""
        return tuple(each for each in self.results if each.is_issued)

    @property
    def failed(self) -> tuple[ItemResult, ...]:
        """Return the items that were refused."""
        return tuple(each for each in self.results if not each.is_issued)

    @property
    def amount(self) -> Decimal:
        """Return what the issued letters ask for together, 元."""
        return sum((each.amount or _ZERO for each in self.issued), _ZERO)

    @property
    def pages(self) -> int:
        """Return the pages of all issued papers."""
        return sum(each.pages for each in self.issued)


def plan_due(office: Office, kind_name: str, *, as_of: date | None = None) -> BatchPlan:
    """Choose the instalments whose next letter, as of a day, is this kind."""
    kind, day = office.catalogue.get(kind_name), as_of or office.today()
    rows = [row for row in due_board(office, Wanted(as_of=day)).rows if row.balance]
    chosen = [row for row in rows if _titles_wanted(row) & _names(kind)]
    items = tuple(BatchItem(f"{row.contract_no}/{row.seq}", row.contract_no, row.seq) for row in chosen)
    taken = {id(row) for row in chosen}
    left = tuple(
        NotChosen(row.contract_no, row.seq, row.customer, row.next_step.why)
        for row in rows
        if id(row) not in taken and NOTICE_TITLES.get(row.kind) in _names(kind)
    )
    return BatchPlan(kind.spec.id, kind.spec.title, day, _for_subject(kind, items), left)


def _titles_wanted(row: BoardRow) -> set[str]:
    """Return the letter an instalment is due; none where there is something else to do."""
    return {row.next_step.title} if row.next_step.action is Action.ISSUE else set()


def _names(kind: Kind) -> set[str]:
    names = {kind.spec.title, *([kind.spec.overdue_title] if kind.spec.overdue_title else [])}
    return names | {paperwork.OTHER_NAMES[name] for name in names if name in paperwork.OTHER_NAMES}


def _for_subject(kind: Kind, items: tuple[BatchItem, ...]) -> tuple[BatchItem, ...]:
    """Return one item a contract where the letter speaks of the contract as a whole."""
    if kind.spec.subject is SubjectType.INSTALMENT:
        return items
    return tuple({item.deal: BatchItem(item.deal, item.deal) for item in items}.values())


def plan_listed(office: Office, kind_name: str, path: Path, *, as_of: date | None = None) -> BatchPlan:
    """Take the deals of a list: a text file with a number a line, or the first column of a workbook; each deal once.

    Raises:
        Refused: the list is empty or cannot be read.
    """
    kind = office.catalogue.get(kind_name)
    listed = read_list(path)
    items: dict[str, BatchItem] = {}
    twice: list[NotChosen] = []
    for deal, seq in listed:
        key = deal if seq is None else f"{deal}/{seq}"
        if key in items:
            twice.append(NotChosen(deal, seq, "", note("services.batch-listed-twice", deal, deal=deal)))
        items.setdefault(key, BatchItem(key, deal, seq))
    return BatchPlan(kind.spec.id, kind.spec.title, as_of or office.today(), tuple(items.values()), tuple(twice))


def preview(office: Office, plan: BatchPlan, order: BatchOrder, *, progress: Progress | None = None) -> Preview:
    """Ask of each item whether it would go out; nothing is issued and no number is used."""
    seen = []
    for number, item in enumerate(plan.items, 1):
        seen.append(_previewed(office, order, item))
        if progress is not None:
            progress("batch", number, len(plan.items))
    return Preview(plan, tuple(seen))


def _previewed(office: Office, order: BatchOrder, item: BatchItem) -> Previewed:
    try:
        if order.packets is not None:
            require_attachments(office, order.request(item), choice=order.packets, may_be_bare=True)
        made = prepare(office, order.request(item), is_draft=False)
    except DocgenError as problem:
        errors = tuple(each for each in problem.findings if each.severity is Severity.ERROR)
        return Previewed(item, _customer_of(item), "", errors or problem.findings, is_ready=False)
    return Previewed(item, made.order.deal.customer.name, made.order.title, made.findings, is_ready=True)


def _customer_of(item: BatchItem) -> str:
    with suppress(DocgenError):
        return ledger.deal(item.deal).record.customer.name
    return ""


@dataclass(frozen=True, slots=True)
class LettersDue:
    """A letter that goes out now, to how many instalments, and what they have open together, 元."""

    title: str
    count: int
    amount: Decimal


def letters_due(rows: Iterable[BoardRow]) -> tuple[LettersDue, ...]:
    """Return which letters a board asks for now, the most wanted first: one batch each."""
    found: defaultdict[str, list[Decimal]] = defaultdict(list)
    for row in rows:
        for title in _titles_wanted(row) if row.balance else ():
            found[title].append(row.balance)
    told = (LettersDue(title, len(open_), sum(open_, _ZERO)) for title, open_ in found.items())
    return tuple(sorted(told, key=lambda each: (-each.count, each.title)))


def order_for(  # noqa: PLR0913  # all that a batch is ordered with
    office: Office,
    plan: BatchPlan,
    *,
    dated: date | None = None,
    reason: str | None = None,
    faces: tuple[str, ...] = (),
    packets: Choice | None = None,
) -> BatchOrder:
    """Return the order of a new batch, with a fresh id: the day and four hex digits.

    Raises:
        Refused: packets of letters that list no attachments.
    """
    kind = office.catalogue.get(plan.kind)
    if packets is not None and not packets.also and Section.ATTACHMENTS not in kind.spec.shows:
        raise Refused.of("services.batch-no-attachments", plan.title, title=plan.title)
    batch_id = f"{office.today():%Y%m%d}-{secrets.token_hex(2)}"
    return BatchOrder(batch_id, plan.kind, plan.as_of, dated, reason, faces, packets)


def run_batch(  # noqa: PLR0913  # how it runs
    office: Office,
    plan: BatchPlan,
    order: BatchOrder,
    *,
    workers: int | None = None,
    progress: Progress | None = None,
    stopped: Stopped = never,
) -> BatchDone:
    """Write down what the batch is to issue, then issue it item by item.

    Raises:
        Refused: there is nothing to issue. StorageProblem: the company's log cannot be written.
    """
    if not plan.items:
        raise Refused.of("services.batch-empty", plan.title, title=plan.title, as_of=plan.as_of.isoformat())
    folder = office.archive.company(office.today().year)
    with writing(folder, at=office.now(), actor=office.actor) as journal:
        journal.append(batches.STARTED, _told(plan, order))
    return _work(office, plan, order, workers=workers, progress=progress, stopped=stopped)


def resume_batch(
    office: Office,
    batch_id: str,
    *,
    workers: int | None = None,
    progress: Progress | None = None,
    stopped: Stopped = never,
) -> BatchDone:
    """Go on with a batch that was stopped or killed: what a paper stands for is not issued again.

    Items that were refused are tried once more.

    Raises:
        NotFound: there is no such batch.
    """
    _, told = batches.batch_started(batch_id)
    plan, order = _read(office, told)
    return _work(office, plan, order, workers=workers, progress=progress, stopped=stopped)


def _work(  # noqa: PLR0913  # as run_batch
    office: Office,
    plan: BatchPlan,
    order: BatchOrder,
    *,
    workers: int | None,
    progress: Progress | None,
    stopped: Stopped,
) -> BatchDone:
    results = dict(_standing(office, plan, order))
    left = [item for item in plan.items if item.key not in results]
    count = min(_default_workers() if workers is None else workers, len(left))
    if progress is not None:
        progress("batch", len(results), len(plan.items))
    for result in work_off(office, order, left, workers=count, stopped=stopped):
        results[result.key] = result
        if progress is not None:
            progress("batch", len(results), len(plan.items))
    done = BatchDone(
        order,
        plan.title,
        tuple(results[item.key] for item in plan.items if item.key in results),
        len(plan.items),
        len(results) < len(plan.items),
    )
    if not done.is_stopped:
        _finish(office, done)
    return done


def _standing(office: Office, plan: BatchPlan, order: BatchOrder) -> Iterator[tuple[str, ItemResult]]:
    issued = batches.issued_in(order.id)
    for item in plan.items:
        if item.key in issued and (order.packets is None or packet_of(issued[item.key])):
            yield item.key, bound(office, order, result_of(office, item, issued[item.key]))


def _default_workers() -> int:
    """Return one more than the cores we may use: one waits for the disk while the others compute."""
    return len(os.sched_getaffinity(0)) + 1


def _finish(office: Office, done: BatchDone) -> None:
    key, _ = batches.batch_started(done.order.id)
    folder = projection.known_folder(office.archive, key) or office.archive.company(office.today().year)
    told = {"id": done.order.id, "issued": len(done.issued), "failed": len(done.failed), "amount": str(done.amount)}
    with writing(folder, at=office.now(), actor=office.actor) as journal:
        journal.append(batches.FINISHED, told)


def _told(plan: BatchPlan, order: BatchOrder) -> dict[str, object]:
    return {
        "id": order.id,
        "kind": order.kind,
        "as_of": order.as_of.isoformat(),
        "dated": order.dated.isoformat() if order.dated else None,
        "reason": order.reason,
        "faces": list(order.faces),
        **({"packets": _lists(order.packets)} if order.packets else {}),
        "items": [{"key": item.key, "deal": item.deal, "seq": item.seq} for item in plan.items],
    }


def _lists(choice: Choice) -> dict[str, list[str]]:
    return {"without": list(choice.without), "also": list(choice.also)}


def _read(office: Office, told: Mapping[str, Any]) -> tuple[BatchPlan, BatchOrder]:
    day, dated = date.fromisoformat(told["as_of"]), told["dated"]
    order = BatchOrder(told["id"], told["kind"], day, date.fromisoformat(dated) if dated else None, told["reason"],
                       tuple(told["faces"]), _choice(told.get("packets")))  # fmt: skip
    items = tuple(BatchItem(each["key"], each["deal"], each["seq"]) for each in told["items"])
    return BatchPlan(order.kind, office.catalogue.get(order.kind).spec.title, day, items), order


def _choice(told: Mapping[str, list[str]] | None) -> Choice | None:
    return Choice(tuple(told["without"]), tuple(told["also"])) if told is not None else None
