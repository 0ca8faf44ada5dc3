"""By when somebody must do something, by the manuals' numbered rules, and when it was done.

Only rules for which the record carries the days are here. 天 and 日 are natural days, 工作日 working days; our own
deadlines do not roll (P2); 24 hours end at the same time of the next day or, from a day without a time, with that day
(X-17). A duty is done on the day its paper was issued or filed, the event came, or a person recorded it
(`facts.tasks_done`); a letter about money also on the day that money was in. An open duty stays in the list however old
it is. Services start on the agreed delivery day, since the record gives no other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from docgen.deals import paperwork as paper
from docgen.deals.documents import FINAL_DEMAND_DAYS, SERVICE_WORKDAYS
from docgen.deals.fulfilment import Acceptance, AcceptanceResult, Delivery
from docgen.deals.milestones import delivered_on, passed_acceptances
from docgen.deals.paperwork import WHOLE_CONTRACT, Direction, first_seen, subject
from docgen.deals.plan import TriggerEvent
from docgen.deals.pricing import LineKind
from docgen.deals.schedule import InstalmentStatus
from docgen.deals.situation import Situation
from docgen.deals.standing import MAJOR_DAYS
from docgen.deals.workdays import Rolled

_OWN, _IN = Direction.OWN, Direction.INCOMING
_ESCALATION = "R-2.5-08"

RULES: tuple[str, ...] = (
    "R-2.3-04", "R-2.3-10", "R-2.4-04", "R-2.4-05", "R-2.4-06", "R-2.4-07", "R-2.4-11", "R-2.4-12", "R-2.4-13",
    "R-2.4-15", "R-2.5-04", "R-2.5-05", "R-2.5-06", "R-2.5-08", "R-2.6-04",
)  # fmt: skip
"""The rules this module knows a deadline for."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """One duty: the rule, what to do, about which part of the deal, by which day, and the day it was done.

    Times of day are wall clock, HH:MM, and only known where the record gives them; None is the end of the day.
    """

    rule: str
    what: str
    subject: str
    due: date
    is_provisional: bool
    done: date | None
    due_time: str | None = None
    done_time: str | None = None


def deadlines(now: Situation) -> tuple[Deadline, ...]:
    """Return every deadline of a deal as known on a day, the earliest first.

    After an early end, open duties of performance that fall later are gone; demands for money owed are not.
    """
    found = (*_on_signing(now), *_before_service(now), *_on_delivery(now), *_on_acceptance(now), *_on_money(now))
    kept = (each for each in (*found, *_on_delay(now)) if not _is_moot(each, now))
    return tuple(sorted(kept, key=lambda each: (each.due, each.rule, each.subject)))


def _is_moot(each: Deadline, now: Situation) -> bool:
    ended = now.ended_early
    return bool(ended and each.done is None and each.due > ended and each.rule != _ESCALATION)


def _on_signing(now: Situation) -> Iterator[Deadline]:
    if now.delivery:
        done = delivered_on(now.deal, as_of=now.as_of)
        due = Rolled(now.delivery.due, now.delivery.is_provisional)
        yield _deadline(now, "R-2.3-04", "全部交付", due, done=done)
    if now.signed is None:
        return
    filed = first_seen(now.papers, paper.CONTRACT, direction=_IN)
    due = now.calendar.add_workdays(now.signed, 1)
    yield _deadline(now, "R-2.3-10", "签订的合同扫描归档，通知财务、客服", due, done=filed)
    for row, _ in now.hanging_on(TriggerEvent.SIGNED):
        yield _letter(now, "R-2.5-04", paper.ADVANCE_NOTICE, row, _after(now.signed, 3))


def _before_service(now: Situation) -> Iterator[Deadline]:
    if now.delivery is None or not now.has(LineKind.SERVICE):
        return
    start = now.delivery.nominal
    planned = first_seen(now.papers, paper.SERVICE_PLAN, direction=_IN)
    due = now.calendar.add_workdays(start, -SERVICE_WORKDAYS)
    yield _deadline(now, "R-2.4-04", "与客户确认服务时间、地点、对接人", due, done=planned)
    yield _deadline(now, "R-2.4-06", "服务人员提前到场", _after(start, -1))


def _on_delivery(now: Situation) -> Iterator[Deadline]:
    for each in now.deliveries:
        about = subject("delivery", each.seq)
        if now.brings(each, LineKind.PRODUCT):
            filed = first_seen(now.papers, paper.QUALITY_REPORT, direction=_IN, about=about)
            due = Rolled(each.dispatched_on or each.on)
            yield _deadline(now, "R-2.4-05", f"第{each.seq}次发货前取得质检报告", due, about=about, done=filed)
        yield from _tracking(now, each)
        surveyed = first_seen(now.papers, paper.SURVEY, direction=_OWN, about=about)
        what = f"第{each.seq}次交付后做满意度调查"
        yield _deadline(now, "R-2.4-15", what, _after(each.on, 7), about=about, done=surveyed)


def _tracking(now: Situation, delivery: Delivery) -> Iterator[Deadline]:
    if delivery.dispatched_on:
        about, due = subject("delivery", delivery.seq), _after(delivery.dispatched_on, 1)
        told = delivery.tracking_told_on
        what = f"第{delivery.seq}次发货后告知物流单号"
        found = _deadline(now, "R-2.4-07", what, due, about=about, done=told)
        done_time = delivery.tracking_told_time if found.done and found.done == told else None
        yield replace(found, due_time=delivery.dispatched_time, done_time=done_time)


def _on_acceptance(now: Situation) -> Iterator[Deadline]:
    for each in (each for each in now.deal.facts.acceptances if each.on <= now.as_of):
        about = subject("acceptance", each.seq)
        if each.result is AcceptanceResult.FAILED:
            yield from _rectification(now, each)
            continue
        filed = first_seen(now.papers, paper.ACCEPTANCE_REPORT, direction=_IN, about=about)
        due = now.calendar.add_workdays(each.on, 1)
        yield _deadline(now, "R-2.4-12", f"第{each.seq}次验收报告扫描归档，同步财务", due, about=about, done=filed)
        yield _deadline(now, "R-2.4-13", f"第{each.seq}次验收后回访客户", _after(each.on, 3), about=about)


def _rectification(now: Situation, failed: Acceptance) -> Iterator[Deadline]:
    if failed.rectify_by is None:
        return
    later = (each.on for each in passed_acceptances(now.deal, as_of=now.as_of) if each.seq > failed.seq)
    what, about = f"第{failed.seq}次验收的整改项", subject("acceptance", failed.seq)
    yield _deadline(now, "R-2.4-11", what, Rolled(failed.rectify_by), about=about, done=min(later, default=None))


def _on_money(now: Situation) -> Iterator[Deadline]:
    finals = [row for row, _ in now.hanging_on(TriggerEvent.WARRANTY_ENDED)]
    for row, condition in now.hanging_on(TriggerEvent.ACCEPTED):
        passed = now.accepted_for(condition)
        if passed and row not in finals:
            yield _letter(now, "R-2.5-05", paper.PROGRESS_NOTICE, row, now.calendar.add_workdays(passed, 1))
    for row in finals:
        if now.warranty:
            yield _letter(now, "R-2.5-06", paper.FINAL_DEMAND, row, _after(now.warranty.ends_on, -FINAL_DEMAND_DAYS))
    for row in now.rows:
        if row.due and row.overdue_days and now.is_asked_for(row):
            yield _letter(now, _ESCALATION, paper.FORMAL_DEMAND, row, _after(row.due, MAJOR_DAYS))


def _letter(now: Situation, rule: str, title: str, row: InstalmentStatus, due: Rolled) -> Deadline:
    about = subject("instalment", row.seq)
    sent = first_seen(now.papers, title, direction=_OWN, about=about)
    what = f"第{row.seq}期逾期超30天：上报，会同法务发{title}" if rule == _ESCALATION else f"发出第{row.seq}期{title}"
    return _deadline(now, rule, what, due, about=about, done=sent or now.settled_on(row))


def _on_delay(now: Situation) -> Iterator[Deadline]:
    for each in (each for each in now.deal.facts.delays if each.on <= now.as_of):
        about = subject("delay", each.seq)
        yield _deadline(now, "R-2.6-04", "查明交付延迟的原因和责任方", _after(each.on, 1), about=about)


def _after(day: date, count: int) -> Rolled:
    return Rolled(day + timedelta(days=count))


def _deadline(  # noqa: PLR0913  # the columns of one row
    now: Situation, rule: str, what: str, due: Rolled, *, about: str = WHOLE_CONTRACT, done: date | None = None
) -> Deadline:
    days = [day for day in (done, _recorded(now, rule, about)) if day and day <= now.as_of]
    return Deadline(rule, what, about, due.day, due.is_provisional, min(days, default=None))


def _recorded(now: Situation, rule: str, about: str) -> date | None:
    """Return the day a person recorded the duty as done; one without a number counts for all."""
    number = int(about.rpartition(" ")[2]) if " " in about else None
    tasks = (each for each in now.deal.facts.tasks_done if each.rule == rule)
    return min((each.on for each in tasks if each.number is None or each.number == number), default=None)
