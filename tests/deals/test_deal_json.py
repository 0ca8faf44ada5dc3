"""docs/deal-json.md shows what `docgen deal show --json` says today, and names every key of it.

Stale? Run this test with UPDATE_DOCS=1, read what it wrote, and commit it.
"""

from __future__ import annotations

import json
import os
import re
from datetime import date
from pathlib import Path
from typing import Any

from docgen.deals.deal import Deal
from docgen.deals.describe import describe
from docgen.deals.paperwork import Direction, PaperSeen
from docgen.deals.workdays import Calendar

PAGE = Path(__file__).resolve().parents[2] / "docs" / "deal-json.md"
BLOCK = re.compile(r"(?<=```json\n).*?(?=```)", re.DOTALL)
PAPERS = (
    PaperSeen("合同", Direction.OWN, date(2024, 3, 10)),
    PaperSeen("合同", Direction.INCOMING, date(2024, 3, 12)),
    PaperSeen("验收报告", Direction.OWN, date(2024, 3, 29), "acceptance 1"),
    PaperSeen("验收报告", Direction.INCOMING, date(2024, 4, 1), "acceptance 1"),
    PaperSeen("逾期催收函", Direction.OWN, date(2024, 5, 6), "instalment 1"),
)


def example(deal: Deal, calendar: Calendar) -> dict[str, Any]:
    numbered = deal.model_copy(
        update={
            "customer": deal.customer.model_copy(update={"id": "202403-002"}),
            "terms": deal.terms.model_copy(
                update={"contract": deal.terms.contract.model_copy(update={"number": "HT2024031002"})}
            ),
        }
    )
    day = date(2024, 5, 22)
    shown = describe(numbered, as_of=day, calendar=calendar, revision=3, papers=PAPERS, holds=["案件 2024-07"])
    return {**shown, "calendar": "chinesecalendar …, holidays …, overrides …"}


def keys(value: object) -> set[str]:
    if isinstance(value, dict):
        return set(value) | {key for each in value.values() for key in keys(each)}
    return {key for each in value for key in keys(each)} if isinstance(value, list) else set()


def test_the_example_is_what_the_program_says(sample_deals: dict[str, Deal], calendar: Calendar) -> None:
    made = json.dumps(example(sample_deals["yy-manufacturing"], calendar), ensure_ascii=False, indent=1) + "\n"
    page = PAGE.read_text(encoding="utf-8")
    if os.environ.get("UPDATE_DOCS"):
        page = BLOCK.sub(lambda _: made, page)
        PAGE.write_text(page, encoding="utf-8")
    assert BLOCK.findall(page) == [made]


def test_every_key_is_explained(sample_deals: dict[str, Deal], calendar: Calendar) -> None:
    explained = set(re.findall(r"`([a-z_]+)`", BLOCK.sub("", PAGE.read_text(encoding="utf-8"))))
    found: set[str] = set()
    for deal in sample_deals.values():
        found |= keys({**example(deal, calendar), "proposal": None})  # its keys are the record's
        found |= keys({**describe(deal, as_of=date(2024, 12, 20), calendar=calendar), "proposal": None})
    assert sorted(found - explained) == []
