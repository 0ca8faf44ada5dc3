"""Which edit of a register may be taken back: one that is known, still stands, and was not written over since."""

from __future__ import annotations

from collections.abc import Sequence

from docgen.errors import NotFound, Refused
from docgen.services.deal_history import HistoryLine
from docgen.store.history import PastEvent


def undoable(where: str, events: Sequence[PastEvent], lines: Sequence[HistoryLine], wrong: int) -> PastEvent:
    """Return the event that made revision `wrong` of an entry; `lines` are the same events in words.

    Raises:
        NotFound: there is no such revision.
        Refused: it was taken back already.
    """
    if not 1 <= wrong <= len(events):
        raise NotFound.of("services.no-such-revision", where, revision=wrong, now=len(events))
    if lines[wrong - 1].is_withdrawn:
        raise Refused.of("services.undone-already", where, revision=wrong)
    return events[wrong - 1]


def require_unmoved(where: str, wrong: int, moved: Sequence[str]) -> None:
    """Refuse to take an edit back where a later one wrote the same fields: that one goes first.

    Raises:
        Refused: naming the fields.
    """
    if moved:
        raise Refused.of("services.changed-again", where, revision=wrong, fields="、".join(moved))
