"""docs/retention.md names the test that runs its dated cases, and the test is there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_every_case_of_the_document_has_its_test() -> None:
    text = (ROOT / "docs" / "retention.md").read_text(encoding="utf-8")
    told = set(re.findall(r"`(tests/[\w/]+\.py)`", text))
    assert "tests/flows/test_retention_cases.py" in told
    assert sorted(name for name in told if not (ROOT / name).is_file()) == []
