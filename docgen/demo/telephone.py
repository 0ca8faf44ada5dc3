"""A telephone simulated: the page lies on a desk, askew and in perspective, somebody's shadow across it."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageFilter

from docgen.papers.pdf import GrayImage

WIDTH, HEIGHT = 3000, 4000
"""Pixels of a telephone of 12 megapixels, held upright."""
_MARGIN = 0.08

Corner = tuple[float, float]


def photograph(page: GrayImage, *, tilt: float, seed: int, shadow: float = 0.55, quality: int = 82) -> bytes:
    """Return a JPEG of a page as a telephone takes it; same input and seed, same bytes.

    `tilt` is the share of the picture by which corners may be off; `shadow` what is left of the light in the shade.
    """
    rng = np.random.default_rng([seed, 7])
    desk = rng.normal(86, 7, (HEIGHT // 8, WIDTH // 8)).clip(0, 255).astype(np.uint8)
    picture = Image.fromarray(desk).resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC)
    height, width = page.shape
    inward = [(1, 1), (-1, 1), (-1, -1), (1, -1)]
    corners = [
        (((1 - h) / 2 + h * (_MARGIN + rng.uniform(0, tilt))) * WIDTH,
         ((1 - v) / 2 + v * (_MARGIN + rng.uniform(0, tilt))) * HEIGHT)
        for h, v in inward
    ]  # fmt: skip
    ways = projection(corners, [(0, 0), (width, 0), (width, height), (0, height)])
    how = (picture.size, Image.Transform.PERSPECTIVE, ways, Image.Resampling.BICUBIC)
    laid = Image.fromarray((page * 0.9 + 12).astype(np.uint8)).transform(*how)
    picture.paste(laid, (0, 0), Image.new("L", (width, height), 255).transform(*how))
    lit = np.asarray(picture, dtype=np.float32) * _light(rng, shadow) + rng.normal(0, 3, (HEIGHT, WIDTH))
    seen = Image.fromarray(lit.clip(0, 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(1.1))
    out = io.BytesIO()
    seen.convert("RGB").save(out, "JPEG", quality=quality)
    return out.getvalue()


def _light(rng: np.random.Generator, shadow: float) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """Return how much light falls where: a slope over all, and a soft-edged shade over one side."""
    down, across = np.mgrid[0:1:200j, 0:1:150j]
    turn, edge = rng.uniform(0, 2 * np.pi), rng.uniform(-0.1, 0.25)
    along = (across - 0.5) * np.cos(turn) + (down - 0.5) * np.sin(turn)
    light = (0.95 - 0.15 * across) * (1 - (1 - shadow) / (1 + np.exp(-(along - edge) * 40)))
    return np.asarray(Image.fromarray(light.astype(np.float32)).resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC))


def projection(target: Sequence[Corner], source: Sequence[Corner]) -> list[float]:
    """Return the eight numbers of the projection that takes each target corner to its source, as Pillow wants them."""
    rows: list[list[float]] = []
    for (x, y), (u, v) in zip(target, source, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
    wanted = [value for corner in source for value in corner]
    return [float(one) for one in np.linalg.solve(np.asarray(rows), np.asarray(wanted))]
