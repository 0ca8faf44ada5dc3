"""The list of evidence for the law firm: what proves each step of the claim, and whether the archive has it.

Rows come from the facts (a contract signed, goods handed over, an invoice) and from the dossier (what was filed);
nothing is listed that is in neither.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from docgen.deals import paperwork
from docgen.deals.milestones import deliveries_until, passed_acceptances
from docgen.kinds.sent import sent_letters
from docgen.rendering.sections.background import Background, Values

_FILED, _LACKING = "已归档", "待补：原件或复印件"


def section(about: Background) -> Values:
    """Return the rows in the order a claim is told, numbered, and how many are still lacking."""
    rows = list(_rows(about))
    return {
        "rows": [{"index": index} | row for index, row in enumerate(rows, start=1)],
        "lacking": sum(row["note"] == _LACKING for row in rows),
    }


def _rows(about: Background) -> Iterator[Values]:
    facts, day = about.deal.facts, about.as_of
    contract = about.terms.contract
    if facts.signature and facts.signature.later_day <= day:
        note = _kept(about, paperwork.CONTRACT, paperwork.WHOLE_CONTRACT, facts.signature.evidence)
        yield _row(f"《{contract.title}》", contract.number, facts.signature.later_day, "合同成立及约定内容", note)
    for signed in facts.change_signatures:
        if signed.later_day <= day:
            note = _kept(about, paperwork.SUPPLEMENT, paperwork.subject("change", signed.change), signed.evidence)
            yield _row(f"第{signed.change}次变更的补充协议", None, signed.later_day, "合同变更", note)
    for made in deliveries_until(about.deal, day):
        note = _kept(about, paperwork.RECEIPT, paperwork.subject("delivery", made.seq), made.evidence)
        yield _row(f"第{made.seq}次交付的签收单", made.tracking, made.on, "我方已交付", note)
    for held in passed_acceptances(about.deal, as_of=day):
        note = _kept(about, paperwork.ACCEPTANCE_REPORT, paperwork.subject("acceptance", held.seq), None)
        yield _row(f"第{held.seq}次验收的验收报告", None, held.on, "付款条件已成就", note)
    yield from _money(about, day)
    yield from _letters(about, day)


def _money(about: Background, day: date) -> Iterator[Values]:
    for bill in about.deal.facts.invoices:
        if bill.on <= day and bill.instalment in {None, about.subject.seq}:
            yield _row("发票", bill.number, bill.on, "已开具发票", "见发票存根", bill.amount)
    for paid in about.deal.facts.payments:
        if paid.on <= day:
            yield _row("银行入账记录", paid.reference, paid.on, "已付款项", "见银行流水", paid.amount)


def _letters(about: Background, day: date) -> Iterator[Values]:
    for paper, sent in sent_letters(about.dossier, about.subject.seq, until=day):
        yield _row(f"《{paper.title}》", paper.number, paper.dated, "我方已催告", _FILED)
        proof = "投递及送达凭证" if sent.delivered_on else "投递凭证"
        note = _FILED if sent.evidence else _LACKING
        yield _row(proof, sent.tracking, sent.delivered_on or sent.sent_on, "催告已发出或送达，时效中断", note)


def _kept(about: Background, title: str, subject: str, evidence: str | None) -> str:
    filed = (each for each in about.dossier.papers if not each.is_own and each.is_current)
    is_filed = any(each.title == title and each.subject == subject and each.dated <= about.as_of for each in filed)
    return _FILED if is_filed or evidence else _LACKING


def _row(  # noqa: PLR0913, PLR0917  # the columns of the list
    what: str, number: str | None, on: date, proves: str, note: str, amount: Decimal | None = None
) -> Values:
    return {"what": what, "number": number, "on": on, "proves": proves, "note": note, "amount": amount}
