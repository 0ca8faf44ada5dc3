"""付款方式: a plan that adds up, triggers anybody can decide, no 定金 by accident, the statute for small sellers."""

from __future__ import annotations

import re
from decimal import Decimal

from docgen.deals.money import format_money, split
from docgen.deals.plan import Condition, Instalment, InstalmentKind, TermUnit, TriggerEvent
from docgen.deals.terms import PartyClass, Terms
from docgen.deals.wording import INSTALMENT_TITLES, percent_words, plain, trigger_words
from docgen.review.line import Check, ClauseType, Result, Seen, Subject
from docgen.review.vague import free_texts

_DEPOSIT_LIMIT = Decimal("0.2")
_DEPOSITS = re.compile("定金|订金|押金")
_PUBLIC_DEFAULT, _PUBLIC_LIMIT, _LARGE_DEFAULT = 30, 60, 60
_DAYS_OF_MONTH = 31
_EVENTS = {
    TriggerEvent.SIGNED: "合同签订",
    TriggerEvent.NOTICE_RECEIVED: "收到通知",
    TriggerEvent.INVOICE_RECEIVED: "收到发票",
    TriggerEvent.DELIVERED: "交付",
    TriggerEvent.ACCEPTED: "验收合格",
    TriggerEvent.WARRANTY_ENDED: "质保期满",
    TriggerEvent.FIXED_DATE: "固定日期",
}
_CLASSES = {
    PartyClass.MEDIUM: "中型企业",
    PartyClass.SMALL: "小型企业",
    PartyClass.MICRO: "微型企业",
    PartyClass.LARGE: "大型企业",
    PartyClass.GOVERNMENT: "机关",
    PartyClass.INSTITUTION: "事业单位",
}


def plan(about: Subject) -> Seen:
    """Each part has its share or amount and its node; together they are the whole (表6, R-2.3-03)."""
    terms = about.terms
    parts, clauses = terms.plan, _clauses(terms)
    evidence = ("terms.plan", "terms.total")
    unclear = [part for part in parts if (part.share is None) == (part.amount is None)]
    if unclear:
        told = "、".join(f"第{part.seq}期" for part in unclear)
        return Seen(f"{told}没有写明比例或金额（二者择一）。", evidence, Result.NO, clauses)
    if not _adds_up(terms):
        return Seen(f"{_given(parts)}，合计不等于合同总额。", evidence, Result.NO, clauses)
    amounts = split(terms.total, parts)
    rows = "；".join(
        f"第{part.seq}期{INSTALMENT_TITLES[part.kind]}{_share(part)}{format_money(amount)}元，{trigger_words(part.trigger)}"
        for part, amount in zip(parts, amounts, strict=True)
    )
    return Seen(f"{rows}。合计100%。", evidence, Result.YES, clauses, plan_name(parts))


def plan_name(parts: tuple[Instalment, ...]) -> str:
    """Return how the trade calls a plan: 3-3-4分期; the number of parts where shares are no tenths."""
    tenths = [] if len(parts) == 1 else [part.share * 10 for part in parts if part.share is not None]
    if len(tenths) == len(parts) and all(each == int(each) for each in tenths):
        return "-".join(plain(each) for each in tenths) + "分期"
    return f"分{len(parts)}期" if len(parts) > 1 else "一次付清"


def _adds_up(terms: Terms) -> bool:
    shares = [part.share for part in terms.plan if part.share is not None]
    if len(shares) == len(terms.plan):
        return sum(shares) == 1
    stated = sum((part.amount or terms.total * (part.share or 0) for part in terms.plan), Decimal(0))
    return abs(stated - terms.total) <= Decimal("0.01") * max(len(shares), 1)


def _given(parts: tuple[Instalment, ...]) -> str:
    return "、".join(
        f"第{part.seq}期" + (percent_words(part.share) if part.share is not None else f"{part.amount}元")
        for part in parts
    )


def _share(part: Instalment) -> str:
    return f"{percent_words(part.share)}即" if part.share is not None else ""


def _clauses(terms: Terms) -> tuple[str, ...]:
    return tuple(part.clause for part in terms.plan)


def triggers(about: Subject) -> Seen:
    """Whether money is due must be decidable from dated facts (表6: 节点明确)."""
    terms = about.terms
    faults = [fault for part in terms.plan for fault in _faults(part, terms)]
    if faults:
        return Seen("；".join(faults) + "。", ("terms.plan", "terms.warranty"), Result.NO, _clauses(terms))
    events = dict.fromkeys(_EVENTS[each.event] for part in terms.plan for each in part.trigger.all_of)
    found = f"{len(terms.plan)}期以{'、'.join(events)}为条件，均有日期可查，不以收到第三方付款为条件。"
    return Seen(found, ("terms.plan", "terms.warranty"), Result.YES, _clauses(terms))


def _faults(part: Instalment, terms: Terms) -> list[str]:
    return [f"第{part.seq}期{fault}" for each in part.trigger.all_of if (fault := _fault(each, terms))]


def _fault(condition: Condition, terms: Terms) -> str:
    if condition.event is TriggerEvent.FIXED_DATE and condition.on is None:
        return "没有写明固定日期"
    if condition.event is TriggerEvent.WARRANTY_ENDED and not (terms.warranty and terms.warranty.months):
        return "等待质保期满，但没有约定质保期"
    return ""


def deposit(about: Subject) -> Seen:
    """预付款 is not 定金: 定金 is forfeited or doubled, and void above 20 % (民法典 586); 订金 and 押金 are neither."""
    texts = free_texts(about.values["terms"], "terms")
    found = [(path, text) for path, text in texts if _DEPOSITS.search(text)]
    advance = [part for part in about.terms.plan if part.kind is InstalmentKind.ADVANCE]
    clauses = tuple(part.clause for part in advance)
    if not found:
        return Seen("首期款称预付款，全部文字中没有定金、订金、押金。", ("terms.plan",), Result.YES, clauses)
    words = "、".join(dict.fromkeys(word for _, text in found for word in _DEPOSITS.findall(text)))
    quoted = "；".join(f"“{text}”" for _, text in found)
    told = f"出现{words}：{quoted}。"
    if "定金" in words and _advance_share(about) > _DEPOSIT_LIMIT:
        told += f"首期{percent_words(_advance_share(about))}，超过合同总额20%的部分不产生定金效力。"
        return Seen(told, tuple(path for path, _ in found), Result.NO, clauses)
    return Seen(told + "请确认是否确为定金担保。", tuple(path for path, _ in found), Result.OPEN, clauses)


def _advance_share(about: Subject) -> Decimal:
    total = about.terms.total
    parts = (part for part in about.terms.plan if part.kind is InstalmentKind.ADVANCE)
    return sum(((part.share if part.share is not None else (part.amount or 0) / total) for part in parts), Decimal(0))


def small_seller(about: Subject) -> Seen:
    """The statute on payments to small firms: who we are, whether we said so, who they are (P16)."""
    terms = about.terms
    evidence = ("terms.seller_class", "terms.seller_declared", "terms.buyer_class", "terms.plan")
    if terms.seller_class is None:
        found = "记录没有写明签订时我方是否为中小企业，不能判断是否适用法定付款期限。"
        return Seen(found, evidence, Result.OPEN)
    if not terms.seller_class.is_sme:
        return Seen("我方不是中小企业，条例不适用。", evidence, Result.NOT_APPLICABLE)
    if not terms.seller_declared:
        found = "我方为中小企业，但没有记录订立合同时已主动告知买方；不告知，难以主张条例的保护。"
        return Seen(found, evidence, Result.NO)
    if terms.buyer_class is None:
        return Seen("我方为中小企业并已告知；买方类型没有记录，不能判断法定期限。", evidence, Result.OPEN)
    return _against_statute(about, evidence)


def _against_statute(about: Subject, evidence: tuple[str, ...]) -> Seen:
    terms, buyer = about.terms, about.terms.buyer_class
    longest, told = _longest(terms)
    head = f"我方为中小企业并已告知，买方为{_CLASSES[buyer] if buyer else ''}。{told}"
    clauses = _clauses(terms)
    if buyer is not None and buyer.is_sme:
        return Seen(head + "买方也是中小企业，没有法定付款期限。", evidence, Result.YES, clauses)
    if buyer is PartyClass.LARGE:
        within = longest is not None and longest <= _LARGE_DEFAULT
        rest = "在法定60日之内。" if within else "超过交付之日起60日的法定期限，请确认约定理由是否合理。"
        return Seen(head + rest, evidence, Result.YES if within else Result.OPEN, clauses)
    if longest is None:
        return Seen(head + "应约定验收期限，使总天数不超过法定的60日。", evidence, Result.NO, clauses)
    if longest > _PUBLIC_LIMIT:
        return Seen(head + "机关、事业单位最长不得超过60日，应要求缩短。", evidence, Result.NO, clauses)
    rest = "在法定30日之内。" if longest <= _PUBLIC_DEFAULT else "超过30日，属另有约定，未超过60日。"
    return Seen(head + rest, evidence, Result.YES, clauses)


def _longest(terms: Terms) -> tuple[int | None, str]:
    """Return the longest time from delivery to payment in days, None where nobody can say, and the words for it."""
    waits = [(part, wait) for part in terms.plan if (wait := _wait(part, terms)) != 0]
    unknown = [part for part, wait in waits if wait is None]
    known = max((wait for _, wait in waits if wait is not None), default=0)
    if unknown:
        told = "、".join(f"第{part.seq}期" for part in unknown)
        return None, f"{told}自交付起到付款的天数不能由记录算出，"
    return known, f"自交付起到付款最长{known}日（验收按视为通过的期限计），"


def _wait(part: Instalment, terms: Terms) -> int | None:
    """Return how many days after delivery a part falls due at most; 0 where it hangs on signing, None if unknown.

    Money that waits for the end of the warranty (质保金) is not the price for what was delivered; it is left out.
    """
    events = {each.event for each in part.trigger.all_of}
    if TriggerEvent.WARRANTY_ENDED in events or events <= {TriggerEvent.SIGNED, TriggerEvent.FIXED_DATE}:
        return 0
    term = part.trigger.term * (_DAYS_OF_MONTH if part.trigger.unit is TermUnit.MONTH else 1)
    if part.trigger.unit is TermUnit.WORKDAY:
        term = part.trigger.term * 7 // 5
    if TriggerEvent.ACCEPTED not in events:
        return term if events == {TriggerEvent.DELIVERED} else None
    return None if terms.acceptance.deemed_after_days is None else terms.acceptance.deemed_after_days + term


CHECKS: tuple[Check, ...] = (
    Check("FK-01", ClauseType.PAYMENT, "付款节点、比例明确，合计等于合同总额", "表6；R-2.3-03", plan),
    Check("FK-02", ClauseType.PAYMENT, "每期付款条件都能判定", "表6", triggers),
    Check("FK-03", ClauseType.PAYMENT, "预付款没有误写为定金、订金、押金", "民法典586条", deposit),
    Check("FK-04", ClauseType.PAYMENT, "付款期限与中小企业款项的法定期限", "保障中小企业款项支付条例", small_seller),
)
