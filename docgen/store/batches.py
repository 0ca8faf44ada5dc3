"""Batches as the logs tell of them: what each was to issue, and which of its items a paper stands for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from docgen.errors import NotFound
from docgen.store import (
    database,  # noqa: F401  # sets Django up before the models
    ledger,
)
from docgen.store.models import Event, Paper

STARTED, FINISHED = "batch.started", "batch.finished"


def batch_started(batch_id: str) -> tuple[str, Mapping[str, Any]]:
    """Return the log's key and what a batch was started with.

    Raises:
        NotFound: there is no such batch; the last ones are named.
    """
    rows = Event.objects.filter(type=STARTED)
    row = rows.filter(payload__id=batch_id).first()
    if row is None:
        known = [str(each.payload["id"]) for each in rows.order_by("-at")[:5]]
        raise NotFound.of("services.no-batch", batch_id, known="、".join(known) or "—")
    return row.key, row.payload


def issued_in(batch_id: str, *, contract_no: str | None = None) -> dict[str, ledger.PaperLine]:
    """Return the papers issued in a batch by item, of all contracts or one; void and replaced ones count, too."""
    if contract_no is None:
        rows = Paper.objects.filter(item_type="issued", sidecar__extra__batch__id=batch_id)
        lines = [line for item in rows.values_list("id", flat=True) if (line := ledger.archived_item(item))]
    else:
        lines = [line for line in ledger.papers(contract_no) if line.item_type == "issued"]
    told = ((_batch_of(line), line) for line in lines)
    return {str(batch["item"]): line for batch, line in told if batch.get("id") == batch_id}


def _batch_of(line: ledger.PaperLine) -> Mapping[str, Any]:
    extra: Any = line.sidecar.get("extra") or {}
    return extra.get("batch") or {}
