"""The manual's worked deal, read the way a person's file is, and changed copies of it."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from docgen.deals.deal import Deal
from docgen.deals.describe import describe
from docgen.deals.paperwork import PaperSeen
from docgen.deals.parties import Company
from docgen.deals.reading import parse_record, read_text
from docgen.deals.workdays import Calendar

SAMPLES = Path(__file__).resolve().parents[2] / "samples"

Change = Callable[[dict[str, Any]], None]


@pytest.fixture(scope="session")
def companies() -> dict[str, Company]:
    data = tomllib.loads((SAMPLES / "companies" / "shanhai.toml").read_text(encoding="utf-8"))
    return {"shanhai": Company.model_validate(data)}


@pytest.fixture(scope="session")
def _sample() -> dict[str, Any]:
    path = SAMPLES / "deals" / "xx-tech.yaml"
    data, findings = read_text(path.read_text(encoding="utf-8"), name=path.name)
    assert not findings
    assert isinstance(data, dict)
    return data


@pytest.fixture
def record(_sample: dict[str, Any]) -> dict[str, Any]:
    """The sample as plain values; a test may change it."""
    return deepcopy(_sample)


@pytest.fixture
def deal_with(record: dict[str, Any], companies: dict[str, Company]) -> Callable[..., Deal]:
    """Make the sample deal with changes to its plain values."""

    def make(*changes: Change) -> Deal:
        data = deepcopy(record)
        for change in changes:
            change(data)
        deal, findings = parse_record(data, companies=companies)
        assert not findings, findings
        assert deal
        return deal

    return make


@pytest.fixture
def deal(deal_with: Callable[..., Deal]) -> Deal:
    return deal_with()


@pytest.fixture(scope="session")
def calendar() -> Calendar:
    return Calendar()


def sample_deal(name: str, companies: dict[str, Company]) -> Deal:
    path = SAMPLES / "deals" / f"{name}.yaml"
    data, findings = read_text(path.read_text(encoding="utf-8"), name=path.name)
    assert not findings
    deal, findings = parse_record(data, companies=companies)
    assert not findings, findings
    assert deal
    return deal


@pytest.fixture(scope="session")
def told(companies: dict[str, Company], calendar: Calendar) -> Callable[..., dict[str, Any]]:
    """Describe a sample deal as of a day, with the papers seen."""

    def tell(name: str, as_of: str, *papers: PaperSeen, **more: Any) -> dict[str, Any]:  # noqa: ANN401  # passed on
        day = date.fromisoformat(as_of)
        return describe(sample_deal(name, companies), as_of=day, calendar=calendar, papers=papers, **more)

    return tell


@pytest.fixture(scope="session")
def sample_deals(companies: dict[str, Company]) -> dict[str, Deal]:
    names = sorted(path.stem for path in (SAMPLES / "deals").glob("*.yaml"))
    return {name: sample_deal(name, companies) for name in names}
