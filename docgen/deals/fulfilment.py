"""What happened after signing: deliveries, acceptances, invoices, payments, notices, termination. Facts, not terms."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from docgen.deals.base import Count, Day, Flag, Model, Money, Name, Quantity, Text, label

_TIME = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"


class Signature(Model):
    """The days both sides signed; the later one counts."""

    ours: Annotated[Day, label("我方签订日期")]
    theirs: Annotated[Day, label("客户签订日期")]
    form: Annotated[Name, label("形式", "paper_original 纸质原件，stamped_scan 盖章扫描件，e_signed 电子签名")] = (
        "paper_original"
    )
    evidence: Annotated[Text | None, label("凭据")] = None

    @property
    def later_day(self) -> date:
        """The day the contract came into being: the later signature."""
        return max(self.ours, self.theirs)


class DeliveredLine(Model):
    """How many of a price line were handed over."""

    line: Annotated[Count, label("明细行号", ge=1)]
    quantity: Annotated[Quantity, label("数量", gt=0)]


class Delivery(Model):
    """One delivery; partial deliveries are several."""

    seq: Annotated[Count, label("交付次序", ge=1)]
    on: Annotated[Day, label("交付日期")]
    lines: Annotated[tuple[DeliveredLine, ...], label("交付内容", "不填表示全部")] = ()
    dispatched_on: Annotated[Day | None, label("发货日期")] = None
    dispatched_time: Annotated[
        str | None, label("发货时间", "24小时制，例如 14:30；不填按当日24时计", pattern=_TIME)
    ] = None
    tracking: Annotated[Name | None, label("物流单号")] = None
    tracking_told_on: Annotated[Day | None, label("物流单号告知日期", "发货后24小时内告知客户")] = None
    tracking_told_time: Annotated[str | None, label("物流单号告知时间", "24小时制，例如 09:15", pattern=_TIME)] = None
    evidence: Annotated[Text | None, label("凭据")] = None


class AcceptanceItem(Model):
    """One tested item: the standard, the result, and whether it passed (表8)."""

    name: Annotated[Name, label("验收项目")]
    standard: Annotated[Text, label("标准要求")]
    result: Annotated[Text, label("验收结果")]
    passed: Annotated[Flag, label("是否通过")]
    remedy: Annotated[Text | None, label("整改说明", "结果低于标准却判通过时必填")] = None
    retested_on: Annotated[Day | None, label("复测日期", "结果低于标准却判通过时必填")] = None
    below_standard: Annotated[Flag, label("原始结果低于标准", "为是时须有整改说明和复测日期")] = False


class AcceptanceResult(StrEnum):
    """Passed and deemed passed start money clocks; failed starts none (P10)."""

    PASSED = "passed"
    FAILED = "failed"
    DEEMED = "deemed"


class Acceptance(Model):
    """One acceptance as it was held."""

    seq: Annotated[Count, label("验收次序", ge=1)]
    on: Annotated[Day, label("验收日期")]
    place: Annotated[Name, label("验收地点")]
    people: Annotated[tuple[Name, ...], label("验收人员", min_length=1)]
    items: Annotated[tuple[AcceptanceItem, ...], label("验收项目", min_length=1)]
    result: Annotated[AcceptanceResult, label("验收结论", "passed 通过，failed 未通过，deemed 视为通过")]
    basis: Annotated[Name | None, label("视为通过的条款", "结论为视为通过时必填")] = None
    rectification: Annotated[Text | None, label("整改项", "未通过时必填")] = None
    rectify_by: Annotated[Day | None, label("整改期限", "未通过时必填")] = None
    deliveries: Annotated[tuple[Count, ...], label("对应交付", "不填表示全部")] = ()


class Invoice(Model):
    """An invoice we issued; the day it was received may start a term."""

    number: Annotated[Name, label("发票号码")]
    on: Annotated[Day, label("开票日期")]
    amount: Annotated[Money, label("价税合计（元）", gt=0)]
    instalment: Annotated[Count | None, label("对应期次")] = None
    received_on: Annotated[Day | None, label("客户签收日期")] = None


class Payment(Model):
    """Money that arrived, as the bank shows it."""

    seq: Annotated[Count, label("序号", ge=1)]
    on: Annotated[Day, label("到账日期")]
    amount: Annotated[Money, label("金额（元）", gt=0)]
    instalment: Annotated[Count | None, label("对应期次", "不填按到期先后冲抵本金")] = None
    reference: Annotated[Name | None, label("银行流水号")] = None


class Refund(Model):
    """Money we paid back because it was more than was owed, as the bank shows it."""

    seq: Annotated[Count, label("序号", ge=1)]
    on: Annotated[Day, label("退款日期")]
    amount: Annotated[Money, label("退款金额（元）", gt=0)]
    reason: Annotated[Text, label("退款原因")]
    reference: Annotated[Name | None, label("银行流水号")] = None
    evidence: Annotated[Text | None, label("凭据")] = None


class Notice(Model):
    """A notice that reached the customer and that a term hangs on."""

    seq: Annotated[Count, label("序号", ge=1)]
    what: Annotated[Name, label("通知名称")]
    instalment: Annotated[Count | None, label("对应期次")] = None
    received_on: Annotated[Day, label("送达日期")]
    evidence: Annotated[Text | None, label("凭据")] = None


class TerminationGround(StrEnum):
    """How a contract ends (民法典 557)."""

    PERFORMED = "performed"
    AGREED = "agreed"
    NOTICE = "notice"


class Termination(Model):
    """The end of the contract; retention starts here."""

    on: Annotated[Day, label("终止日期", "解除的，为通知到达之日")]
    ground: Annotated[TerminationGround, label("终止原因", "performed 履行完毕，agreed 协商，notice 通知解除")]
    evidence: Annotated[Text, label("凭据")]
