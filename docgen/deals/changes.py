"""Changes of the terms: asked for, written down as a 补充协议, and in force only from the later signature (P15)."""

from __future__ import annotations

from typing import Annotated

from docgen.deals.base import Count, Day, Model, Money, Name, Text, label
from docgen.deals.plan import Instalment
from docgen.deals.pricing import PriceLine
from docgen.deals.terms import AcceptanceTerms, DeliveryTerms, Warranty


class NewTerms(Model):
    """The parts of the terms that a change replaces; what is not given stays as it was."""

    lines: Annotated[tuple[PriceLine, ...] | None, label("变更后价格明细")] = None
    total: Annotated[Money | None, label("变更后合同总额（元）")] = None
    plan: Annotated[tuple[Instalment, ...] | None, label("变更后付款计划")] = None
    delivery: Annotated[DeliveryTerms | None, label("变更后交付约定")] = None
    acceptance: Annotated[AcceptanceTerms | None, label("变更后验收约定")] = None
    warranty: Annotated[Warranty | None, label("变更后质保约定")] = None


class WordedChange(Model):
    """A change of wording that no field of the record carries: clause, old text, new text."""

    clause: Annotated[Name, label("条款")]
    subject: Annotated[Name, label("事项")]
    old: Annotated[Text, label("原约定")]
    new: Annotated[Text, label("变更后")]


class Change(Model):
    """One change. Old and new values are printed from the record itself, so neither can be mistyped."""

    seq: Annotated[Count, label("变更次序", ge=1)]
    requested_on: Annotated[Day, label("提出日期")]
    requested_by: Annotated[Name, label("提出方", "customer 客户，seller 我方")] = "customer"
    reason: Annotated[Text, label("变更原因")]
    impact: Annotated[Text | None, label("影响", "例如 交付周期延长7天")] = None
    new: Annotated[NewTerms, label("新约定")] = NewTerms()
    worded: Annotated[tuple[WordedChange, ...], label("其他文字变更")] = ()
    copies: Annotated[Count, label("份数", ge=1, le=20)] = 4
