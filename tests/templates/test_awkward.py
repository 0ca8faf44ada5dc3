"""Data at the edge of what the record allows: long names, 60 price lines, 12 instalments, rare characters."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from docgen.findings import has_errors
from docgen.kinds.catalogue import load_catalogue
from docgen.kinds.kind import Audience
from docgen.rendering.faces import compare_faces
from docgen.rendering.golden import Case, load_case, load_deal, render_case

ROOT = Path(__file__).resolve().parents[2]
NAME = (
    "昇堃喆镕（示例）国际高端装备智能制造与工业互联网融合创新发展产业技术研究总院暨华"
    "东区域成果转化综合服务运营管理中心第一分公司临江数字化供应链管理与服务有限责任公"
    "司"
)
LINES = [
    {
        "name": f"服务器A型第{n}批次扩展组件（含机架导轨与冗余电源）",
        "kind": "product",
        "model": f"A-2U-64C-EXT-{n:03}",
        "unit": "台",
        "quantity": "5",
        "unit_price": "950",
        "tax_rate": "0.13" if n % 3 else "0.06",
    }
    for n in range(1, 61)
]
PLAN = [
    {
        "seq": str(n),
        "kind": "advance" if n == 1 else "progress",
        "share": "0.12" if n == 12 else "0.08",
        "trigger": {"all_of": [{"event": "signed"}], "term": str(10 * n), "unit": "day"},
        "clause": f"第四条第{n}款",
    }
    for n in range(1, 13)
]
ITEMS = [
    {
        "name": f"第{n}项 服务器集群功能与性能",
        "standard": "100%通过测试；" + "平均响应时间不超过200毫秒。" * (60 if n == 2 else 3),
        "result": "95%通过。\n" + "第三厂区节点在峰值负载下偶有超时，已调整参数；" * (40 if n == 3 else 3),
        "passed": "true",
        "below_standard": "true",
        "remedy": "已修复并回归测试。" * (200 if n == 3 else 8),
        "retested_on": "2024-03-26",
    }
    for n in range(1, 9)
]
PATCH: dict[str, object] = {
    "terms.contract.number": "HT2024031001",
    "terms.contract.title": "面向多厂区协同的高性能服务器集群、统一存储及灾备系统"
    "采购、部署实施、数据迁移、培训与运行维护服务合同",
    "customer.name": NAME,
    "customer.legal_representative": "喆镕",
    "terms.lines": LINES,
    "terms.total": "285000.00",
    "terms.plan": PLAN,
    "changes.0.reason": "客户机房改造推迟，" * 60,
    "changes.0.new.lines": [{**LINES[0], "unit_price": "1150"}, *LINES[1:]],
    "changes.0.new.total": "286000.00",
    "changes.0.worded": [{"clause": "第八条", "subject": "数据保密", "old": "原文。" * 500, "new": "新文。" * 600}],
    "facts.change_signatures": [],
    "facts.payments": [],
    "facts.acceptances.0.people": ["*总", "张三", *(f"验收专家{n}" for n in range(1, 9))],
    "facts.acceptances.0.items": ITEMS,
}


HEADS = {"supplementary-agreement": 5, "acceptance-report": 3}
"""Kind → how many heads of tables its awkward paper repeats at least."""


def _extra(kind: str) -> dict[str, object]:
    """Return what a kind's awkward case changes besides: `awkward/<kind>.json`, by path."""
    path = Path(__file__).parent / "awkward" / f"{kind}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


@pytest.fixture(params=sorted(load_catalogue(ROOT / "templates").kinds))
def awkward(request: pytest.FixtureRequest, tmp_path: Path) -> Case:
    kind = load_catalogue(ROOT / "templates").get(request.param)
    patch = tmp_path / "patch.yaml"
    patch.write_text(json.dumps(PATCH | _extra(request.param), ensure_ascii=False), encoding="utf-8")
    deal = load_deal(ROOT / "samples/deals/xx-tech.yaml", root=ROOT, patch=patch)
    return replace(load_case(kind.folder / "golden" / "manual", kind, root=ROOT), deal=deal)


def test_awkward_papers_lose_nothing_break_between_rows_and_repeat_their_heads(awkward: Case) -> None:
    assert not has_errors(awkward.findings())
    made = render_case(awkward)
    assert made.pdf.clipped == ()
    assert compare_faces(made.pdf_blocks, made.docx_blocks) == ()
    assert NAME in "".join("".join(made.pdf_blocks).split())
    heads = HEADS.get(awkward.kind.spec.id, 0)
    assert sum("序号" in "".join(text.split()) for text in made.pdf.page_texts) >= heads
    last = made.pdf.page_texts[-1]
    assert "签字" in last
    if awkward.kind.spec.audience is not Audience.INTERNAL:
        assert len(last.splitlines()) > 10
