"""Where a term stands: references read, numbers written, and a contract that says what the record cites."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from docgen.deals.deal import Deal
from docgen.deals.workdays import Calendar
from docgen.findings import Finding
from docgen.kinds.articles import Place, article_words, misplaced, read_place
from docgen.kinds.catalogue import Catalogue
from docgen.kinds.dossier import Dossier
from docgen.kinds.kind import SubjectType
from docgen.kinds.readiness import readiness
from docgen.kinds.subjects import Subject
from docgen.rendering.golden import load_deal
from docgen.review.checklist import checklist
from docgen.review.line import Answer, Result

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = sorted((ROOT / "samples" / "deals").glob("*.yaml"))
UNSIGNED: dict[str, object] = {"facts": {}, "changes": []}
DAY = date(2024, 3, 10)


@pytest.fixture
def ask(make_deal: Callable[..., Deal], catalogue: Catalogue) -> Callable[..., list[Finding]]:
    def ask(changes: dict[str, object] | None = None, *, unsigned: bool = True, on: date = DAY) -> list[Finding]:
        deal = make_deal({**(UNSIGNED if unsigned else {}), **(changes or {})})
        subject = Subject(SubjectType.CONTRACT)
        found = checklist(deal, as_of=on, calendar=Calendar())
        answers = tuple(
            Answer(line.id, Result.NO, "见备注", line.digest, found.version, on, "冯法务") for line in found.lines
        )
        dossier = Dossier(answers=answers)
        return readiness(catalogue.get("合同"), deal, subject, as_of=on, calendar=Calendar(), dossier=dossier)

    return ask


def told(findings: list[Finding]) -> list[tuple[str, str]]:
    return [(finding.code, finding.where) for finding in findings]


@pytest.mark.parametrize(
    ("words", "place"),
    [
        ("第三条", Place(3)),
        ("第四条第1款", Place(4, 1)),
        ("第4条第1款", Place(4, 1)),
        ("第九条第二款", Place(9, 2)),
        ("第十条", Place(10)),
        ("第十二条第（十一）款", Place(12, 11)),
        ("第二十一条第10项", Place(21, 10)),
        ("第 九 条", Place(9)),
        ("附件二", None),
        ("第九条、第十条", None),
        ("9.2", None),
    ],
)
def test_a_reference_is_read_in_either_kind_of_numerals(words: str, place: Place | None) -> None:
    assert read_place(words) == place


@pytest.mark.parametrize("number", range(1, 100))
def test_an_article_is_read_as_it_is_written(number: int) -> None:
    assert read_place(f"{article_words(number)}第{number}款") == Place(number, number)


def test_articles_as_contracts_write_them() -> None:
    assert [article_words(n) for n in (1, 9, 10, 11, 20, 21)] == [
        *("第一条", "第九条", "第十条", "第十一条", "第二十条", "第二十一条")
    ]
    assert str(Place(9, 2)) == "第九条第2款"


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_every_sample_deal_cites_the_clauses_its_contract_prints(path: Path, catalogue: Catalogue) -> None:
    deal = load_deal(path, root=ROOT, patch=Path("none"))
    assert list(misplaced(deal.terms, catalogue.get("合同").spec.articles)) == []


def test_the_manuals_contract_is_ready_before_it_is_signed(ask: Callable[..., list[Finding]]) -> None:
    assert ask() == []


def test_a_signed_contract_is_not_printed_again_on_any_day(ask: Callable[..., list[Finding]]) -> None:
    for day in (date(2024, 3, 9), date(2024, 3, 11), date(2026, 1, 1)):
        assert ("kinds.signed-already", "facts.signature") in told(ask(unsigned=False, on=day))


@pytest.mark.parametrize(
    ("field", "words", "printed"),
    [
        ("terms.price_clause", "第二条", "第三条第1款"),
        ("terms.plan.1.clause", "第四条第1款", "第四条第2款"),
        ("terms.plan.1.clause", "第三条", "第四条第2款"),
        ("terms.delivery.clause", "第六条", "第五条第1款"),
        ("terms.acceptance.clause", "见附件", "第六条第1款"),
        ("terms.warranty.clause", "第八条", "第七条第1款"),
        ("terms.late_delivery.clause", "第九条第2款", "第九条第1款"),
        ("terms.late_payment.clause", "第九条第1款", "第九条第2款"),
    ],
)
def test_a_reference_that_leads_elsewhere_is_named(
    ask: Callable[..., list[Finding]], field: str, words: str, printed: str
) -> None:
    (finding,) = ask({field: words})
    assert finding.code == "kinds.clause-elsewhere"
    assert finding.where == field.replace(".1.", "[1].")
    assert dict(finding.params) == {"named": words, "printed": printed}


def test_naming_the_article_alone_is_enough(ask: Callable[..., list[Finding]]) -> None:
    assert ask({"terms.plan.1.clause": "第四条", "terms.late_payment.clause": "第9条"}) == []


@pytest.mark.parametrize(
    ("field", "value", "found"),
    [
        ("terms.contract.number", None, "kinds.no-contract-number"),
        ("terms.dispute_clause", None, "kinds.no-dispute-clause"),
        ("terms.dispute_clause", "提交临江仲裁委员会仲裁，或者向人民法院起诉。", "kinds.court-and-arbitration"),
        ("terms.dispute_clause", "提交甲方所在地人民法院诉讼解决。", "kinds.dispute-at-customer"),
        ("terms.dispute_clause", "协商不成的，支付定金的一方起诉。", "kinds.deposit-word"),
        ("terms.contract.title", "服务器采购合同（订金）", "kinds.deposit-word"),
        ("terms.acceptance.standards.0.standard", "系统基本稳定", "kinds.vague-word"),
        ("terms.lines.1.remark", "约30个工作日", "kinds.vague-word"),
        ("terms.seller_declared", "true", "kinds.declaration-unfounded"),
        ("customer.address", "待补充", "kinds.no-address"),
        (
            "terms.account",
            {"holder": "某某商贸有限公司", "bank": "示例银行", "number": "0012345678900001234"},
            "kinds.account-not-ours",
        ),
    ],
)
def test_what_stops_or_warns(ask: Callable[..., list[Finding]], field: str, value: object, found: str) -> None:
    assert [finding.code for finding in ask({field: value})] == [found]


def test_a_founded_declaration_passes(ask: Callable[..., list[Finding]]) -> None:
    assert ask({"terms.seller_declared": "true", "terms.seller_class": "small"}) == []
    refused = ask({"terms.seller_declared": "true", "terms.seller_class": "large"})
    assert told(refused) == [("kinds.declaration-unfounded", "terms.seller_class")]


def test_a_day_that_is_over_when_the_contract_is_dated_is_told(ask: Callable[..., list[Finding]]) -> None:
    assert ask(on=date(2024, 3, 25)) == []
    assert told(ask(on=date(2024, 3, 26))) == [("kinds.day-already-past", "terms.delivery.due")]
    trigger = {"all_of": [{"event": "fixed_date", "on": "2024-03-12"}]}
    late = ask({"terms.plan.1.trigger": trigger}, on=date(2024, 3, 13))
    assert told(late) == [("kinds.day-already-past", "terms.plan[1].trigger.all_of[0].on")]
