"""Draw the page code: a DataMatrix (ISO/IEC 16022), as modules for the PDF and as a small picture for Word.

DataMatrix was chosen over QR by measurement: at the same printed size it survives fax, ink and skew better. The 26
characters need 18×18 or 20×20 modules, error correction included. Texts of many digits would fit the standard's oblong
symbols; a square is asked for, so that the footer can keep a square free.
"""

from __future__ import annotations

import io

import numpy as np
import zxingcpp
from PIL import Image

QUIET_MODULES = 2
"""White modules around the picture; the standard asks for one, copiers deserve two."""


def matrix(text: str) -> tuple[tuple[bool, ...], ...]:
    """Return the modules row by row from the top left, True = dark, without quiet zone."""
    return tuple(tuple(bool(dark) for dark in row) for row in _modules(text))


def png(text: str, module_px: int) -> bytes:
    """Return a 1-bit PNG with quiet zone, each module `module_px` pixels wide; same text, same bytes."""
    padded = np.pad(_modules(text), QUIET_MODULES, constant_values=False)
    pixels = np.where(padded, np.uint8(0), np.uint8(255)).repeat(module_px, axis=0).repeat(module_px, axis=1)
    out = io.BytesIO()
    Image.fromarray(pixels).convert("1", dither=Image.Dither.NONE).save(out, format="PNG", optimize=True)
    return out.getvalue()


def _modules(text: str) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    symbol = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.DataMatrix, force_square=True)
    shades: np.ndarray[tuple[int, int], np.dtype[np.uint8]] = np.asarray(
        symbol.to_image(scale=1, add_quiet_zones=False), dtype=np.uint8
    )
    dark: np.ndarray[tuple[int, int], np.dtype[np.bool_]] = shades == 0
    return dark
