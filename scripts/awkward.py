"""Data at the edge of what the record allows: long names, 60 price lines, 12 instalments, rare characters.

Every kind's paper is drawn with it, by the tests and for the gallery. What a kind needs besides stands in
`tests/templates/awkward/<kind>.json`: changes of the record by path, as in a golden case's patch.
"""

from __future__ import annotations

import json
import tempfile
from dataclasses import replace
from pathlib import Path

from docgen.deals.workdays import Calendar
from docgen.kinds.kind import Kind
from docgen.rendering.golden import Case, load_case, load_deal
from docgen.review.checklist import checklist
from docgen.review.line import Answer, Result

ROOT = Path(__file__).resolve().parent.parent
EXTRAS = ROOT / "tests" / "templates" / "awkward"
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
PARTS = range(1, 13)
PLAN = [
    {
        "seq": str(n),
        "kind": "advance" if n == 1 else "progress",
        "share": "0.12" if n == len(PARTS) else "0.08",
        "trigger": {"all_of": [{"event": "signed"}], "term": str(10 * n), "unit": "day"},
        "clause": f"第四条第{n}款",
    }
    for n in PARTS
]
ITEMS = [
    {
        "name": f"第{n}项 服务器集群功能与性能",
        "standard": "100%通过测试；" + "平均响应时间不超过200毫秒。" * {2: 60}.get(n, 3),
        "result": "95%通过。\n" + "第三厂区节点在峰值负载下偶有超时，已调整参数；" * {3: 40}.get(n, 3),
        "passed": "true",
        "below_standard": "true",
        "remedy": "已修复并回归测试。" * {3: 200}.get(n, 8),
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
    "customer.invoicing.title": NAME,
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


def awkward_case(kind: Kind) -> Case:
    """Return the kind's golden case `manual` with a record at the edge."""
    extra = EXTRAS / f"{kind.spec.id}.json"
    changes = PATCH | (json.loads(extra.read_text(encoding="utf-8")) if extra.is_file() else {})
    with tempfile.TemporaryDirectory() as folder:
        patch = Path(folder) / "patch.yaml"
        patch.write_text(json.dumps(changes, ensure_ascii=False), encoding="utf-8")
        deal = load_deal(ROOT / "samples/deals/xx-tech.yaml", root=ROOT, patch=patch)
    return _reviewed(load_case(kind.folder / "golden" / "manual", kind, root=ROOT, deal=deal))


def _reviewed(case: Case) -> Case:
    """Have a person answer each line of the checklist that this record leaves open, where the case answers any."""
    if not case.dossier.answers:
        return case
    found = checklist(case.deal, as_of=case.as_of, calendar=Calendar(), answers=case.dossier.answers)
    more = tuple(
        Answer(line.id, Result.YES, "已核对", line.digest, found.version, case.as_of, "王法务")
        for line in found.lines
        if line.result is Result.OPEN
    )
    return replace(case, dossier=replace(case.dossier, answers=(*case.dossier.answers, *more)))
