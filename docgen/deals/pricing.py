"""What is sold, for how much, with which tax."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from docgen.deals.base import Model, Money, Name, Quantity, Rate, Text, UnitPrice, label


class LineKind(StrEnum):
    """Goods need a quality report before dispatch; services need a plan before start."""

    PRODUCT = "product"
    SERVICE = "service"


class PriceLine(Model):
    """One line of the price table. Prices include tax; each line keeps its own rate (增值税法 12 条)."""

    name: Annotated[Name, label("名称")]
    kind: Annotated[LineKind, label("类别", "product 产品，service 服务")]
    model: Annotated[Name | None, label("规格型号")] = None
    unit: Annotated[Name, label("单位", "台、套、项")]
    quantity: Annotated[Quantity, label("数量", gt=0)]
    unit_price: Annotated[UnitPrice, label("含税单价（元）", ge=0)]
    amount: Annotated[Money | None, label("含税金额（元）", "可不填，按数量乘单价四舍五入；填了须一致")] = None
    tax_rate: Annotated[Rate, label("税率", "例如 0.13、0.06")]
    remark: Annotated[Text | None, label("备注")] = None
