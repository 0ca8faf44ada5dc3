"""What is said before there is a contract: the customer's needs, our answer to each, the price, and what came back.

The proposal is a part of the record of its own, beside the terms. Its price is the price of the terms: price lines say
what is to be paid, `line_details` add the list price and the cost category, and discounts say why one differs from the
other. Whoever changes a proposal raises its version (V1.0, V1.1, V2.0); the versions before stay in `earlier_versions`.
What the customer weighs (决策因素) and may spend (预算) is not here but in the internal part of the record.
"""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated

from docgen.deals.base import Count, Day, Model, Money, Name, Rate, Text, UnitPrice, label

VERSION = r"^V[1-9][0-9]{0,2}\.(0|[1-9][0-9]{0,2})$"
"""V1.0 is the first (R-2.2-11)."""


class NeedPriority(StrEnum):
    """How urgent the customer calls a need (表3)."""

    HIGH = "high"
    MIDDLE = "middle"
    LOW = "low"


class CostCategory(StrEnum):
    """Under which heading a price line is added up (R-2.2-04)."""

    HARDWARE = "hardware"
    SOFTWARE = "software"
    SERVICE = "service"


class Survey(Model):
    """When and with whom the needs were found out; the customer's contact signs the survey (表3, R-2.2-01)."""

    on: Annotated[Day, label("调研时间")]
    by: Annotated[Name, label("调研人")]
    contact: Annotated[Name, label("联系人")]
    role: Annotated[Name | None, label("职务")] = None
    signed_on: Annotated[Day | None, label("客户签字日期", "纸质签字或电子签字均可")] = None


class Need(Model):
    """One need of the customer, and how the proposal answers it; every need is answered (R-2.2-03)."""

    seq: Annotated[Count, label("需求序号", ge=1)]
    category: Annotated[Name, label("需求类别", "例如 效率提升、成本控制")]
    current: Annotated[Text, label("现状描述")]
    target: Annotated[Text, label("期望目标")]
    priority: Annotated[NeedPriority, label("优先级", "high 高，middle 中，low 低")]
    answer: Annotated[Text | None, label("方案回应", "方案如何满足这项需求；出具方案书前必须填写")] = None


class Module(Model):
    """One part of what we offer."""

    name: Annotated[Name, label("功能模块")]
    content: Annotated[Text, label("模块内容")]


class Step(Model):
    """One step of the work, in natural days, and what it ends with."""

    seq: Annotated[Count, label("步骤序号", ge=1)]
    name: Annotated[Name, label("实施步骤")]
    content: Annotated[Text, label("工作内容")]
    days: Annotated[Count, label("周期（天）", "自然日", ge=1, le=3650)]
    milestone: Annotated[Name, label("里程碑", "本步骤完成的标志")]


class Effect(Model):
    """What the customer gains, in figures (R-2.2-12)."""

    name: Annotated[Name, label("效果指标")]
    current: Annotated[Name | None, label("现状值")] = None
    expected: Annotated[Name, label("预期值", "必须量化，例如 ≤1小时/天")]
    measured_by: Annotated[Name | None, label("衡量方法")] = None


class ReferenceCase(Model):
    """A deal we did for somebody else, told without telling for whom (R-2.2-05)."""

    client: Annotated[Name, label("案例客户", "必须脱敏，例如 某互联网企业")]
    background: Annotated[Text, label("项目背景")]
    result: Annotated[Text, label("实施成果")]


class LineDetail(Model):
    """What a quotation says of a price line besides: its list price and the heading it is added up under."""

    line: Annotated[Count, label("价格明细序号", "价格明细中的第几行", ge=1)]
    category: Annotated[
        CostCategory | None, label("费用分类", "hardware 硬件，software 软件，service 服务费；不填按产品、服务归类")
    ] = None
    list_unit_price: Annotated[UnitPrice | None, label("目录单价（元）", "优惠前的含税单价；没有优惠可不填", ge=0)] = (
        None
    )


class Discount(Model):
    """A discount, shown as a line of its own; its base is the list price of the lines it is given on (R-2.2-04)."""

    name: Annotated[Name, label("优惠名称", "例如 年付享9折")]
    lines: Annotated[tuple[Count, ...], label("适用明细", "价格明细序号；不填表示全部")] = ()
    rate: Annotated[Rate | None, label("折扣", "0.9 即九折，与优惠金额二选一")] = None
    amount: Annotated[Money | None, label("优惠金额（元）", "与折扣二选一", gt=0)] = None


class Feedback(Model):
    """What the customer objected to, and what became of it (表4); closed by solution, owner and day."""

    seq: Annotated[Count, label("反馈序号", ge=1)]
    version: Annotated[str, label("方案版本", "反馈针对的版本，例如 V1.0", pattern=VERSION)]
    on: Annotated[Day, label("反馈时间")]
    by: Annotated[Name, label("反馈人")]
    objection: Annotated[Text, label("异议内容")]
    solution: Annotated[Text | None, label("解决方案")] = None
    owner: Annotated[Name | None, label("负责人")] = None
    done_on: Annotated[Day | None, label("完成时间", "解决方案、负责人、完成时间齐全才算关闭")] = None

    @property
    def is_closed(self) -> bool:
        """Tell whether the objection was dealt with: solution, owner and day are all there."""
        return None not in (self.solution, self.owner, self.done_on)


class EarlierVersion(Model):
    """A version that a later one took the place of."""

    version: Annotated[str, label("历史版本", "例如 V1.0", pattern=VERSION)]
    dated: Annotated[Day, label("版本日期")]
    total: Annotated[Money, label("报价总额（含税，元）", gt=0)]
    terms_changed: Annotated[Text | None, label("同步调整的条款", "相对上一版，除价格外还调整了什么")] = None


class Proposal(Model):
    """The proposal and quotation in its newest version; the price is that of the terms."""

    version: Annotated[str, label("方案版本", "从 V1.0 起，只增不减", pattern=VERSION)] = "V1.0"
    dated: Annotated[Day, label("方案日期")]
    valid_days: Annotated[Count, label("报价有效期（天）", "自方案日期起的自然日", ge=1, le=365)] = 30
    title: Annotated[Name | None, label("方案名称", "不填则用合同名称")] = None
    summary: Annotated[Text | None, label("方案概述")] = None
    survey: Annotated[Survey | None, label("需求调研")] = None
    needs: Annotated[tuple[Need, ...], label("客户需求")] = ()
    modules: Annotated[tuple[Module, ...], label("方案内容")] = ()
    steps: Annotated[tuple[Step, ...], label("实施步骤")] = ()
    effects: Annotated[tuple[Effect, ...], label("量化效果")] = ()
    cases: Annotated[tuple[ReferenceCase, ...], label("成功案例")] = ()
    line_details: Annotated[tuple[LineDetail, ...], label("报价补充")] = ()
    discounts: Annotated[tuple[Discount, ...], label("优惠")] = ()
    feedback: Annotated[tuple[Feedback, ...], label("方案反馈")] = ()
    earlier_versions: Annotated[tuple[EarlierVersion, ...], label("历史版本")] = ()
    terms_changed: Annotated[
        Text | None, label("同步调整的条款", "本版相对上一版，除价格外还调整了什么；降价须同步调整条款")
    ] = None
    remarks: Annotated[Text | None, label("报价备注")] = None

    @property
    def valid_until(self) -> date:
        """Return the last day the offer binds us; the day it bears is not counted (P1), and nothing rolls."""
        return self.dated + timedelta(days=self.valid_days)


def version_key(version: str) -> tuple[int, int]:
    """Return a version as two numbers, so that V1.10 comes after V1.9."""
    whole, _, part = version.removeprefix("V").partition(".")
    return int(whole), int(part)
