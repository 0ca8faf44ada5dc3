"""One issued notice, maltreated on its way back: filed under its own number or waiting, never under another.

A small sample of scripts/soak_prints.py, which does this with every kind and face and keeps its results in bench/soak/.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from docgen.demo.simulate import ScanSpec, print_and_scan
from docgen.demo.wear import Wear
from docgen.services.file_scan import Readers, file_scan
from docgen.services.issue_document import Issued, issue_document
from docgen.services.office import Office
from docgen.services.placing import Fate
from docgen.services.prepare_issue import Request
from docgen.workspace import data_root

FONTS = data_root() / "templates" / "_shared" / "fonts"
BY_CODE = Readers(reads_print=False)


@pytest.fixture
def notice(office: Office, contract_no: str) -> Issued:
    return issue_document(office, Request(contract_no, "acceptance-report", seq=1, faces=("pdf",)))


def file_worn(office: Office, paper: Issued, folder: Path, **changes: Any) -> tuple[Fate, str | None]:  # noqa: ANN401  # fields of ScanSpec
    path = folder / "SCAN0001.bin"
    path.write_bytes(print_and_scan(paper.files[0].read_bytes(), ScanSpec(FONTS, **{"dpi": 150, **changes}), seed=3))
    done = file_scan(office, path, readers=BY_CODE)
    return done.fate, done.number


@pytest.mark.parametrize(
    "changes",
    [
        {"wear": Wear(quarters=1, pale=True)},
        {"wear": Wear(stain=True, crumple=True), "jpeg_quality": 30},
        {"wear": Wear(fax_lines=196), "dpi": 200, "format": "fax"},
        {"wear": Wear(stroke=True)},
        {"wear": Wear(stroke=True, quarters=3), "is_colour": False},
        {"wear": Wear(seal_on="code", skew=3.0), "dpi": 200},
        {"wear": Wear(seal_on="code"), "is_colour": False},
        {"wear": Wear(cut_mm=1.5)},
    ],
    ids=["turned-pale", "stain-folds", "fax", "pen", "pen-turned-gray", "seal-askew", "seal-gray", "cut"],
)
def test_a_maltreated_print_still_finds_home(
    office: Office, notice: Issued, tmp_path: Path, changes: dict[str, Any]
) -> None:
    assert file_worn(office, notice, tmp_path, **changes) == (Fate.FILED, notice.number)


@pytest.mark.parametrize(
    "changes", [{"wear": Wear(cut_mm=7.0)}, {"blotted": frozenset({1, 2})}], ids=["cut-through", "blotted"]
)
def test_a_code_that_is_lost_makes_the_print_wait(
    office: Office, notice: Issued, tmp_path: Path, changes: dict[str, Any]
) -> None:
    assert file_worn(office, notice, tmp_path, **changes)[0] is Fate.WAITING
