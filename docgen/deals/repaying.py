"""What is agreed or told about money that is late: a repayment plan (还款协议), a change of our account (账户变更函).

Both are written down before their paper is made, as changes of the terms are. A repayment plan states principal and
penalty apart, because a statement of both replaces the contract's rate unless it says otherwise (买卖解释18); an
account changes only by an approved letter with evidence.
"""

from __future__ import annotations

from typing import Annotated

from docgen.deals.base import Count, Day, Flag, Model, Money, Name, Text, label
from docgen.deals.parties import BankAccount


class RepaymentPart(Model):
    """One payment of the plan."""

    on: Annotated[Day, label("还款日期", "不晚于这一天")]
    amount: Annotated[Money, label("金额（元）", gt=0)]


class Repayment(Model):
    """A plan for what is overdue: the instalments, principal and penalty apart, and payments that add up to both."""

    seq: Annotated[Count, label("序号", ge=1)]
    until: Annotated[Day, label("计算截止日", "本金和违约金算到这一天")]
    instalments: Annotated[tuple[Count, ...], label("对应期次", min_length=1)]
    principal: Annotated[Money, label("本金（元）", gt=0)]
    penalty: Annotated[Money, label("双方确认的违约金（元）", "合同没有约定的填 0.00", ge=0)]
    replaces_rate: Annotated[
        Flag, label("代替合同约定的违约金", "是：按期还清的，此后不再计算；否：合同约定的计算标准继续适用")
    ] = False
    parts: Annotated[tuple[RepaymentPart, ...], label("还款计划", "合计等于本金加违约金", min_length=1)]
    copies: Annotated[Count, label("份数", ge=1, le=20)] = 4
    withdrawn: Annotated[Text | None, label("撤回原因", "已撤回、不再使用的填写")] = None


class AccountChange(Model):
    """Our account changes: the new one, from which day, why, and what proves it."""

    seq: Annotated[Count, label("序号", ge=1)]
    on: Annotated[Day, label("启用日期", "从这一天起付至新账户")]
    account: Annotated[BankAccount, label("新账户")]
    reason: Annotated[Text, label("变更原因")]
    evidence: Annotated[Name, label("凭据", "开户许可证、银行证明等归档编号")]
    withdrawn: Annotated[Text | None, label("撤回原因", "已撤回、不再使用的填写")] = None
