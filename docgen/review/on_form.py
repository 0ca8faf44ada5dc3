"""通知与文本形式: number and copies, notices, the form of the original, vague words, how long it is kept."""

from __future__ import annotations

from docgen.deals.retention import retention_of
from docgen.deals.wording import day_words
from docgen.review.line import Check, ClauseType, Result, Seen, Subject
from docgen.review.vague import VagueSentence, free_texts, vague_words

PAPER, SCAN, SIGNED = "paper_original", "stamped_scan", "e_signed"
_MOST_QUOTED = 8


def identity(about: Subject) -> Seen:
    """The contract has a number, a place and a count of originals (R-2.3-11 files it by its number)."""
    contract = about.terms.contract
    found = f"编号{contract.number or '（未编号）'}，签订地{contract.place or '（未写明）'}，一式{contract.copies}份。"
    evidence = ("terms.contract.number", "terms.contract.place", "terms.contract.copies")
    if contract.number is None:
        return Seen(found, evidence, Result.NO)
    return Seen(found, evidence, Result.YES if contract.place else Result.OPEN)


def form(about: Subject) -> Seen:
    """A scan of a stamped paper is no electronic signature; the paper original must be had (X-13; 电子签名法 13)."""
    signature = about.deal.facts.signature if about.signed else None
    evidence = ("facts.signature",)
    if signature is None:
        found = "尚未签订。纸质须双方签字盖章后各执原件；电子合同须用可靠的电子签名。"
        return Seen(found, evidence, Result.OPEN)
    when = f"{day_words(signature.later_day)}签订，"
    proof = f"凭据：{signature.evidence}。" if signature.evidence else "没有登记凭据。"
    if signature.form == PAPER:
        return Seen(f"{when}纸质原件。{proof}", evidence, Result.YES)
    if signature.form == SCAN:
        found = f"{when}只有盖章扫描件，不是可靠的电子签名，须收回纸质原件并登记存放地点。{proof}"
        return Seen(found, evidence, Result.NO)
    if signature.form == SIGNED and signature.evidence:
        return Seen(f"{when}电子签名。{proof}", evidence, Result.YES)
    return Seen(f"{when}形式为{signature.form}，请核对签名证书。{proof}", evidence, Result.OPEN)


def notices(about: Subject) -> Seen:
    """Letters count when they arrive; where they go must be agreed (民法典 565; 时效规定 8)."""
    customer = about.deal.customer
    contact = customer.contacts[0]
    found = f"买方{customer.address}，{contact.name}，电话{contact.phone or customer.phone or '（无）'}，"
    found += f"邮箱{contact.email or '（无）'}。送达条款在合同文本中，请核对。"
    return Seen(found, ("customer.address", "customer.phone", "customer.contacts[0]"), Result.OPEN)


def plain_words(about: Subject) -> Seen:
    """No word that binds nobody (R-2.3-13); found ones are quoted for a person to weigh."""
    found = [each for path, text in _texts(about) for each in vague_words(text, path=path)]
    if not found:
        return Seen("各项约定的文字中没有发现模糊用语。", ("terms",), Result.YES)
    paths = tuple(dict.fromkeys(each.path for each in found if each.path.startswith("terms")))
    more = f"等，共{len(found)}处" if len(found) > _MOST_QUOTED else ""
    quoted = "；".join(_quoted(each) for each in found[:_MOST_QUOTED])
    return Seen(f"发现模糊用语，请改写或确认：{quoted}{more}。", paths or ("terms",), Result.OPEN)


def _texts(about: Subject) -> list[tuple[str, str]]:
    worded = [
        (f"changes[{change.seq - 1}].worded[{n}].new", each.new)
        for change in about.changes
        for n, each in enumerate(change.worded)
    ]
    return [*free_texts(about.values["terms"], "terms"), *worded]


def _quoted(found: VagueSentence) -> str:
    return f"{'、'.join(found.words)}（原文：“{found.sentence}”）"


def keeping(about: Subject) -> Seen:
    """Kept as long as the office's table says, five years at least; claims lapse after three (R-2.3-12; 民法典 188)."""
    kept = retention_of(about.deal, term=about.term, as_of=about.as_of)
    until = f"保存至{day_words(kept.until)}。" if kept.until else "终止日尚未登记，不得销毁。"
    found = f"合同文件保存至{kept.rule}，{until}分期付款的诉讼时效自最后一期届满起算，为3年。"
    return Seen(found, ("terms.plan",), Result.YES)


CHECKS: tuple[Check, ...] = (
    Check("TZ-01", ClauseType.FORM, "合同编号、签订地点、份数明确", "R-2.3-11", identity),
    Check("TZ-02", ClauseType.FORM, "合同形式可靠：纸质原件或可靠电子签名", "电子签名法13条", form),
    Check("TZ-03", ClauseType.FORM, "通知的地址、收件人、送达方式明确", "民法典565条；诉讼时效规定8条", notices),
    Check("TZ-04", ClauseType.FORM, "没有模糊用语", "R-2.3-13", plain_words),
    Check("TZ-05", ClauseType.FORM, "保存期限与诉讼时效已知", "R-2.3-12；民法典188、189条", keeping),
)
