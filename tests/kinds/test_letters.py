"""The conditions of the letters after acceptance, around the warranty's end, and about another paper."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date

import pytest

from docgen.deals.deal import Deal
from docgen.deals.workdays import Calendar
from docgen.findings import Finding
from docgen.kinds.catalogue import Catalogue
from docgen.kinds.dossier import EMPTY, Correction, Dossier, KnownPaper, Mended
from docgen.kinds.kind import SubjectType
from docgen.kinds.naming import title_of
from docgen.kinds.readiness import readiness
from docgen.kinds.subjects import Subject, subjects

CALENDAR = Calendar()
NO = "HT2024031001"
PASSED, DUE = date(2024, 3, 26), date(2024, 5, 27)
ENDS, AFTER, WEEK_BEFORE = date(2025, 3, 26), date(2025, 3, 27), date(2025, 3, 19)
PROGRESS, FINAL = Subject(SubjectType.INSTALMENT, 2), Subject(SubjectType.INSTALMENT, 3)
CONTRACT = Subject(SubjectType.CONTRACT)
UNPAID: dict[str, object] = {"facts.payments": []}
INVOICE = {"number": "24312000000012345678", "on": "2024-03-26", "amount": "85500.00", "instalment": "2"}
REPORT = KnownPaper(f"{NO}-YS01", "acceptance-report", "验收报告", "acceptance 1", PASSED, document_id="A")
RETURNED = replace(REPORT, is_own=False, answers="A")
FORM = KnownPaper(f"{NO}-ZQ01", "warranty-form", "质保期届满确认单", "contract", WEEK_BEFORE)
CERTIFICATE = KnownPaper(f"{NO}-ZM01", "warranty-certificate", "质保期满证明", "contract", AFTER)
WRONG = KnownPaper(f"{NO}-YF1-01", "prepayment-notice", "预付款通知单", "instalment 1", date(2024, 3, 12))
Ask = Callable[..., list[str]]


def codes(findings: Iterable[Finding]) -> list[str]:
    return [finding.code.removeprefix("kinds.") for finding in findings]


@pytest.fixture
def ask(make_deal: Callable[..., Deal], catalogue: Catalogue) -> Ask:
    def ask(  # what a question is made of
        name: str,
        subject: Subject,
        as_of: date,
        changes: dict[str, object] | None = None,
        *,
        dossier: Dossier = EMPTY,
        dated: date | None = None,
    ) -> list[str]:
        deal, kind = make_deal(changes), catalogue.get(name)
        return codes(readiness(kind, deal, subject, as_of=as_of, calendar=CALENDAR, dated=dated, dossier=dossier))

    return ask


def test_the_progress_letter_is_ready_with_report_signed_copy_and_invoice(ask: Ask) -> None:
    changes = UNPAID | {"facts.invoices": [INVOICE]}
    assert ask("进度款付款通知函", PROGRESS, PASSED, changes, dossier=Dossier((REPORT, RETURNED))) == []


def test_a_missing_report_refuses_and_missing_copy_or_invoice_warn(ask: Ask) -> None:
    assert ask("progress-letter", PROGRESS, PASSED, UNPAID) == ["no-report", "no-invoice"]
    assert ask("progress-letter", PROGRESS, PASSED, UNPAID, dossier=Dossier((REPORT,))) == [
        "report-not-back",
        "no-invoice",
    ]
    void = Dossier((replace(REPORT, is_current=False),))
    assert "no-report" in ask("progress-letter", PROGRESS, PASSED, UNPAID, dossier=void)


def test_an_invoice_too_small_warns_and_one_the_payment_hangs_on_must_be_there(ask: Ask) -> None:
    dossier = Dossier((REPORT, RETURNED))
    small = UNPAID | {"facts.invoices": [INVOICE | {"amount": "85499.99"}]}
    assert ask("progress-letter", PROGRESS, PASSED, small, dossier=dossier) == ["invoice-short"]
    hangs = UNPAID | {
        "terms.plan.1.trigger": {"all_of": [{"event": "accepted"}, {"event": "invoice_received"}], "term": "60"}
    }
    assert ask("progress-letter", PROGRESS, PASSED, hangs, dossier=dossier) == ["invoice-needed"]


def test_without_a_passed_acceptance_nothing_is_asked_for(ask: Ask) -> None:
    day_before = date(2024, 3, 25)
    assert "acceptance-not-passed" in ask("progress-letter", PROGRESS, day_before, UNPAID)
    failed = {
        "facts.acceptances.0.result": "failed",
        "facts.acceptances.0.rectification": "修复",
        "facts.acceptances.0.rectify_by": "2024-04-10",
    }
    assert "acceptance-failed" in ask("progress-letter", PROGRESS, PASSED, UNPAID | failed)
    assert "acceptance-failed" in ask("final-letter", FINAL, AFTER, UNPAID | failed)
    assert "warranty-not-begun" in ask("final-letter", FINAL, AFTER, UNPAID | failed)


def test_a_deemed_acceptance_has_no_report_but_wants_the_receipt(ask: Ask) -> None:
    deemed = UNPAID | {
        "facts.acceptances.0.result": "deemed",
        "facts.acceptances.0.basis": "第六条",
        "facts.invoices": [INVOICE],
    }
    assert ask("progress-letter", PROGRESS, PASSED, deemed) == ["no-receipt"]
    receipt = KnownPaper("QS", "delivery-receipt", "签收单", "delivery 1", date(2024, 3, 22), is_own=False)
    assert ask("progress-letter", PROGRESS, PASSED, deemed, dossier=Dossier((receipt,))) == []


def test_each_letter_is_for_its_own_instalment(ask: Ask) -> None:
    assert "not-on-acceptance" in ask("progress-letter", Subject(SubjectType.INSTALMENT, 1), PASSED, UNPAID)
    assert "not-on-acceptance" in ask("progress-letter", FINAL, AFTER, UNPAID)
    assert "not-final" in ask("final-letter", PROGRESS, AFTER, UNPAID)


def test_a_dispute_is_told_and_facts_after_the_papers_day_are_refused(ask: Ask) -> None:
    flag = {"seq": "1", "on": "2024-03-26", "flag": "disputed", "reason": "两台掉线"}
    assert "held-back" in ask("progress-letter", PROGRESS, PASSED, UNPAID | {"facts.flags": [flag]})
    late = ask("progress-letter", PROGRESS, date(2024, 3, 28), UNPAID, dated=date(2024, 3, 27))
    assert "facts-after-paper" in late
    early = ask("progress-letter", PROGRESS, PASSED, UNPAID, dated=date(2024, 3, 25))
    assert {"facts-after-paper", "acceptance-not-passed"} <= set(early)


def test_the_notice_changes_its_name_the_day_after_the_due_day(
    make_deal: Callable[..., Deal], catalogue: Catalogue
) -> None:
    kind, deal = catalogue.get("进度款催收函"), make_deal(UNPAID)
    for day, title in ((DUE, "进度款付款通知函"), (date(2024, 5, 28), "进度款催收函")):
        assert title_of(kind, deal, PROGRESS, as_of=day, calendar=CALENDAR) == title
    advance = catalogue.get("prepayment-notice")
    one = Subject(SubjectType.INSTALMENT, 1)
    assert title_of(advance, deal, one, as_of=date(2024, 5, 28), calendar=CALENDAR) == "预付款通知单"


@pytest.mark.parametrize(
    ("day", "papers", "wanted"),
    [
        (date(2025, 3, 18), (FORM,), {"before-final-week"}),
        (WEEK_BEFORE, (FORM,), set()),
        (WEEK_BEFORE, (), {"no-warranty-form"}),
        (ENDS, (FORM,), set()),
        (AFTER, (FORM,), {"no-warranty-certificate"}),
        (AFTER, (), {"no-warranty-certificate"}),
        (AFTER, (FORM, CERTIFICATE), set()),
        (date(2026, 1, 5), (FORM, CERTIFICATE), set()),
    ],
)
def test_the_final_letter_goes_in_two_steps(
    ask: Ask, day: date, papers: tuple[KnownPaper, ...], wanted: set[str]
) -> None:
    early = tuple(replace(each, dated=min(each.dated, day)) for each in papers)
    found = set(ask("final-letter", FINAL, day, dossier=Dossier(early)))
    assert found - {"no-invoice"} >= wanted
    assert found - {"no-invoice", "no-warranty-form"} == wanted - {"no-warranty-form"}


@pytest.mark.parametrize(
    ("day", "wanted"),
    [
        (date(2025, 3, 18), ["before-final-week"]),
        (WEEK_BEFORE, []),
        (AFTER, []),
    ],
)
def test_the_form_goes_from_seven_days_before_the_end(ask: Ask, day: date, wanted: list[str]) -> None:
    assert ask("质保期届满确认单", CONTRACT, day) == wanted


def test_the_certificate_waits_for_the_day_after(ask: Ask) -> None:
    assert ask("质保期满证明", CONTRACT, ENDS) == ["warranty-still-runs"]
    assert ask("质保期满证明", CONTRACT, AFTER) == []
    assert ask("质保期满证明", CONTRACT, AFTER, dated=ENDS) == ["warranty-still-runs", "facts-after-paper"]


def test_no_certificate_while_a_fault_is_open(ask: Ask) -> None:
    flag = {"seq": "1", "on": "2025-03-01", "flag": "disputed", "reason": "两台掉线"}
    lifted = {"seq": "2", "on": "2025-03-20", "flag": "none", "reason": "已更换"}
    name = "warranty-certificate"
    assert ask(name, CONTRACT, AFTER, {"facts.flags": [flag]}) == ["open-fault"]
    assert ask(name, CONTRACT, AFTER, {"facts.flags": [flag | {"until": "2025-03-10"}]}) == ["fault-lapsed"]
    assert ask(name, CONTRACT, AFTER, {"facts.flags": [flag, lifted]}) == []
    elsewhere = flag | {"instalment": "2"}
    assert ask(name, CONTRACT, AFTER, {"facts.flags": [elsewhere]}) == []


def test_a_failed_inspection_after_the_passed_one_is_an_open_fault(ask: Ask, make_deal: Callable[..., Deal]) -> None:
    held = make_deal().facts.acceptances[0].model_dump(mode="json")
    failed = held | {
        "seq": 2,
        "on": "2025-03-20",
        "result": "failed",
        "rectification": "更换网卡",
        "rectify_by": "2025-04-01",
    }
    again = {"facts.acceptances": [_text(held), _text(failed)]}
    assert ask("warranty-certificate", CONTRACT, AFTER, again) == ["open-fault"]


def _text(value: object) -> object:
    """Return plain data as a record file holds it: every scalar as text."""
    if isinstance(value, dict):
        return {key: _text(each) for key, each in value.items() if each is not None}
    if isinstance(value, list):
        return [_text(each) for each in value]
    return str(value).lower() if isinstance(value, bool) else str(value)


def test_no_warranty_or_an_early_end_leaves_nothing_to_confirm(ask: Ask) -> None:
    none = {"terms.warranty": None, "terms.plan.2.trigger": {"all_of": [{"event": "accepted"}], "term": "10"}}
    assert ask("warranty-form", CONTRACT, AFTER, none) == ["no-warranty"]
    ended = {"facts.termination": {"on": "2024-12-01", "ground": "agreed", "evidence": "终止协议"}}
    assert ask("warranty-form", CONTRACT, AFTER, ended) == ["ended-before-warranty"]


def about(paper: KnownPaper) -> Subject:
    return Subject(SubjectType.PAPER, name=paper.number)


DAY = date(2024, 3, 14)
VOID = replace(WRONG, is_current=False, ended_on=date(2024, 3, 13), end_reason="误发")
REPLACED = replace(VOID, replaced_by=f"{NO}-YF1-02")
SAID = Correction(WRONG.number, (Mended("日期", "2024年3月17日", "2024年3月18日"),))


def test_a_correction_names_a_paper_and_what_is_wrong_with_it(ask: Ask) -> None:
    name = "更正通知"
    assert ask(name, about(WRONG), DAY) == ["no-paper"]
    assert ask(name, about(WRONG), DAY, dossier=Dossier((WRONG,))) == ["nothing-corrected"]
    assert ask(name, about(WRONG), DAY, dossier=Dossier((WRONG,), correction=SAID)) == []
    assert ask(name, about(WRONG), DAY, dossier=Dossier((REPLACED,), correction=SAID)) == []
    assert ask(name, about(WRONG), DAY, dossier=Dossier((VOID,), correction=SAID)) == ["paper-void"]
    other = Correction("another", SAID.rows)
    assert ask(name, about(WRONG), DAY, dossier=Dossier((WRONG,), correction=other)) == ["nothing-corrected"]


@pytest.mark.parametrize(
    ("what", "new", "is_refused"),
    [
        ("收款账号", "0012 3456 7890 0001 234", False),
        ("收款账号", "6222 0000 1234 5678 9", True),
        ("开户行", "别的银行", True),
        ("备注", "请付至6222000012345678", True),
        ("发票号码", "24312000000012345678", False),
    ],
)
def test_a_correction_never_changes_the_account(ask: Ask, what: str, new: str, *, is_refused: bool) -> None:
    said = Correction(WRONG.number, (Mended(what, "—", new),))
    found = ask("correction-notice", about(WRONG), DAY, dossier=Dossier((WRONG,), correction=said))
    assert found == (["account-by-correction"] if is_refused else [])


def test_only_what_is_void_or_replaced_is_told_to_be(ask: Ask) -> None:
    name = "作废通知"
    assert ask(name, about(WRONG), DAY, dossier=Dossier((WRONG,))) == ["paper-stands"]
    assert ask(name, about(WRONG), DAY, dossier=Dossier((VOID,))) == []
    assert ask(name, about(WRONG), DAY, dossier=Dossier((REPLACED,))) == []
    before = date(2024, 3, 12)
    assert "paper-stands" in ask(name, about(WRONG), before, dossier=Dossier((VOID,)))
    inside = replace(VOID, is_internal=True)
    assert ask(name, about(WRONG), DAY, dossier=Dossier((inside,))) == ["paper-internal"]


def test_a_notice_may_speak_of_every_paper_of_ours_issued_by_the_day(
    make_deal: Callable[..., Deal], catalogue: Catalogue
) -> None:
    later = replace(WRONG, number="later", dated=date(2024, 4, 1))
    filed = replace(WRONG, number="filed", is_own=False)
    found = subjects(catalogue.get("void-notice"), make_deal(), as_of=DAY, dossier=Dossier((VOID, later, filed)))
    assert [str(each) for each in found] == [f"paper {VOID.number}"]
