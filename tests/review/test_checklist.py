"""Each line of the checklist: what the record proves, disproves, or leaves to a person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from pydantic import TypeAdapter

from docgen.review.checklist import CHECKS, may_answer
from docgen.review.line import Answer, Checklist, DecidedBy, Line, Result
from docgen.review.on_performance import is_measurable

Look = Callable[..., Checklist]
YES, NO, OPEN, NA = Result.YES, Result.NO, Result.OPEN, Result.NOT_APPLICABLE
SME = {"terms.seller_class": "small", "terms.seller_declared": "true"}
LINE_2 = {"name": "实施服务", "kind": "service", "unit": "项", "quantity": "1", "unit_price": "45000"}
FIXED = {"terms.plan.1.trigger": {"all_of": [{"event": "fixed_date"}]}}


def line(found: Checklist, line_id: str) -> Line:
    made = found.line(line_id)
    assert made is not None
    return made


def answer(about: Line, result: Result = YES, *, remark: str = "已看", on: date = date(2024, 3, 10)) -> Answer:
    return Answer(about.id, result, remark, about.digest, 1, on, "王法务")


CASES: tuple[tuple[str, dict[str, Any], Result, str], ...] = (
    ("ZT-01", {}, YES, "电话0000-66660000"),
    ("ZT-01", {"customer.address": "待补充"}, NO, "缺少：买方地址"),
    ("ZT-02", {}, YES, "均相符"),
    ("ZT-02", {"customer.uscc": "91999900MA0000002X"}, OPEN, "91999900MA0000002X校验位不符"),
    ("ZT-02", {"customer.uscc": None}, OPEN, "未登记"),
    ("ZT-03", {}, OPEN, "营业执照"),
    ("ZT-04", {}, OPEN, "授权委托书"),
    ("ZT-05", {}, YES, "账号0012345678900001234"),
    ("ZT-05", {"terms.account": {"holder": "张三", "bank": "示例银行", "number": "0012345678900001234"}}, NO, "不一致"),
    (
        "ZT-05",
        {"terms.account": {"holder": "山海云图科技（示例）有限公司", "bank": "示例银行", "number": "999999"}},
        OPEN,
        "不在本公司登记",
    ),
    ("MX-01", {}, YES, "5台×48000元"),
    ("MX-01", {"terms.lines.0.model": None}, NO, "第1行产品没有规格型号"),
    ("MX-02", {}, YES, "人民币贰拾捌万伍仟元整"),
    ("MX-02", {"terms.total": "285000.01"}, NO, "相差0.01元"),
    ("MX-02", {"terms.lines.0.amount": "239999.00"}, NO, "第1行写239,999.00元"),
    ("MX-03", {}, YES, "SO2024031001"),
    ("MX-03", {"terms.contract.order_number": None}, OPEN, "没有订单编号"),
    ("MX-04", {}, OPEN, "张三"),
    ("FK-01", {}, YES, "第3期尾款40%即114,000.00元"),
    ("FK-01", {"terms.plan.2.share": "0.30"}, NO, "合计不等于"),
    ("FK-01", {"terms.plan.2.share": None}, NO, "第3期没有写明"),
    ("FK-02", {}, YES, "合同签订、验收合格、质保期满"),
    ("FK-02", {"terms.warranty": None}, NO, "第3期等待质保期满，但没有约定质保期"),
    ("FK-02", FIXED, NO, "第2期没有写明固定日期"),
    ("FK-03", {}, YES, "没有定金"),
    ("FK-03", {"terms.lines.0.remark": "首付为定金"}, NO, "超过合同总额20%"),
    ("FK-03", {"terms.lines.0.remark": "另收押金"}, OPEN, "“另收押金”"),
    ("FK-04", {}, OPEN, "没有写明"),
    ("FK-04", {"terms.seller_class": "large"}, NA, "不适用"),
    ("FK-04", {"terms.seller_class": "small"}, NO, "主动告知"),
    ("FK-04", SME, OPEN, "买方类型没有记录"),
    ("FK-04", {**SME, "terms.buyer_class": "small"}, YES, "没有法定付款期限"),
    ("FK-04", {**SME, "terms.buyer_class": "large"}, OPEN, "最长75日"),
    ("FK-04", {**SME, "terms.buyer_class": "large", "terms.plan.1.trigger.term": "45"}, YES, "最长60日"),
    ("FK-04", {**SME, "terms.buyer_class": "government", "terms.plan.1.trigger.term": "15"}, YES, "法定30日之内"),
    ("FK-04", {**SME, "terms.buyer_class": "institution", "terms.plan.1.trigger.term": "16"}, YES, "另有约定"),
    ("FK-04", {**SME, "terms.buyer_class": "government", "terms.plan.1.trigger.term": "46"}, NO, "不得超过60日"),
    ("FK-04", {**SME, "terms.buyer_class": "government", "terms.acceptance.deemed_after_days": None}, NO, "验收期限"),
    ("JF-01", {}, YES, "2024年3月25日"),
    ("JF-01", {"terms.delivery.due": None}, NO, "约定其一"),
    ("JF-01", {"terms.delivery.due": None, "terms.delivery.days_after_signing": "46"}, YES, "长于通常"),
    ("JF-01", {"terms.delivery.place": "待定"}, NO, "交付地点未定"),
    ("JF-02", {}, YES, "每项都有可比较的数值"),
    ("JF-02", {"terms.acceptance.standards.0.standard": "运行良好"}, OPEN, "没有可比较的数值：服务器功能"),
    ("JF-02", {"terms.acceptance.standards": [{"name": "甲", "standard": "客户满意"}]}, NO, "没有可比较的数值：甲"),
    ("JF-03", {}, OPEN, "客户决策人：*总"),
    ("JF-04", {}, YES, "15日"),
    ("JF-04", {"terms.acceptance.deemed_after_days": None}, NO, "第2期款以验收为条件"),
    ("ZB-01", {}, YES, "自验收合格之日起算"),
    ("ZB-01", {"terms.warranty": None}, OPEN, "没有质保约定"),
    ("ZB-02", {}, YES, "没有超过12个月"),
    ("ZB-02", {"terms.warranty.months": "13"}, OPEN, "没有延长质保的报价"),
    ("ZB-02", {"terms.warranty.months": "18", "terms.lines.1.remark": "含延长质保6个月"}, YES, "已列入报价：实施服务"),
    ("ZB-02", {"terms.warranty.months": "19", "terms.lines.1.remark": "含延长质保"}, OPEN, "超过手册允许的18个月"),
    ("ZB-02", {"terms.warranty": None}, NA, "不适用"),
    ("WY-01", {}, YES, "基数为合同总额"),
    ("WY-01", {"terms.late_delivery": None}, NO, "没有约定"),
    ("WY-01", {"terms.late_delivery.cap": None}, NO, "没有上限"),
    ("WY-02", {}, YES, "逾期未付余额的0.05%"),
    ("WY-02", {"terms.late_payment": None}, NO, "只能主张本金"),
    ("WY-03", {}, YES, "上限5%"),
    ("WY-03", {"terms.late_delivery.cap": "0.0501"}, NO, "不超过5%"),
    ("WY-03", {"terms.late_delivery": None}, NO, "没有条款"),
    ("WY-03", {"terms.late_payment.cap": "0.2"}, OPEN, "可能被请求调低"),
    ("WY-04", {}, YES, "折年36.5%"),
    ("WY-04", {"terms.late_delivery.daily_rate": "0.0005"}, YES, "均未超过日万分之五"),
    ("WY-04", {"terms.late_delivery.cap": None}, OPEN, "请评估"),
    ("WY-04", {"terms.late_delivery": None, "terms.late_payment": None}, NA, "不适用"),
    ("BM-01", {}, OPEN, "保密"),
    ("ZY-01", {}, YES, "由我方所在地法院管辖"),
    ("ZY-01", {"terms.dispute_clause": "提交甲方所在地法院"}, NO, "甲方为买方XX科技有限公司"),
    ("ZY-01", {"terms.dispute_clause": "提交乙方所在地法院"}, YES, "我方"),
    ("ZY-01", {"terms.dispute_clause": "提交原告所在地法院"}, OPEN, "不能判断"),
    ("ZY-01", {"terms.dispute_clause": "提交仲裁或者甲方所在地法院"}, OPEN, "只能择一"),
    ("ZY-01", {"terms.dispute_clause": None}, NO, "没有约定"),
    ("SP-01", {}, YES, "13%：第1行"),
    ("SP-01", {"terms.lines.0.tax_rate": "0.17"}, NO, "17%不是法定税率"),
    ("SP-01", {"terms.lines.0.tax_rate": "0.01"}, OPEN, "优惠政策"),
    ("SP-02", {}, YES, "税额27,610.62元"),
    ("SP-02", {"terms.lines.1.tax_rate": "0.13"}, OPEN, "同一税率"),
    ("SP-03", {}, YES, "增值税专用发票"),
    ("SP-03", {"customer.invoicing": None}, OPEN, "没有登记"),
    ("SP-03", {"customer.invoicing.title": "另一家公司"}, NO, "抬头与买方名称不一致"),
    ("TZ-01", {}, YES, "一式4份"),
    ("TZ-01", {"terms.contract.place": None}, OPEN, "未写明"),
    ("TZ-01", {"terms.contract.number": None}, NO, "未编号"),
    ("TZ-02", {}, OPEN, "尚未签订"),
    ("TZ-03", {}, OPEN, "邮箱（无）"),
    ("TZ-04", {}, YES, "没有发现"),
    ("TZ-04", {"terms.delivery.place": "机房。尽量上午送达。"}, OPEN, "原文：“尽量上午送达。”"),
    ("TZ-05", {}, YES, "3年"),
)


@pytest.mark.parametrize(
    ("line_id", "changes", "result", "told"), CASES, ids=[f"{c[0]}-{n}" for n, c in enumerate(CASES)]
)
def test_a_line_says_what_the_record_proves(
    look: Look, line_id: str, changes: dict[str, Any], result: Result, told: str
) -> None:
    found = line(look(changes), line_id)
    assert (found.result, told in found.finding) == (result, True), found.finding
    assert found.decided_by is (None if result is OPEN else DecidedBy.MACHINE)


def test_every_line_is_tried_with_the_manuals_deal_and_every_id_is_one() -> None:
    ids = [check.id for check in CHECKS]
    assert len(set(ids)) == len(ids)
    assert {case[0] for case in CASES if not case[1]} == set(ids)


@pytest.mark.parametrize(
    ("signature", "result", "told"),
    [
        ({"form": "paper_original"}, YES, "纸质原件"),
        ({"form": "stamped_scan"}, NO, "须收回纸质原件"),
        ({"form": "e_signed"}, OPEN, "签名证书"),
        ({"form": "e_signed", "evidence": "CA 0001"}, YES, "CA 0001"),
    ],
)
def test_a_stamped_scan_is_no_electronic_signature(
    look: Look, signature: dict[str, str], result: Result, told: str
) -> None:
    facts = {"facts.signature": {"ours": "2024-03-10", "theirs": "2024-03-11", **signature}}
    found = line(look(facts, as_of=date(2024, 3, 11)), "TZ-02")
    assert (found.result, told in found.finding) == (result, True)


def test_the_manuals_remarks_stand_as_the_manual_writes_them(look: Look) -> None:
    found = look()
    wanted = {"FK-01": "3-3-4分期", "WY-03": "上限5%", "JF-02": "附验收标准"}
    assert {each: line(found, each).remark for each in wanted} == wanted
    assert line(look({"terms.plan": [{**PART, "share": "1"}], "terms.warranty": None}), "FK-01").remark == "一次付清"


PART = {"seq": "1", "kind": "advance", "trigger": {"all_of": [{"event": "signed"}]}, "clause": "第四条"}


@pytest.mark.parametrize(
    ("standard", "is_hard"),
    [
        ("100%通过测试", True), ("培训满意度≥90分", True), ("连续运行30天无中断", True), ("误差不超过0.5毫米", True),
        ("运行良好", False), ("按国家标准", False), ("90分", False), ("不低于行业水平", False),
    ],
)  # fmt: skip
def test_a_standard_needs_a_number_and_a_comparison(standard: str, is_hard: bool) -> None:  # noqa: FBT001  # a case
    assert is_measurable(standard) is is_hard


def test_a_persons_answer_settles_an_open_line_and_is_named(look: Look) -> None:
    opened = line(look(), "BM-01")
    done = line(look(answers=(answer(opened, remark="第十条"),)), "bm-01")
    assert (done.result, done.decided_by, done.remark, done.answered_by) == (YES, DecidedBy.PERSON, "第十条", "王法务")
    assert done.is_settled
    assert not opened.is_settled


def test_an_answer_counts_from_its_day_on_and_the_last_one_wins(look: Look) -> None:
    opened = line(look(), "BM-01")
    given = (answer(opened, on=date(2024, 3, 9)), answer(opened, NO, remark="缺责任", on=date(2024, 3, 12)))
    assert line(look(answers=given), "BM-01").result is YES
    assert line(look({"facts.change_signatures": []}, as_of=date(2024, 3, 12), answers=given), "BM-01").result is NO
    assert line(look(as_of=date(2024, 3, 8), answers=given), "BM-01").result is OPEN


def test_an_answer_goes_stale_when_what_was_checked_changes_and_only_then(look: Look) -> None:
    refused = {"terms.late_payment": None}
    given = (answer(line(look(refused), "WY-02"), NO, remark="客户范本不设"),)
    assert line(look(refused, answers=given), "WY-02").is_settled
    other = line(look({**refused, "customer.phone": "0000-1"}, answers=given), "WY-02")
    assert (other.is_stale, other.is_settled) == (False, True)
    now = line(look(answers=given), "WY-02")
    assert (now.is_stale, now.result, now.decided_by) == (True, YES, DecidedBy.MACHINE)


def test_an_answer_about_the_text_goes_stale_with_a_new_version_of_the_contract(look: Look) -> None:
    given = (answer(line(look(), "BM-01")),)
    assert line(look(as_of=date(2024, 3, 17), answers=given), "BM-01").result is YES
    changed = line(look(as_of=date(2024, 3, 18), answers=given), "BM-01")
    assert (changed.result, changed.is_stale) == (OPEN, True)


def test_the_terms_in_force_are_checked(look: Look) -> None:
    assert "≥85分" in line(look(as_of=date(2024, 3, 17)), "JF-02").finding
    assert "≥90分" in line(look(as_of=date(2024, 3, 18)), "JF-02").finding


def test_a_person_may_be_stricter_than_the_record_never_more_lenient(look: Look) -> None:
    found = look({"terms.late_payment": None})
    refused, proved, opened = (line(found, each) for each in ("WY-02", "WY-01", "BM-01"))
    assert [may_answer(refused, each) for each in (YES, NO, NA)] == [False, True, False]
    assert [may_answer(proved, each) for each in (YES, NO, NA)] == [True, True, False]
    assert [may_answer(opened, each) for each in (YES, NO, NA)] == [True, True, True]
    lenient = look({"terms.late_payment": None}, answers=(answer(refused, YES),))
    assert (line(lenient, "WY-02").result, line(lenient, "WY-02").is_stale) == (NO, True)


def test_a_no_is_settled_by_a_persons_remark_only(look: Look) -> None:
    found = look({"terms.late_delivery.cap": "0.06"})
    capped = line(found, "WY-03")
    assert capped.result is NO
    assert not replace(capped, remark="上限6%").is_settled
    assert line(look({"terms.late_delivery.cap": "0.06"}, answers=(answer(capped, NO),)), "WY-03").is_settled


def test_counts_and_unsettled_lines_add_up(look: Look) -> None:
    found = look()
    assert sum(found.counts.values()) == len(found.lines) == len(CHECKS)
    assert [each.id for each in found.unsettled] == [each.id for each in found.lines if each.result in {OPEN, NO}]
    given = tuple(answer(each) for each in found.unsettled)
    assert look(answers=given).is_settled


def test_no_internal_field_is_evidence_and_every_place_is_a_field(look: Look) -> None:
    found = look()
    places = {place for each in found.lines for place in each.evidence}
    assert not {place for place in places if "internal" in place or "grade" in place or "pain" in place}
    assert TypeAdapter(list[str]).validate_python(sorted(places))
    assert "280000" not in "".join(each.finding for each in found.lines)
