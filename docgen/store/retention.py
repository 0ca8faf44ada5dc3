"""Holds and extensions as the tables hold them: replayed from the logs' events, so that a rebuild finds them again."""

from __future__ import annotations

from docgen.retention.trail import TRAIL_EVENTS, Trail, replay
from docgen.store import database  # noqa: F401  # sets Django up before the models
from docgen.store.models import Event


def trail() -> Trail:
    """Return every hold and extension ever recorded, by log and place in it."""
    rows = Event.objects.filter(type__in=TRAIL_EVENTS).order_by("key", "seq")
    return replay((row.type, row.payload) for row in rows)
