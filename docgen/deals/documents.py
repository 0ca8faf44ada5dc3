"""Which papers a deal must have on a day, which it has, which are missing, and which may not go out yet (P14).

A paper is required once its milestone is reached, missing while it is neither issued (own) nor filed (incoming), and
forbidden before. A letter that asks for money is required only while that money is open and no dispute, promise or
pause stands against it. Papers that bring a milestone about (签收单, 合同解除通知书) are not forbidden before it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from docgen.deals import paperwork as paper
from docgen.deals.amending import effective_on
from docgen.deals.fulfilment import TerminationGround
from docgen.deals.paperwork import WHOLE_CONTRACT, Direction, PaperSeen, first_seen, subject
from docgen.deals.penalties import late_delivery
from docgen.deals.plan import TriggerEvent
from docgen.deals.pricing import LineKind
from docgen.deals.schedule import InstalmentStatus
from docgen.deals.situation import Situation
from docgen.deals.standing import Stage, stage_of

SERVICE_WORKDAYS = 3
"""The customer confirms a service plan so many working days before the start (R-2.4-04)."""
FINAL_DEMAND_DAYS = 7
"""The 尾款催收函 goes out so many days before the warranty ends (R-2.5-06, X-03)."""
_OWN, _IN = Direction.OWN, Direction.INCOMING


@dataclass(frozen=True, slots=True)
class PaperNeed:
    """One paper of the milestone table: may it go out (`is_reached`), and must it be there (`is_required`)?"""

    title: str
    direction: Direction
    subject: str
    milestone: str
    is_reached: bool
    is_required: bool


@dataclass(frozen=True, slots=True)
class Documents:
    """The papers of a deal on a day."""

    required: tuple[PaperNeed, ...]
    issued: tuple[PaperSeen, ...]
    missing: tuple[PaperNeed, ...]
    forbidden: tuple[PaperNeed, ...]


def documents(now: Situation) -> Documents:
    """Return the papers that must be there, are there, are missing, and may not go out, in the table's order."""
    needs = tuple(_needs(now))
    absent = [each for each in needs if not _is_seen(each, now)]
    return Documents(
        required=tuple(each for each in needs if each.is_required),
        issued=tuple(sorted(now.papers, key=lambda each: (each.on, each.title, each.subject, each.direction))),
        missing=tuple(each for each in absent if each.is_required),
        forbidden=tuple(each for each in absent if each.direction is _OWN and not each.is_reached),
    )


def _is_seen(need: PaperNeed, now: Situation) -> bool:
    return first_seen(now.papers, need.title, direction=need.direction, about=need.subject) is not None


def _needs(now: Situation) -> Iterator[PaperNeed]:
    yield from _signing(now)
    yield from _advances(now)
    yield from _performance(now)
    yield from _acceptances(now)
    yield from _progress(now)
    yield from _delay(now)
    yield from _changes(now)
    yield from _warranty(now)
    yield from _overdue(now)
    yield from _ending(now)


def _need(  # noqa: PLR0913  # the columns of the table
    title: str,
    milestone: str,
    *,
    when: bool,
    about: str = WHOLE_CONTRACT,
    direction: Direction = _OWN,
    allowed: bool | None = None,
) -> PaperNeed:
    """Return one row; `when` the paper is required, `allowed` when it may go out (from then on by default)."""
    is_reached = when if allowed is None else allowed
    return PaperNeed(title, direction, about, milestone, is_reached=is_reached, is_required=when)


def _signing(now: Situation) -> Iterator[PaperNeed]:
    is_open = any(row.balance for row in now.rows)
    for title in (paper.CHECKLIST, paper.ORDER_APPROVAL, paper.CONTRACT):
        yield _need(title, "合同签订前", when=True)
    yield _need(paper.RECEIVABLES, "合同签订前", when=is_open, allowed=True)
    yield _need(paper.CONTRACT, "合同已签订", when=bool(now.signed), direction=_IN)


def _advances(now: Situation) -> Iterator[PaperNeed]:
    for row, _ in now.hanging_on(TriggerEvent.SIGNED):
        about, signed = subject("instalment", row.seq), bool(now.signed)
        wanted = signed and now.is_asked_for(row)
        yield _need(paper.ADVANCE_NOTICE, "合同已签订", when=wanted, about=about, allowed=signed)


def _performance(now: Situation) -> Iterator[PaperNeed]:
    if now.has(LineKind.SERVICE):
        yield _need(paper.SERVICE_PLAN, "服务开始前", when=_starts_soon(now), allowed=True)
    for each in now.deliveries:
        about = subject("delivery", each.seq)
        if now.brings(each, LineKind.PRODUCT):
            yield _need(paper.QUALITY_REPORT, "发货前", when=True, about=about, direction=_IN)
        yield _need(paper.RECEIPT, "已交付", when=True, about=about)
        yield _need(paper.RECEIPT, "已交付", when=True, about=about, direction=_IN)
        yield _need(paper.SURVEY, "已交付", when=True, about=about)
    if not now.deliveries:
        yield _need(paper.SURVEY, "已交付", when=False, about=subject("delivery", 1))


def _starts_soon(now: Situation) -> bool:
    if not now.signed:
        return False
    if now.deliveries or any(each.on <= now.as_of for each in now.deal.facts.acceptances):
        return True
    start = now.delivery.nominal if now.delivery else None
    return bool(start and now.as_of >= now.calendar.add_workdays(start, -SERVICE_WORKDAYS).day)


def _acceptances(now: Situation) -> Iterator[PaperNeed]:
    held = [each for each in now.deal.facts.acceptances if each.on <= now.as_of]
    for each in held:
        about = subject("acceptance", each.seq)
        yield _need(paper.ACCEPTANCE_REPORT, "已组织验收", when=True, about=about)
        yield _need(paper.ACCEPTANCE_REPORT, "已组织验收", when=True, about=about, direction=_IN)
    if not held:
        yield _need(paper.ACCEPTANCE_REPORT, "已组织验收", when=False, about=subject("acceptance", 1))


def _progress(now: Situation) -> Iterator[PaperNeed]:
    finals = {row.seq for row, _ in now.hanging_on(TriggerEvent.WARRANTY_ENDED)}
    for row, condition in now.hanging_on(TriggerEvent.ACCEPTED):
        if row.seq in finals:
            continue
        passed = now.accepted_for(condition) is not None
        wanted = passed and now.is_asked_for(row)
        about = subject("instalment", row.seq)
        yield _need(paper.PROGRESS_NOTICE, "验收通过或视为通过", when=wanted, about=about, allowed=passed)


def _delay(now: Situation) -> Iterator[PaperNeed]:
    """A delay that came, or that somebody foresaw and wrote down."""
    is_foreseen = any(each.on <= now.as_of for each in now.deal.facts.delays)
    late = late_delivery(now.deal, as_of=now.as_of, calendar=now.calendar)
    is_late = bool(late and late.days + late.stopped_days)
    yield _need(paper.DELAY_NOTICE, "交付延期或预计延期", when=is_foreseen or is_late)


def _changes(now: Situation) -> Iterator[PaperNeed]:
    for change in now.deal.changes:
        about = subject("change", change.seq)
        asked = change.requested_on <= now.as_of
        signed = effective_on(now.deal, change, as_of=now.as_of) is not None
        yield _need(paper.CHANGE_REQUEST, "提出变更", when=asked, about=about)
        yield _need(paper.SUPPLEMENT, "提出变更", when=asked, about=about)
        yield _need(paper.SUPPLEMENT, "变更已签署", when=signed, about=about, direction=_IN)
        yield _need(paper.ORDER_APPROVAL, "变更已签署", when=signed, about=about, allowed=asked)
    if not now.deal.changes:
        yield _need(paper.SUPPLEMENT, "提出变更", when=False, about=subject("change", 1))


def _warranty(now: Situation) -> Iterator[PaperNeed]:
    if now.terms.warranty is None or not now.terms.warranty.months:
        return
    ends = now.warranty.ends_on if now.warranty else None
    is_near = bool(ends and now.as_of >= ends - timedelta(days=FINAL_DEMAND_DAYS))
    rows = [row for row, _ in now.hanging_on(TriggerEvent.WARRANTY_ENDED)]
    for row in rows:
        wanted = is_near and now.is_asked_for(row)
        about = subject("instalment", row.seq)
        yield _need(paper.FINAL_DEMAND, "质保期满前7天", when=wanted, about=about, allowed=is_near)
    wanted = is_near and any(now.is_asked_for(row) for row in rows)
    yield _need(paper.WARRANTY_FORM, "质保期满前7天", when=wanted, allowed=is_near)
    yield _need(paper.WARRANTY_CERTIFICATE, "质保期满次日起", when=bool(ends and now.as_of > ends))


def _overdue(now: Situation) -> Iterator[PaperNeed]:
    for row in now.rows:
        yield from _overdue_letters(now, row)


def _overdue_letters(now: Situation, row: InstalmentStatus) -> Iterator[PaperNeed]:
    about, stage, is_asked = subject("instalment", row.seq), stage_of(row), now.is_asked_for(row)
    is_late, is_major = row.overdue_days > 0, stage is Stage.MAJOR
    wanted = stage is Stage.OVERDUE and is_asked
    yield _need(paper.OVERDUE_DEMAND, "逾期1至30天", when=wanted, about=about, allowed=is_late)
    if first_seen(now.papers, paper.OVERDUE_DEMAND, direction=_OWN, about=about):
        yield _need(paper.OVERDUE_PROOF, "逾期催收函已发出", when=True, about=about, direction=_IN)
    for title in (paper.FORMAL_DEMAND, paper.LAWYER_DRAFT):
        yield _need(title, "逾期31天起", when=is_major and is_asked, about=about, allowed=is_major)


def _ending(now: Situation) -> Iterator[PaperNeed]:
    termination, is_ended = now.deal.facts.termination, now.ended_early is not None
    if is_ended and termination and termination.ground is TerminationGround.NOTICE:
        yield _need(paper.END_NOTICE, "合同提前终止", when=True)
        yield _need(paper.END_PROOF, "合同提前终止", when=True, direction=_IN)
    elif is_ended:
        yield _need(paper.END_AGREEMENT, "合同提前终止", when=True)
    yield _need(paper.SETTLEMENT, "合同提前终止", when=is_ended)
    if is_ended:
        yield _need(paper.SETTLEMENT, "合同提前终止", when=True, direction=_IN)
