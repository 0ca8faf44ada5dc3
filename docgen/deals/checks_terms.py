"""Do the terms add up? Lines, total, plan, triggers, delivery, acceptance, penalties; of the contract and changes."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from docgen.deals.money import round_half_up, split
from docgen.deals.penalty import PenaltyBase, PenaltyClause
from docgen.deals.plan import Condition, Instalment, TriggerEvent
from docgen.deals.terms import Terms
from docgen.deals.totals import computed_amount, line_amount
from docgen.deals.wording import percent_words
from docgen.findings import Finding, error, note, warning

_USUAL_RATES = {Decimal(text) for text in ("0", "0.01", "0.03", "0.05", "0.06", "0.09", "0.13")}
_HIGH_DAILY_RATE = Decimal("0.005")
_FEN = Decimal("0.01")
_NUMBERED = {TriggerEvent.DELIVERED, TriggerEvent.ACCEPTED}


def check_terms(terms: Terms, *, where: str) -> Iterator[Finding]:
    """Yield what is wrong with one version of the terms; `where` is the path the findings name."""
    yield from _check_lines(terms, where)
    yield from _check_plan(terms, where)
    for index, part in enumerate(terms.plan):
        yield from _check_trigger(part, terms, f"{where}.plan[{index}].trigger")
    yield from _check_delivery(terms, where)
    yield from _check_standards(terms, where)
    yield from _check_penalties(terms, where)


def _check_lines(terms: Terms, where: str) -> Iterator[Finding]:
    for index, line in enumerate(terms.lines):
        path = f"{where}.lines[{index}]"
        computed = computed_amount(line)
        if line.amount is not None and line.amount != computed:
            yield error("deals.line-amount-differs", f"{path}.amount", amount=line.amount, computed=computed)
        if line.tax_rate not in _USUAL_RATES:
            yield warning("deals.tax-rate-unusual", f"{path}.tax_rate", rate=percent_words(line.tax_rate))
    summed = sum((line_amount(line) for line in terms.lines), Decimal("0.00"))
    if summed != terms.total:
        yield error("deals.total-differs", f"{where}.total", total=terms.total, summed=summed)


def _check_plan(terms: Terms, where: str) -> Iterator[Finding]:
    plan = terms.plan
    if [part.seq for part in plan] != list(range(1, len(plan) + 1)):
        found = "、".join(str(part.seq) for part in plan)
        yield error("deals.numbers-not-in-order", f"{where}.plan", title="期次", found=found)
    unclear = [index for index, part in enumerate(plan) if (part.share is None) == (part.amount is None)]
    for index in unclear:
        yield error("deals.share-or-amount", f"{where}.plan[{index}]", seq=plan[index].seq)
    if not unclear:
        yield from _check_plan_sum(terms, f"{where}.plan")


def _check_plan_sum(terms: Terms, where: str) -> Iterator[Finding]:
    """Shares alone make 100 %; fixed amounts, with shares or without, make the total (X-01)."""
    plan, total = terms.plan, terms.total
    shares = [part.share for part in plan if part.share is not None]
    if len(shares) == len(plan):
        if sum(shares) != 1:
            yield error("deals.shares-not-whole", where, found=percent_words(sum(shares, Decimal(0))))
            return
    else:
        parts = [_stated(part, total) for part in plan]
        if abs(sum(parts) - total) > _FEN * len(shares):
            yield error("deals.plan-differs-from-total", where, found=sum(parts), total=total)
            return
    for index, amount in enumerate(split(total, plan)):
        if amount <= 0:
            yield error("deals.instalment-without-money", f"{where}[{index}]", amount=amount)


def _stated(part: Instalment, total: Decimal) -> Decimal:
    return part.amount if part.amount is not None else round_half_up(total * (part.share or 0))


def _check_trigger(part: Instalment, terms: Terms, where: str) -> Iterator[Finding]:
    seen: set[Condition] = set()
    for index, condition in enumerate(part.trigger.all_of):
        path = f"{where}.all_of[{index}]"
        if condition in seen:
            yield error("deals.condition-twice", path, seq=part.seq)
        seen.add(condition)
        yield from _check_condition(condition, terms, path)


def _check_condition(condition: Condition, terms: Terms, path: str) -> Iterator[Finding]:
    is_fixed = condition.event is TriggerEvent.FIXED_DATE
    if is_fixed and condition.on is None:
        yield error("deals.fixed-date-missing", f"{path}.on")
    if not is_fixed and condition.on is not None:
        yield error("deals.fixed-date-not-wanted", f"{path}.on", event=condition.event.value)
    if condition.number is not None and condition.event not in _NUMBERED:
        yield error("deals.number-not-wanted", f"{path}.number", event=condition.event.value)
    if condition.event is TriggerEvent.WARRANTY_ENDED and (terms.warranty is None or not terms.warranty.months):
        yield error("deals.trigger-without-warranty", path)


def _check_delivery(terms: Terms, where: str) -> Iterator[Finding]:
    delivery, path = terms.delivery, f"{where}.delivery"
    if (delivery.due is None) == (delivery.days_after_signing is None):
        yield error("deals.delivery-day-or-term", path)
    dated = terms.contract.dated
    if delivery.due and dated and delivery.due < dated:
        yield error("deals.delivery-before-contract", f"{path}.due", due=delivery.due, dated=dated)


def _check_standards(terms: Terms, where: str) -> Iterator[Finding]:
    seen: set[str] = set()
    for index, standard in enumerate(terms.acceptance.standards):
        if standard.name in seen:
            path = f"{where}.acceptance.standards[{index}].name"
            yield error("deals.standard-twice", path, name=standard.name)
        seen.add(standard.name)


def _check_penalties(terms: Terms, where: str) -> Iterator[Finding]:
    """Late delivery and late payment are two clauses; one never stands in for the other (X-02)."""
    if terms.late_payment is None:
        yield note("deals.no-late-payment-clause", f"{where}.late_payment")
    else:
        yield from _check_penalty(terms.late_payment, f"{where}.late_payment")
    if terms.late_delivery is not None:
        yield from _check_penalty(terms.late_delivery, f"{where}.late_delivery")
        if PenaltyBase.OVERDUE_BALANCE in {terms.late_delivery.base, terms.late_delivery.cap_base}:
            yield error("deals.late-delivery-base", f"{where}.late_delivery.base")


def _check_penalty(clause: PenaltyClause, where: str) -> Iterator[Finding]:
    if clause.daily_rate > _HIGH_DAILY_RATE:
        yield warning("deals.daily-rate-high", f"{where}.daily_rate", rate=percent_words(clause.daily_rate))
    if clause.cap is None:
        yield warning("deals.penalty-without-cap", f"{where}.cap")
