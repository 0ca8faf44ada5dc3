"""Reading: text stays text, every mistake is named at once with its place, nothing is guessed."""

from __future__ import annotations

import json
import re
from copy import deepcopy
from typing import Any

import pytest

from docgen.deals.deal import Deal
from docgen.deals.parties import Company
from docgen.deals.reading import MAX_BYTES, parse_record, read_text

Companies = dict[str, Company]


def codes(text: str, name: str = "deal.yaml") -> list[str]:
    value, findings = read_text(text, name=name)
    assert value is None
    return [finding.code for finding in findings]


def test_scalars_stay_as_typed() -> None:
    text = (
        "no: no\n0012: 0012\ntime: 14:30\nnumber: 1E5\nday: 2024-03-11\n"
        "rate: 0.10\nquoted: '~'\nempty: ''\nmerge: {<<: x}\n"
    )
    value, findings = read_text(text, name="deal.yaml")
    assert not findings
    assert value == {
        "no": "no",
        "0012": "0012",
        "time": "14:30",
        "number": "1E5",
        "day": "2024-03-11",
        "rate": "0.10",
        "quoted": "~",
        "empty": "",
        "merge": {"<<": "x"},
    }


def test_not_given_is_none() -> None:
    assert read_text("a: ~\nb:\nc: null\nd: [~, x]\n", name="deal.yaml")[0] == {
        "a": None,
        "b": None,
        "c": None,
        "d": [None, "x"],
    }


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a: 1\na: 2", "deals.key-twice"),
        ("a: {b: 1, b: 1}", "deals.key-twice"),
        ("a: &x 1\nb: *x", "deals.yaml-alias"),
        ("a: *总", "deals.yaml-alias"),
        ("a: !!python/object:os.system x", "deals.yaml-tag"),
        ("a: !!int 5", "deals.yaml-tag"),
        ("a: 1\n---\nb: 2", "deals.yaml-second-document"),
        ("? [a]\n: 1", "deals.yaml-key-no-text"),
        ("~: 1", "deals.yaml-key-no-text"),
        ("a: [1,", "deals.yaml-broken"),
        ("a:\n\t- b", "deals.yaml-broken"),
        ("a: 'x", "deals.yaml-broken"),
        ("a: \x07", "deals.yaml-unreadable"),
        ("a: \ud800", "deals.yaml-unreadable"),
        ("", "deals.file-empty"),
        ("# nothing\n", "deals.file-empty"),
        ("[" * 31, "deals.file-too-deep"),
        ("{b: " * 5000, "deals.file-too-deep"),
        ("a: " + "x" * MAX_BYTES, "deals.file-too-large"),
        ("名" * (MAX_BYTES // 2), "deals.file-too-large"),
    ],
)
def test_what_yaml_may_not_hold(text: str, code: str) -> None:
    assert codes(text) == [code]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('{"a": 1, "a": 2}', "deals.json-key-twice"),
        ('{"a": NaN}', "deals.json-constant"),
        ('{"a": 1', "deals.json-broken"),
        ("[" * 100_000, "deals.json-too-deep"),
        ("[" * 40 + "]" * 40, "deals.json-too-deep"),
    ],
)
def test_what_json_may_not_hold(text: str, code: str) -> None:
    assert codes(text, "deal.json") == [code]


def test_json_numbers_keep_their_digits() -> None:
    assert read_text('\ufeff{"a": 0.10, "b": 5, "c": true}', name="x.JSON")[0] == {"a": "0.10", "b": "5", "c": True}


def test_an_alias_bomb_is_refused_at_its_first_line() -> None:
    bomb = "a: &a [x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(20)
    )
    value, findings = read_text(bomb, name="deal.yaml")
    assert value is None
    assert findings[0].params["line"] == 1


def test_the_sample_reads(deal: Deal) -> None:
    assert deal.company.name == "山海云图科技（示例）有限公司"
    assert deal.terms.account == deal.company.accounts[0]
    assert deal.customer.contacts[0].name == "*总"
    assert deal.terms.contract.copies == 4


def test_a_record_written_out_reads_again(deal: Deal, companies: Companies) -> None:
    text = json.dumps(deal.model_dump(mode="json", by_alias=True), ensure_ascii=False)
    data, findings = read_text(text, name="deal.json")
    assert not findings
    assert parse_record(data, companies=companies) == (deal, [])


PLANTED: list[tuple[str, Any, str]] = [
    ("customer.name", "", "deals.value-empty"),
    ("customer.adress", "临江市", "deals.field-unknown-but-close"),
    ("customer.联系人", "某人", "deals.field-unknown-but-close"),
    ("customer.favourite_colour", "红", "deals.field-unknown"),
    ("customer.address", None, "deals.value-empty"),
    ("customer.contacts[0].is_decision_maker", "yes", "deals.not-yes-or-no"),
    ("customer.contacts[1].name", "钱\u200b六", "deals.hidden-character"),
    ("customer.phone", 66660000, "deals.not-text"),
    ("customer.invoicing", "XX科技有限公司", "deals.not-a-group"),
    ("customer.id", "2024-1", "deals.wrong-form"),
    ("customer.industry", "互" * 201, "deals.text-too-long"),
    ("terms.contract.title", "服务器采购\n合同", "deals.hidden-character"),
    ("terms.contract.order_number", "SO２０２４０３１００１", "deals.wrong-form"),
    ("terms.contract.dated", "2024/3/10", "deals.day-written-otherwise"),
    ("terms.contract.copies", "四份", "deals.not-a-whole-number"),
    ("terms.contract.owner", "张三\x07", "deals.hidden-character"),
    ("terms.contract.customer_numbers", "XXKJ-1", "deals.not-a-list"),
    ("terms.lines[0].quantity", "0", "deals.number-too-small"),
    ("terms.lines[0].unit_price", "48,000.00", "deals.number-written-otherwise"),
    ("terms.lines[0].tax_rate", "13%", "deals.number-written-otherwise"),
    ("terms.lines[0].kind", "goods", "deals.not-a-choice"),
    ("terms.lines[1].quantity", "一", "deals.not-a-number"),
    ("terms.lines[1].unit_price", "45000.1234567", "deals.too-many-places"),
    ("terms.lines[1].tax_rate", "6", "deals.number-above"),
    ("terms.total", "２８５０００.００", "deals.number-written-otherwise"),
    ("terms.plan[0].share", "0.3000001", "deals.too-many-places"),
    ("terms.plan[0].seq", "0", "deals.number-below"),
    ("terms.plan[0].trigger.all_of", [], "deals.list-empty"),
    ("terms.plan[1].trigger.term", "60天", "deals.not-a-whole-number"),
    ("terms.plan[1].trigger.unit", "days", "deals.not-a-choice"),
    ("terms.plan[2].kind", "尾款", "deals.not-a-choice"),
    ("terms.delivery.due", "2024-02-30", "deals.no-such-day"),
    ("terms.delivery.clause", "REMOVE", "deals.field-missing"),
    ("terms.warranty.months", "121", "deals.number-above"),
    ("terms.late_payment.daily_rate", "万分之五", "deals.not-a-number"),
    ("terms.late_delivery.cap", "5e-2", "deals.number-written-otherwise"),
    ("changes[0].requested_on", "3月14日", "deals.not-a-day"),
    ("facts.signature.ours", "2024/13/45", "deals.not-a-day"),
    ("facts.signature.theirs", "20240311", "deals.day-written-otherwise"),
    ("facts.deliveries[0].on", "0204-03-22", "deals.day-out-of-range"),
    ("facts.payments[0].amount", "¥85,500.00", "deals.number-written-otherwise"),
    ("facts.payments[1].amount", "85500.001", "deals.too-many-places"),
    ("internal.floor_price", "28万元", "deals.number-written-otherwise"),
]


def plant(record: dict[str, Any], path: str, value: object) -> None:
    steps: list[Any] = [int(step) if step.isdigit() else step for step in re.findall(r"[^.\[\]]+", path)]
    holder: Any = record
    for step in steps[:-1]:
        holder = holder[step]
    if value == "REMOVE":
        del holder[steps[-1]]
    else:
        holder[steps[-1]] = value


def test_every_planted_mistake_is_named_at_once(record: dict[str, Any], companies: Companies) -> None:
    assert len(PLANTED) >= 40
    for path, value, _ in PLANTED:
        plant(record, path, value)
    deal, findings = parse_record(record, companies=companies)
    assert deal is None
    assert {(each.where, each.code) for each in findings} == {(path, code) for path, _, code in PLANTED}
    for each in findings:
        said, what_next = each.sentence("zh"), each.remedy("zh")
        assert each.where in said or str(each.params["title"]) in said
        assert what_next
        assert not re.search(r"[{}]", said + what_next), "a parameter of the sentence is missing"
        assert not re.search(r"[{}]", each.sentence("en") + each.remedy("en"))


@pytest.mark.parametrize(
    ("path", "value", "written"),
    [
        ("terms.total", "285,000.00", "285000.00"),
        ("terms.total", "￥２８５，０００.００", "285000.00"),
        ("terms.total", "28.5万元", "285000"),
        ("terms.total", "人民币285000元", "285000"),
        ("terms.plan[0].share", "30%", "0.3"),
        ("terms.lines[0].tax_rate", "１３％", "0.13"),
        ("terms.contract.dated", "2024年3月10日", "2024-03-10"),
        ("terms.contract.dated", "２０２４．３．１０", "2024-03-10"),
        ("terms.contract.dated", "20240310", "2024-03-10"),
    ],
)
def test_other_ways_to_write_are_refused_and_shown_rightly(
    record: dict[str, Any], companies: Companies, path: str, value: str, written: str
) -> None:
    plant(record, path, value)
    deal, (finding,) = parse_record(record, companies=companies)
    assert deal is None
    assert finding.where == path
    assert finding.params["written"] == written
    assert written in finding.remedy("zh")


@pytest.mark.parametrize("value", [True, 1.5, [], {}, "1E5", "0x10", "१२", "+5", " 5", "1_000"])
def test_what_is_no_amount(record: dict[str, Any], companies: Companies, value: object) -> None:
    plant(record, "terms.total", value)
    deal, (finding,) = parse_record(record, companies=companies)
    assert deal is None
    assert finding.where == "terms.total"


def test_titles_lead_a_reader_to_the_field(record: dict[str, Any], companies: Companies) -> None:
    plant(record, "terms.lines[1].quantity", "0")
    _, (finding,) = parse_record(record, companies=companies)
    assert finding.sentence("zh") == "约定 › 价格明细第2项 › 数量（terms.lines[1].quantity）必须大于 0，现为 0"


def test_an_unknown_company_is_named_beside_the_other_mistakes(record: dict[str, Any], companies: Companies) -> None:
    record["company"] = "shanghai"
    record["terms"]["total"] = "很多"
    deal, findings = parse_record(record, companies=companies)
    assert deal is None
    assert [(each.code, each.where) for each in findings] == [
        ("deals.company-unknown", "company"),
        ("deals.not-a-number", "terms.total"),
    ]
    assert "shanhai" in findings[0].sentence("zh")


def test_an_unknown_company_alone_is_refused(record: dict[str, Any]) -> None:
    deal, findings = parse_record(record, companies={})
    assert deal is None
    assert [each.code for each in findings] == ["deals.company-unknown"]


def test_a_company_given_in_full_needs_no_register(record: dict[str, Any], companies: Companies, deal: Deal) -> None:
    record["company"] = companies["shanhai"].model_dump(mode="json")
    assert parse_record(record, companies={}) == (deal, [])


@pytest.mark.parametrize("data", [None, "名称：山海", ["a"], "12"])
def test_what_is_no_record_at_all(data: object) -> None:
    deal, findings = parse_record(data, companies={})
    assert deal is None
    assert [each.code for each in findings] == ["deals.not-a-record"]


def test_an_empty_record_lacks_each_part_by_name(companies: Companies) -> None:
    _, findings = parse_record({}, companies=companies)
    assert {(each.code, each.where) for each in findings} == {
        ("deals.field-missing", "company"),
        ("deals.field-missing", "customer"),
        ("deals.field-missing", "terms"),
    }


def test_reading_leaves_the_given_values_alone(record: dict[str, Any], companies: Companies) -> None:
    before = deepcopy(record)
    parse_record(record, companies=companies)
    assert record == before


def test_equal_numbers_are_kept_one_way(record: dict[str, Any], companies: Companies, deal: Deal) -> None:
    plant(record, "terms.plan[0].share", "0.3000")
    plant(record, "terms.lines[0].quantity", "5.0")
    plant(record, "terms.lines[0].unit_price", "48000.00")
    other, _ = parse_record(record, companies=companies)
    assert other
    assert other.model_dump(mode="json") == deal.model_dump(mode="json")
