"""What was agreed: the contract's terms, versioned by signed changes."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from docgen.deals.base import Count, Day, Flag, Model, Money, Name, Text, label
from docgen.deals.parties import BankAccount, Contact
from docgen.deals.penalty import PenaltyClause
from docgen.deals.plan import Instalment
from docgen.deals.pricing import PriceLine

_CLASSES = (
    "签订时的类型：large 大型企业，medium 中型企业，small 小型企业，micro 微型企业，"
    "government 机关，institution 事业单位"
)


class PaymentOrder(StrEnum):
    """What money that came late pays first (P4): the instalment itself, or the penalty that had accrued by then."""

    PRINCIPAL_FIRST = "principal_first"
    PENALTY_FIRST = "penalty_first"


class PartyClass(StrEnum):
    """What a party is at signing (中小企业划型标准); it decides which statutory payment terms apply (P16)."""

    LARGE = "large"
    MEDIUM = "medium"
    SMALL = "small"
    MICRO = "micro"
    GOVERNMENT = "government"
    INSTITUTION = "institution"

    @property
    def is_sme(self) -> bool:
        """Tell whether this is one of the 中小微企业 the statute protects."""
        return self in {PartyClass.MEDIUM, PartyClass.SMALL, PartyClass.MICRO}


class Contract(Model):
    """The contract's own data. Our number names the archive folder for ever; the customer's numbers are aliases."""

    number: Annotated[
        str | None, label("合同编号", "我方编号，建档时自动编 HT+日期+序号", pattern=r"^HT[0-9]{8}[0-9]{2,}$")
    ] = None
    title: Annotated[Name, label("合同名称")]
    order_number: Annotated[str | None, label("订单编号", "SO+日期+序号", pattern=r"^SO[0-9]{8}[0-9]{2,}$")] = None
    customer_numbers: Annotated[tuple[Name, ...], label("客户方合同编号")] = ()
    dated: Annotated[Day | None, label("合同日期", "合同文本上的日期，可早于签订日")] = None
    place: Annotated[Name | None, label("签订地点")] = None
    copies: Annotated[Count, label("份数", ge=1, le=20)] = 4
    owner: Annotated[Name, label("销售负责人")]
    customer_signer: Annotated[Contact | None, label("客户方签约代表")] = None


class DeliveryTerms(Model):
    """When and where we deliver."""

    due: Annotated[Day | None, label("交付日期", "与交付期限二选一")] = None
    days_after_signing: Annotated[Count | None, label("交付期限（天）", "签订后多少个自然日内交付", ge=1)] = None
    place: Annotated[Text, label("交付地点")]
    clause: Annotated[Name, label("合同条款")]


class AcceptanceStandard(Model):
    """One standard of the acceptance: item and what it must reach."""

    name: Annotated[Name, label("验收项目")]
    standard: Annotated[Text, label("标准要求")]


class AcceptanceTerms(Model):
    """How the customer accepts."""

    standards: Annotated[tuple[AcceptanceStandard, ...], label("验收标准", min_length=1)]
    deemed_after_days: Annotated[Count | None, label("视为通过期限（天）", "交付后多少日未提异议视为通过", ge=1)] = None
    clause: Annotated[Name, label("合同条款")]


class Warranty(Model):
    """The warranty; it begins on the day acceptance passed unless the contract says otherwise (R-2.3-06)."""

    months: Annotated[Count, label("质保期（月）", ge=0, le=120)]
    clause: Annotated[Name, label("合同条款")]


class Terms(Model):
    """Everything agreed, as of one version."""

    contract: Annotated[Contract, label("合同")]
    lines: Annotated[tuple[PriceLine, ...], label("价格明细", min_length=1)]
    total: Annotated[Money, label("合同总额（含税，元）", gt=0)]
    price_clause: Annotated[Name, label("价款条款")] = "第三条"
    account: Annotated[BankAccount, label("合同约定收款账户", "付款通知只印这个账户")]
    plan: Annotated[tuple[Instalment, ...], label("付款计划", min_length=1)]
    delivery: Annotated[DeliveryTerms, label("交付约定")]
    acceptance: Annotated[AcceptanceTerms, label("验收约定")]
    warranty: Annotated[Warranty | None, label("质保约定")] = None
    late_delivery: Annotated[PenaltyClause | None, label("逾期交付违约金", "我方逾期交付")] = None
    late_payment: Annotated[PenaltyClause | None, label("逾期付款违约金", "客户逾期付款；没有约定就不主张违约金")] = (
        None
    )
    rolls_due_dates: Annotated[Flag, label("应付日、交付日遇休息日顺延", "民法典 203 条；另有约定时填否")] = True
    rolls_fixed_dates: Annotated[Flag, label("约定的固定日期遇休息日顺延", "合同写明具体日期且不顺延时填否")] = True
    remind_days: Annotated[
        Count, label("到期提醒天数", "应付日前多少天起算到期提醒；不填按建档时的默认值", ge=0, le=90)
    ] = 7
    payment_order: Annotated[
        PaymentOrder,
        label("回款冲抵顺序", "principal_first 先冲本金，penalty_first 先冲违约金"),
    ] = PaymentOrder.PRINCIPAL_FIRST
    confidentiality_months: Annotated[
        Count | None, label("保密期限（月）", "合同终止后多少个月；不填为至信息合法公开之日", ge=1, le=600)
    ] = None
    dispute_clause: Annotated[Text | None, label("争议解决")] = None
    seller_class: Annotated[PartyClass | None, label("我方企业类型", _CLASSES)] = None
    seller_declared: Annotated[Flag, label("已告知中小企业身份", "订立合同时已主动告知客户我方属于中小企业")] = False
    buyer_class: Annotated[PartyClass | None, label("客户类型", _CLASSES)] = None
