"""A batch to print: totals first, then customer by customer a separator sheet and the papers, in parts a hand can hold.

One file of twenty thousand pages cannot be opened, sent or stopped half-way at the copier. So a run is cut into parts
of at most so many pages and bytes, between customers where it can be; a customer with more than that goes on in the
next part behind a separator of its own. Every part begins with its own totals and says which part of how many it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby
from pathlib import Path

from docgen.papers.printrun import PrintRun, chunks
from docgen.rendering.covers import render_cover
from docgen.services.batch import BatchDone
from docgen.services.batch_item import ItemResult
from docgen.services.office import Office
from docgen.services.outside import require_outside
from docgen.workspace import data_root

_SHOWN = 300
"""Customers a summary page lists."""
_SEPARATORS_AT_ONCE = 40
_ZERO = Decimal("0.00")
_MB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class PartSize:
    """How large a part may grow: pages, separators counted, and bytes of the papers."""

    pages: int = 1000
    size: int = 200 * _MB


USUAL = PartSize()


@dataclass(frozen=True, slots=True)
class _Sheaf:
    """The papers of one customer in one part; `index` is the customer's place in the whole run."""

    index: int
    customer: str
    rows: list[ItemResult]
    is_continued: bool

    @property
    def pages(self) -> int:
        return sum(each.printed_pages for each in self.rows)

    @property
    def amount(self) -> Decimal:
        return sum((each.amount or _ZERO for each in self.rows), _ZERO)


@dataclass(slots=True)
class _Part:
    """A part being planned."""

    sheaves: list[_Sheaf] = field(default_factory=list)
    pages: int = 0
    size: int = 0

    def has_room(self, pages: int, size: int, most: PartSize) -> bool:
        return not self.sheaves or (self.pages + pages <= most.pages and self.size + size <= most.size)


def by_customer(done: BatchDone) -> Iterator[tuple[str, list[ItemResult]]]:
    """Yield the issued items by customer, sorted by customer, contract and number."""
    rows = sorted(done.issued, key=lambda each: (each.customer, each.contract_no, each.number))
    for who, each in groupby(rows, key=lambda one: one.customer):
        yield who, list(each)


def write_print_files(
    office: Office,
    done: BatchDone,
    out: Path,
    replace: Callable[[Path, Callable[[Path], object]], object],
    most: PartSize = USUAL,
) -> tuple[Path, ...]:
    """Write the run's parts into a folder; parts of an earlier writing that are none any more are taken away.

    Raises:
        Refused: services.inside-archive.
    """
    require_outside(office, out)
    parts = list(_parts(done, most))
    stem = f"批次 {done.order.id}"
    names = [f"{stem}.pdf"] if len(parts) == 1 else [f"{stem} 第{n}册.pdf" for n in range(1, len(parts) + 1)]
    paths = tuple(out / name for name in names)
    for number, (path, part) in enumerate(zip(paths, parts, strict=True), 1):
        replace(path, lambda to, number=number, part=part: _write(office, done, to, part, (number, len(parts))))  # type: ignore[misc]
    for old in (out / f"{stem}.pdf", *out.glob(f"{stem} 第*册.pdf")):
        if old not in paths:
            old.unlink(missing_ok=True)
    return paths


def _parts(done: BatchDone, most: PartSize) -> Iterator[_Part]:
    part = _Part()
    for index, (who, rows) in enumerate(by_customer(done), 1):
        sizes = [sum(file.stat().st_size for file in each.printed) for each in rows]
        if not part.has_room(1 + sum(each.printed_pages for each in rows), sum(sizes), most):
            yield part
            part = _Part()
        part.pages += 1
        part.sheaves.append(_Sheaf(index, who, [], is_continued=False))
        for each, size in zip(rows, sizes, strict=True):
            if part.sheaves[-1].rows and not part.has_room(each.printed_pages, size, most):
                yield part
                part = _Part([_Sheaf(index, who, [], is_continued=True)], pages=1)
            part.sheaves[-1].rows.append(each)
            part.pages, part.size = part.pages + each.printed_pages, part.size + size
    yield part


def _write(office: Office, done: BatchDone, path: Path, part: _Part, place: tuple[int, int]) -> None:
    """Write one part, paper after paper: what is written stays in no memory."""
    company = next(iter(office.companies.values())).name
    households = sum(1 for _ in by_customer(done))
    with path.open("wb") as out:
        run = PrintRun(out)
        run.add(_drawn(office, "print-summary", {"run": _summary(done, part, place, households)}, done, company))
        for some in chunks(part.sheaves, _SEPARATORS_AT_ONCE):
            sheets = [_separator(each, households, place) for each in some]
            drawn = _drawn(office, "print-separators", {"sheets": sheets}, done, company)
            for at, sheaf in enumerate(some):
                run.add(drawn, only=at)
                for file in (file for each in sheaf.rows for file in each.printed):
                    run.add(file.read_bytes())
        run.close(title=f"批次 {done.order.id} {done.title}{_said(place)}")


def _said(place: tuple[int, int]) -> str:
    return f" 第{place[0]}册，共{place[1]}册" if place[1] > 1 else ""


def _drawn(office: Office, name: str, values: dict[str, object], done: BatchDone, company: str) -> bytes:
    title = f"批次 {done.order.id}"
    return render_cover(
        data_root() / "templates", name, values, title=title, company=company, number=title, at=office.now()
    ).data


def _separator(sheaf: _Sheaf, of: int, place: tuple[int, int]) -> dict[str, object]:
    rows = sheaf.rows
    contracts = [f"{each.contract_no}　{each.title}　{each.number}{_bound(each)}" for each in rows[:20]]
    if len(rows) > len(contracts):
        contracts.append(f"…… 共 {len(rows)} 份")
    return {"customer": sheaf.customer + ("（续）" if sheaf.is_continued else ""), "index": sheaf.index, "of": of,
            "letters": len(rows), "contracts": contracts, "pages": sheaf.pages, "amount": f"¥{sheaf.amount:,}",
            "part": _said(place).strip()}  # fmt: skip


def _bound(each: ItemResult) -> str:
    return f"　附件 {each.attachments} 份" if each.packet else ""


def _summary(done: BatchDone, part: _Part, place: tuple[int, int], households: int) -> dict[str, object]:
    shown = [
        {"index": each.index, "customer": each.customer + ("（续）" if each.is_continued else ""),
         "letters": len(each.rows), "pages": each.pages, "amount": f"¥{each.amount:,}"}
        for each in part.sheaves[:_SHOWN]
    ]  # fmt: skip
    own = {"households": len(part.sheaves), "issued": sum(len(each.rows) for each in part.sheaves),
           "pages": sum(each.pages for each in part.sheaves),
           "amount": f"¥{sum((each.amount for each in part.sheaves), _ZERO):,}"}  # fmt: skip
    return {"id": done.order.id, "kind": done.title, "as_of": done.order.as_of.isoformat(), "issued": len(done.issued),
            "failed": len(done.failed), "pages": _pages(done.issued), "amount": f"¥{done.amount:,}", "customers": shown,
            "households": households, "further": len(part.sheaves) - len(shown), "part": _said(place).strip(),
            "own": own}  # fmt: skip


def _pages(rows: Sequence[ItemResult]) -> int:
    return sum(each.printed_pages for each in rows)
