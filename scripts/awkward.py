"""Data at the edge of what the record allows: long names, 60 price lines, 12 instalments, rare characters.

Every kind's paper is drawn with it, by the tests and for the gallery. What a kind needs besides stands in
`tests/templates/awkward/<kind>.json`: changes of the record by path, as in a golden case's patch.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from docgen.deals.workdays import Calendar
from docgen.kinds.company import read_content
from docgen.kinds.kind import Content, Kind
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
ROWS = 40
"""Rows of a list of the company's own."""
LONG_REASON = 3
"""The row whose reason goes on over several."""
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
    """Return the kind's golden case `manual` with a record, or a list, at the edge."""
    if kind.spec.content is not None:
        return list_case(kind, edge_list(kind.spec.content, rows=ROWS))
    extra = EXTRAS / f"{kind.spec.id}.json"
    changes = PATCH | (json.loads(extra.read_text(encoding="utf-8")) if extra.is_file() else {})
    with tempfile.TemporaryDirectory() as folder:
        patch = Path(folder) / "patch.yaml"
        patch.write_text(json.dumps(changes, ensure_ascii=False), encoding="utf-8")
        deal = load_deal(ROOT / "samples/deals/xx-tech.yaml", root=ROOT, patch=patch)
    return _reviewed(load_case(kind.folder / "golden" / "manual", kind, root=ROOT, deal=deal))


def list_case(kind: Kind, content: Mapping[str, object]) -> Case:
    """Return a case of a paper of the company itself with another content than `manual`."""
    manual = load_case(kind.folder / "golden" / "manual", kind, root=ROOT)
    read = read_content(kind, content, dated=manual.paper.dated)
    return replace(manual, content=read)


def edge_list(content: Content, *, rows: int) -> dict[str, object]:
    """Return the content of a company's paper with so many rows, long names and long reasons among them."""
    return _destruction(rows) if content is Content.DESTRUCTION else _transfer(rows)


def _listed(n: int) -> dict[str, object]:
    is_long = n % 4 == 1
    return {
        "index": n,
        "archive_no": f"SH01-HT·2016-D30-XS-{n:04}" if n % 5 else "",
        "contract_no": f"HT201603{n % 28 + 1:02}01" if n % 7 else "",
        "customer": NAME if is_long else "星河（示例）科技有限公司",
        "title": f"第{n}批次服务器集群及统一存储系统采购安装调试验收报告 签回件 第2次扫描" if is_long else "验收报告",
        "number": f"HT201603{n % 28 + 1:02}01-YS{n}-01" if n % 6 else "",
        "pages": n % 9 + 1,
    }


def _destroyed(n: int) -> dict[str, object]:
    hashes = [sha256(f"{n}/{file}".encode()).hexdigest() for file in range(3 if n % 10 == 0 else 1)]
    return {
        **_listed(n),
        "kind": "签回扫描件" if n % 3 else "增值税专用发票",
        "class": ["合同文书", "会计凭证"] if n % 3 == 0 else "合同文书",
        "rule": "合同终止后5年" if n % 8 else "",
        "until": "2023-06-30" if n % 8 else "",
        "sha256": hashes,
        "reason": "保管期满，" + "逐件鉴定后认为没有继续保存的价值；" * (14 if n == LONG_REASON else 1),
    }


def _destruction(rows: int) -> dict[str, object]:
    items = [_destroyed(n) for n in range(1, rows + 1)]
    skipped = [{**_destroyed(n), "why": "提案批准后又被封存：" + NAME} for n in range(rows + 1, rows + 1 + rows // 10)]
    return {
        "proposal": "XH2024-003",
        "as_of": "2024-06-30",
        "dated": "2024-07-15",
        "reason": "2016年度合同文书保管期满，经逐件鉴定已无保存价值。" * 8,
        "approvers": [
            {"name": "喆镕", "post": "综合档案与信息资源管理部档案管理员", "at": "2024-07-10 09:12"},
            {"name": "李芳", "post": "财务部经理", "at": "2024-07-12 16:40"},
        ],
        "items": items,
        "skipped": skipped,
        "totals": {
            "items": rows,
            "pages": sum(n % 9 + 1 for n in range(1, rows + 1)),
            "files": sum(3 if n % 10 == 0 else 1 for n in range(1, rows + 1)),
        },
    }


def _transfer(rows: int) -> dict[str, object]:
    items = [
        {
            **_listed(n),
            "item": f"{n:016x}",
            "form": "复印件" if n % 9 == 0 else "原件",
            "copies": n % 3 + 1,
            "place": f"二楼综合档案室 A{n % 20}密集架 第{n % 6 + 1}层 {n}盒",
            "remark": "第2页右下角缺损，移交前已说明" if n % 4 == 1 else "",
        }
        for n in range(1, rows + 1)
    ]
    return {
        "scope": "2016年度已终止合同的全部纸质原件",
        "dated": "2024-07-15",
        "from_unit": "华东区域销售与客户成功中心",
        "to_unit": "综合档案与信息资源管理部",
        "reason": "合同执行完毕，纸质原件移交档案室集中保管。" * 6,
        "items": items,
        "totals": {
            "items": rows,
            "copies": sum(n % 3 + 1 for n in range(1, rows + 1)),
            "pages": sum((n % 3 + 1) * (n % 9 + 1) for n in range(1, rows + 1)),
        },
    }


def _reviewed(case: Case) -> Case:
    """Have a person answer each line of the checklist that this record leaves open, where the case answers any."""
    if not case.dossier.answers:
        return case
    found = checklist(case.record, as_of=case.as_of, calendar=Calendar(), answers=case.dossier.answers)
    more = tuple(
        Answer(line.id, Result.YES, "已核对", line.digest, found.version, case.as_of, "王法务")
        for line in found.lines
        if line.result is Result.OPEN
    )
    return replace(case, dossier=replace(case.dossier, answers=(*case.dossier.answers, *more)))
