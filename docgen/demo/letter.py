"""A letter docgen never issued: what else lies on the scanner and must not be taken for one of ours. All made up."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from docgen.codes import draw

SENDER = "云上邮局（虚构）有限公司"
TEXT_FONT = "docgen-song-regular.ttf"
TITLE_FONT = "docgen-hei-bold.ttf"
Anchor = Literal["la", "ra", "ma"]
"""Where x stands on a line: its left, its right, its middle."""

_MM = 25.4
_BODY = (
    (37, "因经营需要，我公司将于2024年4月8日起迁至新址办公，联系电话和"),
    (27, "电子邮箱不变。自即日起，往来信函、发票及合同文本请寄送至新址："),
    (27, "示例省临江市虚构路200号。"),
    (37, "由此给贵单位带来的不便，敬请谅解。"),
    (37, "特此通知。"),
)


@dataclass(frozen=True, slots=True)
class Setting:
    """One line as set: left, right or middle at `x` mm, top at `y` mm, size in points."""

    text: str
    x: float
    y: float
    size: float = 14
    font: str = TEXT_FONT
    anchor: Anchor = "la"


def typeset(fonts: Path, dpi: int, seed: int) -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
    """Return the letter's one A4 page as gray pixels, with a DataMatrix of another company's system in the corner."""
    page = Image.new("L", (_px(210, dpi), _px(297, dpi)), 255)
    brush = ImageDraw.Draw(page)
    brush.line((_px(25, dpi), _px(41, dpi), _px(185, dpi), _px(41, dpi)), fill=0, width=3)
    for line in _lines(seed):
        letters = ImageFont.truetype(str(fonts / line.font), round(line.size / 72 * dpi))
        brush.text((_px(line.x, dpi), _px(line.y, dpi)), line.text, font=letters, fill=0, anchor=line.anchor)
    symbol = Image.open(io.BytesIO(draw.png(f"YSYJ|{seed}|1/1", 4)))
    page.paste(symbol.convert("L"), (_px(178, dpi), _px(270, dpi)))
    return np.asarray(page)


def _lines(seed: int) -> list[Setting]:
    return [
        Setting(SENDER, 105, 28, 20, TITLE_FONT, "ma"),
        Setting(f"云邮（2024）函字第{seed % 900 + 100}号", 185, 44, 11, anchor="ra"),
        Setting("关于办公地点搬迁的通知", 105, 62, 18, TITLE_FONT, "ma"),
        Setting("各合作单位：", 27, 84),
        *(Setting(text, left, 96 + 10 * place) for place, (left, text) in enumerate(_BODY)),
        Setting(SENDER, 178, 196, anchor="ra"),
        Setting("2024年3月28日", 172, 207, anchor="ra"),
    ]


def _px(mm: float, dpi: int) -> int:
    return round(mm / _MM * dpi)
