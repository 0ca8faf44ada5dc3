"""Random deals that could have happened: terms that add up, facts in a possible order, everything else left to chance.

Built from the sample deal by replacing parts, so that parties and wording need no inventing. Sound by construction:
the test asks the program's own checks to agree.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from docgen.deals.changes import Change, NewTerms, WordedChange
from docgen.deals.checks_payments import check_penalty_first
from docgen.deals.checks_refunds import check_refunds
from docgen.deals.deal import ChangeSignature, Deal, Facts
from docgen.deals.fulfilment import (
    Acceptance,
    AcceptanceItem,
    AcceptanceResult,
    Delivery,
    Invoice,
    Notice,
    Payment,
    Refund,
    Signature,
    Termination,
    TerminationGround,
)
from docgen.deals.handling import (
    Delay,
    DelayCause,
    FlagKind,
    HandlingFlag,
    OverdueCause,
    OverdueReason,
    TaskDone,
    WriteOff,
)
from docgen.deals.penalty import PenaltyBase, PenaltyClause
from docgen.deals.plan import Condition, Instalment, InstalmentKind, TermUnit, Trigger, TriggerEvent
from docgen.deals.pricing import LineKind, PriceLine
from docgen.deals.terms import DeliveryTerms, PaymentOrder, Terms, Warranty
from docgen.deals.totals import line_amount
from docgen.deals.workdays import Calendar
from docgen.findings import has_errors

BEGIN = date(2024, 1, 1)
SPAN = 900
CLAUSE = "第四条"
EVENTS = [each for each in TriggerEvent if each is not TriggerEvent.FIXED_DATE]
HUNDRED = 100
WORDED = WordedChange(clause="第十条", subject="联系人", old="甲", new="乙")
"""In each change, so that none changes nothing."""

days = st.integers(0, SPAN).map(lambda count: BEGIN + timedelta(days=count))
rates = st.sampled_from(["0", "0.01", "0.03", "0.06", "0.09", "0.13"]).map(Decimal)


def later(day: date, most: int = 200) -> st.SearchStrategy[date]:
    return st.integers(0, most).map(lambda count: day + timedelta(days=count))


lines = st.builds(
    PriceLine,
    name=st.just("服务器"),
    kind=st.sampled_from(LineKind),
    unit=st.just("台"),
    quantity=st.integers(1, 9999).map(lambda count: Decimal(count) / 100),
    unit_price=st.integers(10**8, 10**10).map(lambda count: Decimal(count) / 10_000),
    tax_rate=rates,
)
clauses = st.builds(
    PenaltyClause,
    daily_rate=st.integers(1, 5000).map(lambda count: Decimal(count) / 1_000_000),
    base=st.sampled_from(PenaltyBase),
    cap=st.none() | st.integers(1, 30).map(lambda count: Decimal(count) / HUNDRED),
    cap_base=st.sampled_from(PenaltyBase),
    clause=st.just(CLAUSE),
)
our_clauses = st.builds(
    PenaltyClause,
    daily_rate=st.just(Decimal("0.001")),
    base=st.just(PenaltyBase.CONTRACT_TOTAL),
    cap=st.none() | st.just(Decimal("0.05")),
    cap_base=st.just(PenaltyBase.CONTRACT_TOTAL),
    clause=st.just(CLAUSE),
)


@st.composite
def plans(draw: st.DrawFn) -> tuple[Instalment, ...]:
    """Shares of whole per cents that make 100, each part hanging on one to three events."""
    cuts = sorted(draw(st.sets(st.integers(1, HUNDRED - 1), max_size=4)))
    shares = [high - low for low, high in zip([0, *cuts], [*cuts, HUNDRED], strict=True)]
    return tuple(
        Instalment(
            seq=seq,
            kind=draw(st.sampled_from(InstalmentKind)),
            share=Decimal(share) / HUNDRED,
            trigger=draw(triggers()),
            clause=CLAUSE,
        )
        for seq, share in enumerate(shares, start=1)
    )


@st.composite
def triggers(draw: st.DrawFn) -> Trigger:
    events = draw(st.lists(st.sampled_from(EVENTS), unique=True, max_size=2))
    conditions = [Condition(event=each) for each in events]
    if not conditions or draw(st.booleans()):
        conditions.append(Condition(event=TriggerEvent.FIXED_DATE, on=draw(days)))
    return Trigger(all_of=tuple(conditions), term=draw(st.integers(0, 90)), unit=draw(st.sampled_from(TermUnit)))


def total_of(rows: tuple[PriceLine, ...]) -> Decimal:
    return sum((line_amount(row) for row in rows), Decimal("0.00"))


price_tables = st.lists(lines, min_size=1, max_size=4).map(tuple)


@st.composite
def some_terms(draw: st.DrawFn, sample: Terms) -> Terms:
    rows = draw(price_tables)
    return sample.model_copy(
        update={
            "lines": rows,
            "total": total_of(rows),
            "plan": draw(plans()),
            "delivery": DeliveryTerms(days_after_signing=draw(st.integers(1, 120)), place="客户处", clause=CLAUSE),
            "warranty": Warranty(months=draw(st.integers(1, 24)), clause=CLAUSE),
            "late_payment": draw(st.none() | clauses),
            "late_delivery": draw(st.none() | our_clauses),
            "rolls_due_dates": draw(st.booleans()),
            "rolls_fixed_dates": draw(st.booleans()),
            "remind_days": draw(st.integers(0, 90)),
            "payment_order": draw(st.sampled_from(PaymentOrder)),
            "contract": sample.contract.model_copy(update={"dated": None}),
        }
    )


@st.composite
def some_changes(draw: st.DrawFn, signed: date) -> tuple[tuple[Change, ...], tuple[ChangeSignature, ...]]:
    changes, signatures = [], []
    for seq in range(1, draw(st.integers(0, 2)) + 1):
        rows = draw(price_tables)
        asked = draw(later(signed))
        new = NewTerms(lines=rows, total=total_of(rows), plan=draw(st.none() | plans()))
        changes.append(Change(seq=seq, requested_on=asked, reason="变更", new=new, worded=(WORDED,)))
        if draw(st.booleans()):
            signatures.append(ChangeSignature(change=seq, ours=draw(later(asked)), theirs=draw(later(asked))))
    return tuple(changes), tuple(signatures)


@st.composite
def some_facts(draw: st.DrawFn, signed: date, parts: int, signatures: tuple[ChangeSignature, ...]) -> Facts:
    def several(most: int) -> range:
        return range(1, draw(st.integers(0, most)) + 1)

    def part() -> int | None:
        return draw(st.none() | st.integers(1, parts))

    amounts = st.integers(1, 10**8).map(lambda fen: Decimal(fen) / HUNDRED)
    delivered = [draw(later(signed)) for _ in several(2)]
    accepted = [draw(later(max([*delivered, signed]))) for _ in several(2)]
    return Facts(
        signature=Signature(ours=signed, theirs=signed),
        change_signatures=signatures,
        deliveries=tuple(Delivery(seq=seq, on=day) for seq, day in enumerate(delivered, start=1)),
        acceptances=tuple(_acceptance(seq, day, draw(st.booleans())) for seq, day in enumerate(accepted, start=1)),
        invoices=tuple(
            Invoice(
                number=str(seq), on=signed, amount=draw(amounts), instalment=part(), received_on=draw(later(signed))
            )
            for seq in several(3)
        ),
        payments=tuple(
            Payment(seq=seq, on=draw(later(signed, 500)), amount=draw(amounts), instalment=part()) for seq in several(5)
        ),
        refunds=tuple(
            Refund(seq=seq, on=draw(later(signed, 500)), amount=draw(amounts), reason="多付") for seq in several(1)
        ),
        notices=tuple(
            Notice(seq=seq, what="付款通知", received_on=draw(later(signed)), instalment=part()) for seq in several(2)
        ),
        flags=tuple(draw(some_flags(seq, signed, part())) for seq in several(3)),
        overdue_reasons=tuple(
            OverdueReason(
                seq=seq,
                on=draw(later(signed, 500)),
                instalment=part(),
                cause=draw(st.sampled_from(OverdueCause)),
                reason="原因",
            )
            for seq in several(2)
        ),
        write_offs=tuple(
            WriteOff(instalment=seq, on=draw(later(signed, 500)), reason="核销")
            for seq in draw(st.sets(st.integers(1, parts), max_size=1))
        ),
        delays=tuple(draw(some_delays(seq, signed)) for seq in several(2)),
        tasks_done=tuple(TaskDone(seq=seq, rule="R-2.4-13", on=draw(later(signed))) for seq in several(1)),
        termination=draw(
            st.none()
            | st.builds(
                Termination,
                on=later(signed, 800),
                ground=st.sampled_from(TerminationGround),
                evidence=st.just("凭据"),
            )
        ),
    )


def _acceptance(seq: int, day: date, has_passed: bool) -> Acceptance:  # noqa: FBT001  # drawn
    item = AcceptanceItem(name="功能", standard="通过", result="见报告", passed=has_passed)
    more: dict[str, Any] = {} if has_passed else {"rectification": "整改", "rectify_by": day + timedelta(days=7)}
    result = AcceptanceResult.PASSED if has_passed else AcceptanceResult.FAILED
    return Acceptance(seq=seq, on=day, place="现场", people=("*总",), items=(item,), result=result, **more)


@st.composite
def some_flags(draw: st.DrawFn, seq: int, signed: date, part: int | None) -> HandlingFlag:
    on = draw(later(signed, 500))
    kind = draw(st.sampled_from(FlagKind))
    until = None if kind is FlagKind.NONE else draw(later(on, 60))
    return HandlingFlag(seq=seq, on=on, instalment=part, flag=kind, reason="原因", until=until)


@st.composite
def some_delays(draw: st.DrawFn, seq: int, signed: date) -> Delay:
    first = draw(later(signed))
    return Delay(
        seq=seq,
        on=first,
        cause=draw(st.sampled_from(DelayCause)),
        reason="原因",
        from_day=first,
        to_day=draw(later(first, 20)),
    )


@st.composite
def deals(draw: st.DrawFn, sample: Deal) -> Deal:
    """Draw a signed deal with anything from nothing to a whole life of facts."""
    signed = draw(days)
    terms = draw(some_terms(sample.terms))
    changes, signatures = draw(some_changes(signed))
    parts = min([len(terms.plan), *(len(each.new.plan) for each in changes if each.new.plan)])
    facts = draw(some_facts(signed, parts, signatures))
    return with_sound_refunds(sample.model_copy(update={"terms": terms, "changes": changes, "facts": facts}))


def with_sound_refunds(deal: Deal) -> Deal:
    """Return the deal with its refunds, without them where one gives back what was not paid too much."""
    if not has_errors([*check_refunds(deal), *check_penalty_first(deal, Calendar())]):
        return deal
    return deal.model_copy(update={"facts": deal.facts.model_copy(update={"refunds": ()})})
