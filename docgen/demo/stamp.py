"""A company seal as Chinese offices stamp it: round, red, 40–42 mm, ★ in the middle, the name along the upper ring.

Real ink is uneven, a little transparent, and a hand never stamps upright. Every name here is made up.
Source of the form: 国务院关于国家行政机关和企业事业单位社会团体印章管理的规定 (round, star centred, at most 4.5 cm).
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

RED = (203, 24, 36)
_SHARPER = 2
_ARC_DEGREES = 262.0
"""The name runs along so much of the ring; the gap is at the bottom."""
_BARE_SHARE = 0.06
"""So much of the surface took no ink."""


def seal(company: str, diameter_px: int, font: Path, rng: np.random.Generator, *, lower_text: str = "") -> Image.Image:
    """Return a seal's imprint on white, ready to be multiplied onto a page; `lower_text` stands below the star."""
    side = diameter_px * _SHARPER
    ink = Image.new("L", (side, side), 0)
    brush = ImageDraw.Draw(ink)
    rim = max(2, round(side * 0.026))
    brush.ellipse((rim, rim, side - rim, side - rim), outline=255, width=rim)
    _name(ink, company, font)
    brush.polygon(_star(side / 2, side / 2, side * 0.148), fill=255)
    if lower_text:
        letters = ImageFont.truetype(str(font), round(side * 0.088))
        brush.text((side / 2, side * 0.745), lower_text, font=letters, fill=255, anchor="mm")
    turned = ink.rotate(float(rng.uniform(-14, 14)), resample=Image.Resampling.BICUBIC)
    small = turned.resize((diameter_px, diameter_px), Image.Resampling.LANCZOS)
    return _coloured(ImageChops.multiply(small, _wear(diameter_px, rng)))


def _name(ink: Image.Image, company: str, font: Path) -> None:
    side = ink.width
    count = len(company)
    arc = min(_ARC_DEGREES, 20.5 * count)
    height = side * 0.118
    narrow = min(1.0, 2 * math.pi * side * 0.36 * arc / 360 / max(count, 1) / height * 0.96)
    letters = ImageFont.truetype(str(font), round(height))
    for place, char in enumerate(company):
        angle = -arc / 2 + arc * (place + 0.5) / count
        glyph = Image.new("L", (round(height * 1.5), round(height * 1.5)), 0)
        ImageDraw.Draw(glyph).text((glyph.width / 2, glyph.height / 2), char, font=letters, fill=255, anchor="mm")
        glyph = glyph.resize((max(1, round(glyph.width * narrow)), glyph.height), Image.Resampling.LANCZOS)
        turned = glyph.rotate(-angle, resample=Image.Resampling.BICUBIC, expand=True)
        x = side / 2 + side * 0.385 * math.sin(math.radians(angle))
        y = side / 2 - side * 0.385 * math.cos(math.radians(angle))
        spot = (round(x - turned.width / 2), round(y - turned.height / 2))
        ink.paste(255, (*spot, spot[0] + turned.width, spot[1] + turned.height), turned)


def _star(x: float, y: float, radius: float) -> list[tuple[float, float]]:
    points = []
    for corner in range(10):
        reach = radius if corner % 2 == 0 else radius * 0.382
        angle = math.radians(36 * corner)
        points.append((x + reach * math.sin(angle), y - reach * math.cos(angle)))
    return points


def _wear(side: int, rng: np.random.Generator) -> Image.Image:
    """Return how much ink came off where: cloudy pressure, and small specks where it did not take."""
    cloud = Image.fromarray(rng.integers(150, 256, (9, 9), dtype=np.uint8)).resize(
        (side, side), Image.Resampling.BICUBIC
    )
    grain = Image.fromarray(np.where(rng.random((side // 2, side // 2)) < _BARE_SHARE, 90, 255).astype(np.uint8))
    specks = grain.resize((side, side), Image.Resampling.BILINEAR).filter(ImageFilter.GaussianBlur(0.7))
    return ImageChops.multiply(cloud, specks)


def _coloured(ink: Image.Image) -> Image.Image:
    cover = np.asarray(ink, dtype=np.float32)[..., None] / 255 * 0.9
    return Image.fromarray((255 * (1 - cover) + np.asarray(RED, dtype=np.float32) * cover).astype(np.uint8))
