"""Finding a contract's folder: by the tables, which cost the same however large the archive is."""

from __future__ import annotations

from docgen.archive.layout import Folder
from docgen.errors import NotFound
from docgen.services.office import Office
from docgen.store import projection


def folder_of(office: Office, contract_no: str) -> Folder:
    """Return the folder of a contract.

    Raises:
        NotFound: neither the tables nor the archive know it.
    """
    folder = projection.known_folder(office.archive, contract_no) or office.archive.find(contract_no)
    if folder is None:
        raise NotFound.of("store.no-deal", contract_no, near="—")
    return folder
