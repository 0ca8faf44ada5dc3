"""Sample deals as files tell them, with changes to their plain values."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from docgen.deals.deal import Deal
from docgen.deals.parties import Company
from docgen.deals.reading import parse_record, read_text

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
Change = Callable[[dict[str, Any]], None]


@pytest.fixture(scope="session")
def sample() -> Callable[..., Deal]:
    company = Company.model_validate(tomllib.loads((SAMPLES / "companies/shanhai.toml").read_text("utf-8")))

    def make(name: str, *changes: Change) -> Deal:
        plain, _ = read_text((SAMPLES / f"deals/{name}.yaml").read_text("utf-8"), name=name)
        assert isinstance(plain, dict)
        plain["terms"]["contract"].setdefault("number", "HT2024031001")
        for change in changes:
            change(plain)
        deal, findings = parse_record(plain, companies={company.id: company})
        assert deal is not None, [finding.as_json() for finding in findings]
        return deal

    return make
