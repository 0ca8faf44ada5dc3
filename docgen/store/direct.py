"""The few questions every write asks of the tables several times over, put in SQL.

Asking them through the models took longer than answering them. Whether there is anything at all comes first: most
contracts have no approvals, no waiting bank lines and no voided papers. Whole rows are written and read by their
model's own fields, so that a field added to a table is not forgotten here.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

from django.db import connection
from django.db.models import JSONField, Model

from docgen.store import database  # noqa: F401  # sets Django up before the connection

_Row = TypeVar("_Row", bound=Model)


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


def insert(rows: Sequence[Model], *, replaces: bool = False) -> None:
    """Write new rows of one table; with `replaces`, a row of the same primary key takes the new one's values."""
    if not rows:
        return
    table = _table(type(rows[0]))
    values = [[_stored(name, is_json, row) for name, is_json in table.fields] for row in rows]
    with connection.cursor() as cursor:
        cursor.executemany(table.replacing if replaces else table.inserting, values)


def rows(model: type[_Row], tail: str, *params: str) -> list[_Row]:
    """Return rows of a model's table; `tail` is what follows the table's name: WHERE …, ORDER BY …."""
    table = _table(model)
    with connection.cursor() as cursor:
        cursor.execute(f"{table.selecting} {tail}", params)
        found = cursor.fetchall()
    at = [index for index, (_, is_json) in enumerate(table.columns) if is_json]
    names = [name for name, _ in table.columns]
    made = []
    for row in found:
        values = list(row)
        for index in at:
            values[index] = None if values[index] is None else json.loads(values[index])
        made.append(model.from_db("default", names, values))
    return made


@dataclass(frozen=True, slots=True)
class _Table:
    """A table's statements, and its fields: name as the model has it and whether it is JSON; `fields` are written."""

    inserting: str
    replacing: str
    selecting: str
    fields: tuple[tuple[str, bool], ...]
    columns: tuple[tuple[str, bool], ...]


@lru_cache
def _table(model: type[Model]) -> _Table:
    about = model._meta  # noqa: SLF001  # Django's documented API
    every = about.concrete_fields
    written = [field for field in every if not (field.primary_key and field.get_internal_type() == "BigAutoField")]
    names, all_names = (", ".join(f'"{field.column}"' for field in some) for some in (written, every))
    inserting = f'INSERT INTO "{about.db_table}" ({names}) VALUES ({", ".join(["%s"] * len(written))})'  # noqa: S608  # the model's own names
    changed = ", ".join(f'"{field.column}" = excluded."{field.column}"' for field in written if not field.primary_key)
    key = about.pk.column
    return _Table(
        inserting,
        f'{inserting} ON CONFLICT ("{key}") DO UPDATE SET {changed}',
        f'SELECT {all_names} FROM "{about.db_table}"',  # noqa: S608  # as above
        tuple((field.attname, isinstance(field, JSONField)) for field in written),
        tuple((field.attname, isinstance(field, JSONField)) for field in every),
    )


def _stored(name: str, is_json: bool, row: Model) -> Any:  # noqa: ANN401, FBT001  # a column's value
    value = getattr(row, name)
    return json.dumps(value) if is_json and value is not None else value
