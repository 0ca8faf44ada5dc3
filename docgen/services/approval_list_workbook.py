"""A list of letters that wait for approval as a workbook, for whoever is to agree and wants to see each line."""

from __future__ import annotations

from decimal import Decimal

from docgen.exchange.report import Form, Report, ReportColumn, Value, list_workbook
from docgen.services.bulk_approvals import LetterTold, ListTold

_COLUMNS = (
    ReportColumn("序号", Form.COUNT, 7),
    ReportColumn("审批编号", width=22),
    ReportColumn("合同编号", width=17),
    ReportColumn("客户", width=30),
    ReportColumn("期次", width=44),
    ReportColumn("金额", Form.MONEY, 16, is_summed=True),
    ReportColumn("合同总额", width=18),
    ReportColumn("申请人", width=10),
    ReportColumn("申请日期", Form.DAY, 12),
    ReportColumn("等待", width=20),
    ReportColumn("已同意", width=30),
)


def list_as_workbook(found: ListTold) -> bytes:
    """Return the list as xlsx: a line a letter, what it asks for summed, letters already agreed to by name."""
    heading = f"{found.id}　{found.title}　截至 {found.as_of.isoformat()}　合并审批"
    rows = [_row(number, each) for number, each in enumerate(found.letters, 1)]
    return list_workbook(Report("合并审批", heading, _COLUMNS, rows, marked=frozenset(), frozen_columns=3))


def _row(number: int, each: LetterTold) -> tuple[Value, ...]:
    found = each.told.approval
    agreed = "；".join(f"{act.post} {act.person} {act.on.isoformat()}" for act in found.approvals)
    total = dict(found.summary).get("合同总额", "")
    return (
        number, found.id, found.contract_no, each.customer, each.about, Decimal(found.amount), total,
        found.requested_display, found.requested_on, "、".join(each.told.waiting), agreed,
    )  # fmt: skip
