"""Make the workbook in which deals are filled in or changed, many at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from docgen.deals.deal import Deal
from docgen.errors import Refused
from docgen.exchange.workbook import make_workbook
from docgen.services.office import Office, read_companies
from docgen.services.read_record import check_record
from docgen.store import ledger
from docgen.workspace import data_root

SUFFIX = ".xlsx"


@dataclass(frozen=True, slots=True)
class WorkbookMade:
    """Where a workbook was written, and which deals it holds."""

    path: Path
    contracts: tuple[str, ...]


def write_workbook(office: Office, out: Path, *, references: Sequence[str] = ()) -> WorkbookMade:
    """Write a ready workbook: with example rows, or filled with the deals that bear the given numbers.

    Raises:
        Refused: the name does not end in .xlsx, or the file exists.
        NotFound: no deal bears a number.
    """
    if out.suffix.lower() != SUFFIX:
        raise Refused.of("exchange.not-a-workbook-name", str(out))
    stored = list({deal.contract_no: deal for deal in map(ledger.deal, references)}.values())
    deals = [deal.record for deal in stored]
    names = [company.name for company in office.companies.values()]
    data = make_workbook(companies=names, deals=deals, examples=() if deals else _examples(office))
    write_new(out, data)
    return WorkbookMade(out, tuple(deal.contract_no for deal in stored))


def write_new(out: Path, data: bytes) -> None:
    """Write a file that must not exist yet.

    Raises:
        Refused: it exists, or its folder does not.
    """
    try:
        with out.open("xb") as file:
            file.write(data)
    except FileExistsError as problem:
        raise Refused.of("exchange.file-exists", str(out)) from problem
    except FileNotFoundError as problem:
        raise Refused.of("services.no-file", str(out.parent)) from problem


def _examples(office: Office) -> list[Deal]:
    """Return the shipped sample deals, fictional throughout, under the companies this office has."""
    companies = {**office.companies, **read_companies(data_root() / "samples" / "companies")}
    paths = sorted((data_root() / "samples" / "deals").glob("*.yaml"))
    checked = (check_record(office, path, companies=companies) for path in paths)
    return [one.deal for one in checked if one.deal is not None]
