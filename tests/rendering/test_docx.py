from __future__ import annotations

import io
import os
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import zxingcpp
from docx import Document
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from PIL import Image

from docgen.errors import TemplateRefused
from docgen.papers.docx import docx_texts, header_texts
from docgen.papers.other_kinds import other_kind
from docgen.rendering.docx import DocxJob, render_docx
from docgen.rendering.ooxml import Package, W, w

SHIPPED = Path(__file__).resolve().parents[2] / "templates" / "prepayment-notice" / "prepayment-notice.docx"

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Bench

    Word = Callable[..., bytes]

CODE = "1ABCDEFGH00000123456789ABC"
ROWS = (
    ("序号", "名称", "金额"),
    ("{%tr for line in lines %}", "", ""),
    ("{{ loop.index }}", "{{ line.name }}", "{{ line.amount|money }}"),
    ("{%tr endfor %}", "", ""),
)
PARAGRAPHS = (
    ["甲方：{{ buyer.na", "me }}"],
    "{%p if total > 100 %}",
    "总价 {{ total|yuan }}（{{ total|rmb }}）",
    "{%p else %}",
    "小额",
    "{%p endif %}",
    "日期：{{ signed|day }}",
)


@pytest.fixture
def job(bench: Bench, word: Word) -> DocxJob:
    template = word(*PARAGRAPHS, rows=ROWS, header="{{ paper.company }}")
    return DocxJob(template, bench.context, bench.meta, CODE, "HT-202403-001")


def parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def refusals(job: DocxJob) -> list[tuple[str, str]]:
    with pytest.raises(TemplateRefused) as caught:
        render_docx(job)
    return [(finding.code, finding.where) for finding in caught.value.findings]


def test_text_with_marks_that_cut_a_paragraph_short_elsewhere_is_whole(job: DocxJob) -> None:
    rendered = render_docx(job)
    texts = docx_texts(rendered.data)
    assert texts[0] == "甲方：A&B<测试>贸易有限公司"
    assert texts[1:3] == ("总价 ¥285,000.00（人民币贰拾捌万伍仟元整）", "日期：2024年3月11日")
    assert [text for text in texts if text][-3:] == ["50", "服务器A型-50", "9,500.00"]
    assert rendered.values[0].text == "¥285,000.00"
    assert len(rendered.values) == 3 + 50


def test_every_header_bears_number_and_code(job: DocxJob, word: Word) -> None:
    template = word("正文", header="{{ paper.company }}", different_first_page_header_footer=True)
    made = parts(render_docx(replace(job, template=template)).data)
    headers = [name for name in made if "header" in name and name.endswith(".xml")]
    assert len(headers) == 2  # one for the first page, one for the others
    for name in headers:
        text = "".join(etree.fromstring(made[name]).itertext(w("t")))
        assert text.endswith("HT-202403-001")
        assert b"docgen-code" in made[f"word/_rels/{name.removeprefix('word/')}.rels"]
    image = np.asarray(Image.open(io.BytesIO(made["word/media/docgen-code.png"])).convert("L"))
    assert [seen.text for seen in zxingcpp.read_barcodes(image)] == [CODE]


def test_sections_with_headers_of_their_own_bear_the_code_too(job: DocxJob) -> None:
    document = Document()
    document.add_paragraph("一")
    second = document.add_section()
    second.header.is_linked_to_previous = False
    second.header.paragraphs[0].text = "附件"
    out = io.BytesIO()
    document.save(out)
    texts = header_texts(render_docx(replace(job, template=out.getvalue())).data)
    assert sum("HT-202403-001" in text for text in texts) == 2


def test_the_code_is_13_mm_without_its_quiet_zone(job: DocxJob) -> None:
    header = parts(render_docx(job).data)["word/header1.xml"]
    extent = next(
        etree.fromstring(header).iter("{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}extent")
    )
    side = int(extent.get("cx", "0")) / 36_000
    assert side * 18 / 22 == pytest.approx(13, abs=0.01)


def test_an_issued_file_tracks_changes_and_a_draft_does_not(job: DocxJob) -> None:
    settings = etree.fromstring(parts(render_docx(job).data)["word/settings.xml"])
    names = [etree.QName(item).localname for item in settings]
    assert names.count("trackRevisions") == 1
    assert names.index("trackRevisions") < names.index("defaultTabStop")
    draft = parts(render_docx(replace(job, draft=True)).data)
    assert b"trackRevisions" not in draft["word/settings.xml"]


def test_a_draft_bears_the_watermark_and_neither_code_nor_number(job: DocxJob) -> None:
    made = parts(render_docx(replace(job, draft=True)).data)
    header = made["word/header1.xml"].decode()
    assert 'string="草稿"' in header
    assert "草稿 未编号" in header
    assert "HT-202403-001" not in header
    assert "word/media/docgen-code.png" not in made


def test_properties_are_ours_and_nothing_of_the_templates(job: DocxJob) -> None:
    document = Document(io.BytesIO(job.template))
    document.core_properties.comments = "底价 200000 {{ ''.__class__ }}"
    document.core_properties.author = "某人"
    out = io.BytesIO()
    document.save(out)
    core = Document(io.BytesIO(render_docx(replace(job, template=out.getvalue())).data)).core_properties
    assert (core.title, core.author, core.comments) == (
        "产品购销合同 HT-202403-001",
        "云杉智造科技（虚构）有限公司",
        "",
    )
    assert (core.identifier, core.language) == ("HT-202403-001", "zh-CN")
    assert core.created.isoformat() == "2024-03-11T01:02:03+00:00"


def test_two_processes_in_other_zones_and_days_give_the_same_bytes(job: DocxJob, tmp_path: Path) -> None:
    (tmp_path / "t.docx").write_bytes(job.template)
    script = tmp_path / "one.py"
    script.write_text(
        "import hashlib, sys\n"
        f"sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "from pathlib import Path\nfrom conftest import CONTEXT, META\n"
        "from docgen.rendering.docx import DocxJob, render_docx\n"
        f"template = Path({str(tmp_path / 't.docx')!r}).read_bytes()\n"
        f"print(hashlib.sha256(render_docx(DocxJob(template, CONTEXT, META, {CODE!r}, 'HT')).data).hexdigest())\n",
        encoding="utf-8",
    )
    digests = []
    for zone, seed in (("Asia/Shanghai", "1"), ("America/New_York", "2")):
        env = {**os.environ, "TZ": zone, "PYTHONHASHSEED": seed, "LANG": "C"}
        told = subprocess.run([sys.executable, str(script)], env=env, capture_output=True, text=True, check=True)
        digests.append(told.stdout.strip())
    assert digests[0] == digests[1] != ""


def test_a_template_is_not_changed_by_being_used(job: DocxJob) -> None:
    assert render_docx(job).data == render_docx(job).data


@pytest.mark.parametrize(
    ("paragraph", "code", "place"),
    [
        ("{{ buyer.nam }}", "rendering.value-missing", "word/document.xml 第2段 {{ buyer.nam }}"),
        ("{{ total }}", "rendering.filter-needed", "word/document.xml 第2段 {{ total }}"),
        ("{{ ''.__class__.__mro__ }}", "rendering.forbidden", "word/document.xml 第2段 {{ ''.__class__.__mro__ }}"),
        ("{{ total|nofilter }}", "rendering.unknown-filter", "word/document.xml 第2段 {{ total|nofilter }}"),
        ("{% if total %}", "rendering.syntax", "word/document.xml 第2段 {% if total %}"),
    ],
)
def test_a_fault_names_its_paragraph(job: DocxJob, word: Word, paragraph: str, code: str, place: str) -> None:
    assert refusals(replace(job, template=word("一", paragraph, "三"))) == [(code, place)]


def test_headers_footers_and_notes_are_filled_by_the_same_rules(job: DocxJob, word: Word) -> None:
    assert refusals(replace(job, template=word("一", header="{{ nobody }}")))[0][0] == "rendering.value-missing"


def test_a_loop_over_half_a_table_is_refused_not_mended(job: DocxJob, word: Word) -> None:
    template = word("{% for line in lines %}", "{{ line.name }}", rows=(("{% endfor %}",),))
    assert refusals(replace(job, template=template))[0][0] == "rendering.docx-broken"


def test_line_breaks_and_tabs_in_data_become_words_own(job: DocxJob, word: Word) -> None:
    data: dict[str, Any] = {"t": "一\n二\t三"}
    made = parts(render_docx(replace(job, template=word("{{ t }}"), context=data)).data)["word/document.xml"]
    root = etree.fromstring(made)
    assert len(list(root.iter(w("br")))) == 1
    assert len(list(root.iter(w("tab")))) == 1
    assert W in made.decode()


def test_no_zip_at_all_is_refused(job: DocxJob) -> None:
    with pytest.raises(Exception, match=r"\w+\.[\w-]+"):
        render_docx(replace(job, template=b"PK no zip"))


@given(st.floats(0, 1, exclude_max=True), st.integers(1, 255))
def test_a_word_file_damaged_anywhere_is_read_or_refused(place: float, flipped: int) -> None:
    data = bytearray(SHIPPED.read_bytes())
    data[int(place * len(data))] ^= flipped
    other_kind(bytes(data))  # tells a kind or none, whatever the zip reader lets escape
    told = set()
    try:
        Package.read(bytes(data), "样例")
    except TemplateRefused as refused:
        told = {finding.code for finding in refused.findings}
    assert told <= {"rendering.docx-broken"}
