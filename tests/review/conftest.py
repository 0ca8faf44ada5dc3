"""The manual's deal, and what it becomes with some of its values changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from docgen.deals.workdays import Calendar
from docgen.rendering.golden import load_deal
from docgen.review.checklist import checklist
from docgen.review.line import Answer, Checklist

ROOT = Path(__file__).resolve().parents[2]
DAY = date(2024, 3, 10)

Look = Callable[..., Checklist]


@pytest.fixture
def look(tmp_path: Path) -> Look:
    """Return the checklist of the manual's deal with values changed by path, as of the day before it was signed."""

    def made(
        changes: dict[str, Any] | None = None, *, as_of: date = DAY, answers: tuple[Answer, ...] = ()
    ) -> Checklist:
        patch = tmp_path / "patch.yaml"
        values = {"terms.contract.number": "HT2024031001", **(changes or {})}
        patch.write_text(json.dumps(values, ensure_ascii=False), encoding="utf-8")
        deal = load_deal(ROOT / "samples/deals/xx-tech.yaml", root=ROOT, patch=patch)
        return checklist(deal, as_of=as_of, calendar=Calendar(), answers=answers)

    return made
