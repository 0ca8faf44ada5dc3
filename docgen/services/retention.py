"""Why is this kept until then? Retention of archived papers, reckoned anew from the facts each time it is asked for.

What is known is what the logs say now; the day asked about only bounds the facts' own dates. The promise in a paper's
sidecar and every extension are floors; a hold moves no date (docs/retention.md).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, cached_property

from docgen.archive.layout import COMPANY, CUSTOMER
from docgen.archive.record import Retention, Sidecar
from docgen.deals.deal import Deal
from docgen.deals.events import FACT_RECORDED, FACT_WITHDRAWN
from docgen.deals.milestones import terminated_on
from docgen.errors import NotFound
from docgen.retention.reckoning import Starts, reckon
from docgen.retention.standing import Ground, Standing, State, stand
from docgen.retention.table import CONTRACT_PAPER, RetentionTable
from docgen.retention.trail import Scope, Target, Trail
from docgen.services.dossier import paper_day
from docgen.services.evidence import find_evidence
from docgen.services.office import Office
from docgen.services.retention_rules import promised_terms, speaks_of_contract, table_of
from docgen.store import archive_numbers, ledger, retention
from docgen.store.customers import mergers, survivors
from docgen.store.history import PastEvent, past_events
from docgen.store.ledger import PaperLine

TERMINATION = "termination"
_AT_ONCE = 400
OVER = frozenset({State.HELD, State.KEPT, State.DISPOSABLE})
"""The states of papers past their term, whether or not something keeps them back."""


@dataclass(frozen=True, slots=True)
class ItemRetention:
    """One archived item with where it stands; `targets` are what holds and extensions name to reach it.

    `place` is the key of its folder: the contract's number, `_customer/…` or `_company/…`; `contract_no` is empty for
    papers that belong to no contract, `archive_no` where none was given.
    """

    id: str
    number: str
    title: str
    kind: str
    item_type: str
    contract_no: str
    customer: str
    files: tuple[str, ...]
    filed_on: date
    standing: Standing
    targets: frozenset[Target]
    place: str = ""
    archive_no: str = ""
    dated: date | None = None


@dataclass(frozen=True, slots=True)
class TerminationEvent:
    """The event a contract's end rests on: its place in the log, who recorded it when, and what proves it.

    `file` is the archived evidence, where what was named as evidence lies in the contract's folder.
    """

    contract_no: str
    on: date
    ground: str
    seq: int
    recorded_at: str
    actor: str
    evidence: str
    file: str | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """The answer to "why kept until then": the items asked about, the day, and the contract's end if it is recorded.

    `withdrawn` counts terminations that were recorded and taken back. Papers of a customer or of the company itself
    belong to no contract, and no contract's end concerns them.
    """

    as_of: date
    items: tuple[ItemRetention, ...]
    termination: TerminationEvent | None
    withdrawn: int
    is_contract: bool = True


@dataclass(frozen=True, slots=True)
class _Around:
    """What all papers of one folder share: its end, last contact, customer's name, and what reaches all of them."""

    ended: date | None
    last_contact: date | None
    customer: str
    targets: frozenset[Target]
    has_contract: bool


class Desk:
    """Everything a look at retention needs, read once: the table, holds, extensions, customers, papers' days."""

    def __init__(self, office: Office) -> None:
        """Read the table first, so that a wrong one stops everything."""
        self.office = office
        self.table: RetentionTable = table_of(office)
        self._deals: dict[str, ledger.StoredDeal] = {}
        self._happened: dict[str, retention.Happened] = {}
        self._papers: dict[str, Sequence[PaperLine]] = {}
        self._contracted: dict[str, bool] = {}

    @cached_property
    def _classes(self) -> Callable[[str, str, tuple[str, ...], bool], tuple[str, ...]]:
        """The table's classes of a paper, looked up once for all papers of one kind, title and promise."""

        def classes(kind: str, title: str, also: tuple[str, ...], has_contract: bool) -> tuple[str, ...]:  # noqa: FBT001  # a cache takes them by place
            return self.table.classes_of(kind=kind, title=title, also=also, has_contract=has_contract)

        return cache(classes)

    @cached_property
    def trail(self) -> Trail:
        """All holds and extensions."""
        return retention.trail()

    @cached_property
    def living(self) -> Mapping[str, tuple[str, str]]:
        """Customer id → id and name of the one it lives on in."""
        return survivors()

    def deal(self, contract_no: str) -> ledger.StoredDeal:
        """Return a deal, read once."""
        if contract_no not in self._deals:
            self._deals[contract_no] = ledger.deal(contract_no)
        return self._deals[contract_no]

    def all_keys(self) -> Iterator[str]:
        """Yield the keys of all folders with papers, sorted; some hundreds are read at once and kept till the next."""
        keys = ledger.keys_with_papers()
        for start in range(0, len(keys), _AT_ONCE):
            self._papers.clear()
            self.read(keys[start : start + _AT_ONCE])
            yield from keys[start : start + _AT_ONCE]

    def read(self, keys: Collection[str]) -> None:
        """Read some folders' papers and deals' facts at once, not one by one."""
        self._papers |= {**dict.fromkeys(keys, ()), **ledger.papers_by_key(keys)}
        self._happened |= retention.happenings(keys)

    def papers(self, key: str) -> Sequence[PaperLine]:
        """Return the archived items of a folder, in the order they came."""
        return self._papers[key] if key in self._papers else ledger.papers_in(key)

    def has_contract(self, contract_no: str) -> bool:
        """Tell whether a contract came of a deal, asked once."""
        if contract_no not in self._contracted:
            speaking = (speaks_of_contract(row) for row in self.papers(contract_no))
            self._contracted[contract_no] = self.happened(contract_no).has_facts or any(speaking)
        return self._contracted[contract_no]

    def happened(self, contract_no: str) -> retention.Happened:
        """Return what happened in a deal, read once.

        Raises:
            NotFound: no deal bears the number.
        """
        if contract_no not in self._happened:
            number = self.deal(contract_no).contract_no
            self._happened[contract_no] = retention.happenings([number])[number]
        return self._happened[contract_no]

    def customers(self, customer_id: str) -> list[Target]:
        """Return a customer as a target, and all that were merged with it: a hold on one covers the others' papers."""
        alive = self._mergers.get(customer_id, customer_id)
        same = {*self._merged[alive], customer_id, alive}
        return [Target(Scope.CUSTOMER, each) for each in sorted(same)]

    @cached_property
    def _mergers(self) -> Mapping[str, str]:
        return mergers()

    @cached_property
    def _merged(self) -> Mapping[str, list[str]]:
        """Living customer's id → the ids that live on in it."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for each, into in self._mergers.items():
            found[into].append(each)
        return found

    @cached_property
    def archive_numbers(self) -> Mapping[str, str]:
        """Item id → archive number."""
        return archive_numbers.numbers()

    def contract(self, contract_no: str, *, as_of: date) -> tuple[ItemRetention, ...]:
        """Return the items of one contract, or of any other folder by its key: `_customer/…`, `_company/…`.

        What was destroyed has no term any more.
        """
        rows = self.papers(contract_no)
        issued = {row.document_id: row.id for row in rows if row.item_type == "issued" and row.document_id}
        around = self._around(contract_no, rows, as_of)
        there = [row for row in rows if not row.is_disposed]
        return tuple(self._item(row, around, issued.get(row.answers), as_of) for row in there)

    def _around(self, key: str, rows: Sequence[PaperLine], as_of: date) -> _Around:
        """Return what all papers of a folder share: the end, the last contact, whose they are, what reaches them."""
        if key.startswith(f"{COMPANY}/"):
            whole = frozenset({Target(Scope.CONTRACT, key)})
            return _Around(None, self._last(rows, as_of), "", whole, has_contract=True)
        if key.startswith(f"{CUSTOMER}/"):
            targets = self.customers(key.removeprefix(f"{CUSTOMER}/"))
            spoken = ledger.papers_of_customers([each.id for each in targets])
            name = self.living.get(key.removeprefix(f"{CUSTOMER}/"), ("", ""))[1]
            whole = frozenset({Target(Scope.CONTRACT, key), *targets})
            return _Around(None, self._last(spoken, as_of), name, whole, has_contract=True)
        deal = self.happened(key)
        return _Around(
            deal.ended_on if deal.ended_on and deal.ended_on <= as_of else None,
            self._last(rows, as_of),
            self.living.get(deal.customer_id, ("", deal.customer_name))[1],
            frozenset({Target(Scope.CONTRACT, deal.contract_no), *self.customers(deal.customer_id)}),
            has_contract=self.has_contract(key),
        )

    def _last(self, rows: Sequence[PaperLine], as_of: date) -> date | None:
        days = [paper_day(self.office, row) for row in rows]
        return max((day for day in days if day <= as_of), default=None)

    def _item(self, row: PaperLine, around: _Around, answered: str | None, as_of: date) -> ItemRetention:
        kept = Retention.model_validate(row.sidecar.get("retention", {}))
        filed_on = datetime.fromisoformat(row.at).astimezone(self.office.workspace.timezone).date()
        dated = paper_day(self.office, row)
        starts = Starts(around.ended, filed_on, dated, max(around.last_contact or dated, dated))
        classes = self._classes(row.kind, row.title, kept.classes, around.has_contract)
        terms = reckon(self.table, classes, starts, promised=promised_terms(row.sidecar.get("extra")))
        targets = around.targets | {Target(Scope.ITEM, each) for each in (row.id, answered) if each}
        standing = stand(
            terms,
            targets=targets,
            trail=self.trail,
            as_of=as_of,
            promised=kept.until,
            appraisers=self.table.appraisers,
        )
        return ItemRetention(
            row.id,
            row.number,
            row.title,
            row.kind,
            row.item_type,
            row.contract_no,
            around.customer,
            row.files,
            filed_on,
            standing,
            targets,
            row.key,
            self.archive_numbers.get(row.id, ""),
            dated,
        )

    def block(self, contract_no: str, *, as_of: date) -> dict[str, object]:
        """Return retention of a contract's papers as `docgen deal show` tells it."""
        stored = self.deal(contract_no)
        ended = terminated_on(stored.record, as_of=as_of)
        today = self.office.today()
        term = reckon(self.table, (CONTRACT_PAPER,), Starts(ended, today, today, today))
        targets = {Target(Scope.CONTRACT, contract_no), *self.customers(stored.customer_id)}
        found = stand(term, targets=targets, trail=self.trail, as_of=as_of)
        return {
            "classes": [CONTRACT_PAPER],
            "until": _iso(found.until),
            "rule": term[0].rule,
            "start_event": TERMINATION,
            "start_on": _iso(ended),
            "terminated_on": _iso(ended),
            "disposable_from": _iso(found.disposable_from),
            "holds": sorted(each.case for each in found.holds),
        }


def list_items(office: Office, *, as_of: date | None = None, due_only: bool = False) -> tuple[ItemRetention, ...]:
    """Return all archived items by the day they may be proposed for disposal, open ends last.

    With `due_only` those alone whose term is over on that day, held ones among them.

    Raises:
        Refused: the retention table is wrong.
    """
    day = as_of or office.today()
    desk = Desk(office)
    found = [each for key in desk.all_keys() for each in desk.contract(key, as_of=day)]
    if due_only:
        found = [each for each in found if each.standing.state in OVER]
    return tuple(sorted(found, key=lambda each: (each.standing.until or date.max, each.place, each.id)))


def explain(office: Office, reference: str, *, as_of: date | None = None) -> Explanation:
    """Tell why the papers of a contract, or one item, are kept until their day.

    `reference` is any number of the deal, the number of a paper (its signed copies are told with it), or an item's id.

    Raises:
        NotFound: nothing bears it.
        Refused: the retention table is wrong.
    """
    day = as_of or office.today()
    contract_no, chosen = find(reference)
    rows = Desk(office).contract(contract_no, as_of=day)
    items = tuple(each for each in rows if chosen is None or each.id in chosen)
    if contract_no.startswith((f"{COMPANY}/", f"{CUSTOMER}/")):
        return Explanation(day, items, None, 0, is_contract=False)
    deal = ledger.deal(contract_no).record
    return Explanation(day, items, _termination(contract_no, deal, day), _withdrawn(contract_no))


def end_of(contract_no: str, *, as_of: date) -> TerminationEvent | None:
    """Return the event a contract's end rests on; None while no end is recorded.

    Raises:
        NotFound: no deal bears the number.
    """
    return _termination(contract_no, ledger.deal(contract_no).record, as_of)


def find(reference: str) -> tuple[str, set[str] | None]:
    """Return the folder that is meant, by its key, and the ids of the items; None for all items of the folder.

    `reference` is any number of a deal, a paper's number (its signed copies are meant, too), an item's id, an archive
    number, or the key of a customer's own or a company's folder that holds papers.

    Raises:
        NotFound: nothing bears the reference, or the item was destroyed.
    """
    item = ledger.archived_item(archive_numbers.item_of(reference) or reference)
    if item is not None and item.is_disposed:
        mark = Sidecar.model_validate(item.sidecar).extra.get("disposed")
        told = mark if isinstance(mark, dict) else {}
        on, number = str(told.get("at"))[:10], str(told.get("list"))
        raise NotFound.of("retention.item-disposed", reference, title=item.title, on=on, number=number)
    if item is not None:
        return item.key, {item.id}
    paper = ledger.issued_by_number(reference)
    if paper is not None:
        copies = ledger.answers_to(paper.document_id) if paper.document_id else ()
        return paper.key, {paper.id, *(each.id for each in copies)}
    if reference.startswith((f"{COMPANY}/", f"{CUSTOMER}/")) and ledger.papers_in(reference):
        return reference, None
    stored = ledger.find_deal(reference)
    if stored is None:
        raise NotFound.of("retention.no-such-item", reference)
    return stored.contract_no, None


def kept_words(office: Office, contract_no: str) -> dict[str, str]:
    """Return for each item of a contract until when it is kept, in words for the contract's index page.

    Holds and their cases are not told: the page may leave the house.
    """
    return {each.id: until_words(each.standing) for each in Desk(office).contract(contract_no, as_of=office.today())}


def until_words(standing: Standing) -> str:
    """Return a last day in words: 2029-06-30（合同终止后5年）."""
    rule = standing.decided_by.rule
    if standing.state is State.PERMANENT:
        return "永久（鉴定）" if standing.ground is Ground.APPRAISAL else "永久"
    return f"{standing.until.isoformat()}（{rule}）" if standing.until else f"未定，不得销毁（{rule}）"


def _termination(contract_no: str, deal: Deal, as_of: date) -> TerminationEvent | None:
    fact = deal.facts.termination
    if fact is None or fact.on > as_of:
        return None
    last = [each for each in past_events(types=[FACT_RECORDED], key=contract_no) if _is_the_end(each)][-1]
    paper = find_evidence(contract_no, fact.evidence) or find_evidence(
        contract_no, str(last.payload.get("evidence") or "")
    )
    file = paper.files[0] if paper and paper.files else None
    return TerminationEvent(contract_no, fact.on, fact.ground.value, last.seq, last.at, last.actor, fact.evidence, file)


def _withdrawn(contract_no: str) -> int:
    return sum(_is_the_end(each) for each in past_events(types=[FACT_WITHDRAWN], key=contract_no))


def _is_the_end(event: PastEvent) -> bool:
    return event.payload.get("fact") == TERMINATION


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
