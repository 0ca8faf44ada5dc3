"""Finding a folder: a contract's by the tables, which cost the same however large the archive is; ours by its year.

A paper's home is the key of the folder it lies in: the contract's number, or `_company/2024` for one of our own.
"""

from __future__ import annotations

from docgen.archive.layout import COMPANY, Folder
from docgen.errors import NotFound
from docgen.services.office import Office
from docgen.store import ledger, projection


def folder_of(office: Office, contract_no: str) -> Folder:
    """Return the folder of a contract, or our own of a year by its key.

    Raises:
        NotFound: neither the tables nor the archive know it.
    """
    if is_ours(contract_no):
        return office.archive.company(int(contract_no.removeprefix(f"{COMPANY}/")))
    folder = projection.known_folder(office.archive, contract_no) or office.archive.find(contract_no)
    if folder is None:
        raise NotFound.of("store.no-deal", contract_no, near="—")
    return folder


def home_of(reference: str) -> str:
    """Return the home that is meant: one of our own years as `_company/2024`, else the contract by any of its numbers.

    Raises:
        NotFound: no deal bears the number.
    """
    return reference if is_ours(reference) else ledger.deal(reference).contract_no


def items_of(reference: str) -> tuple[ledger.PaperLine, ...]:
    """Return the archived items of a contract, or of our own folder of a year, in the order they came.

    Raises:
        NotFound: no deal bears the number.
    """
    home = home_of(reference)
    return ledger.company_papers(int(home.removeprefix(f"{COMPANY}/"))) if is_ours(home) else ledger.papers(home)


def is_ours(home: str) -> bool:
    """Tell whether a home is one of our own folders, `_company/<year>`, and no contract."""
    year = home.removeprefix(f"{COMPANY}/")
    return home != year and year.isascii() and year.isdigit()
