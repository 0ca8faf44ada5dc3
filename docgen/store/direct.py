"""The few questions every write asks of the tables several times over, put in SQL.

Asking them through the models took longer than answering them. Whether there is anything at all comes first: most
contracts have no approvals, no waiting bank lines and no voided papers.
"""

from __future__ import annotations

from typing import Any

from django.db import connection

from docgen.store import database  # noqa: F401  # sets Django up before the connection


def one(sql: str, *params: str | bool) -> tuple[Any, ...] | None:
    """Return the first row of a query, or None."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        row: tuple[Any, ...] | None = cursor.fetchone()
        return row


def change(sql: str, *params: str | int) -> int:
    """Carry out one statement and return how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return int(cursor.rowcount)
