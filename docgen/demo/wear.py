"""What happens to paper between two offices: a pen through the code, a seal on it, coffee, folds, a cut edge, a fax.

Each is drawn as it looks on a desk: ink and coffee are transparent and only darken, a fold throws light and shade, a
pale copy loses its black, a feeder that pulls aside cuts an edge off, a fax knows black, white and its own two
resolutions. Everything follows from the generator that is passed in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from docgen.demo.stamp import seal

Box = tuple[float, float, float, float]
_MM = 25.4
_SEAL_MM = 41
_STRANGER = "星河（示例）科技有限公司"
_PEN_MM = 0.7
FAX_ACROSS = 204
"""Dots an inch along a fax line; the lines lie 98 or 196 to the inch (ITU-T T.4: 8.04 dots, 3.85 or 7.7 lines a mm)."""
_FAX_BLACK = 150


@dataclass(frozen=True, slots=True)
class Wear:
    """What a sheet suffers; the default is nothing at all.

    `stroke` is a pen through the code; `seal_on` a stranger's seal on the code or on the text; `stain` coffee and a
    shadow; `crumple` folds; `pale` a copy of a copy; `cut_mm` is lost along the edge next to the code; `quarters` are
    quarter turns against the clock; `skew` is exact, in degrees; `fax_lines` are 98 or 196 lines an inch.
    """

    stroke: bool = False
    seal_on: Literal["", "code", "text"] = ""
    stain: bool = False
    crumple: bool = False
    pale: bool = False
    cut_mm: float = 0.0
    quarters: int = 0
    skew: float | None = None
    fax_lines: int = 0


NONE = Wear()


def on_paper(  # noqa: PLR0913  # the sheet, where its codes are, what it suffers, how large a pixel is
    paper: Image.Image, codes: Sequence[Box], wear: Wear, *, dpi: int, font: Path, rng: np.random.Generator
) -> Image.Image:
    """Return a printed sheet after ink, seal, coffee, folds and copying."""
    worn = paper
    if wear.stroke:
        worn = _under(worn, _strokes(worn.size, codes, dpi, rng))
    if wear.seal_on:
        worn = _under(worn, _stamped(worn.size, codes, wear, dpi, font, rng))
    if wear.stain:
        worn = _under(worn, _coffee(worn.size, dpi, rng))
    if wear.crumple:
        worn = _lit(worn, _folds(rng))
    if wear.pale:
        worn = worn.point(lambda value: round(150 + value * 0.4))
    return worn


def on_glass(scanned: Image.Image, codes: Sequence[Box], wear: Wear, *, dpi: int) -> Image.Image:
    """Return a scanned sheet as it was fed: an edge cut off, turned, or sent over the telephone line."""
    seen = _cut(scanned, codes, wear.cut_mm / _MM * dpi) if wear.cut_mm else scanned
    if wear.quarters:
        seen = seen.rotate(90 * wear.quarters, expand=True)
    if wear.fax_lines:
        size = round(seen.width / dpi * FAX_ACROSS), round(seen.height / dpi * wear.fax_lines)
        seen = seen.convert("L").resize(size, Image.Resampling.BILINEAR)
        seen = seen.point(lambda value: 255 if value > _FAX_BLACK else 0).convert("1")
    return seen


def _under(paper: Image.Image, ink: Image.Image) -> Image.Image:
    return ImageChops.multiply(paper.convert("RGB"), ink)


def _strokes(size: tuple[int, int], codes: Sequence[Box], dpi: int, rng: np.random.Generator) -> Image.Image:
    """A pen of 0.7 mm straight through each code, from a little outside it to a little outside it."""
    ink = Image.new("RGB", size, "white")
    brush = ImageDraw.Draw(ink)
    for x, y, width, height in codes:
        above, below = rng.uniform(0.15, 0.85, 2)
        line = (x - width * 0.3, y + height * above, x + width * 1.3, y + height * below)
        brush.line(line, fill=(24, 30, 96), width=max(1, round(_PEN_MM / _MM * dpi)))
    return ink


def _stamped(  # noqa: PLR0913, PLR0917  # as on_paper
    size: tuple[int, int], codes: Sequence[Box], wear: Wear, dpi: int, font: Path, rng: np.random.Generator
) -> Image.Image:
    """A stranger's seal: half over each code, or somewhere across the text."""
    ink, side = Image.new("RGB", size, "white"), round(_SEAL_MM / _MM * dpi)
    middles = [
        (x + width * rng.uniform(0.2, 0.8), y + height * rng.uniform(-0.3, 0.5)) for x, y, width, height in codes
    ]
    if wear.seal_on == "text":
        middles = [(size[0] * rng.uniform(0.3, 0.7), size[1] * rng.uniform(0.15, 0.7))]
    for x, y in middles:
        imprint = seal(_STRANGER, side, font, rng)
        place = round(x - side / 2), round(y - side / 2)
        whole = Image.new("RGB", size, "white")
        whole.paste(imprint, place)
        ink = ImageChops.multiply(ink, whole)
    return ink


def _coffee(size: tuple[int, int], dpi: int, rng: np.random.Generator) -> Image.Image:
    """Two rings of a cup and a shadow that falls off across the sheet."""
    ink = Image.new("RGB", size, "white")
    brush = ImageDraw.Draw(ink)
    for _ in range(2):
        radius, wide = rng.uniform(35, 45) / _MM * dpi, max(2, round(rng.uniform(2, 5) / _MM * dpi))
        x, y = rng.uniform(0.2, 1.0) * size[0], rng.uniform(0.1, 1.0) * size[1]
        brush.ellipse((x - radius, y - radius, x + radius, y + radius), fill=(244, 232, 214))
        brush.ellipse((x - radius, y - radius, x + radius, y + radius), outline=(196, 160, 118), width=wide)
    soft = ink.filter(ImageFilter.GaussianBlur(dpi / 100))
    down, across = np.mgrid[0:1:60j, 0:1:40j]
    turn = rng.uniform(0, 2 * np.pi)
    slope = 0.78 + 0.22 * np.tanh(3 * ((across - 0.5) * np.cos(turn) + (down - 0.5) * np.sin(turn)))
    return _lit(soft, slope.astype(np.float32))


def _folds(rng: np.random.Generator) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """How much light a crumpled sheet throws back: a dozen folds, each bright on one side and dark on the other."""
    down, across = np.mgrid[0:1:280j, 0:1:200j]
    light = np.ones_like(down)
    for _ in range(12):
        turn, reach = rng.uniform(0, np.pi), rng.uniform(0.2, 0.8)
        along = across * np.cos(turn) + down * np.sin(turn) - reach
        light += rng.uniform(0.06, 0.16) * np.tanh(along * 60) * np.exp(-((along * 9) ** 2))
    return np.asarray(light.clip(0.55, 1.08), dtype=np.float32)


def _lit(picture: Image.Image, light: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> Image.Image:
    shade = np.asarray(Image.fromarray(light).resize(picture.size, Image.Resampling.BICUBIC))[..., None]
    return Image.fromarray((np.asarray(picture.convert("RGB"), dtype=np.float32) * shade).clip(0, 255).astype(np.uint8))


def _cut(scanned: Image.Image, codes: Sequence[Box], lost: float) -> Image.Image:
    """Cut a strip off the upright edge nearer to the code, in to `lost` pixels beyond the code's outer edge."""
    if not codes:
        return scanned
    x, _, width, _ = codes[0]
    if x + width / 2 > scanned.width / 2:
        return scanned.crop((0, 0, round(x + width - lost), scanned.height))
    return scanned.crop((round(x + lost), 0, scanned.width, scanned.height))
