"""A contract as it lies on the table: what must be said, what must not, and a bare edge for the seal across pages."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from docgen.errors import TemplateRefused
from docgen.kinds.catalogue import load_catalogue
from docgen.papers.pdf import rasterise
from docgen.rendering.articles import read_articles
from docgen.rendering.faces import html_blocks
from docgen.rendering.golden import Case, Rendered, load_case, load_deal, pdf_job, render_case
from docgen.rendering.pdf import fill_html

ROOT = Path(__file__).resolve().parents[2]
KIND = load_catalogue(ROOT / "templates").get("合同")
CASES = sorted(path.parent.name for path in KIND.folder.glob("golden/*/case.toml"))
NUMBERS = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二", "十三", "十四", "十五"]
NAMES = (
    *("合同双方与用语", "合同标的", "合同价款", "付款方式", "交付", "验收", "质量保证", "保密", "违约责任"),
    *("知识产权", "不可抗力", "通知与送达", "合同变更与解除", "争议解决", "份数、生效与附件"),
)
EDGE_MM = 23
"""Half of the largest seal (45 mm): as much as a seal across two pages leaves on one of them."""


def case(name: str) -> Case:
    return load_case(KIND.folder / "golden" / name, KIND, root=ROOT)


def blocks(one: Case) -> list[str]:
    return list(html_blocks(fill_html(pdf_job(one))[0]))


def changed(name: str, folder: Path, patch: str) -> Case:
    one = case(name)
    (folder / "patch.yaml").write_text(patch, encoding="utf-8")
    sample = re.search('deal = "(.+)"', (one.folder / "case.toml").read_text("utf-8"))
    assert sample
    kept = (one.folder / "patch.yaml").read_text("utf-8")
    (folder / "patch.yaml").write_text(kept + patch, encoding="utf-8")
    return replace(one, deal=load_deal(ROOT / sample[1], root=ROOT, patch=folder / "patch.yaml"))


def paragraphs(said: list[str], head: str) -> list[str]:
    """Return the numbered paragraphs of an article, tables left out."""
    start = next(place for place, text in enumerate(said) if text.endswith(f"　{head}"))
    rest = said[start + 1 :]
    end = next((place for place, text in enumerate(rest) if re.match("第.+条　", text)), len(rest))
    return [text for text in rest[:end] if re.match(r"\d+．", text)]


@pytest.fixture(scope="module", params=CASES)
def printed(request: pytest.FixtureRequest) -> tuple[Case, Rendered]:
    one = case(request.param)
    return one, render_case(one)


def test_the_right_edge_is_bare_on_every_page(printed: tuple[Case, Rendered]) -> None:
    _, rendered = printed
    pages = rasterise(rendered.pdf.data, 72)
    assert len(pages) == rendered.pdf.pages > 2
    for page in pages:
        edge = round(EDGE_MM / 25.4 * 72)
        assert (page[:, -edge:] > 250).all()
        assert (page < 128).any()


def test_the_heading_is_the_contracts_own_name_and_its_number_stands_above(printed: tuple[Case, Rendered]) -> None:
    one, rendered = printed
    contract = one.deal.terms.contract
    assert rendered.pdf_blocks[:2] == (f"合同编号：{contract.number}", contract.title)
    assert f"文本编号：{one.paper.number}" in rendered.pdf_blocks


def test_every_core_clause_is_there_in_its_place(printed: tuple[Case, Rendered]) -> None:
    heads = [text for text in printed[1].pdf_blocks if re.match("第.{1,3}条　", text)]
    assert heads == [f"第{n}条　{name}" for n, name in zip(NUMBERS, NAMES, strict=True)]


def test_what_the_record_cites_stands_where_it_says(printed: tuple[Case, Rendered]) -> None:
    one, rendered = printed
    said, terms = list(rendered.pdf_blocks), one.deal.terms
    late = paragraphs(said, "违约责任")
    assert late[0].startswith("1．乙方逾期交付的")
    assert late[1].startswith("2．甲方逾期付款的")
    assert paragraphs(said, "合同价款")[0].startswith("1．合同总价（含税）为")
    assert paragraphs(said, "交付")[0].startswith("1．交付时间：")
    first = paragraphs(said, "付款方式")[0]
    assert first.startswith(f"{len(terms.plan) + 1}．")
    assert [text for text in said if re.fullmatch("第四条第.+款", text)] == [part.clause for part in terms.plan]


def test_no_late_payment_clause_in_the_record_no_rate_in_the_contract() -> None:
    said = blocks(case("goods"))
    assert "%" not in paragraphs(said, "违约责任")[1]
    assert "逾期付款违约金" not in "".join(said)
    assert "0.1%" in paragraphs(said, "违约责任")[0]


def test_no_late_delivery_clause_keeps_late_payment_in_its_paragraph(tmp_path: Path) -> None:
    said = paragraphs(blocks(changed("manual", tmp_path, "terms.late_delivery: null\n")), "违约责任")
    assert "%" not in said[0]
    assert said[1] == (
        "2．甲方逾期付款的，每逾期一日，按逾期未付金额的0.05%向乙方支付逾期付款违约金，"
        "累计不超过合同总价（含税）的5%。部分付款的，自付款次日起按剩余的逾期未付金额计算。"
    )


@pytest.mark.parametrize(("name", "is_said"), [("manual", True), ("goods", False)])
def test_deemed_acceptance_only_where_agreed(name: str, is_said: bool) -> None:  # noqa: FBT001  # a column of the table
    assert ("视为验收合格" in "".join(blocks(case(name)))) is is_said


def test_without_a_warranty_the_clause_stays_and_says_so(tmp_path: Path) -> None:
    patch = "terms.warranty: null\nterms.plan.2.trigger: {all_of: [{event: accepted}], term: 10}\n"
    (only,) = paragraphs(blocks(changed("manual", tmp_path, patch)), "质量保证")
    assert only.startswith("1．双方未另行约定质保期。")


@pytest.mark.parametrize(
    ("rolls", "fixed", "said"),
    [
        ("true", "true", "付款日、交付日遇休息日或者法定节假日的，顺延至其后第一个工作日。"),
        ("true", "false", "本合同写明具体日期的，不顺延。"),
        ("false", "true", "付款日、交付日遇休息日或者法定节假日的，不顺延。"),
    ],
)
def test_how_days_roll_is_said_as_the_record_has_it(tmp_path: Path, rolls: str, fixed: str, said: str) -> None:
    patch = f"terms.rolls_due_dates: {rolls}\nterms.rolls_fixed_dates: {fixed}\n"
    assert paragraphs(blocks(changed("manual", tmp_path, patch)), "合同双方与用语")[3].endswith(said)


def test_the_variant_follows_what_is_sold() -> None:
    goods, service, mixed = ("".join(blocks(case(name))) for name in ("goods", "service", "manual"))
    assert "委托乙方提供服务" in service
    assert "标的物" not in service
    assert "个人信息" not in goods
    assert "技术成果" in service
    assert "技术成果" in mixed
    assert "技术成果" not in goods


def test_what_was_added_to_the_record_is_printed() -> None:
    said = "".join(blocks(case("three-six-one")))
    assert "乙方为中小企业（小型企业）" in said
    assert "至本合同终止后24个月届满之日止" in said
    assert "示例省望江市虚拟工业园2号 生产部 *经理收" in said


def test_annexes_are_those_the_contract_lists() -> None:
    for name, count in (("manual", 3), ("service", 2)):
        said = blocks(case(name))
        heads = [text.replace("　", "《") + "》" for text in said if re.match("附件[一二三]　", text)]
        assert len(heads) == count
        assert f"本合同附件为：{'、'.join(heads)}。" in "".join(said)


def test_a_clause_the_library_lacks_stops_the_paper(tmp_path: Path) -> None:
    (tmp_path / "kind.toml").write_text('clauses = ["confidentiality@99"]', encoding="utf-8")
    with pytest.raises(TemplateRefused) as caught:
        read_articles(tmp_path, ROOT / "templates" / "_shared")
    assert caught.value.findings[0].code == "kinds.no-such-clause"
