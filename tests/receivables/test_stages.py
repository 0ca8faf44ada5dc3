"""Which letter is next: by stage, only after the last one was really sent, and not while somebody holds it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from docgen.deals.plan import InstalmentKind
from docgen.deals.standing import Stage
from docgen.receivables.stages import Action, LetterSeen, NextStep, Question, next_step

DUE = date(2024, 4, 30)
REMINDER = LetterSeen("HT1-DQ1-01", "到期提醒函", date(2024, 4, 24))
COLLECTION = LetterSeen("HT1-CS1-01", "逾期催收函", date(2024, 5, 2))
ARRIVED = replace(COLLECTION, sent_on=date(2024, 5, 3), channel="ems", delivered_on=date(2024, 5, 5), proof="S1")


def ask(as_of: date, *letters: LetterSeen, **more: object) -> NextStep:
    late = max((as_of - DUE).days, 0)
    stage = None if as_of < date(2024, 4, 23) else Stage.REMINDER if not late else Stage.OVERDUE
    asked = Question(InstalmentKind.PROGRESS, Stage.MAJOR if late > 30 else stage, is_open=True, as_of=as_of, due=DUE,
                     triggered_on=date(2024, 3, 1), overdue_days=late, is_on_acceptance=True)  # fmt: skip
    return next_step(replace(asked, **more), letters)  # type: ignore[arg-type]  # any field of the question


def test_each_stage_has_its_letter() -> None:
    sent = replace(REMINDER, sent_on=date(2024, 4, 24), channel="email")
    assert (ask(date(2024, 4, 22)).action, ask(date(2024, 4, 22)).title) == (Action.ISSUE, "进度款付款通知函")
    assert ask(date(2024, 4, 25)).title == "进度款付款通知函"  # nothing went out yet: its first paper is its notice
    assert ask(date(2024, 4, 25), is_on_acceptance=False).title == "到期提醒函"  # a fixed day has no notice
    assert ask(date(2024, 5, 1), sent).title == "逾期催收函"
    assert ask(date(2024, 5, 30), sent).title == "逾期催收函"
    assert ask(date(2024, 5, 31), sent, ARRIVED).title == "催告函"


def test_a_letter_in_the_drawer_holds_the_next_stage() -> None:
    step = ask(date(2024, 5, 31), COLLECTION)
    assert (step.action, step.number, step.why.code) == (Action.SEND, COLLECTION.number, "receivables.not-sent")
    without_channel = replace(COLLECTION, sent_on=date(2024, 5, 3))
    assert ask(date(2024, 5, 31), without_channel).action is Action.SEND


def test_a_letter_that_came_back_was_not_sent() -> None:
    back = replace(COLLECTION, sent_on=date(2024, 5, 3), channel="ems", failed_on=date(2024, 5, 9))
    assert ask(date(2024, 5, 31), back).action is Action.SEND_AGAIN
    assert ask(date(2024, 5, 8), back).action is Action.PROVE  # on that day nobody knew yet


def test_nothing_is_asked_twice() -> None:
    assert ask(date(2024, 5, 20), ARRIVED).action is Action.WAIT
    unproved = replace(ARRIVED, proof="")
    assert ask(date(2024, 5, 20), unproved).action is Action.PROVE


def test_the_demand_once_there_is_for_legal() -> None:
    demand = replace(ARRIVED, number="HT1-CG1-01", title="催告函", dated=date(2024, 6, 1), sent_on=date(2024, 6, 1),
                     delivered_on=date(2024, 6, 3))  # fmt: skip
    assert ask(date(2024, 6, 10), ARRIVED, demand).action is Action.ESCALATE
    assert ask(date(2024, 5, 31), ARRIVED, demand).title == "催告函"  # its day has not come


def test_a_dispute_holds_everything_until_its_day() -> None:
    hold = ("disputed", "客户称设备掉线", date(2024, 6, 30))
    step = ask(date(2024, 5, 31), hold=hold)
    assert (step.action, step.by, step.why.code) == (Action.HOLD, date(2024, 6, 30), "receivables.held-disputed")


def test_nothing_is_asked_of_who_paid_and_nothing_before_its_time() -> None:
    assert ask(date(2024, 5, 31), is_open=False).action is Action.NOTHING
    assert ask(date(2024, 4, 1), triggered_on=None).action is Action.WAIT
    signing = ask(date(2024, 3, 2), kind=InstalmentKind.ADVANCE, is_on_signing=True, is_on_acceptance=False)
    assert (signing.title, signing.by) == ("预付款通知单", date(2024, 3, 4))
    final = {"kind": InstalmentKind.FINAL, "is_after_warranty": True, "triggered_on": date(2024, 4, 10)}
    assert ask(date(2024, 4, 2), **final).action is Action.WAIT
    assert ask(date(2024, 4, 3), **final).title == "尾款催收函"


def test_a_fresh_notice_serves_as_the_reminder_an_old_one_does_not() -> None:
    notice = LetterSeen("HT1-JD1-01", "进度款付款通知函", date(2024, 4, 20), date(2024, 4, 20), "email",
                        date(2024, 4, 21), proof="S2")  # fmt: skip
    assert ask(date(2024, 4, 25), notice).action is Action.WAIT
    assert ask(date(2024, 4, 25), replace(notice, dated=date(2024, 3, 2))).title == "到期提醒函"


def test_money_that_waits_for_the_notice_gets_it() -> None:
    waits = {"triggered_on": None, "due": None, "kind": InstalmentKind.ADVANCE, "is_on_signing": True,
             "is_on_acceptance": False, "notice_from": date(2024, 3, 1)}  # fmt: skip
    step = ask(date(2024, 3, 2), **waits)
    assert (step.action, step.title, step.by) == (Action.ISSUE, "预付款通知单", date(2024, 3, 4))
    assert ask(date(2024, 2, 29), **waits).action is Action.WAIT
    assert ask(date(2024, 3, 2), **{**waits, "notice_from": None}).action is Action.WAIT


def test_a_void_letter_asked_until_it_was_voided() -> None:
    void = replace(REMINDER, sent_on=date(2024, 4, 24), channel="ems", ended_on=date(2024, 4, 28))
    assert ask(date(2024, 4, 27), void).action is Action.PROVE
    assert ask(date(2024, 4, 28), void).title == "进度款付款通知函"
