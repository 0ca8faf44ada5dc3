"""Does the record make sense? One planted fault, one finding, with its place and weight; the sound deal has none."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from docgen.deals import checks
from docgen.deals.checks import check
from docgen.deals.deal import Deal
from docgen.deals.workdays import Calendar
from docgen.findings import Finding, Severity

CALENDAR = Calendar()
ERROR, WARNING, NOTE = Severity.ERROR, Severity.WARNING, Severity.NOTE
Values = dict[str, object]


def plant(data: dict[str, Any], path: str, value: object) -> None:
    steps: list[Any] = [int(step) if step.isdigit() else step for step in re.findall(r"[^.\[\]]+", path)]
    holder: Any = data
    for step in steps[:-1]:
        holder = holder[step]
    if isinstance(holder, list) and steps[-1] == len(holder):
        holder.append(value)
    else:
        holder[steps[-1]] = value


def found_in(deal: Deal) -> list[Finding]:
    return check(deal, calendar=CALENDAR)


@pytest.fixture
def findings_with(deal_with: Callable[..., Deal]) -> Callable[[Values], list[Finding]]:
    def make(values: Values) -> list[Finding]:
        def change(data: dict[str, Any]) -> None:
            for path, value in values.items():
                plant(data, path, value)

        return found_in(deal_with(change))

    return make


def delivery(seq: int, on: str, *lines: tuple[int, int]) -> dict[str, Any]:
    return {"seq": seq, "on": on, "lines": [{"line": line, "quantity": quantity} for line, quantity in lines]}


def invoice(**more: object) -> dict[str, Any]:
    return {"number": "24332000000000000001", "on": "2024-03-27", "amount": "85500.00", "instalment": 2, **more}


def line(**more: object) -> dict[str, Any]:
    made = {"name": "延保", "kind": "service", "unit": "项", "quantity": 1, "unit_price": 1000, "tax_rate": "0.06"}
    return {**made, **more}


def change(**more: object) -> dict[str, Any]:
    return {"seq": 2, "requested_on": "2024-04-10", "reason": "补充", "new": {}, **more}


PLAN, LINE, CHANGES = "terms.plan", "terms.lines", "changes"
ACCEPTANCE = "facts.acceptances[0]"
ITEM = f"{ACCEPTANCE}.items"
CHEAPER = {"lines": [line(unit_price=280000)]}


def flag(**more: object) -> dict[str, Any]:
    return {"seq": 1, "on": "2024-06-01", "flag": "paused", "reason": "停", "until": "2024-06-30", **more}


def delay(**more: object) -> dict[str, Any]:
    days = {"from_day": "2024-04-02", "to_day": "2024-04-03"}
    return {"seq": 1, "on": "2024-04-02", "cause": "customer", "reason": "停电", **days, **more}


CASES: list[tuple[Values, Severity, str, str]] = [
    # parties
    ({"customer.name": "山海云图科技（示例）有限公司"}, ERROR, "deals.customer-is-ourselves", "customer.name"),
    ({"customer.uscc": "91999900MA0000002D"}, WARNING, "deals.uscc-doubtful", "customer.uscc"),
    ({"customer.uscc": None}, NOTE, "deals.uscc-not-given", "customer.uscc"),
    ({"customer.contacts[0].is_decision_maker": "否"}, WARNING, "deals.no-decision-maker", "customer.contacts"),
    ({"customer.invoicing.title": "XX科技"}, WARNING, "deals.invoice-title-differs", "customer.invoicing.title"),
    (
        {"customer.invoicing.tax_number": "91330100MA0000003P"},
        WARNING,
        "deals.tax-number-differs",
        "customer.invoicing.tax_number",
    ),
    (
        {"terms.account": {"holder": "某个人", "bank": "示例银行", "number": "00998877665544"}},
        WARNING,
        "deals.account-not-registered",
        "terms.account",
    ),
    (
        {"terms.account": {"holder": "某个人", "bank": "示例银行", "number": "00998877665544"}},
        WARNING,
        "deals.holder-differs",
        "terms.account.holder",
    ),
    (
        {"terms.account": {"holder": "某", "bank": "示例银行", "number": "00998877665544", "bank_code": "12"}},
        WARNING,
        "deals.bank-code-doubtful",
        "terms.account.bank_code",
    ),
    # contract and terms
    (
        {"terms.contract.order_number": "SO2024133001"},
        ERROR,
        "deals.number-without-day",
        "terms.contract.order_number",
    ),
    ({"terms.contract.number": "HT2023022901"}, ERROR, "deals.number-without-day", "terms.contract.number"),
    ({f"{LINE}[0].amount": "240000.01"}, ERROR, "deals.line-amount-differs", f"{LINE}[0].amount"),
    ({f"{LINE}[0].tax_rate": "0.12"}, WARNING, "deals.tax-rate-unusual", f"{LINE}[0].tax_rate"),
    ({"terms.total": "285000.01"}, ERROR, "deals.total-differs", "terms.total"),
    ({f"{PLAN}[2].seq": 4}, ERROR, "deals.numbers-not-in-order", PLAN),
    ({f"{PLAN}[2].seq": 2}, ERROR, "deals.numbers-not-in-order", PLAN),
    ({f"{PLAN}[0].amount": "85500.00"}, ERROR, "deals.share-or-amount", f"{PLAN}[0]"),
    ({f"{PLAN}[0].share": None}, ERROR, "deals.share-or-amount", f"{PLAN}[0]"),
    ({f"{PLAN}[2].share": "0.39"}, ERROR, "deals.shares-not-whole", PLAN),
    ({f"{PLAN}[0].share": None, f"{PLAN}[0].amount": "85501"}, ERROR, "deals.plan-differs-from-total", PLAN),
    ({f"{PLAN}[0].share": "0", f"{PLAN}[1].share": "0.6"}, ERROR, "deals.instalment-without-money", f"{PLAN}[0]"),
    (
        {f"{PLAN}[0].trigger.all_of[1]": {"event": "signed"}},
        ERROR,
        "deals.condition-twice",
        f"{PLAN}[0].trigger.all_of[1]",
    ),
    (
        {f"{PLAN}[0].trigger.all_of": [{"event": "fixed_date"}]},
        ERROR,
        "deals.fixed-date-missing",
        f"{PLAN}[0].trigger.all_of[0].on",
    ),
    (
        {f"{PLAN}[0].trigger.all_of[0].on": "2024-05-01"},
        ERROR,
        "deals.fixed-date-not-wanted",
        f"{PLAN}[0].trigger.all_of[0].on",
    ),
    (
        {f"{PLAN}[0].trigger.all_of[0].number": 1},
        ERROR,
        "deals.number-not-wanted",
        f"{PLAN}[0].trigger.all_of[0].number",
    ),
    ({"terms.warranty": None}, ERROR, "deals.trigger-without-warranty", f"{PLAN}[2].trigger.all_of[0]"),
    ({"terms.delivery.days_after_signing": 45}, ERROR, "deals.delivery-day-or-term", "terms.delivery"),
    ({"terms.delivery.due": None}, ERROR, "deals.delivery-day-or-term", "terms.delivery"),
    ({"terms.delivery.due": "2024-03-09"}, ERROR, "deals.delivery-before-contract", "terms.delivery.due"),
    ({"terms.delivery.due": "2024-03-24"}, NOTE, "deals.delivery-on-rest-day", "terms.delivery.due"),
    (
        {"terms.acceptance.standards[1].name": "服务器功能"},
        ERROR,
        "deals.standard-twice",
        "terms.acceptance.standards[1].name",
    ),
    ({"terms.late_payment": None}, NOTE, "deals.no-late-payment-clause", "terms.late_payment"),
    (
        {"terms.late_delivery.base": "overdue_balance"},
        ERROR,
        "deals.late-delivery-base",
        "terms.late_delivery.base",
    ),
    ({"terms.late_payment.daily_rate": "0.05"}, WARNING, "deals.daily-rate-high", "terms.late_payment.daily_rate"),
    ({"terms.late_delivery.cap": None}, WARNING, "deals.penalty-without-cap", "terms.late_delivery.cap"),
    # changes
    ({f"{CHANGES}[0].seq": 2}, ERROR, "deals.numbers-not-in-order", CHANGES),
    ({f"{CHANGES}[0].requested_by": "法院"}, ERROR, "deals.requester-unknown", f"{CHANGES}[0].requested_by"),
    (
        {f"{CHANGES}[0].worded": [{"clause": "一", "subject": "甲", "old": "乙", "new": "乙"}]},
        ERROR,
        "deals.worded-change-same",
        f"{CHANGES}[0].worded[0].new",
    ),
    (
        {f"{CHANGES}[0].requested_on": "2024-03-01"},
        WARNING,
        "deals.change-before-contract",
        f"{CHANGES}[0].requested_on",
    ),
    ({f"{CHANGES}[1]": change()}, ERROR, "deals.change-without-difference", f"{CHANGES}[1]"),
    ({f"{CHANGES}[1]": change(new=CHEAPER)}, WARNING, "deals.price-cut-alone", f"{CHANGES}[1].new.total"),
    (
        {f"{CHANGES}[1]": change(new={"total": "280000.00"})},
        ERROR,
        "deals.total-differs",
        f"{CHANGES}[1].new.total",
    ),
    ({"internal.floor_price": "285000.01"}, WARNING, "deals.below-floor", "internal.floor_price"),
    ({"internal.customer_ceiling": "284999.99"}, WARNING, "deals.above-ceiling", "internal.customer_ceiling"),
    (
        {"internal.floor_price": "300000", "internal.customer_ceiling": "290000"},
        WARNING,
        "deals.floor-above-ceiling",
        "internal.floor_price",
    ),
    # signatures, deliveries, invoices, payments, the end
    ({"facts.signature.form": "oral"}, ERROR, "deals.signature-form-unknown", "facts.signature.form"),
    ({"facts.signature.form": "stamped_scan"}, WARNING, "deals.only-a-stamped-scan", "facts.signature.form"),
    ({"facts.signature.ours": "2024-03-09"}, WARNING, "deals.signed-before-dated", "facts.signature"),
    (
        {"facts.change_signatures[1]": {"change": 2, "ours": "2024-04-01", "theirs": "2024-04-01"}},
        ERROR,
        "deals.no-such-change",
        "facts.change_signatures[1].change",
    ),
    (
        {"facts.change_signatures[0].ours": "2024-03-13"},
        ERROR,
        "deals.change-signed-before-asked",
        "facts.change_signatures[0]",
    ),
    ({"facts.signature": None}, ERROR, "deals.change-before-signature", "facts.change_signatures[0]"),
    ({"facts.signature": None}, WARNING, "deals.fact-before-signature", "facts.deliveries[0].on"),
    ({"facts.payments[0].on": "2024-03-10"}, WARNING, "deals.fact-before-signature", "facts.payments[0].on"),
    ({"facts.payments[1].seq": 1}, ERROR, "deals.fact-key-twice", "facts.payments"),
    (
        {"facts.deliveries": [delivery(1, "2024-03-22", (3, 1))]},
        ERROR,
        "deals.no-such-line",
        "facts.deliveries[0].lines[0].line",
    ),
    (
        {"facts.deliveries": [delivery(1, "2024-03-21", (1, 3)), delivery(2, "2024-03-22", (1, 3))]},
        ERROR,
        "deals.delivered-too-much",
        "facts.deliveries[1].lines[0]",
    ),
    ({"facts.payments[0].instalment": 4}, ERROR, "deals.no-such-instalment", "facts.payments[0].instalment"),
    (
        {"facts.invoices": [invoice(received_on="2024-03-26")]},
        ERROR,
        "deals.invoice-received-early",
        "facts.invoices[0].received_on",
    ),
    (
        {
            f"{PLAN}[1].trigger.all_of[1]": {"event": "invoice_received"},
            "facts.invoices": [invoice(instalment=None)],
        },
        WARNING,
        "deals.invoice-for-which-instalment",
        "facts.invoices[0].instalment",
    ),
    ({"facts.invoices": [invoice(amount="285000.01")]}, WARNING, "deals.invoiced-too-much", "facts.invoices"),
    (
        {"facts.payments[2]": {"seq": 3, "on": "2025-04-07", "amount": "114000.01"}},
        WARNING,
        "deals.paid-too-much",
        "facts.payments",
    ),
    (
        {"facts.refunds": [{"seq": 1, "on": "2024-06-03", "amount": "0.01", "reason": "多付"}]},
        ERROR,
        "deals.refund-beyond-advance",
        "facts.refunds[0].amount",
    ),
    ({"facts.payments[0].amount": "85500.01"}, WARNING, "deals.instalment-paid-too-much", "facts.payments"),
    (
        {"facts.termination": {"on": "2024-03-10", "ground": "agreed", "evidence": "协议"}},
        ERROR,
        "deals.ended-before-signature",
        "facts.termination.on",
    ),
    (
        {"facts.termination": {"on": "2025-03-27", "ground": "performed", "evidence": "完"}},
        WARNING,
        "deals.performed-but-unpaid",
        "facts.termination.ground",
    ),
    (
        {
            f"{CHANGES}[1]": change(requested_on="2024-06-01", new={"lines": [line(unit_price=300000)]}),
            "facts.change_signatures[1]": {"change": 2, "ours": "2024-06-10", "theirs": "2024-06-10"},
            "facts.deliveries": [],
            "facts.acceptances": [],
        },
        WARNING,
        "deals.change-raises-past-part",
        f"{CHANGES}[1].new.plan",
    ),
    # disputes, promises, delays, duties
    ({"facts.flags": [flag(until=None)]}, ERROR, "deals.flag-without-end", "facts.flags[0].until"),
    ({"facts.flags": [flag(until="2024-05-31")]}, ERROR, "deals.flag-ends-early", "facts.flags[0].until"),
    ({"facts.flags": [flag(repayment=1)]}, ERROR, "deals.no-such-repayment", "facts.flags[0].repayment"),
    ({"facts.flags": [flag(instalment=4)]}, ERROR, "deals.no-such-instalment", "facts.flags[0].instalment"),
    (
        {"facts.overdue_reasons": [{"seq": 1, "on": "2024-06-03", "cause": "other"}]},
        ERROR,
        "deals.overdue-reason-needs-words",
        "facts.overdue_reasons[0].reason",
    ),
    (
        {"facts.overdue_reasons": [{"seq": 1, "on": "2024-06-03", "cause": "funds", "instalment": 1}]},
        WARNING,
        "deals.overdue-reason-not-overdue",
        "facts.overdue_reasons[0].on",
    ),
    ({"facts.delays": [delay(to_day="2024-04-01")]}, ERROR, "deals.delay-ends-early", "facts.delays[0].to_day"),
    ({"facts.delays": [delay(to_day=None)]}, WARNING, "deals.delay-without-days", "facts.delays[0].from_day"),
    (
        {"facts.deliveries[0].dispatched_on": "2024-03-23"},
        ERROR,
        "deals.dispatched-late",
        "facts.deliveries[0].dispatched_on",
    ),
    (
        {"facts.deliveries[0].dispatched_on": "2024-03-21", "facts.deliveries[0].tracking_told_on": "2024-03-20"},
        ERROR,
        "deals.tracking-told-early",
        "facts.deliveries[0].tracking_told_on",
    ),
    (
        {
            "facts.deliveries[0].dispatched_on": "2024-03-21",
            "facts.deliveries[0].dispatched_time": "14:30",
            "facts.deliveries[0].tracking_told_on": "2024-03-21",
            "facts.deliveries[0].tracking_told_time": "14:29",
        },
        ERROR,
        "deals.tracking-told-early",
        "facts.deliveries[0].tracking_told_time",
    ),
    (
        {"facts.deliveries[0].dispatched_time": "14:30"},
        ERROR,
        "deals.time-without-day",
        "facts.deliveries[0].dispatched_time",
    ),
    (
        {"facts.tasks_done": [{"seq": 1, "rule": "R-2.1-01", "on": "2024-04-01"}]},
        WARNING,
        "deals.task-without-deadline",
        "facts.tasks_done[0].rule",
    ),
    # acceptances
    ({f"{ITEM}[1].passed": "否"}, ERROR, "deals.passed-with-failures", f"{ACCEPTANCE}.result"),
    ({f"{ACCEPTANCE}.result": "failed"}, ERROR, "deals.failed-without-failures", f"{ACCEPTANCE}.result"),
    ({f"{ACCEPTANCE}.result": "failed"}, ERROR, "deals.rectification-missing", f"{ACCEPTANCE}.rectification"),
    ({f"{ACCEPTANCE}.result": "failed"}, ERROR, "deals.rectify-by-missing", f"{ACCEPTANCE}.rectify_by"),
    (
        {f"{ACCEPTANCE}.rectify_by": "2024-03-25"},
        ERROR,
        "deals.rectify-before-acceptance",
        f"{ACCEPTANCE}.rectify_by",
    ),
    ({f"{ITEM}[0].remedy": None}, ERROR, "deals.remedy-missing", f"{ITEM}[0].remedy"),
    ({f"{ITEM}[0].retested_on": None}, ERROR, "deals.retest-missing", f"{ITEM}[0].retested_on"),
    ({f"{ITEM}[0].retested_on": "2024-03-27"}, WARNING, "deals.retest-after-acceptance", f"{ITEM}[0].retested_on"),
    ({f"{ITEM}[0].below_standard": "否"}, WARNING, "deals.looks-below-standard", f"{ITEM}[0]"),
    ({f"{ITEM}[1].result": "89.5分"}, WARNING, "deals.looks-below-standard", f"{ITEM}[1]"),
    ({f"{ITEM}[1].standard": "培训满意度≥85分"}, WARNING, "deals.standard-differs", f"{ITEM}[1].standard"),
    ({f"{ITEM}[1].name": "培训"}, WARNING, "deals.standards-not-tested", ITEM),
    ({f"{ACCEPTANCE}.deliveries": [2]}, ERROR, "deals.no-such-delivery", f"{ACCEPTANCE}.deliveries[0]"),
    (
        {f"{ACCEPTANCE}.deliveries": [1], "facts.deliveries[0].on": "2024-03-27"},
        ERROR,
        "deals.accepted-before-delivery",
        f"{ACCEPTANCE}.on",
    ),
    ({"facts.deliveries": []}, WARNING, "deals.accepted-without-delivery", ACCEPTANCE),
    ({f"{ACCEPTANCE}.result": "deemed"}, ERROR, "deals.deemed-without-basis", f"{ACCEPTANCE}.basis"),
    (
        {f"{ACCEPTANCE}.result": "deemed", f"{CHANGES}[0].new.acceptance.deemed_after_days": None},
        ERROR,
        "deals.deemed-not-agreed",
        f"{ACCEPTANCE}.result",
    ),
    ({f"{ACCEPTANCE}.result": "deemed"}, ERROR, "deals.deemed-too-early", f"{ACCEPTANCE}.on"),
    (
        {f"{ACCEPTANCE}.result": "deemed", "facts.deliveries": []},
        ERROR,
        "deals.deemed-without-delivery",
        ACCEPTANCE,
    ),
    ({f"{ACCEPTANCE}.people": ["张三"]}, WARNING, "deals.decision-maker-absent", f"{ACCEPTANCE}.people"),
    ({"internal.decision_factors[0].weight": "0.2"}, WARNING, "deals.weights-not-whole", "internal.decision_factors"),
    ({"proposal.needs[1].seq": 3}, ERROR, "deals.numbers-not-in-order", "proposal.needs"),
    (
        {"proposal.feedback[0].done_on": "2024-03-05"},
        ERROR,
        "deals.feedback-done-before",
        "proposal.feedback[0].done_on",
    ),
    ({"proposal.feedback[0].owner": None}, WARNING, "deals.feedback-half-closed", "proposal.feedback[0]"),
]
ELSEWHERE = {"deals.repaying-number", "deals.repayment-sum", "deals.repayment-instalments", "deals.repayment-days"}
"""Repayment plans and account changes have a test of their own: test_repaying.py."""
ASKED_BY_KINDS = {"deals.proposal-part-missing", *ELSEWHERE}
"""Found by the functions of checks_proposal, but asked only before a paper: tests/kinds/test_on_proposal.py."""
OPEN: Values = {"facts": {}}
"""Before the contract is signed; afterwards the proposal is history."""
EARLIER = [{"version": "V1.0", "dated": "2024-03-05", "total": "290000.00"}]
NEWER = {**OPEN, "proposal.version": "V1.1", "proposal.dated": "2024-03-07", "proposal.earlier_versions": EARLIER}
NEED, CASE, OBJECTION = "proposal.needs[0]", "proposal.cases[0]", "proposal.feedback[0]"
LINES_SAID, OFF = "proposal.line_details", "proposal.discounts"
CASES += [
    ({**OPEN, f"{NEED}.answer": None}, WARNING, "deals.need-unanswered", f"{NEED}.answer"),
    (
        {**OPEN, "proposal.effects[0].expected": "明显下降"},
        WARNING,
        "deals.effect-without-figure",
        "proposal.effects[0].expected",
    ),
    (
        {**OPEN, f"{CASE}.background": "为XX科技有限公司实施"},
        WARNING,
        "deals.case-names-customer",
        f"{CASE}.background",
    ),
    ({**OPEN, f"{CASE}.client": "云上电商"}, WARNING, "deals.case-not-masked", f"{CASE}.client"),
    ({**OPEN, OFF: [{"name": "优惠", "lines": [1]}]}, WARNING, "deals.discount-rate-or-amount", f"{OFF}[0]"),
    ({**OPEN, f"{LINES_SAID}[0].list_unit_price": "50000"}, WARNING, "deals.quotation-differs", OFF),
    ({**OPEN, f"{LINES_SAID}[0].line": 3}, WARNING, "deals.quoted-line-unknown", f"{LINES_SAID}[0].line"),
    ({**OPEN, f"{LINES_SAID}[0].line": 2}, WARNING, "deals.line-detail-twice", f"{LINES_SAID}[1].line"),
    ({**OPEN, "proposal.version": "V1.2"}, WARNING, "deals.versions-begin-late", "proposal.earlier_versions"),
    ({**NEWER, "proposal.dated": "2024-03-04"}, WARNING, "deals.versions-not-rising", "proposal.version"),
    ({**OPEN, f"{OBJECTION}.version": "V3.0"}, WARNING, "deals.feedback-of-no-version", f"{OBJECTION}.version"),
    ({**OPEN, f"{OBJECTION}.on": "2024-03-04"}, WARNING, "deals.feedback-before-version", f"{OBJECTION}.on"),
    ({**NEWER, f"{OBJECTION}.solution": None}, WARNING, "deals.feedback-open", OBJECTION),
    ({**NEWER, f"{OBJECTION}.done_on": "2024-03-08"}, WARNING, "deals.feedback-closed-late", f"{OBJECTION}.done_on"),
    (NEWER, WARNING, "deals.quotation-cut-alone", "proposal.terms_changed"),
    ({**OPEN, "proposal.survey": None}, WARNING, "deals.survey-not-signed", "proposal.survey.signed_on"),
]


def test_the_sound_deal_has_no_findings(deal: Deal) -> None:
    assert found_in(deal) == []


@pytest.mark.parametrize(("values", "severity", "code", "where"), CASES, ids=[f"{case[2]}@{case[3]}" for case in CASES])
def test_one_fault_is_found_where_it_lies(
    findings_with: Callable[[Values], list[Finding]], values: Values, severity: Severity, code: str, where: str
) -> None:
    findings = findings_with(values)
    assert (code, where, severity) in [(each.code, each.where, each.severity) for each in findings]
    for each in findings:
        for text in (each.sentence("zh"), each.remedy("zh"), each.sentence("en"), each.remedy("en")):
            assert text
            assert "{" not in text, "a parameter of the sentence is missing"


def test_every_check_has_its_case() -> None:
    folder = Path(checks.__file__).parent
    source = "".join(path.read_text(encoding="utf-8") for path in folder.glob("checks*.py"))
    known = set(re.findall(r'"(deals\.[a-z-]+)"', source))
    assert known - ASKED_BY_KINDS == {code for _, _, code, _ in CASES}


def test_errors_come_first_and_all_come_at_once(findings_with: Callable[[Values], list[Finding]]) -> None:
    values: Values = {"terms.late_payment": None, f"{LINE}[0].tax_rate": "0.12", "terms.total": "1.00"}
    weights = [each.severity for each in findings_with({**values, f"{PLAN}[2].seq": 5})]
    assert weights.count(ERROR) >= 2
    assert weights == sorted(weights, key=[ERROR, WARNING, NOTE].index)


@pytest.mark.parametrize(
    ("standard", "result", "is_below"),
    [
        ("可用率≥99.9%", "可用率99.5%", True),
        ("响应时间不超过200毫秒，成功率100%", "成功率98%", False),  # an upper bound beside it: a person decides
        ("故障率≤5%", "3%", False),
        ("满意度≥90分", "92分", False),
        ("满意度≥90分", "95%", False),
        ("外观完好", "完好", False),
    ],
)
def test_a_result_is_compared_only_where_it_can_be(
    findings_with: Callable[[Values], list[Finding]], standard: str, result: str, *, is_below: bool
) -> None:
    item = {"name": "附加项", "standard": standard, "result": result, "passed": True}
    codes = {each.code for each in findings_with({f"{ITEM}[2]": item})}
    assert ("deals.looks-below-standard" in codes) is is_below


def test_a_lower_price_for_another_term_is_fine(findings_with: Callable[[Values], list[Finding]]) -> None:
    new = {**CHEAPER, "warranty": {"months": 6, "clause": "第七条"}}
    codes = {each.code for each in findings_with({f"{CHANGES}[1]": change(new=new)})}
    assert "deals.price-cut-alone" not in codes


def test_a_fault_of_the_contract_is_told_once_not_again_at_each_change(
    findings_with: Callable[[Values], list[Finding]],
) -> None:
    findings = findings_with({f"{LINE}[0].tax_rate": "0.12"})
    assert [each.where for each in findings if each.code == "deals.tax-rate-unusual"] == [f"{LINE}[0].tax_rate"]


def test_the_calendar_decides_about_rest_days(deal: Deal) -> None:
    closed = Calendar({date(2024, 3, 25): False})
    assert "deals.delivery-on-rest-day" in {each.code for each in check(deal, calendar=closed)}
