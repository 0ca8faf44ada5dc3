"""Paper, stamp and scanner, simulated: an issued PDF goes in, what the office copier would send comes out.

The round trip is only shown if the paper that comes back looks like paper: a little askew, tinted, noisy, with a red
seal across the text, a signature and a date by hand, saved as full-page JPEGs. Everything follows from the seed.
"""

from __future__ import annotations

import io
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal, Protocol, TypeAlias

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from docgen.codes.read import read_codes
from docgen.demo.handwriting import Pen, signature, written
from docgen.demo.letter import SENDER, typeset
from docgen.demo.stamp import seal
from docgen.demo.wear import FAX_ACROSS, NONE, Box, Wear, on_glass, on_paper
from docgen.papers.pdf import rasterise

Pixels: TypeAlias = np.ndarray[tuple[int, ...], np.dtype[np.uint8]]
Format = Literal["pdf", "tiff", "jpeg", "png", "fax"]
SEAL_FONT = "docgen-song-bold.ttf"

_EPOCH = time.gmtime(0)
_PENS = ((24, 30, 96), (20, 20, 28), (30, 40, 120))
DATE_LINE_EMS = 11
"""A date line is printed as four blanks, 年, two blanks, 月, two blanks, 日: eleven characters wide."""
_BLANKS = ((0.3, 3.6), (5.1, 1.8), (8.1, 1.8))
_DATE_WITHIN_PT = 25 / 25.4 * 72
_LID = (222, 222, 224)
_MM = 25.4


class Zone(Protocol):
    """A place of an issued paper for a seal, a signature or a date: page from 1, points from the top left."""

    @property
    def page(self) -> int:
        """The page, from 1."""

    @property
    def role(self) -> str:
        """What belongs there: seal, sign, fill or code."""

    @property
    def party(self) -> str:
        """Whose it is: seller or customer."""

    @property
    def x(self) -> float:
        """Left edge."""

    @property
    def y(self) -> float:
        """Top edge."""

    @property
    def width(self) -> float:
        """Width."""

    @property
    def height(self) -> float:
        """Height."""


@dataclass(frozen=True, slots=True)
class ScanSpec:
    """What happens to the paper between printer and scanner; pages are those of the issued PDF, from 1.

    `seals` and `signed` say which party stamps (with which name) and signs (on which day) in its zones; a party left
    out does neither. `order` gives the sheets as they go through the scanner; `dropped` are lost, `turned` lie upside
    down, `blotted` have ink over their code; `wear` is what every sheet suffers besides. The format `fax` is a TIFF as
    fax machines write it, and wants `wear.fax_lines`.
    """

    fonts: Path
    zones: Sequence[Zone] = ()
    seals: Mapping[str, str] = field(default_factory=dict)
    signed: Mapping[str, date] = field(default_factory=dict)
    format: Format = "pdf"
    is_colour: bool = True
    dpi: int = 200
    skew_degrees: float = 1.5
    order: Sequence[int] = ()
    dropped: frozenset[int] = frozenset()
    turned: frozenset[int] = frozenset()
    blotted: frozenset[int] = frozenset()
    has_blank_backs: bool = False
    jpeg_quality: int = 72
    wear: Wear = NONE


def print_and_scan(pdf: bytes, spec: ScanSpec, *, seed: int) -> bytes:
    """Print an issued PDF, stamp, sign and scan it; same input and seed, same bytes.

    Raises:
        ValueError: nothing is left to scan, or several sheets for a format that holds one (JPEG, PNG).
    """
    printed = rasterise(pdf, spec.dpi)
    sheets = []
    for number in spec.order or range(1, len(printed) + 1):
        if number not in spec.dropped:
            rng = np.random.default_rng([seed, number])
            sheets.append(_scan_sheet(printed[number - 1], number, spec, rng))
            if spec.has_blank_backs:
                blank = np.full_like(printed[number - 1], 255)
                sheets.append(_scanned(_on_paper(blank, rng), spec, rng))
    return _saved(sheets, spec)


def foreign_letter(seed: int, *, fonts: Path, format: Format = "pdf") -> bytes:  # noqa: A002  # as in ScanSpec
    """Return the scan of a letter docgen never issued: another company's words, seal and page code; all made up."""
    spec = ScanSpec(fonts, format=format)
    rng = np.random.default_rng([seed, 0])
    paper = _on_paper(typeset(fonts, spec.dpi, seed), rng)
    imprint = seal(SENDER, _px(41, spec.dpi), fonts / SEAL_FONT, rng)
    _multiply(paper, imprint, _px(125, spec.dpi), _px(185, spec.dpi))
    return _saved([_scanned(paper, spec, rng)], spec)


def _scan_sheet(printed: Pixels, number: int, spec: ScanSpec, rng: np.random.Generator) -> Image.Image:
    paper = _on_paper(printed, rng)
    if number in spec.blotted:
        _blot(paper, printed, number, spec, rng)
    for zone in (zone for zone in spec.zones if zone.page == number):
        _mark(paper, zone, spec, rng)
    if spec.wear == NONE:
        scanned = _scanned(paper, spec, rng)
    else:
        codes = _code_boxes(printed, number, spec)
        worn = on_paper(paper, codes, spec.wear, dpi=spec.dpi, font=spec.fonts / SEAL_FONT, rng=rng)
        angle = _angle(spec, rng)
        laid = [_turned(code, angle, worn.size) for code in codes]
        scanned = on_glass(_scanned(worn, spec, rng, angle=angle), laid, spec.wear, dpi=spec.dpi)
    return scanned.transpose(Image.Transpose.ROTATE_180) if number in spec.turned else scanned


def _on_paper(printed: Pixels, rng: np.random.Generator) -> Image.Image:
    """Put toner on tinted paper: its own colour, light falling off to a corner, toner not quite black."""
    height, width = printed.shape
    tint = np.asarray([251, 249, 243], dtype=np.float32) - rng.uniform(0, 3, 3).astype(np.float32) - rng.integers(0, 6)
    light = Image.fromarray(rng.uniform(0.955, 1.0, (5, 4)).astype(np.float32)).resize(
        (width, height), Image.Resampling.BICUBIC
    )
    toner = 1 - np.asarray(printed, dtype=np.float32)[..., None] / 255
    toner *= 1 - 0.1 * rng.random((height, width, 1), dtype=np.float32)
    sheet = tint * np.asarray(light)[..., None] * (1 - toner) + 34 * toner
    return Image.fromarray(sheet.clip(0, 255).astype(np.uint8))


def _mark(paper: Image.Image, zone: Zone, spec: ScanSpec, rng: np.random.Generator) -> None:
    x, y, width, height = (_pt(value, spec.dpi) for value in (zone.x, zone.y, zone.width, zone.height))
    if zone.role == "seal" and zone.party in spec.seals:
        side = _px(float(rng.uniform(40, 42)), spec.dpi)
        imprint = seal(spec.seals[zone.party], side, spec.fonts / SEAL_FONT, rng)
        off_x, off_y = (int(rng.integers(-1, 2) * _px(1.5, spec.dpi)) for _ in range(2))
        _multiply(paper, imprint, x + (width - side) // 2 + off_x, y + (height - side) // 2 + off_y)
    if zone.role == "sign" and zone.party in spec.signed:
        pen = Pen(_PENS[int(rng.integers(len(_PENS)))], spec.dpi / _MM * 0.42)
        tall, wide = max(height, _px(12, spec.dpi)), min(width, _px(46, spec.dpi))
        _multiply(paper, signature(wide, tall, pen, rng), x, y + height - tall + _px(1.5, spec.dpi))
        _date(paper, zone, spec, Pen(pen.colour, pen.width * 0.8), rng)


def _date(paper: Image.Image, signed: Zone, spec: ScanSpec, pen: Pen, rng: np.random.Generator) -> None:
    """Write the day into the blanks of the date line below the signature; without such a line, beside the signature."""
    day, dpi = spec.signed[signed.party], spec.dpi
    line = _date_line(signed, spec.zones)
    if line is None:
        text = f"{day.year}年{day.month}月{day.day}日"
        wide, tall = _px(34, dpi), _px(7, dpi)
        left = _pt(signed.x, dpi) + min(_pt(signed.width, dpi), _px(46, dpi))
        _multiply(paper, written(text, wide, tall, pen, rng), left, _pt(signed.y + signed.height / 2, dpi) - tall // 2)
        return
    em, tall = line.width / DATE_LINE_EMS, _px(6, dpi)
    top = _pt(line.y + line.height / 2, dpi) - tall // 2
    for value, (start, ems) in zip((day.year, day.month, day.day), _BLANKS, strict=True):
        digits = written(str(value), _pt(em * ems, dpi), tall, pen, rng)
        _multiply(paper, digits, _pt(line.x + em * start, dpi), top)


def _date_line(signed: Zone, zones: Sequence[Zone]) -> Zone | None:
    """Return the first place to fill in below a signature, the same party's, within 25 mm."""
    near = [
        zone
        for zone in zones
        if (zone.page, zone.role, zone.party) == (signed.page, "fill", signed.party)
        and 0 < zone.y + zone.height - signed.y - signed.height < _DATE_WITHIN_PT
    ]
    return min(near, key=lambda zone: zone.y, default=None)


def _blot(paper: Image.Image, printed: Pixels, number: int, spec: ScanSpec, rng: np.random.Generator) -> None:
    """Spill ink over the code, so that no error correction helps; where none is found, over the lower right corner."""
    ink = Image.new("RGB", paper.size, (255, 255, 255))
    brush = ImageDraw.Draw(ink)
    for x, y, width, height in _code_boxes(printed, number, spec):
        size = max(width, height)
        drops = [(rng.uniform(-0.1, 1.1), rng.uniform(-0.1, 1.1), rng.uniform(0.15, 0.35)) for _ in range(16)]
        splashes = [(rng.normal(0.5, 0.8), rng.normal(0.5, 0.8), rng.uniform(0.01, 0.05)) for _ in range(24)]
        for across, down, radius in [(0.5, 0.5, 0.62), *drops, *splashes]:
            left, top, reach = x + width * across - size * radius, y + height * down - size * radius, 2 * size * radius
            brush.ellipse((left, top, left + reach, top + reach * 0.94), fill=(30, 32, 58))
    _multiply(paper, ink.filter(ImageFilter.GaussianBlur(1.2)), 0, 0)


def _code_boxes(printed: Pixels, number: int, spec: ScanSpec) -> list[tuple[float, float, float, float]]:
    scale = spec.dpi / 72
    zones = [zone for zone in spec.zones if zone.page == number and zone.role == "code"]
    marked = [(zone.x * scale, zone.y * scale, zone.width * scale, zone.height * scale) for zone in zones]
    found = [(float(seen.x), float(seen.y), float(seen.width), float(seen.height)) for seen in read_codes(printed)]
    height, width = printed.shape
    corner = _px(40, spec.dpi)
    return marked or found or [(width - corner, height - corner, corner * 0.8, corner * 0.8)]


def _angle(spec: ScanSpec, rng: np.random.Generator) -> float:
    """Return by how many degrees, against the clock, a sheet lies askew."""
    angle = float(rng.uniform(-spec.skew_degrees, spec.skew_degrees))
    return angle if spec.wear.skew is None else spec.wear.skew


def _turned(box: Box, angle: float, size: tuple[int, int]) -> Box:
    """Return the upright box about a box on a sheet that was turned about its middle."""
    x, y, width, height = box
    turn, middle = np.deg2rad(angle), np.asarray(size) / 2
    corners = np.array([(x, y), (x + width, y), (x, y + height), (x + width, y + height)]) - middle
    laid = corners @ np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]) + middle
    (left, top), (right, low) = laid.min(axis=0), laid.max(axis=0)
    return float(left), float(top), float(right - left), float(low - top)


def _scanned(
    paper: Image.Image, spec: ScanSpec, rng: np.random.Generator, *, angle: float | None = None
) -> Image.Image:
    """Lay the sheet on the glass: askew, the lid showing at the edges, optics a little soft, the sensor noisy, dust."""
    angle = _angle(spec, rng) if angle is None else angle
    turned = paper.rotate(angle, resample=Image.Resampling.BICUBIC, fillcolor=_LID)
    _dust(turned, rng)
    soft = turned.filter(ImageFilter.GaussianBlur(float(rng.uniform(0.4, 0.75)) * spec.dpi / 200))
    noise = rng.normal(0.0, 2.6, (soft.height, soft.width, 1)).astype(np.float32)
    seen = Image.fromarray((np.asarray(soft, dtype=np.float32) + noise).clip(0, 255).astype(np.uint8))
    return seen if spec.is_colour else seen.convert("L")


def _dust(sheet: Image.Image, rng: np.random.Generator) -> None:
    brush = ImageDraw.Draw(sheet)
    for _ in range(int(rng.integers(6, 18))):
        x, y, radius = rng.uniform(0, sheet.width), rng.uniform(0, sheet.height), rng.uniform(0.4, 1.3)
        brush.ellipse((x - radius, y - radius, x + radius, y + radius), fill=(120, 116, 110))


def _multiply(paper: Image.Image, ink: Image.Image, x: int, y: int) -> None:
    """Lay transparent ink on the paper: what was dark below stays dark."""
    box = (x, y, x + ink.width, y + ink.height)
    paper.paste(ImageChops.multiply(paper.crop(box).convert("RGB"), ink), (x, y))


def _saved(sheets: list[Image.Image], spec: ScanSpec) -> bytes:
    if not sheets or (len(sheets) > 1 and spec.format in {"jpeg", "png"}):
        raise ValueError(f"{len(sheets)} sheets do not go into one {spec.format}")
    first, rest, out = sheets[0], sheets[1:], io.BytesIO()
    dpi = (spec.dpi, spec.dpi)
    if spec.format == "pdf":
        first.save(
            out, "PDF", save_all=True, append_images=rest, resolution=spec.dpi, quality=spec.jpeg_quality,
            producer="Office copier (simulated)", creationDate=_EPOCH, modDate=_EPOCH,
        )  # fmt: skip
    elif spec.format == "fax":
        lines = (FAX_ACROSS, spec.wear.fax_lines)
        pages = [sheet.convert("1") for sheet in rest]
        first.convert("1").save(out, "TIFF", save_all=True, append_images=pages, dpi=lines, compression="group4")
    elif spec.format == "tiff":
        first.save(out, "TIFF", save_all=True, append_images=rest, dpi=dpi, compression="tiff_lzw")
    elif spec.format == "jpeg":
        first.save(out, "JPEG", dpi=dpi, quality=spec.jpeg_quality)
    else:
        first.save(out, "PNG", dpi=dpi)
    return out.getvalue()


def _px(mm: float, dpi: int) -> int:
    return round(mm / _MM * dpi)


def _pt(points: float, dpi: int) -> int:
    return round(points / 72 * dpi)
