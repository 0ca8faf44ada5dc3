"""The due board: one row an instalment, as of a day, with everything a collector asks before picking up the phone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache

from docgen.deals.plan import InstalmentKind
from docgen.deals.schedule import PaymentState
from docgen.deals.standing import MAJOR_DAYS, Stage
from docgen.receivables.limitation import Interrupted, Interruption, Limitation, limitation
from docgen.receivables.outline import Claim, Outline, penalties_on
from docgen.receivables.stages import LetterSeen, NextStep, Question, asking, step_after

_NOTHING = Decimal("0.00")
_SPELLINGS_KEPT = 8192
"""Days and amounts remembered by their text."""
_KINDS = {each.value: each for each in InstalmentKind}
_WORDS = {
    PaymentState.NOT_DUE: "未到期",
    PaymentState.DUE_SOON: "到期提醒",
    PaymentState.PART_PAID: "部分回款",
    PaymentState.PAID: "已回款",
    PaymentState.WRITTEN_OFF: "已核销",
}


@dataclass(frozen=True, slots=True)
class Held:
    """A handling flag in force (P12): disputed, promised or paused, why, and until when."""

    flag: str
    reason: str
    until: date | None


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One instalment as of a day; money in 元. `penalty` is None where the contract has no late-payment clause.

    `interest` is what the statute claims where the contract has no such clause and it applies (P16), else None.
    `promise_broken_on` is since when a signed repayment plan was not kept: it holds no letter back any more.
    `advance` is what the customer paid beyond all that is owed under the contract; it stands on the last row only.
    """

    contract_no: str
    order_no: str
    customer_id: str
    customer: str
    owner: str
    company: str
    contract_total: Decimal
    seq: int
    kind: InstalmentKind
    title: str
    amount: Decimal
    paid: Decimal
    balance: Decimal
    written_off: Decimal
    advance: Decimal
    state: PaymentState
    status_text: str
    held: Held | None
    promise_broken_on: date | None
    delay_reason: str
    trigger: str
    triggered_on: date | None
    evidence: tuple[str, ...]
    due_nominal: date | None
    due: date | None
    is_provisional: bool
    paid_on: date | None
    overdue_days: int
    penalty: Decimal | None
    interest: Decimal | None
    stage: Stage | None
    last_letter: LetterSeen | None
    limitation: Limitation | None
    next_step: NextStep


def board_rows(
    found: Outline,
    *,
    as_of: date,
    letters: Mapping[int, Iterable[LetterSeen]] | None = None,
    is_proof: Callable[[str], bool] = bool,
) -> tuple[BoardRow, ...]:
    """Return the rows of a deal on a day of its outline's run.

    `letters` are those about each instalment; `is_proof` says whether the evidence named with a promise is kept.
    """
    penalties = penalties_on(found, as_of)
    known = {seq: asking(tuple(each), as_of=as_of) for seq, each in (letters or {}).items()}
    is_open = any(_money(each.balance) for each in found.claims)
    dues = [_day(each.due) for each in found.claims]
    last_due = max((day for day in dues if day), default=None) if all(dues) else None
    own = {each.seq: _interruptions(each, known.get(each.seq, ()), is_proof) for each in found.claims if is_open}
    debt = tuple(one for each in own.values() for one in each)
    last = found.claims[-1].seq if found.claims else 0
    return tuple(
        _row(
            found,
            each,
            as_of=as_of,
            grown=penalties.get(each.seq, _NOTHING),
            letters=known.get(each.seq, ()),
            clock=_clock(each, own.get(each.seq, ()), as_of=as_of, last_due=last_due, debt=debt),
            advance=_money(found.advance) if each.seq == last else _NOTHING,
        )
        for each in found.claims
    )


def _row(  # noqa: PLR0913  # what a row is made of
    found: Outline,
    claim: Claim,
    *,
    as_of: date,
    grown: Decimal,
    letters: tuple[LetterSeen, ...],
    clock: Limitation | None,
    advance: Decimal,
) -> BoardRow:
    due = _day(claim.due)
    amount, paid, balance = _money(claim.amount), _money(claim.paid), _money(claim.balance)
    late = max((as_of - due).days, 0) if due and balance else 0
    state = _state(claim, due, balance=balance, paid=paid, as_of=as_of, remind_days=found.remind_days)
    stage = _stage(state, late)
    held = Held(str(claim.flag[0]), str(claim.flag[1]), _day(claim.flag[2])) if claim.flag else None
    asked = _asked(claim, stage, held, due, is_open=bool(balance), as_of=as_of, late=late, clock=clock)
    return BoardRow(
        contract_no=found.contract_no,
        order_no=found.order_no,
        customer_id=found.customer_id,
        customer=found.customer,
        owner=found.owner,
        company=found.company,
        contract_total=_money(found.total),
        seq=claim.seq,
        kind=asked.kind,
        title=claim.title,
        amount=amount,
        paid=paid,
        balance=balance,
        written_off=_money(claim.written_off),
        advance=advance,
        state=state,
        status_text=_status_text(found, claim, state, late=late, is_part_paid=bool(paid and paid < amount)),
        held=held,
        promise_broken_on=_day(claim.promise_broken) if balance else None,
        delay_reason=claim.overdue_reason if late else "",
        trigger=claim.trigger,
        triggered_on=asked.triggered_on,
        evidence=tuple(claim.evidence),
        due_nominal=_day(claim.due_nominal),
        due=due,
        is_provisional=claim.is_provisional,
        paid_on=_day(claim.paid_on),
        overdue_days=late,
        penalty=grown if found.has_penalty else None,
        interest=grown if found.is_statute else None,
        stage=stage,
        last_letter=letters[-1] if letters else None,
        limitation=clock,
        next_step=step_after(asked, letters),
    )


def _asked(  # noqa: PLR0913  # all the next step depends on
    claim: Claim,
    stage: Stage | None,
    held: Held | None,
    due: date | None,
    *,
    is_open: bool,
    as_of: date,
    late: int,
    clock: Limitation | None,
) -> Question:
    return Question(
        kind=_KINDS[claim.kind],
        stage=stage,
        is_open=is_open,
        as_of=as_of,
        due=due,
        triggered_on=_day(claim.triggered_on),
        overdue_days=late,
        is_on_signing=claim.is_on_signing,
        is_after_warranty=claim.is_after_warranty,
        is_on_acceptance=claim.is_on_acceptance,
        notice_from=_day(claim.notice_from),
        hold=(held.flag, held.reason, held.until) if held else None,
        alert=clock.alert if clock else None,
    )


def _clock(
    claim: Claim,
    own: tuple[Interrupted, ...],
    *,
    as_of: date,
    last_due: date | None,
    debt: tuple[Interrupted, ...],
) -> Limitation | None:
    """Return the limitation clock of an instalment; None where nothing of it is open, or its due day is not known."""
    due = _day(claim.due)
    if due is None or not _money(claim.balance):
        return None
    return limitation(due, as_of=as_of, last_due=last_due, own=own, debt=debt)


def _interruptions(
    claim: Claim, letters: Iterable[LetterSeen], is_proof: Callable[[str], bool]
) -> tuple[Interrupted, ...]:
    """Return what started the period anew: money and promises of the record, and demands that arrived."""
    told = [
        Interrupted(date.fromisoformat(on), Interruption(what), proof if proof and is_proof(proof) else "")
        for on, what, proof in claim.interruptions
    ]
    arrived = [
        Interrupted(each.delivered_on, Interruption.LETTER, each.proof)
        for each in letters
        if each.delivered_on and not each.failed_on
    ]
    return (*told, *arrived)


def _state(  # noqa: PLR0913  # all that a state depends on
    claim: Claim, due: date | None, *, balance: Decimal, paid: Decimal, as_of: date, remind_days: int
) -> PaymentState:
    if _money(claim.written_off):
        return PaymentState.WRITTEN_OFF
    if not balance:
        return PaymentState.PAID
    if due and as_of > due:
        return PaymentState.OVERDUE
    if due and as_of >= due - timedelta(days=remind_days):
        return PaymentState.DUE_SOON
    return PaymentState.PART_PAID if paid else PaymentState.NOT_DUE


def _stage(state: PaymentState, late: int) -> Stage | None:
    if state is PaymentState.DUE_SOON:
        return Stage.REMINDER
    if state is not PaymentState.OVERDUE:
        return None
    return Stage.MAJOR if late >= MAJOR_DAYS else Stage.OVERDUE


def _status_text(found: Outline, claim: Claim, state: PaymentState, *, late: int, is_part_paid: bool) -> str:
    part = "部分回款，" if is_part_paid else ""
    if state is PaymentState.OVERDUE:
        return f"{part}逾期{late}天"
    if claim.due is None and _money(claim.balance) and found.ended_on:
        return f"{part}合同已终止，待结算"
    return part + _WORDS[state] if state in {PaymentState.DUE_SOON, PaymentState.WRITTEN_OFF} else _WORDS[state]


@lru_cache(maxsize=_SPELLINGS_KEPT)
def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


_money = lru_cache(maxsize=_SPELLINGS_KEPT)(Decimal)
"""An amount from its text: the same few stand in very many rows, and need not lie there as many times."""
