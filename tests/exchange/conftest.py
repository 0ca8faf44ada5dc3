"""A sample deal, workbooks made from deals, and workbooks read back."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from openpyxl import Workbook, load_workbook

from docgen.deals.deal import Deal
from docgen.deals.parties import Company
from docgen.deals.reading import parse_record, read_text
from docgen.deals.workdays import Calendar
from docgen.exchange.reader import read_workbook
from docgen.exchange.reading import Taken, take
from docgen.exchange.workbook import make_workbook
from docgen.services.office import read_companies
from docgen.workspace import data_root

SAMPLES = data_root() / "samples"
Taker = Callable[[bytes], Taken]


@pytest.fixture(scope="session")
def companies() -> dict[str, Company]:
    return read_companies(SAMPLES / "companies")


@pytest.fixture(scope="session")
def deals(companies: dict[str, Company]) -> list[Deal]:
    found = []
    for path in sorted((SAMPLES / "deals").glob("*.yaml")):
        plain, _ = read_text(path.read_text(encoding="utf-8"), name=path.name)
        deal, findings = parse_record(plain, companies=companies)
        assert deal, findings
        found.append(deal)
    return found


@pytest.fixture(scope="session")
def deal(deals: list[Deal]) -> Deal:
    return next(each for each in deals if each.terms.contract.order_number == "SO2024031001")


@pytest.fixture(scope="session")
def made(companies: dict[str, Company]) -> Callable[..., bytes]:
    names = [company.name for company in companies.values()]
    return lambda **what: make_workbook(companies=names, **what)


@pytest.fixture(scope="session")
def taking(companies: dict[str, Company]) -> Taker:
    calendar = Calendar()
    return lambda data: take(read_workbook(data), companies=companies, calendar=calendar)


@pytest.fixture(scope="session")
def edited() -> Callable[[bytes, Callable[[Workbook], None]], bytes]:
    def edit(data: bytes, change: Callable[[Workbook], None]) -> bytes:
        book = load_workbook(io.BytesIO(data))
        change(book)
        out = io.BytesIO()
        book.save(out)
        return out.getvalue()

    return edit
