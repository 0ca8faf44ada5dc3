"""A proposal as a workbook, for those who are to approve it: every item with why its term is over, and its hashes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from docgen.errors import Refused
from docgen.exchange.report import Form, Report, ReportColumn, Value, list_workbook
from docgen.retention.disposal import Proposal, ProposedItem
from docgen.services.make_workbook import SUFFIX, write_new

_COLUMNS = (
    ReportColumn("序号", Form.COUNT, 7),
    ReportColumn("合同编号", width=18),
    ReportColumn("客户名称", width=26),
    ReportColumn("题名", width=24),
    ReportColumn("文号", width=26),
    ReportColumn("种类", width=16),
    ReportColumn("档号", width=22),
    ReportColumn("归档件号", width=19),
    ReportColumn("页数", Form.COUNT, 7, is_summed=True),
    ReportColumn("文件数", Form.COUNT, 8, is_summed=True),
    ReportColumn("保管类别", width=18),
    ReportColumn("规则", width=20),
    ReportColumn("起算日", Form.DAY, 12),
    ReportColumn("依据", width=28),
    ReportColumn("保存至", Form.DAY, 12),
    ReportColumn("SHA-256", width=40),
    ReportColumn("结果", width=30),
)


def write_proposal(found: Proposal, out: Path) -> int:
    """Write a proposal as a new workbook; return how many rows.

    Raises:
        Refused: the name does not end in .xlsx, or the file exists.
    """
    if out.suffix.lower() != SUFFIX:
        raise Refused.of("exchange.not-a-workbook-name", str(out))
    heading = (
        f"销毁建议 {found.id}  截至 {found.as_of.isoformat()}  理由：{found.reason}  提出：{found.proposed.display}"
    )
    fates = fates_of(found)
    rows = [_cells(number, each, fates) for number, each in enumerate(found.items, 1)]
    write_new(out, list_workbook(Report("销毁建议", heading, _COLUMNS, rows, frozen_columns=4)))
    return len(rows)


def fates_of(found: Proposal) -> Mapping[str, str]:
    """Return in words what became of the items that do not go, by id."""
    struck = {each.item: f"移出：{each.why}" for each in found.struck}
    kept = {each.item: f"未销毁：{each.why}" for each in (*found.skipped, *found.spared)}
    return struck | kept


def _cells(number: int, each: ProposedItem, fates: Mapping[str, str]) -> Sequence[Value]:
    return (
        number,
        each.contract_no,
        each.customer,
        each.title,
        each.number,
        each.kind,
        each.archive_no,
        each.id,
        each.pages,
        each.files,
        each.class_title,
        each.rule,
        _day(each.started_on),
        each.evidence,
        _day(each.until),
        "\n".join(each.hashes),
        fates.get(each.id, ""),
    )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
