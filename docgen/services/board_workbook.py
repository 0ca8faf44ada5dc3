"""The due board as a workbook for finance: the manual's 回款跟踪表, an instalment a row; the ageing with its chart."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from docgen.deals.standing import Stage
from docgen.errors import Refused
from docgen.exchange.report import Block, Form, Report, ReportColumn, Value, report_workbook
from docgen.receivables.aging import AgeingLine
from docgen.receivables.board import BoardRow
from docgen.receivables.stages import LetterSeen
from docgen.services.due_board import DueBoard
from docgen.services.make_workbook import SUFFIX, write_new

STAGE_WORDS = {Stage.REMINDER: "到期提醒", Stage.OVERDUE: "逾期", Stage.MAJOR: "重大逾期", None: ""}
FLAG_WORDS = {"disputed": "争议", "promised": "承诺", "paused": "暂停"}
_DUE = 3
_PRINTED = 17
"""Columns that go on paper: the manual's and what finance adds; the rest is for the screen."""
_COLUMNS = (
    ReportColumn("客户名称", width=26),
    ReportColumn("订单编号", width=18),
    ReportColumn("合同金额", Form.MONEY, 15),
    ReportColumn("应回款日期", Form.DAY, 19),
    ReportColumn("实际回款日期", Form.DAY, 13),
    ReportColumn("回款状态", width=18),
    ReportColumn("负责人", width=9),
    ReportColumn("逾期原因", width=20),
    ReportColumn("期次", Form.COUNT, 6),
    ReportColumn("应收", Form.MONEY, 15, is_summed=True),
    ReportColumn("已收", Form.MONEY, 15, is_summed=True),
    ReportColumn("未收", Form.MONEY, 15, is_summed=True),
    ReportColumn("逾期天数", Form.COUNT, 9),
    ReportColumn("违约金", Form.MONEY, 13, is_summed=True),
    ReportColumn("阶段", width=10),
    ReportColumn("预收/多付", Form.MONEY, 13, is_summed=True),
    ReportColumn("法定利息", Form.MONEY, 12, is_summed=True),
    ReportColumn("款项", width=9),
    ReportColumn("合同编号", width=17),
    ReportColumn("处理状态", width=9),
    ReportColumn("处理原因", width=20),
    ReportColumn("处理截止", Form.DAY, 12),
    ReportColumn("名义到期日", Form.DAY, 12),
    ReportColumn("付款条件", width=26),
    ReportColumn("触发日期", Form.DAY, 12),
    ReportColumn("触发凭据", width=20),
    ReportColumn("最近函件", width=26),
    ReportColumn("寄送情况", width=22),
    ReportColumn("时效保守截止", Form.DAY, 12),
    ReportColumn("下一步", width=40),
)
AGEING_HEADINGS = ("", "未到期", "逾期0–30天", "31–60天", "61–90天", "90天以上", "逾期合计", "未收合计")


@dataclass(frozen=True, slots=True)
class BoardWritten:
    """Where the workbook was written, and how many rows it holds."""

    path: Path
    rows: int


def write_board(board: DueBoard, out: Path) -> BoardWritten:
    """Write a board as a new workbook.

    Raises:
        Refused: the name does not end in .xlsx, or the file exists.
    """
    if out.suffix.lower() != SUFFIX:
        raise Refused.of("exchange.not-a-workbook-name", str(out))
    write_new(out, board_bytes(board))
    return BoardWritten(out, len(board.rows))


def board_bytes(board: DueBoard) -> bytes:
    """Return a board as xlsx bytes."""
    fresh = "；".join(f"{one.company} 回款数据截至 {one.as_of or '未登记'}" for one in board.payments)
    report = Report(
        name="回款跟踪表",
        heading=f"回款跟踪表  截至 {board.as_of.isoformat()}    {fresh}",
        columns=_COLUMNS,
        rows=[_cells(row) for row in board.rows],
        marked=frozenset(number for number, row in enumerate(board.rows) if row.stage is Stage.MAJOR),
        printed_columns=_PRINTED,
        provisional=frozenset((number, _DUE) for number, row in enumerate(board.rows) if row.is_provisional),
    )
    ageing = board.ageing
    blocks = [
        Block(f"账龄  截至 {board.as_of.isoformat()}（元）", AGEING_HEADINGS, [_line(ageing.total, "合计")]),
        Block("按客户", ("客户", *AGEING_HEADINGS[1:]), [_line(line) for line in ageing.by_customer]),
        Block("按负责人", ("负责人", *AGEING_HEADINGS[1:]), [_line(line) for line in ageing.by_owner]),
    ]
    return report_workbook(report, summary="账龄", blocks=blocks, chart_title="未收款账龄（元）")


def _line(line: AgeingLine, name: str | None = None) -> tuple[str | Decimal, ...]:
    return (name or line.name, line.not_due, line.to_30, line.to_60, line.to_90, line.over_90, line.overdue, line.total)


def _cells(row: BoardRow) -> tuple[Value, ...]:
    held = row.held
    return (
        row.customer,
        row.order_no,
        row.contract_total,
        row.due,
        row.paid_on,
        row.status_text,
        row.owner,
        row.delay_reason,
        row.seq,
        row.amount,
        row.paid,
        row.balance,
        row.overdue_days or None,
        row.penalty if row.penalty is not None else "无违约金条款",
        STAGE_WORDS[row.stage],
        row.advance or None,
        row.interest,
        row.title,
        row.contract_no,
        FLAG_WORDS.get(held.flag, "") if held else "",
        held.reason if held else _broken_words(row),
        held.until if held else None,
        row.due_nominal,
        row.trigger,
        row.triggered_on,
        "；".join(row.evidence),
        f"{row.last_letter.number} {row.last_letter.title}" if row.last_letter else "",
        letter_words(row.last_letter),
        row.limitation.until if row.limitation else None,
        row.next_step.why.sentence() if row.balance else "",
    )


def _broken_words(row: BoardRow) -> str:
    return f"还款协议自 {row.promise_broken_on.isoformat()} 起未履行" if row.promise_broken_on else ""


def letter_words(letter: LetterSeen | None) -> str:
    """Return in a few words what became of a letter."""
    if letter is None:
        return ""
    if letter.failed_on:
        return f"{letter.failed_on.isoformat()} 退回"
    if letter.delivered_on:
        proof = "有凭证" if letter.proof else "无凭证"
        return f"{letter.delivered_on.isoformat()} 送达（{proof}）"
    return f"{letter.sent_on.isoformat()} 已寄（{letter.channel}）" if letter.sent_on else "未登记寄出"
