"""The papers a deal is told to have, by name, and what has been seen of them: plain facts from whoever keeps papers.

The names are the manuals' and stand here as data: which of them the program can make is no business of the record.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType

CHECKLIST = "合同关键条款核对表"
ORDER_APPROVAL = "订单审批表"
CONTRACT = "合同"
RECEIVABLES = "回款跟踪表"
ADVANCE_NOTICE = "预付款通知单"
SERVICE_PLAN = "实施方案"
QUALITY_REPORT = "质检报告"
RECEIPT = "签收单"
SURVEY = "满意度调查表"
ACCEPTANCE_REPORT = "验收报告"
PROGRESS_NOTICE = "进度款付款通知函"
DELAY_NOTICE = "延期告知函"
CHANGE_REQUEST = "需求变更申请表"
SUPPLEMENT = "补充协议"
FINAL_DEMAND = "尾款催收函"
WARRANTY_FORM = "质保期届满确认单"
WARRANTY_CERTIFICATE = "质保期满证明"
STATEMENT = "对账单"
REMINDER = "到期提醒函"
OVERDUE_DEMAND = "逾期催收函"
OVERDUE_PROOF = "逾期催收函送达凭证"
FORMAL_DEMAND = "催告函"
LAWYER_DRAFT = "律师函草稿包"
REPAYMENT = "还款协议"
ACCOUNT_CHANGE = "账户变更函"
END_NOTICE = "合同解除通知书"
END_PROOF = "合同解除通知书送达凭证"
END_AGREEMENT = "终止协议"
SETTLEMENT = "结算协议"

OTHER_NAMES: Mapping[str, str] = MappingProxyType({"进度款催收函": PROGRESS_NOTICE})
"""A name in use → the name the table bears (X-04)."""

WHOLE_CONTRACT = "contract"


class Direction(StrEnum):
    """Own papers we issue; incoming ones come from outside, signed copies of ours among them."""

    OWN = "own"
    INCOMING = "in"


@dataclass(frozen=True, slots=True)
class PaperSeen:
    """A paper that was issued (own) or filed (in) on a day and still stands; void ones are not passed.

    `subject` says what it speaks of: `contract`, `instalment 2`, `change 1`, `acceptance 1`, `delivery 1`.
    """

    title: str
    direction: Direction
    on: date
    subject: str = WHOLE_CONTRACT

    @property
    def name(self) -> str:
        """The title the table of papers bears."""
        return OTHER_NAMES.get(self.title, self.title)


def subject(kind: str, seq: int) -> str:
    """Return how a paper names one part of a deal: `instalment 2`."""
    return f"{kind} {seq}"


def first_seen(
    papers: Iterable[PaperSeen], title: str, *, direction: Direction, about: str = WHOLE_CONTRACT
) -> date | None:
    """Return the day a paper about something was first issued or filed; None where it was not."""
    wanted = (title, direction, about)
    return min((each.on for each in papers if (each.name, each.direction, each.subject) == wanted), default=None)
