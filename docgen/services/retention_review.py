"""The review list (鉴定清单): what is past its term on a day, and what keeps part of it back all the same.

It proposes nothing and destroys nothing; people look at it, keep some longer, and hold some back. An item stands on the
list only if its term is over on the day asked about and today, and no hold, open balance or running claim concerns it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from pathlib import Path

from docgen.archive.layout import COMPANY, CUSTOMER
from docgen.archive.record import Sidecar
from docgen.errors import Refused
from docgen.exchange.report import Form, Report, ReportColumn, Value, list_workbook
from docgen.findings import Finding, note, warning
from docgen.receivables.board import BoardRow
from docgen.services.appraisals import appraisal_words
from docgen.services.due_board import all_rows
from docgen.services.make_workbook import SUFFIX, write_new
from docgen.services.office import Office
from docgen.services.retention import OVER, Desk, ItemRetention
from docgen.services.retention_rules import shortened
from docgen.store import ledger, retention

QUIET = timedelta(days=31)
"""A clock further ahead of the newest entry of all logs than this is asked about: set forward, it ends terms early."""
TOLERANCE = timedelta(minutes=1)
_WHICH = (
    ReportColumn("合同编号", width=18),
    ReportColumn("客户名称", width=26),
    ReportColumn("文件", width=24),
    ReportColumn("编号", width=26),
    ReportColumn("归档件号", width=19),
    ReportColumn("件数", Form.COUNT, 7, is_summed=True),
)
_COLUMNS = (
    *_WHICH,
    ReportColumn("归档日期", Form.DAY, 12),
    ReportColumn("保管类别", width=22),
    ReportColumn("起算日", Form.DAY, 12),
    ReportColumn("保存至", Form.DAY, 12),
    ReportColumn("可提出鉴定", Form.DAY, 12),
    ReportColumn("规则", width=20),
    ReportColumn("SHA-256", width=40),
    ReportColumn("鉴定意见（延长至／销毁）", width=24),
)
_BACK_COLUMNS = (
    *_WHICH,
    ReportColumn("保存至", Form.DAY, 12),
    ReportColumn("暂不处理的原因", width=60),
    ReportColumn("下一步", width=44),
)


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which part of the list is wanted: one contract's, one customer's, one class's; None is all."""

    contract_no: str | None = None
    customer: str | None = None
    class_id: str | None = None


@dataclass(frozen=True, slots=True)
class KeptBack:
    """An item past its term that may not be proposed all the same, and each reason."""

    item: ItemRetention
    reasons: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Review:
    """The list as of a day, sorted by the day terms ended; what was kept back; how many are kept for other reasons."""

    as_of: date
    items: tuple[ItemRetention, ...]
    kept_back: tuple[KeptBack, ...]
    others: Mapping[str, int] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


def review(office: Office, *, as_of: date | None = None, chosen: Chosen = Chosen()) -> Review:
    """Return what may be looked at for disposal as of a day, not later than today.

    Raises:
        Refused: the day lies ahead, or the retention table is wrong.
        NotFound: no deal bears the number.
    """
    day, today = as_of or office.today(), office.today()
    if day > today:
        raise Refused.of("retention.review-ahead", day.isoformat(), day=day, today=today)
    desk = Desk(office)
    keys = [ledger.deal(chosen.contract_no).contract_no] if chosen.contract_no else desk.all_keys()
    over: list[tuple[str, ItemRetention, ItemRetention]] = []
    items: list[ItemRetention] = []
    kept_back: list[KeptBack] = []
    others: Counter[str] = Counter()
    for key in keys:
        as_then = desk.contract(key, as_of=day)
        for then, now in zip(as_then, as_then if day == today else desk.contract(key, as_of=today), strict=True):
            if not _is_wanted(then, chosen):
                continue
            if not (_is_over(then) and _is_over(now)):
                others[(now if _is_over(then) else then).standing.state] += 1
                continue
            over.append((key, then, now))
    in_the_way = Obstacles(office, desk, {key for key, *_ in over})
    for key, then, now in over:
        reasons = (*_held(now), *_kept(now), *in_the_way.of(key))
        if reasons:
            kept_back.append(KeptBack(then, reasons))
        else:
            items.append(then)
    items.sort(key=lambda each: (each.standing.until or date.max, each.place, each.id))
    remarks = (*_clock_ahead(office), *shortened(office))
    return Review(day, tuple(items), tuple(kept_back), dict(others), remarks)


def obstacles(office: Office, contract_no: str) -> tuple[Finding, ...]:
    """Return what keeps every paper of a contract from disposal today: money open, claims running, a clock set back.

    By the key of a customer's own folder: what concerns any contract of that customer; of a company's year: the clock.
    """
    return Obstacles(office, Desk(office), {contract_no}).of(contract_no)


class Obstacles:
    """What keeps the papers of some folders from disposal today, looked up for all of them at once."""

    def __init__(self, office: Office, desk: Desk, keys: Collection[str]) -> None:
        """Look up nothing yet; `keys` are the folders that will be asked about."""
        self._office, self._desk, self._keys = office, desk, keys
        self._found: dict[str, tuple[Finding, ...]] = {}

    def of(self, key: str) -> tuple[Finding, ...]:
        """Return what keeps every paper of one of the folders from disposal, each asked once."""
        if key not in self._found:
            claims = [one for each in self._contracts(key) for one in self._claims(each)]
            self._found[key] = (*claims, *self._clock_back(key))
        return self._found[key]

    def _contracts(self, key: str) -> Sequence[str]:
        """Return the contracts whose money concerns a folder: its own, all of its customer's, of a company's none."""
        if key.startswith(f"{COMPANY}/"):
            return ()
        if key.startswith(f"{CUSTOMER}/"):
            return ledger.contracts_of([each.id for each in self._desk.customers(key.removeprefix(f"{CUSTOMER}/"))])
        return (key,)

    def _claims(self, contract_no: str) -> list[Finding]:
        """Return what money keeps back; where no contract came of it nothing was ever owed, whatever was planned."""
        if not self._desk.has_contract(contract_no):
            return []
        found: list[Finding] = []
        rows, today = self._rows.get(contract_no, ()), self._office.today()
        balance = sum((row.balance for row in rows), Decimal(0))
        if balance:
            found.append(note("retention.back-balance", contract_no, contract=contract_no, balance=f"{balance:.2f}"))
        running = [row.limitation for row in rows if row.limitation]
        last = max((max(each.until, each.lawful_until or each.until) for each in running), default=None)
        if last and last >= today:
            found.append(note("retention.back-limitation", contract_no, contract=contract_no, until=last))
        return found

    @cached_property
    def _rows(self) -> Mapping[str, Sequence[BoardRow]]:
        """Contract number → the board's rows as of today, of every contract that may be asked about."""
        found: defaultdict[str, list[BoardRow]] = defaultdict(list)
        wanted = {each for key in self._keys for each in self._contracts(key)}
        for row in all_rows(self._office, self._office.today(), contract_nos=wanted):
            found[row.contract_no].append(row)
        return found

    @cached_property
    def _newest(self) -> Mapping[str, str]:
        return retention.newest_instants(self._keys)

    def _clock_back(self, key: str) -> Iterator[Finding]:
        latest = self._newest.get(key)
        if latest and self._office.now() < datetime.fromisoformat(latest) - TOLERANCE:
            yield warning("retention.back-clock", key, contract=key, now=self._office.now(), last=latest)


def write_review(found: Review, out: Path) -> int:
    """Write the list as a new workbook, sorted, with filters and a column for the verdict; return how many rows.

    A second sheet names each item that is past its term and kept back all the same, with the reasons and what to do.

    Raises:
        Refused: the name does not end in .xlsx, or the file exists.
    """
    if out.suffix.lower() != SUFFIX:
        raise Refused.of("exchange.not-a-workbook-name", str(out))
    back = len(found.kept_back)
    heading = f"档案鉴定清单  截至 {found.as_of.isoformat()}    期满而暂不处理 {back} 件（原因见第二张表）"
    with_numbers = any(each.archive_no for each in found.items)
    columns = (*_COLUMNS, ReportColumn("档号", width=30)) if with_numbers else _COLUMNS
    rows = [(*_cells(each), each.archive_no) if with_numbers else _cells(each) for each in found.items]
    report = Report("鉴定清单", heading, columns, rows, frozen_columns=3)
    heading = f"期满而暂不处理  截至 {found.as_of.isoformat()}    {back} 件"
    kept_back = Report("暂不处理", heading, _BACK_COLUMNS, [_back(each) for each in found.kept_back], frozen_columns=3)
    write_new(out, list_workbook(report, kept_back))
    return len(found.items)


def _back(each: KeptBack) -> Sequence[Value]:
    item = each.item
    return (
        *_which(item),
        item.standing.until,
        "\n".join(one.sentence("zh") for one in each.reasons),
        "\n".join(dict.fromkeys(one.remedy("zh") for one in each.reasons)),
    )


def _which(each: ItemRetention) -> Sequence[Value]:
    return (each.contract_no or each.place, each.customer, each.title, each.number, each.id, 1)


def _cells(each: ItemRetention) -> Sequence[Value]:
    standing = each.standing
    line = ledger.archived_item(each.id)
    hashes = [file.sha256 for file in Sidecar.model_validate(line.sidecar).files] if line else []
    return (
        *_which(each),
        each.filed_on,
        "、".join(term.title for term in standing.terms),
        standing.decided_by.start_on,
        standing.until,
        standing.disposable_from,
        standing.decided_by.rule,
        "\n".join(hashes),
        "；".join(appraisal_words(one) for one in standing.appraisals),
    )


def _is_wanted(each: ItemRetention, chosen: Chosen) -> bool:
    if chosen.customer and chosen.customer not in {each.customer, *(target.id for target in each.targets)}:
        return False
    return chosen.class_id is None or chosen.class_id in each.standing.classes


def _is_over(each: ItemRetention) -> bool:
    return each.standing.state in OVER


def _held(each: ItemRetention) -> Iterable[Finding]:
    return (
        note("retention.back-held", each.id, case=hold.case, target=hold.target.id, on=hold.placed.on)
        for hold in each.standing.holds
    )


def _kept(each: ItemRetention) -> Iterable[Finding]:
    kept = each.standing.kept_by
    if kept:
        yield note("retention.back-appraised", each.id, by=kept.act.display, on=kept.act.on, reason=kept.act.reason)


def _clock_ahead(office: Office) -> Iterator[Finding]:
    latest = retention.newest_instant()
    if latest and office.now() - datetime.fromisoformat(latest) > QUIET:
        yield warning("retention.clock-ahead", "", now=office.now().date(), last=latest[:10])
