"""Who must approve a paper before it goes out: the `[[routes]]` of kind.toml, read strictly.

A route names posts (审批岗位), not people: 销售主管, 法务部, 财务部. Several routes stand in the order they are tried;
the first one whose conditions all fit counts, and a paper that fits none needs no approval.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field, field_validator, model_validator

from docgen.deals.base import Count, Model, Money, Name, label
from docgen.deals.pricing import LineKind
from docgen.deals.standing import Stage

SUBJECT_WORDS = frozenset(
    {"contract", "order", "change", "instalment", "acceptance", "paper", "approval", "advance", "progress", "final"}
)
"""What a route may ask of the part a paper speaks of: its type, or the kind of the instalment."""


class Order(StrEnum):
    """Whether the steps of a route follow each other or may be taken in any order."""

    SEQUENCE = "sequence"
    PARALLEL = "parallel"


class StepSpec(Model):
    """One step: the post that approves, and which post may do so once it waited longer than N working days."""

    post: Annotated[Name, label("审批岗位")]
    escalate_after_workdays: Annotated[Count | None, label("超时（工作日）", ge=1, le=60)] = None
    escalate_to: Annotated[Name | None, label("超时后可审批的岗位")] = None

    @model_validator(mode="after")
    def _escalates_whole(self) -> StepSpec:
        if (self.escalate_to is None) != (self.escalate_after_workdays is None):
            raise ValueError("escalate_after_workdays and escalate_to belong together")
        if self.escalate_to == self.post:
            raise ValueError("escalate_to must be another post")
        return self


class RouteSpec(Model):
    """One `[[routes]]` table. Amounts in 元: `from` is included, `to` is not."""

    from_amount: Annotated[Money | None, Field(alias="from"), label("金额从（含）")] = None
    to_amount: Annotated[Money | None, Field(alias="to"), label("金额到（不含）")] = None
    stages: Annotated[tuple[Stage, ...], label("催收阶段")] = ()
    subjects: Annotated[tuple[Name, ...], label("对象")] = ()
    lines: Annotated[LineKind | None, label("含有某类明细", "product 有产品行，service 有服务行")] = None
    order: Annotated[Order, label("顺序", "sequence 依次，parallel 不分先后")]
    steps: Annotated[tuple[StepSpec, ...], label("审批环节", min_length=1, max_length=12)]

    @field_validator("subjects")
    @classmethod
    def _known_words(cls, words: tuple[str, ...]) -> tuple[str, ...]:
        unknown = sorted(set(words) - SUBJECT_WORDS)
        if unknown:
            raise ValueError(f"unknown subject {', '.join(unknown)}; known: {', '.join(sorted(SUBJECT_WORDS))}")
        return words

    @model_validator(mode="after")
    def _belongs_together(self) -> RouteSpec:
        posts = [step.post for step in self.steps]
        if len(set(posts)) != len(posts):
            raise ValueError("a post stands twice in one route; one person approves one step only")
        if self.from_amount is not None and self.to_amount is not None and self.from_amount >= self.to_amount:
            raise ValueError("from must be below to")
        return self

    @property
    def is_unconditional(self) -> bool:
        """Tell whether the route fits every paper of its kind."""
        asked = (self.from_amount, self.to_amount, self.lines)
        return all(each is None for each in asked) and not self.stages and not self.subjects
