"""Letters after the due day: how late, free to ask, the last one really sent; repayment; the account."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from docgen.deals import paperwork
from docgen.deals.deal import Deal
from docgen.deals.workdays import Calendar
from docgen.errors import TemplateRefused
from docgen.findings import Finding, Severity
from docgen.kinds.accounts import account_on
from docgen.kinds.catalogue import Catalogue
from docgen.kinds.dossier import EMPTY, Dossier, KnownLetter, KnownPaper, KnownPayments
from docgen.kinds.kind import SubjectType, parse_spec
from docgen.kinds.naming import title_of
from docgen.kinds.readiness import readiness
from docgen.kinds.sent import sent_letters
from docgen.kinds.subjects import Subject, subjects
from docgen.receivables.stages import STAGES

CALENDAR = Calendar()
NO = "HT2024031001"
DUE = date(2024, 5, 27)  # accepted 2024-03-26 + 60 days = Saturday 05-25, rolled to Monday
DAY_1, DAY_30, DAY_31 = date(2024, 5, 28), date(2024, 6, 26), date(2024, 6, 27)
SECOND, CONTRACT = Subject(SubjectType.INSTALMENT, 2), Subject(SubjectType.CONTRACT)
PLAN, ACCOUNT = Subject(SubjectType.REPAYMENT, 1), Subject(SubjectType.ACCOUNT_CHANGE, 1)
PAID_FIRST = {"facts.payments": [{"seq": "1", "on": "2024-03-15", "amount": "85500.00", "instalment": "1"}]}
NOTICE = KnownPaper(f"{NO}-JD2-01", "progress-letter", "进度款付款通知函", "instalment 2", date(2024, 3, 27))
COLLECTION = KnownPaper(f"{NO}-CS2-01", "overdue-letter", "逾期催收函", "instalment 2", date(2024, 6, 5))
STATEMENT = KnownPaper(f"{NO}-TX01", "statement", "到期提醒函", "contract", date(2024, 5, 22))
SENT = KnownLetter(COLLECTION.number, date(2024, 6, 5), "ems", "1234567890123")
REPAYMENT = {
    "seq": "1",
    "until": "2024-06-30",
    "instalments": ["2"],
    "principal": "85500.00",
    "penalty": "1453.50",  # 85,500 × 0.05 % × 34 days
    "parts": [{"on": "2024-07-31", "amount": "43476.75"}, {"on": "2024-08-31", "amount": "43476.75"}],
}
NEW_ACCOUNT = {
    "holder": "山海云图科技（示例）有限公司",
    "bank": "示例银行临江高新支行",
    "number": "0098765432100009876",
}
CHANGE = {"seq": "1", "on": "2024-05-06", "account": NEW_ACCOUNT, "reason": "支行撤并", "evidence": "K1"}
Ask = Callable[..., list[str]]


def codes(findings: Iterable[Finding]) -> list[str]:
    return [finding.code.removeprefix("kinds.") for finding in findings]


@pytest.fixture
def findings(make_deal: Callable[..., Deal], catalogue: Catalogue) -> Callable[..., list[Finding]]:
    def findings(  # what a question is made of
        name: str,
        subject: Subject,
        as_of: date,
        changes: dict[str, object] | None = None,
        *,
        dossier: Dossier = EMPTY,
        dated: date | None = None,
    ) -> list[Finding]:
        deal, kind = make_deal(PAID_FIRST | (changes or {})), catalogue.get(name)
        found = readiness(kind, deal, subject, as_of=as_of, calendar=CALENDAR, dated=dated, dossier=dossier)
        return [each for each in found if each.code not in {"kinds.no-invoice", "kinds.account-not-listed"}]

    return findings


@pytest.fixture
def ask(findings: Callable[..., list[Finding]]) -> Ask:
    return lambda *given, **more: codes(findings(*given, **more))


@pytest.mark.parametrize(
    ("day", "letter", "demand"),
    [
        (DUE, ["not-overdue"], ["overdue-too-short"]),
        (DAY_1, [], ["overdue-too-short"]),
        (DAY_30, [], ["overdue-too-short"]),
        (DAY_31, ["overdue-too-long"], []),
    ],
)
def test_the_thirtieth_day_is_the_last_of_the_collection_letter(
    ask: Ask, day: date, letter: list[str], demand: list[str]
) -> None:
    assert ask("逾期催收函", SECOND, day) == letter
    assert ask("催告函", SECOND, day) == demand
    assert [each for each in ask("律师函草稿包", SECOND, day) if each != "no-demand-sent"] == demand


def test_a_letter_dated_past_the_thirtieth_day_is_too_late_whatever_was_known(ask: Ask) -> None:
    assert ask("overdue-letter", SECOND, DAY_30, dated=DAY_31) == ["overdue-too-long"]
    assert ask("formal-demand", SECOND, DAY_30, dated=DAY_31) == ["overdue-too-short"]


def test_what_is_paid_is_not_asked_for(ask: Ask) -> None:
    paid = {"facts.payments": [*PAID_FIRST["facts.payments"], {"seq": "2", "on": "2024-06-03", "amount": "85500.00"}]}
    for name, day in (("overdue-letter", date(2024, 6, 5)), ("formal-demand", DAY_31), ("lawyer-draft", DAY_31)):
        assert "already-paid" in ask(name, SECOND, day, paid)


@pytest.mark.parametrize("flag", ["disputed", "promised", "paused"])
def test_dispute_promise_and_pause_refuse_until_their_day_is_over(ask: Ask, flag: str) -> None:
    held = {"facts.flags": [{"seq": "1", "on": "2024-05-28", "flag": flag, "reason": "核对中", "until": "2024-06-20"}]}
    assert ask("overdue-letter", SECOND, date(2024, 6, 20), held) == ["not-to-ask-now"]
    assert ask("overdue-letter", SECOND, date(2024, 6, 21), held) == []
    long = {"facts.flags": [{"seq": "1", "on": "2024-05-28", "flag": flag, "reason": "核对中", "until": "2024-06-27"}]}
    assert ask("formal-demand", SECOND, DAY_31, long) == ["not-to-ask-now"]
    assert "not-to-ask-now" in ask("lawyer-draft", SECOND, DAY_31, long)


def test_the_next_stage_waits_for_the_last_letter(findings: Callable[..., list[Finding]], ask: Ask) -> None:
    day = DAY_31
    assert ask("formal-demand", SECOND, day) == []  # the first letter needs none
    drawer = Dossier((NOTICE, COLLECTION))
    (only,) = findings("formal-demand", SECOND, day, dossier=drawer)
    assert (only.code, only.severity, only.where) == (
        "kinds.last-letter-not-sent",
        Severity.ERROR,
        COLLECTION.number,
    )
    assert ask("formal-demand", SECOND, day, dossier=replace(drawer, letters=(SENT,))) == []
    back = replace(SENT, failed_on=date(2024, 6, 9))
    assert ask("formal-demand", SECOND, day, dossier=replace(drawer, letters=(back,))) == ["last-letter-not-sent"]
    again = replace(SENT, sent_on=date(2024, 6, 10))
    assert ask("formal-demand", SECOND, day, dossier=replace(drawer, letters=(back, again))) == []
    later = replace(SENT, sent_on=date(2024, 6, 28))
    assert ask("formal-demand", SECOND, day, dossier=replace(drawer, letters=(later,))) == ["last-letter-not-sent"]
    void = Dossier((replace(COLLECTION, is_current=False),))
    assert ask("formal-demand", SECOND, day, dossier=void) == []


def test_a_reminder_about_the_contract_counts_for_each_instalment(ask: Ask) -> None:
    assert ask("overdue-letter", SECOND, date(2024, 6, 5), dossier=Dossier((STATEMENT,))) == ["last-letter-not-sent"]
    other = replace(COLLECTION, subject="instalment 1")
    assert ask("formal-demand", SECOND, DAY_31, dossier=Dossier((other,))) == []


def test_a_letter_of_the_same_stage_in_the_drawer_is_told_not_refused(findings: Callable[..., list[Finding]]) -> None:
    (only,) = findings("overdue-letter", SECOND, date(2024, 6, 10), dossier=Dossier((COLLECTION,)))
    assert (only.code, only.severity) == ("kinds.last-letter-not-sent", Severity.WARNING)


def test_sent_letters_know_only_what_the_day_knew() -> None:
    arrived = replace(SENT, delivered_on=date(2024, 6, 7))
    dossier = Dossier((COLLECTION,), (arrived,))
    assert sent_letters(dossier, 2, until=date(2024, 6, 4)) == ()
    assert sent_letters(dossier, 2, until=date(2024, 6, 6))[0][1].delivered_on is None
    assert sent_letters(dossier, 2, until=date(2024, 6, 7))[0][1].delivered_on == date(2024, 6, 7)


def test_old_payment_data_stops_every_letter_that_asks_for_money(ask: Ask) -> None:
    old = Dossier(payments=KnownPayments("shanhai", date(2024, 3, 1), 3))
    for name, day, subject in (
        ("statement", date(2024, 5, 22), CONTRACT),
        ("progress-letter", date(2024, 5, 22), SECOND),
        ("final-letter", date(2025, 3, 20), Subject(SubjectType.INSTALMENT, 3)),
        ("overdue-letter", date(2024, 6, 5), SECOND),
        ("formal-demand", DAY_31, SECOND),
        ("lawyer-draft", DAY_31, SECOND),
        ("repayment-agreement", date(2024, 7, 2), PLAN),
    ):
        assert "payments-stale" in ask(name, subject, day, {"repayments": [REPAYMENT]}, dossier=old), name


def test_the_statement_is_a_reminder_from_seven_days_before_to_the_due_day(
    make_deal: Callable[..., Deal], catalogue: Catalogue
) -> None:
    kind, deal = catalogue.get(paperwork.REMINDER), make_deal(PAID_FIRST)
    assert kind is catalogue.get(paperwork.STATEMENT)
    names = {date(2024, 5, 19): "对账单", date(2024, 5, 20): "到期提醒函", DUE: "到期提醒函", DAY_1: "对账单"}
    for day, title in names.items():
        assert title_of(kind, deal, CONTRACT, as_of=day, calendar=CALENDAR) == title


def test_titles_are_those_the_table_of_papers_and_the_stages_know(catalogue: Catalogue) -> None:
    titles = {
        "statement": paperwork.STATEMENT,
        "overdue-letter": paperwork.OVERDUE_DEMAND,
        "formal-demand": paperwork.FORMAL_DEMAND,
        "lawyer-draft": paperwork.LAWYER_DRAFT,
        "repayment-agreement": paperwork.REPAYMENT,
        "account-change": paperwork.ACCOUNT_CHANGE,
    }
    assert {name: catalogue.get(name).spec.title for name in titles} == titles
    asking = [title for name, title in titles.items() if name not in {"repayment-agreement", "account-change"}]
    assert set(asking) | {catalogue.get("statement").spec.reminder_title} <= set(STAGES)


def test_a_statement_says_what_it_leaves_out(ask: Ask) -> None:
    off = {"facts.write_offs": [{"instalment": "2", "on": "2024-06-01", "reason": "小额"}]}
    assert ask("statement", CONTRACT, date(2024, 6, 5), off) == ["left-off-statement"]
    flag = {"facts.flags": [{"seq": "1", "on": "2024-06-01", "instalment": "2", "flag": "disputed", "reason": "核对",
                             "until": "2024-07-01"}]}  # fmt: skip
    assert ask("statement", CONTRACT, date(2024, 6, 5), flag) == ["held-back"]


@pytest.mark.parametrize("name", ["formal-demand", "lawyer-draft", "account-change"])
def test_who_must_approve(catalogue: Catalogue, name: str) -> None:
    wanted = ["财务部", "总经理"] if name == "account-change" else ["销售主管", "法务部"]
    (route,) = catalogue.get(name).spec.routes
    assert ([step.post for step in route.steps], route.order.value) == (wanted, "sequence")
    assert route.is_unconditional


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ({}, []),
        ({"principal": "85500.01"}, ["repayment-principal-differs"]),
        ({"penalty": "1453.51"}, ["repayment-penalty-too-high"]),
        ({"penalty": "1000.00"}, ["repayment-penalty-reduced"]),
        ({"until": "2024-07-03"}, ["no-repayment", "repayment-penalty-reduced"]),
        ({"parts": [{"on": "2024-07-02", "amount": "86953.50"}]}, ["repayment-already-due"]),
    ],
)
def test_a_repayment_plan_agrees_with_what_is_owed(ask: Ask, change: dict[str, object], wanted: list[str]) -> None:
    assert ask("还款协议", PLAN, date(2024, 7, 2), {"repayments": [REPAYMENT | change]}) == wanted


def test_a_payment_since_the_plan_was_made_stops_it_and_no_clause_leaves_no_penalty(ask: Ask) -> None:
    paid = [*PAID_FIRST["facts.payments"], {"seq": "2", "on": "2024-07-01", "amount": "500.00", "instalment": "2"}]
    changes = {"repayments": [REPAYMENT], "facts.payments": paid}
    assert ask("还款协议", PLAN, date(2024, 7, 2), changes) == ["repayment-principal-differs"]
    none = {"repayments": [REPAYMENT], "terms.late_payment": None}
    assert ask("还款协议", PLAN, date(2024, 7, 2), none) == ["repayment-penalty-too-high"]
    assert ask("还款协议", PLAN, date(2024, 7, 2)) == ["no-repayment"]


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ({}, []),
        ({"on": "2024-04-28"}, ["account-change-past"]),
        ({"account": NEW_ACCOUNT | {"holder": "张三"}}, ["account-not-ours"]),
        ({"account": NEW_ACCOUNT | {"number": "0012345678900001234"}}, ["account-unchanged"]),
    ],
)
def test_a_new_account_is_ours_and_another_one(ask: Ask, change: dict[str, object], wanted: list[str]) -> None:
    assert ask("账户变更函", ACCOUNT, date(2024, 4, 29), {"account_changes": [CHANGE | change]}) == wanted


def test_without_a_change_in_the_record_there_is_no_letter(ask: Ask) -> None:
    assert ask("账户变更函", ACCOUNT, date(2024, 4, 29)) == ["no-account-change"]


def test_only_an_issued_letter_moves_the_account(make_deal: Callable[..., Deal]) -> None:
    deal = make_deal({"account_changes": [CHANGE]})
    letter = KnownPaper(f"{NO}-ZH01", "account-change", "账户变更函", "account_change 1", date(2024, 4, 29))
    old, new, first = "0012345678900001234", NEW_ACCOUNT["number"], date(2024, 5, 6)
    assert account_on(deal, EMPTY, as_of=first)[0].number == old
    assert account_on(deal, Dossier((letter,)), as_of=date(2024, 5, 5))[0].number == old
    account, number = account_on(deal, Dossier((letter,)), as_of=first)
    assert (account.number, number) == (new, letter.number)
    assert account_on(deal, Dossier((letter,)), as_of=first, before=1)[0].number == old
    void = replace(letter, is_current=False)
    assert account_on(deal, Dossier((void,)), as_of=first)[0].number == old


def test_subjects_of_plans_and_changes(make_deal: Callable[..., Deal], catalogue: Catalogue) -> None:
    deal = make_deal({"repayments": [REPAYMENT], "account_changes": [CHANGE]})
    plan = catalogue.get("repayment-agreement")
    assert subjects(plan, deal, as_of=date(2024, 6, 29)) == ()
    assert subjects(plan, deal, as_of=date(2024, 6, 30)) == (PLAN,)
    assert subjects(catalogue.get("account-change"), deal, as_of=DUE) == (ACCOUNT,)
    assert (str(PLAN), str(ACCOUNT)) == ("repayment 1", "account_change 1")


def test_a_name_for_reminders_belongs_to_the_contract_only(catalogue: Catalogue) -> None:
    text = (Path(catalogue.get("overdue-letter").folder) / "kind.toml").read_text("utf-8")
    with pytest.raises(TemplateRefused):
        parse_spec(text.replace('code = "CS"', 'reminder_title = "提醒"\ncode = "CS"'), where="kind.toml")
