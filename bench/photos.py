"""How many pages photographed with a telephone are read, as they come and set straight; time for each.

    python bench/photos.py [count]

Pages are printed, laid on a desk, photographed askew with a shadow across them, and saved as JPEG without dpi.
"""

from __future__ import annotations

import io
import sys
import time

import numpy as np
from PIL import Image

from docgen.codes.draw import matrix
from docgen.codes.payload import Keyring, Payload, encode
from docgen.codes.read import read_codes
from docgen.demo.telephone import photograph
from docgen.papers.photo import rectified
from docgen.papers.pictures import gray

RING = Keyring(0, {0: b"a key for benches, 32 bytes long"})


def page(text: str, dpi: int = 300) -> np.ndarray:
    """Return an A4 page with strokes and the code where our papers bear it."""
    px = dpi / 25.4
    sheet = np.full((round(297 * px), round(210 * px)), 255, dtype=np.uint8)
    for row in range(30, 260, 8):
        sheet[round(row * px) : round(row * px) + 4, round(25 * px) : round(180 * px)] = 30
    side = round(13 * px)
    code = Image.fromarray(np.where(np.array(matrix(text)), 0, 255).astype(np.uint8)).resize((side, side), 0)
    top, left = round(270 * px), round(182 * px)
    sheet[top : top + side, left : left + side] = np.asarray(code)
    return sheet


def main() -> None:
    """Photograph pages at three tilts and say how many are read."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    for tilt in (0.05, 0.12, 0.2):
        plain = straight = 0
        seconds = 0.0
        for seed in range(count):
            text = encode(Payload("7K3M9QXA", 1, 2), RING)
            with Image.open(io.BytesIO(photograph(page(text), tilt=tilt, seed=seed))) as picture:
                seen = gray(picture)
            plain += any(code.text == text for code in read_codes(seen))
            begun = time.perf_counter()
            straight += any(code.text == text for code in read_codes(rectified(seen)))
            seconds += time.perf_counter() - begun
        print(f"tilt {tilt}: as it came {plain}/{count}, set straight {straight}/{count}, {seconds / count:.2f} s each")


if __name__ == "__main__":
    main()
