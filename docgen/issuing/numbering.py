"""How papers are numbered: children of a contract, letters by year, contracts by day (rules P9, R-2.4-02)."""

from __future__ import annotations

from datetime import date

from docgen.kinds.kind import KindSpec
from docgen.kinds.subjects import Subject


def paper_series(spec: KindSpec, contract_no: str, subject: Subject) -> str:
    """Return the series a running number counts in: one a contract and kind, and subject where the number names it."""
    marked = "{instalment}" in spec.number
    return f"paper/{contract_no}/{spec.code}{subject.seq if marked else ''}"


def paper_number(spec: KindSpec, contract_no: str, subject: Subject, n: int) -> str:
    """Return the n-th number of a series, such as HT2024031001-YF1-01."""
    return contract_no + spec.number_suffix(seq=subject.seq, n=n)


def company_series(spec: KindSpec, year: int) -> str:
    """Return the yearly series of a kind of the company's own papers: 销册2024-001, 销册2024-002."""
    return f"company/{spec.code}/{year}"


def letter_series(letter_code: str, year: int) -> str:
    """Return the yearly series of letter numbers (函号) of a company."""
    return f"letter/{letter_code}/{year}"


def letter_number(letter_code: str, year: int, n: int) -> str:
    """Return a letter number such as （2024）山海函字第012号."""
    return f"（{year}）{letter_code}函字第{n:03d}号"


def contract_series(day: date) -> str:
    """Return the series of contract numbers of a day."""
    return f"contract/{day:%Y%m%d}"


def contract_number(day: date, n: int) -> str:
    """Return a contract number such as HT2024031001; the running part widens past 99."""
    return f"HT{day:%Y%m%d}{n:02d}"


def customer_series(day: date) -> str:
    """Return the series of customer ids of a month."""
    return f"customer/{day:%Y%m}"


def customer_number(day: date, n: int) -> str:
    """Return a customer id such as 202403-001."""
    return f"{day:%Y%m}-{n:03d}"
