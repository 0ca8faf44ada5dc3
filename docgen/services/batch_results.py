"""What a batch hands over: a workbook of every item with its reason, and the papers as one zip or as print files."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from docgen.archive.names import safe_name
from docgen.exchange.report import Block, Form, Report, ReportColumn, Value, report_workbook
from docgen.services.batch import BatchDone
from docgen.services.batch_item import ItemResult
from docgen.services.batch_print import by_customer, write_print_files
from docgen.services.office import Office
from docgen.services.outside import require_outside

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
_BOUND = (
    ReportColumn("附件份数", Form.COUNT, 9, is_summed=True),
    ReportColumn("合订页数", Form.COUNT, 9, is_summed=True),
)
"""Columns of a batch of packets."""
_ZERO = Decimal("0.00")
_FIXED = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Written:
    """Where the results lie: the workbook, and the zip or the first print file (None where nothing was issued)."""

    workbook: Path
    papers: Path | None
    further: tuple[Path, ...] = ()
    """The other parts of a large print run."""


def write_results(office: Office, done: BatchDone, out: Path, *, as_print: bool = False) -> Written:
    """Write a batch's results into a folder; a second writing of the same batch takes the first one's place."""
    require_outside(office, out).mkdir(parents=True, exist_ok=True)
    workbook = out / f"批次 {done.order.id} 结果.xlsx"
    _replace(workbook, lambda path: path.write_bytes(_workbook(done)))
    if not done.issued:
        return Written(workbook, None)
    if as_print:
        first, *further = write_print_files(office, done, out, _replace)
        return Written(workbook, first, tuple(further))
    papers = out / f"批次 {done.order.id}.zip"
    _replace(papers, lambda path: _zip(done, path))
    return Written(workbook, papers)


def _replace(target: Path, write: Callable[[Path], object]) -> None:
    part = target.with_name(f".{target.name}.part")
    write(part)
    part.replace(target)


def _workbook(done: BatchDone) -> bytes:
    rows = [_row(number, each, done) for number, each in enumerate(done.results, 1)]
    marked = frozenset(number for number, each in enumerate(done.results) if not each.is_issued)
    heading = f"批次 {done.order.id}　{done.title}　截至 {done.order.as_of.isoformat()}"
    columns = (*_COLUMNS, *_BOUND) if done.order.packets is not None else _COLUMNS
    report = Report("结果", heading, columns, rows, marked=marked, frozen_columns=3)
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


def _row(number: int, each: ItemResult, done: BatchDone) -> tuple[Value, ...]:
    result = "未出具" if not each.is_issued else "此前已出具" if each.is_earlier else "已出具"
    why = "\n".join(finding.sentence() for finding in each.findings)
    remedy = "\n".join(dict.fromkeys(finding.remedy() for finding in each.findings if finding.remedy()))
    more = (each.attachments or None, each.packet_pages or None) if done.order.packets is not None else ()
    return (
        number, result, _plain(each.contract_no), _plain(each.customer), _plain(each.key), each.number,
        each.letter_number, each.title, each.pages or None, each.amount, _plain(why), _plain(remedy),
        *more,
    )  # fmt: skip


def _plain(text: str) -> str:
    """Return text without control characters: a result must never fail for what a list had in it."""
    return "".join(char if char.isprintable() or char == "\n" else "�" for char in text)


def _sum(rows: Sequence[ItemResult]) -> Decimal:
    return sum((each.amount or _ZERO for each in rows), _ZERO)


def _zip(done: BatchDone, path: Path) -> None:
    """Write customer/contract/paper; names are UTF-8 and marked as such."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for who, rows in by_customer(done):
            for each in rows:
                for file in _handed_over(each):
                    name = f"{safe_name(who)}/{safe_name(each.contract_no)}/{safe_name(file.name)}"
                    entry = zipfile.ZipInfo(name, _FIXED)
                    entry.compress_type = zipfile.ZIP_DEFLATED
                    package.writestr(entry, file.read_bytes())


def _handed_over(each: ItemResult) -> tuple[Path, ...]:
    """Return an item's files; a packet has the letter in it and stands in place of the letter's own PDF."""
    return (each.packet, *(file for file in each.files if file.suffix != ".pdf")) if each.packet else each.files
