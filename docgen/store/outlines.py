"""Outlines of deals, kept by revision: what a board over many deals reads instead of every record.

Nothing here is a fact: each row can be made again from its deal, and is passed over once the deal has moved on.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction

from docgen.deals.deal import Deal as DealRecord
from docgen.store import database  # noqa: F401  # sets Django up before the models
from docgen.store.models import Deal, DealOutline

_AT_ONCE = 400
_PAGE = 2000
_JOINED = """
    FROM store_deal d
    JOIN store_customer c ON c.id = d.customer_id
    LEFT JOIN store_customer s ON c.merged_into <> '' AND s.id = c.merged_into
    LEFT JOIN store_dealoutline o
      ON o.contract_no = d.contract_no AND o.revision = d.revision AND o.basis = %s
     AND o.valid_from <= %s AND o.valid_to > %s
"""
_COLUMNS = "d.contract_no, d.revision, COALESCE(s.id, c.id), COALESCE(s.name, c.name), o.data"


@dataclass(frozen=True, slots=True)
class OutlineRow:
    """A deal with its living customer, and the outline kept for a day as JSON text; None where none is good."""

    contract_no: str
    revision: int
    customer_id: str
    customer: str
    data: str | None


@dataclass(frozen=True, slots=True)
class OutlineMade:
    """An outline to keep."""

    contract_no: str
    revision: int
    valid_from: str
    valid_to: str
    data: str


def outline_pages(
    as_of: date, *, basis: str, contract_nos: Collection[str] | None = None
) -> Iterator[list[OutlineRow]]:
    """Yield every deal (or those named) with the outline good on a day, in order of contract numbers, page by page.

    No question to the tables is open between two pages: outlines may be kept meanwhile.
    """
    day = as_of.isoformat()
    named = None if contract_nos is None else sorted(contract_nos)
    after, start = "", 0
    while named is None or start < len(named):
        chosen = [] if named is None else named[start : start + _AT_ONCE]
        where = f"d.contract_no IN ({','.join(['%s'] * len(chosen))})" if named is not None else "d.contract_no > %s"
        asked = f"SELECT {_COLUMNS} {_JOINED} WHERE {where} ORDER BY d.contract_no LIMIT {_PAGE}"
        with connection.cursor() as cursor:
            cursor.execute(asked, [basis, day, day, *(chosen or [after])])
            page = [OutlineRow(*row) for row in cursor.fetchall()]
        if page:
            yield page
        elif named is None:
            return
        after, start = page[-1].contract_no if page else after, start + _AT_ONCE


def count_missing(as_of: date, *, basis: str) -> int:
    """Return how many deals have no outline that is good on a day."""
    day = as_of.isoformat()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) {_JOINED} WHERE o.data IS NULL", [basis, day, day])
        return int(cursor.fetchone()[0])


def records(contract_nos: Sequence[str]) -> Iterator[tuple[str, int, DealRecord]]:
    """Yield contract number, revision and record of the named deals."""
    for start in range(0, len(contract_nos), _AT_ONCE):
        chosen = contract_nos[start : start + _AT_ONCE]
        for row in Deal.objects.filter(contract_no__in=chosen):
            yield row.contract_no, row.revision, DealRecord.model_validate(row.record)


def keep(made: Iterable[OutlineMade], *, basis: str) -> None:
    """Keep outlines; those of an earlier revision, or made on another basis, go."""
    rows = list(made)
    for start in range(0, len(rows), _AT_ONCE):
        chosen = rows[start : start + _AT_ONCE]
        now = {row.contract_no: row.revision for row in chosen}
        with transaction.atomic():
            old = DealOutline.objects.filter(contract_no__in=now).values_list("id", "contract_no", "revision", "basis")
            stale = [row_id for row_id, number, revision, on in old if (revision, on) != (now[number], basis)]
            DealOutline.objects.filter(id__in=stale).delete()
            DealOutline.objects.bulk_create(
                (DealOutline(contract_no=row.contract_no, revision=row.revision, basis=basis, valid_from=row.valid_from,
                             valid_to=row.valid_to, data=row.data) for row in chosen),
                ignore_conflicts=True,
            )  # fmt: skip
