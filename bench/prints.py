"""Hurt page codes, read but not filed: single pages of every kind and face, maltreated at 150 dpi or more.

Filing the same scans, as scripts/soak_prints.py does, takes a hundred times as long; here only the reading is tried, so
that hundreds of pages can be. Each line: pages tried, codes read, the share, and processor time a page. A code read as
another one would be counted as wrong; the keyed tag is checked.

    python bench/prints.py OFFICE 300          an office kept by soak_prints.py --office, pages to try
    python bench/prints.py OFFICE 300 7        another seed
"""

from __future__ import annotations

import io
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
from pypdf import PdfReader, PdfWriter

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))

from soak_damages import DAMAGES, Damage
from soak_papers import Face, faces
from soak_prints import LEAST_DPI, SEALS

from docgen.codes.payload import Keyring, decode
from docgen.demo.simulate import ScanSpec
from docgen.papers.scan import read_scan
from docgen.services.office import open_office
from docgen.workspace import data_root

DPIS = (150, 200, 300)


def one_page(face: Face, number: int) -> Face:
    """Return a face that consists of one of its pages, with the zones on it."""
    pages = PdfReader(io.BytesIO(face.pdf)).pages
    page, writer, out = number % len(pages), PdfWriter(), io.BytesIO()
    writer.add_page(pages[page])
    writer.write(out)
    zones = tuple(replace(zone, page=1) for zone in face.zones if zone.page == page + 1)
    return replace(face, pdf=out.getvalue(), zones=zones)


def hurt(made: Sequence[Face], count: int, seed: int) -> Iterator[tuple[Face, Damage, bool, bytes]]:
    """Yield faces with a damage, whether scanned in gray, and the scan; drawn evenly from all that is possible."""
    tried = [one for one in DAMAGES if one.least_pages == 1 and (one.fixed_dpi or LEAST_DPI) >= LEAST_DPI]
    random = np.random.default_rng(seed)
    for number in range(count):
        face = one_page(made[int(random.integers(len(made)))], number)
        damage, is_gray = tried[number % len(tried)], bool(random.random() < 1 / 3)
        spec = ScanSpec(
            data_root() / "templates" / "_shared" / "fonts", zones=face.zones, seals=SEALS, is_colour=not is_gray,
            signed=dict.fromkeys(SEALS, date(2024, 7, 1)), dpi=damage.fixed_dpi or int(random.choice(DPIS)),
        )  # fmt: skip
        yield face, damage, is_gray, damage.make(face, spec, seed * 10_000 + number)


def said(scan: bytes, keyring: Keyring) -> set[str]:
    """Return the documents that the codes of a scan's pages name."""
    found = (decode(code["text"], keyring) for page in read_scan(scan)["pages"] for code in page["codes"])
    return {payload.document_id for payload in found if payload is not None}


def main() -> int:
    """Try, and print."""
    kept, count = Path(sys.argv[1]), int(sys.argv[2])
    seed = int(sys.argv[3]) if len(sys.argv) > len(("program", "OFFICE", "pages")) else 1
    office = open_office(kept)
    made = faces(office, kept.with_name("printed"))
    rows: dict[str, list[tuple[bool, float]]] = defaultdict(list)
    wrong = 0
    for face, damage, is_gray, scan in hurt(made, count, seed):
        began = time.process_time()
        documents = said(scan, office.keyring)
        took = time.process_time() - began
        wrong += bool(documents - {face.document_id})
        rows[f"{damage.name}{', gray' if is_gray else ''}"].append((face.document_id in documents, took))
    for name, seen in sorted(rows.items()):
        right, took = sum(is_right for is_right, _ in seen), sum(each for _, each in seen) / len(seen)
        print(f"{name:<28}{len(seen):>5}{right:>5}{100 * right / len(seen):>8.1f} %{took * 1000:>7.0f} ms")
    lost = {one.name for one in DAMAGES if one.destroys}
    held = [is_right for name, seen in rows.items() if name.split(",")[0] not in lost for is_right, _ in seen]
    print(f"codes not destroyed: {sum(held)} of {len(held)} read ({100 * sum(held) / len(held):.2f} %); wrong: {wrong}")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
