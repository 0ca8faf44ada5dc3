"""Who may act: posts, turns, one's own request, delegation, lateness; and how the trail replays."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from docgen.approvals.delegation import Delegation, Person, acted_for
from docgen.approvals.rules import capacity, refusals
from docgen.approvals.trail import Approval, ApprovalEvent, replay
from docgen.deals.workdays import Calendar

DAY = date(2024, 4, 3)  # a Wednesday; 4 to 6 April are 清明, Sunday 7 April is worked
STEPS = [
    {"post": "甲", "escalate_after_workdays": None, "escalate_to": None},
    {"post": "乙", "escalate_after_workdays": 2, "escalate_to": "总"},
]
A, B, CHIEF = Person("a", "阿甲", ("甲",)), Person("b", "阿乙", ("乙",)), Person("c", "总经理", ("总", "乙"))
BOTH, ASKER = Person("ab", "两职", ("甲", "乙")), Person("s", "申请人", ("甲", "乙"))


def requested(order: str = "sequence", **changes: object) -> ApprovalEvent:
    told = {
        "id": "SQ1-01", "n": 1, "kind": "k", "title": "合同", "subject": "contract", "subject_type": "contract",
        "subject_seq": 0, "amount": "1.00", "as_of": None, "route": {"order": order, "steps": STEPS}, "digest": "d",
        "content": {}, "summary": [["文书", "合同"]], "user": "s", "display": "申请人", "os_user": "o",
        "on": DAY.isoformat(), **changes,
    }  # fmt: skip
    return event("approval.requested", **told)


def event(name: str, **told: object) -> ApprovalEvent:
    return ApprovalEvent(name, datetime(2024, 4, 3, 2, tzinfo=UTC), told)


def act(name: str, post: str, who: Person, *, round_: int = 1, on: date = DAY, **more: object) -> ApprovalEvent:
    told = {"id": "SQ1-01", "round": round_, "post": post, "user": who.name, "display": who.display, **more}
    return event(f"approval.{name}", on=on.isoformat(), **told)


def state(*events: ApprovalEvent) -> Approval:
    return replay("HT1", events)["SQ1-01"]


def may(found: Approval, who: Person, *principals: Person, on: date = DAY, post: str | None = None) -> str | None:
    able = capacity(found, who, principals, on=on, calendar=Calendar(), post=post)
    return (
        f"{able.waiting.step.post}/{able.acted_as}/{able.principal.name if able.principal else '-'}" if able else None
    )


def test_a_sequence_is_taken_in_order_a_parallel_route_in_any() -> None:
    first = state(requested())
    assert (may(first, A), may(first, B)) == ("甲/甲/-", None)
    second = state(requested(), act("approved", "甲", A))
    assert (may(second, A), may(second, B)) == (None, "乙/乙/-")
    side = state(requested("parallel"))
    assert (may(side, A), may(side, B), may(side, BOTH, post="乙")) == ("甲/甲/-", "乙/乙/-", "乙/乙/-")


def test_nobody_approves_their_own_request_in_any_way() -> None:
    first = state(requested())
    assert may(first, ASKER) is None
    assert may(first, ASKER, A) is None
    assert may(first, B, ASKER) is None
    assert may(first, B, A) == "甲/甲/a"
    assert [each.code for each in refusals(first, ASKER)] == ["approvals.own-request"]
    again = state(requested(), requested(user="a", display="阿甲"))
    assert (may(again, A), may(again, ASKER), again.round) == (None, None, 2)


def test_one_person_takes_one_step_in_person_or_through_a_delegate() -> None:
    found = state(requested(), act("approved", "甲", BOTH))
    assert may(found, BOTH) is None
    assert [each.code for each in refusals(found, BOTH)] == ["approvals.acted-already"]
    through = state(requested(), act("approved", "甲", B, **{"for": "ab", "for_display": "两职"}))
    assert (may(through, BOTH), may(through, B), may(through, A, BOTH)) == (None, None, None)
    assert through.acts[0].person == "阿乙（代两职）"


@pytest.mark.parametrize(("on", "expected"), [(date(2024, 4, 8), None), (date(2024, 4, 9), "乙/总/-")])
def test_the_escalation_post_acts_only_after_the_working_days_of_the_calendar(on: date, expected: str | None) -> None:
    only_chief = Person("c", "总经理", ("总",))
    found = state(requested(), act("approved", "甲", A))
    assert may(found, only_chief, on=on) == expected


def test_lateness_is_marked_whoever_acts() -> None:
    found = state(requested(), act("approved", "甲", A))
    able = capacity(found, B, (), on=date(2024, 4, 9), calendar=Calendar())
    assert able
    assert able.is_late


def test_a_rejection_opens_every_step_again_in_a_new_round() -> None:
    found = state(requested(), act("approved", "甲", A), act("rejected", "乙", B, remark="不行"))
    assert (found.round, found.done, found.status) == (2, frozenset(), "open")
    assert may(found, A) == "甲/甲/-"
    stray = state(requested(), act("rejected", "甲", A), act("approved", "甲", A, round_=1))
    assert stray.done == frozenset()


def test_a_complete_request_serves_one_paper_and_a_withdrawn_one_none() -> None:
    whole = [requested(), act("approved", "甲", A), act("approved", "乙", B)]
    assert state(*whole).status == "complete"
    paper = event("paper.issued", sidecar={"number": "HT1-YS01", "extra": {"approval": "SQ1-01"}})
    used = state(*whole, paper)
    assert (used.status, used.used_by) == ("used", "HT1-YS01")
    assert state(*whole, event("approval.withdrawn", id="SQ1-01")).status == "withdrawn"
    assert [each.code for each in refusals(used, A)] == ["approvals.not-open"]


def test_a_delegation_holds_on_its_days_only_and_is_not_passed_on() -> None:
    given = Delegation("WT1", "a", "b", date(2024, 4, 1), date(2024, 4, 3), "出差")
    ended = Delegation("WT2", "c", "b", date(2024, 4, 1), date(2024, 4, 3), "出差", is_ended=True)
    onward = Delegation("WT3", "b", "d", date(2024, 4, 1), date(2024, 4, 3), "出差")
    rows = (given, ended, onward)
    assert acted_for("b", rows, on=date(2024, 4, 3)) == ("a",)
    assert acted_for("b", rows, on=date(2024, 4, 4)) == ()
    assert acted_for("b", rows, on=date(2024, 3, 31)) == ()
    assert acted_for("d", rows, on=date(2024, 4, 3)) == ("b",)
