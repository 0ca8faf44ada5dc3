from __future__ import annotations

import types
import typing
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import BaseModel

from docgen.deals.deal import Deal
from docgen.deals.workdays import Calendar
from docgen.errors import Refused
from docgen.kinds.catalogue import load_catalogue
from docgen.kinds.dossier import Dossier, KnownPaper
from docgen.kinds.kind import Section, SubjectType
from docgen.kinds.subjects import Subject
from docgen.rendering.context import SECTIONS, SUBJECTS, build_context
from docgen.rendering.golden import load_deal
from docgen.rendering.sandbox import check_context
from docgen.rendering.sections.background import PaperFacts
from docgen.rendering.sections.terms import count_words

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = load_catalogue(ROOT / "templates")
SAMPLE = ROOT / "samples/deals/xx-tech.yaml"


def deal_with(tmp_path: Path, patch: str = "{}") -> Deal:
    file = tmp_path / "patch.yaml"
    file.write_text(patch, encoding="utf-8")
    return load_deal(SAMPLE, root=ROOT, patch=file)


def context_of(deal: Deal, title: str, kind_of_subject: SubjectType, seq: int, as_of: date) -> dict:
    paper = PaperFacts("HT2024031001-X01", None, as_of)
    kind = CATALOGUE.get(title)
    return build_context(deal, kind, Subject(kind_of_subject, seq), as_of=as_of, paper=paper, calendar=Calendar())


@pytest.fixture
def deal(tmp_path: Path) -> Deal:
    return deal_with(tmp_path)


ASKED = [
    ("预付款通知单", SubjectType.INSTALMENT, date(2024, 3, 12)),
    ("补充协议", SubjectType.CHANGE, date(2024, 3, 14)),
    ("验收报告", SubjectType.ACCEPTANCE, date(2024, 3, 26)),
    ("解决方案书", SubjectType.CONTRACT, date(2024, 3, 5)),
    ("报价单", SubjectType.CONTRACT, date(2024, 3, 5)),
]


def test_the_instalment_is_the_balance_of_the_day(deal: Deal) -> None:
    asked = context_of(deal, "预付款通知单", SubjectType.INSTALMENT, 1, date(2024, 3, 12))["instalment"]
    assert (asked["amount"], asked["balance"], asked["due"]) == (
        Decimal("85500.00"),
        Decimal("85500.00"),
        date(2024, 3, 18),
    )
    assert not asked["is_rolled"]
    later = context_of(deal, "预付款通知单", SubjectType.INSTALMENT, 1, date(2024, 3, 15))["instalment"]
    assert later["balance"] == Decimal("0.00")


def test_no_paper_shows_new_terms_before_both_have_signed(deal: Deal) -> None:
    before = context_of(deal, "验收报告", SubjectType.ACCEPTANCE, 1, date(2024, 3, 26))
    assert before["delivery"]["due"] == date(2024, 4, 1)
    assert before["contract"]["version"] == 2
    notice = context_of(deal, "预付款通知单", SubjectType.INSTALMENT, 1, date(2024, 3, 17))
    assert notice["delivery"]["due"] == date(2024, 3, 25)
    assert notice["contract"]["version"] == 1


def test_the_change_carries_both_totals_and_the_difference_without_a_sign(tmp_path: Path) -> None:
    deal = deal_with(
        tmp_path,
        "facts.change_signatures: []\n"
        "changes.0.new.total: 265000.00\n"
        "changes.0.new.lines:\n"
        "  - {name: 服务器A型, kind: product, unit: 台, quantity: 5, unit_price: 44000, tax_rate: 0.13}\n"
        "  - {name: 实施服务, kind: service, unit: 项, quantity: 1, unit_price: 45000, tax_rate: 0.06}\n",
    )
    change = context_of(deal, "补充协议", SubjectType.CHANGE, 1, date(2024, 3, 14))["change"]
    assert (change["old_total"], change["new_total"]) == (Decimal("285000.00"), Decimal("265000.00"))
    assert (change["difference"], change["direction"]) == (Decimal("20000.00"), "lowered")
    assert [part["amount"] for part in change["plan"]] == [
        Decimal("79500.00"),
        Decimal("79500.00"),
        Decimal("106000.00"),
    ]


@pytest.mark.parametrize(
    ("copies", "said"),
    [(1, ("壹", None, "壹", False)), (3, ("叁", "壹", "贰", False)), (4, ("肆", "贰", "贰", True))],
)
def test_copies_are_shared_out(tmp_path: Path, copies: int, said: tuple[str, str | None, str, bool]) -> None:
    deal = deal_with(tmp_path, f"changes.0.copies: {copies}")
    change = context_of(deal, "补充协议", SubjectType.CHANGE, 1, date(2024, 3, 14))["change"]
    assert (change["copies"], change["copies_theirs"], change["copies_ours"], change["copies_even"]) == said


@pytest.mark.parametrize(("count", "words"), [(0, "零"), (4, "肆"), (10, "壹拾"), (12, "壹拾贰"), (20, "贰拾")])
def test_counts_are_written_as_contracts_write_them(count: int, words: str) -> None:
    assert count_words(count) == words


def test_a_person_the_record_does_not_know_stays_without_party_and_office(tmp_path: Path) -> None:
    deal = deal_with(tmp_path, 'facts.acceptances.0.people: ["*总", 张三, 某某]')
    people = context_of(deal, "验收报告", SubjectType.ACCEPTANCE, 1, date(2024, 3, 26))["acceptance"]["people"]
    assert people == [
        {"name": "*总", "party": "XX科技有限公司", "role": "技术总监"},
        {"name": "张三", "party": "山海云图科技（示例）有限公司", "role": "销售经理"},
        {"name": "某某", "party": None, "role": None},
    ]


@pytest.mark.parametrize(("title", "subject", "as_of"), ASKED)
def test_everything_a_template_sees_is_plain(deal: Deal, title: str, subject: SubjectType, as_of: date) -> None:
    check_context(context_of(deal, title, subject, 1, as_of))


def test_a_part_the_deal_does_not_have_is_refused(deal: Deal) -> None:
    with pytest.raises(Refused) as refusal:
        context_of(deal, "预付款通知单", SubjectType.INSTALMENT, 7, date(2024, 3, 12))
    assert [finding.code for finding in refusal.value.findings] == ["kinds.no-such-part"]


def internal_paths(
    model: type[BaseModel], path: tuple[str, ...] = (), *, hidden: bool = False
) -> Iterator[tuple[str, ...]]:
    """Yield the path of every field that is marked internal, itself or by what holds it."""
    for name, field in model.model_fields.items():
        extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
        is_hidden = hidden or bool(extra.get("internal"))
        inner = list(_models(field.annotation))
        if is_hidden and not inner:
            yield (*path, name)
        for kind in inner:
            yield from internal_paths(kind, (*path, name), hidden=is_hidden)


def _models(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif typing.get_origin(annotation) in {typing.Union, types.UnionType, tuple, list, typing.Annotated}:
        for inner in typing.get_args(annotation):
            yield from _models(inner)


def values_at(value: object, path: tuple[str, ...]) -> Iterator[object]:
    if isinstance(value, tuple):
        for each in value:
            yield from values_at(each, path)
    elif value is not None and path:
        yield from values_at(getattr(value, path[0]), path[1:])
    elif value is not None:
        yield value


def leaves(value: object) -> Iterator[object]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from leaves(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from leaves(inner)
    else:
        yield value


@pytest.mark.parametrize(("title", "subject", "as_of"), ASKED)
def test_no_field_marked_internal_reaches_a_paper_for_customers(
    tmp_path: Path, title: str, subject: SubjectType, as_of: date
) -> None:
    deal = deal_with(
        tmp_path,
        "internal.floor_price: 281111.11\ninternal.customer_ceiling: 299999.99\ninternal.notes: 内部甲\n"
        "internal.budget: 内部乙\ncustomer.grade: 内部丙\ncustomer.pain_points: 内部丁\ncustomer.source: 内部戊\n"
        "internal.follow_ups:\n"
        "  - {on: 2023-01-02, by: 内部己, summary: 内部庚, feedback: 内部辛, next_step: 内部壬}\n"
        "internal.decision_factors:\n  - {name: 内部癸, weight: 0.98765}\n",
    )
    paths = set(internal_paths(Deal))
    assert {("internal", "floor_price"), ("customer", "grade"), ("internal", "follow_ups", "next_step")} <= paths
    secret = {value for path in paths for value in values_at(deal, path) if not isinstance(value, bool)}
    assert len(secret) == 15
    seen = set(leaves(context_of(deal, title, subject, 1, as_of)))
    assert secret.isdisjoint(seen)
    assert not [text for text in seen if isinstance(text, str) and "内部" in text]
    assert "internal" not in seen


def test_what_a_kind_asks_for_besides_stands_under_its_own_name(deal: Deal) -> None:
    kind = CATALOGUE.get("验收报告")
    asking = replace(kind, spec=kind.spec.model_copy(update={"shows": (Section.PAPERS,)}))
    as_of, subject = date(2024, 3, 26), Subject(SubjectType.ACCEPTANCE, 1)
    paper = PaperFacts("HT2024031001-YS01", None, as_of)
    known = KnownPaper("HT2024031001-YF1-01", "prepayment-notice", "预付款通知单", "instalment 1", date(2024, 3, 12))
    later = replace(known, number="HT2024031001-JD2-01", dated=date(2024, 3, 27))
    made = build_context(
        deal, asking, subject, as_of=as_of, paper=paper, calendar=Calendar(), dossier=Dossier((known, later))
    )
    check_context(made)
    assert [row["number"] for row in made["papers"]["rows"]] == [known.number]
    assert "papers" not in context_of(deal, "验收报告", SubjectType.ACCEPTANCE, 1, as_of)


def test_every_section_a_kind_may_ask_for_has_its_maker() -> None:
    assert set(SECTIONS) == set(Section)
    assert set(SUBJECTS) == set(SubjectType) - {SubjectType.CONTRACT, SubjectType.COMPANY}
