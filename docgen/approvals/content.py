"""What exactly is approved: terms in force, parties, the paper's own part, and the bytes of its templates.

The digest of it all is kept with the request. If anything of it differs when the paper is to be issued, the approval
is stale, and the fields that differ are named.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from docgen.approvals.route import facts_of, instalment_row, terms_for
from docgen.deals.deal import Deal
from docgen.deals.money import format_money
from docgen.deals.schema import public_part, title_path
from docgen.deals.standing import stage_of
from docgen.deals.totals import line_amount
from docgen.deals.workdays import Calendar
from docgen.kinds.kind import Kind, Section, SubjectType
from docgen.kinds.subjects import Subject

Content = dict[str, Any]
"""Plain values: terms, company, customer, subject, templates (name → SHA-256); an offer has its proposal too."""
_PARTS = {"terms", "company", "customer", "proposal"}
_OFFERING = {Section.PROPOSAL, Section.QUOTATION}

_PART_WORDS = {
    SubjectType.CHANGE: "第{seq}次变更",
    SubjectType.ORDER: "第{seq}次变更后的订单",
    SubjectType.ACCEPTANCE: "第{seq}次验收",
    SubjectType.INSTALMENT: "第{seq}期",
    SubjectType.APPROVAL: "第{seq}份审批",
}


def content_of(  # noqa: PLR0913  # all that the paper is made from
    deal: Deal,
    subject: Subject,
    *,
    as_of: date,
    calendar: Calendar,
    templates: Mapping[str, str],
    shows: Collection[Section] = (),
) -> Content:
    """Return what a paper about a part of a deal would be made from on a day, as plain values."""
    offer = {"proposal": public_part(deal.proposal)} if deal.proposal and not _OFFERING.isdisjoint(shows) else {}
    return {
        "terms": public_part(terms_for(deal, subject, as_of=as_of)),
        "company": public_part(deal.company),
        "customer": public_part(deal.customer),
        "subject": _subject(deal, subject, as_of=as_of, calendar=calendar),
        **offer,
        "templates": dict(sorted(templates.items())),
    }


def digest_of(content: Mapping[str, Any]) -> str:
    """Return the SHA-256 of the content in one fixed writing."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def changed_fields(approved: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what differs, in the record's own titles: 约定 › 合同总额（含税，元）; templates by file name."""
    old, new = _flat(approved, ()), _flat(now, ())
    places = [place for place in {**old, **new} if old.get(place) != new.get(place)]
    return tuple(dict.fromkeys(map(_titled, places)))


def summary_of(kind: Kind, deal: Deal, subject: Subject, *, as_of: date, calendar: Calendar) -> list[list[str]]:
    """Return what is being approved as label and text, for people and for the 审批表."""
    terms = terms_for(deal, subject, as_of=as_of)
    row = instalment_row(deal, subject, as_of=as_of, calendar=calendar)
    lines = "；".join(
        f"{line.name}{line.quantity:f}{line.unit}，¥{format_money(line_amount(line))}" for line in terms.lines
    )
    due = terms.delivery.due.isoformat() if terms.delivery.due else f"签订后{terms.delivery.days_after_signing}日内"
    plan = "；".join(f"第{part.seq}期 {_share(part.share, part.amount)}" for part in terms.plan)
    told = [
        ["文书", kind.spec.title],
        ["客户名称", deal.customer.name],
        ["合同名称", terms.contract.title],
        ["合同总额", f"¥{format_money(terms.total)}"],
        ["价格明细", lines],
        ["付款计划", plan],
        ["交付时间", due],
        ["收款账户", f"{terms.account.holder}，{terms.account.bank}，{terms.account.number}"],
    ]
    if row is not None:
        told.append(
            ["期次", f"第{row.seq}期{row.title} ¥{format_money(row.amount)}，未收 ¥{format_money(row.balance)}"]
        )
    elif subject.type in {SubjectType.REPAYMENT, SubjectType.ACCOUNT_CHANGE}:
        told += _repaying(deal, subject)
    elif subject.seq or subject.name:
        told.append(["对象", _in_words(subject)])
    return told


def _repaying(deal: Deal, subject: Subject) -> list[list[str]]:
    """Return what a repayment plan or a change of account comes to, as label and text."""
    if subject.type is SubjectType.REPAYMENT:
        return [
            [
                "还款安排",
                f"本金 ¥{format_money(each.principal)}，违约金 ¥{format_money(each.penalty)}，分{len(each.parts)}次",
            ]
            for each in deal.repayments
            if each.seq == subject.seq
        ]
    return [
        [
            "变更后的账户",
            f"{each.account.holder}，{each.account.bank}，{each.account.number}（{each.on.isoformat()}启用；凭据：{each.evidence}）",
        ]
        for each in deal.account_changes
        if each.seq == subject.seq
    ]


def amount_of(deal: Deal, subject: Subject, *, as_of: date, calendar: Calendar) -> str:
    """Return the amount the route was chosen by, in 元 as text."""
    return format(facts_of(deal, subject, as_of=as_of, calendar=calendar).amount, "f")


def _share(share: Any, amount: Any) -> str:  # noqa: ANN401  # Decimal or None
    return f"{share * 100:.10g}%" if share is not None else f"¥{format_money(amount)}"


def _subject(deal: Deal, subject: Subject, *, as_of: date, calendar: Calendar) -> Content:
    own: Content = {"type": subject.type.value, "seq": subject.seq}
    row = instalment_row(deal, subject, as_of=as_of, calendar=calendar)
    if row is not None:
        stage = stage_of(row)
        own |= {
            "amount": format(row.amount, "f"),
            "paid": format(row.paid, "f"),
            "balance": format(row.balance, "f"),
            "due": row.due.isoformat() if row.due else None,
            "stage": stage.value if stage else None,
        }
    elif subject.type in {SubjectType.CHANGE, SubjectType.ORDER}:
        own["change"] = next((public_part(each) for each in deal.changes if each.seq == subject.seq), None)
    elif subject.type is SubjectType.ACCEPTANCE:
        own["acceptance"] = next(
            (public_part(each) for each in deal.facts.acceptances if each.seq == subject.seq), None
        )
    elif subject.type is SubjectType.PAPER:
        own["number"] = subject.name
    elif subject.type is SubjectType.REPAYMENT:
        own["repayment"] = next((public_part(each) for each in deal.repayments if each.seq == subject.seq), None)
    elif subject.type is SubjectType.ACCOUNT_CHANGE:
        own["account_change"] = next(
            (public_part(each) for each in deal.account_changes if each.seq == subject.seq), None
        )
    return own


def _in_words(subject: Subject) -> str:
    """Return the part a paper speaks of as people say it: 第1次变更, 文书 HT2024031001-YF1-01."""
    if subject.type is SubjectType.PAPER:
        return f"文书 {subject.name}"
    return _PART_WORDS.get(subject.type, "第{seq}项").format(seq=subject.seq)


def _flat(value: Any, place: tuple[str | int, ...]) -> dict[tuple[str | int, ...], Any]:  # noqa: ANN401  # plain values
    if isinstance(value, Mapping) and value:
        return {key: each for name, inner in value.items() for key, each in _flat(inner, (*place, name)).items()}
    if isinstance(value, list | tuple) and value:
        return {key: each for n, inner in enumerate(value) for key, each in _flat(inner, (*place, n)).items()}
    return {place: value}


def _titled(place: tuple[str | int, ...]) -> str:
    if place[0] in _PARTS:
        return title_path(place)
    if place[0] == "templates":
        return f"模板 {place[-1]}"
    return "文书对象 › " + ".".join(map(str, place[1:]))
