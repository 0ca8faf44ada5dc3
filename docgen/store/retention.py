"""Holds and extensions as the tables hold them: replayed from the logs' events, so that a rebuild finds them again."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Max

from docgen.retention.trail import TRAIL_EVENTS, Trail, replay
from docgen.store import database  # noqa: F401  # sets Django up before the models
from docgen.store.models import Event

_FEW = 400


def trail() -> Trail:
    """Return every hold and extension ever recorded, by log and place in it."""
    rows = Event.objects.filter(type__in=TRAIL_EVENTS).order_by("key", "seq")
    return replay((row.type, row.payload) for row in rows)


def newest_instants(keys: Collection[str]) -> dict[str, str]:
    """Return by log the latest instant (ISO, UTC) its entries bear, of many logs at once."""
    rows = Event.objects.order_by().values_list("key").annotate(latest=Max("at"))
    if len(keys) <= _FEW:
        rows = rows.filter(key__in=list(keys))
    return {key: latest for key, latest in rows.iterator() if key in keys}


def newest_instant(key: str | None = None) -> str | None:
    """Return the latest instant (ISO, UTC) a log's entries bear, of one log or of all; None where nothing stands."""
    rows = Event.objects.filter(key=key) if key else Event.objects.all()
    found: str | None = rows.aggregate(latest=Max("at"))["latest"]
    return found
