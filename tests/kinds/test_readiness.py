from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

import pytest

from docgen.deals.deal import Deal
from docgen.deals.workdays import Calendar
from docgen.errors import Refused
from docgen.findings import Finding, Severity, message_table
from docgen.kinds.catalogue import Catalogue
from docgen.kinds.kind import SubjectType
from docgen.kinds.readiness import pick, readiness
from docgen.kinds.subjects import Subject, subjects

CALENDAR = Calendar()
Ask = Callable[..., list[Finding]]

SIGNED, BEFORE = date(2024, 3, 11), date(2024, 3, 10)
ADVANCE = Subject(SubjectType.INSTALMENT, 1)
CHANGE = Subject(SubjectType.CHANGE, 1)
ACCEPTANCE = Subject(SubjectType.ACCEPTANCE, 1)
ITEM = {"name": "服务器功能", "standard": "100%通过测试", "result": "80%", "passed": "false"}


@pytest.fixture
def ask(make_deal: Callable[..., Deal], catalogue: Catalogue) -> Ask:
    def ask(
        name: str,
        subject: Subject,
        as_of: date,
        changes: dict[str, object] | None = None,
        dated: date | None = None,
    ) -> list[Finding]:
        deal = make_deal(changes)
        kind = catalogue.get(name)
        return readiness(kind, deal, subject, as_of=as_of, calendar=CALENDAR, dated=dated)

    return ask


def codes(findings: Iterable[Finding]) -> list[str]:
    return [finding.code for finding in findings]


@pytest.mark.parametrize(
    ("name", "subject", "as_of"),
    [
        ("预付款通知单", ADVANCE, SIGNED),
        ("补充协议", CHANGE, date(2024, 3, 14)),
        ("补充协议", CHANGE, date(2024, 3, 17)),
        ("验收报告", ACCEPTANCE, date(2024, 3, 26)),
    ],
)
def test_the_manuals_deal_is_ready_on_its_days(ask: Ask, name: str, subject: Subject, as_of: date) -> None:
    assert ask(name, subject, as_of) == []


def test_before_the_later_signature_nothing_may_be_asked_for(ask: Ask) -> None:
    assert codes(ask("预付款通知单", ADVANCE, BEFORE)) == ["kinds.signed-later", "kinds.milestone-not-reached"]


def test_without_any_signature_the_reason_is_another(ask: Ask) -> None:
    assert "kinds.not-signed" in codes(ask("预付款通知单", ADVANCE, SIGNED, {"facts.signature": None}))


def test_every_reason_is_told_at_once(ask: Ask) -> None:
    changes = {
        "terms.contract.number": None,
        "facts.signature": None,
        "customer.address": "待补充",
        "terms.account": {"holder": "某某商贸有限公司", "bank": "待定", "number": "000000"},
    }
    assert codes(ask("预付款通知单", ADVANCE, SIGNED, changes)) == [
        "kinds.no-contract-number",
        "kinds.not-signed",
        "kinds.milestone-not-reached",
        "kinds.no-account",
        "kinds.account-not-ours",
        "kinds.account-not-listed",
        "kinds.no-address",
    ]


def test_an_old_account_of_ours_only_warns(ask: Ask) -> None:
    account = {"holder": "山海云图科技（示例）有限公司", "bank": "示例银行", "number": "111122223333"}
    findings = ask("预付款通知单", ADVANCE, SIGNED, {"terms.account": account})
    assert [(f.code, f.severity) for f in findings] == [("kinds.account-not-listed", Severity.WARNING)]


def test_a_progress_payment_is_no_advance(ask: Ask) -> None:
    progress = Subject(SubjectType.INSTALMENT, 2)
    assert codes(ask("预付款通知单", progress, SIGNED)) == [
        "kinds.not-an-advance",
        "kinds.not-on-signing",
        "kinds.milestone-not-reached",
    ]


def test_what_is_paid_is_not_asked_for_again(ask: Ask) -> None:
    assert ask("预付款通知单", ADVANCE, date(2024, 3, 14)) == []
    assert codes(ask("预付款通知单", ADVANCE, date(2024, 3, 15))) == ["kinds.already-paid"]


def test_an_instalment_the_plan_does_not_have(ask: Ask) -> None:
    assert codes(ask("预付款通知单", Subject(SubjectType.INSTALMENT, 9), SIGNED)) == ["kinds.no-instalment"]


def test_a_notice_may_go_when_its_own_arrival_is_what_the_term_waits_for(ask: Ask) -> None:
    trigger = {"all_of": [{"event": "signed"}, {"event": "notice_received"}], "term": "5", "unit": "workday"}
    assert ask("预付款通知单", ADVANCE, SIGNED, {"terms.plan.0.trigger": trigger}) == []


def test_a_notice_waits_for_a_delivery_still_to_come(ask: Ask) -> None:
    trigger = {"all_of": [{"event": "signed"}, {"event": "delivered"}], "term": "5", "unit": "day"}
    changes = {"terms.plan.0.trigger": trigger, "facts.payments": []}
    assert codes(ask("预付款通知单", ADVANCE, date(2024, 3, 21), changes)) == ["kinds.milestone-not-reached"]
    assert ask("预付款通知单", ADVANCE, date(2024, 3, 22), changes) == []


@pytest.mark.parametrize(("name", "subject"), [("预付款通知单", ADVANCE), ("补充协议", CHANGE)])
def test_a_terminated_contract_is_not_lived_on(ask: Ask, name: str, subject: Subject) -> None:
    changes = {
        "facts.termination": {"on": "2024-03-20", "ground": "agreed", "evidence": "终止协议"},
        "facts.payments": [],
        "facts.change_signatures": [],
    }
    assert ask(name, subject, date(2024, 3, 19), changes) == []
    assert codes(ask(name, subject, date(2024, 3, 20), changes)) == ["kinds.terminated"]


def test_no_paper_is_dated_before_its_occasion(ask: Ask) -> None:
    assert codes(ask("预付款通知单", ADVANCE, SIGNED, dated=BEFORE)) == ["kinds.dated-too-early"]
    late = date(2024, 3, 26)
    assert codes(ask("验收报告", ACCEPTANCE, late, dated=date(2024, 3, 25))) == [
        "kinds.retest-after-paper",
        "kinds.dated-too-early",
    ]


def test_a_change_not_yet_asked_for_is_none(ask: Ask) -> None:
    assert codes(ask("补充协议", CHANGE, date(2024, 3, 13))) == ["kinds.no-change"]


def test_a_change_that_changes_nothing_is_refused(ask: Ask) -> None:
    same = {"due": "2024-03-25", "place": "示例省临江市高新区虚构大道1号 XX科技机房", "clause": "第五条"}
    changes = {"changes.0.new": {"delivery": same}, "facts.change_signatures": []}
    assert codes(ask("补充协议", CHANGE, date(2024, 3, 14), changes)) == ["kinds.change-not-different"]


def test_a_new_total_must_agree_with_lines_and_plan(ask: Ask) -> None:
    plan = [
        {
            "seq": "1",
            "kind": "advance",
            "amount": "85500.00",
            "trigger": {"all_of": [{"event": "signed"}]},
            "clause": "第四条",
        }
    ]
    changes = {"changes.0.new": {"total": "305000.00", "plan": plan}, "facts.change_signatures": []}
    found = ask("补充协议", CHANGE, date(2024, 3, 14), changes)
    assert codes(found) == ["kinds.change-lines-differ", "kinds.change-plan-differs"]
    assert [f.where for f in found] == ["changes[0].new.total", "changes[0].new.plan"]


def test_a_change_in_force_only_warns(ask: Ask) -> None:
    found = ask("补充协议", CHANGE, date(2024, 3, 18))
    assert [(f.code, f.severity) for f in found] == [("kinds.change-in-force", Severity.WARNING)]


def test_an_acceptance_of_tomorrow_has_no_report(ask: Ask) -> None:
    assert codes(ask("验收报告", ACCEPTANCE, date(2024, 3, 25))) == [
        "kinds.acceptance-later",
        "kinds.retest-after-paper",
        "kinds.dated-too-early",
    ]


def test_a_deemed_acceptance_was_never_held(ask: Ask) -> None:
    changes = {"facts.acceptances.0.result": "deemed", "facts.acceptances.0.basis": "第六条"}
    assert codes(ask("验收报告", ACCEPTANCE, date(2024, 3, 26), changes)) == ["kinds.acceptance-deemed"]


def test_the_conclusion_must_follow_the_items(ask: Ask) -> None:
    changes = {"facts.acceptances.0.items.1.passed": "false"}
    assert codes(ask("验收报告", ACCEPTANCE, date(2024, 3, 26), changes)) == ["kinds.passed-with-failures"]
    changes = {"facts.acceptances.0.result": "failed"}
    assert codes(ask("验收报告", ACCEPTANCE, date(2024, 3, 26), changes)) == [
        "kinds.failed-without-failures",
        "kinds.no-rectification",
        "kinds.no-rectify-by",
    ]


def test_a_failed_acceptance_with_everything_named_is_ready(ask: Ask) -> None:
    changes = {
        "facts.acceptances.0.result": "failed",
        "facts.acceptances.0.items.0": ITEM,
        "facts.acceptances.0.rectification": "更换电源",
        "facts.acceptances.0.rectify_by": "2024-04-10",
    }
    assert ask("验收报告", ACCEPTANCE, date(2024, 3, 26), changes) == []
    changes["facts.acceptances.0.rectify_by"] = "2024-03-25"
    assert codes(ask("验收报告", ACCEPTANCE, date(2024, 3, 26), changes)) == ["kinds.rectify-by-too-early"]


@pytest.mark.parametrize("lacking", ["remedy", "retested_on"])
def test_below_standard_and_passed_needs_remedy_and_retest(ask: Ask, lacking: str) -> None:
    changes = {f"facts.acceptances.0.items.0.{lacking}": None}
    found = ask("验收报告", ACCEPTANCE, date(2024, 3, 26), changes)
    assert [(f.code, f.where) for f in found] == [("kinds.below-standard-unremedied", "facts.acceptances[0].items[0]")]


def test_the_standard_from_before_the_change_is_noticed(ask: Ask) -> None:
    changes = {"facts.acceptances.0.items.1.standard": "培训满意度≥85分"}
    found = ask("验收报告", ACCEPTANCE, date(2024, 3, 26), changes)
    assert [(f.code, f.severity) for f in found] == [("kinds.standard-differs", Severity.WARNING)]
    assert "培训满意度≥90分" in found[0].sentence("zh")


def test_without_the_decision_maker_an_authority_is_asked_for(ask: Ask) -> None:
    found = ask("验收报告", ACCEPTANCE, date(2024, 3, 26), {"facts.acceptances.0.people": ["钱六", "张三"]})
    assert [(f.code, f.severity) for f in found] == [("kinds.no-decision-maker", Severity.WARNING)]


def test_acceptance_before_any_delivery_is_refused(ask: Ask) -> None:
    changes = {"facts.deliveries": [{"seq": "1", "on": "2024-03-27"}]}
    assert codes(ask("验收报告", ACCEPTANCE, date(2024, 3, 26), changes)) == ["kinds.accepted-before-delivery"]


def test_a_kind_asked_about_the_wrong_sort_of_thing_says_so(ask: Ask) -> None:
    assert codes(ask("验收报告", ADVANCE, SIGNED)) == ["kinds.wrong-subject"]


def test_subjects_are_those_of_the_day(make_deal: Callable[..., Deal], catalogue: Catalogue) -> None:
    deal = make_deal()
    assert subjects(catalogue.get("补充协议"), deal, as_of=date(2024, 3, 13)) == ()
    assert subjects(catalogue.get("补充协议"), deal, as_of=date(2024, 3, 14)) == (CHANGE,)
    assert [each.seq for each in subjects(catalogue.get("预付款通知单"), deal, as_of=SIGNED)] == [1, 2, 3]


def test_the_only_part_that_is_ready_is_picked(make_deal: Callable[..., Deal], catalogue: Catalogue) -> None:
    deal, notice = make_deal(), catalogue.get("预付款通知单")
    assert pick(notice, deal, as_of=SIGNED, calendar=CALENDAR) == ADVANCE
    assert pick(notice, deal, as_of=SIGNED, calendar=CALENDAR, seq=2).seq == 2


def test_nothing_ready_is_refused_with_the_likeliest_reasons(
    make_deal: Callable[..., Deal], catalogue: Catalogue
) -> None:
    with pytest.raises(Refused) as refusal:
        pick(catalogue.get("预付款通知单"), make_deal(), as_of=date(2024, 3, 20), calendar=CALENDAR)
    assert codes(refusal.value.findings) == ["kinds.already-paid"]


def test_two_that_are_ready_ask_which(make_deal: Callable[..., Deal], catalogue: Catalogue) -> None:
    deal = make_deal()
    second = deal.changes[0].model_copy(update={"seq": 2})
    facts = deal.facts.model_copy(update={"change_signatures": ()})
    deal = deal.model_copy(update={"changes": (*deal.changes, second), "facts": facts})
    with pytest.raises(Refused) as refusal:
        pick(catalogue.get("补充协议"), deal, as_of=date(2024, 3, 14), calendar=CALENDAR)
    assert codes(refusal.value.findings) == ["kinds.which-subject"]


def test_beside_a_change_in_force_the_open_one_is_picked(make_deal: Callable[..., Deal], catalogue: Catalogue) -> None:
    deal = make_deal()
    warranty = {"months": "18", "clause": "第七条"}
    second = {"seq": "2", "requested_on": "2024-03-19", "reason": "延长质保", "new": {"warranty": warranty}}
    deal = make_deal({"changes": [deal.changes[0].model_dump(mode="json"), second]})
    assert pick(catalogue.get("补充协议"), deal, as_of=date(2024, 3, 20), calendar=CALENDAR).seq == 2


def test_nothing_to_speak_of_is_refused(make_deal: Callable[..., Deal], catalogue: Catalogue) -> None:
    with pytest.raises(Refused) as refusal:
        pick(catalogue.get("补充协议"), make_deal(), as_of=BEFORE, calendar=CALENDAR)
    assert codes(refusal.value.findings) == ["kinds.nothing-to-say"]


def test_every_sentence_of_this_room_fills_without_gaps(ask: Ask) -> None:
    rows = {code: row for code, row in message_table().items() if code.startswith("kinds.")}
    assert all(row.zh and row.en and row.zh_next and row.en_next for row in rows.values())
    found = ask("预付款通知单", ADVANCE, BEFORE, {"customer.address": "不详"})
    for finding in found:
        assert "{" not in finding.sentence("zh") + finding.remedy("zh") + finding.sentence("en")
