"""违约责任, 保密条款, 争议解决: what lateness costs either side, what stays secret, and whose court decides.

Late delivery (ours) and late payment (theirs) are two clauses; one never stands in for the other (X-02).
"""

from __future__ import annotations

import re
from decimal import Decimal

from docgen.deals.penalty import PenaltyBase, PenaltyClause
from docgen.deals.wording import percent_words, plain
from docgen.review.line import Check, ClauseType, Result, Seen, Subject

CAP = Decimal("0.05")
"""上限5% (R-2.3-05, 表6)."""
SAFE_RATE = Decimal("0.0005")
"""0.05 % a day: what the statute on payments to small firms itself charges (17 条)."""
_BASES = {PenaltyBase.CONTRACT_TOTAL: "合同总额", PenaltyBase.OVERDUE_BALANCE: "逾期未付余额"}
_OURS = re.compile("卖方|供方|乙方|我方|出卖人|供货方|供应方|服务方")
_THEIRS = re.compile("买方|需方|甲方|客户|买受人|采购方|购买方|委托方")
_PLACE = re.compile(r"所在地|住所地|注册地|法院")


def late_delivery(about: Subject) -> Seen:
    """Our own lateness: rate, base and a cap (R-2.3-05)."""
    clause = about.terms.late_delivery
    evidence = ("terms.late_delivery",)
    if clause is None:
        return Seen("没有约定逾期交付违约金，责任没有上限，买方可主张全部损失。", evidence, Result.NO)
    found = _clause_words(clause)
    if clause.cap is None:
        return Seen(found + "没有上限。", evidence, Result.NO, (clause.clause,))
    if clause.base is PenaltyBase.CONTRACT_TOTAL:
        found += "基数为合同总额，不是迟交部分。"
    return Seen(found + _days_to_cap(clause), evidence, Result.YES, (clause.clause,), _cap_remark(clause))


def late_payment(about: Subject) -> Seen:
    """Their lateness; without a clause only the principal is claimed, and rights are reserved (X-02, P7)."""
    clause = about.terms.late_payment
    evidence = ("terms.late_payment",)
    if clause is None:
        found = "没有约定逾期付款违约金，催款时只能主张本金并保留权利，不得套用逾期交付的费率。"
        return Seen(found, evidence, Result.NO)
    found = _clause_words(clause)
    if clause.cap is None:
        return Seen(found + "没有上限。", evidence, Result.YES, (clause.clause,))
    return Seen(found, evidence, Result.YES, (clause.clause,), _cap_remark(clause))


def caps(about: Subject) -> Seen:
    """Both caps are agreed; ours is at most 5 % of the contract (R-2.3-05, 表6)."""
    ours, theirs = about.terms.late_delivery, about.terms.late_payment
    evidence = ("terms.late_delivery", "terms.late_payment")
    clauses = tuple(each.clause for each in (ours, theirs) if each)
    rows = [f"{title}：{_cap_words(each)}" for title, each in (("逾期交付", ours), ("逾期付款", theirs))]
    found = "；".join(rows) + "。"
    if ours is None or ours.cap is None or ours.cap > CAP:
        return Seen(found + "逾期交付须约定不超过5%的上限。", evidence, Result.NO, clauses)
    if theirs and theirs.cap is not None and theirs.cap > CAP:
        return Seen(found + "逾期付款上限高于5%，可能被请求调低。", evidence, Result.OPEN, clauses)
    return Seen(found, evidence, Result.YES, clauses, f"上限{percent_words(ours.cap)}")


def rates(about: Subject) -> Seen:
    """A rate that exceeds the loss by more than 30 % may be lowered (民法典 585; 通则解释 65); the cap bounds it."""
    pairs = (("逾期交付", about.terms.late_delivery), ("逾期付款", about.terms.late_payment))
    clauses = [(title, clause) for title, clause in pairs if clause]
    evidence = ("terms.late_delivery", "terms.late_payment")
    if not clauses:
        return Seen("没有违约金条款，不适用。", evidence, Result.NOT_APPLICABLE)
    found = "；".join(f"{title}日{_rate(each)}，折年{_yearly(each)}" for title, each in clauses) + "。"
    named = tuple(each.clause for _, each in clauses)
    high = [(title, each) for title, each in clauses if each.daily_rate > SAFE_RATE]
    if not high:
        return Seen(found + "均未超过日万分之五。", evidence, Result.YES, named)
    told = "、".join(title for title, _ in high)
    found += f"注意：{told}费率超过日万分之五，高于损失30%以上的部分可能被法院调低"
    if all(each.cap is not None and each.cap <= CAP for _, each in high):
        return Seen(found + "；已有5%以内的上限约束。", evidence, Result.YES, named)
    return Seen(found + "，且没有5%以内的上限，请评估。", evidence, Result.OPEN, named)


def _clause_words(clause: PenaltyClause) -> str:
    cap = f"上限为{_BASES[clause.cap_base]}的{percent_words(clause.cap)}" if clause.cap is not None else "未约定上限"
    return f"每日按{_BASES[clause.base]}的{percent_words(clause.daily_rate)}计，{cap}。"


def _cap_words(clause: PenaltyClause | None) -> str:
    if clause is None:
        return "没有条款"
    return f"上限{percent_words(clause.cap)}" if clause.cap is not None else "没有上限"


def _cap_remark(clause: PenaltyClause) -> str:
    return f"上限{percent_words(clause.cap)}" if clause.cap is not None else ""


def _days_to_cap(clause: PenaltyClause) -> str:
    if not clause.cap or not clause.daily_rate or clause.base is not clause.cap_base:
        return ""
    return f"第{-(-clause.cap // clause.daily_rate)}日到达上限。"


def _rate(clause: PenaltyClause) -> str:
    return percent_words(clause.daily_rate)


def _yearly(clause: PenaltyClause) -> str:
    return f"{plain(clause.daily_rate * 36500)}%"


def secrecy(about: Subject) -> Seen:
    """The record holds no confidentiality clause; it must be seen in the contract's text (R-2.3-07)."""
    changed = [each for each in _worded(about) if "保密" in each]
    told = f"已生效的变更涉及保密：{'；'.join(changed)}。" if changed else ""
    return Seen(f"{told}记录不载保密条款，请在合同文本中核对范围、期限、责任。", (), Result.OPEN)


def _worded(about: Subject) -> list[str]:
    return [f"{each.clause}{each.subject}" for change in about.changes for each in change.worded]


def court(about: Subject) -> Seen:
    """Which party 甲方 is, and whose court decides; the buyer's is unfavourable to us (X-18, R-2.3-17)."""
    text = about.terms.dispute_clause
    evidence = ("terms.dispute_clause", "company.name", "customer.name")
    sides = f"按我方文本，甲方为买方{about.deal.customer.name}，乙方为卖方{about.deal.company.name}（我方）。"
    if text is None:
        return Seen(f"{sides}没有约定争议解决条款。", evidence, Result.NO)
    found = f"{sides}约定：“{text.rstrip('。')}”。"
    if "仲裁" in text:
        told = "写有仲裁，又写有法院或诉讼，二者只能择一。" if re.search("诉讼|法院", text) else "约定仲裁。"
        return Seen(f"{found}{told}请核对仲裁机构是否写明。", evidence, Result.OPEN)
    ours = bool(_OURS.search(text)) or about.deal.company.name in text
    theirs = bool(_THEIRS.search(text)) or about.deal.customer.name in text
    if not _PLACE.search(text) or ours == theirs:
        return Seen(f"{found}不能判断由哪一方所在地的法院管辖。", evidence, Result.OPEN)
    if theirs:
        return Seen(f"{found}由买方所在地法院管辖，对我方不利。", evidence, Result.NO, (), "非我方所在地管辖")
    return Seen(f"{found}由我方所在地法院管辖。", evidence, Result.YES, (), "我方所在地法院")


CHECKS: tuple[Check, ...] = (
    Check("WY-01", ClauseType.LIABILITY, "逾期交付违约金明确", "表6；R-2.3-05", late_delivery),
    Check("WY-02", ClauseType.LIABILITY, "逾期付款违约金明确", "表6；买卖解释18条", late_payment),
    Check("WY-03", ClauseType.LIABILITY, "违约金上限为5%", "表6；R-2.3-05", caps),
    Check("WY-04", ClauseType.LIABILITY, "违约金费率不会过分高于损失", "民法典585条；合同编通则解释65条", rates),
    Check("BM-01", ClauseType.SECRECY, "保密的范围、期限、责任明确", "R-2.3-07", secrecy),
    Check("ZY-01", ClauseType.DISPUTES, "甲方是谁，由谁所在地的法院管辖", "R-2.3-07、R-2.3-17", court),
)
