"""docs/retention.md names a test for each dated case, and the test is there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_every_case_of_the_document_has_its_test() -> None:
    told = set(re.findall(r"`(test_\w+)`", (ROOT / "docs" / "retention.md").read_text(encoding="utf-8")))
    files = [*(ROOT / "tests" / "retention").glob("*.py"), ROOT / "tests" / "flows" / "test_retention.py"]
    there = {name for path in files for name in re.findall(r"def (test_\w+)", path.read_text(encoding="utf-8"))}
    assert len(told) >= 10
    assert sorted(told - there) == []
