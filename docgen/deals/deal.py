"""The whole record of a deal: parties, terms, changes, facts, and what only we may see."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Protocol

from pydantic import Field, field_validator

from docgen.deals.base import Count, Day, Flag, Model, Money, Name, Rate, Text, label
from docgen.deals.changes import Change
from docgen.deals.fulfilment import Acceptance, Delivery, Invoice, Notice, Payment, Refund, Signature, Termination
from docgen.deals.handling import Delay, HandlingFlag, OverdueReason, TaskDone, WriteOff
from docgen.deals.parties import Company, Customer
from docgen.deals.proposal import Proposal
from docgen.deals.repaying import AccountChange, Repayment
from docgen.deals.terms import Terms

SCHEMA = 1
"""The schema number this program writes; older records are lifted by docgen.deals.upcast."""


class _Numbered(Protocol):
    """A fact with a running number."""

    seq: int


class ChangeSignature(Model):
    """A person's word that a change came back signed by both; it is in force from the later day."""

    change: Annotated[Count, label("变更次序", ge=1)]
    ours: Annotated[Day, label("我方签署日期")]
    theirs: Annotated[Day, label("客户签署日期")]
    evidence: Annotated[Text | None, label("凭据", "归档扫描件编号")] = None

    @property
    def later_day(self) -> date:
        """The day the change came into force: the later signature (P15)."""
        return max(self.ours, self.theirs)


class FollowUp(Model):
    """One contact with the customer (表2)."""

    on: Annotated[Day, label("跟进时间")]
    by: Annotated[Name, label("负责人")]
    summary: Annotated[Text, label("跟进内容摘要")]
    feedback: Annotated[Text | None, label("客户反馈")] = None
    next_step: Annotated[Text | None, label("下一步计划")] = None


class Facts(Model):
    """What happened. Facts are only ever added; a wrong one is withdrawn by a counter-event, never edited.

    Each list stands in the order of its numbers (invoices by day), however the record's file orders it.
    """

    signature: Annotated[Signature | None, label("合同签订")] = None
    change_signatures: Annotated[tuple[ChangeSignature, ...], label("补充协议签署")] = ()
    deliveries: Annotated[tuple[Delivery, ...], label("交付")] = ()
    acceptances: Annotated[tuple[Acceptance, ...], label("验收")] = ()
    invoices: Annotated[tuple[Invoice, ...], label("发票")] = ()
    payments: Annotated[tuple[Payment, ...], label("回款")] = ()
    refunds: Annotated[tuple[Refund, ...], label("退款", "多付款项的退还")] = ()
    notices: Annotated[tuple[Notice, ...], label("送达通知")] = ()
    flags: Annotated[tuple[HandlingFlag, ...], label("处理状态", "争议、承诺、暂停")] = ()
    overdue_reasons: Annotated[tuple[OverdueReason, ...], label("逾期原因")] = ()
    write_offs: Annotated[tuple[WriteOff, ...], label("核销")] = ()
    delays: Annotated[tuple[Delay, ...], label("交付延迟")] = ()
    tasks_done: Annotated[tuple[TaskDone, ...], label("已办事项")] = ()
    termination: Annotated[Termination | None, label("合同终止")] = None

    @field_validator("change_signatures", mode="after")
    @classmethod
    def _by_change(cls, facts: tuple[ChangeSignature, ...]) -> tuple[ChangeSignature, ...]:
        return tuple(sorted(facts, key=lambda each: each.change))

    @field_validator(
        "deliveries",
        "acceptances",
        "payments",
        "refunds",
        "notices",
        "flags",
        "overdue_reasons",
        "delays",
        "tasks_done",
        mode="after",
    )
    @classmethod
    def _by_seq(cls, facts: tuple[_Numbered, ...]) -> tuple[_Numbered, ...]:
        return tuple(sorted(facts, key=lambda each: each.seq))

    @field_validator("write_offs", mode="after")
    @classmethod
    def _by_instalment(cls, facts: tuple[WriteOff, ...]) -> tuple[WriteOff, ...]:
        return tuple(sorted(facts, key=lambda each: each.instalment))

    @field_validator("invoices", mode="after")
    @classmethod
    def _by_day(cls, facts: tuple[Invoice, ...]) -> tuple[Invoice, ...]:
        return tuple(sorted(facts, key=lambda each: (each.on, each.number)))


class DecisionFactor(Model):
    """What the customer decides by, and how much it weighs (表3, R-2.2-10)."""

    name: Annotated[Name, label("决策因素", internal=True)]
    weight: Annotated[Rate, label("权重", "0.4 即 40%，合计 100%", internal=True)]


class GradeYear(StrEnum):
    """Which year's signed totals make the customer's maintenance grade (P8)."""

    CALENDAR = "calendar"
    TRAILING = "trailing"


class Internal(Model):
    """For our eyes only: no paper for customers, no export, no file property ever carries these."""

    floor_price: Annotated[Money | None, label("我方底线（元）", internal=True)] = None
    customer_ceiling: Annotated[Money | None, label("客户底线（元）", internal=True)] = None
    budget: Annotated[Name | None, label("预算范围", internal=True)] = None
    decision_factors: Annotated[tuple[DecisionFactor, ...], label("客户决策因素", internal=True)] = ()
    notes: Annotated[Text | None, label("内部备注", internal=True)] = None
    follow_ups: Annotated[tuple[FollowUp, ...], label("跟进记录", internal=True)] = ()
    is_strategic: Annotated[Flag, label("战略客户", internal=True)] = False
    grade_year: Annotated[GradeYear, label("客户分级年度", "calendar 自然年，trailing 近十二个月", internal=True)] = (
        GradeYear.CALENDAR
    )


class Deal(Model):
    """One deal, as written down: the original terms, the changes, the facts so far."""

    schema_number: Annotated[Count, Field(alias="schema"), label("格式版本")] = SCHEMA
    company: Annotated[Company, label("我方公司")]
    customer: Annotated[Customer, label("客户")]
    terms: Annotated[Terms, label("约定")]
    changes: Annotated[tuple[Change, ...], label("变更")] = ()
    proposal: Annotated[Proposal | None, label("方案与报价", "签约前的方案书和报价单")] = None
    repayments: Annotated[tuple[Repayment, ...], label("还款安排", "逾期款项的还款协议")] = ()
    account_changes: Annotated[tuple[AccountChange, ...], label("账户变更", "我方收款账户的变更")] = ()
    facts: Annotated[Facts, label("事实")] = Facts()
    internal: Annotated[Internal, label("内部资料", internal=True)] = Internal()
