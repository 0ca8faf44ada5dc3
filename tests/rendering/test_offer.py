"""Proposal and quotation as plain values: what is printed of versions, objections, discounts and splits."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from docgen.deals.plan import Instalment
from docgen.deals.workdays import Calendar
from docgen.errors import Refused
from docgen.kinds.catalogue import load_catalogue
from docgen.kinds.kind import SubjectType
from docgen.kinds.subjects import Subject
from docgen.rendering.context import build_context
from docgen.rendering.golden import load_deal
from docgen.rendering.sections.background import PaperFacts, Values
from docgen.rendering.sections.quotation import split_words

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = load_catalogue(ROOT / "templates")


def shown(tmp_path: Path, name: str, sample: str, patch: str = "{}") -> Values:
    file = tmp_path / "patch.yaml"
    file.write_text(patch, encoding="utf-8")
    deal = load_deal(ROOT / "samples/deals" / f"{sample}.yaml", root=ROOT, patch=file)
    day = date(2024, 4, 3)
    return build_context(
        deal,
        CATALOGUE.get(name),
        Subject(SubjectType.CONTRACT),
        as_of=day,
        paper=PaperFacts("X", None, day),
        calendar=Calendar(),
    )


def plan(*shares: str) -> tuple[Instalment, ...]:
    trigger = {"all_of": [{"event": "signed"}]}
    rows = (
        {"seq": n, "kind": "progress", "share": s, "trigger": trigger, "clause": "一"} for n, s in enumerate(shares, 1)
    )
    return tuple(Instalment.model_validate(row) for row in rows)


@pytest.mark.parametrize(
    ("shares", "words"),
    [(("0.3", "0.3", "0.4"), "3-3-4"), (("0.3", "0.6", "0.1"), "3-6-1"), (("0.25", "0.75"), None), (("1",), None)],
)
def test_a_plan_in_whole_tenths_has_a_name(shares: tuple[str, ...], words: str | None) -> None:
    assert split_words(plan(*shares)) == words


def test_a_discount_is_a_line_of_its_own_below_nought(tmp_path: Path) -> None:
    made = shown(tmp_path, "quotation", "hengtai-line")["quotation"]
    assert [each["amount"] for each in made["discounts"]] == [Decimal("-1481.52"), Decimal("-1111.12")]
    assert (made["listed"], made["total"]) == (Decimal("160000.00"), Decimal("157407.36"))
    assert made["seller"] == {"name": "李四", "role": None, "phone": "0000-88880000", "email": None}
    assert made["valid_until"] == date(2024, 4, 17)


def test_only_settled_objections_to_earlier_versions_are_shown(tmp_path: Path) -> None:
    assert [each["version"] for each in shown(tmp_path, "proposal", "hengtai-line")["proposal"]["answered"]] == ["V1.0"]
    assert shown(tmp_path, "proposal", "xx-tech")["proposal"]["answered"] == []


def test_the_title_is_the_contracts_without_its_last_word(tmp_path: Path) -> None:
    made = shown(tmp_path, "proposal", "xx-tech", "proposal.title: null")
    assert made["proposal"]["title"] == made["quotation"]["title"] == "服务器采购及实施服务"


def test_steps_run_one_after_the_other(tmp_path: Path) -> None:
    made = shown(tmp_path, "proposal", "hengtai-line")["proposal"]
    assert [(each["from_day"], each["to_day"]) for each in made["steps"]] == [(1, 5), (6, 35), (36, 45)]
    assert made["days"] == 45


def test_nothing_is_quoted_without_a_proposal(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        shown(tmp_path, "quotation", "yy-manufacturing")
    assert [each.code for each in refused.value.findings] == ["kinds.no-proposal"]
