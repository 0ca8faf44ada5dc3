"""Whether the tables say what the logs say, asked before anything is destroyed.

Approvals, holds, extensions and a contract's end are looked up in the database, which is only a copy: edited by hand,
gone bad, or put back from another day it could name approvers who never approved. So each log that bears on a proposal
is read from the disk, chain and all, and held against the rows, one by one.
"""

from __future__ import annotations

from collections.abc import Callable

from docgen.archive.eventlog import read
from docgen.archive.layout import Folder
from docgen.errors import Damage
from docgen.retention.disposal import Proposal
from docgen.services.disposal_check import folder_of_item
from docgen.services.office import Office
from docgen.store import ledger, projection
from docgen.store.customers import survivors


def require_true_tables(office: Office, found: Proposal, *, progress: Callable[[int, int], None]) -> None:
    """Refuse where the tables differ from a log that bears on a proposal: its own, its contracts', their customers'.

    What the tables keep of a contract besides its events is made anew from these.

    Raises:
        Damage: retention.tables-differ, or a log does not bear itself out.
        NotFound: an item's folder is gone.
    """
    home = projection.known_folder(office.archive, found.key)
    folders = {folder.key: folder for folder in [home] if folder}
    alive = survivors()
    for item in found.standing:
        folder = folder_of_item(office, item.id)
        folders[folder.key] = folder
        deal = ledger.find_deal(item.contract_no) if item.contract_no else None
        if deal is not None:
            customer_id, name = alive[deal.customer_id]
            own = office.archive.customer(customer_id=customer_id, customer_name=name)
            folders[own.key] = own
    for number, folder in enumerate(folders.values(), 1):
        _require_same(folder)
        progress(number, len(folders))


def _require_same(folder: Folder) -> None:
    """Hold the rows of one log against its lines; a line that is not yet in the tables is brought in first."""
    projection.catch_up(folder)
    told = [
        (entry.seq, entry.at.isoformat(), entry.type, entry.actor, dict(entry.payload)) for entry in read(folder)[0]
    ]
    rows = ledger.events(folder.key)
    kept = [(row.seq, row.at, row.type, row.actor, dict(row.payload)) for row in rows]
    if told != kept:
        line = next((seq for seq, (one, other) in enumerate(zip(told, kept, strict=False), 1) if one != other), 0)
        line = line or min(len(told), len(kept)) + 1
        raise Damage.of("retention.tables-differ", folder.key, key=folder.key, line=line)
    projection.replay_deal(folder.key)
