"""The payment plan as data: any split, each part hanging on events plus a term (3-3-4, 3-6-1 and 3-4-3 are presets)."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from docgen.deals.base import Count, Day, Model, Money, Name, Rate, label


class InstalmentKind(StrEnum):
    """What an instalment is called; its letter series follow (YF, JD, WK)."""

    ADVANCE = "advance"
    PROGRESS = "progress"
    FINAL = "final"


class TriggerEvent(StrEnum):
    """The events money may hang on."""

    SIGNED = "signed"
    NOTICE_RECEIVED = "notice_received"
    INVOICE_RECEIVED = "invoice_received"
    DELIVERED = "delivered"
    ACCEPTED = "accepted"
    WARRANTY_ENDED = "warranty_ended"
    FIXED_DATE = "fixed_date"


class TermUnit(StrEnum):
    """Natural days, working days by the State Council calendar, or months ending on the corresponding day."""

    DAY = "day"
    WORKDAY = "workday"
    MONTH = "month"


class Condition(Model):
    """One event a payment waits for; `number` names the delivery or acceptance where there are several."""

    event: Annotated[TriggerEvent, label("事件")]
    number: Annotated[Count | None, label("第几次", "交付、验收有多次时填写；不填表示全部完成", ge=1)] = None
    on: Annotated[Day | None, label("固定日期", "事件为 fixed_date 时必填")] = None


class Trigger(Model):
    """All conditions must have happened; the latest one starts the term; its first day is not counted (民法典 201)."""

    all_of: Annotated[tuple[Condition, ...], label("条件", "全部满足才起算", min_length=1)]
    term: Annotated[Count, label("期限", "条件满足后多少天（月）内付款", ge=0, le=3650)] = 0
    unit: Annotated[TermUnit, label("期限单位")] = TermUnit.DAY


class Instalment(Model):
    """One part of the price: a share of the total or a fixed amount, never both."""

    seq: Annotated[Count, label("期次", ge=1)]
    kind: Annotated[InstalmentKind, label("款项", "advance 预付款，progress 进度款，final 尾款")]
    share: Annotated[Rate | None, label("比例", "0.30 即 30%")] = None
    amount: Annotated[Money | None, label("金额（元）", "与比例二选一", gt=0)] = None
    trigger: Annotated[Trigger, label("付款条件")]
    clause: Annotated[Name, label("合同条款", "例如 第四条第1款")]
