"""Where the paper originals lie: what the logs last said of each archived item's original, and all they ever said.

An item is what the archive holds; its original is a sheet of paper in a box on a shelf. A new place is a new event in
the log of the folder the item lies in, so the way an original took can always be told.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from docgen.store import database  # noqa: F401  # sets Django up before the models
from docgen.store.models import Event, Original

PLACED = "original.placed"


@dataclass(frozen=True, slots=True)
class StoredOriginal:
    """An original as it was said to lie: place, in whose keeping, what it is, since when, under which hand-over list.

    `on` is the business day, `at` the instant it was recorded (UTC), `listed` the number of the 移交清单 or empty.
    """

    item: str
    place: str
    keeper: str
    form: str
    copies: int
    remark: str
    listed: str
    on: str
    at: str
    actor: str


def originals(items: Collection[str] | None = None) -> dict[str, StoredOriginal]:
    """Return item id → its original as last recorded, of all items or of these."""
    rows = Original.objects.all() if items is None else Original.objects.filter(item__in=list(items))
    return {
        row.item: StoredOriginal(
            row.item, row.place, row.keeper, row.form, row.copies, row.remark, row.listed, row.on, row.at, row.actor
        )
        for row in rows
    }


def way(key: str, item: str) -> tuple[StoredOriginal, ...]:
    """Return everything ever recorded of an item's original, oldest first."""
    rows = Event.objects.filter(key=key, type=PLACED, payload__item=item).order_by("seq")
    return tuple(StoredOriginal(**_values(row.payload), at=row.at, actor=row.actor) for row in rows)


def project(key: str, payload: Mapping[str, Any], *, at: str, actor: str) -> None:
    """Bring the table up to one event."""
    values = _values(payload)
    Original.objects.update_or_create(
        item=values.pop("item"), defaults={**values, "key": key, "at": at, "actor": actor}
    )


def _values(payload: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "item": str(payload["item"]),
        "place": str(payload["place"]),
        "keeper": str(payload.get("keeper") or ""),
        "form": str(payload["form"]),
        "copies": int(payload["copies"]),
        "remark": str(payload.get("remark") or ""),
        "listed": str(payload.get("listed") or ""),
        "on": str(payload["on"]),
    }
