"""Is the proposal fit to be shown? Needs answered, effects in figures, sums, versions, objections closed (S2 二, 三.1).

A record under way lacks much: `check_proposal` then warns, and once the contract is signed it keeps silent, for the
proposal is history. What must hold before a proposal or quotation goes out is asked again, as errors, by docgen.kinds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

from docgen.deals.deal import Deal
from docgen.deals.masking import names_in
from docgen.deals.money import format_money
from docgen.deals.proposal import Feedback, Proposal, version_key
from docgen.deals.quoting import quotation
from docgen.deals.wording import day_words, percent_words
from docgen.findings import Finding, Severity, error, warning

MASK = "某"
"""How the client of a reference case begins: 某互联网企业."""


def check_proposal(deal: Deal) -> Iterator[Finding]:
    """Yield what is wrong with the proposal of a record: errors of form, and as warnings what it still lacks."""
    yield from _weights(deal)
    proposal = deal.proposal
    if proposal is None:
        return
    yield from _numbers(proposal)
    if deal.facts.signature is not None:
        return
    lacking = (
        *unanswered(proposal),
        *unquantified(proposal),
        *unmasked(proposal, own_names(deal)),
        *not_adding_up(deal, proposal),
        *unclosed(proposal),
    )
    yield from (replace(each, severity=Severity.WARNING) for each in lacking)
    yield from _versions(proposal)
    yield from _price_cuts(deal, proposal)
    if proposal.needs and (proposal.survey is None or proposal.survey.signed_on is None):
        yield warning("deals.survey-not-signed", "proposal.survey.signed_on")


def missing_parts(proposal: Proposal) -> Iterator[Finding]:
    """Yield an error for each of the parts a proposal must have that is empty (R-2.2-03)."""
    parts = {
        "needs": "客户需求",
        "modules": "方案内容",
        "steps": "实施步骤",
        "effects": "量化效果",
        "cases": "成功案例",
    }
    for field, title in parts.items():
        if not getattr(proposal, field):
            yield error("deals.proposal-part-missing", f"proposal.{field}", part=title)


def unanswered(proposal: Proposal) -> Iterator[Finding]:
    """Yield an error for each need without an answer: all must be covered (R-2.2-03)."""
    for index, need in enumerate(proposal.needs):
        if need.answer is None:
            yield error(
                "deals.need-unanswered", f"proposal.needs[{index}].answer", seq=need.seq, category=need.category
            )


def unquantified(proposal: Proposal) -> Iterator[Finding]:
    """Yield an error for each effect without a figure (R-2.2-12)."""
    for index, effect in enumerate(proposal.effects):
        if not any(char.isdigit() for char in effect.expected):
            where = f"proposal.effects[{index}].expected"
            yield error("deals.effect-without-figure", where, name=effect.name, expected=effect.expected)


def unmasked(proposal: Proposal, names: Iterable[str]) -> Iterator[Finding]:
    """Yield an error for each reference case that names a customer, or whose client is not called 某… (R-2.2-05)."""
    known = tuple(names)
    for index, case in enumerate(proposal.cases):
        for field in ("client", "background", "result"):
            for name in names_in(getattr(case, field), known):
                yield error("deals.case-names-customer", f"proposal.cases[{index}].{field}", name=name)
        if not case.client.startswith(MASK):
            yield error("deals.case-not-masked", f"proposal.cases[{index}].client", client=case.client)


def own_names(deal: Deal) -> tuple[str, ...]:
    """Return the names this deal's own customer bears or bore."""
    return (deal.customer.name, *(each.name for each in deal.customer.former_names))


def not_adding_up(deal: Deal, proposal: Proposal) -> Iterator[Finding]:
    """Yield an error where list prices minus discounts are not the total of the terms, or a discount is unclear."""
    for index, discount in enumerate(proposal.discounts):
        if (discount.rate is None) == (discount.amount is None):
            yield error("deals.discount-rate-or-amount", f"proposal.discounts[{index}]", name=discount.name)
    yield from _lines_named(deal, proposal)
    quoted = quotation(deal, proposal)
    if quoted.total != deal.terms.total:
        yield error(
            "deals.quotation-differs",
            "proposal.discounts",
            listed=format_money(quoted.listed),
            off=format_money(quoted.taken_off),
            quoted=format_money(quoted.total),
            total=format_money(deal.terms.total),
        )


def unclosed(proposal: Proposal) -> Iterator[Finding]:
    """Yield an error for each objection to an earlier version that was not dealt with before the next version (表4)."""
    days = {each.version: each.dated for each in proposal.earlier_versions} | {proposal.version: proposal.dated}
    for index, each in enumerate(proposal.feedback):
        where = f"proposal.feedback[{index}]"
        later = sorted(version_key(v) for v in days if version_key(v) > version_key(each.version))
        if not later:
            continue
        following = next(v for v in days if version_key(v) == later[0])
        if not each.is_closed:
            yield error("deals.feedback-open", where, seq=each.seq, version=each.version, following=following)
        elif each.done_on and each.done_on > days[following]:
            day = day_words(days[following])
            yield error("deals.feedback-closed-late", f"{where}.done_on", seq=each.seq, following=following, day=day)


def _weights(deal: Deal) -> Iterator[Finding]:
    """What the customer weighs comes to 100 % (R-2.2-10)."""
    weights = [each.weight for each in deal.internal.decision_factors]
    if weights and sum(weights) != 1:
        found = percent_words(sum(weights, Decimal(0)))
        yield warning("deals.weights-not-whole", "internal.decision_factors", found=found)


def _numbers(proposal: Proposal) -> Iterator[Finding]:
    for field, title in (("needs", "需求序号"), ("steps", "步骤序号"), ("feedback", "反馈序号")):
        found = [each.seq for each in getattr(proposal, field)]
        if found != list(range(1, len(found) + 1)):
            numbers = "、".join(map(str, found))
            yield error("deals.numbers-not-in-order", f"proposal.{field}", title=title, found=numbers)
    for index, each in enumerate(proposal.feedback):
        yield from _feedback_days(each, f"proposal.feedback[{index}]")


def _feedback_days(each: Feedback, where: str) -> Iterator[Finding]:
    if each.done_on is not None and each.done_on < each.on:
        yield error("deals.feedback-done-before", f"{where}.done_on", seq=each.seq, day=day_words(each.on))
    if each.done_on is not None and not each.is_closed:
        yield warning("deals.feedback-half-closed", where, seq=each.seq)


def _lines_named(deal: Deal, proposal: Proposal) -> Iterator[Finding]:
    count = len(deal.terms.lines)
    seen: set[int] = set()
    for index, detail in enumerate(proposal.line_details):
        where = f"proposal.line_details[{index}].line"
        if detail.line > count:
            yield error("deals.quoted-line-unknown", where, line=detail.line, count=count)
        if detail.line in seen:
            yield error("deals.line-detail-twice", where, line=detail.line)
        seen.add(detail.line)
    for index, discount in enumerate(proposal.discounts):
        for place, line in enumerate(discount.lines):
            if not 1 <= line <= count:
                where = f"proposal.discounts[{index}].lines[{place}]"
                yield error("deals.quoted-line-unknown", where, line=line, count=count)


def _versions(proposal: Proposal) -> Iterator[Finding]:
    """Versions and their days only go up, from V1.0 (R-2.2-11); feedback speaks of one of them, from its day on."""
    row = [*((each.version, each.dated) for each in proposal.earlier_versions), (proposal.version, proposal.dated)]
    if row[0][0] != "V1.0":
        yield warning("deals.versions-begin-late", "proposal.earlier_versions", version=row[0][0])
    for (version, dated), (following, day) in pairwise(row):
        if version_key(following) <= version_key(version) or day < dated:
            params = {"version": version, "dated": day_words(dated), "following": following, "day": day_words(day)}
            yield warning("deals.versions-not-rising", "proposal.version", **params)
    days = dict(row)
    for index, each in enumerate(proposal.feedback):
        if each.version not in days:
            yield warning("deals.feedback-of-no-version", f"proposal.feedback[{index}].version", version=each.version)
        elif each.on < days[each.version]:
            where, day_text = f"proposal.feedback[{index}].on", day_words(days[each.version])
            yield warning("deals.feedback-before-version", where, seq=each.seq, version=each.version, day=day_text)


def _price_cuts(deal: Deal, proposal: Proposal) -> Iterator[Finding]:
    """A lower price wants another term in return (R-2.3-01)."""
    row = [(each.version, each.total, each.terms_changed) for each in proposal.earlier_versions]
    row.append((proposal.version, deal.terms.total, proposal.terms_changed))
    for (_, old, _), (version, new, changed) in pairwise(row):
        if new < old and changed is None:
            params = {"version": version, "old": format_money(old), "new": format_money(new)}
            yield warning("deals.quotation-cut-alone", "proposal.terms_changed", **params)
