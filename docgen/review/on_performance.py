"""交付验收 and 质保: a day, standards one can measure, an end to waiting for acceptance, a warranty that was priced."""

from __future__ import annotations

import re

from docgen.deals.plan import TriggerEvent
from docgen.deals.pricing import PriceLine
from docgen.deals.wording import day_words
from docgen.review.line import Check, ClauseType, Result, Seen, Subject
from docgen.review.on_parties import is_blank

USUAL_DAYS = 45
"""签订后45天内交付 (R-2.3-04)."""
USUAL_MONTHS, LONGEST_MONTHS = 12, 18
_NUMBER = r"[0-9０-９〇零一二三四五六七八九十百千万两]+(?:[.．][0-9]+)?"
_COMPARATORS = (
    r"≥|≤|＞|＜|>|<|=|±|不低于|不少于|不高于|不超过|不大于|不小于|不多于|大于|小于|高于|低于|超过|达到|达|至少|最多|"
    r"以上|以下|以内|之内|内|无|零|全部|100\s*[%％]|误差|等于"
)
_MEASURABLE = re.compile(rf"(?=.*(?:{_COMPARATORS}))(?=.*{_NUMBER}\s*[^\s，。；、])", re.DOTALL)
_WARRANTY_WORDS = re.compile("质保|保修|延保|维保")


def delivery(about: Subject) -> Seen:
    """A day or a term, never both, and a place (表6, R-2.3-04)."""
    agreed = about.terms.delivery
    evidence, clauses = ("terms.delivery",), (agreed.clause,)
    if (agreed.due is None) == (agreed.days_after_signing is None):
        return Seen("交付日期与交付期限须约定其一，且只能一项。", evidence, Result.NO, clauses)
    when = day_words(agreed.due) if agreed.due else f"签订后{agreed.days_after_signing}日内"
    found = f"{when}，地点：{agreed.place}。"
    if is_blank(agreed.place):
        return Seen(found + "交付地点未定。", evidence, Result.NO, clauses)
    if agreed.days_after_signing and agreed.days_after_signing > USUAL_DAYS:
        found += f"长于通常的签订后{USUAL_DAYS}天。"
    return Seen(found, evidence, Result.YES, clauses)


def standards(about: Subject) -> Seen:
    """Each standard names a number and how the result compares with it (R-2.4-10)."""
    agreed = about.terms.acceptance
    found = "；".join(f"{each.name}：{each.standard}" for each in agreed.standards) + "。"
    soft = [each.name for each in agreed.standards if not is_measurable(each.standard)]
    evidence, clauses = ("terms.acceptance.standards",), (agreed.clause,)
    if not soft:
        return Seen(found + "每项都有可比较的数值。", evidence, Result.YES, clauses, "附验收标准")
    found += f"没有可比较的数值：{'、'.join(soft)}。"
    result = Result.NO if len(soft) == len(agreed.standards) else Result.OPEN
    return Seen(found, evidence, result, clauses)


def is_measurable(standard: str) -> bool:
    """Tell whether a standard names a number with its unit and a comparison: 满意度≥90分, 100%通过测试."""
    return _MEASURABLE.search(standard) is not None


def procedure(about: Subject) -> Seen:
    """How acceptance goes stands in the contract's text; the record knows who must sign (R-2.4-11, R-2.4-17)."""
    deciders = [each.name for each in about.deal.customer.contacts if each.is_decision_maker]
    who = f"客户决策人：{'、'.join(deciders)}。" if deciders else "没有登记客户决策人，验收报告须由其签字。"
    found = f"{who}发起、共同测试、签署、整改复验的流程在合同文本中，请对照条款核对。"
    return Seen(found, ("terms.acceptance", "customer.contacts"), Result.OPEN, (about.terms.acceptance.clause,))


def deemed(about: Subject) -> Seen:
    """Where money waits for acceptance, silence must end the waiting (P10; 条例10条)."""
    agreed, terms = about.terms.acceptance, about.terms
    waiting = [str(part.seq) for part in terms.plan
               if any(each.event is TriggerEvent.ACCEPTED for each in part.trigger.all_of)]  # fmt: skip
    evidence, clauses = ("terms.acceptance.deemed_after_days", "terms.plan"), (agreed.clause,)
    if agreed.deemed_after_days is not None:
        found = f"交付后{agreed.deemed_after_days}日内未提出书面异议，视为验收通过。"
        return Seen(found, evidence, Result.YES, clauses)
    if waiting:
        found = f"没有约定视为验收通过，而第{'、'.join(waiting)}期款以验收为条件，买方可以不验收来拖延付款。"
        return Seen(found, evidence, Result.NO, clauses)
    return Seen("没有约定视为验收通过；没有款项以验收为条件。", evidence, Result.OPEN, clauses)


def warranty(about: Subject) -> Seen:
    """How long, and from which day (R-2.3-06: from the day acceptance passed)."""
    agreed = about.terms.warranty
    if agreed is None or not agreed.months:
        return Seen("记录中没有质保约定。", ("terms.warranty",), Result.OPEN)
    found = f"{agreed.months}个月，自验收合格之日起算，到期日为对应日。"
    return Seen(found, ("terms.warranty",), Result.YES, (agreed.clause,), f"质保{agreed.months}个月")


def long_warranty(about: Subject) -> Seen:
    """More than twelve months is paid for by a price line, or approved (R-2.3-06)."""
    agreed, lines = about.terms.warranty, about.terms.lines
    evidence = ("terms.warranty", "terms.lines")
    if agreed is None or not agreed.months:
        return Seen("没有约定质保，不适用。", evidence, Result.NOT_APPLICABLE)
    clauses = (agreed.clause,)
    if agreed.months <= USUAL_MONTHS:
        return Seen(f"{agreed.months}个月，没有超过{USUAL_MONTHS}个月，无须另行报价。", evidence, Result.YES, clauses)
    beyond = f"并且超过手册允许的{LONGEST_MONTHS}个月，" if agreed.months > LONGEST_MONTHS else ""
    priced = [line.name for line in lines if _is_warranty(line)]
    if priced and not beyond:
        found = f"{agreed.months}个月，超过{USUAL_MONTHS}个月的部分已列入报价：{'、'.join(priced)}。"
        return Seen(found, evidence, Result.YES, clauses)
    unpriced = "" if priced else "明细中没有延长质保的报价，"
    found = f"{agreed.months}个月，超过{USUAL_MONTHS}个月，{beyond}{unpriced}须有审批。"
    return Seen(found, evidence, Result.OPEN, clauses)


def _is_warranty(line: PriceLine) -> bool:
    return any(_WARRANTY_WORDS.search(text) for text in (line.name, line.model, line.remark) if text)


CHECKS: tuple[Check, ...] = (
    Check("JF-01", ClauseType.DELIVERY, "交付时间、地点明确", "表6；R-2.3-04", delivery),
    Check("JF-02", ClauseType.DELIVERY, "验收标准可以衡量", "表6；R-2.4-10", standards),
    Check("JF-03", ClauseType.DELIVERY, "验收流程清晰：发起、测试、签署、整改", "表6；R-2.4-11、R-2.4-17", procedure),
    Check("JF-04", ClauseType.DELIVERY, "约定逾期不验收视为通过", "保障中小企业款项支付条例10条", deemed),
    Check("ZB-01", ClauseType.WARRANTY, "质保期限、起算日明确", "R-2.3-06", warranty),
    Check("ZB-02", ClauseType.WARRANTY, "超过12个月的质保已报价或审批", "R-2.3-06", long_warranty),
)
