"""What is said before there is a contract: versions, validity, what a quotation comes to, masked cases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from docgen.deals.checks import check
from docgen.deals.deal import Deal
from docgen.deals.masking import names_in
from docgen.deals.parties import Company
from docgen.deals.proposal import CostCategory, Proposal, version_key
from docgen.deals.quoting import Quotation, quotation
from docgen.deals.reading import parse_record
from docgen.deals.workdays import Calendar

DealWith = Callable[..., Deal]


def quoted(deal: Deal) -> Quotation:
    assert deal.proposal
    return quotation(deal, deal.proposal)


def test_a_record_without_a_proposal_reads_as_before(record: dict[str, Any], companies: dict[str, Company]) -> None:
    del record["proposal"]
    deal, findings = parse_record(record, companies=companies)
    assert findings == []
    assert deal
    assert deal.proposal is None


def test_versions_are_compared_by_number() -> None:
    assert sorted(["V1.10", "V2.0", "V1.9", "V1.0"], key=version_key) == ["V1.0", "V1.9", "V1.10", "V2.0"]


@pytest.mark.parametrize("version", ["1.0", "V0.9", "V1", "V1.01", "v1.0", "V1.0 "])
def test_what_is_no_version(version: str, record: dict[str, Any], companies: dict[str, Company]) -> None:
    record["proposal"]["version"] = version
    deal, findings = parse_record(record, companies=companies)
    assert deal is None
    assert [each.where for each in findings] == ["proposal.version"]


@pytest.mark.parametrize(("days", "last"), [(30, date(2024, 4, 4)), (1, date(2024, 3, 6)), (15, date(2024, 3, 20))])
def test_the_day_of_the_offer_is_not_counted(days: int, last: date) -> None:
    assert Proposal(dated=date(2024, 3, 5), valid_days=days).valid_until == last


def test_without_discounts_the_quotation_is_the_terms(deal: Deal) -> None:
    made = quoted(deal)
    assert [(group.category, group.subtotal) for group in made.groups] == [
        (CostCategory.HARDWARE, Decimal("240000.00")),
        (CostCategory.SERVICE, Decimal("45000.00")),
    ]
    assert (made.listed, made.taken_off, made.total) == (Decimal(285000), Decimal(0), Decimal(285000))


def test_nine_tenths_of_the_list_price_of_the_recurring_fee_only(deal_with: DealWith) -> None:
    """48,000 × 5 stay; 50,000 at 9折 are 45,000: the discount is 5,000.00, a line of its own (R-2.2-04)."""

    def change(data: dict[str, Any]) -> None:
        data["proposal"]["line_details"] = [{"line": 2, "category": "software", "list_unit_price": "50000"}]
        data["proposal"]["discounts"] = [{"name": "年付享9折", "lines": [2], "rate": "0.9"}]

    made = quoted(deal_with(change))
    (discount,) = made.discounts
    assert (discount.base, discount.amount, discount.indexes) == (Decimal("50000.00"), Decimal("5000.00"), (2,))
    assert (made.listed, made.total) == (Decimal("290000.00"), Decimal("285000.00"))
    assert [group.category for group in made.groups] == [CostCategory.HARDWARE, CostCategory.SOFTWARE]


def test_discounts_on_one_line_do_not_compound_and_round_each(deal_with: DealWith) -> None:
    def change(data: dict[str, Any]) -> None:
        data["proposal"]["line_details"] = [{"line": 2, "list_unit_price": "33333.33"}]
        data["proposal"]["discounts"] = [
            {"name": "甲", "lines": [2], "rate": "0.9"},
            {"name": "乙", "lines": [2], "rate": "0.95"},
            {"name": "丙", "amount": "10.00"},
        ]

    made = quoted(deal_with(change))
    assert [each.amount for each in made.discounts] == [Decimal("3333.33"), Decimal("1666.67"), Decimal("10.00")]
    assert made.discounts[2].base == Decimal("273333.33")
    assert made.discounts[2].indexes == ()


def test_lines_are_numbered_as_printed(deal_with: DealWith) -> None:
    def change(data: dict[str, Any]) -> None:
        data["terms"]["lines"].reverse()
        data["proposal"]["line_details"] = []

    made = quoted(deal_with(change))
    printed = [(each.index, each.position, each.line.name) for group in made.groups for each in group.lines]
    assert printed == [(1, 2, "服务器A型"), (2, 1, "实施服务")]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("为清远样本物流有限公司实施", True),
        ("为 清远样本物流 实施", True),
        ("为清远样本物流有限公司（ＷＭＳ）实施", True),
        ("某物流企业", False),
        ("清远地区的物流企业", False),
    ],
)
def test_a_customers_name_is_found_in_full_and_without_its_legal_form(text: str, *, found: bool) -> None:
    assert bool(names_in(text, ["清远样本物流有限公司"])) is found


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("YY制造有限公司", "YY制造的产线", True),
        ("恒泰（示例）有限公司", "恒泰的产线", False),  # two characters name nobody
        ("ＸＸ科技有限公司", "xx科技有限公司", True),
        ("", "任何文字", False),
    ],
)
def test_stems_and_widths(name: str, text: str, *, found: bool) -> None:
    assert bool(names_in(text, [name])) is found


def test_a_lower_price_with_another_term_is_fine_and_a_signed_deal_hears_no_more(deal_with: DealWith) -> None:
    def newer(data: dict[str, Any]) -> None:
        data["proposal"] |= {"version": "V1.1", "dated": "2024-03-07", "terms_changed": "付款方式改为3-3-4"}
        data["proposal"]["earlier_versions"] = [{"version": "V1.0", "dated": "2024-03-05", "total": "300000.00"}]

    def unsigned(data: dict[str, Any]) -> None:
        data["facts"] = {}

    def careless(data: dict[str, Any]) -> None:
        data["proposal"]["needs"][0]["answer"] = None

    def codes(*changes: Callable[[dict[str, Any]], None]) -> set[str]:
        return {each.code for each in check(deal_with(*changes), calendar=Calendar())}

    assert codes(newer, unsigned) == set()
    assert codes(newer, unsigned, careless) == {"deals.need-unanswered"}
    assert codes(newer, careless) == set()
