from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pypdf
import pytest
import weasyprint
from PIL import Image, ImageDraw

from docgen.codes.draw import matrix
from docgen.codes.payload import Keyring, Payload, encode
from docgen.workspace import data_root

RING = Keyring(0, {0: b"a key for tests, 32 bytes long!!"})
CODE = encode(Payload("7K3M9QXA", 1, 2), RING)

FONT = data_root() / "templates" / "_shared" / "fonts" / "docgen-song-regular.ttf"
LETTER = f"""<html lang="zh-CN"><head><title>预付款通知单</title><meta name="author" content="虚构科技有限公司">
<style>
@font-face {{ font-family: song; src: url({FONT.as_uri()}) }}
@page {{ size: A4; margin: 2cm; @bottom-left {{ font-family: song; content: "第" counter(page) "页" }} }}
body {{ font-family: song; width: 8cm; margin: 0; font-size: 12pt }}
p, h1 {{ margin: 0; line-height: 20pt; font-size: 12pt }} .place {{ position: absolute; left: 100pt; top: 300pt }}
</style></head><body><h1>预付款通知单</h1>
<p>合同 SO-2024-0311 a-line-that-is-broken-somewhere-between-its-hyphens</p><p>金额 285,000.00 元</p>
<p class="place">此处签章</p><p style="break-before: page">第二张</p></body></html>"""


@pytest.fixture(scope="session")
def letter() -> bytes:
    """A tagged PDF/A of two pages with text, like those we issue."""
    rendered = weasyprint.HTML(string=LETTER).write_pdf(pdf_variant="pdf/a-2a")
    assert isinstance(rendered, bytes)
    return rendered


@pytest.fixture(scope="session")
def code_text() -> str:
    """The text of the code on `page_picture`."""
    return CODE


@pytest.fixture(scope="session")
def page_picture() -> Callable[[int], Image.Image]:
    """Make an A4 page with some strokes and our code at 178, 268 mm, 13 mm wide, at so many dpi."""

    def make(dpi: int) -> Image.Image:
        px = dpi / 25.4
        page = Image.new("L", (round(210 * px), round(297 * px)), 255)
        pen = ImageDraw.Draw(page)
        for line in range(30, 200, 10):
            pen.line([(25 * px, line * px), (180 * px, line * px)], fill=0, width=max(1, round(px / 3)))
        side = round(13 * px)
        code = Image.fromarray(np.where(np.array(matrix(CODE)), 0, 255).astype(np.uint8))
        page.paste(code.resize((side, side), Image.Resampling.NEAREST), (round(178 * px), round(268 * px)))
        return page

    return make


@pytest.fixture(scope="session")
def saved() -> Callable[..., bytes]:
    """Save a picture to bytes."""

    def save(image: Image.Image, kind: str, **options: object) -> bytes:
        out = io.BytesIO()
        image.save(out, kind, **options)
        return out.getvalue()

    return save


@pytest.fixture(scope="session")
def blank_pdf() -> Callable[[int], bytes]:
    """Make a PDF of so many empty A4 pages."""

    def make(pages: int) -> bytes:
        writer, out = pypdf.PdfWriter(), io.BytesIO()
        for _ in range(pages):
            writer.add_blank_page(595, 842)
        writer.write(out)
        return out.getvalue()

    return make


@pytest.fixture(scope="session")
def locked() -> Callable[[bytes], bytes]:
    """Lock a PDF with a password."""

    def lock(data: bytes) -> bytes:
        writer, out = pypdf.PdfWriter(clone_from=io.BytesIO(data)), io.BytesIO()
        writer.encrypt("secret", algorithm="AES-256")
        writer.write(out)
        return out.getvalue()

    return lock
