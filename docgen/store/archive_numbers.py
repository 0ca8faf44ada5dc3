"""Archive numbers (档号) as given: one an item, for ever; a number is written to the log before anybody sees it.

Two events make one: the number is allotted in the log of our own papers of its year, for a named item, and then given
in the log of the folder where the item lies. Cut off between the two, the same item takes the same number next time.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from docgen.store import database  # noqa: F401  # sets Django up before the models
from docgen.store.models import ArchiveNumber

GIVEN = "archive-no.given"


def project(key: str, payload: Mapping[str, Any]) -> None:
    """Bring the table up to one event; the first number an item was given stands."""
    row = {"key": key, "number": str(payload["archive_no"])}
    ArchiveNumber.objects.get_or_create(item=str(payload["item"]), defaults=row)


def numbers(items: Collection[str] | None = None) -> dict[str, str]:
    """Return item id → archive number, of all items or of these."""
    rows = ArchiveNumber.objects.all() if items is None else ArchiveNumber.objects.filter(item__in=list(items))
    return dict(rows.values_list("item", "number"))


def item_of(number: str) -> str | None:
    """Return the item that bears an archive number."""
    row = ArchiveNumber.objects.filter(number=number).first()
    return row.item if row else None
