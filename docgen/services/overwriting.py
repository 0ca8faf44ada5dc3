"""What an import would write over: nothing of a known deal is lost because somebody's file is older than the log.

A file that carries the revision it was exported at, or a revision named by the user, proves that the writer saw what
stands. Without either, an import may fill in what is empty and add facts; what it would change or leave out is named,
field by field, and refused until somebody says that it is meant.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from enum import StrEnum
from typing import Any

from docgen.deals.deal import Deal
from docgen.deals.events import difference, record_of
from docgen.deals.schema import title_path
from docgen.findings import Finding, error
from docgen.services.deal_history import fact_title
from docgen.services.edits import field_changes, steps_of

_EMPTY: tuple[Any, ...] = (None, "", [], {})
_SHOWN = 60


class Allow(StrEnum):
    """What an import may do that is refused by itself."""

    OVERWRITE = "overwrite"
    ANOTHER = "another"


def losses(old: Deal, new: Deal, *, reason: str | None, allow: Collection[Allow] = ()) -> Iterator[Finding]:
    """Yield what a record would write over unseen: terms and data that differ, and facts it leaves out.

    The copy of our own company follows companies/ where the id is the same: nobody's entry is lost by that. A fact left
    out without a reason is refused anyway (`services.fact-changed`) and not told here.
    """
    if Allow.OVERWRITE in allow:
        return
    is_same_company = old.company.id == new.company.id
    for change in field_changes(record_of(old), record_of(new)):
        is_copy = is_same_company and str(change["field"]).startswith("company.")
        if change["old"] not in _EMPTY and not is_copy:
            where = str(change["field"])
            title = title_path(steps_of(where))
            told = {"old": _shown(change["old"]), "new": _shown(change["new"])}
            yield error("services.would-overwrite", where, title=title, **told)
    if reason:
        _, conflicts = difference(old, new)
        for row in (row for row in conflicts if row.new is None):
            where, key = f"facts.{row.fact}[{row.key}]", row.key or "—"
            yield error("services.fact-left-out", where, title=fact_title(row.fact), key=key)


def _shown(value: object) -> str:
    text = "—" if value in _EMPTY else str(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
