"""The damages a printed paper meets on its way back: askew, faxed, under ink or a seal, cut, photographed.

For scripts/soak_prints.py, which lets every kind in both faces meet each of them.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from PIL import Image
from soak_papers import Face

from docgen.demo.simulate import ScanSpec, print_and_scan
from docgen.demo.telephone import photograph
from docgen.demo.wear import Wear
from docgen.papers.pdf import facts, rasterise

Make = Callable[[Face, ScanSpec, int], bytes]


@dataclass(frozen=True)
class Damage:
    """One way to maltreat a paper; `destroys` says that no code is left to read on some page."""

    name: str
    make: Make
    destroys: bool = False
    fixed_dpi: int | None = None
    least_pages: int = 1


def plain(**changes: object) -> Make:
    """Return how to print, sign, seal and scan with some fields of the specification changed."""

    def make(face: Face, spec: ScanSpec, seed: int) -> bytes:
        return print_and_scan(face.pdf, replace(spec, **changes), seed=seed)  # type: ignore[arg-type]

    return make


def worn(**wear: object) -> Make:
    """Return how to print and scan with wear."""
    return plain(wear=Wear(**wear))  # type: ignore[arg-type]


def skewed(degrees: float) -> Make:
    """Return how to scan askew, to the left for odd seeds."""

    def make(face: Face, spec: ScanSpec, seed: int) -> bytes:
        way = -degrees if seed % 2 else degrees
        return print_and_scan(face.pdf, replace(spec, wear=Wear(skew=way)), seed=seed)

    return make


def blotted(face: Face, spec: ScanSpec, seed: int) -> bytes:
    """Drown every code in ink."""
    every = frozenset(range(1, facts(face.pdf).pages + 1))
    return print_and_scan(face.pdf, replace(spec, blotted=every), seed=seed)


def swapped(face: Face, spec: ScanSpec, seed: int) -> bytes:
    """Lay the first two sheets into the feeder the wrong way round."""
    rest = range(3, facts(face.pdf).pages + 1)
    return print_and_scan(face.pdf, replace(spec, order=(2, 1, *rest)), seed=seed)


def photographed(face: Face, _spec: ScanSpec, seed: int) -> bytes:
    """Photograph each sheet with a telephone; several become a PDF, as telephones make of them."""
    taken = [photograph(page, tilt=0.12, seed=seed + n) for n, page in enumerate(rasterise(face.pdf, 300))]
    if len(taken) == 1:
        return taken[0]
    first, *rest = [Image.open(io.BytesIO(one)) for one in taken]
    out, at = io.BytesIO(), time.gmtime(0)
    first.save(out, "PDF", save_all=True, append_images=rest, resolution=300, creationDate=at, modDate=at)
    return out.getvalue()


DAMAGES = (
    Damage("clean", plain()),
    Damage("skew 1", skewed(1)),
    Damage("skew 3", skewed(3)),
    Damage("skew 5", skewed(5)),
    Damage("turned 90", worn(quarters=1)),
    Damage("turned 180", worn(quarters=2)),
    Damage("turned 270", worn(quarters=3)),
    Damage("fax 204x196", plain(wear=Wear(fax_lines=196), format="fax"), fixed_dpi=200),
    Damage("fax 204x98", plain(wear=Wear(fax_lines=98), format="fax"), fixed_dpi=98),
    Damage("jpeg 20", plain(jpeg_quality=20)),
    Damage("jpeg 40", plain(jpeg_quality=40)),
    Damage("jpeg 60", plain(jpeg_quality=60)),
    Damage("gray tiff", plain(format="tiff", is_colour=False)),
    Damage("pen over code", worn(stroke=True)),
    Damage("seal over text", worn(seal_on="text")),
    Damage("seal over code", worn(seal_on="code")),
    Damage("coffee, shadow", worn(stain=True)),
    Damage("crumpled", worn(crumple=True)),
    Damage("pale copy", worn(pale=True)),
    Damage("cut to the code", worn(cut_mm=-0.6)),
    Damage("cut into code", worn(cut_mm=1.5)),
    Damage("cut through code", worn(cut_mm=7.0), destroys=True),
    Damage("blotted", blotted, destroys=True),
    Damage("photo", photographed, fixed_dpi=300),
    Damage("pages swapped", swapped, least_pages=2),
    Damage("blank backs", plain(has_blank_backs=True)),
)
