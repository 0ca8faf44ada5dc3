"""What a batch hands over: a workbook of every item with its reason, and the papers as one zip or one print file."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from pathlib import Path

from docgen.archive.names import safe_name
from docgen.exchange.report import Block, Form, Report, ReportColumn, Value, report_workbook
from docgen.papers.printrun import PrintRun, chunks
from docgen.rendering.covers import render_cover
from docgen.services.batch import BatchDone
from docgen.services.batch_item import ItemResult
from docgen.services.office import Office
from docgen.services.outside import require_outside
from docgen.workspace import data_root

_COLUMNS = (
    ReportColumn("序号", Form.COUNT, 7),
    ReportColumn("结果", width=9),
    ReportColumn("合同编号", width=17),
    ReportColumn("客户", width=30),
    ReportColumn("所列编号", width=20),
    ReportColumn("文件编号", width=24),
    ReportColumn("函号", width=26),
    ReportColumn("名称", width=20),
    ReportColumn("页数", Form.COUNT, 7, is_summed=True),
    ReportColumn("金额", Form.MONEY, 16, is_summed=True),
    ReportColumn("原因或说明", width=60),
    ReportColumn("怎么办", width=50),
)
_SHOWN = 300
"""Customers the summary page lists."""
_SEPARATORS_AT_ONCE = 40
_ZERO = Decimal("0.00")
_FIXED = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Written:
    """Where the results lie: the workbook, and the zip or print file (None where nothing was issued)."""

    workbook: Path
    papers: Path | None


def write_results(office: Office, done: BatchDone, out: Path, *, as_print: bool = False) -> Written:
    """Write a batch's results into a folder; a second writing of the same batch takes the first one's place."""
    require_outside(office, out).mkdir(parents=True, exist_ok=True)
    workbook = out / f"批次 {done.order.id} 结果.xlsx"
    _replace(workbook, lambda path: path.write_bytes(_workbook(done)))
    if not done.issued:
        return Written(workbook, None)
    papers = out / f"批次 {done.order.id}.{'pdf' if as_print else 'zip'}"
    _replace(papers, lambda path: _print_file(office, done, path) if as_print else _zip(done, path))
    return Written(workbook, papers)


def _replace(target: Path, write: Callable[[Path], object]) -> None:
    part = target.with_name(f".{target.name}.part")
    write(part)
    part.replace(target)


def _workbook(done: BatchDone) -> bytes:
    rows = [_row(number, each) for number, each in enumerate(done.results, 1)]
    marked = frozenset(number for number, each in enumerate(done.results) if not each.is_issued)
    heading = f"批次 {done.order.id}　{done.title}　截至 {done.order.as_of.isoformat()}"
    report = Report("结果", heading, _COLUMNS, rows, marked=marked, frozen_columns=3)
    open_items = done.wanted - len(done.results)
    counts = Block(
        "汇总",
        ("", "项数", "页数", "金额"),
        [
            ("已出具", str(len(done.issued)), str(done.pages), done.amount),
            ("未出具", str(len(done.failed)), "", ""),
            ("未处理", str(open_items), "", ""),
        ],
    )
    named = [(who, str(len(each)), str(sum(one.pages for one in each)), _sum(each)) for who, each in by_customer(done)]
    blocks = [counts, Block("按客户", ("客户", "份数", "页数", "金额"), named)]
    return report_workbook(report, summary="汇总", blocks=blocks, chart_title=None)


def _row(number: int, each: ItemResult) -> tuple[Value, ...]:
    result = "未出具" if not each.is_issued else "此前已出具" if each.is_earlier else "已出具"
    why = "\n".join(finding.sentence() for finding in each.findings)
    remedy = "\n".join(dict.fromkeys(finding.remedy() for finding in each.findings if finding.remedy()))
    return (
        number, result, _plain(each.contract_no), _plain(each.customer), _plain(each.key), each.number,
        each.letter_number, each.title, each.pages or None, each.amount, _plain(why), _plain(remedy),
    )  # fmt: skip


def _plain(text: str) -> str:
    """Return text without control characters: a result must never fail for what a list had in it."""
    return "".join(char if char.isprintable() or char == "\n" else "�" for char in text)


def by_customer(done: BatchDone) -> Iterator[tuple[str, list[ItemResult]]]:
    """Yield the issued items by customer, sorted by customer, contract and number."""
    rows = sorted(done.issued, key=lambda each: (each.customer, each.contract_no, each.number))
    for who, each in groupby(rows, key=lambda one: one.customer):
        yield who, list(each)


def _sum(rows: Sequence[ItemResult]) -> Decimal:
    return sum((each.amount or _ZERO for each in rows), _ZERO)


def _zip(done: BatchDone, path: Path) -> None:
    """Write customer/contract/paper; names are UTF-8 and marked as such."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for who, rows in by_customer(done):
            for each in rows:
                for file in each.files:
                    name = f"{safe_name(who)}/{safe_name(each.contract_no)}/{safe_name(file.name)}"
                    entry = zipfile.ZipInfo(name, _FIXED)
                    entry.compress_type = zipfile.ZIP_DEFLATED
                    package.writestr(entry, file.read_bytes())


def _print_file(office: Office, done: BatchDone, path: Path) -> None:
    """Write totals first, then customer by customer a separator sheet and the papers."""
    groups = list(by_customer(done))
    company = next(iter(office.companies.values())).name
    with path.open("wb") as out:
        run = PrintRun(out)
        run.add(_drawn(office, "print-summary", {"run": _summary(done, groups)}, done, company))
        for part in chunks(list(enumerate(groups, 1)), _SEPARATORS_AT_ONCE):
            sheets = [_separator(index, len(groups), who, rows) for index, (who, rows) in part]
            drawn = _drawn(office, "print-separators", {"sheets": sheets}, done, company)
            for at, (_, (_, rows)) in enumerate(part):
                run.add(drawn, only=at)
                for file in (file for each in rows for file in each.files if file.suffix == ".pdf"):
                    run.add(file.read_bytes())
        run.close(title=f"批次 {done.order.id} {done.title}")


def _drawn(office: Office, name: str, values: dict[str, object], done: BatchDone, company: str) -> bytes:
    title = f"批次 {done.order.id}"
    return render_cover(
        data_root() / "templates", name, values, title=title, company=company, number=title, at=office.now()
    ).data


def _separator(index: int, of: int, who: str, rows: list[ItemResult]) -> dict[str, object]:
    contracts = [f"{each.contract_no}　{each.title}　{each.number}" for each in rows[:20]]
    if len(rows) > len(contracts):
        contracts.append(f"…… 共 {len(rows)} 份")
    return {"customer": who, "index": index, "of": of, "letters": len(rows), "contracts": contracts,
            "pages": sum(each.pages for each in rows), "amount": f"¥{_sum(rows):,}"}  # fmt: skip


def _summary(done: BatchDone, groups: list[tuple[str, list[ItemResult]]]) -> dict[str, object]:
    shown = [
        {"index": n, "customer": who, "letters": len(rows), "pages": sum(each.pages for each in rows),
         "amount": f"¥{_sum(rows):,}"}
        for n, (who, rows) in enumerate(groups[:_SHOWN], 1)
    ]  # fmt: skip
    return {"id": done.order.id, "kind": done.title, "as_of": done.order.as_of.isoformat(), "issued": len(done.issued),
            "failed": len(done.failed), "pages": done.pages, "amount": f"¥{done.amount:,}", "customers": shown,
            "households": len(groups), "further": len(groups) - len(shown)}  # fmt: skip
