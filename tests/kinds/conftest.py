from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from docgen.deals.deal import Deal
from docgen.deals.parties import Company
from docgen.deals.reading import parse_record, read_text
from docgen.kinds.catalogue import Catalogue, load_catalogue

ROOT = Path(__file__).resolve().parents[2]


def set_path(plain: object, path: str, value: object) -> None:
    *way, last = path.split(".")
    for step in way:
        plain = plain[int(step)] if isinstance(plain, list) else plain[step]
    plain[int(last) if isinstance(plain, list) else last] = value


@pytest.fixture
def make_deal() -> Callable[..., Deal]:
    company = Company.model_validate(tomllib.loads((ROOT / "samples/companies/shanhai.toml").read_text("utf-8")))

    def make(changes: dict[str, object] | None = None) -> Deal:
        plain, _ = read_text((ROOT / "samples/deals/xx-tech.yaml").read_text("utf-8"), name="xx-tech.yaml")
        plain["terms"]["contract"]["number"] = "HT2024031001"
        for path, value in (changes or {}).items():
            set_path(plain, path, value)
        deal, findings = parse_record(plain, companies={company.id: company})
        assert deal is not None, [finding.as_json() for finding in findings]
        return deal

    return make


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return load_catalogue(ROOT / "templates")
