"""Are disputes, promises, write-offs, delays and duties done written down so that they can count?"""

from __future__ import annotations

from collections.abc import Iterator

from docgen.deals.deadlines import RULES
from docgen.deals.deal import Deal
from docgen.deals.fulfilment import Delivery
from docgen.deals.handling import Delay, DelayCause, FlagKind, HandlingFlag, OverdueCause
from docgen.deals.schedule import schedule
from docgen.deals.wording import day_words
from docgen.deals.workdays import Calendar
from docgen.findings import Finding, error, warning


def check_handling(deal: Deal) -> Iterator[Finding]:
    """Yield what is wrong with the facts that people decide."""
    for index, flag in enumerate(deal.facts.flags):
        yield from _check_flag(flag, f"facts.flags[{index}]")
        if flag.repayment is not None and flag.repayment not in {plan.seq for plan in deal.repayments}:
            yield error("deals.no-such-repayment", f"facts.flags[{index}].repayment", seq=flag.repayment)
    for index, told in enumerate(deal.facts.overdue_reasons):
        if told.cause is OverdueCause.OTHER and not told.reason:
            yield error("deals.overdue-reason-needs-words", f"facts.overdue_reasons[{index}].reason", seq=told.seq)
    for index, delay in enumerate(deal.facts.delays):
        yield from _check_delay(delay, f"facts.delays[{index}]")
    for index, delivery in enumerate(deal.facts.deliveries):
        yield from _check_dispatch(delivery, f"facts.deliveries[{index}]")
    for index, task in enumerate(deal.facts.tasks_done):
        if task.rule not in RULES:
            where = f"facts.tasks_done[{index}].rule"
            yield warning("deals.task-without-deadline", where, rule=task.rule, known="、".join(RULES))


def check_overdue_reasons(deal: Deal, calendar: Calendar) -> Iterator[Finding]:
    """Yield the reasons for a delay told of what was not late, in a record that is sound so far."""
    for index, told in enumerate(deal.facts.overdue_reasons):
        late = {row.seq for row in schedule(deal, as_of=told.on, calendar=calendar) if row.overdue_days}
        if not late or told.instalment not in {None, *late}:
            seq, day = told.instalment or "—", day_words(told.on)
            yield warning("deals.overdue-reason-not-overdue", f"facts.overdue_reasons[{index}].on", seq=seq, day=day)


def _check_flag(flag: HandlingFlag, path: str) -> Iterator[Finding]:
    is_lifting = flag.flag is FlagKind.NONE
    if flag.until is None and not is_lifting:
        yield error("deals.flag-without-end", f"{path}.until", seq=flag.seq)
    if flag.until and flag.until < flag.on:
        yield error("deals.flag-ends-early", f"{path}.until", seq=flag.seq, day=day_words(flag.on))


def _check_delay(delay: Delay, path: str) -> Iterator[Finding]:
    first, last = delay.from_day, delay.to_day
    if first and last and last < first:
        yield error("deals.delay-ends-early", f"{path}.to_day", seq=delay.seq, day=day_words(first))
    if delay.cause is DelayCause.CUSTOMER and not (first and last):
        yield warning("deals.delay-without-days", f"{path}.from_day", seq=delay.seq)


def _check_dispatch(delivery: Delivery, path: str) -> Iterator[Finding]:
    sent, told = delivery.dispatched_on, delivery.tracking_told_on
    if sent and sent > delivery.on:
        yield error("deals.dispatched-late", f"{path}.dispatched_on", seq=delivery.seq, day=day_words(delivery.on))
    if sent and told and told < sent:
        yield error("deals.tracking-told-early", f"{path}.tracking_told_on", seq=delivery.seq, day=day_words(sent))
    yield from _check_times(delivery, path)


def _check_times(delivery: Delivery, path: str) -> Iterator[Finding]:
    """A time of day says nothing without its day, and nobody can be told before the goods left."""
    sent, told = delivery.dispatched_time, delivery.tracking_told_time
    if sent and not delivery.dispatched_on:
        yield error("deals.time-without-day", f"{path}.dispatched_time", time=sent)
    if told and not delivery.tracking_told_on:
        yield error("deals.time-without-day", f"{path}.tracking_told_time", time=told)
    if sent and told and delivery.dispatched_on and delivery.dispatched_on == delivery.tracking_told_on and told < sent:
        day = f"{day_words(delivery.dispatched_on)} {sent}"
        yield error("deals.tracking-told-early", f"{path}.tracking_told_time", seq=delivery.seq, day=day)
