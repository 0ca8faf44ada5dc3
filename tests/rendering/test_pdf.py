from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pypdfium2
import pytest
import zxingcpp
from PIL import Image
from pypdf import PdfReader

from docgen.errors import TemplateRefused
from docgen.findings import Finding
from docgen.rendering.assets import Assets
from docgen.rendering.pdf import PdfJob, render_pdf

if TYPE_CHECKING:
    from conftest import Bench

MM = 72 / 25.4


def squeezed(text: str) -> str:
    return "".join(text.split())


def refusal(job: PdfJob) -> list[Finding]:
    with pytest.raises(TemplateRefused) as caught:
        render_pdf(job)
    return list(caught.value.findings)


@pytest.fixture
def made(bench: Bench, tmp_path: Path) -> tuple[Path, object]:
    rendered = render_pdf(bench.job())
    path = tmp_path / "paper.pdf"
    path.write_bytes(rendered.data)
    return path, rendered


def test_the_text_laid_out_is_the_text_in_the_file_page_by_page(bench: Bench) -> None:
    rendered = render_pdf(bench.job())
    file = pypdfium2.PdfDocument(rendered.data)
    assert len(file) == rendered.pages == len(rendered.page_texts) == 3
    for page, text in zip(file, rendered.page_texts, strict=True):
        assert squeezed(page.get_textpage().get_text_range()) == squeezed(text)
    assert "第2页共3页" in squeezed(rendered.page_texts[1])
    assert "甲方：A&B<测试>贸易有限公司，乙方" in rendered.body_text
    assert squeezed(rendered.page_texts[1]).startswith("序号名称金额（元）")  # the head is repeated


def test_each_page_bears_its_own_code_where_the_zone_says(bench: Bench) -> None:
    rendered = render_pdf(bench.job())
    file = pypdfium2.PdfDocument(rendered.data)
    scale = 150 / 72
    for zone in [zone for zone in rendered.zones if zone.role == "code"]:
        assert round(zone.width / MM, 2) == 13
        image = file[zone.page - 1].render(scale=scale, grayscale=True).to_numpy()
        seen = zxingcpp.read_barcodes(np.ascontiguousarray(image.reshape(image.shape[:2])))
        assert [code.text for code in seen] == [bench.code(zone.page, 3)]
        at = seen[0].position.top_left
        assert abs(at.x / scale - zone.x) < 2
        assert abs(at.y / scale - zone.y) < 2


def test_places_for_seals_are_45_mm_square_and_named(bench: Bench) -> None:
    rendered = render_pdf(bench.job())
    seals = [zone for zone in rendered.zones if zone.role == "seal"]
    assert [(zone.party, round(zone.width / MM), round(zone.height / MM)) for zone in seals] == [
        ("customer", 45, 45),
        ("seller", 45, 45),
    ]
    assert {zone.page for zone in seals} == {3}
    assert seals[0].y == seals[1].y
    assert seals[0].x + seals[0].width <= seals[1].x


def test_a_draft_bears_the_word_and_neither_code_nor_number(bench: Bench) -> None:
    rendered = render_pdf(bench.job(draft=True))
    assert not [zone for zone in rendered.zones if zone.role == "code"]
    assert "HT-202403-001" not in "".join(rendered.page_texts)
    assert "草稿 未编号" in rendered.page_texts[0]
    page = pypdfium2.PdfDocument(rendered.data)[2].render(scale=1, grayscale=True).to_numpy().squeeze()
    assert not zxingcpp.read_barcodes(np.ascontiguousarray(page))
    middle = page[320:520, 200:400]
    assert (
        0.05 < float(((middle > 200) & (middle < 240)).mean()) < 0.6
    )  # grey strokes of the mark, page 3 is else empty


def test_properties_say_what_the_paper_is(made: tuple[Path, object]) -> None:
    reader = PdfReader(made[0])
    about = reader.metadata
    assert about is not None
    assert about.title == "产品购销合同 HT-202403-001"
    assert about.author == "云杉智造科技（虚构）有限公司"
    assert about["/CreationDate"] == "D:20240311010203+00'00"
    root = reader.trailer["/Root"]
    assert root["/Lang"] == "zh-CN"
    assert root["/MarkInfo"]["/Marked"]


def test_two_processes_in_other_zones_and_days_give_the_same_bytes(bench: Bench, tmp_path: Path) -> None:
    bench.job()
    script = tmp_path / "one.py"
    script.write_text(
        "import hashlib, sys\n"
        f"sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "from pathlib import Path\nfrom conftest import Bench\nfrom docgen.rendering.pdf import render_pdf\n"
        f"job = Bench(Path({str(bench.folder)!r})).job()\n"
        "print(hashlib.sha256(render_pdf(job).data).hexdigest())\n",
        encoding="utf-8",
    )
    digests = []
    for zone, seed in (("Asia/Shanghai", "1"), ("America/New_York", "2")):
        env = {**os.environ, "TZ": zone, "PYTHONHASHSEED": seed, "LANG": "C"}
        told = subprocess.run([sys.executable, str(script)], env=env, capture_output=True, text=True, check=True)
        digests.append(told.stdout.strip())
    assert digests[0] == digests[1] != ""


def test_the_file_passes_verapdf_as_pdf_a_2a(made: tuple[Path, object], verapdf: Callable[[Path], str]) -> None:
    assert verapdf(made[0]) == "PASS"


def test_a_draft_passes_verapdf_too(bench: Bench, tmp_path: Path, verapdf: Callable[[Path], str]) -> None:
    path = tmp_path / "draft.pdf"
    path.write_bytes(render_pdf(bench.job(draft=True)).data)
    assert verapdf(path) == "PASS"


def test_verapdf_can_say_no(bench: Bench, tmp_path: Path, verapdf: Callable[[Path], str]) -> None:
    body = bench.body.replace('width="60"', 'width="60" style="image-rendering: auto"')
    path = tmp_path / "smooth.pdf"
    path.write_bytes(render_pdf(bench.job(body)).data)
    assert "Interpolate" in verapdf(path)


@pytest.mark.parametrize(
    "address",
    [
        "http://example.com/a.png",
        "file:///etc/hostname",
        "../secret.png",
        "/etc/hostname",
        "missing.png",
        "link.png",
        "linked/secret.png",
        "linked/deeper/secret.png",
        "data:text/html;base64,AAAA",
    ],
)
def test_pictures_come_from_the_own_folders_only(bench: Bench, tmp_path: Path, address: str) -> None:
    secret = tmp_path / "elsewhere" / "secret.png"
    (secret.parent / "deeper").mkdir(parents=True)
    Image.new("RGB", (4, 4)).save(secret)
    Image.new("RGB", (4, 4)).save(secret.parent / "deeper" / "secret.png")
    (bench.folder / "link.png").symlink_to(secret)
    (bench.folder / "linked").symlink_to(secret.parent)
    found = refusal(bench.page(f'<p>字<img src="{address}"></p>'))
    assert [finding.code for finding in found] == ["rendering.asset-refused"]


def test_a_link_that_stays_inside_may_be_used(bench: Bench) -> None:
    (bench.folder / "pictures").mkdir()
    (bench.folder / "pictures" / "seal.png").write_bytes(b"seal")
    (bench.folder / "same.png").symlink_to("pictures/seal.png")
    (bench.folder / "also").symlink_to("pictures")
    assets = Assets(bench.folder, bench.folder / "shared")
    assert {assets.find(name).read_bytes() for name in ("same.png", "also/seal.png")} == {b"seal"}


def test_a_damaged_picture_is_an_error(bench: Bench) -> None:
    (bench.folder / "bad.png").write_bytes(b"\x89PNG no")
    assert {finding.code for finding in refusal(bench.page('<p>字<img src="bad.png"></p>'))} == {
        "rendering.layout-complaint"
    }


def test_attachments_are_refused(bench: Bench) -> None:
    job = bench.job(
        '<html><head><link rel="attachment" href="logo.png"><link rel="stylesheet" href="base.css"></head>'
        "<body>字</body></html>"
    )
    assert "rendering.attachment" in {finding.code for finding in refusal(job)}


def test_a_character_without_glyph_is_named_not_replaced(bench: Bench) -> None:
    context = {**bench.context, "buyer": {"name": "昇堃喆镕𬭎☑臺😀"}}
    found = refusal(bench.page("<p>{{ buyer.name }}</p>", context=context))
    assert [finding.code for finding in found] == ["rendering.glyph-missing"]
    assert str(found[0].params["characters"]).split() == ["☑(U+2611)", "臺(U+81FA)", "😀(U+1F600)"]


def test_another_font_is_refused(bench: Bench) -> None:
    found = refusal(bench.page("<p style=\"font-family: 'DejaVu Sans', monospace\">abc</p>"))
    assert {finding.code for finding in found} == {"rendering.foreign-font"}


def test_text_a_style_hides_is_an_error(bench: Bench) -> None:
    for style in ("display: none", "visibility: hidden"):
        found = refusal(bench.page(f'<p>总价</p><p style="{style}">不含税</p>'))
        assert [finding.code for finding in found] == ["rendering.text-lost"]


def test_text_that_does_not_fit_is_listed(bench: Bench) -> None:
    rendered = render_pdf(bench.page('<p style="height: 3mm; overflow: hidden">一行<br>第二行被裁掉</p><p>正常</p>'))
    assert rendered.clipped == ("1: 一行", "1: 第二行被裁掉")
    wide = render_pdf(bench.page('<p style="white-space: nowrap">' + "很" * 80 + "</p>"))
    assert wide.clipped[0].startswith("1: 很很")
    assert render_pdf(bench.page("<p>" + "很" * 80 + "</p>")).clipped == ()


def test_text_over_the_code_is_an_error(bench: Bench) -> None:
    body = bench.body.replace(
        "{% block body %}",
        "{% block style %}<style>@page { @bottom-right { padding-right: 0 } }</style>{% endblock %}{% block body %}",
    )
    assert {finding.code for finding in refusal(bench.job(body))} == {"rendering.code-covered"}


def test_critical_values_are_kept_in_order(bench: Bench) -> None:
    values = render_pdf(bench.job()).values
    assert [(value.kind, value.text) for value in values[:3]] == [
        ("amount", "¥285,000.00"),
        ("amount_words", "人民币贰拾捌万伍仟元整"),
        ("amount", "9,500.00"),
    ]
    assert (values[-1].kind, values[-1].text, values[-1].order) == ("date", "2024年3月11日", 53)


def test_bad_data_is_refused_before_layout(bench: Bench) -> None:
    job = replace(bench.job(), context={**bench.context, "buyer": {"name": "甲\x00"}})
    assert [(finding.code, finding.where) for finding in refusal(job)] == [
        ("rendering.control-character", "buyer.name")
    ]


def test_a_missing_base_is_named(bench: Bench) -> None:
    found = refusal(bench.job('{% extends "nobase.html" %}'))
    assert (found[0].code, found[0].params["name"]) == ("rendering.template-missing", "nobase.html")
