"""What people decide or do beside the papers: disputes and promises, write-offs, causes of delay, duties done.

These are facts like the others: dated, only ever added, taken back by a counter-event. None of them moves a due day;
they say how an open claim is handled (P12), whose delay it was (R-2.6-04), and that a duty was seen to.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from docgen.deals.base import Count, Day, Model, Name, Text, label


class FlagKind(StrEnum):
    """The handling axis of P12, beside the payment state; `none` lifts an earlier flag."""

    NONE = "none"
    DISPUTED = "disputed"
    PROMISED = "promised"
    PAUSED = "paused"


class HandlingFlag(Model):
    """How one instalment, or all of them, is handled from a day until a day, and why."""

    seq: Annotated[Count, label("序号", ge=1)]
    on: Annotated[Day, label("登记日期", "从这一天起")]
    instalment: Annotated[Count | None, label("对应期次", "不填表示各期")] = None
    flag: Annotated[FlagKind, label("处理状态", "disputed 争议，promised 承诺，paused 暂停，none 解除")]
    reason: Annotated[Text, label("原因")]
    until: Annotated[Day | None, label("截止日期", "到这一天为止；解除时不填")] = None
    evidence: Annotated[Text | None, label("凭据")] = None
    repayment: Annotated[
        Count | None, label("还款安排序号", "由签署归档的还款协议产生；某一期未按时还款即不再有效", ge=1)
    ] = None


class OverdueCause(StrEnum):
    """Why money is late (R-2.5-07)."""

    INTERNAL = "internal"
    FUNDS = "funds"
    QUALITY = "quality"
    INVOICE = "invoice"
    OTHER = "other"

    @property
    def words(self) -> str:
        """The manual's own word for it."""
        return _CAUSES[self]


_CAUSES = {
    OverdueCause.INTERNAL: "内部流程延迟",
    OverdueCause.FUNDS: "资金紧张",
    OverdueCause.QUALITY: "质量争议",
    OverdueCause.INVOICE: "票据问题",
    OverdueCause.OTHER: "其他",
}


class OverdueReason(Model):
    """Why one instalment, or all of them, is late, as found out on a day; the latest told counts."""

    seq: Annotated[Count, label("序号", ge=1)]
    on: Annotated[Day, label("登记日期", "查明原因的日期")]
    instalment: Annotated[Count | None, label("对应期次", "不填表示各期")] = None
    cause: Annotated[
        OverdueCause,
        label("原因类别", "internal 内部流程延迟，funds 资金紧张，quality 质量争议，invoice 票据问题，other 其他"),
    ]
    reason: Annotated[Text | None, label("具体原因", "类别为其他时必填")] = None
    evidence: Annotated[Text | None, label("凭据")] = None

    @property
    def words(self) -> str:
        """Say it in one line: 资金紧张：客户资金审批延迟."""
        return f"{self.cause.words}：{self.reason}" if self.reason else self.cause.words


class WriteOff(Model):
    """The open rest of an instalment is given up in the books (核销); it is no longer asked for."""

    instalment: Annotated[Count, label("对应期次", ge=1)]
    on: Annotated[Day, label("核销日期")]
    reason: Annotated[Text, label("核销原因")]
    evidence: Annotated[Text | None, label("凭据", "审批单编号")] = None


class DelayCause(StrEnum):
    """Whose delay it is (R-2.6-04)."""

    SELLER = "seller"
    CUSTOMER = "customer"
    THIRD_PARTY = "third_party"


class Delay(Model):
    """A delay of our delivery, foreseen or come; days the customer caused do not count against us."""

    seq: Annotated[Count, label("序号", ge=1)]
    on: Annotated[Day, label("发现日期")]
    cause: Annotated[DelayCause, label("责任方", "seller 我方，customer 客户，third_party 第三方")]
    reason: Annotated[Text, label("延迟原因")]
    from_day: Annotated[Day | None, label("影响开始日", "客户原因时填写，含当日")] = None
    to_day: Annotated[Day | None, label("影响结束日", "客户原因时填写，含当日")] = None
    expected_on: Annotated[Day | None, label("预计恢复时间")] = None
    remedy: Annotated[Text | None, label("补救措施")] = None
    evidence: Annotated[Text | None, label("凭据")] = None


class TaskDone(Model):
    """A duty with a deadline that no paper proves was seen to: a call, an upload, a visit."""

    seq: Annotated[Count, label("序号", ge=1)]
    rule: Annotated[Name, label("规则编号", "例如 R-2.4-13", pattern=r"^R-2\.[0-9]-[0-9]{2}$")]
    number: Annotated[Count | None, label("第几次", "对应的交付、验收或期次；不填表示各次", ge=1)] = None
    on: Annotated[Day, label("完成日期")]
    by: Annotated[Name | None, label("完成人")] = None
    evidence: Annotated[Text | None, label("凭据")] = None
